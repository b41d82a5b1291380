"""The curves of a run: scalars in TensorBoard's event files, and losses for the page in ``curve.csv``."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.summary import scalar

from workbench.errors import ComputeError
from workbench.training.curve_file import CURVE, keep_points

FLUSH_EVERY_S = 1.0


class Curves:
    """Writes the curves of a run.

    Events are written by this thread: tensorboardX's own writes from another, and waits for ever on a full disk.

    Parameters
    ----------
    folder : Path
        Of the run.
    step : int
        Steps that are done; what an interrupted run wrote of later ones is no longer shown.

    Raises
    ------
    ComputeError
        Here and in each method, if there is no room.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._folder, self._flushed = folder, time.monotonic()
        with ExitStack() as opened:
            try:
                keep_points(folder, step)
                self._csv = opened.enter_context((folder / CURVE).open("a", encoding="utf-8"))
                # the name has the time in seconds, and a file of the same name would be emptied
                self._events = EventsWriter(str(folder / "events"), f".{os.getpid()}.{step:08d}")
                opened.callback(self.close)
                if step:  # TensorBoard forgets what came before of this step and later ones
                    self._event(step=step + 1, file_version="brain.Event:2")
                    self._event(step=step + 1, session_log=SessionLog(status=SessionLog.START))
            except OSError as error:
                raise self._full(error) from error
            opened.pop_all()

    def add(self, step: int, **values: float) -> None:
        """Add a point to each curve; a double underscore in a name is a slash on the screen."""
        try:
            for name, value in values.items():
                self._event(step=step, summary=scalar(name.replace("__", "/"), value))
            if "loss__training" in values:
                self._csv.write(f"{step},{values['loss__training']:.6g},{values['learning_rate']:.6g}\n")
        except OSError as error:
            raise self._full(error) from error
        if time.monotonic() - self._flushed > FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Write what was added."""
        self._flushed = time.monotonic()
        try:
            self._csv.flush()
            self._events.flush()
        except OSError as error:
            raise self._full(error) from error

    def close(self) -> None:
        """End the files; what does not fit on the disk any more is left out."""
        for file in (self._csv, self._events):
            try:
                file.close()
            except OSError:
                continue

    def _event(self, **values: object) -> None:
        self._events.write_event(Event(wall_time=time.time(), **values))

    def _full(self, error: OSError) -> ComputeError:
        return ComputeError(
            f"{self._folder}: curves cannot be written ({error.strerror or error}); make room and resume."
        )
