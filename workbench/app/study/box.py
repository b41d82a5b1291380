"""Below the panes while Study is open: how far it is, what it says so far, and the page that it wrote."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.core.parameters import Parameters
from workbench.app.study.curve import StudyCurve
from workbench.app.study.grid import kinds_of, table_html
from workbench.app.study.state import StudyState
from workbench.app.widgets import controls
from workbench.study.overview import Overview
from workbench.study.status import Phase, StudyStatus
from workbench.study.time_left import say_left

PHASES: dict[Phase, str] = {
    "new": "not begun",
    "starting": "prepares its cells",
    "works": "under way",
    "stopping": "stops after the steps under way",
    "open": "stopped",
    "finished": "finished",
}


class StudyBox:
    """A view on `Session.study`.

    Parameters
    ----------
    study : StudyState
    session : Parameters
        Kinds of a study have other colours than the networks of the list.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, study: StudyState, session: Parameters) -> None:
        self._study, self._session = study, session
        self._title = controls.text("", "hw-text")
        self.bar = widgets.FloatProgress(min=0.0, max=1.0)
        self.open = controls.button(
            "Show its page", study.show_page, "The page that it wrote: tables, figures"
        )
        self.close = controls.button("Close its page", study.close_page, "The table of its cells again")
        head = controls.row(
            self._title,
            controls.row(self.bar, self.open, self.close, classes=["hw-buttons"]),
            classes=["hw-box-head"],
        )
        self._now = controls.text("", "hw-note")
        self.table = controls.markup("", "hw-study-table")
        self._curve = StudyCurve()
        self._no_curve = controls.text(
            "Hard Dice against dilation stands here once a cell is done.", "hw-note"
        )
        self._beside = controls.column(self._no_curve, classes=["hw-study-curve"])
        self._parts = controls.row(self.table, self._beside, classes=["hw-study-parts"])
        self.page = controls.markup("", "hw-study-page")
        self._head = head
        self.box = controls.column(head, classes=["hw-box", "hw-study"])
        study.observe(self._draw, names=["overview", "standing", "page"])
        session.observe(self._draw, names=["colours", "cards"])
        self._draw()

    def _draw(self, _change: object = None) -> None:
        study = self._study
        overview, standing = study.overview, study.standing
        if overview is None or standing is None:
            self._title.value = "No study yet: what it says so far will stand here"
            for widget in (self.bar, self.open, self.close):
                controls.show(widget, False)
            self._put(self._head)
            self.box.add_class("hw-empty")
            return
        self.box.remove_class("hw-empty")
        self._title.value = html.escape(f"{overview.name}: {say_progress(standing)}")
        self.bar.value = fraction(standing)
        controls.show(self.bar, standing.alive)
        controls.show(self.open, standing.has_page and not study.page)
        controls.show(self.close, bool(study.page))
        if study.page:
            self.page.value = study.page
            self._put(self._head, self.page)
            return
        self.page.value = ""
        self._now.value = html.escape(_now(overview, standing))
        colours = self._session.colours_of(kinds_of(overview))
        self.table.value = table_html(overview, standing, colours)
        if standing.count("done"):
            self._curve.show(overview, standing, colours)
        # put in, not shown: bqplot draws a figure without a size with negative ones
        wanted = (self._curve.box,) if standing.count("done") else (self._no_curve,)
        if self._beside.children != wanted:
            self._beside.children = wanted
        self._put(self._head, self._now, self._parts)

    def _put(self, *parts: widgets.Widget) -> None:
        if self.box.children != parts:
            self.box.children = parts


def fraction(standing: StudyStatus) -> float:
    """Return how much of a study is done, in [0, 1]: cells that ended, and the steps of those under way."""
    ended = standing.count("done", "failed")
    begun = sum(cell.fraction for cell in standing.cells.values() if cell.state not in ("done", "failed"))
    return (ended + begun) / max(len(standing.cells), 1)


def say_progress(standing: StudyStatus) -> str:
    """Return how far a study is, in words."""
    phase = PHASES[standing.phase]
    if standing.unread:
        phase = f"cannot be read; at {standing.as_of}: {phase}" if standing.as_of else "cannot be read"
    parts = [phase, f"{standing.count('done')} of {len(standing.cells)} cells done"]
    if failed := standing.count("failed"):
        parts.append(f"{failed} failed")
    if standing.alive:
        if at_work := standing.count("trained", "scored"):
            parts.append(f"{at_work} at work")
        if standing.left_s is not None and standing.phase == "works":
            parts.append(say_left(standing.left_s))
        elif standing.phase == "works" and standing.count("waits", "trained", "begun"):
            parts.append("time left is known when a cell is done")
    return " · ".join(parts)


def _now(overview: Overview, standing: StudyStatus) -> str:
    """Return what the numbers are, and which cells are at work."""
    tests = ", ".join(overview.tests)
    count = f"{overview.micrographs} micrographs of " if overview.micrographs else ""
    said = f"Hard Dice on {count}{tests}: mean and standard deviation over the seeds that are done."
    at_work = [
        f"{name} {cell.fraction:.0%}".replace("%", " %") if cell.state == "trained" else f"{name} is scored"
        for name, cell in standing.cells.items()
        if cell.state in ("trained", "scored")
    ]
    return f"{said} At work: {', '.join(at_work)}." if at_work else said
