"""Chooses, starts and stops a study, and reads from its folder how it stands: the state of Study."""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from traitlets import observe

from workbench.app.core.context import Context, Subject
from workbench.app.core.former_names import with_former_names
from workbench.app.core.polling import Background, in_background, keep_looking, reason
from workbench.app.core.subjects import subject
from workbench.app.core.waiting import Waiting
from workbench.app.study.page import page_html
from workbench.app.study.plans import find_plans, folder_inside, read_text, under_way, usual_folder
from workbench.app.study.saved import StudySaved
from workbench.app.study.traits import READING, StudyTraits
from workbench.errors import ComputeError, WorkbenchError
from workbench.study.launch import ask_to_stop, start_process
from workbench.study.overview import Overview, overview
from workbench.study.status import StudyStatus, Watcher

LOOK_EVERY_S = 1.0


@with_former_names({"doubt": "warning", "look_for_plans": "list_plans"})
@subject("study", order=100)
class StudyState(StudyTraits, Subject):
    """One study: its plan and its folder, both inside the data folder. Any thread may call the methods.

    A study is its folder, and lives in a process of its own: a page that is opened later finds it again, also one that
    was started from the command line. Paths in the plan are relative to the data folder.

    Parameters
    ----------
    session : Context
        The page that holds this.
    """

    saves = StudySaved
    kept_names = ("plan", "out", "workers")
    script_at = "first"
    script_names = ("contextlib",)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._data = weakref.ref(session), session.data
        self._lock = threading.RLock()
        self._choosing = self._watching = False
        self._asked = 0
        self._text = ""
        self._unreadable = False
        self._read_at = ""
        self._watcher: Watcher | None = None

    # -- what a hand does

    def choose(self, plan: str, out: str | None = None, workers: int | None = None) -> Background:
        """Choose a plan of the data folder, and read it in the background.

        Parameters
        ----------
        plan : str
            TOML, inside the data folder.
        out : str, optional
            Folder of the study, inside the data folder; by default the one in which this plan was begun, else
            ``out/`` and its name.
        workers : int, optional
            Cells at a time.

        Returns
        -------
        Background
            Ends when ``overview`` is there, or ``warning`` says why not.
        """
        with self._lock:
            self._choosing = True
            try:
                self.plan = plan.strip()
                self.out = out if out is not None else usual_folder(self._data, self.plan) if plan else ""
                self.workers = self.workers if workers is None else workers
            finally:
                self._choosing = False
        return self.check()

    def start(self) -> Waiting[StudyStatus | None]:
        """Begin the study, or go on with it, in a process of its own; the message of the page says why not.

        Returns
        -------
        Waiting
            Its ``result()`` waits until nobody works on it any more, and returns how it stands.
        """
        self._begin(retry=False, why=self.why_not_start())
        return self._waiting()

    def retry_failed(self) -> Waiting[StudyStatus | None]:
        """Go on with the study and work on the cells again that failed; returned is what `start` returns."""
        self._begin(retry=True, why=self.why_not_retry())
        return self._waiting()

    def _waiting(self) -> Waiting[StudyStatus | None]:
        def at_work() -> bool:
            self.look()
            return self.standing is not None and bool(self.standing.alive)

        return Waiting(at_work, lambda: self.standing, LOOK_EVERY_S)

    def stop(self) -> None:
        """Let each cell under way end its step and keep its state; none begins."""
        try:
            if why := self.why_not_stop():
                raise ComputeError(why)
            ask_to_stop(folder_inside(self._data, self.out))
        except WorkbenchError as error:
            self._say(str(error))
        self.look()

    def show_page(self) -> None:
        """Show the page that the study wrote, in place of its table."""
        try:
            self.page = page_html(folder_inside(self._data, self.out))
        except WorkbenchError as error:
            self._say(str(error))

    def close_page(self) -> None:
        """Show the table of the cells again."""
        self.page = ""

    # -- kept with the page

    def to_save(self) -> dict[str, Any]:
        """Return what is asked, where a plan is chosen."""
        return {"study": self.asked()}

    def restore(self, saved: StudySaved) -> None:
        """Choose what was saved; what does not fit is left out, for a file is not to be trusted."""
        asked = saved.study
        plan, out, workers = asked.get("plan"), asked.get("out"), asked.get("workers")
        if isinstance(plan, str) and isinstance(out, str) and plan:
            self.choose(plan, out, workers if isinstance(workers, int) and 1 <= workers <= 64 else None)

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return a line for each study that was started on the page; what is done of it is not done again."""
        lines = []
        for plan, out, workers, retry in self.written:
            options = f"workers={workers}" + (", retry=True" if retry else "")
            lines.append(f"    wb.run_study({json.dumps(plan)}, {json.dumps(out)}, {options})")
        if not lines:
            return []
        folder = f"with contextlib.chdir({str(self._data.root)!r}):  # paths in a plan are relative to it"
        return [folder, *lines, ""]

    # -- what follows

    def list_plans(self) -> Background:
        """List the plans of the data folder in the background.

        Where none is chosen, what is under way is; one that could not begin is looked over again.
        """

        def look() -> None:
            self.plans = find_plans(self._data)
            if self.plan and self.warning and self.warning != READING:
                self.check()
            running = None if self.plan else under_way(self._data)
            if running is not None:
                self.choose(*running)
            elif not self.plan and not self.plans:
                root = self._data.root
                self.warning = (
                    f"There is no plan in {root} or its folder studies; put one there, a file in TOML."
                )

        return self._in_background(look)

    @observe("plan")
    def _plan_changed(self, _change: object) -> None:
        with self._lock:
            if not self._choosing:
                self.choose(self.plan)

    @observe("out")
    def _out_changed(self, _change: object) -> None:
        with self._lock:
            if not self._choosing:
                self.check()

    def check(self) -> Background:
        """Read the plan, and look whether its sets are there, on the worker; the thread ends when that is told."""
        with self._lock:
            self._asked += 1
            mine = self._asked
            self._watcher, self._text, self._unreadable = None, "", False
            self.overview, self.standing, self.page, self.warning = None, None, "", READING

        def read() -> None:
            answered = threading.Event()

            def answer(found: Overview | None, why: str) -> None:
                try:
                    self._on_overview(mine, found, why)
                finally:
                    answered.set()

            session = self._session()
            text = None
            try:
                text = read_text(self._data, self.plan)
                out = folder_inside(self._data, self.out)
            except WorkbenchError as error:
                with self._lock:
                    self._unreadable = text is None and mine == self._asked
                answer(None, str(error))
                return
            if session is None:
                return
            with self._lock:
                self._text = text if mine == self._asked else self._text
            session.compute.submit(
                overview,
                text,
                self.plan,
                out,
                self._data.root,
                what="The plan",
                on_done=lambda found: answer(found, ""),
                on_error=lambda said: answer(None, said),
                on_stopped=lambda: answer(None, "The plan was not read; choose it again."),
            )
            answered.wait()

        return self._in_background(read)

    def _on_overview(self, mine: int, found: Overview | None, why: str) -> None:
        with self._lock:
            if mine != self._asked:
                return  # something has been changed since
            if found is not None:
                self._watcher = Watcher(folder_inside(self._data, self.out), found.cells)
                self.standing = self._look_with(self._watcher)
                self.overview = found
                why = " ".join(found.warnings) or ("" if found.cells else "The plan has no cells.")
            self.warning = why

    def watch(self) -> None:
        """Look at the study once a second from here on, for as long as the page lives."""
        with self._lock:
            if self._watching:
                return
            self._watching = True
        keep_looking(self, LOOK_EVERY_S, "study")

    def look(self) -> None:
        """Read the folder of the study again; a plan that was changed since is read again, too."""
        with self._lock:
            watcher, text, mine = self._watcher, self._text, self._asked
        if (text or self._unreadable) and self._changed(text):
            self.check()
            return
        if watcher is None:
            return
        found = self._look_with(watcher)
        with self._lock:
            if mine != self._asked or found == self.standing:
                return
            before, self.standing = self.standing, found
        if found.unread and not (before is not None and before.unread):
            self._say(f"The study cannot be read now: {found.unread}. What is shown is as it was.")

    def could_not_look(self, why: str) -> None:
        """Say why the study could not be looked at, and mark what is shown of it: it is as it was before."""
        self._say(f"The study cannot be watched now: {why}. What is shown is as it was.")
        with self._lock:
            if self.standing is not None:
                self.standing = self._stale(why)

    def _look_with(self, watcher: Watcher) -> StudyStatus:
        """Return how the study stands; where its folder cannot be read, how it stood, marked."""
        try:
            found = watcher.look()
        except (WorkbenchError, OSError, psutil.Error) as error:
            return self._stale(reason(error))
        self._read_at = time.strftime("%H:%M:%S")
        return found

    def _stale(self, why: str) -> StudyStatus:
        return replace(self.standing or StudyStatus("new"), unread=why, as_of=self._read_at, left_s=None)

    def _changed(self, text: str) -> bool:
        """Say whether the plan is another than this text; one that is there and cannot be read now is none."""
        try:
            return read_text(self._data, self.plan) != text
        except WorkbenchError:
            return bool(text) and not _is_there(self._data.root / self.plan)

    def _begin(self, retry: bool, why: str) -> None:
        try:
            if why:
                raise ComputeError(why)
            start_process(
                self._data.resolve(self.plan),
                folder_inside(self._data, self.out),
                working_folder=self._data.root,
                workers=self.workers,
                retry=retry,
            )
        except WorkbenchError as error:
            self._say(str(error))
        else:
            self.page = ""
            again = (self.plan, self.out)
            self.written = [
                *(started for started in self.written if started[:2] != again),
                (*again, self.workers, retry),
            ]
        self.look()

    def _say(self, why: str) -> None:
        session = self._session()
        if session is not None:
            session.message = why

    def _in_background(self, act: Callable[[], None]) -> Background:
        return in_background(act, "study", "reading the study", self._could_not_read)

    def _could_not_read(self, why: str) -> None:
        self._say(why)
        with self._lock:
            if self.warning == READING:
                self.warning = why


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
