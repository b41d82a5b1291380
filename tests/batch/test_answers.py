"""What is kept of an answer: its share of the specimen, its median, its rows."""

import numpy as np
import pandas as pd
import pytest

from workbench.batch.answers import Answer

MASK = np.zeros((10, 10), bool)
MASK[:2] = True
TABLE = pd.DataFrame({"diameter_nm": [1.0, 2.0, 6.0]})
TABLE.attrs["unit"] = "nm"


def answer(table=TABLE, left_out=(), particle_px=None):
    made_from = {"settings": {"threshold": 0.4}, "left_out": list(left_out)}
    return Answer("otsu", MASK.astype(np.float32), MASK, MASK.astype(int), table, 0.5, made_from, particle_px)


def test_what_was_left_out_is_no_specimen():
    assert answer().area == pytest.approx(0.2)
    assert answer(left_out=[("data bar", 5, 10, 0, 10)]).area == pytest.approx(0.4)


def test_what_was_found_is_told_with_the_median():
    found = answer().found
    assert (found["particles"], found["median_diameter"], found["smallest_area"]) == (3, 2.0, 0.5)
    assert "particle_px" not in found
    empty = TABLE.iloc[:0]
    empty.attrs["unit"] = "nm"
    assert answer(empty, particle_px=12.0).found["median_diameter"] is None
    assert answer(particle_px=12.0).found["particle_px"] == 12.0


def test_its_rows_bear_the_threshold():
    rows = answer().rows
    assert (rows.network, rows.threshold, rows.min_area, len(rows.particles)) == ("otsu", 0.4, 0.5, 3)
