"""Below the panes while the Fourier transform is open: the spectrum, and its spots as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence

from workbench.app.core.context import Context
from workbench.app.fourier.state import FINEST_NM, FourierState
from workbench.app.widgets import controls
from workbench.app.widgets.spectrum_view import DrawnRing, DrawnSpot, SpectrumView
from workbench.micrographs.lattice_rings import Ring
from workbench.particles.lattice.spots import Spot
from workbench.particles.wording import with_error

EDGE = 384
"""Of the picture in pixels, at most."""

NEAR = 0.03
"""How far a spacing may be from a ring's, as a share of it, to be told with it."""


class FourierBox:
    """A view on the Fourier transform of a session.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    view : SpectrumView
    title, table : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session, self._state = session, session.subject(FourierState)
        self.title = controls.text("", "hw-text")
        self.view = SpectrumView()
        self.table = controls.markup("", "hw-fourier-spots")
        head = controls.row(self.title, classes=["hw-box-head"])
        parts = controls.row(self.view, self.table, classes=["hw-fourier-parts"])
        self.box = controls.column(head, parts, classes=["hw-box", "hw-fourier"])
        self._state.observe(self._draw, names=["spectrum", "rings", "said"])
        self._state.observe(self._grey, names="stale")
        self._draw()

    def _grey(self, _change: object) -> None:
        (self.box.add_class if self._state.stale else self.box.remove_class)("hw-stale")

    def _draw(self, _change: object = None) -> None:
        state, nm_per_px = self._state, self._session.nm_per_px
        spectrum = state.spectrum
        self.title.value = html.escape(_title(self._session, state))
        self.table.value = spots_html(state.spots, state.rings, nm_per_px) if spectrum else ""
        if spectrum is None:
            self.view.clear()
            return
        highest = 0.5 if nm_per_px is None else min(0.5, nm_per_px / FINEST_NM)
        grey, step = spectrum.picture(EDGE, highest)
        rings = (
            [] if nm_per_px is None else [DrawnRing(ring.name, nm_per_px / ring.nm) for ring in state.rings]
        )
        spots = [DrawnSpot(1 / spot.px, spot.angle_deg) for spot in state.spots]
        self.view.show(grey, step, nm_per_px, rings, spots)


def _title(session: Context, state: FourierState) -> str:
    if state.said or state.spectrum is None or session.micrograph is None:
        return state.said or "The Fourier transform of what the panes show will stand here"
    rows, columns = state.spectrum.box
    height, width = session.micrograph.pixels.shape
    size = f"{columns.stop - columns.start} × {rows.stop - rows.start} px"
    box = state.box if state.boxed else None
    if box is not None and (rows, columns) == (slice(box.top, box.bottom), slice(box.left, box.right)):
        nm = session.nm_per_px
        size += "" if nm is None else f" ({box.shape[1] * nm:.3g} × {box.shape[0] * nm:.3g} nm)"
        return f"Fourier transform of the box, {size} at row {rows.start}, column {columns.start}"
    if (rows.stop - rows.start, columns.stop - columns.start) == (height, width):
        return f"Fourier transform of the whole micrograph, {size}"
    return f"Fourier transform of {size} at row {rows.start}, column {columns.start}"


def spots_html(spots: Sequence[Spot], rings: Sequence[Ring], nm_per_px: float | None) -> str:
    """Return the spots as a table: spacing with its error, direction, how clear, and the ring that lies near."""
    if not spots:
        return "<p class='hw-note'>No spot stands out of the noise.</p>"
    unit = "px" if nm_per_px is None else "nm"
    factor = 1.0 if nm_per_px is None else nm_per_px
    rows = []
    for number, spot in enumerate(spots, 1):
        near = "" if nm_per_px is None else _near(spot.px * nm_per_px, rings)
        cells = (
            str(number),
            with_error(spot.px * factor, spot.error_px * factor),
            f"{spot.angle_deg:.1f}°",
            f"{spot.strength:.0f}",
            near,
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    heads = (
        ("", "Number in the spectrum"),
        (f"Spacing, {unit}", "Of the fringes, with the standard error of its last digits in brackets"),
        ("Across", "Direction across the fringes: 0° along a row, 90° up a column"),
        ("× noise", "Power of the spot over the mean around it"),
        ("Near", f"The ring whose spacing is within {100 * NEAR:.0f} %, and how far off it is"),
    )
    titles = "".join(f"<th title='{html.escape(said)}'>{html.escape(name)}</th>" for name, said in heads)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _near(nm: float, rings: Sequence[Ring]) -> str:
    ring = min(rings, key=lambda ring: abs(nm / ring.nm - 1), default=None)
    if ring is None or abs(nm / ring.nm - 1) > NEAR:
        return ""
    off = round(100 * (nm / ring.nm - 1), 1) + 0.0  # never -0.0
    return f"{ring.name} {off:+.1f} %".replace("-", "−")
