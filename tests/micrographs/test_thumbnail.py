"""A small picture of what a file shows: small, of the first frame, in the contrast of the panes, whatever the size."""

import io

import numpy as np
import pytest
from PIL import Image

from workbench.errors import MicrographError
from workbench.micrographs import thumbnail as module
from workbench.micrographs.thumbnail import EDGE_PX, drawn, thumbnail
from workbench.micrographs.writing import write_tiff


def grey(png):
    """The pixels of a PNG."""
    image = Image.open(io.BytesIO(png))
    assert image.mode == "L"
    return np.asarray(image)


def test_a_large_image_is_shrunk_to_its_mean_with_its_sides_as_they_are():
    pixels = np.zeros((1000, 2000), np.uint16)
    pixels[:, 1000:] = 60000
    shown = grey(drawn(pixels, "a"))
    assert shown.shape == (EDGE_PX // 2, EDGE_PX)
    assert (shown[:, : EDGE_PX // 2 - 1] == 0).all()
    assert (shown[:, EDGE_PX // 2 + 1 :] == 255).all()


@pytest.mark.parametrize("shape", [(1, 1), (3, 5000), (5000, 3), (97, 96), (193, 191), (40, 20)])
def test_any_shape_is_drawn_and_small_ones_are_not_enlarged(shape):
    shown = grey(drawn(np.random.default_rng(0).normal(size=shape), "a"))
    height, width = shown.shape
    assert max(height, width) == min(max(shape), EDGE_PX)
    assert height == max(round(shape[0] * min(EDGE_PX / max(shape), 1)), 1)
    assert width == max(round(shape[1] * min(EDGE_PX / max(shape), 1)), 1)


def test_black_and_white_are_the_percentiles_of_the_panes():
    pixels = np.linspace(0, 100, 64 * 64, dtype=np.float32).reshape(64, 64)
    shown = grey(drawn(pixels, "a")).astype(float)
    expected = (pixels - 1) * 255 / 98
    assert np.abs(shown - expected.clip(0, 255)).max() <= 1


def test_pixels_without_a_value_are_black_and_the_others_are_drawn():
    pixels = np.full((50, 50), np.nan, np.float32)
    pixels[:, 25:] = np.linspace(0, 1, 25)
    shown = grey(drawn(pixels, "a"))
    assert (shown[:, :25] == 0).all()
    assert shown[0, -1] == 255
    with pytest.raises(MicrographError, match=r"a\.npy has no pixel with a value"):
        drawn(np.full((4, 4), np.nan), "a.npy")


def test_one_tone_is_grey():
    assert (grey(drawn(np.full((9, 9), 7), "a")) == 127).all()


def test_a_stack_shows_its_first_frame(tmp_path):
    left, right = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
    left[:, :32] = right[:, 32:] = 1
    np.save(tmp_path / "stack.npy", np.stack([left, right]))
    shown = grey(thumbnail(tmp_path / "stack.npy"))
    assert (shown[0, 0], shown[0, -1]) == (255, 0)


def test_a_file_that_is_no_micrograph_or_too_large_is_said(tmp_path, monkeypatch):
    (tmp_path / "broken.dm3").write_bytes(b"not a micrograph")
    with pytest.raises(MicrographError, match=r"broken\.dm3"):
        thumbnail(tmp_path / "broken.dm3")
    write_tiff(tmp_path / "large.tif", np.zeros((64, 64), np.float32), None)
    monkeypatch.setattr(module, "MOST_BYTES", 64 * 64 * 4 - 1)
    with pytest.raises(MicrographError, match=r"large\.tif has 0\.0 GB of pixels in one image"):
        thumbnail(tmp_path / "large.tif")
