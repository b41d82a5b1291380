"""Perimeters of shapes whose perimeter is known, however they lie in the grid of pixels."""

import math

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import ellipe

from workbench.micrographs.micrograph import Micrograph
from workbench.particles import perimeter
from workbench.particles.measuring import measure
from workbench.particles.perimeter import perimeter_px

DEGREES = (0, 7, 11.5, 22.5, 33, 45, 60, 90, 101)
OFFSETS = ((0.0, 0.0), (0.31, -0.42), (0.5, 0.5))


def drawn(half_plane_distance, degrees: float, offset: tuple[float, float], size: int) -> np.ndarray:
    """A pixel belongs to the shape if its centre does: ``distance(u, v) <= 0`` in the shape's own axes."""
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    rows, columns = rows - offset[0], columns - offset[1]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return half_plane_distance(columns * cosine + rows * sine, rows * cosine - columns * sine) <= 0


def rod(length: float, width: float):
    return lambda u, v: np.maximum(abs(u) - length / 2, abs(v) - width / 2)


def ellipse(a: float, b: float):
    return lambda u, v: (u / a) ** 2 + (v / b) ** 2 - 1


def around_ellipse(a: float, b: float) -> float:
    return 4 * max(a, b) * ellipe(1 - (min(a, b) / max(a, b)) ** 2)


SHAPES = {
    "disc of 12 px": (ellipse(6, 6), around_ellipse(6, 6), 0.03),
    "disc of 40 px": (ellipse(20, 20), around_ellipse(20, 20), 0.012),
    "disc of 120 px": (ellipse(60, 60), around_ellipse(60, 60), 0.012),
    "ellipse of 60 x 30 px": (ellipse(30, 15), around_ellipse(30, 15), 0.012),
    "ellipse of 120 x 30 px": (ellipse(60, 15), around_ellipse(60, 15), 0.012),
    "square of 101 px": (rod(101, 101), 404, 0.012),
    "square of 50 px": (rod(50, 50), 200, 0.02),
    "square of 20 px": (rod(20, 20), 80, 0.055),
    "rod of 100 x 20 px": (rod(100, 20), 240, 0.02),
    "rod of 160 x 30 px": (rod(160, 30), 380, 0.015),
    "needle of 60 x 3 px": (rod(60, 3), 126, 0.04),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_perimeter_is_that_of_the_shape_at_any_angle(name):
    shape, true, within = SHAPES[name]
    for degrees in DEGREES:
        for offset in OFFSETS:
            found = perimeter_px(drawn(shape, degrees, offset, 170))
            assert found == pytest.approx(true, rel=within), (degrees, offset)


def test_the_circularity_of_a_square_does_not_depend_on_its_angle():
    nothing = Micrograph(np.zeros((170, 170), np.float32), 0.05, "m")
    found = [
        measure(drawn(rod(101, 101), degrees, (0, 0), 170), nothing, lattice=False).circularity.item()
        for degrees in DEGREES
    ]
    assert found == pytest.approx([math.pi / 4] * len(found), rel=0.025)


@pytest.mark.parametrize("radius", [0.5, 1, 1.5, 2, 3, 5, 8, 20, 70])
def test_circularity_is_perimeter_and_area_and_at_most_one(radius):
    mask = drawn(ellipse(radius, radius), 0, (0, 0), 151)
    row = measure(mask, Micrograph(np.zeros(mask.shape, np.float32), 0.5, "m"), lattice=False).iloc[0]
    assert row.perimeter_nm == pytest.approx(perimeter_px(mask) * 0.5)
    assert row.circularity == pytest.approx(min(1, 4 * math.pi * row.area_nm2 / row.perimeter_nm**2))
    assert 0.75 < row.circularity <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (1, 20), (3, 1)])
def test_particles_of_a_few_pixels_have_the_perimeter_of_about_their_pixels(shape):
    particle = np.ones(shape, bool)
    sides = 2 * sum(shape)
    assert 0.78 * sides < perimeter_px(particle) <= sides + 0.1


def test_a_line_one_pixel_wide_has_two_sides_at_any_angle():
    assert perimeter_px(np.eye(40, dtype=bool)) == pytest.approx(2 * 40 * math.sqrt(2), rel=0.08)
    assert perimeter_px(np.ones((1, 40), bool)) == pytest.approx(2 * 40, rel=0.08)


def test_the_edge_of_a_hole_counts():
    ring = drawn(ellipse(40, 40), 0, (0, 0), 100) & ~drawn(ellipse(15, 15), 0, (0, 0), 100)
    assert perimeter_px(ring) == pytest.approx(2 * math.pi * (40 + 15), rel=0.012)


def test_a_hole_of_one_pixel_does_not_count():
    whole = drawn(ellipse(40, 40), 0, (0, 0), 100)
    pierced = whole.copy()
    pierced[50, 50] = False
    assert perimeter_px(pierced) == pytest.approx(perimeter_px(whole), rel=0.002)


def test_a_cut_along_the_edge_of_the_image_counts():
    half = drawn(ellipse(40, 40), 0, (0, 0), 100)[:50]
    assert perimeter_px(half) == pytest.approx(math.pi * 40 + 80, rel=0.02)
    assert perimeter_px(np.ones((60, 90), bool)) == pytest.approx(300, rel=0.02)


def test_neither_the_box_nor_the_neighbours_change_a_perimeter():
    disc = drawn(ellipse(10, 10), 0, (0.2, 0.1), 60)
    rows, columns = np.nonzero(disc)
    box = disc[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert perimeter_px(box) == pytest.approx(perimeter_px(disc), rel=1e-5)
    mask = np.zeros((60, 60), bool)
    mask[:25, :25] = mask[27:, 27:] = True  # 2 px apart: nearer than the Gaussian reaches
    found = measure(mask, Micrograph(np.zeros(mask.shape, np.float32), None, "m"), lattice=False)
    assert found.perimeter_px.tolist() == pytest.approx(
        [perimeter_px(np.ones((n, n), bool)) for n in (25, 33)]
    )


@pytest.mark.parametrize("shape", [(1, 1), (56, 56), (57, 9), (9, 57), (64, 120), (192, 191), (3, 193)])
def test_a_particle_of_any_size_is_smoothed_by_the_same_gaussian(shape):
    particle = np.random.default_rng(4).random(shape) < 0.7
    wide = np.pad(particle, 4).astype(np.float64)
    expected = ndimage.gaussian_filter(wide, perimeter.SMOOTHED_PX, mode="constant")
    np.testing.assert_allclose(perimeter._smoothed(particle), expected, atol=1e-6)


def test_cells_that_no_outline_crosses_change_nothing(monkeypatch):
    """The outline is looked for on the flank alone, which gives what all cells give."""
    random = np.random.default_rng(3)
    particle = ndimage.gaussian_filter(random.normal(size=(90, 120)), 2.5) > 0
    found = perimeter_px(particle)
    monkeypatch.setattr(perimeter, "_LEVELS", (-1.0, 2.0))
    assert perimeter_px(particle) == pytest.approx(found, rel=1e-12)
