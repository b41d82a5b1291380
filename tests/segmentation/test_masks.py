"""From probability to mask to particles."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import measure
from workbench.segmentation.masks import clean_mask, label_particles, make_mask

ROWS, COLUMNS = np.mgrid[:120, :160]


def disc(row: float, column: float, radius: float) -> np.ndarray:
    return np.hypot(ROWS - row, COLUMNS - column) < radius


def test_minimum_area_is_in_nm2_where_the_pixel_size_is_known():
    mask = disc(40, 40, 20) | disc(90, 120, 5)  # 1256 and 79 px
    kept = clean_mask(mask, min_area_nm2=1.0, nm_per_px=0.1)  # 1 nm2 is 100 px
    assert np.array_equal(kept, disc(40, 40, 20))
    assert np.array_equal(clean_mask(mask, min_area_nm2=0.5, nm_per_px=0.1), mask)
    assert np.array_equal(clean_mask(mask, min_area_nm2=100), disc(40, 40, 20))


def test_holes_are_filled_only_when_asked():
    ring = disc(60, 80, 30) & ~disc(60, 80, 8)
    assert np.array_equal(clean_mask(ring), ring)
    assert np.array_equal(clean_mask(ring, fill_holes=True), disc(60, 80, 30))


def test_touching_particles_are_parted_and_round_ones_left_alone():
    pair = disc(60, 60, 25) | disc(60, 100, 25)
    assert label_particles(pair)[1] == 1
    assert label_particles(clean_mask(pair, split_touching=True))[1] == 2
    one = disc(60, 80, 30)
    assert np.array_equal(clean_mask(one, split_touching=True), one)


def test_threshold_outside_zero_to_one_is_refused():
    with pytest.raises(WorkbenchError, match="between 0 and 1"):
        make_mask(np.zeros((4, 4), np.float32), threshold=1.5)


def test_particles_are_measured_in_nm():
    mask = disc(60, 60, 25)
    micrograph = Micrograph(np.where(mask, 10.0, 100.0).astype(np.float32), 0.1, "m")
    (row,) = measure(mask, micrograph).to_dict("records")
    assert row["area_nm2"] == pytest.approx(np.pi * 2.5**2, rel=0.02)
    assert row["diameter_nm"] == pytest.approx(5, rel=0.01)
    assert (row["y_px"], row["x_px"]) == pytest.approx((60, 60))
    assert row["circularity"] > 0.9
    assert not row["touches_edge"]


def test_without_a_pixel_size_the_columns_say_px():
    table = measure(disc(60, 60, 25), Micrograph(np.ones((120, 160), np.float32), None, "m"))
    assert "diameter_px" in table.columns
    assert not any(column.endswith("nm") for column in table.columns)
