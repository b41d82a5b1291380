"""The table of a study: a row a network, a column a dilation and a training size."""

import pytest
from study_standing import COLOURS, HALF, OVERVIEW, cells

from workbench.app.study.grid import Column, Square, columns_of, kinds_of, squares, table_html
from workbench.study.overview import Overview
from workbench.study.status import CellStatus, StudyStatus


def test_the_table_shows_mean_and_deviation_over_the_seeds_that_are_done_and_states_elsewhere():
    """Mean of 0.9 and 0.7: 0.8; sample deviation: 0.2 / sqrt(2)."""
    table = table_html(OVERVIEW, HALF, COLOURS)
    assert "0.800 ± 0.141<br><small>2 of 3 seeds, training 40 %</small>" in table
    assert ">1 failed<" in table
    assert "It &lt;broke&gt;." in table
    assert "B &amp; C" in table
    assert table.count(">Waits<") == 2
    assert "<th>dilation 1</th><th>dilation 2</th>" in table


def test_columns_are_sizes_and_dilations_the_most_micrographs_first():
    found = columns_of(Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",)))
    assert found == [Column(48, "1"), Column(48, "2"), Column(4, "1")]


def test_the_columns_of_one_training_size_stand_under_it():
    sizes = Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",))
    table = table_html(sizes, StudyStatus("new"), COLOURS)
    head = '<th colspan="2">48 training micrographs</th><th colspan="1">4 training micrographs</th>'
    assert f"<tr><th></th>{head}</tr>" in table
    assert "training micrographs" not in table_html(OVERVIEW, HALF, COLOURS)


def test_seeds_of_one_network_at_one_column_share_a_square():
    found = squares(OVERVIEW, HALF)
    assert len(found) == 4
    assert found["A", Column(None, "1")].dices == [0.9, 0.7]
    assert kinds_of(OVERVIEW) == ["A", "B & C"]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (("waits", "trained", "failed"), "trained"),
        (("done", "scored", "failed"), "scored"),
        (("done", "failed", "waits"), "failed"),
        (("begun", "waits"), "begun"),
        (("done", "done"), "done"),
    ],
)
def test_what_is_told_of_seeds_is_the_liveliest_of_their_states(states, told):
    assert Square([(OVERVIEW.cells[0], CellStatus(state)) for state in states]).state == told


def test_what_is_not_part_of_the_study_is_not_said_to_wait():
    less = Overview(
        "o", "", tuple(cell for cell in OVERVIEW.cells if cell.kind == "A" or cell.rates == "1"), ("t",)
    )
    assert 'title="not part of the study">–<' in table_html(less, StudyStatus("new"), COLOURS)
