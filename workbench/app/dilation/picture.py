"""A small picture of a mask over its micrograph."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.figures.palette import rgb
from workbench.micrographs.micrograph import BoolImage, Micrograph

PICTURE_PX = 160
OPACITY = 0.45


def picture(micrograph: Micrograph, mask: BoolImage, colour: str, edge_px: int = PICTURE_PX) -> bytes:
    """Return a small PNG of a mask over its micrograph.

    Parameters
    ----------
    micrograph : Micrograph
    mask : (H, W) bool array
    colour : str
        ``#RRGGBB``.
    edge_px : int
        Length of its longer edge.
    """
    pixels = micrograph.pixels
    step = max(max(pixels.shape) // (8 * edge_px), 1)
    pixels, mask = pixels[::step, ::step], mask[::step, ::step]
    size = [max(round(edge * edge_px / max(pixels.shape)), 1) for edge in reversed(pixels.shape)]

    def small(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))

    grey, share = small(pixels), OPACITY * small(mask.astype(np.float32))[..., None]
    low, high = (float(value) for value in np.percentile(grey, [1, 99]))
    grey = ((grey - low) / (high - low) if high > low else 0.5 + 0 * grey).clip(0, 1)
    shown = 255 * ((1 - share) * grey[..., None] + share * np.array(rgb(colour), np.float32))
    written = io.BytesIO()
    Image.fromarray(shown.astype(np.uint8)).save(written, "PNG")
    return written.getvalue()
