"""The exit wave: nothing changes a wave in vacuum, and crystals show the fringes that the truth foretells."""

import numpy as np
import pytest

from workbench.micrographs.simulation.multislice import image_from_wave, simulate_exit_wave
from workbench.micrographs.simulation.optics import Optics, expose
from workbench.micrographs.simulation.specimen import build_specimen
from workbench.micrographs.simulation.structures import METALS


def one_crystal(seed=4, particles=1, structure=METALS["Au"], **changes):
    return build_specimen(
        np.random.default_rng(seed),
        cell_nm=5.0,
        particles=particles,
        diameters_nm=(2.5, 2.5),
        thickness_nm=0.0,
        zone_axis=1.0,
        structure=structure,
        shapes=("faceted",),
        **changes,
    )


def test_a_wave_through_vacuum_stays_a_plane_wave():
    wave = simulate_exit_wave(one_crystal(particles=0), 200, pixels=64)
    assert np.array_equal(wave.wave, np.ones((1, 64, 64)))
    assert not wave.labels.any()


def test_frozen_phonons_are_further_waves_behind_the_same_specimen():
    specimen = one_crystal()
    single = simulate_exit_wave(specimen, 200, pixels=128)
    several = simulate_exit_wave(specimen, 200, pixels=128, configurations=3, rng=np.random.default_rng(1))
    assert several.wave.shape == (3, 128, 128)
    assert np.array_equal(several.wave[0], single.wave[0])
    apart = np.abs(several.wave[1:] - single.wave).max(axis=(1, 2))
    assert (apart > 0.05).all()


def test_oversampling_changes_the_sampling_of_the_wave_and_not_of_the_labels():
    specimen = one_crystal()
    coarse = simulate_exit_wave(specimen, 200, pixels=64, oversampling=2)
    fine = simulate_exit_wave(specimen, 200, pixels=128)
    assert np.array_equal(coarse.wave, fine.wave)
    assert coarse.labels.shape == (64, 64)
    micrograph, labels = image_from_wave(coarse, Optics(), 0, crop=48)
    assert micrograph.shape == labels.shape == (48, 48)
    assert micrograph.nm_per_px == pytest.approx(5.0 / 64)


@pytest.mark.parametrize("metal", ["Au", "Pd"])
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_an_image_has_the_fringes_that_the_truth_foretells(metal, seed):
    specimen = one_crystal(seed, structure=METALS[metal])
    wave = simulate_exit_wave(specimen, 300, pixels=200)
    image = expose(wave.wave, wave.nm_per_px, Optics(voltage_kV=300, defocus_nm=5, cs_um=-5))
    power = np.abs(np.fft.fft2(image - image.mean())) ** 2
    frequency = np.fft.fftfreq(200, wave.nm_per_px)
    ky, kx = np.meshgrid(frequency, frequency, indexing="ij")
    foretold = [f for f in specimen.parameters["particles"][0]["fringes"] if f["spacing_nm"] > 0.18]
    assert foretold
    for fringe in foretold:
        g, angle = 1 / fringe["spacing_nm"], np.deg2rad(fringe["angle_deg"])
        near = np.hypot(kx - g * np.cos(angle), ky - g * np.sin(angle)) < 0.3
        ring = np.abs(np.hypot(kx, ky) - g) < 0.3
        assert power[near].max() > 20 * np.median(power[ring])
