"""What a network found in a micrograph, as it is kept in a folder of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.marks import Mark, specimen_px

if TYPE_CHECKING:
    import pandas as pd

    from workbench.micrographs.micrograph import BoolImage, FloatImage


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one mask in the tables.

    Attributes
    ----------
    network : str
    particles : DataFrame
        As `measure` gives it.
    threshold : float
    min_area : float
        See `Answer`.
    particle_px : float or None
        See `Answer`.
    """

    network: str
    particles: pd.DataFrame
    threshold: float
    min_area: float
    particle_px: float | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What is written of one network: its arrays, its particles, and the settings behind them.

    Attributes
    ----------
    labels : (H, W) array of whole numbers
        The particles one by one: the label of a row is the number of its pixels.
    min_area : float
        Area under which particles were left out, as asked for or as on the card; in nm2, in px2 where the pixel size is
        not known. 0: none were.
    particle_px : float or None
        How wide particles were taken to be, where the pixel size is not known, see `Segmentation.particle_px`.
    """

    network: str
    probability: FloatImage
    mask: BoolImage
    labels: npt.NDArray[Any]
    particles: pd.DataFrame
    min_area: float
    made_from: Mapping[str, Any]
    particle_px: float | None = None

    @property
    def area(self) -> float:
        """Share of particle in the specimen: what was left out of the micrograph does not count."""
        left_out = [Mark(*mark) for mark in self.made_from["left_out"]]
        return int(np.count_nonzero(self.mask)) / specimen_px(self.mask.shape, left_out)

    @property
    def rows(self) -> Rows:
        """Its rows in the tables."""
        threshold = self.made_from["settings"]["threshold"]
        return Rows(self.network, self.particles, threshold, self.min_area, self.particle_px)

    @property
    def found(self) -> dict[str, Any]:
        """What its images say was found."""
        sizes = self.particles[f"diameter_{self.particles.attrs['unit']}"]
        found = {
            "particles": len(self.particles),
            "area": self.area,
            "smallest_area": self.min_area,
            "median_diameter": float(sizes.median()) if len(sizes) else None,
        }
        return found if self.particle_px is None else {**found, "particle_px": self.particle_px}
