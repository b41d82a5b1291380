"""A mask in one file means what the set around it says."""

import numpy as np
import pytest
from PIL import Image

from workbench.errors import DatasetError
from workbench.micrographs.datasets.description import write_description
from workbench.micrographs.datasets.lone_mask import read_label, read_mask, read_mask_with_unsure
from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.provenance import record
from workbench.micrographs.writing import write_tiff

NUMBERED = np.array([[0, 1, 2, 3], [0, 0, 3, 3]], np.uint8)


@pytest.mark.parametrize("suffix", ["tif", "npy", "png"])
def test_on_its_own_a_label_image_keeps_its_numbers(tmp_path, suffix):
    path = tmp_path / f"numbered.{suffix}"
    numbered = np.kron(NUMBERED, np.ones((5, 5), np.uint8))
    if suffix == "tif":
        write_tiff(path, numbered.astype(np.uint16), None)
    elif suffix == "npy":
        np.save(path, numbered.astype(np.int32))
    else:
        Image.fromarray(numbered).save(path)
    found = read_label(path)
    assert np.array_equal(found.numbers, numbered)
    assert np.array_equal(found.particles, numbered)
    assert np.array_equal(read_mask(path), numbered != 0)
    assert "3 particles" in found.said


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif"])
def test_the_numbers_of_a_picture_with_a_palette_are_taken_and_not_its_colours(tmp_path, suffix):
    numbered = np.kron(NUMBERED, np.ones((5, 5), np.uint8))
    picture = Image.fromarray(numbered, "P")
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0])
    picture.save(tmp_path / f"palette.{suffix}")
    assert np.array_equal(read_label(tmp_path / f"palette.{suffix}").numbers, numbered)


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif"])
def test_a_palette_of_greys_is_a_grey_picture_whatever_its_order(tmp_path, suffix):
    mask = np.kron(NUMBERED == 3, np.ones((5, 5), np.bool_))
    picture = Image.fromarray(np.where(mask, 0, 1).astype(np.uint8), "P")
    picture.putpalette([255, 255, 255, 0, 0, 0])
    picture.save(tmp_path / f"mask.{suffix}")
    assert np.array_equal(read_mask(tmp_path / f"mask.{suffix}"), mask)


def test_a_label_image_saved_in_colours_is_refused_as_that(tmp_path):
    numbered = np.kron(NUMBERED, np.ones((5, 5), np.uint8))
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    Image.fromarray(colours[numbered]).save(tmp_path / "colours.png")
    with pytest.raises(DatasetError, match="saved in colours"):
        read_label(tmp_path / "colours.png")


def test_on_its_own_particle_is_above_half_of_the_largest_value(tmp_path):
    write_tiff(tmp_path / "soft.tif", np.array([[0, 100, 200, 255]], np.uint8), None)
    assert read_mask(tmp_path / "soft.tif").tolist() == [[False, False, True, True]]


def test_a_label_of_a_set_is_read_as_the_set_says(tmp_path):
    (tmp_path / "labels").mkdir()
    write_tiff(tmp_path / "labels" / "a.tif", NUMBERED, None)
    write_description(tmp_path, name="numbered", labels="particles")
    assert np.array_equal(read_mask(tmp_path / "labels" / "a.tif"), NUMBERED != 0)


def test_a_set_that_does_not_say_which_values_are_particle_is_refused(tmp_path):
    (tmp_path / "labels").mkdir()
    write_tiff(tmp_path / "labels" / "a.tif", NUMBERED, None)
    write_description(tmp_path, name="unsaid")
    with pytest.raises(DatasetError, match="4 values"):
        read_mask(tmp_path / "labels" / "a.tif")


def test_a_label_drawn_on_the_page_is_read_as_the_file_beside_it_says(tmp_path):
    drawn = np.array([[0, 1, 2, 0]], np.uint8)
    write_tiff(tmp_path / "a.tif", drawn, None)
    write_description(tmp_path, **MEANING)
    mask, unsure = read_mask_with_unsure(tmp_path / "a.tif")
    assert np.array_equal(mask, drawn == PARTICLE)
    assert np.array_equal(unsure, drawn == NOT_SURE)


def test_a_label_drawn_on_the_page_is_known_again_without_that_file(tmp_path):
    drawn = np.array([[0, 1, 2, 0, 1]], np.uint8)
    write_tiff(tmp_path / "a.tif", drawn, None, description="label of a")
    mask, unsure = read_mask_with_unsure(tmp_path / "a.tif")
    assert np.array_equal(mask, drawn == PARTICLE)
    assert np.array_equal(unsure, drawn == NOT_SURE)


def test_a_numbered_label_of_a_set_keeps_its_numbers(tmp_path):
    (tmp_path / "labels").mkdir()
    write_tiff(tmp_path / "labels" / "a.tif", NUMBERED, None)
    write_description(tmp_path, name="numbered", labels="particles", not_sure=2)
    found = read_label(tmp_path / "labels" / "a.tif")
    assert np.array_equal(found.numbers, np.where(NUMBERED == 2, 0, NUMBERED))
    assert np.array_equal(found.unsure, NUMBERED == 2)


def test_a_label_of_a_simulated_set_is_read_as_the_set_is(tmp_path):
    """A particle that the edge of the frame parts is two, as in training and scoring."""
    (tmp_path / "labels").mkdir()
    rejoining = np.array([[5, 0, 7, 0, 5, 5]], np.uint8)
    write_tiff(tmp_path / "labels" / "m.tif", rejoining, None)
    write_description(tmp_path, labels="particles", details={"seed": 1, "images_per_wave": 2})
    assert read_label(tmp_path / "labels" / "m.tif").numbers.tolist() == [[8, 0, 7, 0, 5, 5]]


@pytest.mark.parametrize("values", [[0, 65300, 65500], [0, 7], [0, 3, 9, 200]])
def test_a_label_image_that_the_workbench_wrote_is_one_whatever_its_numbers(tmp_path, values):
    """By its values alone it could be a mask with soft edges, or classes."""
    numbers = np.random.default_rng(0).choice(values, (40, 50)).astype(np.uint16)
    write_tiff(tmp_path / "l.tif", numbers, None, record("labels", network="n"), "labels")
    assert np.array_equal(read_label(tmp_path / "l.tif").numbers, numbers)


def test_a_mask_that_was_made_of_it_in_imagej_is_a_mask(tmp_path):
    mask = np.zeros((40, 50), np.uint8)
    mask[5:15, 5:15] = mask[25:30, 25:35] = 255
    write_tiff(tmp_path / "m.tif", mask, None, record("labels", network="n"))
    found = read_label(tmp_path / "m.tif")
    assert found.numbers is None
    assert np.array_equal(found.mask, mask > 0)
