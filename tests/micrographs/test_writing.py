"""What is written here opens again, in other programs too."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import tifffile

from workbench.errors import MicrographError
from workbench.micrographs.provenance import kind_of_result
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import refused, tiff_in_waiting, write_tiff


def test_tiff_written_here_keeps_pixels_and_pixel_size(tmp_path):
    pixels = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    write_tiff(tmp_path / "a.tif", pixels, 0.02152)
    opened = open_micrograph(tmp_path / "a.tif")
    assert np.array_equal(opened.pixels, pixels)
    assert opened.nm_per_px == pytest.approx(0.02152, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("u1", "u1"), ("u2", "u2"), ("f4", "f4"), ("i2", "f4"), ("f8", "f4"), ("i8", "f4"), ("?", "u1")],
)
def test_numbers_that_imagej_knows_stay_and_all_others_become_float32(tmp_path, given, kept):
    array = (np.arange(12).reshape(3, 4) % 2 * 3).astype(given)
    write_tiff(tmp_path / "a.tif", array, None)
    found = tifffile.imread(tmp_path / "a.tif")
    assert found.dtype == kept
    assert np.array_equal(found, array * 255 if given == "?" else array)
    assert open_micrograph(tmp_path / "a.tif").nm_per_px is None


def test_the_size_is_written_for_imagej_and_for_digital_micrograph(tmp_path):
    write_tiff(tmp_path / "a.tif", np.zeros((3, 4), np.uint8), 0.05, "of 金", "mask")
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        tags = tiff.pages[0].tags
        assert tiff.imagej_metadata["unit"] == "nm"
        assert tiff.imagej_metadata["Info"] == "of 金"
        assert tags["XResolution"].value[0] / tags["XResolution"].value[1] == pytest.approx(20)
        assert [tags[number].value for number in (65009, 65010)] == [0.05, 0.05]
        assert [tags[number].value for number in (65003, 65004)] == ["nm", "nm"]
    assert kind_of_result(tmp_path / "a.tif") == "mask"


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((2, 3, 4)), np.zeros((0, 4)), np.zeros((3, 4), complex)]
)
def test_what_is_no_image_is_refused(tmp_path, array):
    with pytest.raises(
        MicrographError, match=r"a.tif: only a two-dimensional image of real numbers can be written"
    ):
        write_tiff(tmp_path / "a.tif", array, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, -0.1, float("nan"), float("inf")])
def test_a_size_that_cannot_be_is_refused(tmp_path, size):
    with pytest.raises(MicrographError, match=f"must be a positive number of nanometres, not {size}"):
        write_tiff(tmp_path / "a.tif", np.zeros((3, 4)), size)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            errno.ENOSPC,
            "a.tif was not written because there is no room on the disk; free some and save again.",
        ),
        (
            errno.EDQUOT,
            "a.tif was not written because there is no room on the disk; free some and save again.",
        ),
        (errno.ENOENT, "a.tif was not written because the folder /out does not exist; create it first."),
        (errno.ENAMETOOLONG, "a.tif... was not written because its name is too long; give it a shorter one."),
        (errno.EACCES, "a.tif was not written to /out (permission denied); choose another folder."),
    ],
)
def test_why_a_file_was_not_written_is_said_with_what_to_do(code, said):
    assert refused(Path("/out/a.tif"), OSError(code, os.strerror(code))) == said


def test_a_file_in_waiting_takes_its_name_at_the_end_and_none_where_that_is_not_reached(tmp_path):
    path = tmp_path / "a.tif"
    write_tiff(path, np.zeros((3, 4), np.uint8), None)
    with pytest.raises(KeyboardInterrupt), tiff_in_waiting(path, np.ones((3, 4), np.uint8), None):
        raise KeyboardInterrupt
    assert not tifffile.imread(path).any()
    with tiff_in_waiting(path, np.ones((3, 4), np.uint8), None):
        assert not tifffile.imread(path).any()
    assert tifffile.imread(path).all()
    assert [one.name for one in tmp_path.iterdir()] == ["a.tif"]
