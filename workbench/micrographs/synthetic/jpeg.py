"""What JPEG leaves of a grey picture: the quantised discrete cosine transform of blocks of 8 x 8 pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.micrographs.micrograph import FloatImage

LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
"""Table K.1 of ISO/IEC 10918-1."""


def _cosines() -> FloatImage:
    order, place = np.arange(8)[:, None], np.arange(8)[None, :]
    rows = np.cos((2 * place + 1) * order * np.pi / 16) / 2
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, np.float32)


_DCT = _cosines()


def through_jpeg(grey: FloatImage, quality: int) -> FloatImage:
    """Return a picture as it comes back from a JPEG file.

    Only the quantisation loses anything, so that nothing is coded; scaled by quality as libjpeg does (ISO/IEC 10918-1,
    annexes A.3.3 and K.1). The same numbers on any machine, whatever libjpeg it has.

    Parameters
    ----------
    grey : (H, W) float32 array
        From 0 to 255.
    quality : int
        From 1 to 100.
    """
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % 8), (0, -width % 8)), mode="edge") - np.float32(128)
    rows, columns = padded.shape[0] // 8, padded.shape[1] // 8
    blocks = padded.reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3)
    steps = table(quality)
    found = np.rint(_DCT @ blocks @ _DCT.T / steps) * steps
    back = (_DCT.T @ found @ _DCT).transpose(0, 2, 1, 3).reshape(padded.shape)
    return np.asarray(np.clip(np.rint(back[:height, :width] + 128), 0, 255), np.float32)


def table(quality: int) -> npt.NDArray[np.float32]:
    """Return the steps of the quantisation at a quality, (8, 8)."""
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return np.clip(np.floor((LUMINANCE * np.float32(scale) + 50) / 100), 1, 255).astype(np.float32)
