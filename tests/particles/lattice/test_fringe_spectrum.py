"""The Fourier power of one particle: its widths, its peaks, and the plane wave at the top of one."""

import math

import numpy as np
import pytest

from workbench.particles.lattice.fringe_spectrum import SPOT, FringeSpectrum

ROWS, COLUMNS = np.mgrid[:81, :81].astype(np.float32) - 40
DISC = np.hypot(ROWS, COLUMNS) < 38
NOISE = np.random.default_rng(0).normal(size=DISC.shape).astype(np.float32)


def wave(rows_per_px: float, columns_per_px: float, phase: float = 0.7) -> np.ndarray:
    return np.cos(2 * np.pi * (rows_per_px * ROWS + columns_per_px * COLUMNS) + phase).astype(np.float32)


def of(pixels: np.ndarray, particle: np.ndarray = DISC) -> FringeSpectrum:
    return FringeSpectrum(pixels, particle, math.sqrt(4 * np.count_nonzero(particle) / math.pi))


def first_peak(spectrum: FringeSpectrum) -> tuple[int, int]:
    return next(spectrum.peaks(0.05, 0.45, 10, 5))


def test_the_width_of_a_particle_is_that_of_the_ellipse_of_its_second_moments():
    assert of(NOISE).narrowest_px == pytest.approx(2 * 38, rel=0.01)
    np.testing.assert_allclose(of(NOISE).extent, np.eye(2) * (2 * 38) ** 2, rtol=0.01, atol=1)
    bar = np.ones((20, 60), bool)
    assert of(NOISE[:20, :60], bar).narrowest_px == pytest.approx(4 * 20 / math.sqrt(12), rel=0.01)


def test_nothing_is_looked_for_in_what_is_too_narrow_or_all_the_same():
    assert of(NOISE[:9, :60], np.ones((9, 60), bool)).empty
    assert of(np.full(DISC.shape, 7, np.float32)).empty
    assert of(1000 + 3 * ROWS - COLUMNS).empty  # an even slope is none of it
    assert not of(NOISE).empty


def test_neither_unit_nor_level_nor_slope_of_the_intensities_plays_a_part():
    plain = of(NOISE)
    other = of(1e6 * (NOISE + 5 + 0.01 * ROWS - 0.02 * COLUMNS))
    np.testing.assert_allclose(other.power, plain.power, rtol=1e-3, atol=1e-3 * plain.power.max())


@pytest.mark.parametrize("frequency", [(0.21, 0.13), (-0.21, 0.13), (0.25, 0.0), (0.0, 0.3), (-0.1, 0.05)])
def test_the_clearest_peak_is_that_of_the_fringes_and_its_top_their_frequency(frequency):
    spectrum = of(NOISE / 2 + wave(*frequency))
    place = first_peak(spectrum)
    assert spectrum.distance(spectrum.frequency_of(place) - frequency) < SPOT / 2
    found = spectrum.fringes(place, background=float(np.median(spectrum.power)) / math.log(2))
    assert found.frequency == pytest.approx(frequency, abs=2e-3)
    assert found.per_px == pytest.approx(math.hypot(*frequency), rel=5e-3)
    assert found.direction == pytest.approx(found.frequency / found.per_px)
    assert found.periods == pytest.approx(76 * math.hypot(*frequency), rel=0.02)
    assert abs(found.per_px / math.hypot(*frequency) - 1) < 4 * found.relative_error < 0.02
    assert found.relative > 10


def test_direction_and_frequency_scatter_as_their_standard_errors_say():
    frequency, off = np.array([0.21, 0.13]), []
    for seed in range(60):
        noise = np.random.default_rng(seed).normal(size=DISC.shape).astype(np.float32)
        spectrum = of(noise + wave(*frequency, 0.1 * seed))
        place = first_peak(spectrum)
        found = spectrum.fringes(place, background=float(np.median(spectrum.power)) / math.log(2))
        turn = math.degrees(math.atan2(*found.frequency) - math.atan2(*frequency))
        stretch = found.per_px / math.hypot(*frequency) - 1
        off.append((turn / found.angle_error_deg, stretch / found.relative_error))
    np.testing.assert_allclose(np.sqrt(np.mean(np.square(off), axis=0)), 1, atol=0.35)


def test_peaks_are_those_within_the_limits_and_each_is_told_once():
    both = of(NOISE + wave(0.2, 0.1) + wave(-0.05, 0.35))
    found = [both.frequency_of(place) for place in both.peaks(0.05, 0.45, 30, 9)]
    assert len(found) == 2
    assert sorted(round(math.hypot(*one), 1) for one in found) == [0.2, 0.4]
    within = [both.frequency_of(place) for place in both.peaks(0.05, 0.3, 30, 9)]
    assert [round(math.hypot(*one), 1) for one in within] == [0.2]
    assert len(list(both.peaks(0.05, 0.45, 30, 1))) == 1
    assert list(both.peaks(0.05, 0.45, 1e6, 9)) == []


def test_the_power_of_the_half_that_is_kept_is_that_of_the_whole_plane():
    spectrum = of(NOISE)
    whole = np.abs(np.fft.fft2(spectrum.faded, spectrum.shape)) ** 2
    rows, columns = np.mgrid[-30:31:7, -30:31:5]
    np.testing.assert_allclose(spectrum.power_at(rows, columns), whole[rows, columns], rtol=1e-3, atol=0.1)
    for place in ((0, 0), (3, 40), (-3, 40), (-40, 2), (spectrum.shape[0] // 2, 9)):
        around = spectrum.power_around(place, 4, 3)
        down, along = np.arange(place[0] - 4, place[0] + 5), np.arange(place[1] - 3, place[1] + 4)
        there = whole[down[:, None] % spectrum.shape[0], along % spectrum.shape[1]]
        np.testing.assert_allclose(around, there, rtol=1e-3, atol=0.1)


def test_noise_is_as_strong_as_the_mean_of_its_ring():
    relative = of(NOISE).relative_at(*np.mgrid[-30:31, 20:50])
    assert relative.mean() == pytest.approx(1, abs=0.15)


def test_an_amplitude_is_the_sum_of_pixels_times_wave():
    spectrum = of(NOISE)
    turns = np.exp(-2j * np.pi * (0.2 * spectrum.rows[:, None] + 0.11 * spectrum.columns))
    expected = complex((spectrum.faded * turns).sum())
    assert spectrum.amplitude(np.array([0.2, 0.11])) == pytest.approx(expected, rel=1e-3)


def test_what_pixels_hold_of_a_wave_adds_up_to_1_and_lies_where_it_is():
    upper = ROWS < 0
    spectrum = of(wave(0.1, 0.2) * upper + NOISE / 50)
    held = spectrum.held(np.array([0.1, 0.2]))
    assert held.sum() == pytest.approx(1, abs=1e-3)
    assert held[upper].sum() > 0.9


def test_a_wave_of_half_the_spacing_of_a_stronger_one_is_its_harmonic():
    def of_two(wide: float) -> bool:
        spectrum = of(NOISE / 4 + wide * wave(0.1, 0.05) + wave(0.2, 0.1))
        place = (round(0.2 * spectrum.shape[0]), round(0.1 * spectrum.shape[1]))
        return spectrum.is_harmonic(spectrum.fringes(place, 1.0), 10)

    assert of_two(2.0)
    assert not of_two(0.5)
    assert not of_two(0.0)
