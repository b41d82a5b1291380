"""MRC images, stacks and volumes, one section read at a time.

Read here and not by RosettaSciIO: it maps the file, makes 1 nm of a size that is not known, takes any extended header
of 128 KiB for that of FEI, and knows neither signed bytes nor 4-bit pixels.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats import direct_electron, mrc_header
from workbench.micrographs.formats.content import Content, Unreadable, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.mrc_header import Header
from workbench.micrographs.formats.plain import known
from workbench.micrographs.formats.raw import read_array, read_image

_DTYPES = {1: "i2", 2: "f4", 3: "c8", 4: "c8", 6: "u2", 7: "i4", 12: "f2", 16: "u1", 101: "u1"}
_EXTENDED_BYTES = 1024  # of the extended header that are looked at: the record of the first section


def read_mrc(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe an MRC file, in either byte order."""
    with path.open("rb") as file:
        header = mrc_header.parse(file.read(mrc_header.LENGTH))
        extended = file.read(min(max(header.extended, 0), _EXTENDED_BYTES))
    if header.mode % 1000 in mrc_header.MODES and 1000 <= header.mode < 100_000:
        raise Unreadable(
            "is an MRC file whose pixels are packed (MRCZ); unpack it with the Python library mrcz"
        )
    if header.mode not in mrc_header.MODES:
        raise Unreadable(f"is an MRC file of mode {header.mode}, which is not known here; save it as mode 2")
    if min(header.columns, header.rows, header.sections, header.extended + 1) <= 0:
        raise ValueError("sizes that are not positive")
    packed = header.mode == 101 or header.half_bytes
    columns = header.columns * 2 if header.half_bytes else header.columns
    dtype = _dtype(header)
    # Two pixels of 4 bit stand in a byte, and a row begins with a byte of its own.
    row = (header.columns + 1) // 2 if header.mode == 101 else header.columns
    stored = (header.rows, row, 3) if header.mode == 16 else (header.rows, row)
    start, section = mrc_header.LENGTH + header.extended, int(np.prod(stored)) * dtype.itemsize
    # Waves are not read, and their numbers in two halves of 16 bit (mode 3) are no type of NumPy's.
    if dtype.kind != "c" and start + section * header.sections > path.stat().st_size:
        raise ValueError("fewer pixels than the header says")

    def read(frame: int) -> npt.NDArray[Any]:
        pixels = (read_array if packed else read_image)(path, start + frame * section, dtype, stored)
        return _unpacked(pixels, columns) if packed else pixels

    said = direct_electron.text_beside(path)
    axes = direct_electron.pixel_axes(said, mrc_header.pixel_axes(header, extended))
    frames = (header.sections,) if header.sections > 1 else ()
    about = {"std_header": header.original(), **({"de_metadata": said} if said else {})}
    return [
        Content(
            path.stem,
            (*frames, header.rows, columns),
            dtype,
            never_read if dtype.kind == "c" else read,
            axes,
            lambda: about,
            known({**direct_electron.known(said), **mrc_header.known(header, extended)}),
            not_an_image(axes),
        )
    ]


def _dtype(header: Header) -> np.dtype[Any]:
    if header.mode == 0:
        return np.dtype("i1" if header.signed_bytes and not header.half_bytes else "u1")
    return np.dtype(header.order + _DTYPES[header.mode])


def _unpacked(pixels: npt.NDArray[Any], columns: int) -> npt.NDArray[Any]:
    """Take bytes apart, the lower half first, as SerialEM writes them."""
    return np.stack([pixels & 15, pixels >> 4], axis=-1).reshape(len(pixels), -1)[:, :columns]
