"""A spectrum with rings, spots and the spacing under the pointer; its JavaScript is spectrum_view.js."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.app.widgets.es_module import es_module
from workbench.app.widgets.kept_message import KeptMessage

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class DrawnRing:
    """A ring: its name, and its frequency per px."""

    name: str
    per_px: float


@dataclass(frozen=True)
class DrawnSpot:
    """A pair of spots: their frequency per px, and the direction from the middle to one, 90 degrees being up."""

    per_px: float
    angle_deg: float


class SpectrumView(KeptMessage):
    """Draws a spectrum, and says which spacing lies under the pointer without asking Python.

    Pixels travel as messages, so that no notebook saves them. Any thread may call the methods.
    """

    _esm = es_module(_HERE / "spectrum_view.js")

    def __init__(self) -> None:
        super().__init__({"kind": "spectrum", "edge": 0})

    def show(
        self,
        grey: npt.NDArray[np.uint8],
        step: float,
        nm_per_px: float | None,
        rings: Sequence[DrawnRing],
        spots: Sequence[DrawnSpot],
    ) -> None:
        """Show a spectrum.

        Parameters
        ----------
        grey : (n, n) uint8 array
            Frequency 0 in the middle.
        step : float
            Frequency per px from one of its pixels to the next.
        nm_per_px : float or None
            For spacings in nm; ``None``: in px.
        rings : sequence of DrawnRing
        spots : sequence of DrawnSpot
            They are numbered from 1 on.
        """
        message = {
            "kind": "spectrum",
            "edge": grey.shape[0],
            "step": step,
            "nm_per_px": nm_per_px,
            "rings": [asdict(ring) for ring in rings],
            "spots": [asdict(spot) for spot in spots],
        }
        self._post(message, [np.ascontiguousarray(grey).tobytes()])

    def __repr__(self) -> str:
        return f"SpectrumView({self._sent[0]['edge']} px)"
