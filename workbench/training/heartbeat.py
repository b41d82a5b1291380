"""The sign of life of a run: one small file, replaced about once a second, that says what it does and how far it is."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from workbench.whole_files import read_whole, written_whole

Phase = Literal["queued", "preparing", "training", "validating", "paused"]
EVERY_S = 1.0


@dataclass(frozen=True)
class Heartbeat:
    """What a run said last.

    Parameters
    ----------
    time : float
        Seconds since 1970.
    phase : str
        ``queued``, ``preparing``, ``training``, ``validating`` or ``paused``.
    step, steps : int
        Steps done, and of the whole run.
    said : str
        A few words for the screen.
    """

    time: float
    phase: Phase
    step: int = 0
    steps: int = 0
    said: str = ""

    @property
    def age_s(self) -> float:
        """Seconds since."""
        return max(time.time() - self.time, 0.0)


class HeartbeatWriter:
    """Beats for one run, at most once in `EVERY_S` seconds unless the phase changes.

    Parameters
    ----------
    run : Path
        Folder of the run. Nothing is made where it is gone: a run that was deleted does not come back by its heart.
    """

    def __init__(self, run: Path) -> None:
        self._path = file_of(run)
        self._phase: Phase | None = None
        self._said_at = 0.0

    def beat(self, phase: Phase, step: int = 0, steps: int = 0, said: str = "") -> None:
        """Say what is done."""
        now = time.monotonic()  # a clock that is set back must not silence a run
        if phase == self._phase and now - self._said_at < EVERY_S:
            return
        self._phase, self._said_at = phase, now
        beat = Heartbeat(time.time(), phase, step, steps, said)
        # A full disk is said where the state is written; a missed beat is not worth a run.
        with suppress(OSError), written_whole(self._path, ".tmp") as half:
            half.write_text(json.dumps(asdict(beat)), encoding="utf-8")


def read_beat(run: Path) -> Heartbeat | None:
    """Return the last sign of life of the run in this folder; None where there is none.

    Raises
    ------
    ComputeError
        If it cannot be read now.
    """
    text = read_whole(file_of(run))
    try:
        return None if text is None else Heartbeat(**json.loads(text))
    except (ValueError, TypeError):
        return None


def file_of(run: Path) -> Path:
    """Return where a run's heartbeat is kept."""
    return run / "state" / "heartbeat.json"
