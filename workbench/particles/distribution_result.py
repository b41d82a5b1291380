"""One distribution of diameters: its numbers with their intervals, and what it is like."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.particles.budget import Budget, Quantity
from workbench.particles.fits import Family, Fit, quantile_points
from workbench.particles.histogram import Histogram, cumulative_of
from workbench.particles.intervals import Interval, Z, plain, quantile
from workbench.particles.modality import Groups
from workbench.particles.sample import WeightedBy
from workbench.particles.selection import DIAMETERS, Diameter, EdgeRule
from workbench.particles.uncertainty import uncertainty
from workbench.particles.verdict import Verdict
from workbench.particles.wording import html_table, left_out_text, number, with_interval
from workbench.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.particles.band import Band

Floats = npt.NDArray[np.float64]


class Needed(NamedTuple):
    """How many particles a median needs.

    Attributes
    ----------
    particles : int
        In all, for the precision that was asked for.
    more : int
        Beyond those that are counted.
    """

    particles: int
    more: int


class Share(NamedTuple):
    """A share of the particles by number, in [0, 1], and its interval of 95 %."""

    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Distribution(Shown):
    """The diameters of many particles; a table of numbers as the last line of a cell, a figure by ``plot()``.

    Made by `workbench.distribution`. Lengths are in ``unit``. What cannot be said of so few particles is None, and
    ``notes`` says why.

    Parameters
    ----------
    diameter, weighted_by, edge : str
        As they were asked for.
    unit : str
        ``nm``, or ``px`` where the pixel size is not known.
    diameters, weights : (N,) float64 arrays
        The diameters that are counted, ascending, and what each counts.
    left_out : dict of str to int
        How many are not counted, by reason.
    micrographs : int or None
        How many they lie in, where the table says so.
    nm_per_px : float or None
        Pixel size, where the table says so; the largest of several.
    effective : float
        How many independent particles that count the same tell as much.
    mean, sd, median, d10, d90, geometric_mean, gsd : float or None
        By the weights. The geometric standard deviation is 1 where all are equal.
    mean_interval, median_interval, d10_interval, d90_interval, gsd_interval : (float, float) or None
        Intervals of 95 %, of sampling alone; see `budget` for the rest. `docs/intervals.md` shows how often they hold
        the true value. Weighted by area or volume, only median and GSD have one: a few large particles decide the
        rest.
    below_100_nm : Share or None
        The share by number whose smallest Feret diameter is below 100 nm.
    histogram : Histogram
    lognormal, normal : Fit or None
        None for fewer than 20 particles.
    groups : Groups or None
        The two groups that describe it best, whether there are two or not.
    verdict : Verdict
        What it is like, in a sentence.
    notes : tuple of str

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import workbench as wb
    >>> drawn = np.random.default_rng(2).lognormal(np.log(4), np.log(1.2), 200)
    >>> found = wb.distribution(pd.DataFrame({"diameter_nm": drawn, "touches_edge": drawn > 6}))
    >>> print(found.summary())
    3.97 nm, 95 % [3.86, 4.14], N = 198 of 200
    >>> found.left_out, found.needed_for(0.02).more
    ({'edge': 2}, 83)
    >>> isinstance(found, wb.Distribution)
    True
    """

    diameter: Diameter
    weighted_by: WeightedBy
    edge: EdgeRule
    unit: str
    diameters: Floats
    weights: Floats
    left_out: dict[str, int]
    micrographs: int | None
    nm_per_px: float | None
    effective: float
    mean: float | None
    mean_interval: Interval | None
    sd: float | None
    median: float | None
    median_interval: Interval | None
    d10: float | None
    d10_interval: Interval | None
    d90: float | None
    d90_interval: Interval | None
    geometric_mean: float | None
    gsd: float | None
    gsd_interval: Interval | None
    below_100_nm: Share | None
    histogram: Histogram
    lognormal: Fit | None
    normal: Fit | None
    groups: Groups | None
    verdict: Verdict
    notes: tuple[str, ...]

    _drawn_by = "workbench.figures.distribution.figure_distribution"
    _repr_png_ = None  # type: ignore[assignment]  # the table is shown; a figure that nobody sees need not be drawn

    @property
    def counted(self) -> int:
        """How many particles are counted, N."""
        return len(self.diameters)

    @property
    def total(self) -> int:
        """How many particles the table has, with those that are left out."""
        return self.counted + sum(self.left_out.values())

    @property
    def d50(self) -> float | None:
        """The median under its other name."""
        return self.median

    @property
    def named(self) -> str:
        """Which diameter, and how it is weighted, such as ``equal-circle diameter, number-weighted``."""
        return f"{DIAMETERS[self.diameter]}, {self.weighted_by}-weighted"

    @property
    def fitted(self) -> Fit | None:
        """The fit that describes it; None where none does, or there are too few particles."""
        return {"log-normal": self.lognormal, "normal": self.normal, None: None}[self.verdict.fit]

    @property
    def to_halve(self) -> int | None:
        """How many more particles would halve the interval of the median: thrice as many, as it goes by 1 / sqrt(N)."""
        return None if self.median_interval is None else 3 * self.counted

    def needed_for(self, relative: float = 0.02) -> Needed | None:
        """Return how many particles the median of a log-normal needs for an interval of 95 % of so much to either side.

        Parameters
        ----------
        relative : float
            Half the interval over the median: 0.02 is 2 %.

        Returns
        -------
        Needed or None
            ``n = (1.96 ln GSD / relative)^2``: GSD 1.2 and 2 % need 319. None where the GSD is not known. A median that
            is read off the particles themselves, as here, needs up to 1.57 times as many as one of a fit.

        Raises
        ------
        WorkbenchError
            If ``relative`` is not between 0 and 1.

        References
        ----------
        H. Masuda and K. Iinoya, J. Chem. Eng. Jpn. 4, 60 (1971): particles needed for a log-normal.
        """
        if not 0 < relative < 1:
            raise WorkbenchError(
                f"A precision is a share of the median, such as 0.02 for 2 %, not {relative!r}."
            )
        if self.gsd is None:
            return None
        wanted = (Z * math.log(self.gsd) / relative) ** 2
        same = self.counted / self.effective
        return Needed(round(wanted), max(0, math.ceil((round(wanted) - self.effective) * same)))

    def cumulative(self) -> tuple[Floats, Floats]:
        """Return diameters, ascending, and the share of the weight that lies at each or below."""
        return cumulative_of(self.diameters, self.weights)

    def quantile(self, level: float) -> float | None:
        """Return the diameter below which a share of the weight lies; None without particles."""
        return quantile(self.diameters, self.weights, level) if self.counted else None

    def quantile_points(self, family: Family = "log-normal") -> tuple[Floats, Floats] | None:
        """Return where a fit has the particles and where they are, for a Q-Q plot; None where nothing was fitted."""
        fitted = self.lognormal if family == "log-normal" else self.normal
        return None if fitted is None else quantile_points(self.diameters, self.weights, fitted)

    def budget(
        self,
        calibration: float | None = None,
        band: Band | None = None,
        *,
        of: Quantity = "median",
        network: str | None = None,
        network_error: float | None = None,
        nm_per_px: float | None = None,
    ) -> Budget:
        """Return the uncertainty of the median or the mean with its parts; see `workbench.uncertainty`."""
        return uncertainty(
            self,
            calibration=calibration,
            band=band,
            of=of,
            network=network,
            network_error=network_error,
            nm_per_px=nm_per_px,
        )

    def summary(self) -> str:
        """Return the median in one line, such as ``4.12 nm, 95 % [4.03, 4.21], N = 187 of 203``."""
        counted = f"N = {self.counted}" + (f" of {self.total}" if self.left_out else "")
        if self.median is None:
            return f"no median, {counted}"
        return f"{with_interval(self.median, self.median_interval, self.unit)}, {counted}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain numbers, lists and texts, for JSON; None for what is not known."""
        names = ("mean", "median", "d10", "d90", "gsd")
        numbers = {name: getattr(self, name) for name in (*names, "sd", "geometric_mean", "effective")}
        needed = self.needed_for()
        return {
            **{
                name: getattr(self, name)
                for name in ("diameter", "weighted_by", "edge", "unit", "counted", "total")
            },
            "left_out": dict(self.left_out),
            "micrographs": self.micrographs,
            "nm_per_px": self.nm_per_px,
            **numbers,
            **{f"{name}_interval": plain(getattr(self, f"{name}_interval")) for name in names},
            "below_100_nm": None if self.below_100_nm is None else self.below_100_nm.value,
            "below_100_nm_interval": None if self.below_100_nm is None else plain(self.below_100_nm.interval),
            "histogram": {
                "edges": self.histogram.edges.tolist(),
                "shares": self.histogram.shares.tolist(),
                "rule": self.histogram.rule,
            },
            "lognormal": None if self.lognormal is None else self.lognormal.to_dict(),
            "normal": None if self.normal is None else self.normal.to_dict(),
            "groups": None
            if self.groups is None
            else {k: _listed(v) for k, v in self.groups._asdict().items()},
            "verdict": {
                "kind": self.verdict.kind,
                "sentence": self.verdict.sentence,
                "fit": self.verdict.fit,
            },
            "needed_for_2_percent": None if needed is None else needed.particles,
            "to_halve": self.to_halve,
            "notes": list(self.notes),
        }

    def plot(self, **options: Any) -> Figure:
        """Draw histogram, cumulative curve, fit and median; see `workbench.figure_distribution`."""
        return self._figure(**options)

    def __repr__(self) -> str:
        return f"Distribution({self.summary()})"

    def _repr_html_(self) -> str:
        return html_table(f"{self.named}, {self.unit}", self._rows(), (self.verdict.sentence, *self.notes))

    def _rows(self) -> list[tuple[str, str]]:
        needed, share = self.needed_for(), self.below_100_nm
        counted = f"{self.counted} of {self.total}" if self.left_out else f"{self.counted}"
        return [
            ("counted", counted),
            ("left out", left_out_text(self.left_out)),
            ("micrographs", "" if self.micrographs is None else f"{self.micrographs}"),
            ("median, D50", with_interval(self.median, self.median_interval)),
            ("mean", with_interval(self.mean, self.mean_interval)),
            ("standard deviation", number(self.sd)),
            ("D10", with_interval(self.d10, self.d10_interval)),
            ("D90", with_interval(self.d90, self.d90_interval)),
            ("geometric mean", number(self.geometric_mean)),
            ("geometric standard deviation", with_interval(self.gsd, self.gsd_interval)),
            ("below 100 nm by number", "" if share is None else _percent(share)),
            *(
                (f"{fitted.family} fit", _fit_text(fitted, self.unit))
                for fitted in (self.lognormal, self.normal)
                if fitted is not None
            ),
            ("for 2 % of the median", "" if needed is None else f"{needed.particles} particles"),
            ("to halve its interval", "" if self.to_halve is None else f"{self.to_halve} more particles"),
        ]


def _fit_text(fitted: Fit, unit: str) -> str:
    geometric = fitted.family == "log-normal"
    names = ("median", "GSD") if geometric else ("mean", "standard deviation")
    units = (f" {unit}", "" if geometric else f" {unit}")
    pairs = ((fitted.median, fitted.median_error), (fitted.spread, fitted.spread_error))
    said = ", ".join(
        f"{name} {number(value, (-error, error))} ± {number(error, (-error, error))}{after}"
        for name, (value, error), after in zip(names, pairs, units, strict=True)
    )
    chance = "p < 0.001" if fitted.p < 0.001 else f"p = {fitted.p:.2g}"
    return f"{said} (standard errors); {chance}, off by {100 * fitted.off_by:.1f} % at most"


def _percent(share: Share) -> str:
    low, high = (100 * end for end in share.interval)
    return f"{100 * share.value:.1f} %, 95 % [{low:.1f}, {high:.1f}]"


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
