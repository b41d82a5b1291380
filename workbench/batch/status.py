"""How a batch stands, read from its folder alone, whoever works on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.errors import ComputeError
from workbench.process_files import read_process
from workbench.whole_files import read_whole, written_whole

STATUS_FILE = "batch-status.json"
PROCESS_FILE = ".batch-process.json"
LOCK_FILE = ".batch.lock"
LOG_FILE = "batch-log.txt"
STOP_FILE, PAUSE_FILE = ".batch-stop", ".batch-pause"
MICROGRAPHS_FILE = "micrographs.csv"
REPORT_FILE = "report.html"
PARQUET_FILE = "particles.parquet"

Phase = Literal["works", "paused", "stopping", "open", "finished"]
"""``open``: begun, and nobody works on it."""


class FoundOfNetwork(BaseModel):
    """What one network found in one micrograph.

    Attributes
    ----------
    network : str
        As it is called in the tables.
    particles : int
    area : float
        Share of the specimen, in [0, 1].
    median : float or None
        Median equivalent diameter, nm, or px without a pixel size; None without a particle.
    outside : tuple of str or None
        In what the micrograph is unlike the training of the network, a sentence each; None: nothing is known of one.
    """

    model_config = ConfigDict(frozen=True)

    network: str
    particles: int
    area: float
    median: float | None = None
    outside: tuple[str, ...] | None = ()


class MicrographStatus(BaseModel):
    """How one micrograph stands.

    Attributes
    ----------
    title : str
        As it is called in the tables.
    file : str
        Absolute path.
    frame : int
    state : str
        ``waits``, ``done`` or ``failed``.
    why : str
        Of a failed one, a sentence.
    unit : str
        ``nm``, or ``px`` where the pixel size is not known.
    found : tuple of FoundOfNetwork
        Of a done one.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    file: str
    frame: int = 0
    state: Literal["waits", "done", "failed"] = "waits"
    why: str = ""
    unit: Literal["nm", "px"] = "nm"
    found: tuple[FoundOfNetwork, ...] = ()


class WrittenStatus(BaseModel):
    """What the process of a batch writes down of how it stands.

    Attributes
    ----------
    micrographs : list of MicrographStatus
        In the order of the table.
    left_s : float or None
        Seconds until the last one is done, where one has told how long it takes.
    step : str
        ``micrographs``, ``report``, ``follows`` while it waits for more, or ``done`` when all is written.
    said : str
        What ended it, a sentence, where it ended with micrographs left.
    """

    micrographs: list[MicrographStatus] = []
    left_s: float | None = None
    step: Literal["micrographs", "report", "follows", "done"] = "micrographs"
    said: str = ""

    def write(self, folder: Path) -> None:
        """Write it whole, or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with written_whole(folder / STATUS_FILE) as half:
            half.write_text(self.model_dump_json(), encoding="utf-8")


@dataclass(frozen=True)
class BatchStatus:
    """How a batch stands at one moment.

    Attributes
    ----------
    phase : str
        ``works``; ``paused``; ``stopping``: asked to; ``open``: begun, and nobody works on it; ``finished``.
    micrographs : tuple of MicrographStatus
    left_s : float or None
        Seconds until the last one is done, where somebody works on it.
    step : str
        ``micrographs``, ``report``, ``follows`` or ``done``.
    said : str
        What ended it, where it ended with micrographs left.
    """

    phase: Phase
    micrographs: tuple[MicrographStatus, ...] = ()
    left_s: float | None = None
    step: str = "micrographs"
    said: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process works on it."""
        return self.phase in ("works", "paused", "stopping")

    def count(self, state: str) -> int:
        """Return how many micrographs are in this state."""
        return sum(one.state == state for one in self.micrographs)


def read_status(folder: Path) -> BatchStatus | None:
    """Return how the batch of a folder of results stands; None if there is none.

    Raises
    ------
    ComputeError
        If its folder cannot be read now.
    """
    alive = read_process(folder / PROCESS_FILE) is not None
    text = read_whole(folder / STATUS_FILE)
    if text is None:
        return BatchStatus("works") if alive else None
    try:
        written = WrittenStatus.model_validate_json(text)
    except ValidationError as error:
        raise ComputeError(f"{folder / STATUS_FILE} is not what a batch writes; delete it.") from error
    told: dict[str, Any] = {"micrographs": tuple(written.micrographs), "step": written.step}
    if not alive:
        ended = written.step in ("done", "follows")
        return BatchStatus("finished" if ended else "open", said=written.said, **told)
    if (folder / STOP_FILE).exists():
        return BatchStatus("stopping", **told)
    if (folder / PAUSE_FILE).exists():
        return BatchStatus("paused", **told)
    return BatchStatus("works", left_s=written.left_s, **told)
