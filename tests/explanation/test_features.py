"""Inside a network: maps, what filters answer to, how alike layers are, where mistakes lie."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import ExplanationError, Stopped
from workbench.explanation.attribution_input import Progress
from workbench.explanation.features import (
    embed,
    feature_maps,
    features_at,
    known_layers,
    last_features,
    layer_names,
    linear_cka,
    maximise,
    mean_maps,
    principal_axes,
    similarity,
    tune_filters,
)
from workbench.explanation.features.layers import activations
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.loading import load_network
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.steps import Convolution

ALONG_ROW, DOWN_COLUMN = (0.125, 0.0), (0.0, 0.25)
"""Frequencies in 1/px of two filters: columns, rows."""


class TwoFringes(SegmentationModule):
    """A convolution of two filters, each a fringe, and their sum."""

    def __init__(self):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        at = np.arange(17) - 8
        rows, columns = np.meshgrid(at, at, indexing="ij")
        blob = np.exp(-(rows**2 + columns**2) / (2 * 4.0**2))
        kernels = [blob * np.cos(2 * np.pi * (u * columns + v * rows)) for u, v in (ALONG_ROW, DOWN_COLUMN)]
        self.first = nn.Conv2d(1, 2, 17, padding=8, bias=False)
        self.first.weight.data = torch.from_numpy(np.stack(kernels)).float()[:, None] / float(blob.sum())
        self.relu = nn.ReLU()
        self.head = nn.Conv2d(2, 1, 1)

    def path(self):
        return [Convolution(17), Convolution(1)]

    def forward(self, x):
        return self.head(self.relu(self.first(x)))


def known(**options):
    card = Card(
        name="known", architecture="known", input=Input(standardise="none", outliers="none", **options)
    )
    return Network(TwoFringes().eval(), card)


def small_unet(seed, **options):
    torch.manual_seed(seed)
    module = build("unet", base=4, depth=2).eval()
    card = Card(name=f"unet{seed}", architecture="unet", input=Input(**options))
    return Network(module, card)


@pytest.fixture
def noise():
    return Micrograph(np.random.default_rng(0).standard_normal((150, 170)).astype(np.float32), 0.04, "noise")


def test_layers_are_listed_without_those_that_do_nothing():
    assert layer_names(known()) == ["first", "relu", "head"]
    names = layer_names(small_unet(0))
    assert names[:4] == ["downs.0.0", "downs.0.2", "downs.0.3", "downs.0.5"]  # batch norm is merged
    assert names[-1] == "head"


@pytest.mark.parametrize("layer", ["downs.0.2", "downs.1.5", "bottleneck.5", "decoders.0.5"])
def test_maps_of_a_box_are_those_of_the_whole_micrograph(noise, layer):
    net = small_unet(1)
    whole, part = (feature_maps(net, noise, layer, box) for box in (None, (slice(60, 90), slice(80, 120))))
    rows, columns = (int(start / part.step) for start in part.origin)
    height, width = part.maps.shape[1:]
    assert part.origin[0] <= 60
    assert part.origin[0] + height * part.step >= 90
    same = whole.maps[:, rows : rows + height, columns : columns + width]
    np.testing.assert_allclose(part.maps, same, atol=1e-5)


def test_maps_of_the_first_layer_are_a_convolution(noise):
    net = known()
    found = feature_maps(net, noise, "first")
    kernel = net.module.first.weight.detach().numpy()[1, 0]
    at = (70, 90)
    patch = noise.pixels[at[0] - 8 : at[0] + 9, at[1] - 8 : at[1] + 9]
    assert found.maps[1][at] == pytest.approx(float((kernel * patch).sum()), abs=1e-5)
    assert (found.step, found.origin) == (1, (0, 0))


def test_filters_answer_to_the_fringes_that_they_were_made_of():
    found = tune_filters(known(nm_per_px=0.05), "first", orientations=12, frequencies=29)
    np.testing.assert_allclose(found.preferred_orientation_deg, [0, 90])
    np.testing.assert_allclose(found.preferred_frequency, [0.125 / 0.05, 0.25 / 0.05], rtol=0.07)
    assert found.unit == "1/nm"
    # a linear filter of half amplitude answers with half the amplitude, whose root mean square is that over sqrt 2
    np.testing.assert_allclose(found.response.max(axis=(1, 2)), 0.5 / np.sqrt(2), rtol=0.05)
    assert (found.selectivity > 0.8).all()


def test_without_a_pixel_size_on_the_card_frequencies_are_per_pixel():
    found = tune_filters(known(), "relu", orientations=4, frequencies=8)
    assert found.unit == "1/px"
    np.testing.assert_allclose(found.frequency, found.frequency_per_px)


def test_a_filter_that_answers_to_nothing_prefers_nothing():
    net = known()
    net.module.first.weight.data[0] = 0
    found = tune_filters(net, "first", orientations=4, frequencies=4)
    assert np.isnan(found.preferred_frequency[0])
    assert np.isnan(found.selectivity[0])
    assert np.isfinite(found.preferred_frequency[1])


def test_features_are_like_themselves_turned_and_scaled():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((500, 8)) * np.arange(1, 9)
    turn = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    assert linear_cka(features, features) == pytest.approx(1)
    assert linear_cka(features, 3.5 * features @ turn + 7) == pytest.approx(1)
    squeezed = features * np.array([1, 1, 1, 1, 1, 1, 1, 0.01])
    assert linear_cka(features, squeezed) < 0.9


def test_linear_cka_is_that_of_the_kernels():
    # equation 3 of Kornblith et al., by way of the N x N kernels
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 3))
    y[:, 0] += x[:, 0]
    middle = np.eye(40) - 1 / 40
    k, m = (middle @ part @ part.T @ middle for part in (x, y))
    expected = np.trace(k @ m) / np.sqrt(np.trace(k @ k) * np.trace(m @ m))
    assert linear_cka(x, y) == pytest.approx(expected)


def test_features_that_do_not_vary_or_belong_elsewhere():
    assert np.isnan(linear_cka(np.ones((10, 2)), np.random.default_rng(0).standard_normal((10, 2))))
    with pytest.raises(ExplanationError, match="the same places"):
        linear_cka(np.ones((10, 2)), np.ones((9, 2)))


def test_a_network_is_like_itself_and_less_like_another(noise):
    layers = ["downs.0.5", "bottleneck.5"]
    net = small_unet(1)
    same = similarity(net, net, noise, layers, places=1000)
    np.testing.assert_allclose(np.diag(same.cka), 1, rtol=1e-6)
    other = similarity(net, small_unet(2), noise, layers, places=1000)
    assert (np.diag(other.cka) < 0.99).all()


def test_networks_are_compared_at_the_same_places_whatever_their_pixels():
    # smooth enough that half the pixels show the same
    rows, columns = np.mgrid[:160, :160] / 25
    smooth = Micrograph((np.sin(rows) + np.cos(1.3 * columns)).astype(np.float32), 0.04, "smooth")
    fine, coarse = small_unet(1), small_unet(1, nm_per_px=0.08)
    found = similarity(fine, coarse, smooth, ["downs.0.0"], places=2000)
    assert found.cka[0, 0] > 0.9


def test_an_embedding_parts_what_differs_most():
    columns = np.mgrid[:96, :96][1]
    fringes = np.where(columns < 48, np.cos(2 * np.pi * ALONG_ROW[0] * columns), 0.0)
    shown = Micrograph(fringes.astype(np.float32), 0.04, "half")
    truth = columns < 48
    net = known()
    net.module.head.weight.data[:] = 1.0
    net.module.head.bias.data[:] = -0.1
    found = embed(net, shown, truth=truth, layer="first", components=2)
    assert found.explained[0] > 0.95
    assert found.explained.sum() == pytest.approx(1)
    assert found.coordinates.mean() == pytest.approx(0, abs=1e-4)
    assert found.coordinates[48, 10:38, 0].std() > 20 * found.coordinates[48, 66:, 0].std()
    # between bright fringes it misses particle; nothing is found where nothing is
    assert set(np.unique(found.kind[:, 10:38])) == {1, 2}
    assert set(np.unique(found.kind[:, 70:])) == {0}
    bright = found.where((found.coordinates[..., 0].max() * 0.9,), (np.inf,))
    assert (bright[:, 1] < 48).all()


def test_the_last_features_are_taken_unless_a_layer_is_named(noise):
    assert embed(small_unet(1), noise).layer == "decoders.0.5"
    with pytest.raises(ExplanationError, match="does not belong"):
        embed(small_unet(1), noise, truth=np.zeros((3, 3), np.bool_))


def test_the_picture_that_a_filter_likes_shows_its_fringes():
    found = maximise(known(), "relu", 1, size_px=64, steps=60, seed=1)
    assert found.answers[-1] > 5 * max(found.answers[0], 1e-3)
    power = np.abs(np.fft.fft2(found.picture - found.picture.mean()))
    row, column = np.unravel_index(power.argmax(), power.shape)
    rows, columns = np.fft.fftfreq(64)[row], np.fft.fftfreq(64)[column]
    assert abs(rows) == pytest.approx(DOWN_COLUMN[1], abs=0.05)
    assert abs(columns) == pytest.approx(DOWN_COLUMN[0], abs=0.05)


def test_the_same_seed_makes_the_same_picture():
    first, second, other = (
        maximise(known(), "relu", 0, size_px=32, steps=5, seed=seed).picture for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).max() > 0.01


def test_a_picture_can_be_stopped():
    with pytest.raises(Stopped):
        maximise(known(), "relu", 0, size_px=32, steps=5, watch=Progress(stop=lambda: True))


def test_hooks_are_taken_away_again_and_weights_stay(noise):
    net = small_unet(1)
    before = {name: value.clone() for name, value in net.module.state_dict().items()}
    feature_maps(net, noise, "head")
    maximise(net, "head", 0, size_px=16, steps=2)
    assert not any(layer._forward_hooks for layer in net.module.modules())
    for name, value in net.module.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.requires_grad for parameter in net.module.parameters())


def test_what_is_not_there_is_said(noise):
    with pytest.raises(ExplanationError, match="no layer 'conv9'; choose one of first, relu, head"):
        feature_maps(known(), noise, "conv9")
    with pytest.raises(ExplanationError, match="filters 0 to 1, not 2"):
        maximise(known(), "first", 2, size_px=32, steps=1)
    with pytest.raises(ExplanationError, match="holds no pixel"):
        feature_maps(known(), noise, "first", (slice(200, 220), slice(0, 10)))
    with pytest.raises(ExplanationError, match="classical method"):
        layer_names(load_network("otsu"))


def test_layers_are_known_in_the_order_in_which_they_work():
    found = known_layers(small_unet(0))
    assert [(one.name, one.kind, one.features, one.stride) for one in found[:2]] == [
        ("downs.0.0", "Conv2d", 4, 1),
        ("downs.0.2", "ReLU", 4, 1),
    ]
    places = {one.name: number for number, one in enumerate(found)}
    assert places["pools.0"] < places["downs.1.0"]  # though it is defined after all of downs
    assert next(one for one in found if one.name == "bottleneck.5").stride == 4
    assert last_features(found).name == "decoders.0.5"
    assert last_features(known_layers(known())).name == "first"  # none has three


@pytest.mark.parametrize("layer", ["downs.0.2", "bottleneck.5", "decoders.0.5"])
@pytest.mark.parametrize("options", [{}, {"nm_per_px": 0.052}])
def test_features_of_tiles_are_those_of_the_whole_micrograph(noise, layer, options):
    net = small_unet(1, **options)
    whole = feature_maps(net, noise, layer)
    small = mean_maps(net, noise, layer, longest=20, most_px=64 * 64)
    height, width = small.maps.shape[1:]
    assert max(height, width) <= 20
    assert small.step == pytest.approx(whole.step)
    step = net.card.input.step(noise.nm_per_px)
    stride = round(whole.step / step)
    size = [int(np.ceil(round(length / step) / stride)) for length in noise.shape]
    inside = whole.maps[:, : size[0], : size[1]]
    assert (height, width) == tuple(-(-length // small.factor) for length in size)
    first = inside[:, : small.factor, : small.factor].mean(axis=(1, 2))
    last = inside[:, (height - 1) * small.factor :, (width - 1) * small.factor :].mean(axis=(1, 2))
    np.testing.assert_allclose(small.maps[:, 0, 0], first, atol=1e-5)
    np.testing.assert_allclose(small.maps[:, -1, -1], last, atol=1e-5)
    np.testing.assert_allclose(small.strength, inside.std(axis=(1, 2)), atol=1e-5)

    places = np.random.default_rng(0).integers(0, [[noise.shape[0]], [noise.shape[1]]], (2, 50))
    found, step = features_at(net, noise, layer, places, most_px=64 * 64)
    rows, columns = ((places + 0.5) / step).astype(int)
    np.testing.assert_allclose(found, whole.maps[:, rows, columns].T, atol=1e-5)


def test_principal_axes_are_those_of_the_singular_values():
    points = np.random.default_rng(0).standard_normal((200, 5)) * [5, 1, 3, 0.2, 0.1] + 7
    axes = principal_axes(points, 2)
    _left, values, right = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(axes.explained, (values**2 / (values**2).sum())[:2])
    np.testing.assert_allclose(np.abs(axes.directions.T @ right[:2].T), np.eye(2), atol=1e-9)
    assert axes.of(points).shape == (200, 2)
    assert principal_axes(points[:, :1], 2).of(points[:, :1]).shape == (200, 1)


def test_the_pass_ends_with_the_last_layer_that_was_asked_for():
    net = small_unet(0)
    passed = []
    net.module.head.register_forward_hook(lambda *_: passed.append("head"))
    image = torch.zeros(1, 1, 16, 16)
    found = activations(net.module, image, ["downs.1.5", "downs.0.2", "downs.0.2"])
    assert list(found) == ["downs.0.2", "downs.1.5"]
    assert passed == []
    assert list(activations(net.module, image, None))[-1] == "head"
    assert passed == ["head"]
