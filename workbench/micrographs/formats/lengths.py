"""The size of a pixel in nanometres, whatever unit a file gives it in."""

from __future__ import annotations

import re

from workbench.micrographs.formats.content import Axis

_NM = {
    **dict.fromkeys(("pm", "picometer", "picometre", "picometers"), 1e-3),
    **dict.fromkeys(("a", "å", "ang", "angstrom", "angstroms", "ångström", "ångstrom", "angström"), 0.1),
    **dict.fromkeys(("nm", "nanometer", "nanometre", "nanometers", "nanometres"), 1.0),
    **dict.fromkeys(
        ("um", "µm", "micron", "microns", "micrometer", "micrometre", "micrometers", "micrometres"), 1e3
    ),
    **dict.fromkeys(("mm", "millimeter", "millimetre", "millimeters"), 1e6),
    **dict.fromkeys(("cm", "centimeter", "centimetre", "centimeters"), 1e7),
    **dict.fromkeys(("m", "meter", "metre", "meters", "metres"), 1e9),
}
_ANGLES = {"rad", "mrad", "urad", "µrad", "deg", "degree", "degrees", "°"}
_ENERGIES = {"ev", "kev", "mev"}
_TIMES = {"s", "ms", "us", "µs", "ns", "ps", "sec", "seconds"}
_ANISOTROPY = 0.01
_SMALLEST_NM, _LARGEST_NM = 1e-5, 1e7  # a thousandth of an atom, and a centimetre


def pixel_size(axes: tuple[Axis, Axis]) -> float | None:
    """Return the edge of a pixel in nm; ``None`` where the file does not say, or says what cannot be used.

    Zero, less than zero and what no microscope resolves or sees at once are ways to say that nobody knows. Pixels that
    are longer than wide by more than 1 % have no one size. `why_unknown` says which of these it is.
    """
    sizes = _sizes(axes)
    if sizes is None or _wrong(*sizes) is not None:
        return None
    y, x = sizes
    return y if y == x else (y * x) ** 0.5


def why_unknown(axes: tuple[Axis, Axis]) -> str | None:
    """Say why the pixel size that a file gives is not used; None where it is, or where there is none."""
    sizes = _sizes(axes)
    return None if sizes is None else _wrong(*sizes)


def is_length(unit: str | None) -> bool:
    """Whether a unit, however it is written, is one of length."""
    return _plain(unit) in _NM


def not_an_image(axes: tuple[Axis, Axis]) -> str | None:
    """Say why axes in these units do not span an image of a specimen; ``None`` where they may."""
    for axis in axes:
        unit = _plain(axis.unit)
        if _reciprocal(unit) or unit in _ANGLES:
            return (
                f"is a diffraction pattern (its axes are in {axis.unit}), not an image; "
                "open the image of the same area instead"
            )
        if unit in _ENERGIES or unit in _TIMES:
            return f"is not an image of the specimen (an axis is in {axis.unit}); open an image instead"
    return None


def _sizes(axes: tuple[Axis, Axis]) -> tuple[float, float] | None:
    y, x = (_in_nm(axis) for axis in axes)
    return None if y is None or x is None else (y, x)


def _wrong(y: float, x: float) -> str | None:
    for size in (y, x):
        if not _SMALLEST_NM <= size <= _LARGEST_NM:
            return f"the file gives {size:.4g} nm, which cannot be"
    if abs(y - x) > _ANISOTROPY * max(y, x):
        return f"the file gives pixels of {y:.4g} nm by {x:.4g} nm, but only square ones can be measured"
    return None


def _in_nm(axis: Axis) -> float | None:
    factor = _NM.get(_plain(axis.unit))
    return None if factor is None or axis.scale is None else float(axis.scale) * factor


def _plain(unit: str | None) -> str:
    # NCEM writes [n_m]; both micro signs and both Angstrom signs occur; ImageJ escapes what is not ASCII.
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), unit or "")
    text = text.replace("\u00c2\u00b5", "\u00b5").replace("\u03bc", "\u00b5").replace("\u212b", "\u00c5")
    return re.sub(r"[\s\0_\[\]()]", "", text).lower()


def _reciprocal(unit: str) -> bool:
    return unit.startswith("1/") or bool(re.search(r"(\^|\*\*)?(-1|⁻¹)$", unit))
