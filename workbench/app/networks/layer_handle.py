"""The head of a network's row in the list: a grip to order it, a swatch to change its colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.app.widgets.es_module import es_module

_HERE = Path(__file__).parent


class LayerHandle(anywidget.AnyWidget):
    """A grip that is dragged or moved by keys, and a swatch that offers colours; its JavaScript is layer_handle.js.

    Parameters
    ----------
    label : str
        What the network is called.
    move_to : callable(place)
        Called with the place in the list that it is to have, the first being 0.
    step : callable(places)
        Called with -1 for one place up, 1 for one down.
    take_colour : callable(colour)
        Called with a colour of ``palette``.

    Attributes
    ----------
    colour : str
        As ``#RRGGBB``.
    palette : list of dict
        ``colour``, ``word`` (its name) and ``owner`` (the label of the network that has it; empty: none) of each that
        can be chosen.
    """

    _esm = es_module(_HERE / "layer_handle.js")

    label = traitlets.Unicode().tag(sync=True)
    colour = traitlets.Unicode("#000000").tag(sync=True)
    palette: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        label: str,
        move_to: Callable[[int], object],
        step: Callable[[int], object],
        take_colour: Callable[[str], object],
    ) -> None:
        super().__init__(label=label)
        self._answers: dict[str, Callable[[Any], object]] = {
            "place": move_to,
            "step": step,
            "colour": take_colour,
        }
        self.on_msg(self._heard)

    def show(self, colour: str, palette: list[dict[str, str]]) -> None:
        """Show which colour it has, and which it could have."""
        with self.hold_sync():
            self.colour, self.palette = colour, palette

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        for kind, answer in self._answers.items():
            if kind in message:
                answer(message[kind])

    def __repr__(self) -> str:
        return f"LayerHandle({self.label!r}, {self.colour})"
