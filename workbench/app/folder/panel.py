"""Folder: the networks and settings of the page on all micrographs of a folder; below the panes a row each."""

from __future__ import annotations

import html
import math

import ipywidgets as widgets

from workbench.app.core.files import Files
from workbench.app.folder.box import FolderBox
from workbench.app.folder.paths import HERE
from workbench.app.folder.settings import said_of
from workbench.app.folder.state import FolderState
from workbench.app.folder.traits import READING
from workbench.app.folder.words import counted, ended_by, fraction_of, phase_of, progress_of, summary_of
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.file_names import printable

AGAIN = "Try again"
FRAMES = {"first image": "first", "all images": "all"}
EXTRAS = {
    "figures": ("Figures", "A figure of each micrograph, with what each network makes of it"),
    "rois": ("Outlines for ImageJ", "A ZIP for the ROI Manager of each micrograph and network"),
    "more": ("Wait for more", "Of a microscope that is at work: new files are taken until Stop"),
}


@panel("folder", "Folder", order=34)
class FolderPanel(Panel):
    """Which folder, what is run on it, where that goes, and what is done with it."""

    icon = "M3.5 6.5h6l2 2.5h9v10.5h-17zM7 12.5h10M7 16h10"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the fields, the buttons and what is said between them."""
        self._state = state = self.session.subject(FolderState)
        make = self.controls
        fields = self._fields()
        self._found = controls.markup("", "hw-note", "hw-folder-found")
        self._settings = controls.markup("", "hw-folder-settings")
        self._warning = controls.text("", "hw-note", "hw-folder-warning")
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout=controls.full())
        self._progress = controls.markup("", "hw-note", "hw-folder-state")
        make["start"] = controls.button("Start", state.start, "", "hw-primary")
        make["pause"] = controls.button("Pause", self._pause)
        make["stop"] = controls.button("Stop", state.stop)
        self.folder_box = FolderBox(self.session, self.browser)
        self.deck = self.folder_box.box
        state.observe(
            self._shown,
            names=[
                *("count", "passed_over", "warning", "planned", "settings_warning", "differences"),
                *("standing", "begun_with", "unread", "died", "folder", "out", "follows"),
            ],
        )
        self.session.subject(Files).observe(self._shown, names="listing")
        self._shown()
        return controls.column(
            make["folder"],
            make["listed"],
            self._found,
            *fields,
            controls.text("As on this page", "hw-subtitle"),
            self._settings,
            self._warning,
            controls.row(make["start"], make["pause"], make["stop"]),
            self.bar,
            self._progress,
        )

    def _fields(self) -> list[widgets.Widget]:
        """Make what is asked, all but the folder itself as a list."""
        state, make = self._state, self.controls
        make["folder"] = controls.typed("Folder", "inside the data folder")
        make["listed"] = controls.button(
            "", state.choose_listed, "The folder that the list of files under Micrograph shows", "hw-link"
        )
        make["frames"] = controls.dropdown("Of a stack", FRAMES)
        make["nm_per_px"] = controls.typed("nm/px", "as each file says")
        make[
            "nm_per_px"
        ].tooltip = "Pixel size of all of them, whatever the files say; empty: as each file says"
        make["out"] = controls.typed("Results in", "inside the data folder")
        for name, (label, about) in EXTRAS.items():
            make[name] = controls.checkbox(label, about)
        for name in ("folder", "frames", "out", *EXTRAS):
            controls.bind(state, name, make[name])
        make["nm_per_px"].observe(self._size_set, names="value")
        state.observe(self._size_shown, names="nm_per_px")
        self._size_shown()
        return [make[name] for name in ("frames", "nm_per_px", "out", *EXTRAS)]

    def was_shown(self) -> None:
        """Watch what is under way in the folder of the results."""
        self._state.watch()

    def was_looked_at(self) -> None:
        """Look through the folder when it comes into sight."""
        self._state.be_looked_at(self.is_looked_at)

    def _pause(self) -> None:
        standing = self._state.standing
        paused = standing is not None and standing.phase == "paused"
        self._state.resume() if paused else self._state.pause()

    def _size_set(self, change: dict[str, str]) -> None:
        text = change["new"].strip()
        try:
            size = float(text.replace(",", ".")) if text else None
        except ValueError:
            size = math.nan
        if size is None or 0 < size < math.inf:
            self._state.nm_per_px = size
        else:
            self.session.message = (
                f"{text!r} is no pixel size; type a number of nm such as 0.05, or nothing: as each file says."
            )
        self._size_shown()

    def _size_shown(self, _change: object = None) -> None:
        size = self._state.nm_per_px
        self.controls["nm_per_px"].value = "" if size is None else f"{size:.6g}"

    def _shown(self, _change: object = None) -> None:
        state, make = self._state, self.controls
        standing = state.standing
        self._found.value = html.escape(_found(state))
        make["listed"].description = f"take {_named(state.listed)}"
        controls.show(make["listed"], state.listed != state.folder)
        self._settings.value = "<br>".join(html.escape(line) for line in self._lines())
        why = state.warning if state.warning != READING else ""
        why = why or state.settings_warning
        self._warning.value = html.escape(f"Cannot begin: {why}" if why else "")
        controls.show(self._warning, bool(why))
        paused = standing is not None and standing.phase == "paused"
        make["start"].description = _start_label(state)
        make["pause"].description = "Resume" if paused else "Pause"
        for name, why_not, tooltip in (
            (
                "start",
                state.why_not_start(),
                _start_tooltip(make["start"].description),
            ),
            (
                "pause",
                state.why_not_pause(),
                "Go on with the next one" if paused else "Finish what is worked on, and wait",
            ),
            ("stop", state.why_not_stop(), "What is complete stays; then it can go on"),
        ):
            make[name].disabled, make[name].tooltip = bool(why_not), why_not or tooltip
        controls.show(self.bar, standing is not None and standing.alive)
        self.bar.value = 0.0 if standing is None else fraction_of(standing)
        self._progress.value = "<br>".join(html.escape(line) for line in _standing(state))
        self.summary = summary_of(standing)

    def _lines(self) -> list[str]:
        """Return what is run, and in what that is not what the page shows or what was begun before."""
        state, cards = self._state, self.session.cards
        lines = [] if state.planned is None else [f"{said_of(state.planned, cards)}."]
        lines += state.differences
        if state.begun_with is not None and state.begun_otherwise:
            lines.append(
                f"What is in {state.out} was made otherwise: {said_of(state.begun_with, cards)}. "
                "It is made anew where it differs."
            )
        return lines


def _named(folder: str) -> str:
    return "the data folder" if folder == HERE else printable(folder)


def _found(state: FolderState) -> str:
    """Return what is in the folder."""
    if state.warning == READING:
        return READING
    if state.count is None:
        return ""
    return " ".join(
        [f"{counted(state.count)} in {_named(state.folder)}.", *map(_sentence, state.passed_over)]
    )


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:]


def _start_label(state: FolderState) -> str:
    standing = state.standing
    if standing is None or state.begun_otherwise:
        return "Start"
    if standing.phase == "finished" and standing.count("failed"):
        return AGAIN
    return "Go on" if standing.phase == "open" else "Start"


def _start_tooltip(label: str) -> str:
    again = "Work on those again that failed" if label == AGAIN else "In a process of its own"
    return f"{again}; closing the page stops nothing"


def _standing(state: FolderState) -> list[str]:
    """Return how it stands, and what ended it."""
    standing = state.standing
    if standing is None:
        return []
    phase = phase_of(standing, state.unread, state.as_of)
    return [f"{_sentence(phase)}: {progress_of(standing)}.", *filter(None, [ended_by(standing, state.died)])]
