"""Pictures of the common kinds open with the numbers that they hold."""

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from workbench.micrographs.reading import READABLE_SUFFIXES, open_micrograph

GREY = (np.arange(64 * 96) % 251).astype("u1").reshape(64, 96)


@pytest.mark.parametrize("kind", ["bmp", "gif", "webp", "pgm", "jp2", "png"])
def test_grey_pictures_open(tmp_path, kind):
    options = {"webp": {"lossless": True}, "jp2": {"irreversible": False}}.get(kind, {})
    Image.fromarray(GREY).save(tmp_path / f"a.{kind}", **options)
    opened = open_micrograph(tmp_path / f"a.{kind}")
    assert np.array_equal(opened.pixels, GREY)
    assert opened.nm_per_px is None


@pytest.mark.parametrize("mode", ["RGB", "P", "1"])
def test_bmp_of_other_depths_opens(tmp_path, mode):
    picture = Image.fromarray(GREY).convert(mode)
    picture.save(tmp_path / "a.bmp")
    expected = np.asarray(picture.convert("L"), np.float32) / (255 if mode == "1" else 1)
    assert np.array_equal(open_micrograph(tmp_path / "a.bmp").pixels, expected)


def test_a_folder_shows_bmp():
    assert ".bmp" in READABLE_SUFFIXES


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_of_16_bit_keeps_16_bit_in_any_number_of_channels(tmp_path, channels):
    grey = GREY.astype("u2") * 257 + 3
    stacked = (
        grey if channels == 1 else np.dstack([grey] * (channels // 3 * 2 + 1) + [grey] * (1 - channels % 2))
    )
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(stacked))
    assert np.array_equal(open_micrograph(tmp_path / "a.png").pixels, grey)
