"""Sets as folders: pairs are found, what is missing is named."""

import errno
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.folder import FolderSource


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_images_and_labels_of_the_same_stem_belong_together(tmp_path):
    source = FolderSource(touch(tmp_path, "images/b.tif", "images/a.png", "labels/a.tif", "labels/b.npy"))
    assert source.names == ["a", "b"]


def test_the_words_image_and_label_in_names_do_not_part_a_pair(tmp_path):
    touch(tmp_path, "images/image_2.png", "images/image_13.png", "images/mapped.png", "images/x_image.png")
    touch(tmp_path, "labels/label_13.png", "labels/label_2.png", "labels/mapped.png", "labels/x_mask.png")
    source = FolderSource(tmp_path)
    assert {image.name: label.name for image, label in source._pairs.values()} == {
        "image_2.png": "label_2.png",
        "image_13.png": "label_13.png",
        "mapped.png": "mapped.png",
        "x_image.png": "x_mask.png",
    }


def test_images_and_labels_may_lie_in_folders_of_any_name(tmp_path):
    touch(tmp_path, "raw/a.tif", "truth/a.tif")
    assert FolderSource(tmp_path / "raw", tmp_path / "truth").names == ["a"]
    with pytest.raises(DatasetError, match="gone is no folder"):
        FolderSource(tmp_path / "raw", tmp_path / "gone")


def test_whatever_has_no_partner_is_named_on_both_sides(tmp_path):
    touch(
        tmp_path,
        *(f"images/i{n}.tif" for n in range(7)),
        "images/both.tif",
        "labels/both.tif",
        "labels/x.tif",
    )
    with pytest.raises(DatasetError, match="i0, i1, i2, i3, i4 and 2 more have no label, and x has no image"):
        FolderSource(tmp_path)


@pytest.mark.parametrize("part", ["images", "labels"])
def test_a_missing_folder_is_named(tmp_path, part):
    other = {"images": "labels", "labels": "images"}[part]
    with pytest.raises(DatasetError, match=f"there is no folder {part}/ in it"):
        FolderSource(touch(tmp_path, f"{other}/a.tif"))


def test_a_set_without_micrographs_is_refused(tmp_path):
    touch(tmp_path, "images/notes.txt", "labels/.hidden.tif")
    with pytest.raises(DatasetError, match="images holds no micrographs"):
        FolderSource(tmp_path)


def test_two_files_of_one_stem_are_refused(tmp_path):
    touch(tmp_path, "images/a.tif", "images/a.png", "labels/a.tif")
    with pytest.raises(DatasetError, match=r"both a\.png and a\.tif"):
        FolderSource(tmp_path)


def test_a_folder_that_is_closed_to_the_user_is_said(tmp_path, monkeypatch):
    touch(tmp_path, "images/a.tif", "labels/a.tif")

    def closed(self):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(DatasetError, match="images may not be read by you"):
        FolderSource(tmp_path)


def test_the_dose_comes_from_the_truth_beside_the_set(tmp_path):
    touch(tmp_path, "images/a.npy", "labels/a.npy", "images/b.npy", "labels/b.npy", "truth/a.json")
    np.save(tmp_path / "images" / "b.npy", np.eye(4))
    (tmp_path / "truth" / "a.json").write_text('{"optics": {"dose_e_per_A2": 75.5}}')
    source = FolderSource(tmp_path)
    assert source.dose(0) == 75.5
    assert source.dose(1) is None
    (tmp_path / "truth" / "a.json").write_text("{")
    with pytest.raises(DatasetError, match=r"a\.json does not tell the dose"):
        source.dose(0)


def test_the_real_set_opens_as_it_was_published(real_files):
    source = FolderSource(real_files / "msa-em")
    assert len(source.names) == 20
    label = source.label(list(source.names).index("image_7"))
    assert np.unique(label).tolist() == [0, 255]
    assert (label == 255).sum() == 35695  # counted with imageio
