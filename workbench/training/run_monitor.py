"""What a run under way owes to those who watch it: signs of life, an ear for stop and pause, an eye on its files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from workbench.training.datasets import Sets
from workbench.training.fingerprints import changed_while_training, contents, keep_hash, stamp
from workbench.training.heartbeat import HeartbeatWriter, Phase
from workbench.training.recipe import Recipe
from workbench.training.run_folder import RunFolder

PAUSE_LOOK_S = 0.2


class RunMonitor:
    """Watches over one run; of several processes only the first one's does anything.

    Parameters
    ----------
    run : RunFolder
    recipe : Recipe
    first : bool
        Whether this is the first process.
    alone : bool
        Whether it is the only one.
    stop : callable() -> bool, optional
        Asked beside the run's folder.
    """

    def __init__(
        self, run: RunFolder, recipe: Recipe, first: bool, alone: bool, stop: Callable[[], bool] | None
    ) -> None:
        self.run, self.recipe, self._first, self._alone, self._stop = run, recipe, first, alone, stop
        self._heart = HeartbeatWriter(run.folder)
        self.remark = ""
        """What the card says of the sets beside what the recipe says."""

    def say(self, event: str, text: str) -> None:
        """Log an event and say it on stderr, once for all processes."""
        if self._first:
            self.run.log(event, message=text)
            print(f"{self.recipe.name}: {text}.", file=sys.stderr)

    def beat(self, phase: Phase, step: int, said: str) -> None:
        """Give a sign of life."""
        if self._first:
            self._heart.beat(phase, step, self.recipe.steps, said)

    def asked_to_stop(self) -> bool:
        """Return whether somebody wishes this process to stop."""
        return self._first and ((self._stop is not None and self._stop()) or self.run.asked("stop"))

    def after_step(self, step: int, save: Callable[[], None]) -> bool:
        """Give a sign of life, end if the folder is gone, and pause for as long as somebody wishes.

        Parameters
        ----------
        step : int
            Steps done.
        save : callable()
            Writes the state; called before a pause.

        Returns
        -------
        bool
            Whether a stop ended the pause.

        Raises
        ------
        ComputeError
            If the folder of the run was deleted.
        """
        if not self._first:
            return False
        self.run.check_exists()
        self.beat("training", step, f"epoch {(step - 1) // self.recipe.steps_per_epoch + 1}")
        if not self.run.asked("pause") or self.run.asked("stop"):
            return False
        if not self._alone:  # the others would wait for this one until they give up
            self.run.take_back_wishes()
            self.run.stop()
            self.say("note", "a run on several devices cannot pause; it stops instead, and can be resumed")
            return False
        save()
        self.run.log("paused", step=step)
        while self.run.asked("pause") and not self.asked_to_stop():
            self.beat("paused", step, "its state is written; it keeps its memory and its device")
            time.sleep(PAUSE_LOOK_S)
            self.run.check_exists()
        if self.asked_to_stop():
            return True
        self.run.log("continued", step=step)
        return False

    def began_with(self, sets: Sets) -> None:
        """Keep the hash of what was read, and say so if the run began with something else."""
        self._names, self._opened, self._stamp = sets.names, sets.opened, stamp(sets.opened)
        self._sha256 = contents([*sets.training, *sets.validation]) if self._first else ""
        other = keep_hash(self.run.folder, self._sha256, sets.names) if self._first else None
        if other is not None:
            self.remark = f"{sets.names} changed during the run"
            self.say("set_changed", other)

    def check_sets(self) -> None:
        """Say so, once, if files of a set have changed since they were read.

        What was read is in memory: a drive that is away for a while ends no run, and is asked again later.
        """
        try:
            changed = not self.remark and stamp(self._opened) != self._stamp
        except OSError:
            return
        if changed:
            self.remark = f"{self._names} changed during the run, which went on with what it had read"
            self.say("set_changed", changed_while_training(self._names, self._sha256))
