"""The part of the panel Mask that shows a network at another dilation, and how far it then sees."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.dilation.cache import LARGEST, DilationCache, say_dilation
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.widgets import controls
from workbench.errors import WorkbenchError


class DilationControls:
    """A slider for the network chosen in Mask, a list with one number a level under "more", and the rings.

    Parameters
    ----------
    session : Context
    made : dict of str to Widget
        The panel's controls by name; these are added.
    """

    def __init__(self, session: Context, made: dict[str, widgets.Widget]) -> None:
        self._session = session
        self._writing = controls.Writing()
        self.slider = made["dilation"] = widgets.IntSlider(
            description="Dilation",
            min=1,
            max=LARGEST,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        self.slider.add_class("hw-row")
        self.more = made["dilation more"] = controls.button(
            "one for each level …",
            self._toggle_levels,
            "One dilation for each level of the network",
            "hw-link",
        )
        self.levels = made["dilation levels"] = widgets.Text(
            description="Per level",
            continuous_update=False,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        self.levels.add_class("hw-row")
        self.rings = made["rings"] = controls.checkbox(
            "Receptive field at the cursor",
            "Around the cursor. Dashed square: what the network can see. Circles: what it uses, 50 % and 95 %",
        )
        self.note = controls.text("", "hw-note")
        self.all = made["all dilations"] = controls.button(
            "All dilations",
            lambda: self._guarded(session.subject(DilationSweep).run),
            f"Masks at dilation 1 to {LARGEST} side by side, below the panes",
        )
        self.train = made["train at dilation"] = controls.button(
            "Train at this dilation",
            self._train,
            "Prepare a run of this architecture at this dilation, with fresh weights",
        )
        self.box = controls.column(
            self.slider,
            self.levels,
            self.note,
            self.more,
            controls.row(self.all, self.train, classes=["hw-pair"]),
            self.rings,
        )
        controls.show(self.levels, False)
        controls.bind(session, "show_rings", self.rings)
        self.slider.observe(self._slid, names="value")
        self.levels.observe(self._typed, names="value")
        session.observe(
            self._show,
            names=["current", "selected", "dilations", "fields", "cards", "stale", "segmentations"],
        )
        self._show()

    def _train(self) -> None:
        self._session.to_train = self._session.current

    def _toggle_levels(self) -> None:
        controls.show(self.levels, self.levels.layout.display == "none")

    def _slid(self, change: dict[str, int]) -> None:
        if not self._writing and self._session.current:
            self._session.subject(DilationCache).set(self._session.current, change["new"])

    def _typed(self, change: dict[str, str]) -> None:
        session = self._session
        text = change["new"].strip()
        if self._writing or not text or not session.current:
            return
        parts = [part for part in re.split(r"[\s,;]+", text) if part]
        field = session.fields.get(session.current)
        levels = len(parts) if field is None else field.levels
        label = session.card(session.current).label
        if not all(re.fullmatch(r"[0-9]{1,3}", part) and 1 <= int(part) <= 256 for part in parts):
            session.message = f"A dilation is a whole number from 1 to 256, so {text!r} was not used."
        elif len(parts) not in (1, levels):
            session.message = f"{label} takes one dilation or {levels} (one per level), not {len(parts)}."
        else:
            rates = [int(part) for part in parts]
            session.subject(DilationCache).set(session.current, rates[0] if len(set(rates)) == 1 else rates)
        self._show()

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)

    def _show(self, _change: object = None) -> None:
        session = self._session
        name = session.current if session.current in session.selected else ""
        why = session.subject(DilationCache).why_off(name)
        for control in (self.slider, self.levels, self.more, self.all, self.train):
            control.disabled = bool(why)
        if why:
            self.note.value = html.escape(why)
            return
        dilation, trained = (
            session.subject(DilationCache).of(name),
            session.subject(DilationCache).trained(name),
        )
        field = session.fields.get(name)
        with self._writing:
            if isinstance(dilation, int):
                self.slider.value = min(dilation, LARGEST)
                self.levels.value = ""
            else:
                self.levels.value = ", ".join(map(str, dilation))
                controls.show(self.levels, True)
        if field is not None:
            ones = ", ".join(["1"] * field.levels)
            self.levels.placeholder = f"{field.levels} numbers, finest level first: {ones}"
        shown = (
            "shown at" if session.subject(DilationCache).shown(name) else "set to"
        )  # the pane may still have the one before
        shown = "" if dilation == trained else f", {shown} {say_dilation(dilation)}"
        said = [f"trained at {say_dilation(trained)}{shown}"]
        if field is not None:
            said.append(field.rings(session.micrograph)["text"])
            said += [field.exceeds] if field.exceeds else []
        self.note.value = html.escape("; ".join(said))
