"""What happened in a run: ``events.jsonl``, one JSON object a line, appended and flushed."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError
from workbench.networks.checkpoint import write_whole
from workbench.whole_files import read_whole


def append_event(path: Path, event: str, **values: Any) -> None:
    """Append one event, with the time.

    Raises
    ------
    ComputeError
        If there is no room for it.
    """
    line = json.dumps({"time": round(time.time(), 3), "event": event, **values}) + "\n"
    try:
        with path.open("ab+") as log:
            if log.seek(0, os.SEEK_END):
                log.seek(-1, os.SEEK_END)
                if log.read(1) != b"\n":
                    line = "\n" + line  # a crash cut the last line short: it must not take this one along
            log.write(line.encode())
    except OSError as error:
        raise ComputeError(
            f"{path.parent}: events cannot be written ({error.strerror or error}); make room and resume."
        ) from error


def read_events(path: Path) -> list[dict[str, Any]]:
    """Return what was logged; a line cut short by a crash is left out.

    Raises
    ------
    ComputeError
        If the file cannot be read now.
    """
    events = []
    for line in (read_whole(path) or "").splitlines():
        with suppress(json.JSONDecodeError):
            event = json.loads(line)
            if isinstance(event, dict):
                events.append(event)
    return events


def forget_epochs(path: Path, epoch: int) -> None:
    """Take out what was logged of an epoch and later ones: they are done again after a resume."""
    events = read_events(path)
    kept = [event for event in events if event.get("event") != "epoch" or event["epoch"] < epoch]
    if len(kept) < len(events):
        write_whole(path, "".join(json.dumps(event) + "\n" for event in kept).encode())
