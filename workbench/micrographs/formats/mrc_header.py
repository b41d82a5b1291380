"""What the header of an MRC file says: 1024 bytes, and whatever its maker put behind them.

Names and places as in MRC2014 (A. Cheng et al., J. Struct. Biol. 192, 146, 2015) and in IMOD's description.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from workbench.micrographs.formats.content import Axis

LENGTH = 1024
MODES = {0, 1, 2, 3, 4, 6, 7, 12, 16, 101}
_IMOD = 1146047817
_IMOD_SIGNED, _IMOD_FOUR_BITS = 1, 16
_OLD_FEI_BYTES, _OLD_FEI_RECORD = 131072, "<13f"
_SAME = 0.01


@dataclass(frozen=True)
class Header:
    """Fields of the header, by the standard's names; lengths in Angstrom."""

    order: str
    columns: int
    rows: int
    sections: int
    mode: int
    sampling: tuple[int, int, int]
    cell: tuple[float, float, float]
    axes: tuple[int, int, int]
    least: float
    most: float
    extended: int
    kind: str
    version: int
    imod_flags: int | None
    old_fei_counts: tuple[int, int]
    label: str

    @property
    def signed_bytes(self) -> bool:
        """Whether bytes (mode 0) run from -128: IMOD's flag says so, else the statistics, else the standard of 2014."""
        if self.imod_flags is not None:
            return bool(self.imod_flags & _IMOD_SIGNED)
        if self.least < self.most and (self.least < 0 or self.most > 127):
            return self.least < 0
        return self.version >= 20140

    @property
    def half_bytes(self) -> bool:
        """Whether bytes (mode 0) hold two pixels each, so that a row is twice as long as the header says."""
        return self.mode == 0 and self.imod_flags is not None and bool(self.imod_flags & _IMOD_FOUR_BITS)

    def original(self) -> dict[str, Any]:
        """The fields, as plain data."""
        return dict(vars(self))


def parse(head: bytes) -> Header:
    """Take the header apart, in the byte order in which it makes sense."""
    if len(head) < LENGTH:
        raise ValueError("shorter than its header")
    order = _order(head)

    def at(place: int, kind: str) -> tuple[Any, ...]:
        return struct.unpack_from(order + kind, head, place)

    # Files from before 2000 have no mark, and no type of the extended header nor version.
    marked = head[208:211] == b"MAP"
    stamp, flags = at(152, "2i")
    columns, rows, sections, mode = at(0, "4i")
    return Header(
        order,
        columns,
        rows,
        sections,
        mode,
        sampling=at(28, "3i"),
        cell=at(40, "3f"),
        axes=at(64, "3i"),
        least=at(76, "f")[0],
        most=at(80, "f")[0],
        extended=at(92, "i")[0],
        kind=head[104:108].strip(b" \0").decode("latin-1") if marked else "",
        version=at(108, "i")[0] if marked else 0,
        imod_flags=flags if stamp == _IMOD else None,
        old_fei_counts=at(128, "2h"),
        label=head[224:304].decode("latin-1").rstrip(" \0"),
    )


def pixel_axes(header: Header, extended: bytes) -> tuple[Axis, Axis]:
    """Steps of rows and columns, from the cell or from FEI's extended header; of unknown length where they differ."""
    cell = _by_cell(header)
    fei = None
    if header.kind in ("FEI1", "FEI2") and len(extended) >= 172:
        x, y = (1e9 * size for size in struct.unpack_from(header.order + "2d", extended, 156))
        fei = _both(y, x)
    elif header.kind == "" and header.extended == _OLD_FEI_BYTES and len(extended) >= 128:
        size, sure = _by_old_fei(header, extended)
        fei = _both(size, size)
        # Their cell is not what they measured; where it is not certain that it is theirs, both have to agree.
        cell = None if fei and (sure or header.sampling == header.cell) else cell
    if fei and cell and not agree(fei, cell):
        return Axis(), Axis()
    y, x = fei or cell or (None, None)
    return Axis(y, "nm"), Axis(x, "nm")


def agree(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two pixel sizes (y, x) are the same within 1 %."""
    return all(math.isclose(a, b, rel_tol=_SAME) for a, b in zip(first, second, strict=True))


def known(header: Header, extended: bytes) -> dict[str, Any]:
    """What FEI's extended header says besides, by our names; anything, where it is not to be trusted."""
    if header.kind in ("FEI1", "FEI2") and len(extended) >= 297:
        name = extended[20:36].split(b"\0")[0].decode("latin-1")
        (volts,) = struct.unpack_from(header.order + "d", extended, 84)
        (magnification,) = struct.unpack_from(header.order + "d", extended, 289)
        return {"microscope": name, "voltage_kV": volts / 1e3, "magnification": magnification}
    if header.kind == "" and header.extended == _OLD_FEI_BYTES and len(extended) >= 128:
        _, sure = _by_old_fei(header, extended)
        if sure:
            record = struct.unpack_from(header.order + _OLD_FEI_RECORD[1:], extended)
            return {"exposure_s": record[8], "magnification": record[12]}
    return {}


def _order(head: bytes) -> str:
    fits = [order for order in "<>" if _makes_sense(head, order)]
    if len(fits) == 1:
        return fits[0]
    return ">" if head[212:214] in (b"\x11\x11", b"\x17\x17") else "<"


def _makes_sense(head: bytes, order: str) -> bool:
    columns, rows, sections, mode = struct.unpack_from(order + "4i", head)
    return min(columns, rows, sections) > 0 and max(columns, rows) < 1 << 24 and mode in MODES


def _by_cell(header: Header) -> tuple[float, float] | None:
    """Length of a step in nm along rows and columns. Zero or less in cell or sampling means that nobody knows."""
    axes = header.axes if sorted(header.axes) == [1, 2, 3] else (1, 2, 3)
    x, y = (
        header.cell[axis - 1] / header.sampling[axis - 1] / 10 if header.sampling[axis - 1] > 0 else 0
        for axis in axes[:2]
    )
    if header.half_bytes and not math.isclose(x, y, rel_tol=_SAME):
        x = x / 2 if math.isclose(x / 2, y, rel_tol=_SAME) else 0
    return _both(y, x)


def _by_old_fei(header: Header, extended: bytes) -> tuple[float, bool]:
    """Pixel size in nm of an extended header that has the length of FEI's from before 2014, and whether it is theirs.

    Nothing in the file says so for certain but a label. Without it all that is there must be possible: tilts in
    degrees, an exposure in seconds, a magnification.
    """
    record = struct.unpack_from(header.order + _OLD_FEI_RECORD[1:], extended)
    if not all(map(math.isfinite, record)):
        return 0, False
    tilts, exposure, size, magnification = record[:2], record[8], record[11], record[12]
    possible = max(map(abs, tilts)) <= 90 and 0 <= exposure < 1e5 and 0 < size < 1e-5
    signed = header.label.lower().startswith("fei") or header.old_fei_counts in ((0, 32), (128, 32))
    if not possible or not (signed or 10 <= magnification < 1e8):
        return 0, False
    return size * 1e9, signed


def _both(y: float, x: float) -> tuple[float, float] | None:
    return (y, x) if all(math.isfinite(size) and size > 0 for size in (y, x)) else None
