"""The part of the panel Mask that gives a network larger or smaller pixels."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.dilation.cache import DilationCache
from workbench.app.widgets import controls

CLASSICAL = "A classical method measures in nm, so there is no scale to change."


class ScaleControls:
    """A slider from half to twice the pixel size that the network chosen in Mask knows.

    Parameters
    ----------
    session : Context
    made : dict of str to Widget
        The panel's controls by name; this one is added.
    """

    def __init__(self, session: Context, made: dict[str, widgets.Widget]) -> None:
        self._session = session
        self._writing = controls.Writing()
        self.slider = made["scale"] = controls.slider("Scale ×", 0.5, 2.0, 0.05, continuous_update=False)
        self.slider.tooltip = (
            "Factor on the pixels that the network is given; at 2 a particle is half as wide to it"
        )
        self.note = controls.text("", "hw-note")
        self.box = controls.column(self.slider, self.note)
        self.slider.observe(self._slid, names="value")
        session.observe(
            self._show, names=["current", "selected", "scales", "micrograph", "cards", "versions"]
        )
        self._show()

    def _slid(self, change: dict[str, float]) -> None:
        if not self._writing and self._session.current:
            self._session.subject(DilationCache).set_scale(self._session.current, change["new"])

    def _show(self, _change: object = None) -> None:
        session = self._session
        name = session.current if session.current in session.selected else ""
        networks = bool(name) and session.card(name).kind == "network"
        self.slider.disabled = not networks
        factor = session.subject(DilationCache).scale(name) if networks else 1.0
        with self._writing:
            self.slider.value = min(max(factor, self.slider.min), self.slider.max)
        self.note.value = html.escape(
            self._pixel_size_text(name, factor) if networks else CLASSICAL if name else ""
        )

    def _pixel_size_text(self, name: str, factor: float) -> str:
        card, micrograph = self._session.card_as_shown(name), self._session.micrograph
        size = None if micrograph is None else micrograph.nm_per_px
        step = card.input.model_copy(update={"scale": factor}).step(size)
        if size is None:
            return f"given {step:.3g} px of the micrograph as one; its pixel size is not known"
        known = (
            ""
            if card.nm_per_px is None
            else f"; trained on {card.nm_per_px[0]:.3g} to {card.nm_per_px[1]:.3g} nm/px"
        )
        return f"given to the network at {size * step:.3g} nm/px{known}"
