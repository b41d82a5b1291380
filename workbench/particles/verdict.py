"""How the diameters of a sample are distributed, in one sentence."""

from __future__ import annotations

from typing import Literal, NamedTuple

from workbench.particles.fits import FEWEST_FITTED, Family, Fit
from workbench.particles.modality import Groups
from workbench.particles.wording import number

Kind = Literal["none", "equal", "few", "log-normal", "normal", "either", "undecided", "groups", "neither"]
ENOUGH = 100
"""Of fewer particles a fit may be accepted though they are of two groups, of which the smaller has a tenth."""


class Verdict(NamedTuple):
    """What can be said of a sample's distribution.

    Attributes
    ----------
    kind : str
        ``log-normal``, ``normal``; ``either``: both describe it; ``undecided``: nothing speaks against one, but the
        particles are too few to rule out two groups; ``groups``: two are likely; ``neither``; ``few``, ``equal``,
        ``none``: nothing was fitted.
    sentence : str
    fit : {"log-normal", "normal"} or None
        Which fit can be shown; None where none describes it.
    """

    kind: Kind
    sentence: str
    fit: Family | None


def verdict_on(
    count: float,
    lognormal: Fit | None,
    normal: Fit | None,
    groups: Groups | None,
    unit: str,
    counted: int,
    *,
    alike: bool = False,
) -> Verdict:
    """Return what can be said of a sample.

    Parameters
    ----------
    count : float
        How many particles that count the same tell as much, see `intervals.effective`.
    lognormal, normal : Fit or None
        None where there are too few particles, or all are equal.
    groups : Groups or None
    unit : str
    counted : int
        How many particles there are.
    alike : bool
        Whether all particles have the same diameter.
    """
    if counted == 0:
        return Verdict("none", "No particle is counted.", None)
    if lognormal is None or normal is None or groups is None:
        if alike and count >= FEWEST_FITTED:
            return Verdict("equal", "All particles have the same diameter; no curve is fitted.", None)
        return Verdict(
            "few",
            f"{_particles(counted)} too few to tell how they are distributed; no curve is fitted.",
            None,
        )
    fitting = [
        fit
        for fit in (lognormal, normal)
        if not groups.likely and (fit.accepted or (fit.near and not groups.better))
    ]
    if not fitting:
        return _neither(groups, lognormal, normal, unit)
    if count < ENOUGH:
        best = max(fitting, key=lambda fit: fit.p)
        names = " and ".join(f"a {fit.family}" for fit in fitting)
        return Verdict(
            "undecided",
            f"{_capital(names)} distribution {_fits(fitting)}, but {_particles(counted)} too few to rule out two "
            "groups.",
            best.family,
        )
    if len(fitting) == 2:
        return Verdict(
            "either",
            f"A log-normal and a normal distribution both describe it; {_particles(counted)} too few, or too "
            "alike, to tell which.",
            "log-normal",
        )
    (fit,) = fitting
    if fit.accepted:
        return Verdict(fit.family, f"A {fit.family} distribution describes it (p = {fit.p:.2g}).", fit.family)
    return Verdict(
        fit.family,
        f"A {fit.family} distribution describes it to within {100 * fit.off_by:.1f} % of the particles, though so many "
        "particles tell it from one.",
        fit.family,
    )


def _neither(groups: Groups, lognormal: Fit, normal: Fit, unit: str) -> Verdict:
    where = " and ".join(number(median, None) for median in groups.medians)
    shares = " and ".join(f"{100 * share:.0f}" for share in groups.shares)
    round_them = f"round {where} {unit} ({shares} % of the particles)"
    refused = not (lognormal.accepted or normal.accepted)
    begin = "Neither a log-normal nor a normal distribution describes it"
    if groups.likely:
        begin = begin if refused else "One distribution alone hardly describes it"
        return Verdict("groups", f"{begin}: two groups are likely, {round_them}.", None)
    if groups.better:
        return Verdict("neither", f"{begin}; perhaps there are two groups, {round_them}.", None)
    return Verdict("neither", f"{begin}.", None)


def _particles(counted: int) -> str:
    return f"{counted} particles are" if counted != 1 else "One particle is"


def _fits(fitting: list[Fit]) -> str:
    chances = " and ".join(f"{fit.p:.2g}" for fit in fitting)
    return f"{'fits' if len(fitting) == 1 else 'fit'} (p = {chances})"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
