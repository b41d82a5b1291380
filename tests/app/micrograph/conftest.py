"""A picture with a scale bar in a data folder."""

import numpy as np
import pytest
import tifffile


@pytest.fixture
def barred(tmp_path):
    """A data folder with ``a.tif``: noise with a white bar from column 40 to 190, and no pixel size."""
    pixels = np.random.default_rng(0).normal(110, 9, (120, 300)).clip(0, 255).astype(np.uint8)
    pixels[80:86, 40:190] = 255
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="minisblack", metadata=None)
    return tmp_path
