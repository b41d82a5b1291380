"""Rings of phases in the spectrum of a particle: the spacings of their widest planes, one ring where they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.micrographs.lattice_rings import Ring
from workbench.particles.lattice.match import ALIKE
from workbench.particles.lattice.particle_lattice import bracketed
from workbench.particles.lattice.phases import Phase, find_phase

MOST = 4
"""Rings of a phase."""

FEW = 2
"""Where those of several phases are drawn."""


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
        for planes, nm in _widest(phase, at_most):
            for names, other, widths in rings:
                if other == planes and phase.name not in names and abs(nm / widths[0] - 1) < ALIKE:
                    names.append(phase.name)
                    widths.append(nm)
                    break
            else:
                rings.append(([phase.name], planes, [nm]))
    made = [Ring(f"{', '.join(names)} {planes}", sum(nm) / len(nm)) for names, planes, nm in rings]
    return sorted(made, key=lambda ring: -ring.nm)


def _widest(phase: Phase, at_most: int) -> list[tuple[str, float]]:
    """Return the widest spacings in nm, with the planes that have the fewest negative indices, the largest first."""
    spacings: dict[float, list[tuple[int, ...]]] = {}
    for index, g in zip(phase.planes[0].tolist(), phase.planes[1], strict=True):
        alike = spacings.setdefault(round(float(1 / np.linalg.norm(g)), 5), [])
        alike += [tuple(index), tuple(-one for one in index)]
    widest = sorted(spacings, reverse=True)[:at_most]
    chosen = [max(spacings[nm], key=lambda hkl: (sum(one >= 0 for one in hkl), hkl)) for nm in widest]
    return [(bracketed(hkl)[1:-1].replace(" ", ","), nm) for hkl, nm in zip(chosen, widest, strict=True)]


def drawn_rings(phases: Sequence[str]) -> tuple[str, list[Ring]]:
    """Return the rings of phases as there is room for their names.

    Parameters
    ----------
    phases : sequence of str
        Names or CIFs, see `find_phase`.

    Returns
    -------
    of : str
        What all rings are of, where they are of the same phases: they are called by their planes alone then. Else
        empty, and there are two rings of each.
    rings : list of Ring

    Examples
    --------
    >>> of, rings = drawn_rings(["Au", "Ag"])
    >>> of, [ring.name for ring in rings]
    ('Au, Ag', ['111', '200', '220', '311'])
    """
    rings = phase_rings(phases)
    names = [ring.name.rpartition(" ") for ring in rings]
    of = {phase for phase, _, _planes in names}
    if len(of) > 1:
        return "", phase_rings(phases, FEW)
    return "".join(of), [Ring(planes, ring.nm) for ring, (_, _, planes) in zip(rings, names, strict=True)]
