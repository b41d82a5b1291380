"""One run under way: step after step, epoch after epoch, until it ends or is stopped."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from typing import cast

import torch
from lightning_fabric import Fabric

from workbench.errors import RecipeError, Stopped
from workbench.networks.card import Input
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.module import SegmentationModule
from workbench.training.curves import Curves
from workbench.training.data import Batch, Crops, batches, workers_for
from workbench.training.datasets import read_sets
from workbench.training.devices import synchronised
from workbench.training.losses import class_weights
from workbench.training.optimisation import make_optimiser, running_mean, set_rate, train_mode
from workbench.training.recipe import Recipe
from workbench.training.run_folder import RunFolder
from workbench.training.run_monitor import RunMonitor
from workbench.training.start import start
from workbench.training.state import Progress, load_state, save_state
from workbench.training.step import Stepper, parts_that_fit
from workbench.training.validation import make_card, validate

STATE_EVERY_S = 120.0
"""State is written after each epoch, and within one when the last is older than this."""
Tell = Callable[[float, str], None]
Ask = Callable[[], bool]


class Trainer:
    """One run under way.

    Parameters
    ----------
    recipe : Recipe
    run : RunFolder
    fabric : Fabric
        Launched.
    progress : callable(fraction, text), optional
        Told after each step.
    stop : callable() -> bool, optional
        Asked after each step.
    """

    def __init__(
        self,
        recipe: Recipe,
        run: RunFolder,
        fabric: Fabric,
        progress: Tell | None = None,
        stop: Ask | None = None,
    ) -> None:
        self.recipe, self.folder, self.fabric, self._progress = recipe, run, fabric, progress
        self.monitor = RunMonitor(run, recipe, fabric.is_global_zero, fabric.world_size == 1, stop)
        self.given = Input(standardise="zscore", outliers="xray", nm_per_px=recipe.input_nm_per_px)
        resumed = run.state_file.exists()
        torch.manual_seed(recipe.seed)
        self.module = start(recipe, resumed=resumed, say=lambda text: self.monitor.say("note", text))
        optimiser = make_optimiser(self.module, recipe)  # refuses before micrographs are read
        self.monitor.beat(
            "preparing", 0, f"reading {', '.join(recipe.training_sets or recipe.validation_sets)}"
        )
        sets = read_sets(recipe, self.given)
        self.validation, self.validated_on, self.training_range = (
            sets.validation,
            sets.validated_on,
            sets.training_range,
        )
        self.crops = Crops(sets.training, recipe)
        balanced = recipe.loss.particle_weight == "balanced"
        weights = class_weights(recipe.loss, self.crops.particle_share() if balanced else 0.5)
        self.module.to(memory_format=torch.channels_last)  # twice as quick on a CPU, for tensor cores too
        parts = 1
        if fabric.world_size > 1 and fabric.device.type == "cuda":
            parts = parts_that_fit(self.module, recipe, fabric)
        model = synchronised(self.module, fabric)
        self.model, self.optimiser = fabric.setup(model, optimiser)
        self.average = running_mean(self.module, recipe.ema)
        self.at = Progress(parts=parts)
        if resumed:
            self.at = load_state(run.state_file, self.module, self.optimiser, self.average)
        if fabric.is_global_zero:
            run.forget(self.at.step // recipe.steps_per_epoch)
            if (resumed or run.events("failed")) and not self.finished:
                run.log("resumed", step=self.at.step)
        self.monitor.began_with(sets)
        if sets.unnumbered and not resumed:
            self.monitor.say(
                "note",
                f"labels of {sets.unnumbered} are masks, without a number for each particle: those that touch "
                "there count as one where the distance to the rim is learned",
            )
        if sets.overlapping and not resumed:
            self.monitor.say(
                "note",
                f"particles of {sets.overlapping} overlap: a pixel of several is learned as the smallest one's, and of "
                "several segmentations of one micrograph the first is taken",
            )
        self.step = Stepper(
            fabric, self.model, recipe, weights, self.at.parts, lambda text: self.monitor.say("halved", text)
        )
        self.curves: Curves | None = None
        self._saved, self._wish, self._halting = time.monotonic(), False, False
        self._pending: torch.Tensor | None = None  # what the step before answered, not looked at yet
        if parts > 1:
            self.monitor.say("halved", f"a batch does not fit: it is taken in {parts} parts on each device")

    @property
    def finished(self) -> bool:
        """Whether no epoch is left, or early stopping has had its patience."""
        if self.at.unscored:
            return False
        patience = self.recipe.early_stopping
        return self.at.step >= self.recipe.steps or (
            patience is not None and self.at.waited >= patience.patience
        )

    def run(self) -> None:
        """Train until the last epoch, early stopping, or a stop."""
        if self.finished:
            return
        recipe, fabric = self.recipe, self.fabric
        together = int(os.environ.get("LOCAL_WORLD_SIZE", fabric.world_size))
        workers = workers_for(recipe, fabric.device.type, together)
        shared = self.folder.folder / "state" / f"micrographs.{fabric.global_rank}.tmp"
        if fabric.is_global_zero:
            self.curves = Curves(self.folder.folder, self.at.step)
        try:
            if workers:
                self.crops.move_to(shared)
            with batches(
                self.crops,
                self.at.step,
                rank=fabric.global_rank,
                world=fabric.world_size,
                workers=workers,
                pin=fabric.device.type == "cuda",
            ) as source:
                if self.at.unscored:
                    self._finish_epoch()
                while not self.finished:
                    self._epoch(source)
        finally:
            shared.unlink(missing_ok=True)
            if self.curves is not None:
                self.curves.close()
        if fabric.is_global_zero:
            self.folder.log("finished", step=self.at.step, dice_hard=self.at.best)

    def _epoch(self, source: Iterator[Batch]) -> None:
        train_mode(self.model)
        while True:
            began = time.monotonic()
            batch = next(source)
            self.at.idle += time.monotonic() - began
            self._one_step(batch)
            self.at.seconds += time.monotonic() - began
            if self.monitor.after_step(self.at.step, self._save):
                self._halting = True
            if self.fabric.is_global_zero and time.monotonic() - self._saved > STATE_EVERY_S:
                self._save()
            if self.at.unscored:
                break
            if self._halting:  # all processes know since the same step
                self._save()
                self._halt()
        self._look_back()
        self._finish_epoch()
        if self._halting and not self.finished:
            self._halt()

    def _one_step(self, batch: Batch) -> None:
        batch = self.fabric.to_device(batch)
        lr = set_rate(self.optimiser, self.at.step, self.recipe)
        self.optimiser.zero_grad()
        answer = self.step(batch, self.at.step, self._wish)
        # A GPU still works on this step while the one before is looked at, so that it need not wait.
        self._look_back()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip or math.inf)
        self.optimiser.step()
        if self.average is not None:
            self.average.update_parameters(self.module)
        self._pending = torch.stack([*answer, norm, answer.new_tensor(lr)])
        self.at.step += 1
        self.at.unscored = self.at.step % self.recipe.steps_per_epoch == 0
        self.at.parts = self.step.parts
        if self.fabric.device.type == "cpu":
            self._look_back()
        # One process stops at once; several hear of the wish of the first with the sums of the next step.
        self._wish = self.monitor.asked_to_stop()
        self._halting = self._halting or (self._wish and self.fabric.world_size == 1)

    def _look_back(self) -> None:
        """Take in the loss of the step before; end the run if it is NaN, and note a stop that was asked for."""
        if self._pending is None:
            return
        loss, stops, norm, lr = self._pending.tolist()
        self._pending = None
        recipe, step = self.recipe, self.at.step
        epoch = (step - 1) // recipe.steps_per_epoch
        if not (math.isfinite(loss) and math.isfinite(norm)):
            kept = (
                "the last good state is kept"
                if self.folder.state_file.exists()
                else "no state was written yet"
            )
            raise RecipeError(
                f"{recipe.name}: the loss became NaN in step {step}, epoch {epoch + 1}; {kept}; "
                "train again from its checkpoint with a lower learning_rate."
            )
        self.at.loss += loss
        self._halting = self._halting or stops > 0
        if self.curves is not None:
            self.curves.add(step, loss__training=loss, learning_rate=lr, gradient_norm=norm)
        if self._progress is not None and self.fabric.is_global_zero:
            self._progress(step / recipe.steps, f"epoch {epoch + 1} of {recipe.epochs}, loss {loss:.3f}")

    def _finish_epoch(self) -> None:
        recipe, at, fabric = self.recipe, self.at, self.fabric
        module = self.module if self.average is None else cast(SegmentationModule, self.average.module)
        if fabric.world_size > 1:  # statistics of batch normalisation, where each process has its own
            for buffer in module.buffers():
                torch.distributed.broadcast(buffer, 0)
        epoch = at.step // recipe.steps_per_epoch - 1
        try:
            found = validate(module, self.validation, fabric, self._between_micrographs)
        except Stopped:  # this epoch is scored when the run is resumed
            self._save()
            raise
        at.unscored = False
        if found.dice > at.reference + (recipe.early_stopping.min_delta if recipe.early_stopping else 0):
            at.reference, at.waited = found.dice, 0
        else:
            at.waited += 1
        better, at.best = found.dice > at.best, max(at.best, found.dice)
        loss, seconds, idle = at.loss / recipe.steps_per_epoch, at.seconds, at.idle
        at.loss = at.seconds = at.idle = 0.0
        if not fabric.is_global_zero:
            return
        self.folder.check_exists()
        self.monitor.check_sets()
        held = len(self.validation)
        card = make_card(recipe, module, self.given, found, self.validated_on, held, self.monitor.remark)
        card = card.model_copy(update={"training_range": self.training_range})
        save_checkpoint(self.folder.folder / "last.safetensors", module, card)
        if better:
            save_checkpoint(self.folder.checkpoint, module, card)
        self.folder.log(
            "epoch",
            epoch=epoch,
            loss=loss,
            dice_hard=found.dice,
            threshold=found.threshold,
            validation_loss=found.loss,
            learning_rate=float(self.optimiser.param_groups[0]["lr"]),
            seconds=round(seconds, 1),
            idle_s=round(idle, 1),
            crops_per_s=round(recipe.batch * recipe.steps_per_epoch / seconds, 2) if seconds else None,
        )
        if self.curves is not None:
            self.curves.add(at.step, dice_hard__validation=found.dice, loss__validation=found.loss)
            self.curves.flush()
        self._save()

    def _save(self) -> None:
        self._look_back()
        if self.fabric.is_global_zero:
            save_state(self.folder.state_file, self.at, self.module, self.optimiser, self.average)
        self._saved = time.monotonic()

    def _between_micrographs(self) -> None:
        self.monitor.beat("validating", self.at.step, "validating")
        # Several processes meet after the last micrograph: none may leave before.
        if self.fabric.world_size == 1 and self.monitor.asked_to_stop():
            self._halt()

    def _halt(self) -> None:
        epoch = (self.at.step - 1) // self.recipe.steps_per_epoch + 1
        if self.fabric.is_global_zero:
            self.folder.log("stopped", step=self.at.step)
        raise Stopped(f"{self.recipe.name} was stopped in epoch {epoch}; start it again to resume.")
