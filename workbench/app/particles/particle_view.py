"""One particle as the micrograph has it: outlined, with a scale bar; its JavaScript is particle_view.js."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.app.widgets.es_module import es_module
from workbench.app.widgets.kept_message import KeptMessage
from workbench.app.widgets.outlines import Lines

_HERE = Path(__file__).parent


class ParticleView(KeptMessage):
    """Draws a part of a micrograph with an outline in it.

    Pixels travel as messages, so that no notebook saves them. Any thread may call the methods.
    """

    _esm = es_module(_HERE / "particle_view.js")

    def __init__(self) -> None:
        super().__init__({"kind": "particle", "width": 0})

    def show(self, grey: npt.NDArray[np.uint8], lines: Lines, pixel: float, in_nm: bool, name: str) -> None:
        """Show a part of a micrograph.

        Parameters
        ----------
        grey : (h, w) uint8 array
        lines : list of list of float
            Closed lines ``[x, y, x, y, ...]``, in its pixels from its corner.
        pixel : float
            Width of one of its pixels, in nm or px.
        in_nm : bool
            Whether that is in nm.
        name : str
            What it is of, for those who cannot see it.
        """
        message = {
            "kind": "particle",
            "width": grey.shape[1],
            "height": grey.shape[0],
            "lines": lines,
            "pixel": pixel,
            "in_nm": in_nm,
            "name": name,
        }
        self._post(message, [np.ascontiguousarray(grey).tobytes()])

    def __repr__(self) -> str:
        return f"ParticleView({self._sent[0]['width']} px)"
