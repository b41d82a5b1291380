"""What a study is, before it begins: its cells, and what keeps it from beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DatasetError, NetworkError, RecipeError

if TYPE_CHECKING:
    from workbench.study.cells import Cell
    from workbench.study.plan import StudyPlan


@dataclass(frozen=True)
class PlannedCell:
    """A cell, as far as it is shown; see `Cell`. It needs no torch."""

    name: str
    network: str
    initialisation: str
    kind: str
    rates: str
    training_size: int | None
    seed: int


@dataclass(frozen=True)
class Overview:
    """What a plan asks for.

    Parameters
    ----------
    name, title : str
        Of the study.
    cells : tuple of PlannedCell
        In the order in which they begin; without those whose starting weights are not here.
    tests : tuple of str
        Names of the test sets.
    micrographs : int
        In them; 0 where they could not be opened.
    left_out : tuple of str
        A sentence for each initialisation that is left out.
    warnings : tuple of str
        Sentences that say why it cannot begin; empty where it can.
    """

    name: str
    title: str
    cells: tuple[PlannedCell, ...]
    tests: tuple[str, ...]
    micrographs: int = 0
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def overview(
    text: str,
    shown: str,
    out: Path,
    working_folder: Path,
    *,
    progress: Callable[[float, str], None],  # noqa: ARG001 - as every job of a worker
    stop: Callable[[], bool],  # noqa: ARG001
) -> Overview:
    """Return what a plan asks for, and look whether its sets and weights are there; nothing is downloaded or written.

    Parameters
    ----------
    text : str
        The plan.
    shown : str
        What an error calls it.
    out : Path
        Folder of the study, which may hold cells already.
    working_folder : Path
        That paths in the plan are relative to.

    Raises
    ------
    RecipeError
        If the plan asks for what does not exist: the line and the key of each mistake.
    """
    from workbench.study.cells import cells_of, here, left_out
    from workbench.study.plan import parse_plan
    from workbench.study.results import read_result
    from workbench.study.study import check_same_plan

    plan = parse_plan(text, shown)
    every = cells_of(plan)
    warnings: list[str] = []
    notes: list[str] = []
    try:
        notes = left_out(plan)
    except NetworkError as error:
        warnings.append(str(error))
    found = {cell.name: one for cell in every if (one := read_result(out, cell.name)) is not None}
    try:
        check_same_plan(out, every, found, delete=False)
    except RecipeError as error:
        warnings.append(str(error))
    micrographs, of_sets = _examine_sets(plan, working_folder)
    return Overview(
        plan.name,
        plan.title,
        tuple(_planned(cell) for cell in here(every)),
        tuple(Path(name).name for name in plan.test_sets),
        micrographs,
        tuple(notes),
        (*warnings, *of_sets),
    )


def _planned(cell: Cell) -> PlannedCell:
    return PlannedCell(
        cell.name,
        cell.network,
        cell.initialisation,
        cell.kind,
        cell.rates,
        cell.training_size,
        cell.seed,
    )


def _examine_sets(plan: StudyPlan, folder: Path) -> tuple[int, list[str]]:
    """Return how many test micrographs there are, and a sentence for each set that cannot be used."""
    from workbench.micrographs.datasets.labelled_dataset import open_dataset
    from workbench.micrographs.datasets.public_sets import public_dataset, public_dataset_names
    from workbench.study.cells import cells_of, here
    from workbench.study.evaluation_set import check_sets, chosen_for_figure, open_tests

    there, public = from_folder(plan, folder), public_dataset_names()
    wrong: dict[str, list[tuple[str, str]]] = {}
    names = {
        name: None
        for recipe in (there.recipe, *(cell.recipe for cell in cells_of(there)))
        for name in (*recipe.training_sets, *recipe.validation_sets)
    }
    absent = False
    for name in {**names, **dict.fromkeys(there.test_sets)}:
        if name in public and not public_dataset(name).folder.is_dir():
            absent = True  # fetched when the study begins; nothing is said against it
            continue
        try:
            open_dataset(name)
        except DatasetError as error:
            why = _within(folder, str(error))
            wrong.setdefault(why.replace(_within(folder, name), "", 1), []).append(
                (_within(folder, name), why)
            )
    if wrong or absent:
        return 0, [_for_all(alike) for alike in wrong.values()]
    try:
        tests = open_tests(there)
        chosen_for_figure(there, tests)
        check_sets(there, here(cells_of(there)))
    except (DatasetError, RecipeError) as error:
        return 0, [_within(folder, str(error))]
    return len(tests), []


def _for_all(alike: list[tuple[str, str]]) -> str:
    """Return one sentence for sets of which the same is said but for their names."""
    (_first, why), *others = alike
    return f"{why} The same holds for {', '.join(name for name, _why in others)}." if others else why


def from_folder(plan: StudyPlan, folder: Path) -> StudyPlan:
    """Return the plan with the paths of its sets absolute, so that it can be looked at from elsewhere."""

    def placed(names: list[str]) -> list[str]:
        from workbench.micrographs.datasets.public_sets import public_dataset_names

        public = public_dataset_names()
        return [name if name in public else str(folder / name) for name in names]

    def placed_in(recipe: dict[str, Any]) -> dict[str, Any]:
        lists = {"training_sets", "validation_sets"} & recipe.keys()
        return {**recipe, **{key: placed(recipe[key]) for key in lists}}

    recipe = plan.recipe.model_copy(
        update={
            "training_sets": placed(plan.recipe.training_sets),
            "validation_sets": placed(plan.recipe.validation_sets),
        }
    )
    architectures = [one.model_copy(update={"recipe": placed_in(one.recipe)}) for one in plan.architectures]
    return plan.model_copy(
        update={"test_sets": placed(plan.test_sets), "recipe": recipe, "architectures": architectures}
    )


def _within(folder: Path, said: str) -> str:
    """Return a sentence with paths as the plan has them."""
    return said.replace(f"{folder}/", "")
