"""A small picture of the micrograph in a file, for a list of files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.errors import MicrographError
from workbench.micrographs.reading import read_pixels

EDGE_PX = 96
"""Longer edge of a thumbnail: twice as many as a list shows, for screens of fine pixels."""

MOST_BYTES = 1 << 30
"""A single image with more is not read for a thumbnail."""

BLACK_AND_WHITE = (1.0, 99.0)
"""Percentiles of intensity that are shown as black and white, as in the panes where nobody set others."""


def thumbnail(path: Path | str) -> bytes:
    """Return a PNG of the micrograph in a file, its longer edge at most 96 px; of a stack its first frame.

    Black and white are the 1st and the 99th percentile of its pixels, as in the panes of the page.

    Parameters
    ----------
    path : Path or str

    Raises
    ------
    MicrographError
        If `open_micrograph` could not open it either, no pixel has a value, or the image has more than 1 GB.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> wb.write_tiff("particle.tif", np.eye(64, dtype=np.float32), 0.05)
    >>> thumbnail("particle.tif")[1:4]
    b'PNG'
    """
    return drawn(read_pixels(path, MOST_BYTES), Path(path).name)


def drawn(pixels: npt.NDArray[Any], name: str) -> bytes:
    """Return a PNG of pixels, its longer edge at most 96 px.

    Parameters
    ----------
    pixels : (H, W) array
        Those without a value are drawn black.
    name : str
        Of the file, for the sentence that says that there is nothing to draw.
    """
    step = max(int(np.sqrt(pixels.size / 1e6)), 1)
    sample = np.asarray(pixels[::step, ::step], np.float32)
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        raise MicrographError(f"{name} has no pixel with a value; record or export it again.")
    low, high = np.percentile(sample, BLACK_AND_WHITE)
    small = _shrunk(pixels)
    grey = (small - low) * (255 / (high - low)) if high > low else np.full(small.shape, 127.0, np.float32)
    image = Image.fromarray(np.nan_to_num(grey, nan=0.0).clip(0, 255).astype(np.uint8))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _shrunk(pixels: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return means over squares of whole pixels, then what fits the edge; neither copies all pixels at once."""
    square = max(pixels.shape) // (2 * EDGE_PX)
    if square > 1 and min(pixels.shape) >= square:
        height, width = (edge // square * square for edge in pixels.shape)
        rows = [
            pixels[top : top + square, :width].reshape(square, -1, square).mean(axis=(0, 2), dtype=np.float32)
            for top in range(0, height, square)
        ]
        pixels = np.stack(rows)
    image = Image.fromarray(np.ascontiguousarray(pixels, np.float32))
    factor = min(EDGE_PX / max(image.size), 1.0)
    return np.asarray(
        image.resize([max(round(edge * factor), 1) for edge in image.size], Image.Resampling.BOX)
    )
