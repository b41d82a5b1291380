"""Networks: which of them look at the micrograph, in which order, and what each is worth."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.figures.palette import colour_of
from workbench.networks.card import Card, Score

SPLITS = ("test", "validation")
"""A score on the first counts, if there is one; on the second something was chosen, so it flatters."""


@panel("networks", "Networks", order=20)
class NetworksPanel(Panel):
    """A row a network: tick it for a pane; its card and its score beside it."""

    icon = (
        "M5 5.5a1.5 1.5 0 1 0 .01 0M5 15.5a1.5 1.5 0 1 0 .01 0M12 10.5a1.5 1.5 0 1 0 .01 0M19"
        " 5.5a1.5 1.5 0 1 0 .01 0M19 15.5a1.5 1.5 0 1 0 .01 0M6.4 7.8l4.2 3.2M6.4 16.2l4.2-3."
        "2M13.4 11l4.2-3.2M13.4 13l4.2 3.2"
    )

    def build(self) -> widgets.Widget:
        """Make the rows."""
        self._rows = widgets.VBox([])
        self._rows.add_class("hw-networks")
        self._by_name: dict[str, widgets.Widget] = {}
        self._writing = controls.Writing()
        self._note = controls.text("", "hw-note")
        self.controls["refresh"] = controls.button(
            "look for new networks",
            self.session.refresh_networks,
            "Look for networks that were imported or trained since",
            "hw-link",
        )
        self.session.observe(self._cards_shown, names="cards")
        self.session.observe(self._ticks_shown, names=["selected", "failures"])
        self.session.observe(self._thresholds_shown, names="thresholds")
        self._cards_shown()
        return controls.column(self._rows, self._note, self.controls["refresh"])

    def _cards_shown(self, _change: object = None) -> None:
        self._by_name = {card.name: self._row(card) for card in self.session.cards}
        told = {(score.split, score.set) for card in self.session.cards if (score := headline(card))}
        tested, validated = ([name for split, name in sorted(told) if split == wanted] for wanted in SPLITS)
        parts = [f"Hard Dice on test sets: {'; '.join(tested)}"] if tested else []
        parts += [f"In italics, hard Dice on validation: {'; '.join(validated)}"] if validated else []
        self._note.value = html.escape(". ".join(parts)) or "no scores yet"
        self._ticks_shown()

    def _row(self, card: Card) -> widgets.Widget:
        box = controls.checkbox(card.label, tooltip=describe(card))
        box.observe(lambda change: self.session.select(card.name, change["new"]), names="value")
        self.controls[f"tick {card.name}"] = box
        left = controls.button(
            "◂", lambda: self.session.move(card.name, -1), f"{card.label}: one pane to the left", "hw-icon"
        )
        right = controls.button(
            "▸", lambda: self.session.move(card.name, 1), f"{card.label}: one pane to the right", "hw-icon"
        )
        self.controls[f"left {card.name}"], self.controls[f"right {card.name}"] = left, right
        swatch = controls.markup(
            f'<span class="hw-swatch" style="background:{colour_of(card.name)}"></span>', "hw-swatch-cell"
        )
        score = headline(card)
        told = controls.text(f"{score.value:.3f}" if score else "", "hw-number")
        if score and score.split != SPLITS[0]:
            told.add_class("hw-validated")
        return controls.row(swatch, box, left, right, told, classes=["hw-network"])

    def _ticks_shown(self, _change: object = None) -> None:
        session = self.session
        for card in session.cards:
            selected = card.name in session.selected
            box = self.controls[f"tick {card.name}"]
            if box.value != selected:
                box.value = selected
            for side, last in (("left", 0), ("right", -1)):
                arrow = self.controls[f"{side} {card.name}"]
                arrow.layout.display = None if selected and len(session.selected) > 1 else "none"
                arrow.disabled = selected and session.selected[last] == card.name
        self.summary = f"{len(session.selected)} of {len(session.cards)}"
        rows: list[widgets.Widget] = []
        for name, row in self._by_name.items():
            rows += [row, self._threshold(name)] if name in session.selected else [row]
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


def headline(card: Card) -> Score | None:
    """Return the score to show in the list: hard Dice on a test set, else on validation, else none."""
    for split in SPLITS:
        for score in card.scores:
            if score.metric == "dice_hard" and score.split == split:
                return score
    return None


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
    lines += [
        f"{score.metric} {score.value:.3f} on {', '.join(filter(None, (score.set, score.split, score.where)))}, "
        f"{score.micrographs} micrographs"
        for score in card.scores
    ]
    return "\n".join(line for line in lines if line)
