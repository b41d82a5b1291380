"""How a batch stands, in words."""

from __future__ import annotations

from workbench.batch.status import LOG_FILE, BatchStatus, Phase
from workbench.study.time_left import say_left

PHASES: dict[Phase, str] = {
    "works": "under way",
    "paused": "paused",
    "stopping": "is being stopped",
    "open": "stopped",
    "finished": "finished",
}
STEPS = {"report": "the report is written", "follows": "waits for more", "done": "all is written"}


def counted(count: int) -> str:
    """Return a number of micrographs with its word."""
    return f"{count} micrograph{'' if count == 1 else 's'}"


def fraction_of(standing: BatchStatus) -> float:
    """Return how much of a batch has been worked on, in [0, 1]."""
    ended = standing.count("done") + standing.count("failed")
    return ended / max(len(standing.micrographs), 1)


def progress_of(standing: BatchStatus) -> str:
    """Return how far a batch is, such as ``37 of 200, 2 failed, about 4 min left``."""
    if not standing.micrographs:
        return "the micrographs are looked through" if standing.alive else "nothing is done yet"
    said = [f"{standing.count('done')} of {len(standing.micrographs)}"]
    if failed := standing.count("failed"):
        said.append(f"{failed} failed")
    if standing.phase == "works":
        if standing.step in STEPS:
            said.append(STEPS[standing.step])
        elif standing.left_s is not None:
            said.append(say_left(standing.left_s))
        elif standing.count("waits"):
            said.append("time left is known when the next is done")
    return ", ".join(said)


def phase_of(standing: BatchStatus, unread: str = "", as_of: str = "") -> str:
    """Return the phase of a batch; of one that cannot be read now, what it was and when."""
    phase = PHASES[standing.phase]
    return phase if not unread else f"cannot be read{f'; at {as_of}' if as_of else ''}: {phase}"


def ended_by(standing: BatchStatus, died: bool) -> str:
    """Return what ended it with micrographs left, as a sentence; empty where nothing did, or a hand.

    Parameters
    ----------
    standing : BatchStatus
    died : bool
        Whether its process ended without taking leave.
    """
    if standing.said or not died:
        return standing.said
    return f"Its process was ended from outside or died; {LOG_FILE} in the folder of the results may say why."


def summary_of(standing: BatchStatus | None) -> str:
    """Return how far it is in a few characters; empty where nothing was begun."""
    if standing is None or not standing.micrographs:
        return ""
    return f"{standing.count('done')} of {len(standing.micrographs)}"
