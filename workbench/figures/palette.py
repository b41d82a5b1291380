"""The colours of the page and of paper: one for each network, others for particles; safe for colour-blind eyes.

Those of networks begin with M. Okabe and K. Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/,
without their yellow: that is of what a hand draws.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from workbench.errors import WorkbenchError

COLOURS = {
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "green": "#009E73",
    "pink": "#CC79A7",
    "vermilion": "#D55E00",
    "blue": "#0072B2",
    "wine": "#882255",
    "violet": "#8C6BE8",
    "pale blue": "#BFE3FA",
    "mint": "#00DD99",
    "coral": "#FF5566",
    "purple": "#553399",
    "red": "#BB0000",
    "mauve": "#995577",
    "ultramarine": "#0000DD",
}
"""What a network may have, by name. No two are nearer than 0.10 in Oklab (see `PARTICLES`), nor than 0.07 as protanopes
and deuteranopes see them, and nothing else on the page has one of them."""
KNOWN = {
    "fcn8s": "#E69F00",
    "unet": "#56B4E9",
    "otsu": "#009E73",
    "bandpass": "#CC79A7",
    "residual_unet": "#D55E00",
    "mixed_scale": "#00DD99",
    "groschner_unet": "#FF5566",
    "unet-dilation-1": "#BFE3FA",
    "unet-dilation-2": "#0072B2",
    "unet-dilation-4": "#8C6BE8",
    "unet-generalist": "#882255",
}
"""No two share one; the three dilations stay near the blue of the U-Net that they come from."""

PARTICLES = ("#87B43C", "#6900FF", "#C396FF", "#875A00", "#00FFF0", "#E11E96", "#2DFF00")
"""One for each particle and another one for its neighbours, see `workbench.segmentation.colouring`.

Found by a search over red, green and blue: the seven that lie farthest apart in Oklab (B. Ottosson 2020,
https://bottosson.github.io/posts/oklab/), also as protanopes and deuteranopes see them (G. M. Machado et al., IEEE
Trans. Vis. Comput. Graph. 15, 1291 (2009), doi 10.1109/TVCG.2009.113), among those that are at least 0.12 away from
every colour of a network.
"""


def colour_of(name: str) -> str:
    """Return the colour of a network as ``#RRGGBB`` where nobody chose another; the same name has always the same.

    Of networks that do not ship with the package two may have the same; beside each other see `network_colours`.
    """
    return KNOWN.get(name, _from(name)[0])


def network_colours(names: Iterable[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a colour for each of several networks, no two alike.

    Parameters
    ----------
    names : iterable of str
    chosen : mapping of str to str, optional
        Name of a network -> ``#RRGGBB``: it has that, whoever else would.

    Returns
    -------
    dict of str to str
        Every other network has its own, see `colour_of`, where that is free; else one of `COLOURS`, and where all are
        taken, a shade of one.
    """
    wanted = list(dict.fromkeys(names))
    found: dict[str, str] = {}
    for asked in (chosen or {}, KNOWN):
        for name in wanted:
            if name in asked and name not in found and asked[name].upper() not in found.values():
                found[name] = asked[name].upper()
    for name in wanted:
        if name not in found:
            found[name] = next(colour for colour in _shades(_from(name)) if colour not in found.values())
    return {name: found[name] for name in wanted}


def check_colour(colour: str) -> str:
    """Return a colour as ``#RRGGBB`` in capitals.

    Raises
    ------
    WorkbenchError
        If it is written in another way.
    """
    if not isinstance(colour, str) or not re.fullmatch("#[0-9A-Fa-f]{6}", colour):
        raise WorkbenchError(f"A colour is written as '#RRGGBB', such as '#E69F00', not {colour!r}.")
    return colour.upper()


def _from(name: str) -> list[str]:
    """Return the colours of networks, from that on which follows from a name."""
    colours = list(COLOURS.values())
    first = zlib.crc32(name.encode()) % len(colours)
    return colours[first:] + colours[:first]


def _shades(colours: list[str]) -> Iterator[str]:
    """Yield colours, then all of them darker, then lighter and darker by other amounts, none of them twice."""
    yield from colours
    share = 0.5
    while True:
        for end in (0.0, 1.0):
            for colour in colours:
                yield _mixed(colour, end, share)
        share *= 0.7


def _mixed(colour: str, end: float, share: float) -> str:
    """Return a colour mixed with a share of black, 0, or white, 1."""
    return "#" + "".join(f"{round(255 * (part + (end - part) * share)):02X}" for part in rgb(colour))


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of ``#RRGGBB``."""
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
