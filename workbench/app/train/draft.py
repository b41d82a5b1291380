"""The run that a person is about to start: a recipe in the making, why it cannot start, and what it would take."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from traitlets import Bool, Dict, Float, HasTraits, Int, List, Unicode, observe

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.former_names import with_former_names
from workbench.app.core.polling import in_background
from workbench.app.train.dataset_list import find_datasets
from workbench.app.train.estimate_text import say_estimate
from workbench.app.train.start_check import check_start
from workbench.compute import Compute, Job
from workbench.errors import DatasetError, RecipeError, WorkbenchError
from workbench.networks.card import Card
from workbench.networks.loading import networks, runs_folder
from workbench.training.estimate import describe_architectures, estimate
from workbench.training.recipe import Recipe
from workbench.training.recipe_file import parse_recipe, toml_value

FORM = (
    "name",
    "training_set",
    "validation_set",
    "share",
    "architecture",
    "options",
    "dilation",
    "start_from",
    "epochs",
    "steps_per_epoch",
    "crop",
    "batch",
    "learning_rate",
    "more",
)


@with_former_names({"doubt": "warning", "look_for_sets": "list_sets"})
class Draft(HasTraits):
    """A recipe in the making. Each change is checked in the background; nothing here blocks, nothing imports torch.

    Parameters
    ----------
    data : DataFolder
        Sets are inside it, or public ones by name.
    compute : Compute
        Its worker lists the architectures and tries one crop for the estimate.
    """

    # what is asked
    name = Unicode("my-network")
    training_set = Unicode(help="folder or file inside the data folder, or the name of a public set")
    validation_set = Unicode(
        help="another set to validate on; empty: a share of the training set is held back"
    )
    share = Float(0.2, help="of the micrographs, held back for validation")
    architecture = Unicode("unet")
    options = Dict(help="options of the architecture that differ from its defaults")
    dilation = Unicode("1", help="one number, or one per level, with commas")
    start_from = Unicode(help="name or path of a network of this architecture; empty: fresh weights")
    epochs = Int(10)
    steps_per_epoch = Int(50)
    crop = Int(128)
    batch = Int(8)
    learning_rate = Float(1e-3)
    more = Unicode(help="other keys of a recipe, as TOML")

    estimating = Bool(True, help="try a crop for each change; a page does while its panel is open")

    # what came out
    sets: List[Any] = List(help="(label, path) of the sets in the data folder")
    architectures = Dict(help="name -> title, summary, options; empty until the worker has told")
    warning = Unicode("choose a set", help="why the run cannot start, as a sentence; empty: it can")
    estimated = Unicode(help="what the run will take")

    def __init__(self, data: DataFolder, compute: Compute) -> None:
        super().__init__()
        self._data, self._compute = data, compute
        self._lock = threading.RLock()
        self._asked = 0
        self._job: Job | None = None

    def open(self) -> None:
        """Look for sets and ask for the architectures; called when there is a panel to show them."""
        self.list_sets()
        self._compute.submit(
            describe_architectures,
            what="Listing the architectures",
            on_done=lambda found: setattr(self, "architectures", found),
            on_error=lambda why: setattr(self, "warning", why),
        )

    def list_sets(self) -> None:
        """List the labelled sets of the data folder, in the background."""

        def look() -> None:
            found = find_datasets(self._data)
            # at once: between a list in which none is chosen and one with the first chosen, a click could fall
            with self.hold_trait_notifications():
                self.sets = found
                if not self.training_set and found:
                    self.training_set = found[0][1]
            self.check()

        self._in_background(look)

    def text(self) -> str:
        """Return the recipe as TOML."""
        return "\n".join([*self._form(), self.more]) + "\n"

    def recipe(self) -> Recipe:
        """Return the recipe.

        Raises
        ------
        RecipeError, DatasetError
            If it is not whole: one sentence, with the line where it is about what was typed under More.
        """
        if not self.training_set:
            raise DatasetError("Choose a set to learn from; put one into the data folder if there is none.")
        lines = len(self._form())
        try:
            return parse_recipe(self.text(), "The recipe")
        except RecipeError as error:
            raise RecipeError(_lines_of_more(str(error), lines)) from error

    def asked(self) -> dict[str, Any]:
        """Return every field, as it is saved with the page."""
        return {name: getattr(self, name) for name in FORM}

    def restore(self, asked: dict[str, Any]) -> None:
        """Fill in fields that were saved; what does not fit is left out, for a file is not to be trusted."""
        with self.hold_trait_notifications():
            for name in FORM:
                if name in asked and isinstance(asked[name], type(getattr(self, name))):
                    setattr(self, name, asked[name])

    def fine_tune_from(self, card: Card) -> None:
        """Prepare to train a network further: its architecture and options, its weights, a lower learning rate."""
        with self.hold_trait_notifications():
            self._take_from(card, card.dilation)
            self.start_from = card.name
            self.options = {key: value for key, value in card.options.items() if key != "weights"}
            self.learning_rate, self.epochs = 1e-4, 5
            self.name = free_name(f"{card.name.rpartition('/')[2]}-tuned")

    def train_at(self, card: Card, dilation: int | list[int]) -> None:
        """Prepare to train the architecture of a network at another dilation, from the weights it starts with."""
        with self.hold_trait_notifications():
            self._take_from(card, dilation)
            self.start_from, self.options = "", dict(card.options)
            rates = "-".join(self.dilation.split(", "))
            self.name = free_name(f"{card.name.rpartition('/')[2]}-dilation-{rates}")

    def _take_from(self, card: Card, dilation: int | list[int]) -> None:
        """Fill in the architecture, a dilation and the pixel sizes of a network."""
        self.architecture = card.architecture
        self.dilation = ", ".join(map(str, dilation if isinstance(dilation, list) else [dilation]))
        sizes = (("input_nm_per_px", card.input.nm_per_px), ("nm_per_px", card.nm_per_px))
        self.more = "\n".join(f"{key} = {toml_value(value)}" for key, value in sizes if value is not None)

    @observe(*FORM)
    def _changed(self, _change: object) -> None:
        self.check()

    def check(self) -> None:
        """Look whether the run can start, and estimate what it takes; the answer follows in ``warning``."""
        with self._lock:
            self._asked += 1
            mine = self._asked
            if self._job is not None:
                self._job.stop()
                self._job = None

        def look() -> None:
            try:
                recipe = self.recipe()
                check_start(recipe)
                why = ""
            except WorkbenchError as error:
                why = str(error)
            with self._lock:
                if mine != self._asked:
                    return  # something has been changed since
                self.warning = why
                self.estimated = ""
                if not why and self.estimating:
                    self._estimate(mine, recipe)

        self._in_background(look)

    def _estimate(self, mine: int, recipe: Recipe) -> None:
        """Try a crop on the worker, behind all that the page waits for and never beside it."""
        self.estimated = "estimating time and memory…"
        self._job = self._compute.submit(
            estimate,
            recipe,
            what="The estimate",
            needs_device=True,
            urgent=False,
            on_done=lambda found: self._on_estimate(mine, say_estimate(found, recipe)),
            on_error=lambda said: self._on_estimate(mine, "", said),
        )

    @observe("estimating")
    def _estimating_changed(self, _change: object) -> None:
        with self._lock:
            if not self.estimating:
                if self._job is not None:
                    self._job.stop()
                self._job, self.estimated = None, ""  # also where a check has just stopped the estimate
        if self.estimating and self.training_set:
            self.check()

    def _on_estimate(self, mine: int, estimated: str, why: str = "") -> None:
        with self._lock:
            if mine == self._asked:
                self.estimated, self.warning = estimated, why

    def _form(self) -> list[str]:
        values: dict[str, Any] = {
            "name": self.name,
            "training_sets": [self._path(self.training_set)],
            "architecture": self.architecture,
            "options": self.options,
        }
        if self.validation_set:
            values["validation_sets"] = [self._path(self.validation_set)]
        else:
            values["split"] = {"validation": self.share}
        try:
            levels = [int(rate) for rate in self.dilation.replace(" ", ",").split(",") if rate]
        except ValueError as error:
            raise RecipeError(
                f"Dilation is a whole number, or one per level with commas, not {self.dilation!r}."
            ) from error
        if levels and levels != [1]:
            values["dilation"] = levels[0] if len(levels) == 1 else levels
        if self.start_from:
            named = self.start_from in {card.name for card in networks()}
            values["start_from"] = self.start_from if named else str(self._data.resolve(self.start_from))
        for key in ("epochs", "steps_per_epoch", "crop", "batch", "learning_rate"):
            values[key] = getattr(self, key)
        return [f"{key} = {toml_value(value)}" for key, value in values.items()]

    def _path(self, typed: str) -> str:
        from workbench.micrographs.datasets.public_sets import public_dataset_names

        return typed if typed in public_dataset_names() else str(self._data.resolve(typed))

    def _in_background(self, act: Callable[[], None]) -> None:
        in_background(
            act, "training draft", "looking over the run", lambda why: setattr(self, "warning", why)
        )


def free_name(wanted: str) -> str:
    """Return a name that no run has: the wanted one, or with a number behind it."""
    taken, name, number = runs_folder(), wanted, 2
    while (taken / name).exists():
        name, number = f"{wanted}-{number}", number + 1
    return name


def _lines_of_more(said: str, lines: int) -> str:
    """Count lines from the first of what was typed under More; those before are fields of the form."""

    def count(match: re.Match[str]) -> str:
        number = int(match.group(1)) - lines
        return f"line {number} of More" if number > 0 else "a field above"

    said = re.sub(r"line (\d+): ", lambda match: f"{count(match)}: ".removeprefix("a field above: "), said)
    return re.sub(r"at line (\d+), column \d+", lambda match: f"in {count(match)}", said)
