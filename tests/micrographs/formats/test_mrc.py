"""MRC as its many writers leave it: a size that is not known is not made up, and bytes are what they were."""

import struct

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph

ROWS, COLUMNS, NM = 6, 10, 0.05
IMAGE = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
IMOD = 1146047817


def mrc(path, stored, mode, *, order="<", columns=COLUMNS, sections=1, extended=b"", kind=b"", **other):
    """Write a header of MRC2014 with 0.05 nm/px, and what is stored as it is."""
    head = bytearray(1024)
    edge = [10 * NM * COLUMNS, 10 * NM * ROWS, 10 * NM]
    struct.pack_into(f"{order}4i", head, 0, columns, ROWS, sections, mode)
    struct.pack_into(f"{order}3i", head, 28, *other.get("sampling", (COLUMNS, ROWS, 1)))
    struct.pack_into(f"{order}3f", head, 40, *other.get("cell", edge))
    struct.pack_into(f"{order}3i", head, 64, *other.get("axes", (1, 2, 3)))
    struct.pack_into(f"{order}3f", head, 76, *other.get("statistics", (0, -1, -2)))
    struct.pack_into(f"{order}i", head, 92, len(extended))
    struct.pack_into(f"{order}i", head, 108, other.get("version", 20140))
    head[104 : 104 + len(kind)] = kind
    if "imod" in other:
        struct.pack_into(f"{order}2i", head, 152, IMOD, other["imod"])
    head[208:214] = b"MAP \x44\x44" if order == "<" else b"MAP \x11\x11"
    head[224 : 224 + len(other.get("label", b""))] = other.get("label", b"")
    path.write_bytes(bytes(head) + extended + stored)
    return path


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("mode", "dtype"), [(1, "i2"), (2, "f4"), (6, "u2"), (7, "i4"), (12, "f2")])
def test_numbers_of_every_mode_in_both_byte_orders(tmp_path, mode, dtype, order):
    stored = IMAGE.astype(order + dtype).tobytes()
    opened = open_micrograph(mrc(tmp_path / "a.mrc", stored, mode, order=order))
    assert np.array_equal(opened.pixels, IMAGE)
    assert opened.nm_per_px == pytest.approx(NM)


def test_sections_are_frames(tmp_path):
    stack = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])
    path = mrc(tmp_path / "a.mrcs", stack.tobytes(), 2, sections=3)
    (signal,) = list_contents(path)
    assert signal.shape == (3, ROWS, COLUMNS)
    assert np.array_equal(open_micrograph(path, frame=2).pixels, stack[2])


@pytest.mark.parametrize(
    "unknown",
    [
        {"sampling": (0, 0, 0)},
        {"sampling": (-1, -1, -1)},
        {"cell": (0, 0, 0)},
        {"cell": (-10.0 * COLUMNS, -10.0 * ROWS, 0)},
        {"cell": (float("nan"), 30, 1)},
        {"cell": (float("inf"), float("inf"), 1)},
        {"cell": (1e-30, 1e-30, 1)},
        {"cell": (0, 10 * NM * ROWS, 0)},
    ],
)
def test_a_cell_that_says_nothing_opens_without_a_pixel_size(tmp_path, unknown):
    opened = open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, **unknown))
    assert opened.nm_per_px is None
    assert np.array_equal(opened.pixels, IMAGE)


def test_the_cell_is_that_of_the_axes_that_the_header_names(tmp_path):
    cell = (30, 10 * NM * COLUMNS, 10 * NM * ROWS)
    path = mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, axes=(2, 3, 1), cell=cell, sampling=(1, COLUMNS, ROWS))
    assert open_micrograph(path).nm_per_px == pytest.approx(NM)


FLOATS = np.full(32768, 7.5e-10, "<f4").tobytes()
WORDS = (np.arange(65536) * 7 % 3000).astype("<i2").tobytes()


@pytest.mark.parametrize("kind", [b"", b"SERI", b"AGAR", b"CCP4", b"HDF5", b"MRCO"])
@pytest.mark.parametrize("extended", [FLOATS, WORDS, bytes(131072), WORDS[:80]])
def test_an_extended_header_that_is_not_feis_is_not_read_as_feis(tmp_path, kind, extended):
    opened = open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, extended=extended, kind=kind))
    assert opened.nm_per_px == pytest.approx(NM)
    assert np.array_equal(opened.pixels, IMAGE)


def old_fei(size_m, magnification=2e5):
    record = struct.pack("<13f", 1, 0, 0, 0, 0, 0, 0, -1e-6, 0.5, 100, 0, size_m, magnification)
    return record.ljust(131072, b"\0")


@pytest.mark.parametrize(
    ("record", "other", "nm"),
    [
        (old_fei(2e-10), {"label": b"Fei Company (C) Copyright 2003"}, 0.2),
        (old_fei(2e-10), {"cell": (0, 0, 0)}, 0.2),
        (old_fei(2e-10), {"cell": (COLUMNS, ROWS, 1)}, 0.2),
        (old_fei(2e-10), {}, None),  # it may be FEI's, and then says otherwise than the cell
        (old_fei(0.0), {"label": b"Fei Company"}, NM),
    ],
)
def test_feis_old_extended_header(tmp_path, record, other, nm):
    opened = open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, extended=record, **other))
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm))


@pytest.mark.parametrize("kind", [b"FEI1", b"FEI2"])
def test_feis_new_extended_header(tmp_path, kind):
    record = bytearray(768)
    record[20:26] = b"Talos "
    struct.pack_into("<d", record, 84, 200e3)
    struct.pack_into("<2d", record, 156, 5e-11, 5e-11)
    for cell, nm in (((0, 0, 0), NM), ((5, 3, 1), NM), ((50, 30, 1), None)):
        path = mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, extended=bytes(record), kind=kind, cell=cell)
        opened = open_micrograph(path)
        assert opened.nm_per_px == (None if nm is None else pytest.approx(nm))
        assert opened.metadata["voltage_kV"] == 200


@pytest.mark.parametrize(
    ("header", "signed"),
    [
        ({"imod": 1}, True),
        ({"imod": 1, "statistics": (0, 255, 100)}, True),
        ({"imod": 0}, False),
        ({"imod": 4, "statistics": (-128, 127, 0)}, False),
        ({"statistics": (-128, 127, 0), "version": 0}, True),
        ({"statistics": (0, 255, 100)}, False),
        ({"version": 20140}, True),
        ({"version": 0}, False),
    ],
)
def test_bytes_are_signed_where_the_header_says_so(tmp_path, header, signed):
    values = np.arange(ROWS * COLUMNS, dtype="u1").reshape(ROWS, COLUMNS) + 120
    opened = open_micrograph(mrc(tmp_path / "a.mrc", values.tobytes(), 0, **header))
    assert np.array_equal(opened.pixels, values.view("i1") if signed else values)


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS - 1])
def test_four_bits_a_pixel(tmp_path, columns):
    values = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 16).astype("u1")
    packed = (values[:, 0::2] | values[:, 1::2] << 4).tobytes()
    opened = open_micrograph(mrc(tmp_path / "a.mrc", packed, 101, columns=columns))
    assert np.array_equal(opened.pixels, values[:, :columns])
    halved = mrc(
        tmp_path / "b.mrc", packed, 0, columns=COLUMNS // 2, imod=16, sampling=(COLUMNS // 2, ROWS, 1)
    )
    assert np.array_equal(open_micrograph(halved).pixels, values)
    assert open_micrograph(halved).nm_per_px == pytest.approx(NM)


def test_colours_become_grey_and_waves_are_refused(tmp_path):
    colours = np.repeat(IMAGE.astype("u1")[..., None], 3, axis=-1)
    assert np.array_equal(open_micrograph(mrc(tmp_path / "a.mrc", colours.tobytes(), 16)).pixels, IMAGE)
    for mode in (3, 4):
        with pytest.raises(MicrographError, match="complex numbers"):
            open_micrograph(mrc(tmp_path / "a.mrc", bytes(8 * IMAGE.size), mode))
    with pytest.raises(MicrographError, match="mode 5, which is not known"):
        open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 5))
    with pytest.raises(MicrographError, match=r"packed \(MRCZ\); unpack it"):
        open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 1002))


SILENT = "Camera Model = DE\nInstrument Project TEMorSTEM Mode = 0\nFrames Per Second = 40\n"
SIZED = "Specimen Pixel Size X (nanometers) = 0.05\nSpecimen Pixel Size Y (nanometers) = 0.05\n"
UNSIZED = SIZED.replace("0.05", "-1")


@pytest.mark.parametrize(
    ("text", "cell", "nm"),
    [
        (SILENT, (5, 3, 1), NM),
        (SILENT, (-100, -60, 0), None),
        (SILENT + UNSIZED, (-100, -60, 0), None),
        (SILENT + SIZED, (-100, -60, 0), NM),
        (SILENT + SIZED, (5, 3, 1), NM),
        (SILENT + SIZED, (50, 30, 1), None),
    ],
)
@pytest.mark.parametrize("name", ["20240101_00001", "20240101_00001_gold_2"])
def test_a_movie_of_direct_electron_beside_its_text(tmp_path, name, text, cell, nm):
    movie = mrc(tmp_path / f"{name}_movie.mrc", np.stack([IMAGE] * 3).tobytes(), 2, sections=3, cell=cell)
    (tmp_path / f"{name}_info.txt").write_text(text)
    assert open_micrograph(movie).nm_per_px == (None if nm is None else pytest.approx(nm))


def test_a_movie_of_diffraction_patterns_is_refused(tmp_path):
    movie = mrc(tmp_path / "20240101_1_movie.mrc", IMAGE.tobytes(), 2)
    (tmp_path / "20240101_1_info.txt").write_text("Instrument Project Camera Length (centimeters) = 60\n")
    with pytest.raises(MicrographError, match="diffraction pattern"):
        open_micrograph(movie)


def test_one_that_is_cut_short_is_refused(tmp_path):
    path = mrc(tmp_path / "a.mrc", IMAGE.tobytes()[:-1], 2)
    with pytest.raises(MicrographError, match="cut short"):
        open_micrograph(path)


def test_a_wave_of_integers_is_refused_as_one_and_not_called_damaged(tmp_path):
    path = mrc(tmp_path / "a.mrc", np.zeros((ROWS, COLUMNS, 2), "i2").tobytes(), 3)
    with pytest.raises(MicrographError, match="complex"):
        open_micrograph(path)


def test_a_cell_of_zeros_is_no_size_that_the_file_gives(tmp_path):
    path = mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, cell=(0, 0, 0))
    assert "pixel_size_unknown" not in open_micrograph(path).metadata  # it said "the file gives nan nm"
