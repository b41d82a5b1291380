"""Rings of phases in the spectrum of a particle: the spacings of their widest planes, one ring where they agree."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.micrographs.lattice_rings import Ring
from workbench.micrographs.simulation.structures import lattice_spacings
from workbench.particles.lattice.match import ALIKE
from workbench.particles.lattice.phases import find_phase

MOST = 4
"""Rings of a phase."""


def phase_rings(phases: Sequence[str], at_most: int = MOST) -> list[Ring]:
    """Return the rings of phases, the widest spacing first; those of planes that cannot be told apart are one.

    Parameters
    ----------
    phases : sequence of str
        Names or CIFs, see `find_phase`.
    at_most : int
        So many of each phase, its widest.

    Raises
    ------
    DatasetError
        If there is no such phase.

    Examples
    --------
    >>> [(ring.name, round(ring.nm, 4)) for ring in phase_rings(["Au", "Ag"], at_most=2)]
    [('Au, Ag 111', 0.2357), ('Au, Ag 200', 0.2041)]
    """
    rings: list[tuple[list[str], str, list[float]]] = []
    for phase in (find_phase(name) for name in dict.fromkeys(phases)):
        for planes, nm in lattice_spacings(phase.structure, at_most=at_most).items():
            for names, other, widths in rings:
                if other == planes and phase.name not in names and abs(nm / widths[0] - 1) < ALIKE:
                    names.append(phase.name)
                    widths.append(nm)
                    break
            else:
                rings.append(([phase.name], planes, [nm]))
    made = [Ring(f"{', '.join(names)} {planes}", sum(nm) / len(nm)) for names, planes, nm in rings]
    return sorted(made, key=lambda ring: -ring.nm)


def briefly(rings: Sequence[Ring]) -> tuple[str, list[Ring]]:
    """Call rings by their planes alone where all are of the same phases, and return those; else nothing and the rings.

    Examples
    --------
    >>> briefly(phase_rings(["Au"], at_most=1))
    ('Au', [Ring(name='111', nm=0.235478)])
    """
    names = [ring.name.rpartition(" ") for ring in rings]
    phases = {phase for phase, _, _planes in names}
    if len(phases) != 1:
        return "", list(rings)
    return phases.pop(), [Ring(planes, ring.nm) for ring, (_, _, planes) in zip(rings, names, strict=True)]
