"""A label image that was made elsewhere, as a session keeps it: run lengths, packed as text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import LARGEST_NUMBER
from workbench.segmentation.components import LabelImage

LONGEST_TEXT = 1_500_000
"""Characters of one label image: a browser keeps some millions of a page."""
MOST_PX = 2**28


@dataclass(frozen=True)
class ExternalLabels:
    """Particles that were corrected elsewhere.

    Attributes
    ----------
    file : str
        What they were read from.
    shape : (int, int)
        Height and width in px.
    packed : str
        Where along the rows the number changes, and to what: the distances as little-endian uint32, then the numbers
        as int32, byte plane by byte plane, compressed by zlib, as base64.
    out : tuple of int
        Numbers of those that a hand left out.

    Examples
    --------
    >>> kept = ExternalLabels.of("corrected.tif", np.array([[0, 0, 7], [7, 0, 3]]))
    >>> kept.labels.tolist()
    [[0, 0, 7], [7, 0, 3]]
    """

    file: str
    shape: tuple[int, int]
    packed: str
    out: tuple[int, ...] = ()

    @classmethod
    def of(cls, file: str, labels: npt.NDArray[Any], out: Iterable[int] = ()) -> ExternalLabels:
        """Pack a label image.

        Parameters
        ----------
        file : str
        labels : (H, W) array of whole numbers
            0 is background.
        out : iterable of int

        Raises
        ------
        WorkbenchError
            If it is more than a session keeps.
        """
        flat = np.asarray(labels, np.int32).ravel()
        at = np.flatnonzero(np.diff(flat, prepend=np.int32(0)))
        planes = _planes(np.diff(at, prepend=0).astype("<u4")) + _planes(flat[at].astype("<i4"))
        packed = base64.b64encode(zlib.compress(planes, 9)).decode()
        if len(packed) > LONGEST_TEXT or flat.size > MOST_PX:
            raise WorkbenchError(
                f"The particles of {file} are more than a session can keep ({len(packed) / 1e6:.1f} MB, most "
                f"{LONGEST_TEXT / 1e6:.1f} MB); measure them with `workbench measure`, which keeps nothing."
            )
        height, width = np.shape(labels)
        return cls(file, (height, width), packed, tuple(sorted({int(number) for number in out})))

    @classmethod
    def read(cls, given: Any) -> ExternalLabels:
        """Return what `plain` gave.

        Raises
        ------
        WorkbenchError
            If it is no such mapping, or damaged.
        """
        if isinstance(given, cls):
            return given
        try:
            file, packed = given["file"], given["packed"]
            height, width = (int(side) for side in given["shape"])
            out = tuple(int(number) for number in given.get("out", ()))
            whole = isinstance(given, Mapping) and isinstance(file, str) and isinstance(packed, str)
        except (TypeError, ValueError, KeyError, AttributeError):
            whole = False
        if not whole or len(packed) > LONGEST_TEXT or min(height, width) < 1 or height * width > MOST_PX:
            raise WorkbenchError(
                "Particles of a file are kept as its name, their shape and their packed pixels; read the file again."
            )
        _changes(packed, height * width)
        return cls(file, (height, width), packed, out)

    def plain(self) -> dict[str, Any]:
        """Return all of it, as JSON holds it."""
        return {"file": self.file, "shape": list(self.shape), "packed": self.packed, "out": list(self.out)}

    @property
    def labels(self) -> LabelImage:
        """The label image, (H, W) int32; not to be written to."""
        return _labels(self.packed, self.shape)

    @property
    def sha256(self) -> str:
        """Hash of its pixels, as text: tells two files of one name apart."""
        return hashlib.sha256(self.packed.encode()).hexdigest()


def _planes(values: npt.NDArray[Any]) -> bytes:
    """Return the bytes of 32-bit numbers, all lowest ones first: they are alike, and pack well."""
    return values.view(np.uint8).reshape(-1, 4).T.tobytes()


@lru_cache(maxsize=8)
def _changes(packed: str, size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return where the number changes, and to what."""
    try:
        planes = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), 8 * size + 1)
    except (binascii.Error, ValueError, zlib.error):
        planes = b"?"
    count, rest = divmod(len(planes), 8)
    if rest or count > size:
        raise WorkbenchError("The packed pixels of a file's particles are damaged; read the file again.")
    both = np.frombuffer(planes, np.uint8).reshape(2, 4, count)
    gaps, numbers = (np.ascontiguousarray(half.T).view("<u4").ravel().astype(np.int64) for half in both)
    at = np.cumsum(gaps)
    inside = not count or (at[-1] < size and (gaps[1:] > 0).all())
    if not inside or (numbers > LARGEST_NUMBER).any():
        raise WorkbenchError("The packed pixels of a file's particles are damaged; read the file again.")
    return at, numbers.astype(np.int32)


@lru_cache(maxsize=2)
def _labels(packed: str, shape: tuple[int, int]) -> LabelImage:
    at, numbers = _changes(packed, shape[0] * shape[1])
    lengths = np.diff(np.concatenate([[0], at, [shape[0] * shape[1]]]))
    labels: LabelImage = np.repeat(np.append(np.int32(0), numbers), lengths).reshape(shape)
    labels.setflags(write=False)
    return labels
