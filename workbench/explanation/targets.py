"""What is being explained: a pixel, a particle, its rim, the background, all particles, or a region drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from workbench.errors import ExplanationError
from workbench.micrographs.labelling.shapes import Points, polygon
from workbench.micrographs.micrograph import BoolImage
from workbench.particles.measuring import label_image

Kind = Literal["pixel", "particle", "rim", "background", "particles", "region"]


@dataclass(frozen=True, eq=False)
class Target:
    """Pixels whose logits are summed, frozen before anything is perturbed.

    A mask that followed the perturbed answer would shrink as the answer falls, and the sum over it would say nothing.

    Parameters
    ----------
    kind : str
        ``pixel``, ``particle``, ``rim``, ``background``, ``particles`` (the whole class) or ``region``.
    selected : (H, W) bool array
        On the micrograph's own grid; at least one pixel.
    at : (int, int), optional
        Row and column of the click.
    sign : {1, -1}
        -1 for the background: what speaks for it speaks against particle.

    Raises
    ------
    ExplanationError
        If no pixel is selected.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> mask = np.zeros((64, 64), bool)
    >>> mask[20:40, 10:30] = mask[50:52, 50:52] = True
    >>> int(wb.Target.particle(mask, (25, 15)).selected.sum())
    400
    >>> wb.Target.pixel(mask.shape, (3, 4)).label
    'pixel at 3, 4'
    """

    kind: Kind
    selected: BoolImage
    at: tuple[int, int] | None = None
    sign: int = 1

    def __post_init__(self) -> None:
        if not self.selected.any():
            raise ExplanationError(f"The target, {self.label}, has no pixels; choose another one.")

    @classmethod
    def pixel(cls, shape: tuple[int, int], at: tuple[int, int]) -> Target:
        """Return one pixel of a micrograph of this shape.

        Raises
        ------
        ExplanationError
            If it lies outside.
        """
        row, column = _inside(shape, at)
        selected = np.zeros(shape, np.bool_)
        selected[row, column] = True
        return cls("pixel", selected, (row, column))

    @classmethod
    def particle(cls, mask: npt.NDArray[Any], at: tuple[int, int]) -> Target:
        """Return the particle that a pixel lies in.

        Parameters
        ----------
        mask : (H, W) array
            A mask, in which particles are connected through sides or corners, or a label image with one number a
            particle; see `workbench.label_image`.
        at : (int, int)
            Row and column.

        Raises
        ------
        ExplanationError
            If the pixel lies outside the micrograph, or in no particle.
        """
        row, column = _inside(mask.shape, at)
        labels = label_image(mask)
        if not labels[row, column]:
            raise ExplanationError(
                f"There is no particle at row {row}, column {column}; click a particle, or explain the pixel."
            )
        return cls("particle", labels == labels[row, column], (row, column))

    @classmethod
    def rim(cls, mask: npt.NDArray[Any], at: tuple[int, int], width_px: int = 3) -> Target:
        """Return the pixels of a particle, as in `particle`, that lie within ``width_px`` of what it is not.

        Raises
        ------
        ExplanationError
            As `particle`; or if ``width_px`` is below 1.
        """
        if width_px < 1:
            raise ExplanationError(f"The rim of a particle is at least 1 px wide, not {width_px}.")
        whole = cls.particle(mask, at)
        # what lies beyond the edge of the micrograph is not known, so it is no rim
        core = ndimage.binary_erosion(
            whole.selected, np.ones((3, 3), np.bool_), iterations=width_px, border_value=1
        )
        return cls("rim", whole.selected & ~core, whole.at)

    @classmethod
    def background(cls, mask: BoolImage) -> Target:
        """Return all that is no particle, with the sign turned: what makes the network say background."""
        return cls("background", ~np.asarray(mask, np.bool_), sign=-1)

    @classmethod
    def particles(cls, mask: BoolImage) -> Target:
        """Return all pixels of all particles: the whole class."""
        return cls("particles", np.array(mask, np.bool_))

    @classmethod
    def region(cls, selected: BoolImage) -> Target:
        """Return any pixels, such as a lasso's."""
        return cls("region", np.array(selected, np.bool_))

    @classmethod
    def inside(cls, shape: tuple[int, int], corners: Points) -> Target:
        """Return the region inside a closed line and on it, as a lasso draws it.

        Parameters
        ----------
        shape : (int, int)
            Of the micrograph.
        corners : (N, 2) whole numbers
            Rows and columns; the last is joined to the first. What lies outside the micrograph is left out.

        Raises
        ------
        ExplanationError
            If all of it lies outside.
        """
        covered = polygon(shape, corners)
        selected = np.zeros(shape, np.bool_)
        selected[covered.rows, covered.columns] = covered.mask
        return cls("region", selected)

    @property
    def label(self) -> str:
        """What stands under a map, such as ``particle at 120, 340`` (row, column)."""
        said = {"particles": "all particles", "region": "region", "background": "background"}.get(
            self.kind, self.kind
        )
        return said if self.at is None else f"{said} at {self.at[0]}, {self.at[1]}"

    def __repr__(self) -> str:
        return f"Target({self.label!r}, {int(np.count_nonzero(self.selected))} px)"


def _inside(shape: tuple[int, ...], at: tuple[int, int]) -> tuple[int, int]:
    row, column = int(at[0]), int(at[1])
    if not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise ExplanationError(
            f"Row {row}, column {column} lies outside the micrograph of {shape[0]} x {shape[1]} px; click inside."
        )
    return row, column
