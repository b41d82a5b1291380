"""What the lens makes of the wave: Fresnel rims, dark field, blur and drift, each as its formula says."""

import numpy as np
import pytest

from workbench.micrographs.synthetic import Lens, Material, Particle
from workbench.micrographs.synthetic.contrast import Exit, add_particle
from workbench.micrographs.synthetic.optics import expose

EDGE = 160
MIDDLE = EDGE / 2


def seen(particle, **lens):
    wave = Exit.of_vacuum((EDGE, EDGE))
    add_particle(particle, wave)
    return expose(wave, Lens(**lens))


def cube(**how):
    return Particle("cube", MIDDLE, MIDDLE, 60, material=Material(**how))


def test_dark_field_shows_what_bright_field_loses():
    bright, dark = seen(cube()), seen(cube(), dark_field=True)
    np.testing.assert_allclose(bright + dark, 1, atol=1e-5)
    assert dark[80, 80] > dark[5, 5]


@pytest.mark.parametrize(("fresnel", "sign"), [(3.0, 1), (-3.0, -1)])
def test_the_rim_is_bright_in_underfocus_and_dark_in_overfocus(fresnel, sign):
    edge = cube(mean_free_path_px=1e6, phase_per_px=0.005)
    image = seen(edge, fresnel_px=fresnel, coherence_px=0.3)
    outside = image[80, 46:53]  # the cube begins at 53.4
    extreme = outside[np.abs(outside - 1).argmax()]
    assert sign * (extreme - 1) > 0.015
    assert image[5, 5] == pytest.approx(1, abs=0.01)


def test_fringes_are_as_wide_as_the_fresnel_length():
    def width(fresnel):
        image = seen(cube(mean_free_path_px=1e6, phase_per_px=0.005), fresnel_px=fresnel, coherence_px=0.1)
        return 53.4 - (30.5 + image[80, 30:53].argmax())

    assert width(8.0) > 1.6 * width(4.0) > 2 * width(1.5)


def test_a_phase_is_invisible_in_focus():
    assert seen(cube(mean_free_path_px=1e9, phase_per_px=0.05)).std() < 1e-5


def test_no_electron_is_lost_to_defocus():
    image = seen(cube(), fresnel_px=5.0)
    assert image.mean() == pytest.approx(seen(cube()).mean(), rel=0.02)


def test_blur_and_drift_spread_an_edge_and_drift_along_its_direction_only():
    sharp = seen(cube())
    blurred = seen(cube(), blur_px=3.0)
    drifted = seen(cube(), drift_px=8.0, drift_angle=0.0)

    def steepest(image, axis):
        return np.abs(np.diff(image, axis=axis)).max()

    assert steepest(blurred, 0) < 0.3 * steepest(sharp, 0)
    assert steepest(drifted, 1) < 0.3 * steepest(sharp, 1)
    assert steepest(drifted, 0) > 0.9 * steepest(sharp, 0)


PERIODS = 8
K = PERIODS / 64
"""Cycles per pixel of the grating."""
GRATING = np.tile(np.cos(2 * np.pi * K * np.arange(64)), (48, 1)).astype(np.float32)


def contrast(phase=0.0, absorption=0.0, across=False, **lens):
    """Return the amplitude of a weak grating in the image: of the mean 1, at its own frequency."""
    grating = GRATING.T if across else GRATING
    wave = Exit(absorption=absorption * (1 + grating), phase=phase * grating)
    image = expose(wave, Lens(**lens))
    return 2 * (image * grating).mean()


@pytest.mark.parametrize("fresnel", [-6.0, -2.5, 2.5, 4.0, 6.0])
def test_a_weak_phase_is_seen_by_the_contrast_transfer_function(fresnel):
    # 1 + 2 phi sin(chi) with chi = -pi lambda df k^2: what shifts the phase is dark in underfocus
    expected = -2 * 0.01 * np.sign(fresnel) * np.sin(np.pi * fresnel**2 * K**2)
    assert contrast(phase=0.01, fresnel_px=fresnel, coherence_px=0) == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("coherence", [0.1, 0.3])
def test_a_source_that_is_not_a_point_damps_it(coherence):
    sharp, damped = (contrast(phase=0.01, fresnel_px=4.0, coherence_px=width) for width in (0, coherence))
    assert damped / sharp == pytest.approx(np.exp(-2 * (np.pi * coherence * 4.0 * K) ** 2), rel=1e-3)


@pytest.mark.parametrize("across", [False, True])
def test_blur_is_a_gaussian_in_both_directions(across):
    sharp = contrast(absorption=0.01, across=across)
    blurred = contrast(absorption=0.01, across=across, blur_px=1.5)
    assert blurred / sharp == pytest.approx(np.exp(-2 * (np.pi * 1.5 * K) ** 2), rel=1e-3)


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi / 2])
def test_drift_is_a_mean_along_its_way(angle):
    sharp = contrast(absorption=0.01)
    drifted = contrast(absorption=0.01, drift_px=5.0, drift_angle=angle)
    assert drifted / sharp == pytest.approx(np.sinc(5.0 * K * np.cos(angle)), abs=1e-3)


def test_an_image_has_no_intensity_below_0():
    wave = Exit.of_vacuum((64, 64))
    wave.absorption[20:40, 20:40] = 20
    image = expose(wave, Lens(drift_px=7.0))
    assert image.min() == 0
    assert image.dtype == np.float32
