"""Study: many runs from one plan, begun, watched, stopped, and gone on with; what they say stands below the panes."""

from __future__ import annotations

import html
import shlex

import ipywidgets as widgets

from workbench.app.study.box import StudyBox, say_progress
from workbench.app.study.state import StudyState
from workbench.app.study.traits import READING
from workbench.app.widgets import controls
from workbench.app.widgets.choice import Offer
from workbench.app.widgets.panel import Panel, panel
from workbench.study.overview import Overview

CHOOSE = "choose a plan…"
MOST_WORKERS = 64
MOST_FAILURES = 5


@panel("study", "Study", order=65)
class StudyPanel(Panel):
    """Which plan, where it goes, what it is, and what is done with it."""

    icon = "M3.5 5h17v14h-17zM3.5 9.7h17M3.5 14.4h17M9 5v14M14.7 5v14"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the fields, the buttons and what is said between them."""
        study, make = self.session.subject(StudyState), self.controls
        make["plan"] = controls.dropdown("Plan", {CHOOSE: ""})
        make["plan_path"] = controls.typed("or path", "TOML, in the data folder")
        make["out"] = controls.typed("Folder", "inside the data folder")
        make["workers"] = widgets.BoundedIntText(
            description="Workers",
            min=1,
            max=MOST_WORKERS,
            continuous_update=False,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["workers"].add_class("hw-row")
        make["workers"].tooltip = "Cells at a time on this machine; they share its cores, or take a GPU each"
        make["start"] = controls.button("Begin", study.start, "", "hw-primary")
        make["stop"] = controls.button("Stop", study.stop)
        make["retry"] = controls.button("Try failed ones again", study.retry_failed)
        make["look"] = controls.button(
            "look for new plans",
            study.list_plans,
            "Look again for plans and sets in the data folder",
            "hw-link",
        )
        self._about = controls.markup("", "hw-note", "hw-study-about")
        self._warning = controls.text("", "hw-note", "hw-study-warning")
        self._state = controls.markup("", "hw-note", "hw-study-state")
        controls.bind(study, "plan", make["plan_path"])
        controls.bind(study, "out", make["out"])
        controls.bind(study, "workers", make["workers"])
        make["plan"].on_pick(self._picked)
        study.observe(self._plans_shown, names=["plans", "plan"])
        study.observe(self._shown, names=["overview", "standing", "warning", "plan", "out", "workers"])
        self.study_box = StudyBox(study, self.session)
        self.deck = self.study_box.box
        self._plans_shown()
        self._shown()
        return controls.column(
            make["plan"],
            make["plan_path"],
            make["out"],
            make["workers"],
            self._about,
            self._warning,
            controls.row(make["start"], make["stop"], make["retry"]),
            self._state,
            make["look"],
        )

    def was_shown(self) -> None:
        """Look for plans, and watch the study that is under way."""
        study = self.session.subject(StudyState)
        study.list_plans()
        study.watch()

    def was_opened(self, opened: bool) -> None:
        """Look for plans that were written since."""
        if opened:
            self.session.subject(StudyState).list_plans()

    def _plans_shown(self, _change: object = None) -> None:
        study, field = self.session.subject(StudyState), self.controls["plan"]

        def read() -> Offer:
            options, chosen = [(CHOOSE, ""), *study.plans], study.plan
            if chosen not in [path for _label, path in options]:
                options.append((chosen, chosen))
            return options, chosen

        field.offer(read)

    def _picked(self, path: str | None) -> None:
        if path:
            self.session.subject(StudyState).choose(path)

    def _shown(self, _change: object = None) -> None:
        study, make = self.session.subject(StudyState), self.controls
        overview, standing = study.overview, study.standing
        self._about.value = "" if overview is None else about(overview)
        self._warning.value = _warning(study)
        make["start"].description = _start_label(study)
        for name, why, tooltip in (
            (
                "start",
                study.why_not_start(),
                "In a process of its own, which goes on when the page is closed",
            ),
            ("stop", study.why_not_stop(), "Each cell ends its step and keeps its state; then it can go on"),
            ("retry", study.why_not_retry(), "Work on the cells again that failed, and on what is left"),
        ):
            make[name].disabled, make[name].tooltip = bool(why), why or tooltip
        controls.show(make["retry"], standing is not None and bool(standing.failures))
        self._state.value = _state(study)
        self.summary = (
            "" if standing is None else f"{standing.count('done')} of {len(standing.cells)} cells done"
        )


def about(overview: Overview) -> str:
    """Return what a study is, as lines of HTML."""
    cells = overview.cells
    starts: dict[str, list[str]] = {}
    for cell in cells:
        if cell.initialisation not in starts.setdefault(cell.network, []):
            starts[cell.network].append(cell.initialisation)
    networks = [
        name if ones == ["none"] else f"{name} (weights: {', '.join(ones)})" for name, ones in starts.items()
    ]
    seeds = list(dict.fromkeys(cell.seed for cell in cells))
    lines = [
        f"{len(cells)} cell{'' if len(cells) == 1 else 's'}, each a training run",
        f"Networks: {', '.join(networks)}",
        *_sizes(overview),
        f"Seeds: {', '.join(map(str, seeds))}",
        f"Scored on: {', '.join(overview.tests)}"
        + (f" ({overview.micrographs} micrographs)" if overview.micrographs else ""),
        *(f"{note}." for note in overview.left_out),
    ]
    if overview.title:
        lines.insert(0, overview.title)
    return "<br>".join(html.escape(line) for line in lines)


def _sizes(overview: Overview) -> list[str]:
    """Return a line of dilations, or one for each training size where they differ."""
    at: dict[int | None, list[str]] = {}
    for cell in overview.cells:
        if cell.rates not in at.setdefault(cell.training_size, []):
            at[cell.training_size].append(cell.rates)
    if list(at) == [None]:
        return [f"Dilation: {', '.join(at[None])}"]
    return [f"{size} training micrographs at dilation {', '.join(ones)}" for size, ones in at.items()]


def _start_label(study: StudyState) -> str:
    standing = study.standing
    if standing is None or not standing.cells or standing.phase == "new":
        return "Begin"
    return "Write its page again" if standing.phase == "finished" else "Go on"


def _warning(study: StudyState) -> str:
    """Return why it cannot begin, as HTML."""
    if not study.warning or study.warning in (READING, "Choose a plan."):
        return html.escape(study.warning)
    return html.escape(f"Cannot begin: {study.warning}")


def _state(study: StudyState) -> str:
    """Return how it stands, why cells failed, and the same as a command, as lines of HTML."""
    standing = study.standing
    if standing is None:
        return ""
    lines = [say_progress(standing)]
    if standing.unread:
        lines.append(f"{standing.unread}.")
    if standing.said:
        lines.append(standing.said)
    failures = list(standing.failures.items())
    lines += [f"{name} failed: {why}" for name, why in failures[:MOST_FAILURES]]
    if len(failures) > MOST_FAILURES:
        lines.append(f"and {len(failures) - MOST_FAILURES} more, in the table")
    lines.append(
        f"workbench study {shlex.quote(study.plan)} --out {shlex.quote(study.out)} --workers {study.workers}"
    )
    return "<br>".join(html.escape(line) for line in lines)
