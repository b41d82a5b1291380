"""A mask and a label image are told apart by their values."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from workbench.errors import DatasetError
from workbench.micrographs.datasets.label_image import interpret_array, interpret_file

ROWS, COLUMNS = np.mgrid[:160, :192]


def discs(count: int, radius: float, seed: int = 0) -> np.ndarray:
    """Return one number a disc; discs may hide parts of earlier ones."""
    rng = np.random.default_rng(seed)
    numbers = np.zeros(ROWS.shape, np.int64)
    for number in range(count):
        y, x = rng.uniform(radius, 160 - radius), rng.uniform(radius, 192 - radius)
        numbers[np.hypot(ROWS - y, COLUMNS - x) <= radius] = number + 1
    return numbers


def through_jpeg(mask: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file)).astype(np.float32)


TWO = discs(2, 25) > 0


@pytest.mark.parametrize(
    "values",
    [TWO, TWO.astype(np.uint8), TWO * np.uint8(255), TWO * 65535.0, TWO * np.int16(7), TWO + 3.0, TWO - 1.0],
    ids=["bool", "0 1", "0 255", "0 65535", "0 7", "3 4", "-1 0"],
)
def test_two_values_are_a_mask_of_the_larger(values):
    for found in (interpret_array(values, "m"), interpret_file(values, "m")):
        assert np.array_equal(found.mask, TWO)
        assert (found.numbers, found.said) == (None, "")


@pytest.mark.parametrize(("values", "filled"), [(np.zeros((3, 4)), False), (np.ones((3, 4), np.uint8), True)])
def test_an_image_of_one_value_is_particle_unless_that_is_0(values, filled):
    assert interpret_file(values, "m").mask.all() == filled
    assert interpret_file(values, "m").mask.any() == filled


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.int32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize(("count", "radius"), [(3, 25), (40, 9), (200, 3)])
def test_one_whole_number_a_particle_is_a_label_image(kind, count, radius):
    values = discs(count, radius).astype(kind)
    found = interpret_file(values.astype(np.float32), "m")
    assert np.array_equal(found.numbers, values)
    assert np.array_equal(found.mask, values != 0)
    assert "label image" in found.said
    assert np.array_equal(interpret_array(values, "m").numbers, values)


def test_a_single_particle_in_one_piece_keeps_its_number():
    assert interpret_file(discs(1, 20) * 12.0, "m").numbers.max() == 12
    assert interpret_file(discs(1, 20) * 1.0, "m").numbers is None


@pytest.mark.parametrize("quality", [10, 50, 75, 95, 100])
@pytest.mark.parametrize(
    "mask", [discs(1, 30) > 0, discs(12, 12) > 0, (ROWS > 40) & (ROWS < 90) & (COLUMNS > 20)]
)
def test_a_mask_that_was_compressed_stays_one_and_says_so(mask, quality):
    found = interpret_file(through_jpeg(mask, quality), "m.jpg")
    assert found.numbers is None
    assert np.count_nonzero(found.mask != mask) < 0.01 * mask.size
    assert "m.jpg" in found.said
    assert "soft edges" in found.said


def test_a_mask_that_was_scaled_or_smoothed_stays_one():
    mask = discs(5, 15) > 0
    for values in (
        ndimage.zoom(mask * 255.0, 1.7, order=1),
        ndimage.gaussian_filter(mask * 255.0, 2).astype(np.uint8),
    ):
        found = interpret_file(values, "m")
        assert found.numbers is None
        assert np.array_equal(found.mask, values > values.max() / 2)


def test_a_probability_is_particle_above_one_half():
    probability = 0.8 * ndimage.gaussian_filter((discs(5, 15) > 0) * 1.0, 2)
    for found in (interpret_array(probability, "m"), interpret_file(probability, "m")):
        assert np.array_equal(found.mask, probability > 0.5)
        assert "0.5" in found.said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.random.default_rng(0).normal(100, 10, ROWS.shape), "neither a mask"),
        (np.random.default_rng(0).poisson(300, ROWS.shape), "neither a mask"),
        (np.array([[np.nan, 1], [0, 1]]), "NaN"),
        (np.array([[-1, 0, 2]]), "negative"),
        (np.zeros((3, 4, 2)), "two-dimensional"),
        (np.where(discs(9, 10) > 0, 1 + discs(9, 10) % 3, 0), "several pieces"),
        (np.where(discs(2, 20) > 0, 1, 0) + 2 * ((ROWS < 5) & (COLUMNS < 5)), "2 is not sure"),
    ],
    ids=["micrograph", "counts", "NaN", "negative", "3-D", "classes", "drawn on the page"],
)
def test_what_is_neither_is_refused(values, said):
    with pytest.raises(DatasetError, match=said):
        interpret_file(values, "m")


def test_an_array_with_more_than_two_whole_numbers_is_believed():
    scattered = np.random.default_rng(0).integers(0, 4, (20, 20))
    assert np.array_equal(interpret_array(scattered, "m").numbers, scattered)
    with pytest.raises(DatasetError, match="neither a mask"):
        interpret_array(np.array([[0.5, 1.5, 3.25]]), "m")
