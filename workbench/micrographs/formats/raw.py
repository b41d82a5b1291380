"""Numbers out of a file into memory; nothing is mapped.

A mapped file that another program cuts short ends the process when a page is touched that is no longer there. What
is read is there, or is missed and said.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError, WorkbenchError

_BLOCK_BYTES, _PART_BYTES = 64 << 20, 1 << 20


class ChangedError(MicrographError):
    """Another program wrote to a file while it was read; whoever reads it again may find it whole."""


@contextmanager
def unchanged(path: Path, error: type[WorkbenchError] = ChangedError) -> Iterator[None]:
    """Watch over a file while it is read.

    Raises
    ------
    WorkbenchError
        An ``error``, if another program wrote to it in the meantime, whatever that led to.
    OSError
        If it is not there at first.
    """
    before = _state(path)
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as reason:
        if _differs(path, before):
            raise error(changed(path)) from reason
        raise
    if _differs(path, before):
        raise error(changed(path))


def changed(path: Path) -> str:
    """Say that another program wrote to a file."""
    return f"{path.name} changed while it was read; open it again once it is written."


def read_array(path: Path, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read an array of the given shape that begins at a byte.

    Raises
    ------
    ValueError
        If the file ends before it does.
    """
    count = math.prod(shape)
    with path.open("rb") as file:
        # Asked of the open file: memory is only taken for what is there.
        if offset + count * dtype.itemsize > os.fstat(file.fileno()).st_size:
            raise ValueError("the pixels are cut short")
        file.seek(offset)
        pixels = np.fromfile(file, dtype, count)
    if pixels.size != count:
        raise ValueError("the pixels are cut short")
    return pixels.reshape(shape)


def read_image(path: Path, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read an image that begins at a byte, as float32 where it has no colours; for what is raised see `read_array`.

    A small part is read and turned into float32 at a time, so that no second image takes up memory and time.
    """
    if len(shape) != 2 or dtype.kind not in "buif" or dtype == np.float32:
        return read_array(path, offset, dtype, shape)
    count = math.prod(shape)
    pixels: npt.NDArray[np.float32] = np.empty(count, np.float32)
    part: npt.NDArray[Any] = np.empty(min(count, _PART_BYTES // dtype.itemsize), dtype)
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        for start in range(0, count, len(part)):
            wanted = part[: count - start]
            if not _fill(file, wanted.view(np.uint8).data):
                raise ValueError("the pixels are cut short")
            pixels[start : start + len(wanted)] = wanted
    return pixels.reshape(shape)


def _fill(file: io.FileIO, memory: memoryview) -> bool:
    """Read until there is no more room; False where the file ends before."""
    while len(memory):
        count = file.readinto(memory)
        if not count:
            return False
        memory = memory[count:]
    return True


def read_every(
    path: Path, offset: int, dtype: np.dtype[Any], count: int, step: int, first: int
) -> npt.NDArray[Any]:
    """Read ``count`` numbers that stand ``step`` apart, from number ``first`` on, in blocks of little memory."""
    found: npt.NDArray[Any] = np.empty(count, dtype)
    block = max(1, _BLOCK_BYTES // (step * dtype.itemsize))
    for start in range(0, count, block):
        rows = min(block, count - start)
        part = read_array(path, offset + start * step * dtype.itemsize, dtype, (rows, step))
        found[start : start + rows] = part[:, first]
    return found


def _state(path: Path) -> tuple[int, ...]:
    now = path.stat()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns


def _differs(path: Path, before: tuple[int, ...]) -> bool:
    try:
        return _state(path) != before
    except OSError:
        return True
