"""A row a micrograph: state, count and median of each network, and whether it is like their training."""

import math

import numpy as np
import pytest
from batch_standing import OUTSIDE, done, failed, standing, waits

from workbench.app.folder.rows import networks_in, rows_of, state_of, verdict_of
from workbench.batch.status import BatchStatus

LABELS = {"fcn8s": "FCN8s"}


def cells_of(rows):
    return {column.title: cells for column, cells in zip(rows.columns, rows.cells, strict=True)}


def test_each_micrograph_has_a_row_in_the_order_of_the_batch(tmp_path):
    rows = rows_of(standing(tmp_path), LABELS)
    assert [column.title for column in rows.columns] == [
        *("micrograph", "state", "FCN8s", "median, nm", "unet", "median, nm", "training"),
    ]
    assert rows.numbers.tolist() == [1, 2, 3, 4]
    cells = cells_of(rows)
    assert cells["micrograph"] == ["a", "b", "c", "d"]
    assert cells["state"] == ["done", "done", "failed: c.tif is <damaged>.", "waits"]
    np.testing.assert_equal(cells["FCN8s"], [12, 12, math.nan, math.nan])
    np.testing.assert_equal(cells["median, nm"], [4.25, 4.25, math.nan, math.nan])
    assert cells["training"] == ["inside", f"outside of unet: {OUTSIDE}", "", ""]
    assert rows.failed == ("", "", "c.tif is <damaged>.", "")


def test_columns_have_keys_of_their_own_whatever_networks_are_called(tmp_path):
    rows = rows_of(standing(tmp_path), {"fcn8s": "Net", "unet": "Net"})
    keys = [column.key for column in rows.columns]
    assert len(set(keys)) == len(keys)


def test_lengths_in_nm_and_in_px_are_never_in_one_column(tmp_path):
    both = BatchStatus("works", (done(tmp_path, "a"), done(tmp_path, "b", median=40.5, unit="px")))
    rows = rows_of(both, {})
    found = {
        column.key: (column.digits, cells) for column, cells in zip(rows.columns, rows.cells, strict=True)
    }
    assert found["median0nm"][0] == 2
    np.testing.assert_equal(found["median0nm"][1], [4.25, math.nan])
    assert found["median0px"][0] == 1
    np.testing.assert_equal(found["median0px"][1], [math.nan, 40.5])


def test_a_micrograph_without_a_particle_has_a_count_and_no_median(tmp_path):
    cells = cells_of(rows_of(BatchStatus("works", (done(tmp_path, "a", median=None),)), LABELS))
    assert cells["FCN8s"] == [12.0]
    assert math.isnan(cells["median, nm"][0])


def test_networks_come_as_they_found_something(tmp_path):
    assert networks_in(standing(tmp_path)) == ["fcn8s", "unet"]
    assert networks_in(BatchStatus("works", (waits(tmp_path, "a"),))) == []


@pytest.mark.parametrize(
    ("outside", "said"),
    [
        ({}, "inside"),
        ({"fcn8s": None}, "inside"),
        ({"fcn8s": None, "unet": None}, ""),
        ({"fcn8s": ("x.",)}, "outside of FCN8s: x."),
        ({"fcn8s": ("x.", "y."), "unet": ("x.", "y.")}, "outside of FCN8s and unet: x. y."),
        ({"fcn8s": ("x.",), "unet": ("y.",)}, "outside of FCN8s: x.; outside of unet: y."),
    ],
)
def test_a_verdict_names_the_networks_that_agree_in_it_once(tmp_path, outside, said):
    assert verdict_of(done(tmp_path, "a", **outside), LABELS) == said


def test_a_state_says_why_it_failed(tmp_path):
    assert state_of(failed(tmp_path, "a")) == "failed: a.tif is <damaged>."
    assert verdict_of(failed(tmp_path, "a"), LABELS) == ""
