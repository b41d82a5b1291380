"""A run for TensorBoard: scalars in its event files, beside ``events.jsonl``."""

from __future__ import annotations

from pathlib import Path

from tensorboardX import SummaryWriter


class Curves:
    """Writes the curves of a run.

    Parameters
    ----------
    folder : Path
        Of the run.
    step : int
        Step that the run begins with; what an interrupted run wrote from there on is no longer shown.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=step or None)

    def add(self, step: int, **values: float) -> None:
        """Add a point to each curve; a double underscore in a name is a slash on the screen."""
        for name, value in values.items():
            self._writer.add_scalar(name.replace("__", "/"), value, step)

    def flush(self) -> None:
        """Write what was added."""
        self._writer.flush()

    def close(self) -> None:
        """End the file."""
        self._writer.close()
