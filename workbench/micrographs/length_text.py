"""A length in words, in the unit that suits its size."""

from __future__ import annotations

UNITS = ((1e6, "mm"), (1e3, "µm"))


def length_text(nm: float) -> str:
    """Return a length with three digits, in nm, µm or mm.

    Parameters
    ----------
    nm : float

    Examples
    --------
    >>> length_text(0.5), length_text(50_000), length_text(1_234_567)
    ('0.5 nm', '50 µm', '1.23 mm')
    """
    rounded = float(f"{nm:.3g}")
    size, unit = next(((size, unit) for size, unit in UNITS if rounded >= size), (1.0, "nm"))
    return f"{rounded / size:.3g} {unit}"


def diameter_text(diameter: float, nm_per_px: float | None) -> str:
    """Return a length with three digits: given in nm, or in px where the pixel size is not known.

    Examples
    --------
    >>> diameter_text(2.104, 0.1), diameter_text(4.2, None)
    ('2.1 nm', '4.2 px')
    """
    return f"{diameter:.3g} px" if nm_per_px is None else length_text(diameter)
