"""The pixel size in a TIFF is found where programs write it, and never made up."""

import logging
import struct
import sys

import numpy as np
import pytest
import tifffile
from scaled_tiff import ASCII, BYTE, DOUBLE, IMAGE, size

from workbench.micrographs.reading import open_micrograph


@pytest.mark.parametrize(
    ("dots", "unit"), [(72, 2), (96, 2), (300, 2), (600, 2), (28.346, 3), (118, 3), (0.05, 1), (20, 1)]
)
def test_a_resolution_for_printers_is_no_pixel_size(tmp_path, dots, unit):
    assert size(tmp_path / "a.tif", resolution=(dots, dots), unit=unit) is None
    imagej = "ImageJ=1.53\nunit=nm\n"
    if unit == 2:
        assert size(tmp_path / "a.tif", resolution=(dots, dots), unit=unit, description=imagej) is None


def test_a_resolution_that_only_a_microscope_has_is_one(tmp_path):
    assert size(tmp_path / "a.tif", resolution=(2e8, 2e8), unit=3) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("unit", "nm"),
    [
        *(("nm", 1), ("pm", 1e-3), ("A", 0.1), ("Å", 0.1), ("\\u00C5", 0.1), ("Angstrom", 0.1), ("mm", 1e6)),
        *(("micron", 1e3), ("microns", 1e3), ("um", 1e3), ("\\u00B5m", 1e3), ("\\u03BCm", 1e3), ("µm", 1e3)),
        *(("pixel", None), ("px", None), ("inch", None), ("", None), ("banana", None)),
    ],
)
def test_units_of_imagej(tmp_path, unit, nm):
    text = f"ImageJ=1.53\nunit={unit}\n".encode()
    found = size(tmp_path / "a.tif", resolution=(20, 20), unit=1, description=text)
    assert found == (None if nm is None else pytest.approx(0.05 * nm))


def test_pixels_an_inch_or_a_micrometre_is_not_guessed(tmp_path):
    text = "ImageJ=1.48\nimages=1\nunit=um\n"
    assert size(tmp_path / "a.tif", resolution=(153846, 153846), unit=3, description=text) is None


def test_micro_manager_says_micrometres_in_its_own_text(tmp_path):
    text = "ImageJ=1.48\nimages=1\nunit=um\n"
    for written, nm in (("0.065", 65), ("0.0", None)):
        own = [(51123, ASCII, 0, f'{{"PixelSizeUm": {written}}}', True)]
        found = size(tmp_path / "a.tif", resolution=(153846, 153846), unit=3, description=text, tags=own)
        assert found == (None if nm is None else pytest.approx(nm))


def dm(y, x, unit="nm"):
    return [
        *((65003, ASCII, 0, unit, True), (65004, ASCII, 0, unit, True)),
        *((65009, DOUBLE, 1, x, True), (65010, DOUBLE, 1, y, True)),
    ]


@pytest.mark.parametrize("wrong", [0.0, -0.1, float("nan"), float("inf")])
def test_a_size_that_cannot_be_is_unknown_and_why_is_said(tmp_path, wrong):
    assert size(tmp_path / "a.tif", tags=dm(0.1, 0.1)) == pytest.approx(0.1)
    assert size(tmp_path / "a.tif", tags=dm(wrong, wrong)) is None
    assert "cannot be" in open_micrograph(tmp_path / "a.tif").metadata["pixel_size_unknown"]


def test_pixels_that_are_not_square_have_no_size(tmp_path):
    assert size(tmp_path / "a.tif", tags=dm(0.1, 0.12)) is None
    assert "0.1 nm by 0.12 nm" in open_micrograph(tmp_path / "a.tif").metadata["pixel_size_unknown"]
    assert open_micrograph(tmp_path / "a.tif", nm_per_px=0.11).nm_per_px == 0.11


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        ("AMT Camera System\r\n80\r\nXpixCal=65.569\r\nYpixCal=65.569\r\nUnit=micron\r\n##fv3\r\n", 15.251),
        ("JEM-1400 XpixCal=2520.415000YpixCal=2520.415000Unit=um", 0.39676),
        ("AMT Camera System\rXpixCal=2.5\rYpixCal=2.5\rUnit=nm\r", 0.4),
        ("AMT Camera System\rXpixCal=2,5\rYpixCal=2,5\rUnit=nm\r", 0.4),
        ("AMT Camera System Unit=nmXpixCal=2.5YpixCal=2.5", 0.4),
        ("AMT Camera System\rXpixCal=2.5\rYpixCal=2.5\rResolutionUnit=2\r", None),
        ("AMT Camera System\rXpixCal=0.0\rYpixCal=0.0\rUnit=nm\r", None),
    ],
)
def test_cameras_of_amt(tmp_path, text, nm):
    found = size(tmp_path / "a.tif", description=text, resolution=(1e6, 1e6), unit=2)
    assert found == (None if nm is None else pytest.approx(nm, rel=1e-4))


def test_fei_through_rosettasciio(tmp_path):
    ini = "[Scan]\r\nPixelWidth=5e-10\r\nPixelHeight=5e-10\r\n"
    assert size(tmp_path / "a.tif", tags=[(34682, ASCII, 0, ini, True)]) == pytest.approx(0.5)
    assert size(tmp_path / "a.tif", tags=[(34682, ASCII, 0, "[User]\r\nDate=1\r\n", True)]) is None


def sis(base, metres):
    head = struct.pack("<4s6xhhhhh6x32sH", b"SIS0", 42, 19, 15, 10, 118, b"x", 1)
    return (
        head
        + struct.pack("<hhI", 1, 1, base + 68)
        + struct.pack("<10xhdd8xd2x34s32s", 0, metres, metres, 6e5, b"camera", b"picture")
    )


@pytest.mark.parametrize("before", [[], [(IMAGE // 2).astype("u1")]])
def test_olympus_sis_through_rosettasciio_on_any_page(tmp_path, before):
    tag = sis(0, 2.4e-11)
    size(tmp_path / "a.tif", tags=[(33560, BYTE, len(tag), tag, True)], before=before)
    written = (tmp_path / "a.tif").read_bytes()
    at = written.find(b"SIS0")  # it holds an offset in the file, which is known only now
    (tmp_path / "a.tif").write_bytes(written.replace(tag, sis(at, 2.4e-11)))
    opened = open_micrograph(tmp_path / "a.tif")
    assert opened.nm_per_px == pytest.approx(0.024)
    assert np.array_equal(opened.pixels, IMAGE)


def test_tescan(tmp_path):
    text = b"[MAIN]\r\nMagnification=1000\r\nPixelSizeX=5e-10\r\nPixelSizeY=5e-10\r\n"
    assert size(tmp_path / "a.tif", tags=[(50431, BYTE, len(text), text, True)]) == pytest.approx(0.5)


def test_a_scale_of_the_thumbnail_is_not_that_of_the_image(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page, tags in ((IMAGE[::2, ::2], dm(0.2, 0.2)), (IMAGE, ())):
            writer.write(page, metadata=None, contiguous=False, photometric="minisblack", extratags=tags)
    opened = open_micrograph(tmp_path / "a.tif")
    assert (opened.shape, opened.nm_per_px) == (IMAGE.shape, None)


@pytest.mark.parametrize(
    ("numbers", "written", "nm"),
    [
        ("5e-10", "64 nm", 64),  # of 1024 pixels, of which this image has 8
        ("5e-10", None, 64),
        (None, "64 nm", 64),
        ("5e-10", "0.5 nm", None),
    ],
)
def test_zeiss_is_known_where_it_does_not_contradict_itself(tmp_path, numbers, written, nm):
    text = f"\r\n0\r\n0.0\r\n{numbers}\r\n" if numbers else ""
    text += f"AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = {written}\r\n" if written else ""
    found = size(tmp_path / "a.tif", tags=[(34118, ASCII, 0, text, True)])
    assert found == (None if nm is None else pytest.approx(nm))


def test_tvips_diffraction_is_refused(tmp_path):
    from types import SimpleNamespace

    from workbench.micrographs.formats.lengths import not_an_image
    from workbench.micrographs.formats.tiff_scale import pixel_axes

    pattern = {"TemMode": 3, "PixelSizeX": 0.1, "PixelSizeY": 0.1}
    page = SimpleNamespace(
        **{f"is_{kind}": kind == "tvips" for kind in ("fei", "sem", "tvips", "sis")},
        tags=[SimpleNamespace(name="TVIPS", value=pattern)],
        index=0,
        imagelength=6,
        imagewidth=8,
    )
    axes = pixel_axes(tmp_path / "a.tif", SimpleNamespace(flags={"tvips"}), page)
    assert "diffraction" in not_an_image(axes)


@pytest.mark.parametrize(
    ("resolution", "unit", "nm"), [(72, 2, None), (28.35, 3, None), (1, 1, None), (2.54e7, 2, 1), (5e6, 3, 2)]
)
def test_tvips_without_a_size_has_that_of_its_resolution_where_no_printer_is_meant(
    tmp_path, resolution, unit, nm
):
    tags = [(37706, BYTE, 8, bytes(8), True)]
    found = size(tmp_path / "a.tif", tags=tags, resolution=(resolution, resolution), unit=unit)
    assert found == (None if nm is None else pytest.approx(nm, rel=1e-4))


def test_nothing_is_said_aloud_the_first_time_that_rosettasciio_is_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(logging.getLogger("rsciio"), "handlers", [])
    for module in ("rsciio", "rsciio.tiff._api"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert size(tmp_path / "a.tif", tags=[(34682, ASCII, 0, "[User]\r\nDate=1\r\n", True)]) is None
    assert not "".join(
        capsys.readouterr()
    )  # it went to the standard output, among what a command prints there
