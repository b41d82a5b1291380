"""Writes labels in the background, the last state of each, so that no stroke waits for a disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import Label, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.micrograph import Micrograph


class LabelSaver:
    """One thread, while there is something to write.

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
    """

    def __init__(
        self,
        lock: threading.RLock,
        begun: Callable[[LabelFile, LabelValues], None],
        clash: Callable[[LabelFile], None],
        done: Callable[[LabelFile, str], None],
    ) -> None:
        self._lock, self._begun, self._clash, self._done = lock, begun, clash, done
        self._waiting: dict[Path, tuple[LabelFile, Label, Micrograph]] = {}
        self._thread: threading.Thread | None = None

    def save(self, file: LabelFile, label: Label, micrograph: Micrograph) -> None:
        """Write a label soon; what is drawn until then is written with it."""
        with self._lock:
            self._waiting[file.path] = (file, label, micrograph)
            if self._thread is None:
                # not a daemon, so that a kernel that ends keeps the last stroke
                self._thread = threading.Thread(target=self._work, name="save label")
                self._thread.start()

    def wait(self) -> None:
        """Wait until all is written."""
        while (thread := self._thread) is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                file, label, micrograph = self._waiting.pop(next(iter(self._waiting)))
                values = label.values.copy()
            self._begun(file, values)
            if file.changed_elsewhere():
                self._clash(file)
                continue
            try:
                file.write(values, micrograph.nm_per_px, micrograph.name)
            except WorkbenchError as error:
                self._done(file, str(error))
            else:
                self._done(file, "")
