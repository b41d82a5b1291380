"""From a table of particles to the distribution of their diameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.particles.between import FEWEST_MICROGRAPHS, Between, between_micrographs
from workbench.particles.distribution_result import Distribution, Share
from workbench.particles.fits import FEWEST_FITTED, fit
from workbench.particles.histogram import histogram_of
from workbench.particles.intervals import (
    FEWEST,
    Interval,
    deviation_interval,
    effective,
    fewest_for,
    mean_and_deviation,
    mean_interval,
    quantile,
    quantile_interval,
    share_interval,
)
from workbench.particles.modality import two_groups
from workbench.particles.sample import POWERS, Sample, WeightedBy, sample_of
from workbench.particles.selection import Diameter, EdgeRule
from workbench.particles.verdict import verdict_on

_WIDER = 1.2
"""From this factor on, it is said that particles of one micrograph tell less."""


def distribution(
    table: pd.DataFrame | Sequence[pd.DataFrame],
    diameter: Diameter = "equal_circle",
    weighted_by: WeightedBy = "number",
    edge: EdgeRule = "weights",
) -> Distribution:
    """Return the distribution of the diameters in a table of particles.

    Parameters
    ----------
    table : pandas.DataFrame or sequence of DataFrame
        As `workbench.measure` gives it, of one micrograph or of several put together. Of the columns only the diameter
        is needed; ``touches_edge``, ``edge_weight``, ``included``, ``left_out`` (the reason), ``micrograph``,
        ``feret_min_nm`` and the centroid in nm and px (for the pixel size) are used where they are there.
    diameter : {"equal_circle", "feret_min", "feret_max"}
        Which diameter: of the circle of the same area, or the smallest or largest distance of two parallel lines that
        touch the particle. They are different quantities.
    weighted_by : {"number", "area", "volume"}
        What a particle counts: 1, or its diameter squared or cubed.
    edge : {"weights", "leave_out", "keep"}
        ``weights``: particles that the edge of the frame cuts are left out, and each of the rest counts
        ``W H / ((W - Fx)(H - Fy))``, the column ``edge_weight``, as larger ones are cut more often (Fx, Fy: sides of
        its bounding box). ``leave_out``: the same without weights. ``keep``: cut ones count as if they were whole.

    Returns
    -------
    Distribution

    Raises
    ------
    WorkbenchError
        If the table has no such diameter, mixes nm and px, or what several networks found in the same micrographs.

    References
    ----------
    ISO 13322-1:2014 and ISO 21363:2020: static image analysis, and that of nanoparticles in the TEM; ISO 9276-2:2014:
    mean diameters. The weights at the edge: `workbench.particles.frame.edge_weights`.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> found = wb.distribution(wb.measure(truth, m), edge="keep")
    >>> found.unit, found.counted == found.total
    ('nm', True)
    >>> figure = found.plot()
    """
    sample = sample_of(table, diameter, weighted_by, edge)
    return _of_sample(sample, diameter, weighted_by, edge)


def _of_sample(sample: Sample, diameter: Diameter, weighted_by: WeightedBy, edge: EdgeRule) -> Distribution:
    values, weights = sample.diameters, sample.weights
    for array in (values, weights):
        array.flags.writeable = False
    there = len(values) > 0
    count, logs = effective(weights), np.log(values)
    mean, sd = mean_and_deviation(values, weights) if there else (None, None)
    log_mean, log_sd = mean_and_deviation(logs, weights) if there else (None, None)
    gsd = None if log_sd is None else math.exp(log_sd)
    power, by_number = POWERS[weighted_by], mean_and_deviation(logs, sample.counts)[1] if there else None
    fewest = fewest_for(power, math.exp(by_number or 0.0))
    between = between_micrographs(logs, weights, sample.micrographs)
    notes = [*sample.notes, *_between_text(between, len(values))]
    sure = len(values) >= fewest and count > FEWEST - 0.5
    if there and not sure:
        notes.append(_no_interval(len(values), fewest, weighted_by))
    varied = there and float(values[-1]) > float(values[0]) * (1 + 1e-9)
    fits = sure and varied and count >= FEWEST_FITTED
    lognormal, normal = ((fit(values, weights, one) if fits else None) for one in ("log-normal", "normal"))
    groups = two_groups(values, weights) if fits else None
    if sure and quantile_interval(values, weights, 0.5, between.design) is None:
        notes.append(
            "The micrographs differ so much that they tell as little as a few particles: no interval is given."
        )

    def at(level: float) -> float | None:
        return quantile(values, weights, level) if there else None

    def interval_at(level: float, wanted: bool) -> Interval | None:
        return quantile_interval(values, weights, level, between.design) if wanted else None

    return Distribution(
        diameter=diameter,
        weighted_by=weighted_by,
        edge=edge,
        unit=sample.unit,
        diameters=values,
        weights=weights,
        left_out=sample.left_out,
        micrographs=sample.of_micrographs,
        nm_per_px=sample.nm_per_px,
        effective=count / between.design,
        mean=mean,
        mean_interval=mean_interval(values, weights, between.design) if sure and power == 0 else None,
        sd=sd,
        median=at(0.5),
        median_interval=interval_at(0.5, sure),
        d10=at(0.1),
        d10_interval=interval_at(0.1, sure and power == 0),
        d90=at(0.9),
        d90_interval=interval_at(0.9, sure and power == 0),
        geometric_mean=None if log_mean is None else math.exp(log_mean),
        gsd=gsd,
        gsd_interval=_exponential(deviation_interval(logs, weights, between.design)) if sure else None,
        below_100_nm=_below_100_nm(sample, between.design),
        histogram=histogram_of(values, weights),
        lognormal=lognormal,
        normal=normal,
        groups=groups,
        verdict=verdict_on(
            count, lognormal, normal, groups, sample.unit, len(values), alike=there and not varied
        ),
        notes=tuple(notes),
    )


def _exponential(interval: Interval | None) -> Interval | None:
    return None if interval is None else (math.exp(interval[0]), math.exp(interval[1]))


def _below_100_nm(sample: Sample, design: float) -> Share | None:
    if sample.below_100_nm is None or not len(sample.diameters):
        return None
    share = float(sample.counts[sample.below_100_nm].sum() / sample.counts.sum())
    return Share(share, share_interval(share, effective(sample.counts) / design))


def _no_interval(counted: int, fewest: int, weighted_by: WeightedBy) -> str:
    if counted < FEWEST:
        return f"N = {counted}: of fewer than {FEWEST} particles no interval can be given."
    if counted < fewest:
        return (
            f"Weighted by {weighted_by}, an interval needs {fewest} particles of this spread, as a few large ones "
            f"decide; {counted} are too few."
        )
    return "A few particles hold most of the weight, so no interval can be given."


def _between_text(between: Between, counted: int) -> list[str]:
    differ = f"The {between.micrographs} micrographs differ by more than chance"
    if between.micrographs < FEWEST_MICROGRAPHS:
        more = f"{differ}, which the intervals do not take in: that needs {FEWEST_MICROGRAPHS} micrographs."
        return [more] if between.differ else []
    if between.design < _WIDER:
        return []
    alike = f"{counted} particles tell as much as {counted / between.design:.0f} independent ones"
    if between.differ:
        return [f"{differ}, so {alike}."]
    return [
        f"Particles come by the micrograph, and {between.micrographs} are few to tell how alike these are: {alike}."
    ]
