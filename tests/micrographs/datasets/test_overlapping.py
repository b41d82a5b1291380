"""Sets of masks that may overlap, segmented more than once."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.datasets.overlapping import smallest_on_top
from workbench.micrographs.datasets.pairs import numbered_readings
from workbench.micrographs.writing import write_tiff


def rectangles(*corners):
    masks = np.zeros((len(corners), 12, 21), bool)
    for mask, (top, left, bottom, right) in zip(masks, corners, strict=True):
        mask[top:bottom, left:right] = True
    return masks


FIRST = rectangles((1, 1, 5, 5), (2, 3, 11, 20))
SECOND = rectangles((1, 1, 5, 6))


@pytest.fixture
def folder(tmp_path):
    """One picture, 21 px wide so that its last byte is not full, segmented twice."""
    write_tiff(tmp_path / "a.tif", np.ones((12, 21), np.float32), None)
    np.savez_compressed(tmp_path / "a.masks.npz", M2=SECOND, M1=np.packbits(FIRST, axis=-1))
    (tmp_path / "set.toml").write_text('labels = "overlapping"\n')
    return tmp_path


def test_every_segmentation_is_read_with_its_overlaps(folder):
    micrograph, found = open_dataset(folder).micrographs[0].read_segmentations()
    assert micrograph.shape == (12, 21)
    assert list(found) == ["M1", "M2"]
    np.testing.assert_array_equal(found["M1"], FIRST)
    np.testing.assert_array_equal(found["M2"], SECOND)


def test_where_one_number_a_pixel_is_wanted_the_smallest_of_the_first_segmentation_is_on_top(folder):
    opened = open_dataset(folder)
    ((_micrograph, numbers, _ignored),) = numbered_readings(opened.micrographs)
    assert opened.micrographs[0].meaning.tells_apart
    np.testing.assert_array_equal(numbers == 1, FIRST[0])
    np.testing.assert_array_equal(numbers == 2, FIRST[1] & ~FIRST[0])
    np.testing.assert_array_equal(opened.micrographs[0].read()[1], FIRST.any(axis=0))


def test_of_equal_masks_and_of_none_there_is_an_image_too():
    assert smallest_on_top(np.ones((2, 1, 1), bool)).item() in (1, 2)
    np.testing.assert_array_equal(smallest_on_top(np.zeros((0, 2, 3), bool)), np.zeros((2, 3)))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"M1": np.packbits(FIRST, axis=-1)[:, :-1]},
        {"M1": np.packbits(FIRST, axis=-1)[..., :-1]},
        {"M1": FIRST.astype(np.float32)},
        {"M1": FIRST[0]},
    ],
)
def test_an_archive_of_something_else_is_named(folder, given):
    np.savez(folder / "a.masks.npz", **given)
    with pytest.raises(DatasetError, match=r"a\.masks\.npz does not hold masks of a picture of \(12, 21\)"):
        open_dataset(folder).micrographs[0].read_segmentations()


def test_a_damaged_archive_and_one_with_code_in_it_are_refused(folder):
    whole = (folder / "a.masks.npz").read_bytes()
    (folder / "a.masks.npz").write_bytes(whole[: len(whole) // 2])
    member = open_dataset(folder).micrographs[0]
    with pytest.raises(DatasetError, match="no archive of masks, or damaged"):
        member.read_segmentations()
    np.savez(folder / "a.masks.npz", M1=np.array([print], object))
    with pytest.raises(DatasetError, match="no archive of masks, or damaged"):
        member.read_segmentations()
    np.save(folder / "other.npy", FIRST)
    (folder / "other.npy").rename(folder / "a.masks.npz")
    with pytest.raises(DatasetError, match="no archive of masks, or damaged"):
        member.read_segmentations()


def test_other_sets_say_that_they_have_no_overlaps(tmp_path):
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
        write_tiff(tmp_path / part / "a.tif", np.eye(8, dtype=np.float32), None)
    with pytest.raises(DatasetError, match="a has no masks that may overlap"):
        open_dataset(tmp_path).micrographs[0].read_segmentations()
