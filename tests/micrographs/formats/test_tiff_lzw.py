"""LZW through libtiff gives the numbers that tifffile with imagecodecs gives, value by value, for every layout."""

import numpy as np
import pytest
import tifffile

from workbench.micrographs.formats import tiff_lzw
from workbench.micrographs.formats.tiff_lzw import decode_lzw

RAMP = np.add.outer(np.arange(61) * 7, np.arange(83) * 3)
NOISE = np.random.default_rng(0).integers(0, 120, RAMP.shape)
STRIPS = [{"rowsperstrip": None}, {"rowsperstrip": 1}, {"rowsperstrip": 10}]
TILES = [{"tile": (16, 16)}, {"tile": (32, 48)}]
PREDICTORS = [
    *((dtype, predictor) for dtype in ("u1", "i1", "u2", "i2", "u4", "i4") for predictor in (None, 2)),
    *((dtype, predictor) for dtype in ("f2", "f4", "f8") for predictor in (None, 3)),
]


def write(path, pixels, **options):
    colours = 3 in pixels.shape
    photometric = "rgb" if colours else "minisblack"
    planar = None if pixels.ndim == 2 else "separate" if pixels.shape[0] == 3 else "contig"
    options = {"compression": "lzw", "photometric": photometric, "planarconfig": planar, **options}
    tifffile.imwrite(path, pixels, metadata=None, **options)
    return path


def both(path):
    """Return the first page as it is decoded here, and by tifffile with imagecodecs."""
    with tifffile.TiffFile(path) as tiff:
        return decode_lzw(tiff.pages.first), tiff.pages.first.asarray(squeeze=False)


@pytest.mark.parametrize("layout", STRIPS + TILES, ids=str)
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize(("dtype", "predictor"), PREDICTORS)
def test_grey_is_as_it_was_stored(tmp_path, monkeypatch, dtype, predictor, byteorder, layout):
    stored = (RAMP % 90 + NOISE / 7).astype(dtype)
    path = write(tmp_path / "a.tif", stored, predictor=predictor, byteorder=byteorder, **layout)
    for at_once in (1, 3000, 1 << 20):
        monkeypatch.setattr(tiff_lzw, "_AT_ONCE", at_once)
        own, others = both(path)
        assert np.array_equal(own, others), at_once
        assert np.array_equal(own[0, 0, ..., 0], stored), at_once


@pytest.mark.parametrize("layout", [*STRIPS[:2], {"rowsperstrip": 20}, *TILES], ids=str)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize(("dtype", "predictor"), [("u1", None), ("u1", 2), ("u2", 2), ("f4", 3)])
def test_colours_are_as_they_were_stored(tmp_path, dtype, predictor, byteorder, planar, layout):
    stored = np.dstack([NOISE, RAMP % 90, NOISE // 2])[:60].astype(dtype)
    pixels = np.moveaxis(stored, -1, 0) if planar else stored
    own, others = both(write(tmp_path / "a.tif", pixels, predictor=predictor, byteorder=byteorder, **layout))
    assert np.array_equal(own, others)
    assert np.array_equal(own[:, 0, ..., 0].transpose(1, 2, 0) if planar else own[0, 0], stored)


def test_each_page_of_a_stack_is_its_own(tmp_path):
    stored = np.stack([NOISE, NOISE + 100, RAMP]).astype("u2")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, compression="lzw", photometric="minisblack")
    with tifffile.TiffFile(path) as tiff:
        for page, image in zip(tiff.pages, stored, strict=True):
            assert np.array_equal(decode_lzw(page.aspage())[0, 0, ..., 0], image)


def test_what_is_not_of_whole_bytes_is_left_to_tifffile(tmp_path):
    uneven = np.stack([NOISE] * 3).astype("u1")
    for pixels, options in (
        (NOISE.astype("u1"), {"compression": "zlib"}),
        (NOISE > 60, {}),
        (NOISE.astype("c8"), {}),
        (uneven, {"rowsperstrip": 10}),
    ):
        own, others = both(write(tmp_path / "a.tif", pixels, **options))
        assert own is None
        assert np.array_equal(others.reshape(pixels.shape), pixels)


def test_one_strip_or_many_that_are_damaged_are_left_to_tifffile(tmp_path):
    for layout in STRIPS:
        path = write(tmp_path / "a.tif", NOISE.astype("u2"), **layout)
        with tifffile.TiffFile(path) as tiff:
            start, count = tiff.pages.first.dataoffsets[-1], tiff.pages.first.databytecounts[-1]
        file = bytearray(path.read_bytes())
        file[start + count // 2 : start + count] = bytes(count - count // 2)
        path.write_bytes(file)
        with tifffile.TiffFile(path) as tiff:
            assert decode_lzw(tiff.pages.first) is None


def test_strips_scattered_over_a_large_file_are_left_to_tifffile(tmp_path):
    path = write(tmp_path / "a.tif", NOISE.astype("u1"), rowsperstrip=31)
    with tifffile.TiffFile(path, mode="r+") as tiff:
        page = tiff.pages.first
        last = page.dataoffsets[1]
        tiff.filehandle.seek(last)
        strip = tiff.filehandle.read(page.databytecounts[1])
        tiff.filehandle.seek(1 << 20)
        tiff.filehandle.write(strip)
        page.tags["StripOffsets"].overwrite((page.dataoffsets[0], 1 << 20))
    own, others = both(path)
    assert own is None
    assert np.array_equal(others[0, 0, ..., 0], NOISE)
