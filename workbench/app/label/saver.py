"""Writes labels in the background, the last state of each, so that no stroke waits for a disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import Label, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.micrograph import Micrograph

FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 30.0

log = logging.getLogger(__name__)


class UnsavedLabel(NamedTuple):
    """A label that is not on the disk as it is drawn."""

    file: LabelFile
    label: Label
    micrograph: Micrograph


class LabelSaver:
    """One thread, while there is something to write.

    A label that could not be written, for whatever reason, is kept and tried again: after 2 s, 4 s and so on up to
    every 30 s, and with each new stroke.

    Parameters
    ----------
    lock : RLock
        Held while values are copied; whoever draws holds it.
    begun : callable(file, values)
        Told before a label is written.
    clash : callable(file)
        Told instead where another program has changed the file: nothing is written.
    done : callable(file, why)
        Told afterwards; ``why`` is the sentence that says why it was not written, empty where it was.
    written : callable(strokes), optional
        Told the names of the strokes that are on the disk now, see `name`.
    """

    def __init__(
        self,
        lock: threading.RLock,
        begun: Callable[[LabelFile, LabelValues], None],
        clash: Callable[[LabelFile], None],
        done: Callable[[LabelFile, str], None],
        written: Callable[[list[str]], None] | None = None,
    ) -> None:
        self._lock, self._begun, self._clash, self._done = lock, begun, clash, done
        self._written = written or (lambda _strokes: None)
        self._strokes: dict[Path, list[str]] = {}  # drawn, and not on the disk
        self._waiting: dict[Path, UnsavedLabel] = {}
        self._writing: UnsavedLabel | None = None
        self._failed: dict[Path, UnsavedLabel] = {}
        self._clashed: dict[Path, UnsavedLabel] = {}
        self._retry_s = FIRST_RETRY_SECONDS
        self._timer: threading.Timer | None = None
        self._thread: threading.Thread | None = None

    def save(self, file: LabelFile, label: Label, micrograph: Micrograph) -> None:
        """Write a label soon; what is drawn until then is written with it."""
        with self._lock:
            self._failed.pop(file.path, None)
            self._clashed.pop(file.path, None)
            self._waiting[file.path] = UnsavedLabel(file, label, micrograph)
            self._start()

    def name(self, path: Path, stroke: str) -> bool:
        """Note, with the lock held, that a stroke was drawn on a file's label; False if it is on the disk already."""
        if self.unsaved(path) is None:
            return False
        self._strokes.setdefault(path, []).append(stroke)
        return True

    def named(self, stroke: str) -> bool:
        """Say whether a stroke is still to be written."""
        with self._lock:
            return any(stroke in strokes for strokes in self._strokes.values())

    def unsaved(self, path: Path) -> UnsavedLabel | None:
        """Return the label of a file that is still to be written, could not be, or clashed; None without one."""
        with self._lock:
            if path in self._waiting:
                return self._waiting[path]
            if self._writing is not None and self._writing.file.path == path:
                return self._writing
            return self._failed.get(path) or self._clashed.get(path)

    def wait(self) -> None:
        """Wait until all is written, or ``done`` was told why not."""
        while (thread := self._thread) is not None:
            thread.join()

    def _start(self) -> None:
        if self._thread is None:
            # not a daemon, so that a kernel that ends keeps the last stroke
            self._thread = threading.Thread(target=self._work, name="save label")
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    self._plan_retry()
                    return
                unsaved = self._writing = self._waiting.pop(next(iter(self._waiting)))
            try:
                self._write(unsaved)
            except WorkbenchError as error:
                self._keep(unsaved, str(error))
            except Exception as error:
                log.exception("A label was not saved.")
                reason = str(error) or type(error).__name__
                self._keep(
                    unsaved,
                    f"{unsaved.file.path.name} was not saved ({reason}); what is drawn is kept, and tried again.",
                )
            finally:
                self._writing = None

    def _write(self, unsaved: UnsavedLabel) -> None:
        with self._lock:
            values = unsaved.label.values.copy()
            drawn = list(self._strokes.get(unsaved.file.path, ()))
        self._begun(unsaved.file, values)
        if unsaved.file.changed_elsewhere():
            with self._lock:
                self._clashed[unsaved.file.path] = unsaved
            self._clash(unsaved.file)
            return
        unsaved.file.write(values, unsaved.micrograph.nm_per_px, unsaved.micrograph.name)
        self._retry_s = FIRST_RETRY_SECONDS
        if drawn:
            with self._lock:
                left = self._strokes.pop(unsaved.file.path)[len(drawn) :]
                if left:
                    self._strokes[unsaved.file.path] = left
            self._written(drawn)
        self._done(unsaved.file, "")

    def _keep(self, unsaved: UnsavedLabel, why: str) -> None:
        with self._lock:
            if unsaved.file.path not in self._waiting:  # else a later stroke tries at once
                self._failed[unsaved.file.path] = unsaved
        try:
            self._done(unsaved.file, why)
        except Exception:  # whoever shows it has gone; what is drawn is kept all the same
            log.exception("Nobody could be told that a label was not saved.")

    def _plan_retry(self) -> None:
        if self._failed and self._timer is None:
            self._timer = threading.Timer(self._retry_s, self._retry)
            self._timer.daemon = True
            self._timer.start()
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_SECONDS)

    def _retry(self) -> None:
        with self._lock:
            self._timer = None
            self._waiting = {**self._failed, **self._waiting}
            self._failed.clear()
            if self._waiting:
                self._start()
