"""The cells of a study: every combination of its grid that exists, each a training run with a name."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.networks.registry import describe
from workbench.networks.vgg_weights import find_edges, imagenet_file
from workbench.study.plan import Dilation, GridArchitecture, StudyPlan, recipe_for
from workbench.training.recipe import Recipe


@dataclass(frozen=True)
class Cell:
    """One combination of the grid.

    Parameters
    ----------
    name : str
        Of the cell, its run and its file, such as ``fcn8s-edges-d2-n16-s0``.
    network : str
        Label or title of the architecture, as tables and figures call it.
    initialisation : str
        ``none`` where the architecture has no trunk.
    kind : str
        What figures call network and initialisation together.
    dilation : int or list of int
    training_size : int or None
        None: all micrographs.
    seed : int
    recipe : Recipe
        Of its run.
    """

    name: str
    network: str
    initialisation: str
    kind: str
    dilation: Dilation
    training_size: int | None
    seed: int
    recipe: Recipe

    @property
    def rates(self) -> str:
        """The dilation in a few characters, such as ``2`` or ``1-1-2``."""
        return rates(self.dilation)


def cells_of(plan: StudyPlan) -> list[Cell]:
    """Return all cells, those of the first seed first: so the grid is filled evenly, and a first look comes early."""
    sizes: list[int | None] = [*sorted(plan.training_sizes, reverse=True)] or [None]
    cells = []
    for seed in plan.seeds:
        for size in sizes:
            for one in plan.architectures:
                for start in _starts(plan, one):
                    for dilation in one.dilations or plan.dilations:
                        small = size != sizes[0]
                        if small and plan.small_sets_at is not None and dilation not in plan.small_sets_at:
                            continue
                        cells.append(_cell(plan, one, start, dilation, size, seed))
    return cells


def left_out(plan: StudyPlan) -> list[str]:
    """Return a sentence for each initialisation that is left out, because its file is not here.

    Raises
    ------
    NetworkError
        If the edge weights are asked for and are not here: they are fetched by one command, which the message names.
    """
    trunks = [one for one in plan.architectures if has_trunk(one)]
    if trunks and "edges" in plan.initialisations:
        find_edges()
    if trunks and "imagenet" in plan.initialisations and not imagenet_file().is_file():
        return [f"ImageNet weights are left out: their file is not at {imagenet_file()}"]
    return []


def here(cells: list[Cell]) -> list[Cell]:
    """Return the cells whose starting weights need not be fetched."""
    fetched = imagenet_file().is_file()
    return [cell for cell in cells if cell.initialisation != "imagenet" or fetched]


def has_trunk(one: GridArchitecture) -> bool:
    """Return whether an architecture has a trunk that learned weights fit."""
    return "weights" in describe(one.name).options


def rates(dilation: Dilation) -> str:
    """Return a dilation in a few characters, such as ``2`` or ``1-1-2``."""
    return str(dilation) if isinstance(dilation, int) else "-".join(map(str, dilation))


def _starts(plan: StudyPlan, one: GridArchitecture) -> list[str]:
    return list(plan.initialisations) if has_trunk(one) else ["none"]


def _cell(
    plan: StudyPlan, one: GridArchitecture, start: str, dilation: Dilation, size: int | None, seed: int
) -> Cell:
    trunk = has_trunk(one)
    parts = [
        one.shown,
        *([start] if trunk else []),
        f"d{rates(dilation)}",
        *([] if size is None else [f"n{size}"]),
        f"s{seed}",
    ]
    options = {**one.options, **({"weights": start} if trunk else {})}
    name = "-".join(parts)
    recipe = recipe_for(
        plan, one, name=name, options=options, dilation=dilation, seed=seed, training_at_most=size
    )
    network = one.label or describe(one.name).title
    return Cell(
        name, network, start, f"{network}, {start}" if trunk else network, dilation, size, seed, recipe
    )
