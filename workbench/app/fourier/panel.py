"""Fourier: of what the spectrum is, and which rings are drawn over it."""

from __future__ import annotations

import ipywidgets as widgets

from workbench.app.fourier.box import FourierBox
from workbench.app.fourier.state import FourierState
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.structures import METALS

OF = {"the view": "view", "a box": "box"}
SAID = {
    "view": "Of what the panes show: zoom in to transform a part. The spectrum stands below them.",
    "box": "Drag a box in a pane, and another one whenever you like. With shift, a drag moves the micrograph; Esc: of "
    "the view again.",
}


@panel("fourier", "Fourier transform", order=35)
class FourierPanel(Panel):
    """What is transformed, and the rings; the spectrum stands below the panes."""

    name = tab = "Fourier"
    icon = "M12 4a8 8 0 1 0 .01 0M12 11.5v1M6.5 9v1M17.5 14v1M9 16.5v1M15 6.5v1M7.5 14v.5M16.5 9.5v.5"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        self._state = self.session.subject(FourierState)
        of = self.controls["of"] = widgets.ToggleButtons(options=list(OF.items()), layout=controls.full())
        of.style.button_width = "auto"
        of.tooltips = ["What the panes show", "A box that you draw in a pane"]
        self._said = controls.text("", "hw-note")
        controls.bind(self._state, "of", of)
        self._state.observe(self._of_shown, names="of")
        self._of_shown()
        rings = self.controls["rings"] = controls.typed("Rings", "Au, 0.335")
        rings.tooltip = (
            f"Lattices ({', '.join(METALS)}) and spacings in nm, such as: Au, 0.335. Their lattice planes are drawn "
            "as rings"
        )
        rings.value = self._state.rings_text
        rings.observe(self._typed, names="value")
        self._state.observe(self._shown, names="rings_text")
        self.deck = FourierBox(self.session).box
        return controls.column(
            of,
            self._said,
            rings,
        )

    def was_looked_at(self) -> None:
        """Compute while it is looked at, and let drags draw a box while it has the hand."""
        state = self.session.subject(FourierState)
        state.active, state.has_hand = self.is_looked_at, self.has_hand

    def _of_shown(self, _change: object = None) -> None:
        self._said.value = SAID[self._state.of]
        self.takes_hand = self._state.of == "box"

    def _typed(self, _change: object) -> None:
        try:
            self._state.set_rings(self.controls["rings"].value)
        except WorkbenchError as error:
            self.session.message = str(error)
            self._shown()

    def _shown(self, _change: object = None) -> None:
        self.controls["rings"].value = self._state.rings_text
