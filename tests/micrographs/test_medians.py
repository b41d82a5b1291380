"""The 3 x 3 median is SciPy's, strip by strip."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.micrographs import medians
from workbench.micrographs.medians import median_3x3, strips


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 50), (40, 31)])
def test_it_is_the_median_of_nine_with_edges_mirrored_about_the_outer_pixels(shape):
    for image in (
        np.random.default_rng(0).normal(size=shape),
        np.random.default_rng(1).integers(0, 3, shape),
    ):
        image = image.astype(np.float32)
        expected = ndimage.median_filter(image, 3, mode="mirror")
        assert np.array_equal(median_3x3(image, 0, shape[0]), expected)
        middle = shape[0] // 2
        parts = [
            median_3x3(image, top, bottom)
            for top, bottom in ((0, middle), (middle, shape[0]))
            if top < bottom
        ]
        assert np.array_equal(np.concatenate(parts), expected)


def test_strips_are_whole_rows_that_fit_and_cover_the_image(monkeypatch):
    monkeypatch.setattr(medians, "_STRIP_PIXELS", 100)
    assert list(strips((7, 30))) == [(0, 3), (3, 6), (6, 7)]
    assert list(strips((2, 1000))) == [(0, 1), (1, 2)]
    assert list(strips((2, 5))) == [(0, 2)]
