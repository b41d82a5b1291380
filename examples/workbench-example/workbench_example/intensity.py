"""A panel: one decorated class that observes the session, and keeps no state of its own."""

from __future__ import annotations

import ipywidgets as widgets

from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel


@panel("intensity", "Intensity", order=15)
class IntensityPanel(Panel):
    """Mean and standard deviation of the open micrograph."""

    def build(self) -> widgets.Widget:
        """Make one line of text that follows the micrograph."""
        self.controls["said"] = controls.text("")
        self.session.observe(self._micrograph_shown, names="micrograph")
        self._micrograph_shown()
        return self.controls["said"]

    def _micrograph_shown(self, _change: object = None) -> None:
        micrograph = self.session.micrograph
        if micrograph is None:
            self.controls["said"].value = "no micrograph is open"
            return
        mean, deviation = float(micrograph.pixels.mean()), float(micrograph.pixels.std())
        self.controls["said"].value = f"mean {mean:.4g}, standard deviation {deviation:.3g}"
