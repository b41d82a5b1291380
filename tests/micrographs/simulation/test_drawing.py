"""Named conditions draw the same specimens, microscopes and noise for the same seed in every version.

The numbers were recorded before particles of other metals, labels and parallel runs were added: networks are trained
and judged on sets that a seed and a name stand for.
"""

import numpy as np
import pytest

from workbench.micrographs.simulation import drawing
from workbench.micrographs.simulation.conditions import CONDITIONS
from workbench.micrographs.simulation.drawing import draw_optics, draw_wave, streams
from workbench.micrographs.simulation.multislice import ExitWave, image_from_wave

# voltage, atoms of particles and film with the sums of their coordinates, and of two shots defocus, dose, noise seed
DRAWN = {
    "training": (80, 5681, 155617.243611, 96732, 1850433.403689,
                 [(-15.709765, 1147.617102, 1584180395), (81.824107, 182.880277, 795022664)]),
    "supported": (80, 5837, 118626.628106, 58387, 1044615.351511,
                  [(-9.594658, 506.364575, 1038130828), (30.250686, 1198.224283, 743804504)]),
    "field": (200, 21842, 605822.549590, 131681, 3899126.692154,
              [(112.683480, 1768.283873, 1743351170), (-0.422450, 67.117601, 1392948535)]),
    "wide": (120, 27617, 1109970.185656, 343874, 13345863.651584,
             [(14.737431, 514.915020, 959860793), (110.386052, 433.355610, 933446052)]),
    "sim-low-contrast": (200, 6313, 104933.371960, 34169, 443179.233705,
                         [(25.838327, 413.893, 671443830), (42.091503, 978.941317, 962829894)]),
}  # fmt: skip


def only_drawn(specimen, voltage_kV, **_ignored):
    wave, labels = np.ones((1, 4, 4), np.complex64), np.zeros((4, 4), np.uint16)
    return ExitWave(wave, labels, specimen.cell_nm / 576, voltage_kV, {"specimen": specimen})


@pytest.mark.parametrize("name", DRAWN)
def test_what_a_seed_stands_for_does_not_change(monkeypatch, name):
    monkeypatch.setattr(drawing, "simulate_exit_wave", only_drawn)
    rng, extra = streams(424242, 1)
    wave = draw_wave(CONDITIONS[name], rng, extra)
    specimen = wave.parameters["specimen"]
    voltage_kV, atoms, atoms_sum, carbon, carbon_sum, shots = DRAWN[name]
    assert (wave.voltage_kV, len(specimen.atoms), len(specimen.carbon)) == (voltage_kV, atoms, carbon)
    assert specimen.atoms.sum() == pytest.approx(atoms_sum, abs=1e-3)
    assert specimen.carbon.sum() == pytest.approx(carbon_sum, abs=1e-3)
    for defocus_nm, dose, noise_seed in shots:
        optics = draw_optics(CONDITIONS[name], wave, rng, extra)
        assert (optics.defocus_nm, optics.dose_e_per_A2) == pytest.approx((defocus_nm, dose), abs=1e-5)
        assert rng.integers(2**31) == noise_seed


@pytest.fixture(scope="module")
def known_wave():
    rng, extra = streams(7, 0)
    wave = draw_wave(CONDITIONS["sim-low-contrast"], rng, extra)
    optics = draw_optics(CONDITIONS["sim-low-contrast"], wave, rng, extra)
    return wave, optics, int(rng.integers(2**31))


def test_an_exit_wave_is_the_one_it_always_was(known_wave):
    wave, _optics, _seed = known_wave
    samples = [wave.wave[0][place] for place in ((100, 100), (288, 288), (400, 123), (50, 500))]
    known = [0.9470 + 0.1630j, 0.9679 + 0.1811j, 0.9538 + 0.1456j, 1.0365 + 0.1107j]
    assert samples == pytest.approx(known, abs=5e-4)
    assert np.count_nonzero(wave.labels) == 46361
    assert set(np.unique(wave.labels)) == {0, 1, 2}


def test_a_micrograph_is_the_one_it_always_was(known_wave):
    wave, optics, seed = known_wave
    micrograph, labels = image_from_wave(wave, optics, seed)
    particle = labels != 0
    assert particle.sum() == 34961
    # Another FFT may draw other noise, which moves a mean over 35,000 pixels by less than 0.1 %.
    assert micrograph.pixels.mean() == pytest.approx(1980.66, rel=1e-3)
    assert micrograph.pixels[particle].mean() == pytest.approx(1791.03, rel=2e-3)
    assert micrograph.pixels.std() == pytest.approx(316.99, rel=5e-3)


def test_no_electron_is_lost_in_a_thin_specimen(known_wave):
    wave, _optics, _seed = known_wave
    # Scattering beyond two thirds of the Nyquist frequency is cut off; it is a few per cent.
    assert 0.95 < float(np.mean(np.abs(wave.wave) ** 2)) < 1.001
