"""The pointing game on maps made by hand."""

import numpy as np
import pytest

from workbench.errors import ExplanationError
from workbench.explanation.pointing import pointing
from workbench.explanation.targets import Target

SHAPE = (60, 80)
WINDOW = np.zeros(SHAPE, np.bool_)
WINDOW[:40, :50] = True
TRUTH = np.zeros(SHAPE, np.bool_)
TRUTH[10:20, 10:30] = True
TRUTH[30:35, 40:45] = True
TARGET = Target.pixel(SHAPE, (12, 12))


def drawn(**spots: float) -> np.ndarray:
    found = np.zeros(SHAPE, np.float32)
    for place, value in spots.items():
        row, column = (int(number) for number in place.removeprefix("at_").split("_"))
        found[row, column] = value
    return found


def test_share_and_chance_are_counted_over_the_window():
    found = pointing(drawn(at_15_15=3, at_2_2=1, at_5_5=-9, at_50_70=100), TARGET, TRUTH, WINDOW, 0.05)
    assert found.inside
    assert found.distance_px == 0
    assert found.share == 3 / 4
    assert found.by_chance == 200 / 2000


def test_another_particle_is_not_the_one_that_was_asked_for():
    found = pointing(drawn(at_15_15=3, at_32_42=5), TARGET, TRUTH, WINDOW, 0.05)
    assert not found.inside
    assert found.distance_px == pytest.approx(np.hypot(32 - 19, 42 - 29))
    assert found.share == 3 / 8


@pytest.mark.parametrize(
    ("row", "nm_per_px", "inside"), [(24, 0.05, True), (25, 0.05, False), (24, None, True), (22, 0.2, False)]
)
def test_one_lattice_fringe_beside_the_particle_is_still_a_hit(row, nm_per_px, inside):
    found = pointing(drawn(**{f"at_{row}_20": 1}), TARGET, TRUTH, WINDOW, nm_per_px)
    assert found.distance_px == row - 19
    assert found.inside == inside


def test_what_speaks_for_background_lies_between_the_particles():
    target = Target.background(TRUTH)
    found = pointing(drawn(at_15_15=3, at_2_2=1), target, TRUTH, WINDOW, 0.05)
    assert found.share == 1 / 4
    assert found.by_chance == (2000 - 225) / 2000


def test_a_particle_that_the_truth_does_not_know_gets_no_verdict():
    false = Target.pixel(SHAPE, (38, 5))
    assert pointing(drawn(at_15_15=3), false, TRUTH, WINDOW, 0.05) is None
    assert pointing(drawn(at_15_15=-3), TARGET, TRUTH, WINDOW, 0.05) is None


def test_the_truth_of_another_micrograph_is_refused():
    with pytest.raises(ExplanationError, match="the mask of this one"):
        pointing(drawn(at_15_15=3), TARGET, TRUTH[:-1], WINDOW, 0.05)
