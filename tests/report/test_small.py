"""What a report keeps of a micrograph is small, and says of the whole what was so."""

import numpy as np
import pandas as pd
import pytest

from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.report.drawings import picture
from workbench.report.reported import ReportedMicrograph
from workbench.report.small import small


@pytest.fixture
def large():
    pixels = np.zeros((1200, 2500), np.float32)
    pixels[600:, :] = 9
    labels = np.zeros(pixels.shape, np.int32)
    labels[90:150, 300:600] = 4
    micrograph = Micrograph(pixels, 0.05, "large", marks=(Mark("data bar", 1100, 1200, 0, 2500),))
    return ReportedMicrograph(micrograph, labels, pd.DataFrame({"label": [4]}), {"network": "unet"})


def test_pixels_and_labels_are_thinned_alike_and_the_rest_is_that_of_the_whole(large):
    kept = small(large, drawn=False)
    assert kept.micrograph.shape == kept.labels.shape == (400, 834)
    assert kept.micrograph.nm_per_px == pytest.approx(0.15)
    assert (kept.shape, kept.nm_per_px, kept.caption) == (large.shape, 0.05, large.caption)
    assert np.array_equal(np.argwhere(kept.labels == 4)[[0, -1]], [[30, 100], [49, 199]])
    assert kept.micrograph.pixels[199, 0] == 0
    assert kept.micrograph.pixels[200, 0] == 9
    assert kept.micrograph.left_out[0][1:] == (367, 400, 0, 834)
    assert kept.table is large.table
    assert kept.whole.unlike is None  # nobody knows which weights


def test_what_is_small_stays_so(large):
    kept = small(large, drawn=False)
    assert small(kept, drawn=True) is kept


def test_it_does_not_hold_the_whole(large):
    kept = small(large, drawn=False)
    assert not np.shares_memory(kept.micrograph.pixels, large.micrograph.pixels)
    assert not np.shares_memory(kept.labels, large.labels)


def test_a_page_keeps_the_picture_and_one_pixel(large):
    kept = small(large, drawn=True)
    assert kept.micrograph.shape == kept.labels.shape == (1, 1)
    assert picture(kept) is kept.whole.picture
    assert kept.whole.picture == picture(large)
    assert (kept.shape, kept.nm_per_px, kept.caption) == (large.shape, 0.05, large.caption)
