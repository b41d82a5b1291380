"""The colours of the page and of paper: one for each network, others for particles; safe for colour-blind eyes.

Those of networks after Okabe and Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/.
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

PARTICLES = ("#87B43C", "#6900FF", "#C396FF", "#875A00", "#00FFF0", "#E11E96", "#2DFF00")
"""One for each particle and another one for its neighbours, see `workbench.segmentation.colouring`.

Found by a search over red, green and blue: the seven that lie farthest apart in Oklab (B. Ottosson 2020,
https://bottosson.github.io/posts/oklab/), also as protanopes and deuteranopes see them (G. M. Machado et al., IEEE
Trans. Vis. Comput. Graph. 15, 1291 (2009), doi 10.1109/TVCG.2009.113), among those that are at least 0.13 away from
every colour of a network.
"""


def colour_of(name: str) -> str:
    """Return the colour of a network as ``#RRGGBB``; the same name has the same colour everywhere.

    Networks that do not ship with the package share seven colours by a hash of their name.
    """
    return KNOWN.get(name, COLOURS[zlib.crc32(name.encode()) % len(COLOURS)])


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of ``#RRGGBB``."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
