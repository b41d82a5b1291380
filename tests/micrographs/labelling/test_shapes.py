"""Which pixels a stroke covers, against distances computed for every pixel."""

import numpy as np
import pytest

from workbench.micrographs.labelling.shapes import brush, flood, polygon


def whole(shape, region):
    image = np.zeros(shape, bool)
    image[region.rows, region.columns] = region.mask
    return image


def near_path(shape, points, size):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    found = np.zeros(shape, bool)
    points = np.array(points, float)
    for start, end in zip(points, points[1:] if len(points) > 1 else points, strict=False):
        along = end - start
        length = along @ along
        part = ((rows - start[0]) * along[0] + (columns - start[1]) * along[1]) / (length or 1)
        part = np.clip(part, 0, 1)
        distance = np.hypot(rows - start[0] - part * along[0], columns - start[1] - part * along[1])
        found |= distance <= size / 2 + 1e-9
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 24, 61])
def test_a_brush_covers_what_lies_within_half_its_size(size):
    rng = np.random.default_rng(size)
    for _ in range(15):
        shape = tuple(int(edge) for edge in rng.integers(1, 120, 2))
        points = rng.integers(-40, 160, (int(rng.integers(1, 6)), 2))
        assert (whole(shape, brush(shape, points, size)) == near_path(shape, points, size)).all()


def test_a_brush_of_one_pixel_draws_one_pixel_and_one_outside_nothing():
    assert np.argwhere(whole((9, 9), brush((9, 9), [(4, 5)], 1))).tolist() == [[4, 5]]
    assert not brush((9, 9), [(40, 50)], 3).mask.any()


def test_a_long_stroke_is_the_same_in_one_go_as_row_by_row():
    shape = (700, 300)
    points = [(-20, 290), (720, 3)]
    assert (whole(shape, brush(shape, points, 31)) == near_path(shape, points, 31)).all()


def test_a_square_lasso_holds_its_corners():
    inside = whole((30, 30), polygon((30, 30), [(5, 6), (5, 20), (12, 20), (12, 6)]))
    expected = np.zeros((30, 30), bool)
    expected[5:13, 6:21] = True
    assert (inside == expected).all()


def test_a_lasso_drawn_twice_around_is_filled_all_the_same():
    angle = np.linspace(0, 4 * np.pi, 80)
    round_twice = np.stack([50 + 30 * np.sin(angle), 50 + 30 * np.cos(angle)], 1).round().astype(int)
    once = polygon((100, 100), round_twice[:40])
    assert whole((100, 100), polygon((100, 100), round_twice))[50, 50]
    assert once.mask.sum() == pytest.approx(np.pi * 30**2, rel=0.08)


def test_a_lasso_that_leaves_the_image_is_cut_at_its_edge():
    inside = whole((20, 20), polygon((20, 20), [(-10, -10), (-10, 40), (9, 40), (9, -10)]))
    assert inside[:10].all()
    assert not inside[10:].any()


def test_a_flood_takes_one_particle_however_large_and_not_its_neighbour():
    image = np.zeros((900, 1000), bool)
    image[10:800, 20:700] = True
    image[10:800, 710:720] = True
    region = flood(image.shape, (400, 300), lambda rows, columns: image[rows, columns])
    assert (region.rows, region.columns) == (slice(10, 800), slice(20, 700))
    assert region.mask.all()


def test_a_flood_goes_through_sides_not_corners():
    image = np.eye(5, dtype=bool)
    assert flood((5, 5), (2, 2), lambda rows, columns: image[rows, columns]).mask.sum() == 1


def test_a_flood_from_where_it_does_not_pass_covers_nothing():
    image = np.zeros((50, 50), bool)
    for seed in [(3, 3), (-1, 0), (50, 2)]:
        assert not flood((50, 50), seed, lambda rows, columns: image[rows, columns]).mask.any()
