"""Tiles must not show: the answer in pieces is the answer of the whole."""

import numpy as np
import pytest
import torch

from workbench.errors import ComputeError, Stopped
from workbench.micrographs.cleaning import prepare, resample
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.module import to_distance, to_probability
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.segmentation import segmenter as segmenter_module
from workbench.segmentation.segmenter import Segmenter
from workbench.segmentation.segmenting import segment
from workbench.segmentation.tiling import pad_to_multiple

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")


def network(name: str, **options) -> Network:
    torch.manual_seed(0)
    module = build(name, **options)
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):  # as after training: not the identity
                layer.running_mean.normal_(0, 0.3)
                layer.running_var.uniform_(0.5, 2)
                layer.weight.uniform_(0.5, 1.5)
    return Network(module.eval(), Card(name=name, architecture=name))


def micrograph(height: int, width: int) -> Micrograph:
    pixels = np.random.default_rng(1).normal(100, 10, (height, width))
    return Micrograph(pixels.astype(np.float32), 0.02, "noise")


def whole(network: Network, image: Micrograph) -> np.ndarray:
    return whole_of_both(network, image)[0]


def whole_of_both(network: Network, image: Micrograph) -> list[np.ndarray]:
    padded = pad_to_multiple(prepare(image.pixels), network.module.stride)
    with torch.inference_mode():
        logits, distance = network.module.both(torch.from_numpy(padded)[None, None])
    answers = [to_probability(logits)] + ([] if distance is None else [to_distance(distance)])
    return [found[0].numpy()[: image.shape[0], : image.shape[1]] for found in answers]


SEAMS = pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        ("unet", {"base": 4}, (700, 530)),
        ("unet", {"base": 4, "depth": 2, "dilation": [1, 2, 4]}, (311, 640)),
        ("unet", {"base": 4, "depth": 3, "dilation": [1, 1, 2, 3], "distance_channels": 4}, (311, 640)),
        ("residual_unet", {"blocks": 2, "pools": [4, 2]}, (401, 399)),
        ("groschner_unet", {}, (500, 333)),
        ("mixed_scale", {"depth": 12}, (700, 257)),
        ("fcn8s", {"head": 8}, (1100, 130)),
    ],
)


@SEAMS
def test_tiles_equal_the_whole_image(name, options, shape, monkeypatch):
    net, image = network(name, **options, distance=True), micrograph(*shape)
    with torch.no_grad():  # from below 0 to above 1, where random weights may all give the same
        last = [layer for key, layer in net.module.named_modules() if key.startswith("distance")][-1]
        last.bias += 0.5 - net.module.both(torch.zeros(1, 1, 64, 64))[1].mean()
    expected, distance = whole_of_both(net, image)
    most = 900 * 160 if name == "fcn8s" else 320 * 320
    monkeypatch.setattr(segmenter_module, "MOST_TILE_PIXELS", most)
    said = []
    segmenter = Segmenter(net, "cpu")
    found, away = segmenter.both(image, progress=lambda _done, text: said.append(text))
    assert len(said) > 1, "one tile would prove nothing"
    assert found.shape == away.shape == shape
    assert found.dtype == away.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-4
    assert np.abs(away - distance).max() < 1e-4
    assert np.ptp(away) > 0.001
    assert np.array_equal(segmenter.probability(image), found)


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (4000, 20), (3, 257)])
def test_odd_shapes_are_answered(shape):
    found = segment(micrograph(*shape), network("unet", base=4), "cpu")
    assert found.probability.shape == shape
    assert np.isfinite(found.probability).all()


def test_stop_is_asked_before_each_tile(monkeypatch):
    monkeypatch.setattr(segmenter_module, "MOST_TILE_PIXELS", 300 * 300)
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Stopped):
        Segmenter(network("unet", base=4, depth=2), "cpu").probability(micrograph(600, 600), stop=stop)


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(ComputeError, match="not there"):
        Segmenter(network("unet", base=4), "cuda:7")


def test_the_network_that_was_given_stays_as_it_was():
    net = network("unet", base=4, depth=2)
    before = {key: tensor.clone() for key, tensor in net.module.state_dict().items()}
    segment(micrograph(64, 64), net, "cpu")
    after = net.module.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], before[key]) for key in before)


def test_a_network_sees_the_micrograph_at_its_own_pixel_size_where_that_is_known():
    net = network("unet", base=4, depth=2)
    knowing = Network(net.module, net.card.model_copy(update={"input": Input(nm_per_px=0.04)}))
    image = micrograph(201, 150)  # at 0.02 nm/px
    expected = whole(net, resample(image, 0.04))
    found = Segmenter(knowing, "cpu").probability(image)
    assert found.shape == image.shape
    # where a coarse pixel is twice as wide, its centre lies between the two fine ones
    middle = (found[0:200:2] + found[1:201:2]) / 2
    middle = (middle[:, 0::2] + middle[:, 1::2]) / 2
    blurred = expected[:100].copy()
    for axis in (0, 1):
        side = np.pad(blurred, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="symmetric")
        parts = [np.take(side, range(k, k + blurred.shape[axis]), axis) for k in (0, 1, 2)]
        blurred = (parts[0] + 6 * parts[1] + parts[2]) / 8
    assert np.abs(middle[1:-1, 1:-1] - blurred[1:-1, 1:-1]).max() < 1e-4
    unknown = Micrograph(image.pixels, None, "noise")
    same = Segmenter(net, "cpu").probability(unknown)
    assert np.array_equal(Segmenter(knowing, "cpu").probability(unknown), same)


def test_an_answer_has_a_distance_where_the_network_has_one_on_the_micrographs_own_grid():
    image = micrograph(201, 150)
    two, one = network("unet", base=4, depth=2, distance=True), network("unet", base=4, depth=2)
    coarse = Network(two.module, two.card.model_copy(update={"input": Input(nm_per_px=0.04)}))
    for net in (two, coarse):
        found = segment(image, net, "cpu")
        assert found.distance.shape == found.probability.shape == image.shape
        assert 0 <= found.distance.min() <= found.distance.max() <= 1
    assert segment(image, one, "cpu").distance is None
    assert segment(image, "otsu").distance is None


def test_nothing_is_said_of_what_is_burnt_in():
    from workbench.micrographs.marks import Mark

    plain = micrograph(96, 96)
    marked = Micrograph(plain.pixels, 0.02, "marked", marks=(Mark("data bar", 80, 96, 0, 96),))
    two = network("unet", base=4, depth=2, distance=True)
    with torch.no_grad():
        two.module.distance_head.bias += 10
    found = segment(marked, two, "cpu")
    assert not found.distance[80:].any()
    assert (found.distance[:80] == 1).any()
