"""Label: draw by hand what is particle and what nobody can tell, and make a training set of it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from traitlets import Bool

from workbench.app.core.results import Results
from workbench.app.label.drawing import GREY, LARGEST_BRUSH_PX
from workbench.app.label.state import LabelState
from workbench.app.label.suggestions_box import SuggestionsBox
from workbench.app.label.training_set import TrainingSet
from workbench.app.widgets import controls
from workbench.app.widgets.choice import ListChoice, Offer
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import BACKGROUND, NOT_SURE, PARTICLE

TOOLS = {
    "Move": ("move", "Drag pans (key m); shift-drag does so with every tool"),
    "Brush": ("brush", "Draw with a round brush (key b)"),
    "Eraser": ("eraser", "Take away with the same brush (key e)"),
    "Lasso": ("lasso", "Draw around a region, it is filled when you let go (key l)"),
    "Polygon": (
        "polygon",
        "Click corner by corner; Enter, a double click or the first corner closes it (key p)",
    ),
    "Flood": ("flood", "Click a particle: what lies around the pixel above the threshold is filled (key t)"),
}
VALUES = {"Particle": PARTICLE, "Not sure": NOT_SURE, "Background": BACKGROUND}


@panel("label", "Label", order=50)
class LabelPanel(Panel):
    """Tools, what they draw, where a flood looks, the file; below the panes the set, and what to label next."""

    icon = "M4 20l1-4.5L15.5 5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5"
    tab = "Data set"
    unfolds = False
    takes_hand = Bool(True)

    def build(self) -> widgets.Widget:
        """Make the tools."""
        label, chosen, make = (
            self.session.subject(LabelState),
            self.session.subject(TrainingSet),
            self.controls,
        )
        make["tool"] = _toggles({name: key for name, (key, _tooltip) in TOOLS.items()})
        make["tool"].tooltips = [tooltip for _key, tooltip in TOOLS.values()]
        make["value"] = _toggles(VALUES)
        make["value"].add_class("hw-values")
        make["value"].tooltips = [
            "This is particle",
            "Nobody can tell: training leaves these pixels out (key n)",
            "This is background",
        ]
        make["brush"] = controls.slider("Brush, px", 1, 200, 1, ".0f")
        make["brush"].tooltip = "Diameter in px of the micrograph; keys [ and ]"
        make["source"] = controls.dropdown("Flood by", [("grey value", GREY)])
        make["source"].tooltip = "What a flood looks at, and whose mask can be taken to begin with"
        make["tolerance"] = controls.slider("± grey, %", 1, 60, 1, ".0f")
        make["accept"] = self._button("Take its mask", self._accept, "")
        make["shown"] = controls.checkbox("Show the label")
        make["theirs"] = self._button("Load theirs", label.load_theirs, "Take what the other program wrote")
        make["mine"] = self._button("Keep mine", label.keep_mine, "Write what is drawn here over it")
        make["set"] = widgets.Combobox(
            description="Set",
            options=chosen.names(),
            ensure_option=False,
            continuous_update=False,
            placeholder="name of a set",
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["set"].add_class("hw-row")
        make["add"] = self._button(
            "Add to training set", lambda: chosen.add(), "Put micrograph and label into the set's folder"
        )
        make["members"] = ListChoice(options=[], rows=4, layout=controls.full())
        make["members"].add_class("hw-members")
        make["members"].tooltip = "Micrographs of the training set: choose one to correct its label"
        self._state = controls.text("", "hw-note")
        self._said = controls.text("", "hw-note")
        self._clash = controls.row(make["theirs"], make["mine"])
        self._listed = controls.text("", "hw-note")
        self._writing = controls.Writing()

        self._connect()
        self._brush_shown()
        self._sources_shown()
        self._show_saved()
        self._members_shown()
        training = controls.column(
            controls.row(controls.text("Training set", "hw-text"), make["add"], classes=["hw-box-head"]),
            make["set"],
            self._listed,
            make["members"],
            classes=["hw-box"],
        )
        self.next = SuggestionsBox(self.session)
        make |= {"look here": self.next.here, "look in folder": self.next.folder, "regions": self.next.list}
        self.deck = controls.row(training, self.next.box, classes=["hw-deck-two"])
        return controls.column(
            make["tool"],
            controls.text("Draws", "hw-subtitle"),
            make["value"],
            make["brush"],
            make["source"],
            make["tolerance"],
            make["accept"],
            make["shown"],
            self._state,
            self._said,
            self._clash,
        )

    def _connect(self) -> None:
        """Let the controls set the label and follow it."""
        label, chosen, make = (
            self.session.subject(LabelState),
            self.session.subject(TrainingSet),
            self.controls,
        )
        controls.bind(label, "tool", make["tool"])
        controls.bind(label, "value", make["value"])
        controls.bind(label, "shown", make["shown"])
        controls.bind(label, "tolerance", make["tolerance"])
        controls.bind(chosen, "name", make["set"])
        make["brush"].observe(self._brush_set, names="value")
        make["source"].on_pick(self._source_set)
        make["members"].on_pick(self._member_chosen)
        label.observe(self._asked_for, names="active")
        label.observe(self._show_saved, names=["saved", "shares", "conflict"])
        label.observe(self._brush_shown, names="brush_px")
        label.observe(self._sources_shown, names="source")
        chosen.observe(self._members_shown, names="members")
        chosen.observe(lambda _change: chosen.look(), names="name")
        self.session.observe(self._sources_shown, names=["selected", "cards", "postprocessed", "stale"])

    def was_looked_at(self) -> None:
        """Take the tools in hand, or put them away."""
        self.session.subject(LabelState).active = self.has_hand

    def _asked_for(self, change: dict[str, bool]) -> None:
        """Open it for a script, or close it."""
        if change["new"] != self.has_hand:
            self.set_open(change["new"])

    def was_opened(self, opened: bool) -> None:
        """Look for sets that were made since."""
        if opened:
            self.controls["set"].options = self.session.subject(TrainingSet).names()
            self.session.subject(TrainingSet).look()

    def _button(self, text: str, act: Callable[[], object], tooltip: str) -> widgets.Button:
        def pressed() -> None:
            try:
                act()
            except WorkbenchError as error:
                self.session.message = str(error)

        return controls.button(text, pressed, tooltip)

    def _accept(self) -> None:
        self.session.subject(LabelState).accept(self.session.subject(LabelState).source)

    def _brush_set(self, change: dict[str, float]) -> None:
        if not self._writing:
            self.session.subject(LabelState).brush_px = min(max(round(change["new"]), 1), LARGEST_BRUSH_PX)

    def _brush_shown(self, _change: object = None) -> None:
        size, slider = self.session.subject(LabelState).brush_px, self.controls["brush"]
        if slider.value != size:
            with self._writing, slider.hold_sync():
                slider.max = max(200, size)  # the keys go further than the slider
                slider.value = size

    def _sources_shown(self, _change: object = None) -> None:
        session = self.session
        if session.subject(LabelState).source not in (*session.selected, GREY):
            session.subject(LabelState).source = (session.selected or [GREY])[
                -1
            ]  # this is called again by it
            return
        self.controls["source"].offer(self._read_sources)
        wanted = session.subject(LabelState).source
        controls.show(self.controls["tolerance"], wanted == GREY)
        accept = self.controls["accept"]
        ready = wanted != GREY and session.subject(Results).settled(wanted)
        controls.show(accept, wanted != GREY)
        accept.disabled = not ready
        accept.description = "" if wanted == GREY else f"Begin with the mask of {session.card(wanted).label}"
        accept.tooltip = (
            "Take the network's mask, as it is shown, in place of what is drawn"
            if ready
            else "It has none of what is set yet"
        )

    def _read_sources(self) -> Offer:
        session = self.session
        options = [(f"{session.card(name).label} threshold", name) for name in session.selected]
        return [*options, ("grey value", GREY)], session.subject(LabelState).source

    def _source_set(self, name: str | None) -> None:
        if name is not None:
            self.session.subject(LabelState).source = name

    def _show_saved(self, _change: object = None) -> None:
        label = self.session.subject(LabelState)
        self._state.value = html.escape(label.shares or "nothing drawn yet")
        self._said.value = html.escape(label.saved)
        self._said.tooltip = str(label.path or "")
        controls.show(self._said, bool(label.saved))
        controls.show(self._clash, label.conflict)
        self.summary = label.shares.split(",")[0] if label.shares else ""

    def _members_shown(self, _change: object = None) -> None:
        members = self.session.subject(TrainingSet).members
        self.controls["members"].offer(lambda: (list(members), None))
        controls.show(self.controls["members"], bool(members))
        self._listed.value = (
            f"{len(members)} {'micrograph' if len(members) == 1 else 'micrographs'}; choose one to correct its label"
            if members
            else "nothing in it yet; a name that is new makes a new set in the data folder"
        )

    def _member_chosen(self, name: str | None) -> None:
        if name:
            self.session.subject(TrainingSet).open(name)


def _toggles(options: dict[str, Any]) -> widgets.ToggleButtons:
    made = widgets.ToggleButtons(options=list(options.items()), layout=controls.full())
    made.add_class("hw-toggles")
    made.style.button_width = "auto"
    return made
