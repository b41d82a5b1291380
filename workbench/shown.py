"""What shows itself: as a picture where it is the last line of a cell, and by ``plot()``.

Micrographs and answers lie below the floor that draws, and know nothing of it. It is named here, and imported when
somebody looks: so the ``repr`` of a micrograph stays one line that costs nothing, and reading one loads no Matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown:
    """Base of what shows itself as a figure.

    Attributes
    ----------
    _drawn_by : str
        Module and name of a function that takes it, and returns a `workbench.figures.paper.PaperFigure`.
    """

    _drawn_by = ""

    def _figure(self, *arguments: Any, **options: Any) -> Figure:
        module, _, name = self._drawn_by.rpartition(".")
        made: Figure = getattr(importlib.import_module(module), name)(self, *arguments, **options)
        return made

    def _repr_png_(self) -> bytes:
        png: bytes = self._figure()._repr_png_()  # type: ignore[attr-defined]  # of PaperFigure
        return png
