"""The colours of the page and of paper: one for each network, safe for colour-blind eyes.

After Okabe and Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

import zlib

COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")
KNOWN = {
    "fcn8s": 0,
    "unet": 1,
    "otsu": 2,
    "bandpass": 3,
    "residual_unet": 4,
    "mixed_scale": 5,
    "groschner_unet": 6,
    "unet-dilation-1": 4,
    "unet-dilation-2": 5,
    "unet-dilation-4": 6,
}
"""Places of their colours; no two that ship with weights share one."""


def colour_of(name: str) -> str:
    """Return the colour of a network as ``#RRGGBB``; the same name has the same colour everywhere.

    Networks that do not ship with the package share the seven colours by a hash of their name.
    """
    place = KNOWN.get(name, zlib.crc32(name.encode()) % len(COLOURS))
    return COLOURS[place]


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of ``#RRGGBB``."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
