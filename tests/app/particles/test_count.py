"""Particles counted by their pixels alone are those that the table counts: also where touching ones are parted."""

import numpy as np
import pytest
from seen_discs import PLACES, discs_seen, micrograph_of

from workbench.app.particles.count import Count, count_of, quick_count
from workbench.micrographs.micrograph import Mark, Micrograph
from workbench.networks.card import Card
from workbench.particles.distribution import distribution
from workbench.particles.particle_set import particles_of
from workbench.particles.post_processing import MaskSettings
from workbench.particles.selection import Selection
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmentation import Segmentation

CARD = Card(name="net", architecture="unet", threshold=0.5)
CORRECTIONS = [
    ("cut", [(10, 40), (70, 40)]),
    ("draw", [(170, 20), (170, 60), (190, 60), (190, 20)]),
    ("out", [PLACES["left"]]),
    ("in", [PLACES["small"]]),
]


@pytest.fixture(name="alone")
def seen() -> Segmentation:
    micrograph = micrograph_of()
    return Segmentation(discs_seen(micrograph), CARD, micrograph)


@pytest.fixture(name="touching")
def pairs() -> Segmentation:
    """Two squares side by side, which a network of two outputs tells apart, and one by itself."""
    labels = np.zeros((60, 90), np.int32)
    labels[10:30, 10:30], labels[10:30, 30:50], labels[35:50, 60:80] = 1, 2, 3
    micrograph = Micrograph(np.zeros(labels.shape, np.float32), None, "squares", marks=())
    seen = (0.9 * (labels > 0)).astype(np.float32)
    return Segmentation(seen, CARD, micrograph, distance=rim_distance(labels))


def same(segmentation, settings, selection, corrections=()):
    """Compare both ways of counting, and return the quick one."""
    quick = quick_count(segmentation, settings, selection, corrections)
    found = particles_of(
        segmentation,
        settings.threshold,
        settings.min_area_nm2,
        settings.fill_holes,
        settings.split_touching,
        selection=selection,
        corrections=corrections,
        lattice=False,
    )
    slow = count_of(found, distribution(found.table, selection.diameter, edge=selection.edge))
    assert (quick.total, quick.counted, quick.unit) == (slow.total, slow.counted, slow.unit)
    assert quick.left_out == slow.left_out
    assert quick.median == (None if slow.median is None else pytest.approx(slow.median, rel=1e-9))
    assert (quick.measured, slow.measured) == (False, True)
    return quick


@pytest.mark.parametrize(
    "settings", [MaskSettings(0.5), MaskSettings(0.5, 1.0), MaskSettings(0.3, 0.0, True)]
)
@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(edge="keep"),
        Selection(min_confidence=0.68, edge="leave_out"),
        Selection(smallest=1.0, largest=3.0),
    ],
)
@pytest.mark.parametrize("corrections", [[], CORRECTIONS])
def test_both_ways_of_counting_agree(alone, settings, selection, corrections):
    same(alone, settings, selection, corrections)


def test_numbers_and_reasons(alone):
    count = same(alone, MaskSettings(0.5), Selection(smallest=1.0, largest=3.0))
    assert (count.total, count.counted) == (6, 3)
    assert count.left_out == {"size": 2, "edge": 1}
    assert list(count.left_out) == ["size", "edge"]  # most first
    assert count.median == pytest.approx(2.785, abs=0.01)


def test_particles_that_a_network_tells_apart_are_counted_apart(touching):
    assert same(touching, MaskSettings(0.5), Selection()).total == 3
    lone = Segmentation(touching.probability, CARD, touching.micrograph)
    assert same(lone, MaskSettings(0.5), Selection()).total == 2
    assert same(lone, MaskSettings(0.5, split_touching=True), Selection()).unit == "px"
    corrections = [("join", [(20, 20), (20, 40)])]
    assert same(touching, MaskSettings(0.5), Selection(), corrections).total == 2


def test_what_is_burnt_in_hides_as_the_edge_does(alone):
    micrograph = alone.micrograph
    marked = Micrograph(
        micrograph.pixels,
        micrograph.nm_per_px,
        "marked",
        marks=(Mark("label", top=74, bottom=90, left=0, right=120),),
    )
    hidden = Segmentation(alone.probability, CARD, marked)
    assert same(hidden, MaskSettings(0.5), Selection()).left_out["edge"] > 1


def test_nothing_above_the_threshold_is_no_particle(alone):
    assert same(alone, MaskSettings(1.0), Selection()) == Count(unit="nm")


def test_what_pixels_alone_do_not_say_is_not_counted_quickly(alone):
    for selection in (Selection(diameter="feret_max"), Selection(min_circularity=0.1)):
        assert quick_count(alone, MaskSettings(0.5), selection) is None
