"""Mass-thickness, diffraction, fringes of thickness and lattice, Fresnel rims: each by what it does to a picture."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import Crystal, Lens, Material, Particle
from workbench.micrographs.synthetic.contrast import MOST_PHASE, Exit, add_particle, two_beam, window
from workbench.micrographs.synthetic.optics import expose

EDGE = 160
MIDDLE = EDGE / 2


def wave_of(*particles):
    wave = Exit.of_vacuum((EDGE, EDGE))
    masks = [add_particle(particle, wave) for particle in particles]
    return wave, masks


def seen(*particles, **lens):
    return expose(wave_of(*particles)[0], Lens(**lens))


def cube(column=MIDDLE, **how):
    return Particle("cube", MIDDLE, column, 60, material=Material(**how))


def test_in_focus_exp_of_minus_thickness_over_the_mean_free_path_passes():
    image = seen(cube(mean_free_path_px=40))
    assert image[80, 80] == pytest.approx(np.exp(-60 / 40), rel=1e-4)
    assert image[5, 5] == 1


def test_where_particles_overlap_both_absorb():
    image = seen(cube(60, mean_free_path_px=100), cube(100, mean_free_path_px=100))
    assert image[80, 80] == pytest.approx(image[80, 40] * image[80, 120], rel=1e-4)


def test_a_core_absorbs_more_and_a_cavity_less():
    ball, core, hollow = (
        seen(Particle(shape, MIDDLE, MIDDLE, 80, core=0.5, material=Material(200)))[80, 80]
        for shape in ("sphere", "core_shell", "hollow")
    )
    assert core < 0.8 * ball < 0.8 * hollow


def test_the_phase_of_thick_matter_levels_off():
    wave, _masks = wave_of(cube(phase_per_px=10.0))
    assert wave.phase.max() == pytest.approx(MOST_PHASE, rel=1e-3)
    wave, _masks = wave_of(cube(phase_per_px=0.001))
    assert wave.phase.max() == pytest.approx(0.06, rel=0.02)


def test_two_beams_at_the_bragg_condition_exchange_everything_in_half_an_extinction_distance():
    thickness = np.array([[0, 10, 20, 30, 40]], np.float32)
    np.testing.assert_allclose(two_beam(thickness, 40.0, 0.0), [[0, 0.5, 1, 0.5, 0]], atol=1e-5)
    weak = two_beam(np.linspace(0, 100, 200, dtype=np.float32)[None], 40.0, 3.0)
    assert weak.max() == pytest.approx(1 / 10, rel=0.01)


def test_thickness_fringes_repeat_with_the_extinction_distance():
    wedge = Particle(
        "facet",
        MIDDLE,
        MIDDLE,
        120,
        sides=4,
        rounding=0,
        material=Material(1e6),
        crystal=Crystal(20, strength=0.9),
    )
    wave, _masks = wave_of(wedge)
    image = expose(wave, Lens())
    flat = seen(Particle(**{**vars(wedge), "crystal": None}))
    line, smooth = image[80, 20:80], flat[80, 20:80]
    minima = np.flatnonzero((line[1:-1] < line[:-2]) & (line[1:-1] < line[2:]) & (line[1:-1] < 0.5)) + 1
    assert smooth.min() > 0.99
    assert len(minima) >= 3
    slope = np.diff(np.array([0.5, 1.5, 2.5]) * 20)[0] / np.diff(minima[:3]).mean()
    assert 2 < slope < 5  # of the facets on both sides, 2 x 1 to 2 x 2.5


def test_bend_contours_and_twins_break_a_flat_crystal():
    flat, bent, twin = (
        Particle("plate", MIDDLE, MIDDLE, 100, height=0.2, material=Material(1e6), crystal=crystal)
        for crystal in (Crystal(40, 1.0), Crystal(40, 1.0, bend=8.0), Crystal(40, 0.0, sectors=(0.0, 3.0)))
    )
    inside = np.s_[60:100, 60:100]
    assert seen(flat)[inside].std() < 1e-3
    assert seen(bent)[inside].std() > 0.05
    halves = seen(twin)
    assert abs(halves[70, 80] - halves[90, 80]) > 0.1
    assert halves[60:78, 80].std() < 1e-3


def test_lattice_fringes_have_their_spacing_direction_and_strength_and_end_with_the_particle():
    fringes = ((8.0, 0.0, 0.2),)
    ball = Particle(
        "sphere", MIDDLE, MIDDLE, 100, material=Material(1e6), crystal=Crystal(1e6, fringes=fringes)
    )
    image = seen(ball)
    power = np.abs(np.fft.fft2(image - image.mean()))
    row, column = np.unravel_index(power.argmax(), power.shape)
    assert (min(row, EDGE - row), min(column, EDGE - column)) == (0, EDGE // 8)
    middle = image[70:90, 70:90]
    assert np.ptp(middle) / 2 == pytest.approx(0.2 * np.cos(np.pi / 8), rel=0.05)
    assert image[80, :28].std() < 1e-6


def test_texture_is_inside_and_keeps_the_mean():
    even, textured = (
        seen(Particle("sphere", MIDDLE, MIDDLE, 120, material=Material(300, texture=texture, texture_px=3)))
        for texture in (0.0, 0.2)
    )
    inside = np.s_[50:110, 50:110]
    grainy = textured[inside] / even[inside]
    assert grainy.std() > 0.03
    assert np.log(grainy).mean() == pytest.approx(0, abs=0.02)
    np.testing.assert_array_equal(textured[:15], even[:15])


def test_a_window_holds_the_whole_particle():
    rng = np.random.default_rng(0)
    for number in range(60):
        shape = ("sphere", "facet", "cube", "rod", "plate", "rough", "core_shell", "hollow")[number % 8]
        particle = Particle(
            shape, MIDDLE, MIDDLE, 50, float(rng.uniform(0, 6)), float(rng.uniform(1, 2)), int(rng.integers(3, 9)),
            float(rng.uniform(0, 0.45)), float(rng.uniform(0, 1)), roughness=0.12, seed=number,
        )  # fmt: skip
        wave = Exit.of_vacuum((EDGE, EDGE))
        box, mask = add_particle(particle, wave)
        for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]):
            assert not side.any(), particle
        assert (wave.absorption > 0).sum() == (wave.absorption[box] > 0).sum()


def test_what_lies_beyond_the_canvas_has_no_window():
    assert window(Particle("sphere", -100, 50, 60), (EDGE, EDGE)) is None
    assert add_particle(Particle("sphere", -100, 50, 60), Exit.of_vacuum((EDGE, EDGE))) is None
