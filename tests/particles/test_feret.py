"""Feret diameters of shapes of known size, at all angles."""

import numpy as np
import pytest
from skimage.measure import regionprops

from workbench.particles.feret import convex_hull, feret


def drawn(inside, size: int = 161) -> np.ndarray:
    y, x = np.mgrid[:size, :size] - size // 2
    return inside(y.astype(float), x.astype(float))


def turned(y, x, degrees: float):
    angle = np.radians(degrees)
    return y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)


def rectangle(high: float, wide: float, degrees: float) -> np.ndarray:
    def inside(y, x):
        v, u = turned(y, x, degrees)
        return (abs(v) < high / 2) & (abs(u) < wide / 2)

    return drawn(inside)


def test_one_pixel_and_a_row_of_pixels():
    assert feret(np.ones((1, 1), bool)) == pytest.approx((1, np.sqrt(2), 1))
    assert feret(np.ones((1, 4), bool)) == pytest.approx((1, np.sqrt(17), 4))
    assert feret(np.ones((3, 7), bool)) == pytest.approx((3, np.sqrt(58), 21))


def test_two_pixels_that_meet_at_a_corner():
    found = feret(np.eye(2, dtype=bool))
    assert found == pytest.approx((np.sqrt(2), np.sqrt(8), 3))


@pytest.mark.parametrize("degrees", [0, 10, 26.6, 45, 60, 80, 90])
def test_rods_of_known_width_and_length(degrees):
    found = feret(rectangle(30.5, 100.5, degrees))
    diagonal = np.hypot(30.5, 100.5)
    assert found.smallest == pytest.approx(30.5, abs=1.5)
    assert found.largest == pytest.approx(diagonal, abs=1.5)
    assert 30.5 * 100.5 * 0.99 < found.hull_area < 31.5 * 101.5 * 1.02


@pytest.mark.parametrize("radius", [4.3, 10.7, 50.2])
def test_discs_are_as_wide_in_every_direction(radius):
    found = feret(drawn(lambda y, x: np.hypot(y, x) < radius))
    # corners of pixels whose centres lie within: up to half a diagonal of a pixel further out at each side
    assert 2 * radius - 0.7 < found.smallest < 2 * radius + 1.2
    assert 2 * radius - 0.2 < found.largest < 2 * radius + 1.45


@pytest.mark.parametrize("degrees", [0, 17, 45, 71])
def test_ellipses(degrees):
    def inside(y, x):
        v, u = turned(y, x, degrees)
        return (v / 20.3) ** 2 + (u / 60.4) ** 2 < 1

    found = feret(drawn(inside))
    assert found.smallest == pytest.approx(40.6, abs=1.3)
    assert found.largest == pytest.approx(120.8, abs=1.3)


def test_the_largest_is_that_of_scikit_image_to_the_corners_of_pixels():
    rng = np.random.default_rng(5)
    for _ in range(40):
        blob = rng.random((12, 15)) < 0.3
        blob[6, 7] = True
        theirs = regionprops(blob.astype(int))[0].feret_diameter_max
        assert feret(blob).largest == pytest.approx(theirs, abs=0.75)
        assert feret(blob).hull_area >= np.count_nonzero(blob)


def test_the_hull_of_random_shapes_is_the_smallest_width_of_all_directions():
    rng = np.random.default_rng(6)
    directions = np.radians(np.arange(0, 180, 0.05))
    normals = np.stack([np.sin(directions), np.cos(directions)], axis=1)
    for _ in range(25):
        blob = rng.random((rng.integers(1, 30), rng.integers(1, 30))) < 0.4
        blob[0, 0] = True
        heights = normals @ convex_hull(blob).T
        widths = heights.max(axis=1) - heights.min(axis=1)
        found = feret(blob)
        assert found.smallest <= widths.min() + 1e-9
        assert found.smallest == pytest.approx(widths.min(), rel=2e-3)
        assert found.largest == pytest.approx(widths.max(), rel=2e-3)
