"""Outlines have the area that their width says, and thicknesses are those of the bodies."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import SHAPES, Particle
from workbench.micrographs.synthetic.shapes import project

COMPACT = [shape for shape in SHAPES if shape not in ("rod", "wire")]


def projected(particle, edge):
    places = np.arange(edge, dtype=np.float32) + np.float32(0.5)
    return project(particle, places[:, None], places[None, :])


def one(shape, width, edge, **how):
    return projected(Particle(shape, edge / 2, edge / 2, width, **how), edge)


@pytest.mark.parametrize("shape", COMPACT)
@pytest.mark.parametrize("width", [24, 120, 400])
def test_the_area_is_that_of_a_circle_of_the_width(shape, width):
    how = {"aspect": 1.4, "angle": 0.7, "irregular": 0.3, "roughness": 0.08, "core": 0.5, "seed": 5}
    seen = one(shape, width, 2 * width, **how)
    assert (seen.depth > 0).sum() == pytest.approx(np.pi / 4 * width**2, rel=0.03)
    assert seen.thickness[seen.depth < -1].max() == 0


@pytest.mark.parametrize("shape", ["sphere", "cube", "facet", "rough"])
def test_particles_of_five_pixels_have_their_area_on_average(shape):
    rng = np.random.default_rng(0)
    areas = [
        (projected(Particle(shape, *rng.uniform(7, 9, 2), 5, seed=number), 16).depth > 0).sum()
        for number in range(60)
    ]
    assert np.mean(areas) == pytest.approx(np.pi / 4 * 25, rel=0.04)


@pytest.mark.parametrize("rounding", [0.0, 0.2, 0.6, 1.0])
@pytest.mark.parametrize("sides", [3, 4, 6])
def test_rounding_takes_the_corners_and_keeps_the_area(sides, rounding):
    seen = one("plate", 100, 260, sides=sides, rounding=rounding)
    assert (seen.depth > 0).sum() == pytest.approx(np.pi / 4 * 100**2, rel=0.02)
    rows, columns = np.nonzero(seen.depth > 0)
    corner = np.hypot(rows - 129.5, columns - 129.5).max()
    sharp = 50 * np.sqrt(np.pi / (sides * np.tan(np.pi / sides))) / np.cos(np.pi / sides)
    if rounding == 0:
        assert corner == pytest.approx(sharp, abs=2)
    elif rounding >= 0.6:
        assert 49.9 < corner < sharp - 2


def test_a_sphere_is_as_thick_as_its_chord():
    seen = one("sphere", 80, 100)
    rows, columns = np.mgrid[:100, :100] - 49.5
    chord = 2 * np.sqrt(np.maximum(40**2 - rows**2 - columns**2, 0))
    np.testing.assert_allclose(seen.thickness, chord, atol=1e-2)
    np.testing.assert_allclose(seen.depth, 40 - np.hypot(rows, columns), atol=1e-3)


def test_a_hollow_sphere_lacks_what_its_cavity_holds():
    full, hollow = one("sphere", 80, 100), one("hollow", 80, 100, core=0.5)
    missing = (full.thickness - hollow.thickness).sum()
    assert missing == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.01)
    assert hollow.thickness[50, 50] < 0.6 * full.thickness[50, 50]
    assert hollow.core is None


def test_a_core_is_another_matter_inside_the_shell():
    full, filled = one("sphere", 80, 100), one("core_shell", 80, 100, core=0.5)
    assert filled.core is not None
    np.testing.assert_allclose(filled.thickness + filled.core, full.thickness, atol=1e-3)
    assert filled.core.sum() == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.01)
    assert one("core_shell", 80, 100, core=0.0).core is None


@pytest.mark.parametrize(("rounding", "area"), [(0.2, 20 * 120), (0.9, 20 * 100 + np.pi * 100)])
def test_a_rod_is_as_wide_across_and_as_long_as_asked(rounding, area):
    seen = one("rod", 20, 160, aspect=6.0, rounding=rounding)
    inside = seen.depth > 0
    assert inside.any(1).sum() == 20
    assert inside.any(0).sum() == 120
    assert inside.sum() == pytest.approx(area, rel=0.01)
    assert seen.thickness.max() == pytest.approx(20, rel=0.03)


def test_a_rod_turns_by_its_angle():
    seen = one("rod", 20, 160, aspect=6.0, angle=np.pi / 2)
    assert (seen.depth > 0).any(0).sum() == 20


@pytest.mark.parametrize(("core", "middle"), [(0.0, 40), (0.75, 10)])
def test_a_wire_crosses_the_frame_and_a_tube_is_thin_in_the_middle(core, middle):
    seen = one("wire", 40, 200, core=core)
    assert ((seen.depth > 0).sum(0) == 40).all()
    assert seen.thickness[100, 100] == pytest.approx(middle, rel=0.01)


def test_a_wire_bends():
    seen = one("wire", 10, 200, curve=8.0)
    middle, end = (np.flatnonzero(seen.depth[:, column] > 0).mean() for column in (100, 150))
    assert end - middle == pytest.approx(8, abs=0.6)


def test_cubes_and_plates_are_flat_and_facets_slope():
    cube, plate = one("cube", 60, 100, height=0.9), one("plate", 60, 100, height=0.1)
    assert cube.thickness[cube.depth > 1].std() < 1e-3
    assert cube.thickness.max() == pytest.approx(54)
    assert plate.thickness.max() == pytest.approx(6)
    facet = one("facet", 60, 100, sides=6)
    shallow = (facet.depth > 1) & (facet.depth < 4)
    assert facet.thickness[shallow].mean() < 0.4 * facet.thickness.max()


def test_rough_outlines_vary_as_much_as_asked():
    rows, columns = np.mgrid[:300, :300] - 149.5
    spreads = []
    for roughness in (0.02, 0.1):
        seen = one("rough", 200, 300, roughness=roughness, seed=3)
        turn = np.arctan2(rows, columns)
        rim = np.abs(seen.depth) < 1
        radii = np.hypot(rows, columns)[rim][np.argsort(turn[rim])]
        spreads.append(radii.std() / radii.mean())
    assert spreads == [pytest.approx(0.02, rel=0.2), pytest.approx(0.1, rel=0.2)]
