"""Figures on paper: they belong to no window, show themselves in a notebook, and can be in any script."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import tifffile
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from workbench.figures.lettering import letter
from workbench.micrographs.provenance import mark

SHOWN_DPI, EXACT_SHOWN_DPI = 100, 150
TIFF_DPI = 600
TIFF = ("tif", "tiff")
TEXT_OF: dict[str, dict[str, Any]] = {
    "pdf": {"pdf.fonttype": 42},
    "ps": {"ps.fonttype": 42},
    "eps": {"ps.fonttype": 42},
    "svg": {"svg.fonttype": "none"},
    "svgz": {"svg.fonttype": "none"},
}
"""How Matplotlib writes text into a format: with TrueType fonts in the file, or as text to be edited."""
_SETTING = threading.RLock()


class PaperFigure(Figure):
    """A figure of Matplotlib that is not pyplot's.

    Any kernel shows it as the last line of a cell, whether a backend was chosen or not. As PNG or TIFF it says that it
    is a figure of the workbench, so that it is never segmented as a micrograph. In PDF and SVG its text is text, and an
    image of the interpolation "none" has its own pixels; where pixels are drawn such an image is smoothed.

    Parameters
    ----------
    width, height : float
        In inches.
    exact : bool
        Whether it is as wide as that in every file: ``bbox_inches`` changes nothing.
    """

    def __init__(self, width: float, height: float, *, exact: bool = False, **options: Any) -> None:
        super().__init__(figsize=(width, height), layout="constrained", **options)
        FigureCanvasAgg(self)
        self._exact = exact

    def draw(self, renderer: Any) -> None:
        """Draw it, each letter in a font that has it."""
        letter(self)
        own: list[Any] = [] if renderer.option_scale_image() else self.findobj(_has_own_pixels)
        for image in own:
            image.set_interpolation("antialiased")
        try:
            super().draw(renderer)
        finally:
            for image in own:
                image.set_interpolation("none")

    def savefig(self, fname: Any, **options: Any) -> None:
        """Write it as `matplotlib.figure.Figure.savefig` does; a TIFF has 600 dpi where no other ``dpi`` is given."""
        suffix = Path(fname).suffix[1:] if isinstance(fname, str | os.PathLike) else ""
        form = str(options.get("format") or suffix or "png").lower()
        if form == "png":
            options["metadata"] = {"Software": mark("figure"), **(options.get("metadata") or {})}
        settings = dict(TEXT_OF.get(form, {}))
        if self._exact:
            options["bbox_inches"], settings["savefig.bbox"] = None, None
        with set_for_now(settings):
            if form in TIFF:
                options.pop("format", None)
                _save_tiff(super().savefig, fname, **options)
            else:
                super().savefig(fname, **options)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=EXACT_SHOWN_DPI if self._exact else SHOWN_DPI)
        return buffer.getvalue()


def write(made: Figure, target: Any, form: str, **options: Any) -> None:
    """Write any figure of Matplotlib as a `PaperFigure` writes itself."""
    if isinstance(made, PaperFigure):
        made.savefig(target, format=form, **options)
        return
    with set_for_now(TEXT_OF.get(form, {})):
        if form in TIFF:
            _save_tiff(made.savefig, target, **options)
        else:
            made.savefig(target, format=form, **options)


@contextmanager
def set_for_now(settings: dict[str, Any]) -> Iterator[None]:
    """Change settings of Matplotlib while a figure is written.

    The values of before come back, those of `settings` alone, and only one thread at a time changes any: figures are
    exported in threads, and a value of one must not stay for good.
    """
    if not settings:
        yield
        return
    with _SETTING:
        everything: dict[Any, Any] = matplotlib.rcParams
        before = {key: everything[key] for key in settings}
        everything.update(settings)
        try:
            yield
        finally:
            everything.update(before)


def _save_tiff(savefig: Any, target: Any, *, dpi: Any = None, metadata: Any = None, **options: Any) -> None:
    """Write a figure as TIFF of three colours without loss, with its resolution in dpi."""
    options.pop("pil_kwargs", None)
    dots = TIFF_DPI if dpi is None else dpi
    buffer = io.BytesIO()
    savefig(buffer, format="png", dpi=dots, pil_kwargs={"compress_level": 1}, **options)
    with Image.open(buffer) as drawn:
        dots = drawn.info["dpi"][0] if isinstance(dots, str) else dots  # "figure": as it says itself
        white = Image.new("RGBA", drawn.size, "white")
        pixels = np.asarray(Image.alpha_composite(white, drawn.convert("RGBA")).convert("RGB"))
    tifffile.imwrite(
        target,
        pixels,
        photometric="rgb",
        compression="lzw",
        predictor=True,
        resolution=(dots, dots),
        resolutionunit="INCH",
        software=(metadata or {}).get("Software", mark("figure")),
        metadata=None,
    )


def _has_own_pixels(artist: Any) -> bool:
    return isinstance(artist, AxesImage) and artist.get_interpolation() == "none"
