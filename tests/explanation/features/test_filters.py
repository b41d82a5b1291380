"""What filters answer to: the fringes that they were made of."""

from __future__ import annotations

import numpy as np
from known_filters import known

from workbench.explanation.features import (
    tune_filters,
)


def test_filters_answer_to_the_fringes_that_they_were_made_of():
    found = tune_filters(known(nm_per_px=0.05), "first", orientations=12, frequencies=29)
    np.testing.assert_allclose(found.preferred_orientation_deg, [0, 90])
    np.testing.assert_allclose(found.preferred_frequency, [0.125 / 0.05, 0.25 / 0.05], rtol=0.07)
    assert found.unit == "1/nm"
    # a linear filter of half amplitude answers with half the amplitude, whose root mean square is that over sqrt 2
    np.testing.assert_allclose(found.response.max(axis=(1, 2)), 0.5 / np.sqrt(2), rtol=0.05)
    assert (found.selectivity > 0.8).all()


def test_without_a_pixel_size_on_the_card_frequencies_are_per_pixel():
    found = tune_filters(known(), "relu", orientations=4, frequencies=8)
    assert found.unit == "1/px"
    np.testing.assert_allclose(found.frequency, found.frequency_per_px)


def test_a_filter_that_answers_to_nothing_prefers_nothing():
    net = known()
    net.module.first.weight.data[0] = 0
    found = tune_filters(net, "first", orientations=4, frequencies=4)
    assert np.isnan(found.preferred_frequency[0])
    assert np.isnan(found.selectivity[0])
    assert np.isfinite(found.preferred_frequency[1])
