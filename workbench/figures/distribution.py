"""A distribution of diameters on paper: histogram and fit, the cumulative curve beside them, the median, N."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import WorkbenchError
from workbench.figures.paper import PaperFigure
from workbench.figures.sheet import MM_PER_INCH, POINTS_PER_INCH, check_width
from workbench.particles.distribution_result import Distribution
from workbench.particles.fits import Fit
from workbench.particles.selection import DIAMETERS
from workbench.particles.wording import number, with_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL_POINTS, SMALL_POINTS = 8, 7
HEIGHT = 0.72
"""Of a pane over its width."""
BARS, BAR_EDGES, CURVE, CUMULATIVE, SPAN = "#B9D5EA", "#6A8FAF", "#000000", "#B84A00", "#8C8C8C"
MOST_TICKED = 60
"""Of so many particles at most each has a tick of its own."""
_LETTER = 0.5
"""Width of a letter on average, over the size of the font."""
_BESIDE_MM = 120.0
_OF = {"number": "particles", "area": "area", "volume": "volume"}
_WITHOUT_CURVE = {
    "few": "no curve: too few particles",
    "equal": "no curve: all alike",
    "groups": "no curve: two groups are likely",
    "neither": "no curve: neither log-normal nor normal",
}


def figure_distribution(
    distribution: Distribution, axes: Axes | None = None, *, width_mm: float = 85.0, qq: bool = False
) -> Figure:
    """Draw a distribution: its histogram, its cumulative curve on a second axis, the fit that describes it, its median.

    Parameters
    ----------
    distribution : Distribution
    axes : matplotlib.axes.Axes, optional
        Where to draw the histogram; without it, in a figure of its own.
    width_mm : float
        Width of that figure on paper, exactly; journals take 85 (a single column), 120 (one and a half) or 180 (a
        double column). Labels have 8 points and what is smaller 7, whatever the width.
    qq : bool
        Add a Q-Q plot, where a curve is fitted: where the fit has each particle, and where it is. Beside the histogram
        from 120 mm on, else below.

    Returns
    -------
    matplotlib.figure.Figure
        Belongs to no pyplot window; shows itself as the last line of a cell. `workbench.save_figure` writes it.

    Raises
    ------
    WorkbenchError
        If no particle is counted, or the width is none of a paper.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> found = wb.distribution(wb.measure(truth, m), edge="keep")
    >>> wb.save_figure(wb.figure_distribution(found), "sizes.svg").name
    'sizes.svg'
    """
    if not distribution.counted:
        raise WorkbenchError("No particle is counted, so there is no distribution to draw.")
    if axes is not None:
        _draw(axes, distribution, _letters(axes.get_window_extent().width / axes.figure.figure.dpi))
        return axes.figure.figure
    inches = check_width(width_mm) / MM_PER_INCH
    second = qq and distribution.lognormal is not None
    across = 2 if second and width_mm >= _BESIDE_MM else 1
    down = 2 if second and across == 1 else 1
    made = PaperFigure(inches, inches / across * HEIGHT * down, exact=True)
    panes = made.subplots(down, across, squeeze=False).ravel()
    _draw(panes[0], distribution, _letters(inches / across))
    if second:
        _draw_quantiles(panes[1], distribution)
    return made


def _draw(axes: Axes, distribution: Distribution, letters: int) -> None:
    edges, shares, _rule = distribution.histogram
    axes.bar(
        edges[:-1], 100 * shares, np.diff(edges), align="edge", color=BARS, edgecolor=BAR_EDGES, linewidth=0.5
    )
    low, high = _ends(distribution)
    fitted = distribution.fitted
    top = 100 * float(shares.max())
    if fitted is not None:
        x = np.linspace(max(low, 1e-6 * high), high, 400)
        curve = 100 * fitted.density(x) * float(edges[1] - edges[0])
        axes.plot(x, curve, color=CURVE, linewidth=1.2)
        top = max(top, float(curve.max()))
    axes.set_xlim(low, high)
    axes.set_ylim(0, 1.08 * top)
    _draw_median(axes, distribution)
    if distribution.counted <= MOST_TICKED:
        axes.vlines(distribution.diameters, 0, 0.025 * top, color=CURVE, linewidth=0.5)
    name, unit = DIAMETERS[distribution.diameter], distribution.unit
    axes.set_xlabel(f"{name[0].upper()}{name[1:]}, {unit}", fontsize=LABEL_POINTS)
    axes.set_ylabel(f"Share of {_OF[distribution.weighted_by]} per bin, %", fontsize=LABEL_POINTS)
    right = axes.twinx()
    diameters, below = distribution.cumulative()
    right.step(
        np.concatenate([[low], diameters, [high]]),
        100 * np.concatenate([[0], below, [1]]),
        where="post",
        color=CUMULATIVE,
        linewidth=1.0,
    )
    right.set_ylim(0, 108)
    right.set_yticks([0, 25, 50, 75, 100])
    right.set_ylabel("Cumulative share, %", fontsize=LABEL_POINTS, color=CUMULATIVE)
    right.tick_params(labelsize=SMALL_POINTS, width=0.6, length=2.5, colors=CUMULATIVE)
    axes.tick_params(labelsize=SMALL_POINTS, width=0.6, length=2.5)
    for one in (axes, right):
        one.spines["top"].set_visible(False)
        for side in ("left", "right", "bottom"):
            one.spines[side].set_linewidth(0.6)
    lines = [part for line in _words(distribution, letters) for part in textwrap.wrap(line, letters)]
    axes.set_title("\n".join(lines), fontsize=SMALL_POINTS, loc="left", parse_math=False, linespacing=1.3)


def _draw_median(axes: Axes, distribution: Distribution) -> None:
    interval = distribution.median_interval
    if interval is not None:
        axes.axvspan(*interval, color=SPAN, alpha=0.35, linewidth=0)
    if distribution.median is not None:
        axes.axvline(distribution.median, color=CURVE, linewidth=0.8, linestyle=(0, (4, 2)))


def _draw_quantiles(axes: Axes, distribution: Distribution) -> None:
    fitted = distribution.fitted or distribution.lognormal
    assert fitted is not None
    points = distribution.quantile_points(fitted.family)
    assert points is not None
    expected, found = points
    ends = np.array([min(expected[0], found[0]), max(expected[-1], found[-1])])
    axes.plot(ends, ends, color=CURVE, linewidth=0.8)
    axes.plot(expected, found, ".", color=BAR_EDGES, markersize=3.5, markeredgewidth=0)
    if fitted.family == "log-normal":
        axes.loglog()
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter("{x:g}" if ends[1] < 8 * ends[0] else "")
            axis.set_tick_params(which="minor", labelsize=SMALL_POINTS, width=0.6, length=2)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"Expected of the {fitted.family} fit, {distribution.unit}", fontsize=LABEL_POINTS)
    axes.set_ylabel(f"Found, {distribution.unit}", fontsize=LABEL_POINTS)
    axes.tick_params(labelsize=SMALL_POINTS, width=0.6, length=2.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.6)
    axes.set_title(_chance(fitted), fontsize=SMALL_POINTS, loc="left")


def _ends(distribution: Distribution) -> tuple[float, float]:
    """Return where the axis of diameters begins and ends: all particles, and the fit where it is not nearly nothing."""
    edges = distribution.histogram.edges
    low, high = float(edges[0]), float(edges[-1])
    fitted: Fit | None = distribution.fitted
    if fitted is not None:
        left, right = (float(end) for end in fitted.quantile([0.002, 0.998]))
        low, high = min(low, max(left, 0.0)), max(high, right)
    margin = 0.03 * (high - low)
    return max(low - margin, 0.0), high + margin


def _words(distribution: Distribution, letters: int) -> list[str]:
    """Return the lines that stand above the histogram."""
    left_out = f" of {distribution.total}" if distribution.left_out else ""
    gsd = ""
    if distribution.gsd is not None and distribution.gsd > 1:
        spread = with_interval(distribution.gsd, distribution.gsd_interval).replace(", 95 %", "")
        gsd = f", GSD {spread}"
    bins = f"bins: {distribution.histogram.rule}"
    fitted = distribution.fitted
    curve = (
        _WITHOUT_CURVE.get(distribution.verdict.kind, "")
        if fitted is None
        else _curve(fitted, distribution.unit)
    )
    lines = [
        f"Median {with_interval(distribution.median, distribution.median_interval, distribution.unit)}",
        f"N = {distribution.counted}{left_out}{gsd}",
    ]
    last = [part for part in (curve, bins) if part]
    return [*lines, "; ".join(last)] if sum(map(len, last)) + 2 <= letters else [*lines, *last]


def _curve(fitted: Fit, unit: str) -> str:
    width = (-fitted.median_error, fitted.median_error)
    return f"curve: {fitted.family}, median {number(fitted.median, width)} {unit} ({_chance(fitted)})"


def _chance(fitted: Fit) -> str:
    return "p < 0.001" if fitted.p < 0.001 else f"p = {fitted.p:.2g}"


def _letters(inches: float) -> int:
    """Return how many letters of a line fit above a pane."""
    return max(20, int(0.86 * inches * POINTS_PER_INCH / (_LETTER * SMALL_POINTS)))
