"""The numbers of a study as tables: one row a score, then means over seeds, then the networks themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench.study.cells import Cell
from workbench.study.evaluation_set import bin_name
from workbench.study.plan import StudyPlan
from workbench.study.results import Result

KIND = ["network", "initialisation", "kind", "dilation", "training_size"]
"""What cells share that differ in their seed only."""
ALL = "all doses"


def score_table(
    cells: Sequence[Cell], results: Mapping[str, Result], tests: pd.DataFrame, all_micrographs: int
) -> pd.DataFrame:
    """Return one row a done cell and test micrograph.

    Parameters
    ----------
    cells : sequence of Cell
    results : mapping of str to Result
    tests : DataFrame
        From `describe_tests`.
    all_micrographs : int
        The training size where the plan names none.

    Returns
    -------
    DataFrame
        ``cell``, the columns of `KIND`, ``seed``, those of ``tests``, and the scores.
    """
    rows = [
        {
            "cell": cell.name,
            **_kind(cell, all_micrographs),
            "seed": cell.seed,
            **score.model_dump(),
        }
        for cell in cells
        if (result := results.get(cell.name)) is not None and result.status == "done"
        for score in result.scores
    ]
    columns = [
        "cell",
        *KIND,
        "seed",
        "set",
        "micrograph",
        "dice_hard",
        "iou",
        "precision",
        "recall",
        "seconds",
    ]
    return pd.DataFrame(rows, columns=columns).merge(tests, on=["set", "micrograph"], how="inner")


def by_dose(scores: pd.DataFrame, plan: StudyPlan) -> dict[str, pd.DataFrame]:
    """Return the scores of all doses, then those of each bin that holds a micrograph."""
    names = [bin_name(low, high) for low, high in plan.bins]
    parts = {name: scores[scores["bin"] == name] for name in names}
    return {ALL: scores, **{name: part for name, part in parts.items() if len(part)}}


def cell_means(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row a cell with its mean hard Dice, each specimen counting once."""
    specimens = scores.groupby(["cell", *KIND, "seed", "specimen"], sort=False)["dice_hard"].mean()
    return specimens.groupby(["cell", *KIND, "seed"], sort=False).mean().reset_index()


def summary(scores: pd.DataFrame, plan: StudyPlan) -> pd.DataFrame:
    """Return mean and standard deviation over seeds of the cells' mean hard Dice.

    Returns
    -------
    DataFrame
        The columns of `KIND`, ``dose``, ``mean``, ``std`` (with n - 1; NaN for one seed), ``seeds``, ``micrographs``.
    """
    parts = []
    for dose, part in by_dose(scores, plan).items():
        found = (
            cell_means(part)
            .groupby(KIND, sort=False)["dice_hard"]
            .agg(["mean", "std", "count"])
            .reset_index()
        )
        found["dose"], found["micrographs"] = dose, part[["set", "micrograph"]].drop_duplicates().shape[0]
        parts.append(found.rename(columns={"count": "seeds"}))
    order = [*KIND, "dose", "mean", "std", "seeds", "micrographs"]
    return pd.concat(parts, ignore_index=True)[order] if parts else pd.DataFrame(columns=order)


def network_table(
    cells: Sequence[Cell], results: Mapping[str, Result], scores: pd.DataFrame, tests: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a network and dilation: how large it is, how far it sees, how long it takes.

    Returns
    -------
    DataFrame
        ``network``, ``kind``, ``dilation``, ``parameters``, ``field_px`` as the network sees pixels, ``field_nm``,
        ``field_diameters`` and ``field_edges`` (medians over the test micrographs, in median particle diameters and
        shorter edges of each; NaN where the pixel size or a particle is missing), ``seconds`` (the median of a test
        micrograph), ``device``, ``threads``.
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for cell in cells:
        result, key = results.get(cell.name), (cell.kind, cell.rates)
        if result is None or result.status != "done" or key in rows:
            continue
        field = fields(result, tests)
        own = scores[(scores["kind"] == cell.kind) & (scores["dilation"] == cell.rates)]
        rows[key] = {
            "network": cell.network,
            "kind": cell.kind,
            "dilation": cell.rates,
            "parameters": result.parameters,
            "field_px": result.receptive_field_px,
            "field_nm": field["field_nm"].median(),
            "field_diameters": field["field_diameters"].median(),
            "field_edges": field["field_edges"].median(),
            "seconds": own["seconds"].median(),
            "device": result.device,
            "threads": result.threads,
        }
    columns = ["network", "kind", "dilation", "parameters", "field_px", "field_nm", "field_diameters"]
    columns += ["field_edges", "seconds", "device", "threads"]
    return pd.DataFrame(list(rows.values()), columns=columns)


def fields(result: Result, tests: pd.DataFrame) -> pd.DataFrame:
    """Return the receptive field on each test micrograph: ``field_nm``, ``field_diameters`` and ``field_edges``.

    A network that resamples sees the pixels of its card where the pixel size of the micrograph is known.
    """
    from workbench.networks.card import Input

    given = Input(nm_per_px=result.input_nm_per_px)
    own = [given.step(size if size > 0 else None) * result.receptive_field_px for size in tests["nm_per_px"]]
    return pd.DataFrame(
        {
            "field_nm": own * tests["nm_per_px"],
            "field_diameters": own / tests["diameter_px"],
            "field_edges": own / tests["edge_px"],
        },
        index=tests.index,
    )


def cell_table(cells: Sequence[Cell], results: Mapping[str, Result], all_micrographs: int) -> pd.DataFrame:
    """Return one row a cell, done or not."""
    rows = []
    for cell in cells:
        result = results.get(cell.name)
        rows.append(
            {
                "cell": cell.name,
                **_kind(cell, all_micrographs),
                "seed": cell.seed,
                "status": "open" if result is None else result.status,
                "why": "" if result is None else result.why,
                **(
                    {}
                    if result is None or result.status != "done"
                    else {
                        "threshold": result.threshold,
                        "validation_dice": result.validation_dice,
                        "wall_s": result.wall_s,
                        "resumed": result.resumed,
                    }
                ),
            }
        )
    return pd.DataFrame(rows)


def curve_table(cells: Sequence[Cell], results: Mapping[str, Result], all_micrographs: int) -> pd.DataFrame:
    """Return one row a cell and epoch: the learning curves, ``loss`` and ``dice_hard`` on validation."""
    rows = [
        {"cell": cell.name, **_kind(cell, all_micrographs), "seed": cell.seed, **epoch.model_dump()}
        for cell in cells
        if (result := results.get(cell.name)) is not None and result.status == "done"
        for epoch in result.curve
    ]
    return pd.DataFrame(rows, columns=["cell", *KIND, "seed", "step", "loss", "dice_hard"])


def _kind(cell: Cell, all_micrographs: int) -> dict[str, object]:
    size = all_micrographs if cell.training_size is None else cell.training_size
    return {
        "network": cell.network,
        "initialisation": cell.initialisation,
        "kind": cell.kind,
        "dilation": cell.rates,
        "training_size": size,
    }
