"""What a micrograph is: pixels, how large a pixel is, and where it all came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError

FloatImage = npt.NDArray[np.float32]
BoolImage = npt.NDArray[np.bool_]

_own: WeakValueDictionary[int, FloatImage] = WeakValueDictionary()


def own(pixels: npt.NDArray[Any]) -> FloatImage:
    """Give pixels away to the micrograph that is made of them next, which then need not copy them.

    For whoever has just made them and keeps nothing that they share their memory with.

    Parameters
    ----------
    pixels : (H, W) array

    Returns
    -------
    (H, W) float32 array
        The same where it is float32 in row-column order; no longer to be written to.
    """
    pixels = np.ascontiguousarray(pixels, dtype=np.float32)
    pixels.flags.writeable = False
    _own[id(pixels)] = pixels
    return pixels


@dataclass(frozen=True, eq=False)
class Micrograph:
    """One frame of an electron micrograph.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Intensities in row-column order, in the units of the file, never scaled for display. Finite. A copy of
        what is given, which cannot be written to.
    nm_per_px : float or None
        Edge of a square pixel in nanometres; ``None`` where it is not known. It is never made up.
    name : str
        What to call it on screen and in file names, without a folder.
    source : Path or None
        The file it was read from; ``None`` for arrays and simulations.
    metadata : dict
        What else the file says, by our names where we know them (``dose_e_per_A2``, ``voltage_kV``,
        ``microscope``, ``frame``, ``signal``), under ``original`` as the file has it.

    Raises
    ------
    MicrographError
        If the pixels are not a non-empty, finite 2-D array, or the pixel size is not a positive number.
    """

    pixels: FloatImage
    nm_per_px: float | None = None
    name: str = "micrograph"
    source: Path | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: npt.NDArray[Any] = self.pixels
        # The array of the caller stays the caller's: what is done to it later is no business of ours.
        pixels = given if _own.get(id(given)) is given else own(np.array(given, dtype=np.float32, order="C"))
        if pixels.ndim != 2 or pixels.size == 0:
            raise MicrographError(
                f"{self.name}: a micrograph is a two-dimensional image, but this has shape {pixels.shape}."
            )
        if not np.isfinite(pixels).all():
            raise MicrographError(
                f"{self.name}: the image holds NaN or infinite values; replace them before segmenting."
            )
        if self.nm_per_px is not None and not (np.isfinite(self.nm_per_px) and self.nm_per_px > 0):
            raise MicrographError(
                f"{self.name}: the pixel size must be a positive number of nanometres, not {self.nm_per_px}."
            )
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.pixels.shape[0], self.pixels.shape[1])

    @cached_property
    def sha256(self) -> str:
        """Hash of shape and pixels; two micrographs with the same pixels share it, whatever their names."""
        digest = hashlib.sha256(repr(self.shape).encode())
        digest.update(self.pixels.data)
        return digest.hexdigest()

    def with_nm_per_px(self, nm_per_px: float | None) -> Micrograph:
        """Return the same micrograph with another pixel size (in nm; ``None`` for unknown)."""
        return replace(self, nm_per_px=nm_per_px)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Arrays come writeable out of a pickle and out of a deep copy; their hash came with them.
        vars(self).update(state, pixels=own(state["pixels"]))

    def __repr__(self) -> str:
        scale = "unknown pixel size" if self.nm_per_px is None else f"{self.nm_per_px:.4g} nm/px"
        return f"Micrograph({self.name!r}, {self.shape[0]} x {self.shape[1]}, {scale})"
