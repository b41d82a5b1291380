"""How far median and spread move with the threshold, and from one network to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage

from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.frame import edge_weights, touches_edge
from workbench.particles.intervals import mean_and_deviation, quantile
from workbench.particles.sample import WeightedBy, sample_of
from workbench.particles.selection import EdgeRule
from workbench.particles.wording import html_table, number
from workbench.segmentation.components import LabelImage, label_particles

if TYPE_CHECKING:
    from workbench.segmentation.segmentation import Segmentation

Quantity = Literal["median", "mean", "gsd"]
THRESHOLDS = (0.3, 0.5, 0.7)


@dataclass(frozen=True, eq=False)
class Band:
    """Results by threshold and network; a table as the last line of a cell. Made by `workbench.threshold_band`.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a network and threshold: ``network``, ``label``, ``threshold``, ``own`` (whether it is that of the
        network's card), ``counted``, ``median_nm``, ``mean_nm``, ``gsd`` (NaN where there are too few
        particles). In px: ``median_px``, ``mean_px``.
    unit : str
    thresholds : tuple of float
        Those that were asked for, ascending.
    """

    table: pd.DataFrame
    unit: str
    thresholds: tuple[float, ...]

    def ends(self, of: Quantity = "median", network: str | None = None) -> tuple[float, float] | None:
        """Return the result at the lowest and at the highest threshold; None where there is no particle at one.

        Parameters
        ----------
        of : {"median", "mean", "gsd"}
        network : str, optional
            The first where it is not given.

        Raises
        ------
        WorkbenchError
            If the band has no such network.
        """
        names = self.table["network"]
        chosen = names.iloc[0] if network is None else network
        if not (names == chosen).any():
            known = ", ".join(names.unique())
            raise WorkbenchError(f"The band has no network {chosen!r}; it has {known}.")
        rows = self.table[names == chosen]
        low, high = (
            float(rows.loc[rows["threshold"] == end, self._column(of)].iloc[0])
            for end in (self.thresholds[0], self.thresholds[-1])
        )
        return None if math.isnan(low) or math.isnan(high) else (low, high)

    def networks(self, of: Quantity = "median") -> dict[str, float]:
        """Return the result of each network at its own threshold, of those that found particles."""
        own = self.table[self.table["own"]].set_index("network")[self._column(of)].dropna()
        return {str(name): float(value) for name, value in own.items()}

    def summary(self) -> str:
        """Return in one line how far the median moves."""
        said = []
        for network in self.table["network"].unique():
            ends = self.ends("median", network)
            if ends is not None:
                low, high = self.thresholds[0], self.thresholds[-1]
                said.append(
                    f"{number(ends[0])} {self.unit} at {low:g} to {number(ends[1])} at {high:g} ({network})"
                )
        networks = list(self.networks().values())
        if len(networks) > 1:
            said.append(
                f"{number(min(networks))} to {number(max(networks))} between {len(networks)} networks"
            )
        return "; ".join(said) or "no particle at any threshold"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain numbers and texts, for JSON."""
        rows = self.table.astype(object).where(self.table.notna(), None)
        return {"unit": self.unit, "thresholds": list(self.thresholds), "rows": rows.to_dict("records")}

    def _column(self, of: Quantity) -> str:
        return of if of == "gsd" else f"{of}_{self.unit}"

    def __repr__(self) -> str:
        return f"Band({self.summary()})"

    def _repr_html_(self) -> str:
        rows = [
            (
                f"{row['label']}, threshold {row['threshold']:g}{' (its own)' if row['own'] else ''}",
                f"median {_said(row[self._column('median')])} {self.unit}, GSD {_said(row['gsd'])}, "
                f"N = {row['counted']}",
            )
            for row in self.table.to_dict("records")
        ]
        return html_table("Median diameter by threshold and network", rows)


def threshold_band(
    segmentations: Sequence[Segmentation],
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    min_area_nm2: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    weighted_by: WeightedBy = "number",
    edge: EdgeRule = "weights",
    own_thresholds: Mapping[str, float] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Band:
    """Measure how far the equal-circle diameter moves with the threshold, and between networks.

    Parameters
    ----------
    segmentations : sequence of Segmentation
        Of any number of micrographs; those of one network go into one distribution.
    thresholds : sequence of float
        Each network is measured at these and at its own.
    min_area_nm2, fill_holes, split_touching
        As for `Segmentation.mask`. Parted particles are numbered and lose no pixel, see `Segmentation.label_image`.
    weighted_by, edge
        As for `workbench.distribution`.
    own_thresholds : mapping of str to float, optional
        By name of network, where it is used at another threshold than that of its card.
    stop : callable() -> bool, optional
        Asked before each mask.

    Returns
    -------
    Band

    Raises
    ------
    WorkbenchError
        If there is no segmentation, some micrographs have a pixel size and some have none, or a threshold is no
        probability.
    Stopped
        If ``stop`` said so.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> band = wb.threshold_band([wb.segment(m, name) for name in ("otsu", "bandpass")], edge="keep")
    >>> list(band.table["threshold"])
    [0.3, 0.5, 0.7, 0.3, 0.5, 0.7]
    >>> len(band.networks())
    2
    """
    answers = list(segmentations)
    wanted = tuple(sorted({float(one) for one in thresholds}))
    if not answers or not wanted:
        raise WorkbenchError("A band needs at least one segmentation and one threshold.")
    units = {"px" if one.micrograph.nm_per_px is None else "nm" for one in answers}
    if len(units) > 1:
        raise WorkbenchError(
            "Some of the micrographs have no pixel size, so their diameters are in px and others in nm; give them one."
        )
    unit = units.pop()
    networks: dict[str, list[Segmentation]] = {}
    for one in answers:
        networks.setdefault(one.network.name, []).append(one)
    rows = []
    for name, group in networks.items():
        own = (own_thresholds or {}).get(name, group[0].network.threshold)
        for threshold in sorted({*wanted, own}):
            tables = []
            for one in group:
                if stop is not None and stop():
                    raise Stopped("Measuring the band over thresholds: stopped.")
                labels = _particles(one, threshold, min_area_nm2, fill_holes, split_touching, stop)
                tables.append(size_table(labels, one.micrograph))
            sample = sample_of(tables, "equal_circle", weighted_by, edge)
            row = {
                "network": name,
                "label": group[0].network.shown,
                "threshold": threshold,
                "own": threshold == own,
            }
            rows.append(row | _numbers(sample.diameters, sample.weights, unit))
    return Band(pd.DataFrame(rows), unit, wanted)


def size_table(labels: LabelImage, micrograph: Micrograph) -> pd.DataFrame:
    """Return the diameters of particles and where they lie at the edge, without anything that takes longer.

    Parameters
    ----------
    labels : (H, W) int32 array
        Numbered from 1 without gaps, 0 for background.
    micrograph : Micrograph

    Returns
    -------
    pandas.DataFrame
        ``diameter_nm`` (``diameter_px`` where the pixel size is not known), ``touches_edge`` and ``edge_weight``, as
        `workbench.measure` has them.
    """
    boxes = ndimage.find_objects(labels)
    touching = touches_edge(labels, len(boxes), micrograph)
    diameters = 2 * np.sqrt(np.bincount(labels.ravel(), minlength=1)[1:] / np.pi)
    unit, scale = ("px", 1.0) if micrograph.nm_per_px is None else ("nm", micrograph.nm_per_px)
    return pd.DataFrame(
        {
            f"diameter_{unit}": diameters * scale,
            "touches_edge": touching,
            "edge_weight": edge_weights(boxes, touching, micrograph),
        }
    )


def _particles(
    answer: Segmentation,
    threshold: float,
    min_area_nm2: float | None,
    fill_holes: bool,
    split_touching: bool,
    stop: Callable[[], bool] | None,
) -> LabelImage:
    if split_touching or answer.distance is not None:  # as `Segmentation.particles` counts them
        return answer.label_image(threshold, min_area_nm2, fill_holes, stop=stop)
    return label_particles(answer.mask(threshold, min_area_nm2, fill_holes, stop=stop))[0]


def _numbers(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], unit: str) -> dict[str, Any]:
    found: dict[str, Any] = {"counted": len(values), f"median_{unit}": math.nan, f"mean_{unit}": math.nan}
    found["gsd"] = math.nan
    if len(values):
        deviation = mean_and_deviation(np.log(values), weights)[1]
        found[f"median_{unit}"] = quantile(values, weights, 0.5)
        found[f"mean_{unit}"] = mean_and_deviation(values, weights)[0]
        found["gsd"] = math.nan if deviation is None else math.exp(deviation)
    return found


def _said(value: float) -> str:
    return number(None if math.isnan(value) else value)
