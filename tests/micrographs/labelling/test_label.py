"""Strokes on a label, taken back and made again; its file; the set that is made of it."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from workbench.errors import ComputeError, DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.labelling.label import Label
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.labelling.label_paths import add_to_set, known_label, label_path, sets_in
from workbench.micrographs.labelling.shapes import brush
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff


def micrograph(name="m", seed=0):
    return Micrograph(np.random.default_rng(seed).normal(size=(40, 50)).astype(np.float32), 0.03, name)


def values():
    made = np.zeros((40, 50), np.uint8)
    made[5:15, 5:15], made[20:25, 20:40] = 1, 2
    return made


def test_every_stroke_can_be_taken_back_and_made_again():
    label, rng = Label(np.zeros((60, 80), np.uint8)), np.random.default_rng(0)
    states = [label.values.copy()]
    for _ in range(300):
        if label.set(brush(label.shape, rng.integers(0, 80, (2, 2)), 9), int(rng.integers(0, 3))):
            states.append(label.values.copy())
    for state in states[-2::-1]:
        label.undo()
        assert (label.values == state).all()
    assert not label.can_undo
    for state in states[1:]:
        label.redo()
        assert (label.values == state).all()
    assert label.undo() is not None
    assert label.redo() is not None
    assert label.redo() is None


def test_a_stroke_that_changes_nothing_is_no_step_and_a_new_one_ends_what_was_taken_back():
    label = Label(np.zeros((20, 20), np.uint8))
    assert not label.set(brush((20, 20), [(5, 5)], 3), 0)
    assert not label.can_undo
    label.set(brush((20, 20), [(5, 5)], 3), 1)
    label.undo()
    label.set(brush((20, 20), [(9, 9)], 3), 1)
    assert not label.can_redo


def test_a_thousand_strokes_on_a_large_label_take_little_memory():
    label = Label(np.zeros((2048, 2048), np.uint8))
    for number in range(1000):
        label.set(brush(label.shape, [(number * 2, 10), (number * 2, 90)], 20), 1 + number % 2)
    assert sum(len(change.packed) for change in label._past) < 2e6


def test_the_file_holds_pixels_and_pixel_size_beside_what_they_mean(tmp_path):
    LabelFile(tmp_path / "drafts" / "m.tif").write(values(), 0.03, "m")
    found = open_micrograph(tmp_path / "drafts" / "m.tif")
    assert (found.pixels == values()).all()
    assert found.nm_per_px == pytest.approx(0.03)
    assert "not_sure = 2" in (tmp_path / "drafts" / "set.toml").read_text()
    assert sorted(path.name for path in (tmp_path / "drafts").iterdir()) == ["m.tif", "set.toml"]


def test_a_file_that_another_program_changed_is_not_written_over(tmp_path):
    file = LabelFile(tmp_path / "m.tif")
    file.write(values(), None, "m")
    theirs = 1 - (values() > 0)
    tifffile.imwrite(tmp_path / "m.tif", theirs.astype(np.uint8))
    with pytest.raises(DatasetError, match="changed by another program"):
        file.write(values(), None, "m")
    assert (file.read((40, 50)) == theirs).all()
    file.write(values(), None, "m")
    assert (file.read((40, 50)) == values()).all()


def test_a_file_that_was_there_before_is_not_written_over_unread(tmp_path):
    tifffile.imwrite(tmp_path / "m.tif", values())
    with pytest.raises(DatasetError, match="changed by another program"):
        LabelFile(tmp_path / "m.tif").write(values(), None, "m")


@pytest.mark.parametrize(
    ("written", "said"),
    [(np.zeros((9, 9), np.uint8), "9 x 9 px"), (np.full((40, 50), 7, np.uint8), "other values than 0")],
)
def test_a_file_that_is_no_label_of_this_micrograph_is_refused(tmp_path, written, said):
    tifffile.imwrite(tmp_path / "m.tif", written)
    with pytest.raises(DatasetError, match=said):
        LabelFile(tmp_path / "m.tif").read((40, 50))


def test_a_mask_of_0_and_255_is_read_as_a_label(tmp_path):
    write_tiff(tmp_path / "m.tif", values() == 1, None)
    assert (LabelFile(tmp_path / "m.tif").read((40, 50)) == (values() == 1)).all()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "drafts").write_text("a file in the way")
    with pytest.raises(ComputeError, match="what is drawn stays on the page"):
        LabelFile(tmp_path / "drafts" / "m.tif").write(values(), None, "m")


def test_two_micrographs_of_one_name_have_two_labels(tmp_path):
    paths = {label_path(tmp_path, micrograph("m", seed)) for seed in (0, 1)}
    assert len(paths) == 2
    assert {path.parent for path in paths} == {tmp_path / "drafts"}


def test_what_is_added_is_a_set_that_opens_with_its_doubts(tmp_path):
    assert add_to_set(tmp_path / "mine", micrograph(), values()) == "m"
    (member,) = open_dataset(tmp_path / "mine").micrographs
    shown, mask, ignored = member.read_with_unsure()
    assert (shown.pixels == micrograph().pixels).all()
    assert shown.nm_per_px == pytest.approx(0.03)
    assert (mask == (values() == 1)).all()
    assert (ignored == (values() == 2)).all()
    assert sets_in(tmp_path) == ["mine"]


def test_adding_again_brings_the_label_up_to_date_and_another_of_that_name_stands_beside(tmp_path):
    folder = tmp_path / "mine"
    add_to_set(folder, micrograph(), values())
    add_to_set(folder, micrograph(), 1 - (values() > 0).astype(np.uint8))
    other = add_to_set(folder, micrograph(seed=1), values())
    names = [one.name for one in open_dataset(folder).micrographs]
    assert names == ["m", other]
    assert open_dataset(folder).micrographs[0].read()[1].mean() > 0.5


def test_a_set_built_here_is_corrected_in_place_and_that_of_others_is_not_touched(tmp_path):
    add_to_set(tmp_path / "mine", micrograph(), values())
    own = open_micrograph(tmp_path / "mine" / "images" / "m.tif")
    assert label_path(tmp_path, own) == tmp_path / "mine" / "labels" / "m.tif"
    for part, array in (("images", micrograph().pixels), ("labels", values() == 1)):
        (tmp_path / "theirs" / part).mkdir(parents=True)
        write_tiff(tmp_path / "theirs" / part / "m.tif", array, 0.03)
    foreign = open_micrograph(tmp_path / "theirs" / "images" / "m.tif")
    assert label_path(tmp_path, foreign).parent == tmp_path / "drafts"
    assert (known_label(foreign) == (values() == 1)).all()
    with pytest.raises(DatasetError, match="was not built here"):
        add_to_set(tmp_path / "theirs", micrograph(), values())


def test_a_protected_folder_is_one_sentence():
    me, nobody = os.geteuid(), 65534
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders let nobody but their owner in
        Path(name).chmod(0o755)
        drafts = Path(name) / "drafts"
        drafts.mkdir(mode=0o555)
        if me == 0:  # root may write everywhere
            os.seteuid(nobody)
        try:
            with pytest.raises(ComputeError, match="permission denied"):
                LabelFile(drafts / "m.tif").write(values(), None, "m")
        finally:
            os.seteuid(me)
