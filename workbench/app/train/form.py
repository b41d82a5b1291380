"""The fields of the Train panel: a recipe in the making, the few that matter first and the rest unfolded."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets

from workbench.app.train.state import TrainState
from workbench.app.widgets import controls
from workbench.app.widgets.choice import Offer
from workbench.networks.card import Card

FRESH, TYPED = "fresh weights", "another file…"
WAITING = "the worker is starting…"
MORE = """any other key of a recipe, as TOML:
seed = 1
loss = { kind = "focal" }
[augmentation]
rotate = 0.5"""


class TrainingForm:
    """Fields linked with the draft; `body` holds them.

    Parameters
    ----------
    trainings : TrainState
    cards : list of Card
        Networks that may be started from; `cards_changed` tells of others.
    """

    def __init__(self, trainings: TrainState, cards: list[Card]) -> None:
        self._draft, self._cards, self._writing = trainings.draft, cards, controls.Writing()
        make: dict[str, widgets.Widget] = {}
        self.controls = make
        make["set"] = controls.dropdown("Set", [])
        make["set_path"] = controls.typed("or path", "in the data folder, or a public set")
        make["validation"] = controls.dropdown("Validate on", [])
        make["share"] = controls.slider("Held back", 0.05, 0.5, 0.05, ".0%", continuous_update=False)
        make["architecture"] = controls.dropdown("Network", [WAITING])
        make["dilation"] = controls.typed("Dilation", "1, or one per level: 1, 2, 4")
        make["start"] = controls.dropdown("Start from", {FRESH: ""})
        make["start_path"] = controls.typed("File", "path of a .safetensors file")
        make["epochs"] = _whole("Epochs", 1, 10000)
        make["steps"] = _whole("Steps/epoch", 1, 100000)
        make["crop"] = _whole("Crop, px", 32, 4096, 32)
        make["batch"] = _whole("Batch", 1, 1024)
        make["rate"] = controls.typed("Learn. rate", "0.001")
        make["name"] = controls.typed("Name", "of the run and its network")
        make["more"] = widgets.Textarea(
            placeholder=MORE,
            rows=5,
            continuous_update=False,
            layout=controls.full(),
        )
        self._options = controls.column()
        self._unfolded = controls.column(
            controls.text("Options of the network", "hw-subtitle"),
            self._options,
            controls.text("More", "hw-subtitle"),
            make["steps"],
            make["share"],
            make["validation"],
            make["more"],
        )
        make["unfold"] = controls.button("more options ▸", self._unfold, "Show or hide the rest", "hw-link")
        controls.show(self._unfolded, False)
        self._link()
        self.body = controls.column(
            make["set"],
            make["set_path"],
            make["architecture"],
            make["dilation"],
            make["start"],
            make["start_path"],
            make["epochs"],
            make["crop"],
            make["batch"],
            make["rate"],
            make["name"],
            make["unfold"],
            self._unfolded,
        )

    def cards_changed(self, cards: list[Card]) -> None:
        """Offer these networks to start from."""
        self._cards = cards
        self._starts_shown()

    def _link(self) -> None:
        draft, make = self._draft, self.controls
        for trait, name in (
            ("training_set", "set_path"),
            ("dilation", "dilation"),
            ("start_from", "start_path"),
            ("epochs", "epochs"),
            ("steps_per_epoch", "steps"),
            ("crop", "crop"),
            ("batch", "batch"),
            ("share", "share"),
            ("name", "name"),
            ("more", "more"),
        ):
            controls.bind(draft, trait, make[name])
        make["set"].on_pick(lambda path: self._picked("training_set", path))
        make["validation"].on_pick(lambda path: self._picked("validation_set", path))
        make["architecture"].on_pick(self._architecture_picked)
        make["start"].on_pick(self._start_picked)
        make["rate"].observe(self._rate_typed, names="value")
        draft.observe(self._sets_shown, names=["sets", "training_set", "validation_set"])
        draft.observe(self._architectures_shown, names=["architectures", "architecture"])
        draft.observe(self._options_shown, names=["architectures", "architecture", "options"])
        draft.observe(self._starts_shown, names=["architectures", "architecture", "start_from", "options"])
        draft.observe(self._rate_shown, names="learning_rate")
        self._sets_shown()
        self._architectures_shown()
        self._options_shown()
        self._starts_shown()
        self._rate_shown()

    def _unfold(self) -> None:
        hidden = self._unfolded.layout.display == "none"
        controls.show(self._unfolded, hidden)
        self.controls["unfold"].description = "fewer options ▾" if hidden else "more options ▸"

    def _picked(self, trait: str, path: str | None) -> None:
        if path is not None:
            setattr(self._draft, trait, path)

    def _sets_shown(self, _change: object = None) -> None:
        draft = self._draft

        def read_sets() -> Offer:
            sets, chosen = draft.sets, draft.training_set
            return _with_other([*sets], chosen, "typed below" if sets else "none found yet")

        def read_validation() -> Offer:
            chosen = draft.validation_set
            return _with_other([("a share of the set", ""), *draft.sets], chosen, chosen)

        self.controls["set"].offer(read_sets)
        self.controls["validation"].offer(read_validation)
        controls.show(self.controls["share"], not draft.validation_set)

    def _architectures_shown(self, _change: object = None) -> None:
        draft = self._draft

        def read() -> Offer:
            options = [(told["title"], name) for name, told in draft.architectures.items()]
            return _with_other(options, draft.architecture, WAITING)

        self.controls["architecture"].offer(read)
        told = draft.architectures.get(draft.architecture)
        self.controls["architecture"].tooltip = told["summary"] if told else ""

    def _architecture_picked(self, name: str | None) -> None:
        if name not in self._draft.architectures:
            return
        with self._draft.hold_trait_notifications():
            self._draft.options, self._draft.start_from = {}, ""
            self._draft.architecture = name

    def _starts_shown(self, _change: object = None) -> None:
        start = self.controls["start"]
        start.offer(self._read_starts)
        controls.show(self.controls["start_path"], start.value == "?")

    def _read_starts(self) -> Offer:
        draft = self._draft
        told = draft.architectures.get(draft.architecture, {"options": {}})
        options: list[tuple[str, Any]] = [(FRESH, "")]
        if "weights" in told["options"]:  # where VGG-16's features may come from
            options += [("VGG-16: edges", "=edges"), ("VGG-16: photographs", "=imagenet")]
        options += [
            (card.label, card.name)
            for card in self._cards
            if card.kind == "network" and card.architecture == draft.architecture
        ]
        options.append((TYPED, "?"))
        weights = draft.options.get("weights")
        here = draft.start_from or (f"={weights}" if weights in ("edges", "imagenet") else "")
        named = here in [value for _label, value in options]
        return options, here if named else "?"

    def _start_picked(self, picked: str | None) -> None:
        draft = self._draft
        if picked is None:
            return
        if picked == "?":
            controls.show(self.controls["start_path"], True)
            return
        rest = {key: value for key, value in draft.options.items() if key != "weights"}
        card = next((card for card in self._cards if card.name == picked), None)
        with draft.hold_trait_notifications():
            if picked.startswith("="):
                draft.options, draft.start_from = {**rest, "weights": picked[1:]}, ""
            elif card is not None:  # its weights fit a network with its options only
                draft.options = {key: value for key, value in card.options.items() if key != "weights"}
                draft.start_from = picked
            else:
                draft.options, draft.start_from = rest, ""

    def _options_shown(self, _change: object = None) -> None:
        draft = self._draft
        told = draft.architectures.get(draft.architecture)
        if told is None:
            return
        rows = []
        for name, default in told["options"].items():
            value, key = draft.options.get(name, default), f"option {draft.architecture} {name}"
            if key not in self.controls:
                self.controls[key] = _option(name, value)
                self.controls[key].observe(
                    lambda change, name=name: self._option_set(name, change["new"]), names="value"
                )
            with self._writing:
                self.controls[key].value = value if isinstance(value, (bool, int, float)) else str(value)
            rows.append(self.controls[key])
        if tuple(rows) != self._options.children:
            self._options.children = rows

    def _option_set(self, name: str, value: Any) -> None:
        draft = self._draft
        told = draft.architectures.get(draft.architecture)
        if self._writing or told is None:
            return
        rest = {key: kept for key, kept in draft.options.items() if key != name}
        draft.options = rest if value == told["options"].get(name) else {**rest, name: value}

    def _rate_shown(self, _change: object = None) -> None:
        self.controls["rate"].value = f"{self._draft.learning_rate:g}"

    def _rate_typed(self, change: dict[str, str]) -> None:
        try:
            self._draft.learning_rate = float(change["new"].replace(",", "."))
        except ValueError:
            self._rate_shown()


def _with_other(options: list[tuple[str, Any]], value: Any, other: str) -> Offer:
    """Return options and the value that is chosen, with one option more for a value that is none of them."""
    if value not in [known for _label, known in options]:
        options = [(other, value), *options]
    return options, value


def say_warning(warning: str, estimated: str) -> str:
    """Return what stands above the button: why it cannot be pressed, else what the run will take."""
    return html.escape(f"Cannot start: {warning}" if warning else estimated)


def _option(name: str, value: Any) -> widgets.Widget:
    if isinstance(value, bool):
        return controls.checkbox(name)
    how = {"layout": controls.full(), "style": {"description_width": "84px"}, "continuous_update": False}
    kind = (
        widgets.IntText
        if isinstance(value, int)
        else widgets.FloatText
        if isinstance(value, float)
        else widgets.Text
    )
    made = kind(description=name, **how)
    made.add_class("hw-row")
    return made


def _whole(label: str, low: int, high: int, step: int = 1) -> widgets.BoundedIntText:
    made = widgets.BoundedIntText(
        description=label,
        min=low,
        max=high,
        step=step,
        continuous_update=False,
        layout=controls.full(),
        style={"description_width": "84px"},
    )
    made.add_class("hw-row")
    return made
