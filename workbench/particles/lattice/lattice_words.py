"""The lattice of one particle in words: a verdict, what it rests on, its spots and the phases as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.particles.lattice.fringe_sets import FringeSet
from workbench.particles.lattice.match import PhaseMatch
from workbench.particles.lattice.one_particle import LatticeOfParticle
from workbench.particles.lattice.particle_lattice import bracketed
from workbench.particles.lattice.phases import find_phase
from workbench.particles.wording import with_error

MALM = (
    "the spacing of a tilted small particle is off by itself (Malm and O'Keefe, Ultramicroscopy 68, 13, 1997)"
)


class SpotRow(NamedTuple):
    """A set of fringes in words."""

    number: str
    spacing: str
    angle: str
    strength: str
    plane: str
    what: str


class PhaseRow(NamedTuple):
    """A phase that was compared, in words."""

    phase: str
    planes: str
    zone: str
    wider: str
    geometry: str
    spacings: str
    said: str


def verdict(seen: LatticeOfParticle) -> str:
    """Return what the lattice is, or why none was found, as one sentence.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> from workbench.particles.lattice.one_particle import lattice_of_particle
    >>> m = wb.Micrograph(np.zeros((9, 9), np.float32), nm_per_px=0.05)
    >>> verdict(lattice_of_particle(np.eye(9, dtype=int), 1, m))
    'No lattice found: the particle is 0.169 nm wide, and fringes are looked for from 0.66 nm on.'
    """
    found = seen.lattice
    if not found.sets:
        return f"No lattice found: {seen.why_none}."
    if found.pair is not None:
        if found.nm_per_px is None:
            return "Fringes of a lattice; no phase is named, as the pixel size is not known."
        if not found.phases:
            return f"Fringes of a lattice, which fit none of {', '.join(seen.phases)}."
        zone = f"zone axis {found.zone_axis}" if found.zone_axis else "the zone axis is not fixed"
        return f"{found.phase}, {zone}."
    return {
        "one set": "One set of fringes only: no phase is named from it.",
        "two grains": "Fringes in different parts of the particle, as of two grains or a twin: no phase is named.",
        "support": "Fringes of the support, which go on beside the particle; none of its own.",
    }.get(
        found.phase,
        "Fringes that may be images of finer ones, which the pixels cannot show: no phase is named.",
    )


def cautions(seen: LatticeOfParticle) -> list[str]:
    """Return what the verdict is not to be read without, a sentence each."""
    said = []
    if seen.cut:
        said.append("The edge of the micrograph cuts the particle: this is of the part that is seen.")
    if seen.nm_per_px is None:
        said.append(
            "The pixel size is not known: spacings are in px, and no phase is compared. Type it under Micrograph."
        )
    if seen.lattice.phase == "one set":
        said.append(f"Many phases have a spacing near it, and {MALM}.")
    return said


def notes(seen: LatticeOfParticle) -> list[str]:
    """Return what the tables rest on, a sentence each."""
    found, said = seen.lattice, []
    if found.pair is not None:
        one, other = (place + 1 for place in found.pair)
        said.append(
            f"Of no. {one} and {other} the ratio is {found.ratio:.3f} and the angle {found.angle_deg:.1f}°, "
            "whatever the pixel size."
        )
    if found.pair is not None and found.nm_per_px is not None:
        said.append("Percentages: how often they would be further off by chance; a phase fits from 1 % on.")
        said.append(
            f"Nothing else was compared than {', '.join(seen.phases)}; an alloy is not told from its parts."
        )
    if seen.ringed:
        only = "" if found.phases else ", for comparison only"
        said.append(f"Rings: {', '.join(seen.ringed)}{only}.")
    return said


def spot_rows(seen: LatticeOfParticle) -> list[SpotRow]:
    """Return the sets of fringes, numbered from 1: spacing with its error in brackets, direction."""
    found = seen.lattice
    scale = 1.0 if found.nm_per_px is None else found.nm_per_px
    best = next((match for match in found.matches if match.phase in found.phases), None)
    planes = {} if best is None else dict(zip(found.compared, best.planes, strict=False))
    several = len({one.grain for one in found.sets}) > 1
    return [
        SpotRow(
            str(place + 1),
            with_error(one.px * scale, one.error_px * scale),
            f"{one.angle_deg:.1f}°",
            f"{one.strength:.0f}",
            plane_text(planes[place]) if place in planes else "",
            _what(one, several),
        )
        for place, one in enumerate(found.sets)
    ]


def phase_rows(seen: LatticeOfParticle) -> list[PhaseRow]:
    """Return the phases that were compared, the best first, and how well each fits; none where there is no pair."""
    found = seen.lattice
    if found.pair is None or found.nm_per_px is None:
        return []
    rows = [
        PhaseRow(
            match.phase,
            " ".join(plane_text(plane) for plane in match.planes[:2]),
            bracketed(match.zone_axis) if match.zone_is_fixed else "–",
            f"{round(100 * (match.scale - 1), 1) + 0.0:+.1f} %".replace("-", "−"),
            _chance(match.geometry_chance),
            _chance(match.spacing_chance),
            _said(match, found.phases),
        )
        for match in found.matches
    ]
    near = {match.phase for match in found.matches}
    far = [name for name in seen.phases if _shown(name) not in near]
    return rows + [PhaseRow(_shown(name), "–", "–", "–", "–", "–", "no planes near") for name in far]


def plane_text(plane: Sequence[int]) -> str:
    """Return indices of a plane, such as ``(11-1)``; with spaces where one has two digits."""
    return f"({bracketed(plane)[1:-1]})"


def _what(one: FringeSet, several: bool) -> str:
    if one.order_of is not None:
        order, of = one.order_of
        return f"order {order} of no. {of}"
    if one.aliased:
        return "may be an image of finer fringes"
    return one.note or (f"grain {one.grain}" if several else "its own")


def _said(match: PhaseMatch, named: Sequence[str]) -> str:
    if match.phase not in named:
        return "does not fit"
    return "fits" if match.fits else "cannot be told apart"


def _chance(share: float) -> str:
    percent = 100 * share
    return "< 0.1 %" if percent < 0.1 else f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.1f} %"


def _shown(name: str) -> str:
    return find_phase(name).name
