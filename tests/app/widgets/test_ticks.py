"""The labels of an axis are few, round, and on the axis."""

import numpy as np
import pytest

from workbench.app.widgets.ticks import round_ticks


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        (0, 1, False, [0, 0.5, 1]),
        (0, 8.1, True, [0, 5]),
        (0.48, 0.94, False, [0.6, 0.8]),
        (0, 1e-3, False, [0, 5e-4, 1e-3]),
        (0, 2, True, [0, 1, 2]),
    ],
)
def test_axes_have_few_round_numbers(low, high, whole, ticks):
    assert round_ticks(low, high, whole=whole) == pytest.approx(ticks)


@pytest.mark.parametrize(("low", "high"), [(0.878, 9.975), (0.9126, 0.9193), (-0.38, 0.495), (-0.75, -0.68)])
def test_an_axis_has_two_labels_at_least_else_nobody_can_read_it(low, high):
    ticks = round_ticks(low, high, 3)
    assert len(ticks) >= 2
    assert low <= ticks.min() <= ticks.max() <= high
    step = np.diff(ticks)
    assert step == pytest.approx(np.full(len(step), step[0]))
