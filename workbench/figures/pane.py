"""What every pane of a figure has: a letter and a title, a scale bar, outlines, grey values between two percentiles."""

from __future__ import annotations

import itertools
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import WorkbenchError
from workbench.figures.lettering import spelled
from workbench.figures.palette import rgb
from workbench.figures.sheet import BarCorner, Letters
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def grey_of(
    pixels: FloatImage, contrast: tuple[float, float], specimen: FloatImage | None = None
) -> FloatImage:
    """Return pixels from 0 (black) to 1 (white), which two percentiles of intensity become: of the specimen's."""
    low, high = np.percentile(pixels if specimen is None else specimen, contrast)
    if not high > low:
        return np.full(pixels.shape, 0.5, np.float32)
    grey: FloatImage = np.clip((pixels - low) / (high - low), 0, 1).astype(np.float32)
    return grey


def draw_outline(
    axis: Axes, mask: BoolImage, colour: str, extent: tuple[float, float, float, float], width: float = 1.0
) -> None:
    """Outline a mask, which is drawn between left, right, bottom and top."""
    if min(mask.shape) < 2 or mask.all() or not mask.any():
        return
    axis.contour(
        mask.astype(np.float32),
        levels=[0.5],
        colors=[colour],
        linewidths=width,
        extent=extent,
        origin="upper",
    )


def head_pane(
    axis: Axes, letter: str, title: str, colour: str, points: float = 9, letters: Letters = "a)"
) -> None:
    """Give a pane letter and title, and take its ticks away."""
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)
    # a dollar sign in a file's name is not mathematics
    said = f"{lettered(letter, letters)} {title}".rstrip()
    axis.set_title(said, fontsize=points, color=colour, loc="left", parse_math=False)


def short_name(name: str, most: int = 36) -> str:
    """Return a name as a figure says it, of so many letters at most, its middle left out."""
    letters = [spelled(letter) for letter in name]  # one that is spelled as its code is left out whole
    if sum(map(len, letters)) <= most:
        return "".join(letters)
    half = most // 2
    return f"{_fitting(letters, half - 1)}…{_fitting(letters[::-1], half, reverse=True)}"


def _fitting(letters: Sequence[str], most: int, reverse: bool = False) -> str:
    ends = itertools.accumulate(map(len, letters))
    kept = letters[: sum(end <= most for end in ends)]
    return "".join(reversed(kept) if reverse else kept)


def letter_of(place: int) -> str:
    """Return the letter of a pane: a to z, then aa."""
    letters = string.ascii_lowercase
    before, last = divmod(place, len(letters))
    return (letter_of(before - 1) if before else "") + letters[last]


def lettered(letter: str, letters: Letters) -> str:
    """Return the letter of a pane as a journal prints it."""
    return letters.replace("a", letter).replace("A", letter.upper())


def readable(colour: str) -> str:
    """Return a colour dark enough to be read on white (luminance contrast 4.5 at least), of the same hue."""
    red, green, blue = rgb(colour)
    while _luminance(red, green, blue) > 0.183:
        red, green, blue = red * 0.95, green * 0.95, blue * 0.95
    return "#" + "".join(f"{round(255 * part):02X}" for part in (red, green, blue))


def _luminance(*parts: float) -> float:
    """Return the relative luminance of sRGB parts, after WCAG 2.1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def draw_scale_bar(
    axis: Axes,
    micrograph: Micrograph,
    nm: float | None = None,
    corner: BarCorner = "lower left",
    width_px: int | None = None,
) -> None:
    """Draw a scale bar in nm, or in px where the pixel size is not known; without a length, one of a third at most.

    Parameters
    ----------
    axis : Axes
        Its unit is a pixel.
    micrograph : Micrograph
    nm : float, optional
    corner : {"lower left", "lower right"}
    width_px : int, optional
        How wide what is shown of the micrograph is; ``None``: all of it.

    Raises
    ------
    WorkbenchError
        If a bar of that length cannot be drawn: the pixel size is not known, or what is shown is less wide.
    """
    from matplotlib_scalebar.scalebar import PIXEL_LENGTH, SI_LENGTH, ScaleBar

    size, width = micrograph.nm_per_px, micrograph.shape[1] if width_px is None else width_px
    whole = width == micrograph.shape[1]
    if nm is not None and size is None:
        raise WorkbenchError(
            f"The pixel size of {micrograph.name} is not known, so no bar of {nm:g} nm can be drawn on it; "
            "say how large a pixel is, or leave the length of the bar out."
        )
    if nm is not None and size is not None and nm > size * width:
        what = micrograph.name if whole else f"The part of {micrograph.name}"
        raise WorkbenchError(f"{what} is {size * width:.4g} nm wide, too little for a bar of {nm:g} nm.")
    axis.add_artist(
        ScaleBar(
            1 if size is None else size,
            "px" if size is None else "nm",
            dimension=PIXEL_LENGTH if size is None else SI_LENGTH,
            location=corner,
            color="white",
            box_color="black",
            box_alpha=0.55,
            width_fraction=0.015,
            length_fraction=0.3,
            font_properties={"size": 7},
            fixed_value=int(nm) if nm is not None and nm == int(nm) else nm,
            fixed_units=None if nm is None else "nm",
            scale_formatter=_length,
        )
    )


def _length(value: float, unit: str) -> str:
    """Return a length as the page says it: in nm, where Matplotlib's scale bar would begin to count pm."""
    return f"{value / 1000:g} nm" if unit == "pm" else f"{value:g} {unit}"
