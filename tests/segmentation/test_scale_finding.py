"""How wide particles are where nobody knows the pixel size; a network sure at one scale stands for a trained one."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from workbench.errors import NetworkError, Stopped
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.steps import Convolution
from workbench.segmentation import scale_finding
from workbench.segmentation.rim_distance import WIDEST_RIM_PX, rim_distance
from workbench.segmentation.scale_finding import FACTORS, MOST_PX, expected_dice, find_scale
from workbench.segmentation.segmenter import Segmenter


class SureOfDiscs(SegmentationModule):
    """Sure of dark discs that are about as wide as a mask of its own: it answers with how well that fits."""

    architecture = "sure_of_discs"

    def __init__(self, width_px=40):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        self.width_px = width_px
        self.same = nn.Conv2d(1, 1, 1)
        nn.init.ones_(self.same.weight)
        nn.init.zeros_(self.same.bias)

    def path(self):
        return [Convolution(1)]

    def forward(self, x):
        self.check_input(x)
        found = []
        for image in self.same(x)[:, 0].numpy(force=True):
            dark = image < 0
            labels, count = ndimage.label(dark)
            areas = np.bincount(labels.ravel(), minlength=count + 1)
            widths = 2 * np.sqrt(areas / np.pi)
            fits = np.exp(-2 * np.abs(np.log(np.maximum(widths, 0.1) / self.width_px)))
            found.append(np.where(dark, -1 + 8 * fits[labels], -6.0))
        return torch.from_numpy(np.stack(found)[:, None].astype(np.float32))


def network(**card):
    card = {"particle_px": 40.0, "threshold": 0.3, **card}
    return Network(SureOfDiscs(), Card(name="discs", architecture="sure_of_discs", **card))


def discs(width, edge=400, nm_per_px=None):
    rows, columns = np.mgrid[:edge, :edge]
    pixels = np.ones((edge, edge), np.float32)
    apart = round(1.5 * width)
    for y in range(apart, edge - apart // 2, apart):
        for x in range(apart, edge - apart // 2, apart):
            pixels[np.hypot(rows - y, columns - x) <= width / 2] = 0
    return Micrograph(pixels, nm_per_px=nm_per_px, marks=())


@pytest.mark.parametrize("width", [24, 40, 80, 120])
def test_the_width_is_that_of_the_particles(width):
    found = find_scale(Segmenter(network(), "cpu"), discs(width))
    assert found.width_px == pytest.approx(width, rel=0.05)
    assert f"about {found.width_px:.3g} px wide" in found.said
    assert [one.factor for one in found.tried] == list(FACTORS)


def test_a_pixel_size_that_is_known_is_not_looked_at():
    plain, sized = (
        find_scale(Segmenter(network(), "cpu"), discs(60, nm_per_px=size)) for size in (None, 0.01)
    )
    assert plain == sized


def test_where_there_is_nothing_it_says_so_and_gives_no_width():
    flat = Micrograph(np.ones((200, 200), np.float32) * 5, marks=())
    found = find_scale(Segmenter(network(), "cpu"), flat)
    assert found.width_px is None
    assert found.said.startswith("How wide particles are could not be found")
    assert "give the pixel size or the width of a particle" in found.said


@pytest.mark.parametrize(("share", "found"), [(1.0, True), (0.4, False)])
def test_a_network_whose_distance_contradicts_the_particles_that_it_parts_finds_none(share, found):
    """As on films without a particle, where a network marks what is dark and its distance sees no particle there."""

    class HalfSure(Segmenter):
        def both(self, micrograph, **asked):
            dark = micrograph.pixels == 0
            labels, _ = ndimage.label(dark)
            distance = share * rim_distance(labels, asked["scale"] * WIDEST_RIM_PX)
            return np.where(dark, np.float32(0.7), np.float32(0.02)), distance.astype(np.float32)

    answer = find_scale(HalfSure(network(), "cpu"), discs(40))
    assert (answer.width_px is not None) == found


def test_of_a_large_micrograph_the_middle_is_looked_at(monkeypatch):
    monkeypatch.setattr(scale_finding, "MOST_PX", MOST_PX // 3)
    most, small = MOST_PX // 3, discs(40, edge=300)
    pixels = np.ones((most * 2 + 100, most * 2 + 100), np.float32)  # at 4 all of it is seen, at 0.5 a part
    top = (pixels.shape[0] - 300) // 2
    pixels[top : top + 300, top : top + 300] = small.pixels
    seen = []

    class Watching(Segmenter):
        def both(self, micrograph, **asked):
            seen.append(max(micrograph.shape) / asked["scale"])
            return super().both(micrograph, **asked)

    found = find_scale(Watching(network(), "cpu"), Micrograph(pixels, marks=()))
    assert found.width_px == pytest.approx(40, rel=0.05)
    assert max(seen) <= most + 1


def test_a_card_that_names_no_width_is_refused():
    with pytest.raises(NetworkError, match=r"discs does not say how wide .* give the pixel size"):
        find_scale(Segmenter(network(particle_px=None), "cpu"), discs(40))


def test_a_stop_is_heard_and_progress_told():
    told = []
    with pytest.raises(Stopped):
        find_scale(
            Segmenter(network(), "cpu"),
            discs(40),
            progress=lambda done, text: told.append((round(done, 3), text)),
            stop=lambda: len(told) == 2,
        )
    assert told == [(0.143, "discs, scale 1 of 7"), (0.286, "discs, scale 2 of 7")]


def test_expected_dice_is_that_of_true_probabilities():
    probability = np.array([[0.9, 0.8], [0.2, 0.1]], np.float32)
    mask = probability > 0.5
    assert expected_dice(probability, mask) == pytest.approx(2 * 1.7 / (2.0 + 2))
    assert expected_dice(mask.astype(np.float32), mask) == 1
    assert expected_dice(np.zeros((3, 3), np.float32), np.zeros((3, 3), bool)) == 0
