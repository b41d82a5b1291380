"""The soft outline of a target."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.explanation.outline import soft_outline


def test_a_soft_outline_is_one_on_the_target_and_fades_out():
    selected = np.zeros((60, 60), np.bool_)
    selected[30, 30] = True
    found = soft_outline(selected, 4, 10)
    assert found[30, 34] == 1
    assert found[30, 39] == pytest.approx(0.5, abs=1e-6)
    assert found[30, 44:].max() == pytest.approx(0, abs=1e-9)
