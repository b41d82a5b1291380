"""Fourier: which rings are drawn over the spectrum of what the panes show."""

from __future__ import annotations

import ipywidgets as widgets

from workbench.app.fourier.box import FourierBox
from workbench.app.fourier.state import FourierState
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.structures import METALS


@panel("fourier", "Fourier transform", order=35)
class FourierPanel(Panel):
    """The rings; the spectrum stands below the panes."""

    name = tab = "Fourier"
    icon = "M12 4a8 8 0 1 0 .01 0M12 11.5v1M6.5 9v1M17.5 14v1M9 16.5v1M15 6.5v1M7.5 14v.5M16.5 9.5v.5"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        self._state = self.session.subject(FourierState)
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
            controls.text(
                "Of what the panes show: zoom in to transform a part. The spectrum stands below them.",
                "hw-note",
            ),
            rings,
        )

    def was_looked_at(self) -> None:
        """Compute while it is looked at."""
        self.session.subject(FourierState).active = self.is_looked_at

    def _typed(self, _change: object) -> None:
        try:
            self._state.set_rings(self.controls["rings"].value)
        except WorkbenchError as error:
            self.session.message = str(error)
            self._shown()

    def _shown(self, _change: object = None) -> None:
        self.controls["rings"].value = self._state.rings_text
