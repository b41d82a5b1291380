"""The numbers of a study as tables, checked by hand."""

import math

import pandas as pd
import pytest

from workbench.study.cells import cells_of
from workbench.study.plan import read_plan
from workbench.study.results import Epoch, MicrographScore, Result
from workbench.study.tables import (
    ALL,
    by_dose,
    cell_means,
    cell_table,
    curve_table,
    fields,
    network_table,
    score_table,
    summary,
)

TESTS = pd.DataFrame(
    {
        "set": ["t", "t", "t"],
        "micrograph": ["m0", "m1", "m2"],
        "specimen": ["x", "x", "y"],
        "dose_e_per_A2": [20.0, 20.0, 200.0],
        "nm_per_px": [0.05, 0.05, 0.1],
        "bin": ["10 to 100 e/Å²", "10 to 100 e/Å²", "100 to 1000 e/Å²"],
        "edge_px": [100, 100, 200],
        "particles": [3, 3, 3],
        "diameter_px": [20.0, 40.0, math.nan],
    }
)


@pytest.fixture
def read(plan):
    return read_plan(plan())[0]


@pytest.fixture
def cells(read):
    return [cell for cell in cells_of(read) if cell.network == "U-Net"]


def done(cell, *dices, **known):
    scores = [
        MicrographScore(
            set="t",
            micrograph=f"m{number}",
            dice_hard=dice,
            iou=0,
            precision=0,
            recall=0,
            seconds=number + 1.0,
        )
        for number, dice in enumerate(dices)
    ]
    return Result(cell=cell.name, status="done", recipe={}, scores=scores, receptive_field_px=40, **known)


@pytest.fixture
def results(cells):
    """The first two seeds are done, the third has failed."""
    first, second, third = cells
    return {
        first.name: done(first, 0.9, 0.7, 0.6, curve=[Epoch(step=3, loss=1.0, dice_hard=0.5)]),
        second.name: done(second, 0.8, 0.6, 0.5),
        third.name: Result(cell=third.name, status="failed", recipe={}, why="It broke."),
    }


@pytest.fixture
def scores(cells, results):
    return score_table(cells, results, TESTS, 6)


def test_there_is_a_row_a_done_cell_and_micrograph_with_what_is_known_of_both(scores):
    assert len(scores) == 2 * 3
    row = scores.iloc[1]
    assert (row["micrograph"], row["specimen"], row["dice_hard"], row["seed"]) == ("m1", "x", 0.7, 0)
    assert set(scores["training_size"]) == {6}  # all there are


def test_each_specimen_counts_once(scores):
    # x is shown twice: (0.9 + 0.7) / 2, then the mean with 0.6 of y
    assert list(cell_means(scores)["dice_hard"]) == pytest.approx([(0.8 + 0.6) / 2, (0.7 + 0.5) / 2])


def test_means_are_over_seeds_and_each_dose_has_its_own(scores, read):
    table = summary(scores, read).set_index("dose")
    whole = table.loc[ALL]
    assert whole["mean"] == pytest.approx(0.65)
    assert whole["std"] == pytest.approx(0.1 / math.sqrt(2))
    assert (whole["seeds"], whole["micrographs"]) == (2, 3)
    assert list(table.index) == list(by_dose(scores, read))


def test_the_field_is_told_in_nm_in_diameters_and_in_edges(results, cells):
    found = fields(results[cells[0].name], TESTS)
    assert list(found["field_nm"]) == pytest.approx([2.0, 2.0, 4.0])
    assert list(found["field_diameters"][:2]) == pytest.approx([2.0, 1.0])
    assert math.isnan(found["field_diameters"][2])
    assert list(found["field_edges"]) == pytest.approx([0.4, 0.4, 0.2])


def test_a_network_has_one_row_whatever_its_seeds(cells, results, scores):
    (row,) = network_table(cells, results, scores, TESTS).to_dict("records")
    assert (row["network"], row["dilation"], row["field_px"], row["seconds"]) == ("U-Net", "1", 40, 2.0)
    assert row["field_nm"] == pytest.approx(2.0)


def test_every_cell_has_a_row_done_or_not(cells, results):
    del results[cells[1].name]
    table = cell_table(cells, results, 6)
    assert list(table["status"]) == ["done", "open", "failed"]
    assert list(table["why"]) == ["", "", "It broke."]


def test_a_learning_curve_has_a_row_an_epoch(cells, results):
    (row,) = curve_table(cells, results, 6).to_dict("records")
    assert (row["cell"], row["step"], row["loss"], row["dice_hard"]) == (cells[0].name, 3, 1.0, 0.5)


def test_without_a_score_the_tables_have_their_columns(cells, read):
    scores = score_table(cells, {}, TESTS, 6)
    assert len(scores) == len(curve_table(cells, {}, 6)) == len(summary(scores, read)) == 0
    assert "dice_hard" in scores
