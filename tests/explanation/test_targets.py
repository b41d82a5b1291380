"""Targets: which pixels are selected, and what is refused."""

import numpy as np
import pytest

from workbench.errors import ExplanationError
from workbench.explanation.targets import Target


def test_a_region_is_what_lies_inside_a_line_and_on_it():
    target = Target.inside((20, 30), [(2, 3), (2, 7), (5, 7), (5, 3)])
    wanted = np.zeros((20, 30), bool)
    wanted[2:6, 3:8] = True
    assert np.array_equal(target.selected, wanted)
    assert target.kind == "region"
    clipped = Target.inside((20, 30), [(-5, -5), (-5, 2), (2, 2), (2, -5)])
    assert clipped.selected.sum() == 9
    with pytest.raises(ExplanationError, match="no pixels"):
        Target.inside((20, 30), [(40, 40), (40, 50), (50, 50)])


def test_a_target_without_pixels_is_refused_in_a_sentence():
    with pytest.raises(ExplanationError, match="has no pixels; choose another one"):
        Target.region(np.zeros((33, 41), bool))


MASK = np.zeros((12, 14), bool)
MASK[2:9, 1:8] = True
MASK[9, 8] = True  # hangs on by a corner
MASK[4:7, 11:14] = True


def test_a_particle_is_what_hangs_together_by_sides_or_corners():
    target = Target.particle(MASK, (3, 4))
    assert int(target.selected.sum()) == 7 * 7 + 1
    assert (target.kind, target.at, target.sign) == ("particle", (3, 4), 1)
    assert repr(target) == "Target('particle at 3, 4', 50 px)"
    with pytest.raises(ExplanationError, match="There is no particle at row 0, column 0; click a particle"):
        Target.particle(MASK, (0, 0))


def test_of_a_label_image_a_particle_is_what_has_its_number_though_it_touches_another():
    labels = np.where(MASK, 1, 0)
    labels[2:9, 5:8] = 2
    assert np.array_equal(Target.particle(labels, (3, 4)).selected, labels == 1)
    assert np.array_equal(Target.particle(labels, (3, 6)).selected, labels == 2)
    rim = Target.rim(labels, (3, 6), 1).selected
    assert rim[2:9, 5].all()  # towards the other one, too


def test_a_rim_is_within_its_width_of_the_background_and_not_of_the_edge_of_the_micrograph():
    rim = Target.rim(MASK, (3, 4), 2)
    expected = MASK.copy()
    expected[:, 11:] = False
    expected[4:7, 3:6] = False
    assert np.array_equal(rim.selected, expected)
    at_the_edge = Target.rim(MASK, (5, 12), 1)
    assert int(at_the_edge.selected.sum()) == 9 - 2  # the two in the middle of the right side are core
    with pytest.raises(ExplanationError, match="at least 1 px wide, not 0"):
        Target.rim(MASK, (3, 4), 0)


def test_background_is_all_else_with_the_sign_turned_and_all_particles_are_the_mask():
    background = Target.background(MASK)
    assert np.array_equal(background.selected, ~MASK)
    assert (background.sign, background.label) == (-1, "background")
    every = Target.particles(MASK)
    assert np.array_equal(every.selected, MASK)
    assert not np.shares_memory(every.selected, MASK)
    assert (every.sign, every.label) == (1, "all particles")
    assert Target.region(MASK).label == "region"


@pytest.mark.parametrize("at", [(-1, 0), (0, -1), (12, 0), (0, 14)])
def test_what_lies_outside_is_no_target(at):
    for make in (Target.particle, Target.rim):
        with pytest.raises(ExplanationError, match="outside the micrograph of 12 x 14 px; click inside"):
            make(MASK, at)
    with pytest.raises(ExplanationError, match=f"Row {at[0]}, column {at[1]} lies outside"):
        Target.pixel(MASK.shape, at)
