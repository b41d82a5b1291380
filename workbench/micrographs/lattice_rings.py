"""Rings of a Fourier transform: the spacings of the lattice planes that a person names, or gives in nm."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.errors import MicrographError
from workbench.micrographs.simulation.structures import METALS, lattice_spacings

_LENGTH = r"(\d*\.\d+|\d+,\d+|\d+)(?:\s*(nm|Å|A)\b)?"
_WORD = re.compile(rf"{_LENGTH}|([^\s,;]+)")


@dataclass(frozen=True)
class Ring:
    """Lattice planes of one spacing.

    Parameters
    ----------
    name : str
        Such as ``Au 111``; of a spacing that was given, the spacing.
    nm : float
        Spacing of the planes.
    """

    name: str
    nm: float


def read_rings(text: str) -> list[Ring]:
    """Read rings as a person types them: metals and spacings, such as ``Au, 0.335`` or ``Pt 3.4 Å``.

    Parameters
    ----------
    text : str
        Symbols of `METALS`, and lengths, in nm unless they say Å. Commas, semicolons or spaces part them; a comma
        between two digits is a decimal one.

    Returns
    -------
    list of Ring
        Widest first; of a metal its four widest spacings.

    Raises
    ------
    MicrographError
        If a word is neither.
    """
    symbols = {symbol.lower(): symbol for symbol in METALS}
    rings: list[Ring] = []
    for found in _WORD.finditer(text):
        word, (length, unit, name) = found[0], found.groups()
        if length is not None:
            nm = float(length.replace(",", ".")) * (1.0 if unit in (None, "nm") else 0.1)
            if not nm > 0:
                raise MicrographError(f"{word} is no spacing of lattice planes: it must be more than 0.")
            rings.append(Ring(f"{nm:.4g} nm", nm))
        elif name.lower() in symbols:
            symbol = symbols[name.lower()]
            spacings = lattice_spacings(METALS[symbol], at_most=4)
            rings += [Ring(f"{symbol} {planes}", nm) for planes, nm in spacings.items()]
        else:
            known = ", ".join(METALS)
            raise MicrographError(
                f"The lattice of {word} is not known here ({known} are): give spacings in nm, such as 0.335."
            )
    return sorted(rings, key=lambda ring: -ring.nm)
