"""Receptive fields: the published convention, what an output pixel really depends on, and what it really uses."""

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.effective_field import effective_receptive_field, radius_that_holds
from workbench.networks.gradient_support import gradient_support
from workbench.networks.loading import load_network
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import build
from workbench.networks.steps import Convolution, support
from workbench.networks.tracing import trace_field

TABLE = [  # of the residual U-Net: options, published convention in px, by place in the pooling grid
    ({"pools": [2, 2]}, 44, {44}),
    ({"pools": [2, 4]}, 64, {60, 68}),
    ({"pools": [4, 2]}, 80, None),
    ({"pools": [2, 8]}, 104, None),
    ({"pools": [4, 4]}, 120, {116, 132}),
    ({"pools": [8, 2]}, 152, {148, 164}),
    ({"pools": [4, 8]}, 200, None),
    ({"pools": [8, 4]}, 232, None),
    ({"pools": [8, 8]}, 392, None),
    ({"pools": [2, 2], "dilation": [1, 1, 2]}, 60, {60}),
    ({"pools": [2, 2], "dilation": [1, 1, 4]}, 92, None),
    ({"pools": [2, 2], "dilation": [1, 2, 4]}, 108, None),
    ({"pools": [2, 2], "dilation": [2, 2, 2]}, 84, {84}),
    ({"pools": [2, 2, 2]}, 96, None),
    ({"pools": [2, 2, 4]}, 136, {124, 140}),
    ({"pools": [2, 2, 2, 2]}, 200, None),
]


@pytest.mark.parametrize(("options", "pixels", "places"), TABLE, ids=[str(row[0]) for row in TABLE])
def test_the_published_table_holds_in_both_conventions(options, pixels, places):
    with torch.device("meta"):
        field = receptive_field(build("residual_unet", blocks=len(options["pools"]), **options))
    assert field.pixels == pixels
    assert places is None or set(field.by_position) == places


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[("residual_unet", {"filters": 1, "blocks": len(row[0]["pools"]), **row[0]}) for row in TABLE[:5]],
        ("residual_unet", {"filters": 1, "blocks": 2, "dilation": [1, 2, 4]}),
        ("residual_unet", {"filters": 1, "blocks": 3, "pools": [2, 2, 4]}),
        ("unet", {"base": 1, "depth": 3}),
        ("unet", {"base": 1, "depth": 3, "dilation": [1, 2, 1, 3]}),
        ("unet", {"base": 1, "depth": 3, "dropped_pools": 1}),
        ("unet", {"base": 1, "depth": 3, "dropped_pools": 2, "dilation": 2}),
        ("unet", {"base": 1, "depth": 2, "dropped_pools": 2}),
        ("groschner_unet", {"filters": 1, "depth": 3}),
        ("mixed_scale", {"depth": 6, "dilation": 2}),
    ],
    ids=str,
)
def test_the_reach_of_every_place_in_the_pooling_grid_is_what_the_gradient_finds(name, options):
    module = build(name, **options)
    stride, path = module.stride, module.path()
    middle = (module.reach() // stride + 2) * stride
    for place in range(middle, middle + stride):
        assert gradient_support(module, place, 2 * middle + stride, stride) == support(path, place), place


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"dropped_pools": 2}, {"dilation": [1, 1, 1, 1, 2, 1]}], ids=str)
def test_the_reach_of_fcn8s_is_what_the_gradient_finds(options):
    module = build("fcn8s", head=1, **options)
    stride, path = module.stride, module.path()
    middle = (module.reach() // stride + 2) * stride
    for place in (middle, middle + stride // 2, middle + stride - 1):
        assert gradient_support(module, place, 2 * middle + stride, stride) == support(path, place), place


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet", {}),
        ("unet", {"dilation": [1, 1, 2, 2, 4]}),
        ("unet", {"dropped_pools": 2}),
        ("residual_unet", {"blocks": 2, "pools": [4, 8]}),
        ("groschner_unet", {}),
        ("mixed_scale", {"depth": 12}),
        ("fcn8s", {"head": 4}),
        ("fcn8s", {"head": 4, "dropped_pools": 2}),
    ],
    ids=str,
)
def test_following_the_calls_of_a_module_counts_what_its_path_says(name, options):
    with torch.device("meta"):
        module = build(name, **options)
    assert trace_field(module) == receptive_field(module).pixels


class Branched(nn.Module):
    """A 7x7 convolution of stride 2 beside a 3x3 one and a pool, joined, enlarged, and looked at once more."""

    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(3, 2, 7, stride=2, padding=3), nn.Conv2d(3, 2, 3, padding=1)
        self.last = nn.Conv2d(4, 1, 3, padding=2, dilation=2)

    def forward(self, x):
        joined = torch.cat([self.wide(x), nn.functional.avg_pool2d(self.narrow(x), 2)], 1)
        return {"out": self.last(nn.functional.interpolate(joined, scale_factor=2, mode="nearest"))}


def test_any_torch_module_of_the_usual_layers_is_counted():
    assert receptive_field(Branched()).pixels == 7 + 4  # 7 of the wide way, then (3 - 1) * 2 at stride 1
    strided = nn.Sequential(
        nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), nn.Conv2d(1, 1, 5)
    )
    assert receptive_field(strided).pixels == 3 + 2 * 2 + 1 * 2 + 4 * 4


def test_a_module_that_sees_the_whole_image_is_refused():
    with pytest.raises(NetworkError, match="whole image"):
        receptive_field(nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1)))
    with pytest.raises(NetworkError, match="classical method"):
        receptive_field(load_network("otsu"))


class Boxes(SegmentationModule):
    """A stack of 3x3 means: its effective field is a Gaussian with a variance of 2/3 px2 a layer along each axis."""

    architecture = "boxes"

    def __init__(self, layers):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        self.means = nn.Sequential(*[nn.Conv2d(1, 1, 3, padding=1, bias=False) for _ in range(layers)])
        for mean in self.means:
            nn.init.constant_(mean.weight, 1 / 9)

    def path(self):
        return [Convolution(3)] * len(self.means)

    def forward(self, x):
        return self.means(x)


def boxes(layers: int) -> Network:
    card = Card(name="boxes", architecture="boxes", input=Input(standardise="none", outliers="none"))
    return Network(Boxes(layers).eval(), card)


def noise(edge: int = 160, nm_per_px: float | None = 0.05) -> Micrograph:
    return Micrograph(
        np.random.default_rng(0).normal(size=(edge, edge)).astype(np.float32), nm_per_px, "noise"
    )


def test_the_effective_field_of_stacked_means_is_the_gaussian_of_the_central_limit():
    layers = 24
    sigma = np.sqrt(layers * 2 / 3)
    found = effective_receptive_field(boxes(layers), noise(), places=2)
    # of a Gaussian in two dimensions a circle of radius r holds 1 - exp(-r^2 / 2 sigma^2)
    assert found.radius_50_px == pytest.approx(sigma * np.sqrt(2 * np.log(2)), rel=0.03)
    assert found.radius_95_px == pytest.approx(sigma * np.sqrt(2 * np.log(20)), rel=0.03)
    assert found.radius_50_nm == pytest.approx(0.05 * found.radius_50_px)
    assert found.map.shape == (2 * layers + 1, 2 * layers + 1)
    assert found.map.sum() == pytest.approx(1, abs=1e-4)


def test_the_effective_field_is_smaller_than_the_theoretical_one_and_grows_with_its_root():
    small, large = (effective_receptive_field(boxes(layers), noise(), places=1) for layers in (8, 32))
    assert large.radius_50_px / small.radius_50_px == pytest.approx(2, rel=0.1)
    assert large.radius_95_px < receptive_field(boxes(32)).pixels / 2


def test_a_micrograph_smaller_than_the_field_and_one_without_pixel_size_work():
    found = effective_receptive_field(boxes(30), noise(20, None), places=3)
    assert found.radius_95_nm is None
    assert 0 < found.radius_50_px < found.radius_95_px < 20


def test_dilation_widens_the_effective_field_of_a_trained_network():
    from workbench.networks.dilation import dilate

    unet = load_network("unet")
    before, after = (
        effective_receptive_field(network, noise(256, 0.04), places=2) for network in (unet, dilate(unet, 2))
    )
    assert after.radius_50_px > 1.3 * before.radius_50_px


def test_radius_of_a_point_and_of_a_ring():
    ring = np.zeros((11, 11))
    ring[5, 1] = ring[5, 9] = ring[1, 5] = ring[9, 5] = 1
    assert radius_that_holds(ring, 0.95) == pytest.approx(4, abs=0.2)
