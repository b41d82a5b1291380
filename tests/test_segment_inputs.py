"""Which files on a command line are micrographs."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.writing import write_tiff
from workbench.segment_inputs import find_inputs


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "f"
    inside.mkdir()
    write(inside / "a.tif")
    return inside


def write(path, result=""):
    write_tiff(path, np.arange(12.0).reshape(3, 4), None, result=result)
    return path


def names(*paths):
    return [path.name for path in find_inputs(paths).files]


def test_results_are_passed_over_by_what_they_are_not_by_their_names(folder):
    write(folder / "b.tif", "mask")
    write(folder / "c.label.tif", "label")
    write(folder / "d.unet.mask.tif")  # a micrograph that is called so
    found = find_inputs([folder])
    assert [path.name for path in found.files] == ["a.tif", "d.unet.mask.tif"]
    assert found.notes == [f"{folder}: passed over 2 results of the workbench."]


def test_results_that_a_shell_lists_are_passed_over_too(folder):
    write(folder / "b.tif", "probability")
    (folder / "particles.csv").write_text("micrograph,network,threshold,label\n")
    found = find_inputs(sorted(folder.iterdir()))
    assert [path.name for path in found.files] == ["a.tif"]
    assert found.notes == ["Passed over 2 results of the workbench, such as b.tif."]


def test_results_of_an_older_version_are_known_by_what_lies_beside_them(folder):
    from PIL import Image

    for kind in ("mask", "probability"):
        write(folder / f"a.unet.{kind}.tif")
    for name in ("a.figure.png", "z.figure.png"):
        Image.new("L", (4, 4)).save(folder / name)
    assert names(folder) == ["a.tif", "z.figure.png"]


def test_each_file_that_is_passed_over_is_counted_with_its_reason(folder):
    for name in ("notes.txt", "t.csv", ".hidden.tif"):
        (folder / name).write_text("x")
    (folder / "below").mkdir()
    (note,) = find_inputs([folder]).notes
    assert note == f"{folder}: passed over 1 hidden file, 1 folder and 2 files of other kinds (.csv, .txt)."


def test_the_files_of_a_folder_come_as_people_count(folder):
    for name in ("image_10.tif", "Image_2.tif", "image_1.tif"):
        write(folder / name)
    assert names(folder) == ["a.tif", "image_1.tif", "Image_2.tif", "image_10.tif"]


def test_a_file_that_is_given_twice_is_one(folder):
    (folder.parent / "link.tif").symlink_to(folder / "a.tif")
    found = find_inputs([folder / "a.tif", folder, folder.parent / "link.tif"])
    assert [path.name for path in found.files] == ["a.tif"]
    assert len(found.notes) == 2


def test_images_that_lie_in_two_files_are_taken_once(folder):
    for name in ("s.emi", "s_1.ser", "s_2.ser", "alone.emi"):
        (folder / name).write_bytes(b"")
    assert names(folder) == ["a.tif", "alone.emi", "s_1.ser", "s_2.ser"]
    assert names(folder / "s.emi", folder / "s_1.ser") == ["s_1.ser"]


def test_nothing_to_segment_is_an_error_that_says_why(folder):
    with pytest.raises(WorkbenchError, match=r"no micrograph to segment\. Passed over 1 result"):
        find_inputs([write(folder / "b.tif", "mask")])
    (folder / "a.tif").unlink()
    with pytest.raises(WorkbenchError, match="no micrograph in this folder, only 1 result of the workbench"):
        find_inputs([folder])
