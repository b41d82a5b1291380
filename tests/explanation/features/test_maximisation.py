"""The picture that a filter likes."""

from __future__ import annotations

import numpy as np
import pytest
from known_filters import DOWN_COLUMN, known

from workbench.errors import Stopped
from workbench.explanation.attribution_input import Progress
from workbench.explanation.features import (
    maximise,
)


def test_the_picture_that_a_filter_likes_shows_its_fringes():
    found = maximise(known(), "relu", 1, size_px=64, steps=60, seed=1)
    assert found.answers[-1] > 5 * max(found.answers[0], 1e-3)
    power = np.abs(np.fft.fft2(found.picture - found.picture.mean()))
    row, column = np.unravel_index(power.argmax(), power.shape)
    rows, columns = np.fft.fftfreq(64)[row], np.fft.fftfreq(64)[column]
    assert abs(rows) == pytest.approx(DOWN_COLUMN[1], abs=0.05)
    assert abs(columns) == pytest.approx(DOWN_COLUMN[0], abs=0.05)


def test_the_same_seed_makes_the_same_picture():
    first, second, other = (
        maximise(known(), "relu", 0, size_px=32, steps=5, seed=seed).picture for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).max() > 0.01


def test_a_picture_can_be_stopped():
    with pytest.raises(Stopped):
        maximise(known(), "relu", 0, size_px=32, steps=5, watch=Progress(stop=lambda: True))
