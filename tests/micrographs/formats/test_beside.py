"""The pixel size that a text file beside the image gives."""

import numpy as np
import pytest
from PIL import Image

from workbench.micrographs.reading import open_micrograph

IMAGE = np.arange(96 * 64, dtype=np.uint32).reshape(64, 96).astype("u1")
HITACHI = (
    "[{}]\r\nInstructName=HT7800\r\nSampleName=µ\r\nImageName=a.tif\r\nPixelSize={}\r\nDataSize=96x64\r\n"
)
JEOL = "$CM_FORMAT JEOL\r\n$CM_MAG 50000\r\n$CM_FULL_SIZE {} {}\r\n$$SM_MICRON_BAR {}\r\n$$SM_MICRON_MARKER {}\r\n"


def size(folder, text, name="a.tif", beside="a.txt", encoding="utf-8"):
    Image.fromarray(IMAGE).save(folder / name)
    (folder / beside).write_bytes(text.encode(encoding))
    return open_micrograph(folder / name).nm_per_px


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("section", ["TemImageFile", "SemImageFile"])
def test_hitachi_in_any_encoding(tmp_path, section, encoding):
    assert size(tmp_path, HITACHI.format(section, "0.05"), encoding=encoding) == pytest.approx(0.05)


@pytest.mark.parametrize("name", ["a.tif", "a.TIF", "a.bmp", "a.jpg", "a.png"])
@pytest.mark.parametrize("beside", ["a.txt", "a.TXT"])
def test_hitachi_beside_any_picture(tmp_path, name, beside):
    assert size(tmp_path, HITACHI.format("SemImageFile", "0.05"), name, beside) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("written", "nm"),
    [("0.05 nm", 0.05), ("0,05", 0.05), ("5E-2", 0.05), ("1.5 um", 1500), ("0", None), ("-", None)],
)
def test_numbers_of_hitachi(tmp_path, written, nm):
    found = size(tmp_path, HITACHI.format("SemImageFile", written))
    assert found == (None if nm is None else pytest.approx(nm))


def test_text_of_another_image_is_not_taken(tmp_path):
    text = HITACHI.format("SemImageFile", "0.05")
    assert size(tmp_path, text.replace("96x64", "1280x960")) is None
    assert size(tmp_path, "PixelSize=0.05\n") is None
    assert size(tmp_path, text, beside="other.txt") is None or (tmp_path / "a.txt").exists()


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        (JEOL.format(96, 64, 100, "1um"), 10),
        (JEOL.format(96, 60, 100, "1um"), 10),
        (JEOL.format(96, 64, 200, "50nm"), 0.25),
        (JEOL.format(1280, 960, 100, "1um"), None),
        (JEOL.format(96, 64, 0, "1um"), None),
        (JEOL.format(96, 64, 20, "1um"), None),
    ],
)
def test_jeol_gives_the_length_of_its_scale_bar(tmp_path, text, nm):
    found = size(tmp_path, text)
    assert found == (None if nm is None else pytest.approx(nm))


def test_tescan(tmp_path):
    text = "[MAIN]\r\nPixelSizeX=5e-10\r\nPixelSizeY=5e-10\r\n"
    assert size(tmp_path, text, beside="a-tif.hdr") == pytest.approx(0.5)


def test_what_the_image_says_itself_counts_first(tmp_path):
    from workbench.micrographs.writing import write_tiff

    (tmp_path / "a.txt").write_text(HITACHI.format("SemImageFile", "0.05"))
    write_tiff(tmp_path / "a.tif", IMAGE, 0.02)
    assert open_micrograph(tmp_path / "a.tif").nm_per_px == pytest.approx(0.02)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(tmp_path, end):
    text = HITACHI.format("SemImageFile", "0.05").replace("\r\n", end)
    assert size(tmp_path, text) == pytest.approx(0.05)


@pytest.mark.parametrize(("written", "nm"), [("0,5um", 5), ("0.5 um", 5), ("1.2.3nm", None), ("um", None)])
def test_a_length_that_is_no_number_leaves_the_image_as_it_is(tmp_path, written, nm):
    found = size(tmp_path, JEOL.format(96, 64, 100, written))
    assert found == (None if nm is None else pytest.approx(nm))
