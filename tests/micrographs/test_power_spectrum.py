"""The power spectrum of a part of a micrograph."""

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.power_spectrum import LARGEST_PX, power_spectrum


def wave(shape, rows_per_px, columns_per_px):
    rows, columns = np.indices(shape)
    return np.cos(2 * np.pi * (rows_per_px * rows + columns_per_px * columns)).astype(np.float32)


def test_power_is_the_squared_fourier_transform_of_the_faded_part():
    pixels = np.random.default_rng(0).normal(5, 1, (40, 50)).astype(np.float32)
    window = np.outer(*(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n) for n in (40, 50)))
    faded = np.zeros((50, 50))
    faded[:40] = (pixels - pixels.mean(dtype=np.float64)) * window
    expected = np.abs(np.fft.fftshift(np.fft.fft2(faded))) ** 2
    found = power_spectrum(pixels)
    assert found.box == (slice(0, 40), slice(0, 50))
    np.testing.assert_allclose(found.power, expected, rtol=1e-3, atol=1e-4 * expected.max())


@pytest.mark.parametrize("shape", [(96, 96), (80, 120), (121, 75)])
def test_a_wave_is_a_spot_at_its_frequency_and_at_the_opposite_one(shape):
    found = power_spectrum(wave(shape, -0.1, 0.2))
    size = found.power.shape[0]
    steps = (np.arange(size) - size // 2) / size
    row, column = np.unravel_index(found.power.argmax(), found.power.shape)
    frequency = np.array([steps[row], steps[column]])
    off = [abs(frequency - side * np.array([-0.1, 0.2])).max() for side in (-1, 1)]
    assert min(off) < 1 / size
    odd = found.power[1 - size % 2 :, 1 - size % 2 :]  # an even size has no opposite of its lowest frequency
    np.testing.assert_allclose(odd, odd[::-1, ::-1], rtol=1e-4, atol=1e-6 * odd.max())


def test_of_a_box_its_rows_and_columns_are_taken():
    pixels = np.zeros((100, 90), np.float32)
    pixels[20:60, 30:80] = wave((40, 50), 0.25, 0)
    boxed = power_spectrum(pixels, (slice(20, 60), slice(30, 80)))
    np.testing.assert_array_equal(boxed.power, power_spectrum(pixels[20:60, 30:80]).power)
    assert boxed.box == (slice(20, 60), slice(30, 80))


def test_of_a_large_part_its_middle_is_taken():
    found = power_spectrum(np.zeros((LARGEST_PX + 10, 64), np.float32))
    assert found.box == (slice(5, LARGEST_PX + 5), slice(0, 64))


@pytest.mark.parametrize("box", [None, (slice(0, 15), slice(0, 40))])
def test_a_part_that_holds_too_few_frequencies_is_refused(box):
    pixels = np.zeros((15, 40) if box is None else (40, 40), np.float32)
    with pytest.raises(MicrographError, match="16 x 16 px at least, not 15 x 40: take a larger part"):
        power_spectrum(pixels, box)


@pytest.mark.parametrize(("edge", "highest"), [(64, 0.5), (64, 0.25), (1000, 0.5), (33, 0.3)])
def test_the_picture_has_frequency_0_in_its_middle_and_spots_where_they_are(edge, highest):
    found = power_spectrum(wave((256, 256), 0, 0.125))
    grey, step = found.picture(edge, highest)
    assert grey.dtype == np.uint8
    assert grey.shape == (len(grey), len(grey))
    assert len(grey) <= edge
    assert len(grey) % 2 == 1
    middle = len(grey) // 2
    assert middle * step <= highest < (middle + 2) * step + 1 / 256
    for side in (-1, 1):
        assert grey[middle, middle + side * round(0.125 / step)] == 255
    assert grey[middle + round(0.125 / step), middle] < 200


def test_a_step_of_frequency_is_shared_as_the_window_and_the_filling_up_blur_it():
    square, filled = (
        power_spectrum(np.zeros((128, 128), np.float32)),
        power_spectrum(np.zeros((64, 128), np.float32)),
    )
    assert square.steps_a_cell == pytest.approx((35 / 18) ** 2)  # a Hann window, in each direction
    assert filled.steps_a_cell == pytest.approx(2 * square.steps_a_cell)
    noise = np.random.default_rng(0).normal(size=(200, 64, 64)).astype(np.float32)
    means = [power_spectrum(one).power[8:24, 8:24].mean() for one in noise]
    cells = (np.mean(means) / np.std(means)) ** 2  # what is exponential has a deviation as large as its mean
    assert cells == pytest.approx(16 * 16 / square.steps_a_cell, rel=0.25)
