"""Runs what is set on the page on all micrographs of a folder, and reads how that stands: the state of Folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
from traitlets import observe

from workbench.app.core.context import Context, Subject
from workbench.app.core.files import Files
from workbench.app.core.opening import Opening
from workbench.app.core.polling import Background, in_background, keep_looking, reason
from workbench.app.core.subjects import subject
from workbench.app.core.waiting import Waiting
from workbench.app.folder.paths import (
    HERE,
    files_there,
    micrograph_folder,
    results_folder,
    stamp_of,
    usual_out,
)
from workbench.app.folder.saved import AskedOfFolder, FolderSaved
from workbench.app.folder.script import line_of
from workbench.app.folder.settings import differences, plan_of
from workbench.app.folder.traits import READING, FolderTraits
from workbench.app.particles.state import UNDONE, ParticlesState
from workbench.batch import launch
from workbench.batch.plan import BatchPlan
from workbench.batch.status import PROCESS_FILE, BatchStatus, read_status
from workbench.errors import ComputeError, WorkbenchError
from workbench.file_names import printable
from workbench.segment_inputs import find_inputs

LOOK_EVERY_S = 1.0
SET_ON_PAGE = (
    *("selected", "thresholds", "dilations", "scales", "followed", "cards", "micrograph", "origin"),
    *("min_area", "min_area_unit", "fill_holes", "split_touching", "pixel_sizes", "particle_widths"),
)


@subject("folder", order=95)
class FolderState(FolderTraits, Subject):
    """One folder of micrographs, and one of results, inside the data folder. Any thread may call the methods.

    A batch is its folder of results, and lives in a process of its own: a page that is opened later finds it again,
    also one that was begun from the command line, once ``out`` names its folder.

    Parameters
    ----------
    session : Context
        The page that holds this.

    Examples
    --------
    ``session.folder.choose("sample-3")`` chooses ``sample-3`` and ``sample-3/results``; ``session.folder.start()``
    begins, and its ``.result()`` waits for the end.
    """

    saves = FolderSaved
    script_at = "first"
    kept_names = ("folder", "out", "follows", "frames", "nm_per_px", "figures", "rois", "more")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._page, self._data = session, session.data
        self._lock = threading.RLock()
        self._choosing = self._watching = self._active = False
        self._asked = 0
        self._checking: Background | None = None
        self._where: Path | None = None
        self._stamp: tuple[tuple[int, ...], ...] | None = None
        self.as_of = ""

    def begin(self) -> None:
        """Follow what is set on the page, and the list of files."""
        self._page.observe(self._settings_changed, names=list(SET_ON_PAGE))
        self._page.subject(Files).observe(self._listed, names="listing")
        self._page.subject(ParticlesState).observe(self._settings_changed, names=list(UNDONE))
        self.observe(self._settings_changed, names=["folder", "frames", "nm_per_px", "figures", "rois"])
        self._settings_changed()

    # -- what a hand does

    def choose(self, folder: str, out: str | None = None) -> Background:
        """Choose a folder of micrographs, and look through it in the background.

        Parameters
        ----------
        folder : str
            Inside the data folder; a full stop: the data folder itself.
        out : str, optional
            Folder of the results, inside the data folder; by default ``results`` in that of the micrographs.

        Returns
        -------
        Background
            Ends when ``count`` is there, or ``warning`` says why not.
        """
        return self._choose(folder, out, follows=False)

    def choose_listed(self) -> Background:
        """Choose the folder that the list of files shows, and follow it from here on."""
        return self._choose(self.listed, None, follows=True)

    @property
    def listed(self) -> str:
        """The folder that the list of files under Micrograph shows."""
        return self._page.subject(Files).listing.folder or HERE

    def start(self) -> Waiting[BatchStatus | None]:
        """Begin, or go on, in a process of its own; the message of the page says why not.

        Returns
        -------
        Waiting
            Its ``result()`` waits until nobody works on it any more, and returns how it stands.
        """
        with self._lock:
            checking = self._checking
        (checking or self.check()).join()
        self.look()
        try:
            if why := self.why_not_start():
                raise ComputeError(why)
            plan, out = self._plan(), results_folder(self._data, self.out)
            launch.start_process(plan, out, follow=self.more)
        except WorkbenchError as error:
            self._say(str(error))
        else:
            self.follows = False
            self.written = [*(one for one in self.written if one[1] != out), (plan, out)]
        self.look()
        return Waiting(self._at_work, lambda: self.standing, LOOK_EVERY_S)

    def pause(self) -> None:
        """Let those that are worked on be finished, and no other begin until `resume`."""
        self._wish(launch.ask_to_pause)

    def resume(self) -> None:
        """Go on with what was paused."""
        self._wish(launch.resume)

    def stop(self) -> None:
        """Let no other micrograph begin; what is complete stays, and `start` goes on."""
        self._wish(launch.ask_to_stop)

    def open(self, number: int) -> Background | None:
        """Open a micrograph of the batch on the page, with the pixel size that was given for all or for it.

        Parameters
        ----------
        number : int
            Its place in ``standing.micrographs``, from 1; another one opens nothing.
        """
        standing, plan = self.standing, self.begun_with
        if standing is None or not 1 <= number <= len(standing.micrographs):
            return None
        one = standing.micrographs[number - 1]
        size = None if plan is None else plan.nm_per_px or plan.sizes.get(one.file)
        return self._page.subject(Opening).file(one.file, one.frame, nm_per_px=size)

    def number_of_open(self) -> int:
        """Return the place of the open micrograph in ``standing.micrographs``, from 1; 0: it is none of them."""
        origin, standing = self._page.origin, self.standing
        if origin is None or origin.kind != "file" or standing is None:
            return 0
        path = str(self._data.root / origin.path)
        places = enumerate(standing.micrographs, 1)
        return next((at for at, one in places if (one.file, one.frame) == (path, origin.frame)), 0)

    # -- kept with the page

    def to_save(self) -> dict[str, Any]:
        """Return what is asked."""
        return {"batch": self.asked()}

    def restore(self, saved: FolderSaved) -> None:
        """Choose what was saved; a batch that was begun there is found again."""
        asked = AskedOfFolder.model_validate(saved.batch)
        with self._lock:
            self._choosing = True
            try:
                for name, value in asked:
                    setattr(self, name, value)
            finally:
                self._choosing = False
        if asked.follows:
            self._listed()
        self._check_if_active()

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return a line for each batch that was begun on the page; what is done of it is not done again."""
        return [*(line_of(plan, out) for plan, out in self.written), *([""] if self.written else [])]

    # -- what follows

    @observe("folder")
    def _folder_changed(self, _change: object) -> None:
        if not self._choosing:
            self.choose(self.folder)

    @observe("out")
    def _out_changed(self, _change: object) -> None:
        with self._lock:
            self._where, self._stamp, self.as_of = None, None, ""
            self.standing, self.begun_with, self.files, self.unread = None, None, [], ""
            if self._choosing:
                return
            self.follows = False
        self.check()

    def _choose(self, folder: str, out: str | None, follows: bool) -> Background:
        self._take(folder, out, follows)
        return self.check()

    def _take(self, folder: str, out: str | None, follows: bool) -> None:
        with self._lock:
            self._choosing = True
            try:
                self.folder = folder.strip() or HERE
                self.out = usual_out(self.folder) if out is None else out
                self.follows = follows
            finally:
                self._choosing = False

    def _listed(self, _change: object = None) -> None:
        if self.follows and self.listed != self.folder:
            self._take(self.listed, None, follows=True)
            self._check_if_active()

    def _check_if_active(self) -> None:
        if self._active:
            self.check()
        else:
            with self._lock:
                self._asked += 1
                self._checking, self.count, self.warning = None, None, READING

    def be_looked_at(self, active: bool) -> None:
        """Look through the folder whenever its panel comes into sight: files come and go."""
        before, self._active = self._active, active
        if active and not before:
            self.check()

    def check(self) -> Background:
        """Look through both folders; the thread ends when ``count`` or ``warning`` tells what came of it."""
        with self._lock:
            self._asked += 1
            mine = self._asked
            self.warning = READING
            folder, out = self.folder, self.out

            def read() -> None:
                count, passed_over, why = None, [], ""
                try:
                    place = micrograph_folder(self._data, folder)
                    results_folder(self._data, out)
                    found = find_inputs([place])
                    count = len(found.files)
                    passed_over = [_without(note, place) for note in found.notes]
                except WorkbenchError as error:
                    why = str(error).replace(f"{self._data.root}/", "")
                self.look()
                with self._lock:
                    if mine == self._asked:
                        with self.hold_trait_notifications():
                            self.count, self.passed_over, self.warning = count, passed_over, why

            self._checking = in_background(read, "folder", "reading the folder", self._could_not_read)
            return self._checking

    def _could_not_read(self, why: str) -> None:
        with self._lock:
            self.count, self.warning = None, why

    def _settings_changed(self, _change: object = None) -> None:
        planned, why = None, ""
        try:
            planned = self._plan()
        except WorkbenchError as error:
            why = str(error)
        said = differences(self._page, self.nm_per_px)
        with self._lock, self.hold_trait_notifications():
            self.planned, self.settings_warning, self.differences = planned, why, said

    def _plan(self) -> BatchPlan:
        inputs = [Path(self._data.root / self.folder).resolve()]
        extras = {"frames": self.frames, "figures": self.figures, "rois": self.rois}
        return plan_of(self._page, inputs, self.nm_per_px, **extras)

    # -- how it stands

    def watch(self) -> None:
        """Look at the batch once a second from here on, for as long as the page lives."""
        with self._lock:
            if self._watching:
                return
            self._watching = True
        keep_looking(self, LOOK_EVERY_S, "folder")

    def look(self) -> None:
        """Read again how the batch stands in the folder of the results."""
        with self._lock:
            out = self.out
            try:
                where = self._where = self._where or results_folder(self._data, out)
            except WorkbenchError:
                return  # said by what checks it
        stamp = stamp_of(where)
        if stamp == self._stamp and not self.unread and not (self.standing and self.standing.alive):
            return  # thousands of micrographs need not be read each second where nobody works on them
        try:
            standing, begun, files = read_status(where), _plan_there(where), files_there(where)
            left = (where / PROCESS_FILE).is_file()
        except (WorkbenchError, OSError, psutil.Error) as error:
            self.could_not_look(reason(error))
            return
        with self._lock, self.hold_trait_notifications():
            if where != self._where:
                return
            self._stamp, self.as_of = stamp, time.strftime("%H:%M:%S")
            self.unread, self.begun_with, self.files = "", begun, files
            self.died = left and standing is not None and not standing.alive
            if standing != self.standing:
                self.standing = standing

    def could_not_look(self, why: str) -> None:
        """Say once why it could not be looked at; what is shown is as it was."""
        with self._lock:
            before, self.unread = self.unread, why
        if not before:
            self._say(f"The folder of the results cannot be read now: {why}. What is shown is as it was.")

    def _at_work(self) -> bool:
        self.look()
        return self.standing is not None and self.standing.alive

    def _wish(self, ask: Callable[[Path], None]) -> None:
        try:
            if why := self.why_not_pause():
                raise ComputeError(why)
            ask(results_folder(self._data, self.out))
        except WorkbenchError as error:
            self._say(str(error))
        self.look()

    def _say(self, why: str) -> None:
        self._page.message = why


def _plan_there(out: Path) -> BatchPlan | None:
    """Return what a batch was begun with; None where its plan is none: a new one takes its place."""
    try:
        return BatchPlan.read(out)
    except ComputeError:
        raise
    except WorkbenchError:
        return None


def _without(note: str, folder: Path) -> str:
    """Return a sentence on the files of a folder without the path of that, which stands before it anyway."""
    return note.removeprefix(f"{printable(str(folder))}: ")
