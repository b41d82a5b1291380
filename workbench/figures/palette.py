"""The colours of the page and of paper: one for each network, safe for colour-blind eyes.

After Okabe and Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

import zlib

COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")
KNOWN = {
    "fcn8s": "#E69F00",
    "unet": "#56B4E9",
    "otsu": "#009E73",
    "bandpass": "#CC79A7",
    "residual_unet": "#D55E00",
    "mixed_scale": "#F0E442",
    "groschner_unet": "#0072B2",
    "unet-dilation-1": "#BFE3FA",
    "unet-dilation-2": "#0072B2",
    "unet-dilation-4": "#8C6BE8",
    "unet-generalist": "#882255",
}
"""No two that ship with weights share one; the three dilations stay near the blue of the U-Net that they come from."""


def colour_of(name: str) -> str:
    """Return the colour of a network as ``#RRGGBB``; the same name has the same colour everywhere.

    Networks that do not ship with the package share seven colours by a hash of their name.
    """
    return KNOWN.get(name, COLOURS[zlib.crc32(name.encode()) % len(COLOURS)])


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of ``#RRGGBB``."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
