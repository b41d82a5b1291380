"""A slider for a width in px, on a logarithmic scale, that the panes draw while a hand is on it."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class WidthSlider(anywidget.AnyWidget):
    """A width in px of the micrograph; its JavaScript is width_slider.js, which Python hears when the hand lets go.

    Parameters
    ----------
    label : str
        What is said of the width, which stands where it has ``{}``.

    Attributes
    ----------
    value : float or None
        None: not known.
    low, high : float
        The ends of the slider.
    start : float
        Where its handle stands while the width is not known.
    """

    _esm = es_module(_HERE / "width_slider.js")

    label = traitlets.Unicode().tag(sync=True)
    value = traitlets.Float(None, allow_none=True).tag(sync=True)
    low = traitlets.Float(5.0).tag(sync=True)
    high = traitlets.Float(500.0).tag(sync=True)
    start = traitlets.Float(50.0).tag(sync=True)

    def __init__(self, label: str) -> None:
        super().__init__(label=label)

    def __repr__(self) -> str:
        return f"WidthSlider({self.value})"
