"""Particles of one micrograph are of one matter, and each differs in what may differ."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.micrographs.synthetic import SHAPES
from workbench.micrographs.synthetic.matter import CRYSTALLINE, OUTLINES, Batch, draw_batch
from workbench.micrographs.synthetic.particle import Crystal, Material

MEDIAN = 40.0


def batches(shape, count=200, **how):
    return [draw_batch(shape, MEDIAN, np.random.default_rng([3, number]), **how) for number in range(count)]


def particles(batch, count=300, angle=None):
    rng = np.random.default_rng(0)
    return [batch.particle(10.0, 20.0, 30.0, angle, rng) for _ in range(count)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_optical_depth_is_that_of_matter_that_is_seen_and_seen_through(shape):
    drawn = batches(shape)
    depths = [MEDIAN * one.height / one.material.mean_free_path_px for one in drawn]
    cores = [1 + 0.4 * one.material.core * one.core if shape == "core_shell" else 1 for one in drawn]
    whole = [depth * core for depth, core in zip(depths, cores, strict=True)]
    assert 0.3 <= min(whole) < 0.5
    assert 2.5 < max(whole) <= 4.0
    turns = [one.material.phase_per_px * one.material.mean_free_path_px for one in drawn]
    assert 1 <= min(turns) < max(turns) <= 8


@pytest.mark.parametrize("shape", SHAPES)
def test_crystals_are_as_frequent_as_their_shape_says(shape):
    share = np.mean([one.crystal is not None for one in batches(shape, 400)])
    assert share == pytest.approx(CRYSTALLINE.get(shape, 0.0), abs=0.08)
    assert not any(one.fringes_px for one in batches(shape, 20))


@pytest.mark.parametrize("shape", ["core_shell", "hollow", "wire", "sphere"])
def test_cores_and_cavities_are_where_a_shape_has_them(shape):
    cores = np.array([one.core for one in batches(shape, 100)])
    if shape == "sphere":
        assert not cores.any()
    elif shape == "wire":
        assert 0.25 < (cores > 0).mean() < 0.55  # tubes
    else:
        assert cores.min() > 0.2
    assert cores.max() <= 0.85


def test_plates_are_flat_and_rods_long():
    assert max(one.height for one in batches("plate")) <= 0.2
    assert all(one.height == 1 for one in batches("sphere"))
    lengths = [np.mean(one.aspect) for one in batches("rod")]
    assert 1.6 <= min(lengths) < 2.2
    assert 8 < max(lengths) <= 10.3
    cubes = [one.aspect for one in batches("cube")]
    assert set(cubes) == {(1.0, 1.0), (1.0, 1.4)}


def test_lattice_fringes_are_of_a_crystal_that_is_thin_enough_to_show_them():
    for one in batches("sphere", 100, fringes=True):
        assert one.crystal is not None
        assert MEDIAN / one.material.mean_free_path_px <= 0.9
        assert len(one.fringes_px) == 2
        assert all(3.2 <= spacing <= 9 for spacing in one.fringes_px)


PLAIN = Batch("facet", Material(100.0), sides=(4, 6), aspect=(1.0, 1.5), height=0.5, seed=70)


def test_each_particle_differs_in_turn_sides_outline_length_and_height_only():
    made = particles(PLAIN)
    assert {one.sides for one in made} == {4, 6}
    assert {one.seed for one in made} == set(range(70, 70 + OUTLINES))
    turns = np.array([one.angle for one in made])
    assert turns.min() >= 0
    assert 6 < turns.max() < 2 * np.pi
    lengths, heights = ([getattr(one, name) for one in made] for name in ("aspect", "height"))
    assert 1.0 <= min(lengths) < 1.05 < 1.45 < max(lengths) <= 1.5
    assert 0.375 <= min(heights) < 0.4 < 0.58 < max(heights) <= 0.6
    alike = {replace(one, angle=0.0, aspect=1.0, sides=4, seed=0, height=1.0) for one in made}
    assert len(alike) == 1
    (one,) = alike
    assert (one.row, one.column, one.width_px, one.material, one.crystal) == (
        10,
        20,
        30,
        PLAIN.material,
        None,
    )


def test_an_angle_that_is_given_is_taken_and_changes_nothing_else():
    free, turned = particles(PLAIN, 20), particles(PLAIN, 20, angle=0.3)
    assert {one.angle for one in turned} == {0.3}
    assert [replace(one, angle=0.0) for one in free] == [replace(one, angle=0.0) for one in turned]


def test_wires_are_curved_and_nothing_else_is():
    assert np.std([one.curve for one in particles(replace(PLAIN, shape="wire"))]) == pytest.approx(
        6, rel=0.15
    )
    assert not any(one.curve for one in particles(PLAIN))


def test_each_crystal_has_an_orientation_some_a_bend_some_twins():
    batch = replace(PLAIN, crystal=Crystal(50.0, strength=0.4), oriented=2.0)
    crystals = [one.crystal for one in particles(batch, 600)]
    assert {(one.extinction_px, one.strength) for one in crystals} == {(50.0, 0.4)}
    assert np.std([one.deviation for one in crystals]) == pytest.approx(2, rel=0.15)
    assert np.mean([one.bend != 0 for one in crystals]) == pytest.approx(0.4, abs=0.08)
    assert np.mean([len(one.sectors) > 0 for one in crystals]) == pytest.approx(0.3, abs=0.08)
    assert {len(one.sectors) for one in crystals} == {0, 2, 5}
    assert not any(one.fringes for one in crystals)


def test_fringes_cross_at_their_spacings():
    batch = replace(PLAIN, crystal=Crystal(50.0), fringes_px=(4.0, 5.0))
    shown = [one.crystal.fringes for one in particles(batch, 400)]
    assert np.mean([len(fringes) > 0 for fringes in shown]) == pytest.approx(0.75, abs=0.08)
    assert {tuple(spacing for spacing, _direction, _size in one) for one in shown} == {(), (4.0,), (4.0, 5.0)}
    for fringes in shown:
        assert all(0.03 <= size <= 0.4 for _spacing, _direction, size in fringes)
        if len(fringes) == 2:
            assert 0.9 <= fringes[1][1] - fringes[0][1] <= 1.6  # 52 to 92 degrees


def test_a_seed_gives_the_same_batch_and_the_same_particle():
    one, same = (draw_batch("rod", MEDIAN, np.random.default_rng(5)) for _ in range(2))
    assert one == same
    assert particles(one, 3) == particles(same, 3)
