"""Particles: which of them count, corrected by hand; below the panes one row each."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as widgets
from traitlets import Bool

from workbench.app.core.polling import in_background
from workbench.app.particles.corrected_row import CorrectedRow
from workbench.app.particles.count import Count
from workbench.app.particles.distribution_box import DistributionBox
from workbench.app.particles.files import KINDS, made_with_its_record
from workbench.app.particles.lattice_box import LatticeBox
from workbench.app.particles.lattice_figure import lattice_figure
from workbench.app.particles.lattice_state import LatticeState
from workbench.app.particles.report_row import ReportRow
from workbench.app.particles.state import ParticlesState
from workbench.app.particles.table_box import TableBox
from workbench.app.particles.uncertainty_box import UncertaintyBox
from workbench.app.particles.words import fringes_text, left_out_text, length_text, rows_html, summary_text
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError
from workbench.particles.selection import DIAMETERS
from workbench.particles.wording import number

TOOLS = {"out, in": "pick", "cut": "cut", "join": "join", "draw": "draw"}
DOES = {
    "pick": "Click a particle in a pane: it does not count; click again: it does.",
    "cut": "Draw a line across a particle, from outside to outside: it is parted there.",
    "join": "Draw a line from one particle into another: they become one.",
    "draw": "Draw around what the network missed: it becomes a particle.",
}
PICKS = "Click a particle in a pane: its lattice is shown below; x takes it out or in."
"""Instead of the first, while the lattice of one is looked at."""
SIZES = {"equal circle": "equal_circle", "smallest Feret": "feret_min", "largest Feret": "feret_max"}
EDGES = {"out, weighted": "weights", "out": "leave_out", "counted": "keep"}
STEPS = 200
"""Of the slider of sizes."""


@panel("particles", "Particles", order=32)
class ParticlesPanel(Panel):
    """Which particles of the network that is tuned count, and what a hand does to them."""

    icon = (
        "M8 3.5l4 2.3v4.6l-4 2.3-4-2.3V5.8zM16.5 12l3.2 1.8v3.7l-3.2 1.8-3.2-1.8v-3.7zM16 4.5a2 2 0 1 0 .01 0"
    )
    tab = "Particles"
    takes_hand = Bool(True)
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        session, make = self.session, self.controls
        self._state = state = session.subject(ParticlesState)
        self._lattice = session.subject(LatticeState)
        self._writing = controls.Writing()
        self._tops: list[float] = []
        make["network"] = controls.dropdown("Of", [])
        make["diameter"] = controls.dropdown("Diameter", SIZES)
        rules, hand, result = self._rules(), self._hand(), self._results()
        controls.bind(state, "diameter", make["diameter"])
        make["network"].on_pick(self._network_set)
        session.observe(self._networks_shown, names=["selected", "current", "cards"])
        self.rows = TableBox(session)
        self.deck = self.rows.box
        self.sizes, self.uncertainty = DistributionBox(session), UncertaintyBox(session)
        self.lattice = LatticeBox(session, self._save_lattice)
        self.more_tabs = {
            "distribution": ("Distribution", self.sizes.box),
            "uncertainty": ("Uncertainty", self.uncertainty.box),
            "lattice": ("Lattice", self.lattice.box),
        }
        self._networks_shown()
        self._size_shown()
        self._result_shown()
        self._hand_shown()
        return controls.column(
            make["network"],
            make["diameter"],
            controls.text("Which count", "hw-subtitle"),
            *rules,
            controls.text("By hand", "hw-subtitle"),
            *hand,
            controls.text("Result", "hw-subtitle"),
            *result,
            controls.text("Take home, and in again", "hw-subtitle"),
            self._files(),
        )

    def _rules(self) -> list[widgets.Widget]:
        """Make what says which particles count."""
        session, make, state = self.session, self.controls, self._state
        make["size"] = widgets.FloatRangeSlider(
            description="Size",
            min=0.0,
            max=10.0,
            value=(0.0, 10.0),
            step=0.05,
            readout=False,
            continuous_update=True,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["size"].add_class("hw-row")
        self._size_said = controls.text("", "hw-note")
        make["confidence"] = controls.slider("Confidence", 0.0, 1.0, 0.01)
        make["confidence"].tooltip = "Least mean probability over the pixels of a particle"
        make["circularity"] = controls.slider("Circularity", 0.0, 1.0, 0.01)
        make["circularity"].tooltip = "Least 4 pi area over perimeter squared: 1 is a disc"
        make["edge"] = controls.dropdown("At the edge", EDGES)
        make["edge"].tooltip = (
            "Particles that the frame cuts are left out; as large ones are cut more often, the others can be weighted "
            "for them (Miles-Lantuejoul)"
        )
        make["split_touching"] = controls.checkbox("Part touching particles")
        self._parted = controls.text("", "hw-note")
        controls.bind(state, "min_confidence", make["confidence"])
        controls.bind(state, "min_circularity", make["circularity"])
        controls.bind(state, "edge", make["edge"])
        controls.bind(session, "split_touching", make["split_touching"])
        make["size"].observe(self._size_set, names="value")
        session.observe(self._size_shown, names="micrograph")
        state.observe(self._size_shown, names=["found", "smallest", "largest", "size_unit", "diameter"])
        names = ("confidence", "circularity", "edge", "split_touching")
        return [make["size"], self._size_said, *(make[name] for name in names), self._parted]

    def _hand(self) -> list[widgets.Widget]:
        """Make the tools of the hand."""
        make, state = self.controls, self._state
        make["tool"] = widgets.ToggleButtons(options=list(TOOLS.items()), layout=widgets.Layout(width="auto"))
        make["tool"].style.button_width = "auto"
        make["tool"].tooltips = list(DOES.values())
        self._does = controls.text("", "hw-note")
        make["clear"] = controls.button(
            "take back all that was done by hand",
            state.clear_corrections,
            "Of this network on this micrograph; Undo takes back one by one",
            "hw-link",
        )
        controls.bind(state, "tool", make["tool"])
        state.observe(self._hand_shown, names=["tool", "corrections"])
        self._lattice.observe(self._hand_shown, names="active")
        self.session.observe(self._hand_shown, names=["current", "micrograph"])
        return [make["tool"], self._does, make["clear"]]

    def _results(self) -> list[widgets.Widget]:
        """Make what says what came of it."""
        make, state = self.controls, self._state
        self._result = controls.markup("", "hw-result")
        make["calibration"] = controls.typed("Scale ±", "such as 2 %")
        make[
            "calibration"
        ].tooltip = "Standard uncertainty of the magnification, by its calibration; empty: not stated"
        make["calibration"].observe(self._calibration_set, names="value")
        state.observe(self._result_shown, names=["count", "stale", "distribution"])
        state.observe(self._calibration_shown, names="calibration")
        self._calibration_shown()
        return [self._result, make["calibration"]]

    def _files(self) -> widgets.Widget:
        """Make a button for each kind of file."""
        buttons = []
        for kind, (_ending, _mime, about) in KINDS.items():
            button = controls.button(kind, partial(self._take_home, kind), about, "hw-link")
            self.controls[f"file {kind}"] = button
            buttons.append(button)
        self._corrected = CorrectedRow(self.session, self.controls)
        home = controls.row(*buttons, classes=["hw-take-home"])
        stated = ReportRow(self.session, self.controls)
        return controls.column(
            home, self._corrected.box, controls.text("On the report", "hw-subtitle"), stated.box
        )

    def _take_home(self, kind: str) -> None:
        """Write a file aside, and let the browser save it."""
        self._write_aside(
            self.controls[f"file {kind}"],
            f"particles as {kind}",
            lambda: made_with_its_record(self.session, kind),
        )

    def _save_lattice(self) -> None:
        """Write the lattice that is shown as a figure, and let the browser save it."""
        self._write_aside(self.lattice.save, "figure of a lattice", lambda: [lattice_figure(self.session)])

    def _write_aside(
        self, button: widgets.Button, what: str, write: Callable[[], list[tuple[str, bytes, str]]]
    ) -> None:
        button.disabled = True

        def download() -> None:
            for file in write():
                self.browser.download(*file)

        def ended() -> None:
            button.disabled = False

        in_background(download, what, f"writing the {what}", self._say, ended)

    def _say(self, why: str) -> None:
        self.session.message = why

    def was_looked_at(self) -> None:
        """Count while it is looked at, and let clicks and drags be meant for particles while it has the hand."""
        self._state.active = self.is_looked_at
        self._state.has_hand = self.has_hand
        self._state.compares = self.seen_tab == "uncertainty"
        self._lattice.active = self.seen_tab == "lattice"
        if self.is_looked_at:
            self._corrected.look()  # it may have been saved meanwhile

    def _network_set(self, name: str | None) -> None:
        if name is not None:
            self.session.current = name

    def _networks_shown(self, _change: object = None) -> None:
        session = self.session
        self.controls["network"].offer(
            lambda: ([(session.card(name).label, name) for name in session.selected], session.current)
        )
        card = session.card(session.current) if session.current else None
        parts = card is not None and card.distance
        self._parted.value = html.escape(
            f"{card.label} tells touching particles apart by itself." if card else ""
        )
        controls.show(self._parted, parts)
        controls.show(self.controls["split_touching"], not parts)

    def _size_set(self, change: dict[str, Any]) -> None:
        if self._writing:
            return
        slider, state = self.controls["size"], self._state
        low, high = change["new"]
        # a browser that was told of another range sends the end of the one before it
        echo = state.largest is None and any(math.isclose(high, top) for top in self._tops)
        largest = None if echo or high >= slider.max else round(high, 6)
        state.set_sizes(None if low <= slider.min else round(low, 6), largest)
        if echo:
            self._size_shown()

    def _size_shown(self, _change: object = None) -> None:
        """Let the slider go from 0 to beyond the largest particle."""
        state, slider = self._state, self.controls["size"]
        unit = "px" if self.session.nm_per_px is None else "nm"
        foreign = state.size_is_of_other_unit
        low, high = (None, None) if foreign else (state.smallest, state.largest)
        largest = 1.0
        if state.found is not None and len(state.found.table):
            largest = float(state.selection.sizes(state.found.table).max())
        top = _above(largest)
        if (bound := max(low or 0.0, high or 0.0)) > top:
            top = _above(bound)
        if slider.max != top:
            self._tops.append(slider.max)
        self._tops = [former for former in self._tops if former != top]
        with self._writing, slider.hold_sync():
            slider.description = f"Size, {unit}"
            slider.max = top
            slider.step = top / STEPS
            slider.value = (low or 0.0, top if high is None else high)
        said = (
            "of all sizes"
            if low is high is None
            else f"{low or 0:.3g} to {top if high is None else high:.3g} {unit}"
        )
        self._size_said.value = html.escape(
            f"Sizes were set in {state.size_unit} and do not count here: the pixel size "
            f"{'is not known' if unit == 'px' else 'is known'}."
            if foreign
            else said
        )

    def _result_shown(self, _change: object = None) -> None:
        state, count = self._state, self._state.count
        self.summary = summary_text(count)
        rows = []
        if count is not None:
            rows.append(
                (
                    "Counted",
                    f"{count.counted} of {count.total}",
                    "Particles that count, of all that were found",
                )
            )
            if said := left_out_text(count):
                rows.append(("", said, "Why the others do not count"))
            rows += self._numbers(count)
        self._result.value = rows_html(rows) or "<p class='hw-note'>No mask yet.</p>"
        (self._result.add_class if state.stale else self._result.remove_class)("hw-waits")

    def _numbers(self, count: Count) -> list[tuple[str, str, str]]:
        """Return the median; once all is measured with its interval, and what else is known of the distribution."""
        sizes = self._state.distribution
        about = f"Half of those that count have a smaller {DIAMETERS[self._state.diameter]}"
        if count.median is None:
            return []
        if sizes is None or not count.measured:
            return [("Median", length_text(count.median, count.unit), about)]
        interval = sizes.median_interval
        ends = (
            ""
            if interval is None
            else f"95 %: {number(interval[0], interval)} to {number(interval[1], interval)} {sizes.unit}"
        )
        rows = [("Median", f"{number(sizes.median, interval)} {sizes.unit}", about)]
        rows += [("", ends, "Interval of the median, of sampling alone; see Uncertainty")] if ends else []
        if sizes.gsd is not None:
            rows.append(("GSD", number(sizes.gsd, sizes.gsd_interval), "Geometric standard deviation"))
        ends = f"{number(sizes.d10)} · {number(sizes.d90)} {sizes.unit}"
        rows.append(("D10 · D90", ends, "A tenth of the particles is smaller, a tenth is larger"))
        if (found := self._state.found) is not None and (said := fringes_text(found)):
            rows.append(
                ("With fringes", said, "Particles that count in which lattice fringes of their own are sure")
            )
        return rows

    def _calibration_set(self, change: dict[str, str]) -> None:
        try:
            self._state.set_calibration(change["new"])
        except WorkbenchError as error:
            self.session.message = str(error)
        self._calibration_shown()

    def _calibration_shown(self, _change: object = None) -> None:
        known = self._state.calibration
        self.controls["calibration"].value = "" if known is None else f"{100 * known:g} %"

    def _hand_shown(self, _change: object = None) -> None:
        state = self._state
        made = len(state.corrections_of(self.session.current)) if self.session.current else 0
        picks = self._lattice.active and state.tool == "pick"
        self._does.value = html.escape(PICKS if picks else DOES[state.tool])
        self.controls["clear"].description = f"take back what was done by hand ({made})"
        controls.show(self.controls["clear"], bool(made))


def _above(value: float) -> float:
    """Return a round number a little above a value."""
    step = 10.0 ** math.floor(math.log10(max(value, 1e-3))) / 2
    return math.ceil(value * 1.02 / step) * step
