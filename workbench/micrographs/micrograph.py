"""What a micrograph is: pixels, how large a pixel is, and where it all came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError
from workbench.micrographs.marks import Mark, specimen_px, within_rows, without_marks
from workbench.micrographs.missing import all_finite
from workbench.shown import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
class Micrograph(Shown):
    """One frame of an electron micrograph; shows itself with a scale bar as the last line of a cell.

    To NumPy and what builds on it, it is its pixels: ``np.asarray(m)``.

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
    marks : tuple of Mark, optional
        Boxes that show no specimen: data bars, scale bars, letters. Networks do not see them, and no mask has particles
        there. ``None``: those that `find_marks` finds; ``()``: all is specimen.

    Raises
    ------
    MicrographError
        If the pixels are not a non-empty, finite 2-D array, or the pixel size is not a positive number.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> m = wb.Micrograph(np.eye(64), nm_per_px=0.05, name="diagonal")
    >>> m
    Micrograph('diagonal', 64 x 64, 0.05 nm/px)
    >>> float(np.asarray(m).sum())
    64.0
    >>> m.cropped(0, 32).with_nm_per_px(None)
    Micrograph('diagonal', 32 x 64, unknown pixel size)
    >>> figure = m.plot(colormap="viridis")
    """

    pixels: FloatImage
    nm_per_px: float | None = None
    name: str = "micrograph"
    source: Path | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    marks: tuple[Mark, ...] | None = None

    _drawn_by = "workbench.figures.shown.draw_micrograph"

    def __post_init__(self) -> None:
        given: npt.NDArray[Any] = self.pixels
        # The array of the caller stays the caller's: what is done to it later is no business of ours.
        pixels = given if _own.get(id(given)) is given else own(np.array(given, dtype=np.float32, order="C"))
        if pixels.ndim != 2 or pixels.size == 0:
            raise MicrographError(
                f"{self.name}: a micrograph is a two-dimensional image, but this has shape {pixels.shape}."
            )
        if not all_finite(pixels):
            raise MicrographError(
                f"{self.name}: the image holds NaN or infinite values; replace them before segmenting."
            )
        if self.nm_per_px is not None and not (np.isfinite(self.nm_per_px) and self.nm_per_px > 0):
            raise MicrographError(
                f"{self.name}: the pixel size must be a positive number of nanometres, not {self.nm_per_px}."
            )
        object.__setattr__(self, "pixels", pixels)

    def plot(
        self,
        axes: Axes | None = None,
        *,
        contrast: tuple[float, float] = (1.0, 99.0),
        colormap: str = "gray",
    ) -> Figure:
        """Draw it with a scale bar, in nm, or in px where the pixel size is not known.

        Parameters
        ----------
        axes : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        contrast : (float, float)
            Percentiles of intensity that become black and white.
        colormap : str
            By its name in Matplotlib.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself as the last line of a cell; ``figure.axes[0]`` has rows and columns as coordinates.
        """
        return self._figure(axes, contrast=contrast, colormap=colormap)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.pixels, dtype=dtype, copy=copy)  # None: only where needed

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

    @cached_property
    def left_out(self) -> tuple[Mark, ...]:
        """The marks that are left out, found where none were given."""
        if self.marks is not None:
            return self.marks
        from workbench.micrographs.mark_finding import find_marks

        return (*find_marks(self.pixels), *self.metadata.get("missing", ()))

    @cached_property
    def specimen(self) -> FloatImage:
        """Pixels as networks are given them, (H, W) float32: marks replaced by what lies above and below them."""
        return without_marks(self.pixels, self.left_out)

    @cached_property
    def specimen_px(self) -> int:
        """How many pixels are not left out; at least 1."""
        return specimen_px(self.shape, self.left_out)

    @property
    def seen(self) -> str:
        """Hash of what networks are given, but for the pixel size: of the pixels, and of what is left out of them."""
        if not self.left_out:
            return self.sha256
        return hashlib.sha256(f"{self.sha256} {[tuple(mark) for mark in self.left_out]}".encode()).hexdigest()

    def with_nm_per_px(self, nm_per_px: float | None) -> Micrograph:
        """Return the same micrograph with another pixel size (in nm; ``None`` for unknown)."""
        return self._like(replace(self, nm_per_px=nm_per_px), "sha256", "left_out", "specimen", "specimen_px")

    def with_marks(self, marks: tuple[Mark, ...] | None) -> Micrograph:
        """Return the same micrograph with other marks left out; ``()``: none, ``None``: those that are found."""
        return self._like(replace(self, marks=marks), "sha256")

    def cropped(self, top: int, bottom: int) -> Micrograph:
        """Return rows ``top`` to ``bottom - 1`` as a micrograph, such as that above a data bar.

        Raises
        ------
        MicrographError
            If there are no such rows.
        """
        if not 0 <= top < bottom <= self.shape[0]:
            raise MicrographError(
                f"{self.name} has {self.shape[0]} rows, so rows {top} to {bottom} cannot be cut out of it."
            )
        marks = None if self.marks is None else within_rows(self.marks, top, bottom)
        metadata = self.metadata
        if "missing" in metadata:
            metadata = {**metadata, "missing": within_rows(metadata["missing"], top, bottom)}
        return replace(self, pixels=self.pixels[top:bottom], metadata=metadata, marks=marks)

    def _like(self, other: Micrograph, *known: str) -> Micrograph:
        """Hand on what has been found out about the same pixels."""
        vars(other).update({name: vars(self)[name] for name in known if name in vars(self)})
        return other

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Arrays come writeable out of a pickle and out of a deep copy; their hash came with them.
        vars(self).update(state, pixels=own(state["pixels"]))

    def __repr__(self) -> str:
        scale = "unknown pixel size" if self.nm_per_px is None else f"{self.nm_per_px:.4g} nm/px"
        return f"Micrograph({self.name!r}, {self.shape[0]} x {self.shape[1]}, {scale})"
