"""The part of the panel Mask that leaves small particles out."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.core.smallest_area import (
    NM2,
    PX2,
    SHOWN,
    in_other_unit,
    read_area,
    unit_of,
    why_unused,
)
from workbench.app.widgets import controls
from workbench.errors import WorkbenchError
from workbench.networks.card import Card

LARGEST = {NM2: 20.0, PX2: 5000.0}
"""Where the slider ends; a number that is typed may be larger."""


class SmallestAreaControls:
    """A slider and a number for the smallest area, and what the card of the network chosen in Mask says of it.

    Until somebody moves it, it stands where that card says; 0 leaves nothing out.

    Parameters
    ----------
    session : Context
    made : dict of str to Widget
        The panel's controls by name; these are added.
    """

    def __init__(self, session: Context, made: dict[str, widgets.Widget]) -> None:
        self._session = session
        self._writing = controls.Writing()
        self._unit = NM2
        self.slider = made["min_area"] = controls.slider(
            "Min. area", 0.0, LARGEST[NM2], 0.1, ".1f", continuous_update=False, readout=False
        )
        self.typed = made["min_area_typed"] = widgets.Text(continuous_update=False)
        self.typed.add_class("hw-number-field")
        self.other_unit = made["other_unit"] = controls.button(
            "", self._to_other_unit, "Type it in the other unit", "hw-link"
        )
        self.as_card = made["card_area"] = controls.button(
            "back to those of the cards",
            self._as_on_card,
            "Leave out what the card of each network says",
            "hw-link",
        )
        self.note = controls.text("", "hw-note", "hw-smallest")
        self.box = controls.column(
            controls.row(self.slider, self.typed, classes=["hw-beside"]),
            self.note,
            controls.row(self.other_unit, self.as_card),
        )
        self.slider.observe(self._slid, names="value")
        self.typed.observe(self._typed, names="value")
        session.observe(
            self._show,
            names=[
                "micrograph",
                "min_area",
                "min_area_unit",
                "current",
                "selected",
                "cards",
                "segmentations",  # each has a scale of its own
            ],
        )
        self._show()

    def _show(self, _change: object = None) -> None:
        session, slider = self._session, self.slider
        asked, nm_per_px = session.min_area, session.nm_per_px
        card = session.card_of_answer(session.current) if session.current else None
        of_card = 0.0 if card is None else card.smallest_area(nm_per_px)
        value = of_card if asked is None else asked
        unit = self._unit = session.min_area_unit if asked else unit_of(nm_per_px)
        with self._writing, slider.hold_sync():  # what a slider cuts off at its end was not typed
            slider.description = f"Min. {SHOWN[unit]}"
            slider.max = max(slider.max, value)
            slider.value = value
            slider.max = max(LARGEST[unit], value)
            slider.step = 0.01 if unit == NM2 else 10.0
            self.typed.value = f"{value:.4g}" if value < 1000 else f"{value:.0f}"
        said = why_unused(asked, unit, nm_per_px)
        if card is not None and not said:
            said = self._said(card, followed=asked is None)
        self.note.value = html.escape(said)
        controls.show(self.note, bool(said))
        self.other_unit.description = f"in {SHOWN[PX2 if unit == NM2 else NM2]}"
        controls.show(self.other_unit, bool(asked) and (nm_per_px is not None or unit == NM2))
        controls.show(self.as_card, asked is not None and bool(of_card))

    def _said(self, card: Card, followed: bool) -> str:
        """Say what the card of a network leaves out, and whether that is done; empty where it leaves nothing out."""
        left_out = card.specks_left_out(self._session.nm_per_px)
        if not left_out:
            return ""
        if followed:
            return f"{left_out[0].upper()}{left_out[1:]}, as the card of {card.label} says; 0 keeps them."
        return f"Set by hand, for all networks. As the card of {card.label} says, {left_out}."

    def _slid(self, change: dict[str, float]) -> None:
        if not self._writing:
            self._session.set_min_area(change["new"], self._unit)

    def _typed(self, _change: object) -> None:
        if self._writing:
            return
        try:
            area, unit = read_area(self.typed.value, self._unit)
        except WorkbenchError as error:
            self._show()  # what holds stands there again, and why
            self.note.value = html.escape(str(error))
            controls.show(self.note, True)
            return
        self._session.set_min_area(area, unit)
        self._show()

    def _to_other_unit(self) -> None:
        session = self._session
        session.set_min_area(*in_other_unit(session.min_area, self._unit, session.nm_per_px))

    def _as_on_card(self) -> None:
        self._session.set_min_area(None)
