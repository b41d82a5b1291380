"""A table and a label image belong together, or one sentence says which numbers are missing."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.files.belonging import check_belongs, check_labels, left_out_of, particles_text


def test_the_numbers_of_both_are_returned_in_their_order(scene):
    assert check_belongs(scene.labels, scene.table.iloc[::-1], scene.micrograph).tolist() == [
        1,
        2,
        5,
        17,
        300,
    ]
    assert check_labels(np.zeros_like(scene.labels), scene.micrograph).tolist() == []


def test_numbers_that_are_missing_on_either_side_are_named(scene):
    table = scene.table.assign(label=[1, 2, 6, 17, 301])
    with pytest.raises(WorkbenchError) as refused:
        check_belongs(scene.labels, table, scene.micrograph)
    assert "particles 5 and 300 missing in the table" in str(refused.value)
    assert "particles 6 and 301 missing in the label image" in str(refused.value)
    with pytest.raises(WorkbenchError, match=r"\(particle 5 missing in the table\)"):
        check_belongs(scene.labels, scene.table[scene.table.label != 5], scene.micrograph)


def test_a_number_in_several_rows_and_a_table_without_numbers_are_refused(scene):
    with pytest.raises(WorkbenchError, match="several rows of the table have the number of particle 2;"):
        check_belongs(scene.labels, scene.table.assign(label=[1, 2, 2, 17, 300]), scene.micrograph)
    with pytest.raises(WorkbenchError, match="no column label"):
        check_belongs(scene.labels, scene.table.drop(columns="label"), scene.micrograph)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.zeros((5, 5), int), r"of shape \(5, 5\) does not belong"),
        (np.full((60, 90), 0.5), "whole number from 1"),
        (np.full((60, 90), -1), "whole number from 1"),
        (np.full((60, 90), 1 << 25), "whole number from 1"),
        (np.ones((60, 90), bool), "this is a mask"),
    ],
)
def test_what_is_no_label_image_of_the_micrograph_is_refused(scene, labels, said):
    with pytest.raises(WorkbenchError, match=said):
        check_labels(labels, scene.micrograph)


def test_which_are_left_out_and_why(scene):
    assert left_out_of(scene.table) == {17: "edge"}
    assert left_out_of(None) == {} == left_out_of(scene.table.drop(columns="included"))
    assert left_out_of(pd.DataFrame({"label": [4], "included": [False]})) == {4: ""}
    told = pd.DataFrame({"label": [4, 5], "included": [False, False], "left_out": [None, "by\nhand "]})
    assert left_out_of(told) == {4: "", 5: "by hand"}


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([3], "particle 3"), ([3, 7], "particles 3 and 7"), (range(1, 9), "particles 1, 2, 3, 4, 5 and 3 more")],
)
def test_numbers_in_words(numbers, said):
    assert particles_text(list(numbers)) == said
