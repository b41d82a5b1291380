"""The page of a study: ``study.md`` with its tables and figures, and every number as CSV beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from workbench.networks.checkpoint import write_whole
from workbench.study.cells import Cell
from workbench.study.comparisons import comparisons
from workbench.study.evaluation_set import EvaluationMicrograph, chosen_for_figure
from workbench.study.figure_1 import draw_figure_1
from workbench.study.figures import (
    dice_against_dose,
    dice_against_field,
    dice_against_training_set,
    learning_curves,
)
from workbench.study.page_tables import Lines, comparison_tables, dice_table, markdown, networks_table
from workbench.study.plan import StudyPlan
from workbench.study.results import Result
from workbench.study.tables import ALL, cell_table, curve_table, network_table, score_table, summary
from workbench.training.datasets import choose

ENOUGH_SEEDS = 3


def write_page(
    plan: StudyPlan,
    out: Path,
    cells: Sequence[Cell],
    results: Mapping[str, Result],
    tests: pd.DataFrame,
    micrographs: Sequence[EvaluationMicrograph],
    notes: Sequence[str] = (),
) -> Path:
    """Write the page of a study, its figures and its tables, from what is done.

    Parameters
    ----------
    plan : StudyPlan
    out : Path
        Folder of the study: ``study.md``, ``figures/`` and, as CSV, ``table``, ``comparisons``, ``networks``,
        ``scores`` (one row a cell and test micrograph), ``curves``, ``cells`` and ``test-micrographs``.
    cells : sequence of Cell
    results : mapping of str to Result
    tests : DataFrame
        From `describe_tests`.
    micrographs : sequence of EvaluationMicrograph
    notes : sequence of str
        What else is to be said, such as what was left out.

    Returns
    -------
    Path
        ``study.md``.
    """
    every = _training_micrographs(plan)
    scores = score_table(cells, results, tests, every)
    curves = curve_table(cells, results, every)
    tables = {
        "table": summary(scores, plan),
        "comparisons": comparisons(scores, plan),
        "networks": network_table(cells, results, scores, tests),
        "scores": scores,
        "curves": curves,
        "cells": cell_table(cells, results, every),
        "test-micrographs": tests,
    }
    for name, table in tables.items():
        write_whole(out / f"{name}.csv", table.to_csv(index=False, float_format="%.6g").encode())
    lines = [f"# {plan.title or plan.name}", "", *_summary(plan, cells, results, scores, tests, notes)]
    if len(scores):
        lines += [
            *dice_table(tables["table"]),
            *networks_table(tables["networks"]),
            *comparison_tables(tables["comparisons"]),
            *_figures(plan, out, scores, curves, tables),
            *_figure_1(plan, out, cells, micrographs),
        ]
    lines += [*_method(scores), *_failed(cells, results), *_files()]
    page = out / "study.md"
    write_whole(page, ("\n".join(lines).rstrip() + "\n").encode())
    return page


def _training_micrographs(plan: StudyPlan) -> int:
    """Return how many micrographs the base recipe trains on; 0 where its sets are gone and only the page is written."""
    from workbench.errors import DatasetError

    try:
        return len(choose(plan.recipe).training)
    except DatasetError:
        return 0


def _summary(
    plan: StudyPlan,
    cells: Sequence[Cell],
    results: Mapping[str, Result],
    scores: pd.DataFrame,
    tests: pd.DataFrame,
    notes: Sequence[str],
) -> Lines:
    states = [results[cell.name].status if cell.name in results else "open" for cell in cells]
    done, failed, missing = (states.count(state) for state in ("done", "failed", "open"))
    sets = ", ".join(
        f"`{Path(str(name)).name}` ({len(part)} micrographs of {part['specimen'].nunique()} specimens)"
        for name, part in tests.groupby("set", sort=False)
    )
    seeds = scores["seed"].nunique()
    lines = [
        f"{len(cells)} training runs, {done} of them done"
        + (f", {failed} failed" if failed else "")
        + (f", {missing} still to be done" if missing else "")
        + f". Scored once on {sets}, with the threshold that each run chose on its validation micrographs.",
        "",
        "Repeat it with `workbench study study.toml --out DIR`, from the folder that the paths in "
        "[study.toml](study.toml) are relative to.",
        "",
        *(f"{note[:1].upper()}{note[1:]}." for note in notes),
    ]
    if notes:
        lines.append("")
    if 0 < seeds < ENOUGH_SEEDS:
        lines += [
            f"**Only {seeds} seed{'s' if seeds > 1 else ''}:** how much another seed would change cannot be told; "
            f"a study needs at least {ENOUGH_SEEDS}.",
            "",
        ]
    if plan.bins and (tests["bin"] == "").any():
        outside = int((tests["bin"] == "").sum())
        lines += [f"{outside} test micrographs lie outside all bins of dose and count in “{ALL}” only.", ""]
    return lines


def _figures(
    plan: StudyPlan, out: Path, scores: pd.DataFrame, curves: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> Lines:
    folder, table = out / "figures", tables["table"]
    most = table[table["training_size"] == table["training_size"].max()]
    drawn = [
        ("Dice against dose", dice_against_dose(folder, plan, scores, most)),
        ("Dice against receptive field", dice_against_field(folder, most, tables["networks"])),
        ("Learning curves", learning_curves(folder, curves)),
        ("Dice against the size of the training set", dice_against_training_set(folder, table)),
    ]
    said = {
        "Dice against dose": "Points at the geometric mean dose of a bin; bars are standard deviations over seeds.",
        "Dice against receptive field": "A point a dilation; bars are standard deviations over seeds.",
        "Learning curves": "Hard Dice on validation after each epoch, at the best threshold of that epoch: mean of the "
        "seeds, and from the lowest to the highest. Every run takes the same number of steps.",
        "Dice against the size of the training set": "Bars are standard deviations over seeds, each of which drew its "
        "own micrographs.",
    }
    lines: Lines = []
    for title, file in drawn:
        if file is not None:
            lines += [f"## {title}", "", said[title], "", _picture(title, file, out), ""]
    return lines


def _figure_1(
    plan: StudyPlan, out: Path, cells: Sequence[Cell], tests: Sequence[EvaluationMicrograph]
) -> Lines:
    most = max(plan.training_sizes, default=None)
    own = [cell for cell in cells if cell.seed == plan.seeds[0] and cell.training_size == most]
    lines: Lines = []
    for one in chosen_for_figure(plan, tests):
        file = draw_figure_1(out / "figures", out, one, own)
        if file is not None:
            lines += [_picture(one.shown, file, out), ""]
    if not lines:
        return []
    chosen = "as the plan names them" if plan.figure else "the first of each bin of dose, or of all"
    said = f"Test micrographs, {chosen}; masks of seed {plan.seeds[0]} at each network's threshold, truth in white."
    return ["## Figure 1", "", said, "", *lines]


def _method(scores: pd.DataFrame) -> Lines:
    if not len(scores):
        return []
    return [
        "## What this does and does not tell",
        "",
        "- The best epoch and the threshold were chosen on validation; each test micrograph was scored once. Whoever "
        "picks the best row of the table has chosen on the test micrographs, and needs others for an honest score.",
        "- A seed decides starting weights, the order and the disturbance of crops and, where fewer micrographs are "
        "trained on than there are, which.",
        "- All cells share one recipe but for what the plan lists; a network that needs another learning rate or more "
        "steps is shown at its disadvantage.",
        "- Other micrographs than these, of other materials or microscopes, were not looked at.",
        "",
    ]


def _failed(cells: Sequence[Cell], results: Mapping[str, Result]) -> Lines:
    failed = [
        results[cell.name] for cell in cells if cell.name in results and results[cell.name].status == "failed"
    ]
    if not failed:
        return []
    rows = [[f"`{one.cell}`", one.why.replace("|", "\\|")] for one in failed]
    return [
        "## Cells that failed",
        "",
        "`--retry` tries them again.",
        "",
        *markdown(["cell", "why"], rows),
        "",
    ]


def _files() -> Lines:
    return [
        "## Files",
        "",
        "[table.csv](table.csv), [comparisons.csv](comparisons.csv), [networks.csv](networks.csv); one row a cell and "
        "test micrograph in [scores.csv](scores.csv); [curves.csv](curves.csv), [cells.csv](cells.csv), "
        "[test-micrographs.csv](test-micrographs.csv). Each figure is in `figures/` as SVG too. A network of the study "
        "is `runs/CELL/best.safetensors`.",
        "",
    ]


def _picture(title: str, file: Path, out: Path) -> str:
    return f"![{title}]({file.relative_to(out).as_posix()})"
