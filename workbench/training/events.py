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
    """Return what was logged; a line cut short by a crash is left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        with suppress(json.JSONDecodeError):
            events.append(json.loads(line))
    return events


def forget_epochs(path: Path, epoch: int) -> None:
    """Take out what was logged of an epoch and later ones: they are done again after a resume."""
    events = read_events(path)
    kept = [event for event in events if event.get("event") != "epoch" or event["epoch"] < epoch]
    if len(kept) < len(events):
        write_whole(path, "".join(json.dumps(event) + "\n" for event in kept).encode())
