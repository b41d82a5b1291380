"""Figures on paper: they belong to no window, show themselves in a notebook, and can be in any script."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from workbench.figures.lettering import letter
from workbench.micrographs.provenance import mark

SHOWN_DPI = 100


class PaperFigure(Figure):
    """A figure of Matplotlib that is not pyplot's.

    Any kernel shows it as the last line of a cell, whether a backend was chosen or not. As PNG it says that it is a
    figure of the workbench, so that it is never segmented as a micrograph.
    """

    def __init__(self, width: float, height: float, **options: Any) -> None:
        super().__init__(figsize=(width, height), layout="constrained", **options)
        FigureCanvasAgg(self)

    def draw(self, renderer: Any) -> None:
        """Draw it, each letter in a font that has it."""
        letter(self)
        super().draw(renderer)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Write it as `matplotlib.figure.Figure.savefig` does; a PNG says what it is."""
        suffix = Path(fname).suffix[1:] if isinstance(fname, str | os.PathLike) else ""
        form = options.get("format") or suffix
        if (form or "png").lower() == "png":
            options["metadata"] = {"Software": mark("figure"), **(options.get("metadata") or {})}
        super().savefig(fname, **options)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=SHOWN_DPI)
        return buffer.getvalue()
