"""The part of the panel Micrograph that says how wide particles are, where the pixel size is not known."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.core.particle_width import ParticleWidth
from workbench.app.widgets import controls
from workbench.app.widgets.width_slider import WidthSlider
from workbench.errors import WorkbenchError

NARROWEST_PX = 5.0
SEEN_BY_IT = "networks see it at the scale that fits"


class ParticleWidthControls:
    """A slider, where its number comes from, and a button that finds it again.

    Parameters
    ----------
    session : Context
    made : dict of str to Widget
        The panel's controls by name; these are added.
    """

    def __init__(self, session: Context, made: dict[str, widgets.Widget]) -> None:
        self._session, self._width = session, session.subject(ParticleWidth)
        self._writing = controls.Writing()
        self.slider = made["particle width"] = WidthSlider("A particle is about {} px wide")
        self.again = made["find width"] = controls.button(
            "find it again",
            self._width.find,
            "Let the network look for the width at which it is surest",
            "hw-link",
        )
        self.note = controls.text("", "hw-note", "hw-width-note")
        self.box = controls.column(self.slider, self.note, self.again)
        self.slider.observe(self._slid, names="value")
        session.observe(  # the status tells of a search that begins or is stopped
            self._show,
            names=["micrograph", "selected", "cards", "particle_widths", "found_widths", "status"],
        )
        self._width.observe(self._show, names="failed")
        self._show()

    def _slid(self, change: dict[str, float | None]) -> None:
        width = change["new"]
        if self._writing or width is None:
            return
        try:
            self._width.set(width)
        except WorkbenchError as error:
            self._session.message = str(error)
        self._show()

    def _show(self, _change: object = None) -> None:
        session, slider = self._session, self.slider
        micrograph, network = session.micrograph, self._width.network()
        controls.show(self.box, bool(network))
        if micrograph is None or not network:
            return
        with self._writing, slider.hold_sync():
            slider.low = NARROWEST_PX
            slider.high = max(min(micrograph.shape) / 2, 2 * NARROWEST_PX)
            slider.start = session.card(network).particle_px or NARROWEST_PX
            slider.value = session.particle_px
        self.again.disabled = self._width.finding()
        self.note.value = html.escape(self._said())

    def _said(self) -> str:
        """Say where the width comes from, and which networks do not go by it."""
        session = self._session
        if self._width.finding():
            return "being found…"
        if session.particle_px is None:
            return self._width.said
        source = "set by you" if self._width.set_by_hand else "found from the micrograph"
        selected = [session.card(name) for name in session.selected]
        others = [card.label for card in selected if card.kind == "network" and card.particle_px is None]
        as_it_is = f", {', '.join(others)} as it is" if others else ""
        return f"{source}; {SEEN_BY_IT}{as_it_is}"
