"""The effective receptive field: what an output pixel really uses."""

import numpy as np
import pytest
from torch import nn

from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.effective_field import effective_receptive_field, radius_that_holds
from workbench.networks.loading import load_network
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.receptive_field import receptive_field
from workbench.networks.steps import Convolution


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
