"""A labelled set with a box round each particle, and no masks: good for counting and finding, not for training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.datasets.beside import BesideSource
from workbench.micrographs.datasets.labels import no_masks
from workbench.micrographs.datasets.source import unreadable

Boxes = npt.NDArray[np.float64]
"""(N, 4): top, left, bottom and right of each box, in pixels."""


class BoxSource(BesideSource):
    """Pictures with ``a.boxes.txt`` beside each: a line a particle, as YOLO keeps them.

    A line holds class, x and y of the centre, width and height, the last four as shares of the picture; every class is
    particle. An empty file is a picture without particles.
    """

    ending = ".boxes.txt"

    def label(self, index: int) -> npt.NDArray[Any]:
        """Raise DatasetError: there are no masks."""
        raise DatasetError(no_masks(self.names[index]))

    def boxes(self, index: int, shape: tuple[int, int]) -> Boxes:
        """Return the boxes of one picture.

        Parameters
        ----------
        index : int
        shape : (int, int)
            Rows and columns of the picture.

        Returns
        -------
        (N, 4) float64 array
            Top, left, bottom and right, in pixels; what reaches beyond the picture is cut off.

        Raises
        ------
        DatasetError
            If the file cannot be read, or does not hold boxes.
        """
        path = self.beside(index)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "loadtxt: input contained no data")  # no particles
                lines = np.loadtxt(path, np.float64, ndmin=2)
        except OSError as error:
            raise unreadable(path, error) from error
        except ValueError as error:
            raise DatasetError(f"{path} does not hold boxes: {str(error).splitlines()[0]}.") from error
        if lines.size == 0:
            return np.empty((0, 4))
        if (
            lines.shape[1] != 5
            or not ((lines[:, 1:] >= 0) & (lines[:, 1:] <= 1)).all()
            or not lines[:, 3:].all()
        ):
            raise DatasetError(
                f"{path} does not hold boxes: a line is class, x, y, width and height, the last four in (0, 1] as "
                "shares of the picture."
            )
        centre, size = lines[:, 2:0:-1], lines[:, 4:2:-1]  # rows before columns
        first, last = centre - size / 2, centre + size / 2
        corners = np.hstack([np.maximum(first, 0), np.minimum(last, 1)])
        return np.asarray(corners * np.tile(shape, 2))
