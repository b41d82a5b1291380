"""The lattice of one particle on paper: the particle, its power spectrum with rings and spots, what it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.figures.pane import draw_outline, draw_scale_bar, head_pane
from workbench.figures.sheet import Letters, check_letters, folded, sheet_for
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.lattice.lattice_words import spot_rows, verdict
from workbench.particles.lattice.one_particle import LatticeOfParticle
from workbench.particles.lattice.phase_rings import drawn_rings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EDGE = 512
"""Of a picture in pixels, at most."""

OUTLINE, RING, SPOT = "#ffffff", "#ffd84d", "#ffffff"
SMALL_POINTS = 6
_SPOT_SHARE = 0.028  # radius of a spot's circle, over the width of the pane
_FIRST_DEG, _TURN_DEG = 24.0, 32.0  # where the first ring bears its name; the next ones turn away from it


def figure_lattice(seen: LatticeOfParticle, *, width_mm: float = 85.0, letters: Letters = "(a)") -> Figure:
    """Draw the lattice of one particle: the particle outlined, and its power spectrum with rings of phases and spots.

    Parameters
    ----------
    seen : LatticeOfParticle
    width_mm : float
        Width on paper, exactly; journals take 85 (a single column), 120 (one and a half) or 180 (a double column).
    letters : {"a)", "a", "A", "(a)"}
        How the panes are lettered.

    Returns
    -------
    matplotlib.figure.Figure
        Belongs to no pyplot window. `workbench.save_figure` writes it.

    Raises
    ------
    WorkbenchError
        If the width is none of a paper, or panes are not lettered so.

    Examples
    --------
    >>> import workbench as wb
    >>> from workbench.particles.lattice.one_particle import lattice_of_particle
    >>> m, truth = wb.open_sample("easy")
    >>> made = figure_lattice(lattice_of_particle(wb.label_image(truth), 4, m))
    >>> made.axes[0].get_title(loc="left"), made.axes[1].get_title(loc="left")
    ('(a) Particle 4', '(b) Power spectrum')
    """
    from workbench.figures.paper import PaperFigure

    sheet = sheet_for(2, 2, width_mm)
    made = PaperFigure(sheet.inches, sheet.first_height(1.0), exact=True)
    axes = list(made.subplots(1, 2))
    titles = (f"Particle {seen.number}", "Power spectrum" if seen.spectrum is not None else "No spectrum")
    room = sheet.label_letters()
    of, rings = _rings(seen)
    below = (folded(verdict(seen), room), "\n".join(folded(line, room) for line in _spacings(seen, of)))
    for axis, letter, title, said in zip(axes, "ab", titles, below, strict=True):
        head_pane(axis, letter, title, "black", sheet.title_points, check_letters(letters))
        axis.set_xlabel(said, fontsize=sheet.label_points, parse_math=False)
    sheet.place(made, axes, 1.0)
    _draw_particle(axes[0], seen)
    _draw_spectrum(axes[1], seen, rings)
    return made


def _rings(seen: LatticeOfParticle) -> tuple[str, list[tuple[str, float]]]:
    """Return the phases that all rings are of, where they are of the same; and the rings by name, with their frequency.

    Of the same, a ring is called by its planes alone.
    """
    if seen.nm_per_px is None:
        return "", []
    of, rings = drawn_rings(seen.ringed)
    return of, [(ring.name, seen.nm_per_px / ring.nm) for ring in rings]


def _spacings(seen: LatticeOfParticle, of: str) -> list[str]:
    """Return a line for each set of fringes: number, spacing, plane, and what it is where it is not the particle's."""
    unit = "px" if seen.nm_per_px is None else "nm"
    rings = [f"rings: {of}"] if of else []
    return rings + [
        " ".join(
            filter(
                None,
                (f"{row.number}: {row.spacing} {unit}", row.plane, "" if row.what == "its own" else row.what),
            )
        )
        for row in spot_rows(seen)
    ]


def _draw_particle(axis: Axes, seen: LatticeOfParticle) -> None:
    height, width = seen.pixels.shape
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    axis.imshow(seen.picture(EDGE)[0], cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="none")
    draw_outline(axis, seen.inside, OUTLINE, extent, 0.7)
    half, (y, x) = max(height, width) / 2, ((height - 1) / 2, (width - 1) / 2)
    axis.set_xlim(x - half, x + half)
    axis.set_ylim(y + half, y - half)
    draw_scale_bar(axis, Micrograph(seen.pixels, seen.nm_per_px, marks=()))


def _draw_spectrum(axis: Axes, seen: LatticeOfParticle, rings: Sequence[tuple[str, float]]) -> None:

    from matplotlib.patches import Circle

    picture = seen.spectrum_picture(EDGE)
    if picture is None:
        return
    grey, step = picture
    half = grey.shape[0] / 2 * step
    axis.imshow(grey, cmap="gray", vmin=0, vmax=255, extent=(-half, half, -half, half), interpolation="none")
    behind = {"facecolor": "#000000", "alpha": 0.55, "edgecolor": "none", "pad": 0.6}
    for place, (name, per_px) in enumerate((name, per_px) for name, per_px in rings if per_px < half):
        axis.add_patch(Circle((0, 0), per_px, fill=False, color=RING, linewidth=0.5, linestyle=(0, (4, 4))))
        turn = math.radians(_FIRST_DEG - _TURN_DEG * place)
        at = per_px * math.cos(turn), per_px * math.sin(turn)
        axis.text(*at, name, color=RING, fontsize=SMALL_POINTS, ha="center", va="center", bbox=behind)
    radius = 2 * half * _SPOT_SHARE
    for number, one in enumerate(seen.lattice.sets, 1):
        turn = math.radians(one.angle_deg)
        x, y = math.cos(turn) / one.px, math.sin(turn) / one.px
        for sign in (1, -1):
            axis.add_patch(Circle((sign * x, sign * y), radius, fill=False, color=SPOT, linewidth=0.6))
        axis.text(x + 1.2 * radius, y + radius, str(number), color=SPOT, fontsize=SMALL_POINTS, bbox=behind)
    axis.set_xlim(-half, half)
    axis.set_ylim(-half, half)
