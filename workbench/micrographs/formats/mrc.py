"""MRC images and stacks: the header is checked here, the rest goes through RosettaSciIO."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from workbench.micrographs.formats.content import Content, Unreadable
from workbench.micrographs.formats.rosetta import describe

_HEADER = 1024
_DTYPES = {0: "u1", 1: "i2", 2: "f4", 4: "c8", 6: "u2", 12: "f2"}


def read_mrc(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe an MRC file, in either byte order."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER:
        raise ValueError("shorter than its header")
    order = ">" if _is_big_endian(head) else "<"
    columns, rows, sections, mode = struct.unpack_from(f"{order}4i", head)
    (extra,) = struct.unpack_from(f"{order}i", head, 92)
    cell = struct.unpack_from(f"{order}2f", head, 40)
    (darkest,) = struct.unpack_from(f"{order}f", head, 76)
    if mode not in _DTYPES:
        raise Unreadable(
            f"is an MRC file of mode {mode}, which is not an image of real numbers; save it as mode 2"
        )
    dtype = np.dtype(order + _DTYPES[mode])
    # A damaged header asks for any size; RosettaSciIO would plan the reading of all of it for minutes.
    if min(columns, rows, sections, extra + 1) <= 0:
        raise ValueError("sizes that are not positive")
    if _HEADER + extra + columns * rows * sections * dtype.itemsize > path.stat().st_size:
        raise ValueError("fewer pixels than the header says")
    # Bytes are signed by the standard of 2014 and unsigned in older files; the stated minimum tells.
    if mode == 0 and darkest < 0:
        dtype = np.dtype("i1")

    from rsciio.mrc import file_reader

    signals = file_reader(str(path), lazy=True, endianness=order, chunks=(1, rows, columns))
    for signal in signals:
        if "fei_header" not in signal["original_metadata"] and 0 in cell:
            # The standard leaves the cell at zero where it is not known; RosettaSciIO makes that 0 nm or 1
            # nm.
            for axis in signal["axes"]:
                axis["units"] = None
    return [describe(path, signal, dtype) for signal in signals]


def _is_big_endian(head: bytes) -> bool:
    stamp = head[212:214]
    if stamp in (b"\x11\x11", b"\x44\x44", b"\x44\x41"):
        return stamp == b"\x11\x11"
    return not 0 <= int.from_bytes(head[12:16], "little", signed=True) <= max(_DTYPES)
