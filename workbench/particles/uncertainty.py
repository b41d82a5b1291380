"""How far a median or a mean diameter may be off, part by part: calibration, pixels, threshold, network, sampling."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Protocol

from workbench.errors import WorkbenchError
from workbench.particles.budget import COVERAGE_FACTOR, Budget, Part, Quantity
from workbench.particles.intervals import Interval, Z
from workbench.particles.pixel_rim import pixel_uncertainty
from workbench.particles.wording import number

if TYPE_CHECKING:
    from workbench.particles.band import Band


class Measured(Protocol):
    """What is asked of a distribution, see `workbench.particles.distribution_result.Distribution`."""

    @property
    def diameter(self) -> str:
        """Which diameter."""

    @property
    def unit(self) -> str:
        """``nm`` or ``px``."""

    @property
    def effective(self) -> float:
        """How many particles that count the same tell as much."""

    @property
    def nm_per_px(self) -> float | None:
        """Pixel size, where it is known."""

    @property
    def median(self) -> float | None:
        """In the unit."""

    @property
    def median_interval(self) -> Interval | None:
        """Of 95 %, of sampling."""

    @property
    def mean(self) -> float | None:
        """In the unit."""

    @property
    def mean_interval(self) -> Interval | None:
        """Of 95 %, of sampling."""


def uncertainty(
    distribution: Measured,
    *,
    calibration: float | None = None,
    band: Band | None = None,
    of: Quantity = "median",
    network: str | None = None,
    network_error: float | None = None,
    nm_per_px: float | None = None,
) -> Budget:
    """Return the uncertainty of the median or mean diameter, with its parts.

    Parameters
    ----------
    distribution : Distribution
        Of `workbench.distribution`.
    calibration : float, optional
        Relative standard uncertainty of the magnification, such as 0.01 for 1 %, as a certificate or a lattice says
        (half of an expanded one with k = 2). ``None``: it is not stated, and the sum is given without it.
    band : Band, optional
        Of `workbench.threshold_band`: how far the result moves with threshold and network.
    of : {"median", "mean"}
    network : str, optional
        By which network the particles were found; the first of the band where it is not given.
    network_error : float, optional
        Relative standard uncertainty of the network, such as 0.03, as found on micrographs like these whose truth is
        known: what all networks do alike, no band shows. The larger of the two counts.
    nm_per_px : float, optional
        Pixel size in nm, where the table does not say it.

    Returns
    -------
    Budget
        Where sampling is not known (fewer than 6 particles) nothing is combined; where another part is not known, it is
        said that the sum is without it. Parts after the GUM: ``threshold`` is rectangular between the results at the
        lowest and the highest threshold, ``network`` the standard deviation between the networks, ``sampling`` from
        the interval of 95 %, ``pixel`` what a rim of whole pixels leaves open, see `docs/intervals.md`.

    Raises
    ------
    WorkbenchError
        If the calibration or the error of the network is no number above 0 and below 1.

    References
    ----------
    JCGM 100:2008, Guide to the expression of uncertainty in measurement, 4.2, 4.3, 5.1 and 6.2.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> found = wb.distribution(wb.measure(truth, m), edge="keep")
    >>> budget = wb.uncertainty(found, calibration=0.01)
    >>> budget.without
    ('threshold', 'network', 'sampling')
    """
    if of not in ("median", "mean"):
        raise WorkbenchError(f"The uncertainty is that of the median or of the mean, not of {of!r}.")
    for given, what, never in (
        (calibration, "calibration", "no calibration is exact"),
        (network_error, "network", "no network is without fault"),
    ):
        if given is not None and not 0 < given < 1:
            raise WorkbenchError(
                f"The uncertainty of the {what} is a share such as 0.01 for 1 %, above 0 as {never}; "
                "leave it out where it is not known."
            )
    value = distribution.median if of == "median" else distribution.mean
    interval = distribution.median_interval if of == "median" else distribution.mean_interval
    parts = (
        _calibration(calibration, value, distribution.unit),
        _pixel(distribution, value, nm_per_px),
        _threshold(band, of, network, distribution.unit),
        _network(band, of, network_error, value),
        _sampling(interval, of),
    )
    known = [part.value for part in parts if part.value is not None]
    combined = None if parts[-1].value is None else math.sqrt(sum(one**2 for one in known))
    counts = (
        parts if distribution.unit == "nm" else parts[1:]
    )  # in pixels there is no magnification to calibrate
    return Budget(
        of,
        value,
        distribution.unit,
        parts,
        combined,
        None if combined is None else COVERAGE_FACTOR * combined,
        tuple(part.name for part in counts if part.value is None),
    )


def _calibration(relative: float | None, value: float | None, unit: str) -> Part:
    if unit == "px":
        return Part("calibration", None, "does not apply: diameters are in pixels")
    if relative is None or value is None:
        return Part("calibration", None, "not stated: the magnification is taken as it stands in the file")
    return Part("calibration", relative * value, f"magnification, {100 * relative:.2g} % as stated")


def _pixel(distribution: Measured, value: float | None, nm_per_px: float | None) -> Part:
    scale = 1.0 if distribution.unit == "px" else nm_per_px or distribution.nm_per_px
    if value is None or scale is None:
        return Part("pixel", None, "not known: the table does not say the pixel size")
    px = pixel_uncertainty(value / scale, distribution.effective, distribution.diameter)
    rims = (
        "" if distribution.diameter == "equal_circle" else ", and Feret diameters lie between their corners"
    )
    return Part(
        "pixel", px * scale, f"rims are made of whole pixels, {value / scale:.3g} across a particle{rims}"
    )


def _threshold(band: Band | None, of: Quantity, network: str | None, unit: str) -> Part:
    if band is None:
        return Part("threshold", None, "not known: no band over thresholds was measured")
    if band.unit != unit:
        raise WorkbenchError(
            f"The band is in {band.unit} and the distribution in {unit}; measure both in one unit."
        )
    ends = band.ends(of, network)
    if ends is None:
        return Part("threshold", None, "not known: at one end of the band there is no particle")
    low, high = band.thresholds[0], band.thresholds[-1]
    said = f"{number(ends[0])} {unit} at threshold {low:g}, {number(ends[1])} {unit} at {high:g}, rectangular"
    return Part("threshold", abs(ends[1] - ends[0]) / math.sqrt(12), said)


def _network(band: Band | None, of: Quantity, stated: float | None, value: float | None) -> Part:
    known: list[tuple[float, str]] = []
    networks = {} if band is None else band.networks(of)
    if len(networks) > 1:
        known.append(
            (statistics.stdev(networks.values()), f"standard deviation between {len(networks)} networks")
        )
    if stated is not None and value is not None:
        known.append((stated * value, f"{100 * stated:.2g} %, as stated of the network"))
    if known:
        return Part("network", *max(known))
    lacking = "no band over networks was measured" if band is None else "one network alone"
    return Part("network", None, f"not known: {lacking}")


def _sampling(interval: Interval | None, of: Quantity) -> Part:
    if interval is None:
        return Part("sampling", None, f"not known: too few particles for an interval of the {of}")
    return Part(
        "sampling",
        (interval[1] - interval[0]) / (2 * Z),
        "so many particles and no more, by the interval of 95 %",
    )
