"""Pictures of the common kinds open with the numbers that they hold."""

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from workbench.errors import MicrographError
from workbench.micrographs.reading import READABLE_SUFFIXES, list_contents, open_micrograph

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


def test_jpeg_of_16_bit_opens(tmp_path):
    grey = GREY.astype("u2") * 250 + 3
    (tmp_path / "a.jpg").write_bytes(imagecodecs.jpeg8_encode(grey, lossless=True, bitspersample=16))
    assert np.array_equal(open_micrograph(tmp_path / "a.jpg").pixels, grey)


def test_jpeg_2000_keeps_its_bits(tmp_path):
    grey = GREY.astype("u2") * 250 + 3
    for stored in (grey, np.dstack([grey] * 3)):
        (tmp_path / "a.jp2").write_bytes(imagecodecs.jpeg2k_encode(stored, level=0))
        assert np.array_equal(open_micrograph(tmp_path / "a.jp2").pixels, grey)


def test_pgm_of_16_bit_opens_and_shades_that_would_be_scaled_are_refused(tmp_path):
    def write(kind, shades, numbers):
        (tmp_path / "a.pgm").write_bytes(
            f"{kind}\n# made by hand\n96 64\n{shades}\n".encode() + numbers.tobytes()
        )
        return tmp_path / "a.pgm"

    grey = (GREY.astype("u2") * 250).astype(">u2")
    assert np.array_equal(open_micrograph(write("P5", 65535, grey)).pixels, grey)
    for kind, shades, numbers in (("P5", 4095, grey), ("P6", 65535, np.dstack([grey] * 3))):
        with pytest.raises(MicrographError, match="shades"):
            open_micrograph(write(kind, shades, numbers))


def test_jpeg_ls_opens(tmp_path):
    deep = GREY.astype("u2") * 257
    (tmp_path / "a.jls").write_bytes(imagecodecs.jpegls_encode(deep))
    assert np.array_equal(open_micrograph(tmp_path / "a.jls").pixels, deep)


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "i2", "<i4", ">f4", "f8", "?"])
def test_npy_of_every_number(tmp_path, dtype):
    values = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    np.save(tmp_path / "a.npy", values)
    assert np.array_equal(open_micrograph(tmp_path / "a.npy").pixels, values.astype(np.float32))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7), (2, 3, 5, 7), (3, 5, 7, 1)])
def test_npy_in_both_orders_frame_by_frame(tmp_path, shape, order):
    values = np.random.default_rng(0).integers(0, 999, shape)
    np.save(tmp_path / "a.npy", np.asarray(values, order=order))
    (signal,) = list_contents(tmp_path / "a.npy")
    frames = [open_micrograph(tmp_path / "a.npy", frame=frame).pixels for frame in range(signal.frames)]
    assert np.array_equal(np.stack(frames), values.reshape(-1, 5, 7))
