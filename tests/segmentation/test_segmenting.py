"""A micrograph without a pixel size is seen at the scale of its particles, and that is said."""

import numpy as np
import pytest
import torch

from workbench.errors import NetworkError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.scale import at_scale
from workbench.segmentation import segmenting
from workbench.segmentation.scale_finding import FoundScale, TriedScale
from workbench.segmentation.segmenter import Segmenter
from workbench.segmentation.segmenting import FoundWidths, answer, segment


def network(particle_px=20.0):
    card = Card(
        name="small", architecture="unet", particle_px=particle_px, smallest_diameter_px=3, threshold=0.5
    )
    torch.manual_seed(0)  # of many such networks a few answer the same to everything
    return Network(build("unet", base=2, depth=2).eval(), card)


def micrograph(nm_per_px=None):
    return Micrograph(np.random.default_rng(0).normal(size=(64, 64)), nm_per_px=nm_per_px, marks=())


@pytest.fixture
def width(monkeypatch):
    """Find a width of 30 px wherever one is looked for, and count how often that is."""
    asked = []

    def found(segmenter, micrograph, *, progress=None, **_more):
        asked.append(micrograph)
        if progress is not None:
            progress(1.0, "scale")
        return FoundScale(30.0, (TriedScale(1.41, 0.8, 30.0),))

    monkeypatch.setattr(segmenting, "find_scale", found)
    return asked


def test_the_width_is_found_and_the_micrograph_seen_at_it(width):
    small = network()
    seg = segment(micrograph(), small)
    assert seg.scale_note == "Particles are about 30 px wide, found from the micrograph itself."
    assert (seg.network.input.fitted, seg.network.shown, seg.particle_px) == (1.5, "small", 30.0)
    assert np.allclose(seg.probability, segment(micrograph(), at_scale(small, 1.5)).probability)
    assert seg.network.smallest_diameter(None) == 4.5  # 3 px as the network sees them
    assert len(width) == 1  # a network whose scale was set is taken as it is


def test_a_given_width_takes_the_place_of_one_that_is_found(width):
    seg = segment(micrograph(), network(), particle_px=50)
    assert (seg.network.input.fitted, seg.particle_px, seg.scale_note, width) == (2.5, 50, "", [])


def test_a_given_width_multiplies_a_scale_that_was_set(width):
    small = network()
    seg = segment(micrograph(), at_scale(small, 2.0), particle_px=30)
    assert (seg.network.shown, width) == ("small (pixels x 2)", [])
    assert np.allclose(seg.probability, segment(micrograph(), at_scale(small, 3.0)).probability)


def test_where_no_width_is_found_it_is_seen_as_it_is_and_that_is_said(monkeypatch):
    nothing = FoundScale(None, (TriedScale(1.0, 0.1, None),))
    monkeypatch.setattr(segmenting, "find_scale", lambda *_given, **_more: nothing)
    seg = segment(micrograph(), network())
    assert (seg.network.input.fitted, seg.particle_px) == (1, None)
    assert seg.scale_note.startswith("How wide particles are could not be found")


@pytest.mark.parametrize("sized", [True, False])
def test_nothing_is_looked_for_where_the_pixel_size_is_known_or_the_card_names_no_width(width, sized):
    seg = segment(micrograph(0.05 if sized else None), network(20.0 if sized else None))
    assert (seg.network.input.fitted, seg.scale_note, width) == (1, "", [])


def test_a_width_that_nothing_can_be_made_of_is_refused():
    with pytest.raises(WorkbenchError, match=r"has a pixel size, 0\.05 nm"):
        segment(micrograph(0.05), network(), particle_px=30)
    with pytest.raises(NetworkError, match="does not say how wide"):
        segment(micrograph(), network(None), particle_px=30)
    with pytest.raises(NetworkError, match="positive number of pixels"):
        segment(micrograph(), network(), particle_px=0)


def test_progress_goes_on_from_the_width_to_the_answer(width):
    told = []
    segment(micrograph(), network(), progress=lambda done, text: told.append((done, text)))
    assert told[0] == (0.5, "scale")
    assert [done for done, _text in told] == sorted(done for done, _text in told)
    assert told[-1][0] == 1


def test_for_a_large_network_the_smallest_that_ships_finds_the_width(monkeypatch):
    asked = []

    def found(segmenter, *_given, **_more):
        asked.append(segmenter.network.card.name)
        return FoundScale(30.0, (TriedScale(1.41, 0.8, 30.0),))

    monkeypatch.setattr(segmenting, "find_scale", found)
    small = network()
    for parameters in (1_000, 10_000_000):
        segment(micrograph(), Network(small.module, small.card.model_copy(update={"parameters": parameters})))
    assert asked == ["small", "unet-generalist"]


def test_networks_for_which_the_same_one_finds_the_width_find_it_once(monkeypatch):
    asked = []

    def found(segmenter, *_given, **_more):
        asked.append(segmenter.network.card.name)
        return FoundScale(20.0 + 10 * len(asked), (TriedScale(1.41, 0.8, 30.0),))

    monkeypatch.setattr(segmenting, "find_scale", found)
    small = network()
    large, larger, own = (
        Segmenter(Network(small.module, small.card.model_copy(update={"parameters": parameters})), "cpu")
        for parameters in (10_000_000, 11_000_000, 1_000)
    )
    shown, widths = micrograph(), FoundWidths(micrograph())
    seen = [answer(one, shown, widths=widths) for one in (large, larger, own, large)]
    assert asked == ["unet-generalist", "small"]
    assert [one.particle_px for one in seen] == [30, 30, 40, 30]
    assert all(one.scale_note for one in seen)
