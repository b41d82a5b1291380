"""Which rows of a table are counted, and what each counts."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import measure
from workbench.particles.sample import sample_of
from workbench.particles.selection import Selection


def rows(**columns):
    return pd.DataFrame({"diameter_nm": [3.0, 1.0, 2.0, 4.0], **columns})


def test_a_table_of_diameters_alone_counts_all_rows_and_says_what_it_does_not_know():
    sample = sample_of(rows())
    assert sample.diameters.tolist() == [1, 2, 3, 4]
    assert sample.weights.tolist() == [1, 1, 1, 1]
    assert (sample.unit, sample.left_out, sample.micrographs, sample.nm_per_px) == ("nm", {}, None, None)
    assert len(sample.notes) == 1
    assert "which particles the edge cuts" in sample.notes[0]


def test_particles_at_the_edge_are_left_out_and_the_rest_weighted():
    table = rows(touches_edge=[False, True, False, False], edge_weight=[1.5, 0.0, 1.0, 2.0])
    sample = sample_of(table)
    assert sample.diameters.tolist() == [2, 3, 4]
    assert sample.counts.tolist() == [1, 1.5, 2]
    assert sample.left_out == {"edge": 1}
    assert sample.notes == ()
    assert sample_of(table, edge="leave_out").weights.tolist() == [1, 1, 1]
    assert sample_of(table, edge="keep").diameters.tolist() == [1, 2, 3, 4]


def test_edge_weights_that_are_missing_are_said():
    assert "under-counted" in sample_of(rows(touches_edge=False)).notes[0]
    assert sample_of(rows(touches_edge=False), edge="leave_out").notes == ()


@pytest.mark.parametrize(("by", "weights"), [("number", [1, 1]), ("area", [4, 16]), ("volume", [8, 64])])
def test_particles_count_by_a_power_of_their_diameter(by, weights):
    table = pd.DataFrame({"diameter_px": [4.0, 2.0], "touches_edge": False, "edge_weight": 1.0})
    sample = sample_of(table, weighted_by=by)
    assert (sample.weights.tolist(), sample.unit) == (weights, "px")
    assert sample.counts.tolist() == [1, 1]


def test_rows_are_left_out_by_the_reason_that_the_table_gives():
    table = rows(
        included=[True, False, False, True],
        left_out=["", "size", "", ""],
        touches_edge=[False, True, False, True],
    )
    sample = sample_of(table, edge="leave_out")
    assert sample.diameters.tolist() == [3]
    assert sample.left_out == {"size": 1, "hand": 1, "edge": 1}


def test_particles_that_a_rule_left_out_for_the_edge_count_again_where_they_are_to_be_kept():
    table = rows(included=[True, False, True, False], left_out=["", "edge", "", "hand"], touches_edge=False)
    assert sample_of(table, edge="keep").diameters.tolist() == [1, 2, 3]


def test_what_a_selection_of_the_page_leaves_out_is_left_out():
    mask = np.zeros((60, 60), bool)
    mask[5:10, 5:10] = mask[20:40, 20:40] = mask[50:, 50:] = True
    table = measure(mask, Micrograph(np.zeros((60, 60)), 0.5, marks=()), lattice=False)
    sample = sample_of(Selection(smallest=5.0).apply(table))
    assert sample.left_out == {"edge": 1, "size": 1}
    assert sample.diameters == pytest.approx([2 * np.sqrt(400 / np.pi) * 0.5])
    assert sample.counts == pytest.approx([60 * 60 / (40 * 40)])
    assert sample.nm_per_px == 0.5
    assert sample.below_100_nm.tolist() == [True]


def test_a_csv_gives_the_same_as_the_table_it_was_made_of(tmp_path):
    table = rows(
        included=[True, False, True, True],
        left_out=["", "size", "", ""],
        touches_edge=[False, False, True, False],
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    again = sample_of(pd.read_csv(tmp_path / "t.csv"))
    assert (again.diameters.tolist(), again.left_out) == ([3, 4], {"size": 1, "edge": 1})


def test_what_has_no_value_is_left_out_and_counted():
    table = pd.DataFrame({"diameter_nm": [1.0, np.nan, -2.0, 0.0], "touches_edge": False})
    assert sample_of(table, edge="leave_out").left_out == {"no value": 3}


def test_several_tables_are_one_sample_of_as_many_micrographs():
    sample = sample_of([rows(), rows()[:0], rows()[:1]])
    assert (len(sample.diameters), sample.of_micrographs) == (5, 3)
    assert sample.diameters.tolist() == [1, 2, 3, 3, 4]
    assert sorted(sample.micrographs.tolist()) == [0, 0, 0, 0, 2]
    named = sample_of(rows(micrograph=["a", "a", "b", "b"]))
    assert (named.of_micrographs, named.micrographs.tolist()) == (2, [0, 1, 0, 1])


@pytest.mark.parametrize(
    "table",
    [
        [pd.DataFrame({"diameter_nm": [1.0]}), pd.DataFrame({"diameter_px": [1.0]})],
        pd.DataFrame({"diameter_nm": [1.0, np.nan], "diameter_px": [np.nan, 1.0]}),
    ],
)
def test_nm_and_px_are_not_mixed(table):
    with pytest.raises(WorkbenchError, match="some in px"):
        sample_of(table)


def test_what_several_networks_found_in_one_micrograph_does_not_count_twice():
    with pytest.raises(WorkbenchError, match=r"several networks .* \(a, b\)"):
        sample_of(rows(network=["a", "a", "b", "b"], micrograph="m"))
    assert len(sample_of(rows(network=["a", "a", "b", "b"], micrograph=["m", "m", "n", "n"])).diameters) == 4


@pytest.mark.parametrize(
    ("table", "options", "why"),
    [
        (pd.DataFrame({"length": [1.0]}), {}, "no table of particles"),
        (rows(), {"diameter": "feret_min"}, "no column feret_min_nm, so there is no smallest Feret diameter"),
        (rows(), {"diameter": "radius"}, "one of equal_circle, feret_min, feret_max, not 'radius'"),
        (rows(), {"weighted_by": "mass"}, "not 'mass'"),
        (rows(), {"edge": "no"}, "not 'no'"),
        (rows(edge_weight=[1.0, 0.5, 1.0, 1.0]), {}, "at least 1"),
        ([], {}, "list of such tables"),
        ([3], {}, "list of such tables"),
    ],
)
def test_what_makes_no_sample_is_refused(table, options, why):
    with pytest.raises(WorkbenchError, match=why):
        sample_of(table, **options)
