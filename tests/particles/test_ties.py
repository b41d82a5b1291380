"""Particles of the same diameter, spread over the step to the next."""

import numpy as np
import pytest

from workbench.particles.ties import spread_ties


def test_ties_are_spread_as_far_as_the_next_step_and_no_farther():
    values = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 9.0])
    apart = spread_ties(values)
    assert (np.diff(apart) > 0).all()
    assert apart == pytest.approx([1, 1.75, 2.25, 3 - 1 / 3, 3, 3 + 1 / 3, 9])
    assert spread_ties(np.array([1.0, 2.0])).tolist() == [1, 2]
    assert spread_ties(np.array([2.0, 2.0])).tolist() == [2, 2]
