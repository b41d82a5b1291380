"""Networks: which of them look at the micrograph, in which order, and what each is worth."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.networks.layer_handle import LayerHandle
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.figures.palette import COLOURS
from workbench.networks.card import Card, Score

TEST, VALIDATION = "test", "validation"
"""A score on the first counts; on the second something was chosen, so it flatters and stands apart."""
HEADINGS = {TEST: "On test sets:", VALIDATION: "On validation, by which something was chosen:"}


@panel("networks", "Networks", order=20)
class NetworksPanel(Panel):
    """A row a network, as the layers of a drawing: shown or hidden, its colour, its place, its score on test sets."""

    icon = (
        "M5 5.5a1.5 1.5 0 1 0 .01 0M5 15.5a1.5 1.5 0 1 0 .01 0M12 10.5a1.5 1.5 0 1 0 .01 0M19"
        " 5.5a1.5 1.5 0 1 0 .01 0M19 15.5a1.5 1.5 0 1 0 .01 0M6.4 7.8l4.2 3.2M6.4 16.2l4.2-3."
        "2M13.4 11l4.2-3.2M13.4 13l4.2 3.2"
    )

    def build(self) -> widgets.Widget:
        """Make the rows."""
        self._rows = widgets.VBox([])
        self._rows.add_class("hw-networks")
        self._head = controls.row(controls.text("Dice on test", "hw-note"), classes=["hw-list-head"])
        self._by_name: dict[str, list[widgets.Widget]] = {}
        self._writing = controls.Writing()
        self._note = controls.text("", "hw-note")
        self.controls["refresh"] = controls.button(
            "look for new networks",
            self.session.refresh_networks,
            "Look for networks that were imported or trained since",
            "hw-link",
        )
        self.session.observe(self._cards_shown, names="cards")
        self.session.observe(self._rows_shown, names=["selected", "order", "failures"])
        self.session.observe(self._colours_shown, names="colours")
        self.session.observe(self._thresholds_shown, names="thresholds")
        self._cards_shown()
        return controls.column(self._head, self._rows, self._note, self.controls["refresh"])

    def _cards_shown(self, _change: object = None) -> None:
        cards = self.session.cards
        self._by_name = {card.name: self._row(card) for card in cards}
        scores = [(score_on(TEST, card), score_on(VALIDATION, card)) for card in cards]
        tested = sorted({score.set for score, _other in scores if score})
        validated = sorted({other.set for score, other in scores if other and not score})
        controls.show(self._head, bool(tested))
        parts = [f"Hard Dice on test sets: {'; '.join(tested)}"] if tested else []
        parts += [f"Below a name, hard Dice on validation: {'; '.join(validated)}"] if validated else []
        self._note.value = html.escape(". ".join(parts)) or "no scores yet"
        self._colours_shown()
        self._rows_shown()

    def _row(self, card: Card) -> list[widgets.Widget]:
        """Return the row of a network, and a line below it where it was scored on validation alone."""
        session, name = self.session, card.name
        box = controls.checkbox(card.label, tooltip=describe(card))
        box.observe(lambda change: session.select(name, change["new"]), names="value")
        handle = LayerHandle(
            card.label,
            move_to=lambda place: session.move_to(name, place),
            step=lambda places: session.move_to(name, session.listed.index(name) + places),
            take_colour=lambda colour: session.set_colour(name, colour),
        )
        self.controls[f"tick {name}"], self.controls[f"layer {name}"] = box, handle
        tested, validated = score_on(TEST, card), score_on(VALIDATION, card)
        told = controls.text(f"{tested.value:.3f}" if tested else "", "hw-number")
        controls.show(told, tested is not None)  # else it would take room from the name
        row = controls.row(handle, box, told, classes=["hw-network"])
        if tested or not validated:
            return [row]
        return [row, controls.text(f"validation {validated.value:.3f}", "hw-note", "hw-validation")]

    def _colours_shown(self, _change: object = None) -> None:
        session = self.session
        shown = session.colours_of()
        owners = {colour: session.card(name).label for name, colour in shown.items()}
        palette = [
            {"colour": colour, "word": word, "owner": owners.get(colour, "")}
            for word, colour in COLOURS.items()
        ]
        for name, colour in shown.items():
            if (handle := self.controls.get(f"layer {name}")) is not None:  # else its row is still to come
                handle.show(colour, palette)

    def _rows_shown(self, _change: object = None) -> None:
        session = self.session
        rows: list[widgets.Widget] = []
        for name in session.listed:
            selected, made = name in session.selected, self._by_name[name]
            box = self.controls[f"tick {name}"]
            if box.value != selected:
                box.value = selected
            (made[0].add_class if selected else made[0].remove_class)("hw-shown")
            rows += [*made, self._threshold(name)] if selected else made
        self.summary = f"{len(session.selected)} of {len(session.cards)}"
        if list(self._rows.children) != rows:
            self._rows.children = rows
        self._thresholds_shown()

    def _threshold(self, name: str) -> widgets.Widget:
        """Return the slider below a network that has a pane; it is made when it is shown first."""
        slider = self.controls.get(f"threshold {name}")
        if slider is None:
            slider = self.controls[f"threshold {name}"] = controls.slider("p >", 0.01, 0.99, 0.01)
            slider.tooltip = f"Threshold of {self.session.card(name).label}"
            slider.style.description_width = "28px"
            slider.add_class("hw-network-threshold")
            slider.value = self.session.threshold(name)
            slider.observe(lambda change: self._threshold_set(name, change["new"]), names="value")
        return slider

    def _threshold_set(self, name: str, value: float) -> None:
        """Take the threshold, and show what else is shown of one network, of this one."""
        if not self._writing and abs(self.session.threshold(name) - value) > 1e-6:
            with self.session.gesture():
                self.session.current = name
                self.session.set_threshold(name, value)

    def _thresholds_shown(self, _change: object = None) -> None:
        for name in self.session.selected:
            slider = self.controls.get(f"threshold {name}")
            if slider is not None and abs(slider.value - self.session.threshold(name)) > 1e-6:
                with self._writing:
                    slider.value = self.session.threshold(name)


def score_on(split: str, card: Card) -> Score | None:
    """Return the score to show of a network, hard Dice on a split; None where there is none."""
    found = (score for score in card.scores if score.metric == "dice_hard" and score.split == split)
    return next(found, None)


def describe(card: Card) -> str:
    """Return what to say of a network when the pointer rests on it."""
    lines = [
        card.label,
        card.trained_on or ("classical method, nothing trained" if card.kind == "classical" else ""),
    ]
    if card.nm_per_px is not None:
        lines.append(f"knows {card.nm_per_px[0]:.3g} to {card.nm_per_px[1]:.3g} nm/px")
    if card.input.nm_per_px is not None:
        lines.append(
            f"is given micrographs at {card.input.nm_per_px:.3g} nm/px, where their pixel size is known"
        )
    if card.kind == "network":
        lines.append(f"dilation {card.dilation}, threshold {card.threshold:.2f} chosen on validation")
    for split, heading in HEADINGS.items():
        said = [
            f"{score.metric} {score.value:.3f} on {', '.join(filter(None, (score.set, score.where)))}, "
            f"{score.micrographs} micrographs"
            for score in card.scores
            if score.split == split
        ]
        lines += [heading, *said] if said else []
    return "\n".join(line for line in lines if line)
