"""An outline along the edges of pixels, filled again, gives the same pixels: by our filler and by others'."""

import numpy as np
import pytest
from matplotlib.path import Path as MatplotlibPath
from particle_scenes import random_labels
from skimage.draw import polygon2mask

from workbench.particles.files.outlines import fill_polygons, runs_clockwise, trace_outlines


def by_matplotlib(loops, shape):
    """Fill by the even-odd rule, asking of each centre of a pixel whether it lies inside."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    centres = np.column_stack([columns.ravel() + 0.5, rows.ravel() + 0.5])
    filled = np.zeros(shape, bool)
    for loop in loops:
        filled ^= MatplotlibPath(loop).contains_points(centres).reshape(shape)
    return filled


def by_skimage(loops, shape):
    filled = np.zeros(shape, bool)
    for loop in loops:
        filled ^= polygon2mask(shape, loop[:, ::-1] - 0.5)
    return filled


def by_hand(loops, shape):
    """Count for each pixel how many vertical edges lie to the left of its centre."""
    filled = np.zeros(shape, bool)
    for loop in loops:
        for (x0, y0), (x1, y1) in zip(loop, np.roll(loop, -1, axis=0), strict=True):
            if x0 == x1:
                filled[min(y0, y1) : max(y0, y1), x0:] ^= True
    return filled


def test_a_thousand_random_particles_are_the_same_when_their_outlines_are_filled_by_four_fillers():
    rng = np.random.default_rng(7)
    count = holes = pieces = 0
    while count < 1000:
        labels = random_labels(rng, count % 4)
        traced = trace_outlines(labels)
        assert set(traced) == set(np.unique(labels)) - {0}
        for number, loops in traced.items():
            true = labels == number
            for fill in (fill_polygons, by_matplotlib, by_skimage, by_hand):
                assert np.array_equal(fill(loops, true.shape), true), fill
            around = [runs_clockwise(loop) for loop in loops]
            holes += around.count(False)
            pieces += around.count(True)
            count += 1
    assert holes > 500
    assert pieces > count


def test_pixels_that_touch_at_a_corner_have_one_outline_and_a_hole_runs_the_other_way():
    diagonal = trace_outlines(np.array([[1, 0], [0, 1]]))[1]
    assert len(diagonal) == 1
    assert len(diagonal[0]) == 8
    outer, hole = trace_outlines(np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]))[1]
    assert runs_clockwise(outer)
    assert not runs_clockwise(hole)
    assert sorted(map(tuple, hole.tolist())) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_only_corners_are_kept():
    loops = trace_outlines(np.ones((30, 40), np.uint16))[1]
    assert sorted(map(tuple, loops[0].tolist())) == [(0, 0), (0, 30), (40, 0), (40, 30)]


def test_an_image_without_particles_has_no_outlines():
    assert trace_outlines(np.zeros((4, 5), int)) == {}


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 0.999])
def test_a_pixel_is_inside_where_its_centre_is(shift):
    square = np.array([[1, 1], [4, 1], [4, 3], [1, 3]]) + shift
    filled = fill_polygons([square], (6, 7))
    centres = np.arange(7) + 0.5
    columns = (centres > 1 + shift) & (
        centres <= 4 + shift
    )  # on the left edge outside, on the right one inside
    rows = (centres[:6] >= 1 + shift) & (centres[:6] < 3 + shift)
    assert np.array_equal(filled, rows[:, np.newaxis] & columns)


def test_what_lies_outside_the_image_is_cut_off_and_what_is_no_polygon_has_no_pixels():
    assert fill_polygons([[[-5, -5], [50, -5], [50, 50], [-5, 50]]], (3, 4)).all()
    for nothing in ([], [[0, 0]], [[0, 0], [3, 3]], [[np.nan, 0], [3, 0], [3, 3]]):
        assert not fill_polygons([nothing], (4, 4)).any()
