"""A length in words, in the unit that suits its size; and the length that words say."""

from __future__ import annotations

import re

from workbench.errors import MicrographError

UNITS = ((1e6, "mm"), (1e3, "µm"))

NM_IN = {"pm": 1e-3, "å": 0.1, "nm": 1.0, "µm": 1e3, "μm": 1e3, "um": 1e3, "mm": 1e6}


def length_nm(text: str, unit: str = "") -> float:
    """Return the length that a text says, in nm.

    Parameters
    ----------
    text : str
        A number, with a point or a comma, and a unit: pm, Å, nm, µm (or um) or mm.
    unit : str
        Of a number without one; empty: it must have one.

    Raises
    ------
    MicrographError
        If it is no such length, or not a positive one.

    Examples
    --------
    >>> length_nm("0,2 um"), length_nm("200Å"), length_nm("3", "nm")
    (200.0, 20.0, 3.0)
    """
    read = re.fullmatch(r"([0-9.,]+(?:e[+-]?[0-9]+)?)\s*(\w*)", text.strip().lower())
    try:
        if read is None:
            raise ValueError
        length = float(f"{float(read[1].replace(',', '.')) * NM_IN[read[2] or unit]:.9g}")
        if not 0 < length < float("inf"):
            raise ValueError
    except (ValueError, KeyError):
        raise MicrographError(
            f"A length is a number with its unit, such as 50 nm or 0.2 µm, not {text!r}."
        ) from None
    return length


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
