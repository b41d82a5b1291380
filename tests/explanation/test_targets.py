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
