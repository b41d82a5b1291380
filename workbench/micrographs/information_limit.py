"""The finest detail that a microscope could pass on, where the micrograph's origin says enough to know it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from workbench.micrographs.micrograph import Micrograph


def information_limit_per_nm(micrograph: Micrograph) -> float | None:
    """Return the information limit of partial temporal coherence in 1/nm, or None where it cannot be known.

    Chromatic aberration spreads the defocus, which damps the contrast transfer by ``exp(-(pi lambda D)^2 k^4 / 2)``,
    where D is the standard deviation of the defocus; where that has fallen to exp(-2) lies the limit,
    ``sqrt(2 / (pi lambda D))``. Spherical aberration and defocus do not enter it.

    The voltage stands in the metadata of many files, the focal spread in hardly any; `Micrograph.metadata` is asked
    for ``focal_spread_nm``, and a micrograph of a simulated set finds both in the truth that lies beside it. Nothing is
    assumed.

    References
    ----------
    D. B. Williams, C. B. Carter, Transmission Electron Microscopy, 2nd edition, section 28.8.
    """
    known = {**_truth(micrograph), **micrograph.metadata}
    voltage, spread = _positive(known, "voltage_kV"), _positive(known, "focal_spread_nm")
    if voltage is None or spread is None:
        return None
    # the package of the simulation takes half a second to import, and hardly any micrograph gets here
    from workbench.micrographs.simulation.optics import electron_wavelength_nm

    return math.sqrt(2 / (math.pi * electron_wavelength_nm(voltage) * spread))


def _truth(micrograph: Micrograph) -> Mapping[str, Any]:
    """Return the optics that a micrograph of a simulated set was made with; empty for any other."""
    if micrograph.source is None or micrograph.source.parent.name != "images":
        return {}
    path = micrograph.source.parent.parent / "truth" / f"{micrograph.source.stem}.json"
    try:
        optics = json.loads(path.read_text(encoding="utf-8"))["optics"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return optics if isinstance(optics, dict) else {}


def _positive(known: Mapping[str, Any], name: str) -> float | None:
    value = known.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        return None
    return float(value)
