"""What is written here opens again, in other programs too."""

import numpy as np
import pytest

from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff


def test_tiff_written_here_keeps_pixels_and_pixel_size(tmp_path):
    pixels = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    write_tiff(tmp_path / "a.tif", pixels, 0.02152)
    opened = open_micrograph(tmp_path / "a.tif")
    assert np.array_equal(opened.pixels, pixels)
    assert opened.nm_per_px == pytest.approx(0.02152, rel=1e-6)
