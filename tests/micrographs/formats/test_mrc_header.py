"""The header of an MRC: cells, signed bytes, extended headers of FEI."""

import struct

import numpy as np
import pytest
from mrc_file import COLUMNS, IMAGE, NM, ROWS, mrc

from workbench.micrographs.reading import open_micrograph


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


def test_a_cell_of_zeros_is_no_size_that_the_file_gives(tmp_path):
    path = mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 2, cell=(0, 0, 0))
    assert "pixel_size_unknown" not in open_micrograph(path).metadata  # it said "the file gives nan nm"
