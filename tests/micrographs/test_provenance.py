"""A result says that it is one, in the file itself."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from workbench.micrographs.provenance import kind_of_result, mark, read_record, record
from workbench.micrographs.writing import write_tiff


@pytest.mark.parametrize("kind", ["mask", "probability", "map", "label"])
def test_a_tiff_that_was_written_as_a_result_says_so_under_any_name(tmp_path, kind):
    path = tmp_path / "micrograph.tif"
    write_tiff(path, np.zeros((8, 9), np.uint8), 0.05, record(kind, of="金.tif", particles=3), kind)
    assert kind_of_result(path) == kind
    assert read_record(path)["of"] == "金.tif"
    assert read_record(path)["particles"] == 3


def test_a_micrograph_that_the_workbench_wrote_is_one(tmp_path):
    write_tiff(tmp_path / "m.mask.tif", np.zeros((8, 9), np.uint8), 0.05, "a mask, or not")
    assert kind_of_result(tmp_path / "m.mask.tif") is None
    assert read_record(tmp_path / "m.mask.tif") == {}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_the_mark_is_read_in_any_byte_order_and_in_bigtiff(tmp_path, order, big):
    path = tmp_path / "m.tif"
    tifffile.imwrite(path, np.zeros((8, 9)), byteorder=order, bigtiff=big, software=mark("mask"))
    assert kind_of_result(path) == "mask"


def test_the_mark_outlives_imagej_which_keeps_the_info_alone(tmp_path):
    path = tmp_path / "m.tif"
    info = {"Info": record("mask", particles=3), "Labels": ["first"]}
    tifffile.imwrite(
        path, np.zeros((8, 9), np.uint8), imagej=True, byteorder=">", software="ImageJ", metadata=info
    )
    assert kind_of_result(path) == "mask"
    assert read_record(path)["particles"] == 3


def test_a_png_says_so_too(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Software", mark("figure"))
    told.add_text("Description", record("figure", masks=[1]))
    Image.new("L", (5, 6)).save(tmp_path / "f.png", pnginfo=told)
    Image.new("L", (5, 6)).save(tmp_path / "m.png")
    assert kind_of_result(tmp_path / "f.png") == "figure"
    assert read_record(tmp_path / "f.png")["masks"] == [1]
    assert kind_of_result(tmp_path / "m.png") is None


def test_a_file_that_is_cut_short_damaged_or_gone_is_no_result_and_no_error(tmp_path):
    path = tmp_path / "m.tif"
    write_tiff(path, np.zeros((8, 9), np.uint8), 0.05, record("mask"), "mask")
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for length in range(0, 400, 7):
        path.write_bytes(whole[:length])
        assert kind_of_result(path) in (None, "mask")
        damaged = bytearray(whole)
        for place in rng.integers(0, 400, 4):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        kind_of_result(path)
    assert kind_of_result(tmp_path / "nosuch.tif") is None
    assert kind_of_result(tmp_path) is None
