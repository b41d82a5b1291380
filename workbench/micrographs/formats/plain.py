"""What a file says about itself, as plain data that JSON can hold, and what of it we have names for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

_LONGEST_TEXT = 2000
_LONGEST_LIST = 64
_MOST_VALUES = 20_000
_DEEPEST = 24

_OUR_NAMES = {
    "voltage_kV": ("beam_energy",),
    "microscope": ("microscope",),
    "exposure_s": ("Detector.Camera.exposure", "Camera.exposure"),
    "magnification": ("magnification",),
}
_NUMBERS = ("dose_e_per_A2", "voltage_kV", "exposure_s", "magnification", "defocus_nm")


def plain(value: Any) -> Any:
    """Return the same as dicts, lists, strings, numbers, bools and None; cut where it is huge."""
    return _plain(value, [_MOST_VALUES], 0)


def known_from_metadata(
    metadata: Mapping[str, Any], original: Any, mapping: Mapping[str, Any]
) -> dict[str, Any]:
    """Pick what we have names for out of RosettaSciIO's metadata, and the original by way of its mapping."""
    found: dict[str, Any] = {}
    for microscope in ("TEM", "SEM"):
        prefix = f"Acquisition_instrument.{microscope}."
        for ours, theirs in _OUR_NAMES.items():
            for name in theirs:
                value = _at(metadata, prefix + name)
                if value is None:
                    value = _mapped(original, mapping, prefix + name)
                if value is not None and ours not in found:
                    found[ours] = plain(value)
    return known(found)


def known_from_text(lines: Iterable[str]) -> dict[str, Any]:
    """Pick ``name=value`` lines with our names out of free text."""
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    names = {*_OUR_NAMES, *_NUMBERS}
    return known({name.strip(): value.strip() for name, value in pairs if name.strip() in names})


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep numbers that are numbers and positive (except a defocus), and texts that say something."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name in _NUMBERS:
            try:
                number = float(value)
            except (TypeError, ValueError):
                continue
            if math.isfinite(number) and (number > 0 or name == "defocus_nm"):
                kept[name] = number
        elif isinstance(value, str) and value.strip():
            kept[name] = value.strip()
    return kept


def _mapped(original: Any, mapping: Mapping[str, Any], wanted: str) -> Any:
    for source, target in mapping.items():
        if not target or target[0] != wanted:
            continue
        value = _at(original, source)
        if value is None:
            continue
        try:
            return target[1](value) if target[1] else value
        except Exception:
            # A converter of a third-party table met a value it does not know; the file is no worse for it.
            continue
    return None


def _at(tree: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(tree, Mapping) or key not in tree:
            return None
        tree = tree[key]
    return tree


def _plain(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST:
        return "..."
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "VO" or value.size > _LONGEST_LIST:
            return f"array of {value.dtype}, shape {value.shape}"
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return str(value) if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}..."
    if isinstance(value, Mapping):
        return {str(key): _plain(item, left, depth + 1) for key, item in value.items() if left[0] > 0}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_plain(item, left, depth + 1) for item in list(value)[:_LONGEST_LIST]]
        return [*items, f"... {len(value)} in all"] if len(value) > _LONGEST_LIST else items
    return _plain(str(value), left, depth + 1)
