"""The lens: wavelengths from the literature, contrast as the transfer function of a weak phase object says."""

import numpy as np
import pytest

from workbench.micrographs.simulation.optics import Optics, electron_wavelength_nm, expose

PLAIN = Optics(voltage_kV=300, defocus_nm=0, cs_um=0, focal_spread_nm=0, convergence_mrad=0)


def grating(frequency, depth=0.01, size=200, nm_per_px=0.025):
    """Return a weak phase grating along x, whose period divides the cell."""
    x = np.arange(size) * nm_per_px
    phase = depth * np.cos(2 * np.pi * frequency * x)
    return np.exp(1j * np.tile(phase, (size, 1))).astype(np.complex64), nm_per_px


def test_the_wavelength_of_electrons():
    # Reimer and Kohl, Transmission Electron Microscopy, table 2.2
    for voltage_kV, wavelength_nm in ((80, 4.176e-3), (200, 2.508e-3), (300, 1.969e-3)):
        assert electron_wavelength_nm(voltage_kV) == pytest.approx(wavelength_nm, rel=1e-3)


@pytest.mark.parametrize(("defocus_nm", "cs_um"), [(60, 0), (-20, 0), (50, 1000)])
def test_a_weak_phase_grating_has_the_contrast_of_the_transfer_function(defocus_nm, cs_um):
    # Williams and Carter, chapter 28: contrast 2 depth sin(chi) with chi = pi lambda k^2 C1 + pi Cs lambda^3 k^4 / 2
    k, wavelength = 2.0, 1.96875e-3
    wave, nm_per_px = grating(k)
    image = expose(wave, nm_per_px, Optics(**PLAIN.as_dict() | {"defocus_nm": defocus_nm, "cs_um": cs_um}))
    chi = np.pi * wavelength * k**2 * -defocus_nm + np.pi / 2 * cs_um * 1e3 * wavelength**3 * k**4
    seen = 2 * np.fft.fft(image[0])[round(k * 200 * nm_per_px)].real / 200
    assert seen == pytest.approx(2 * 0.01 * np.sin(chi), abs=2e-4)


def test_in_focus_a_phase_object_is_invisible_and_an_aperture_shows_it():
    rng = np.random.default_rng(0)
    wave = np.exp(0.3j * rng.normal(size=(64, 64))).astype(np.complex64)
    assert expose(wave, 0.02, PLAIN) == pytest.approx(np.ones((64, 64)), abs=1e-4)
    stopped = expose(wave, 0.02, Optics(**PLAIN.as_dict() | {"aperture_mrad": 10.0}))
    assert stopped.std() > 0.01
    assert stopped.mean() < 0.99


def test_an_aperture_wide_enough_for_the_beam_alone_leaves_no_fringe():
    wave, nm_per_px = grating(4.0, depth=0.5)
    # 4 /nm at 300 kV leaves at 7.9 mrad
    image = expose(wave, nm_per_px, Optics(**PLAIN.as_dict() | {"aperture_mrad": 4.0, "defocus_nm": 50}))
    assert image.std() < 1e-4


def test_astigmatism_is_another_defocus_in_another_direction():
    wave, nm_per_px = grating(2.0)
    astigmatic = Optics(**PLAIN.as_dict() | {"astigmatism_nm": 30.0, "astigmatism_deg": 0.0})
    along = expose(wave, nm_per_px, astigmatic)
    across = expose(np.ascontiguousarray(wave.T), nm_per_px, astigmatic)
    over = expose(wave, nm_per_px, Optics(**PLAIN.as_dict() | {"defocus_nm": -30}))
    under = expose(wave, nm_per_px, Optics(**PLAIN.as_dict() | {"defocus_nm": 30}))
    assert along == pytest.approx(over, abs=1e-5)
    assert np.ascontiguousarray(across.T) == pytest.approx(under, abs=1e-5)


def test_drift_by_a_whole_period_wipes_the_fringes_out():
    wave, nm_per_px = grating(2.0, depth=0.3)
    still = Optics(**PLAIN.as_dict() | {"defocus_nm": 60})
    drifted = Optics(**still.as_dict() | {"drift_nm": 0.5, "drift_deg": 0.0})
    across = Optics(**still.as_dict() | {"drift_nm": 0.5, "drift_deg": 90.0})
    k = round(2.0 * 200 * nm_per_px)
    amplitude = [abs(np.fft.fft(expose(wave, nm_per_px, o)[0])[k]) for o in (still, drifted, across)]
    assert amplitude[1] < 1e-3 * amplitude[0]
    assert amplitude[2] == pytest.approx(amplitude[0], rel=1e-4)


def test_several_waves_give_the_mean_of_their_intensities():
    first, nm_per_px = grating(2.0, depth=0.3)
    second, _ = grating(3.0, depth=0.2)
    lens = Optics(**PLAIN.as_dict() | {"defocus_nm": 40})
    both = expose(np.stack([first, second]), nm_per_px, lens)
    apart = [expose(one, nm_per_px, lens) for one in (first, second)]
    assert both == pytest.approx((apart[0] + apart[1]) / 2, abs=1e-5)


def test_a_pixel_takes_the_mean_of_the_samples_in_it():
    wave, nm_per_px = grating(2.0, depth=0.3)
    lens = Optics(**PLAIN.as_dict() | {"defocus_nm": 40})
    fine = expose(wave, nm_per_px, lens)
    assert expose(wave, nm_per_px, lens, binning=2)[0, 0] == pytest.approx(fine[:2, :2].mean(), rel=1e-5)
    assert expose(wave, nm_per_px, lens, binning=2, crop=60).shape == (60, 60)
