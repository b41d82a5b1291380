"""The file of a label: what is in it and beside it, and who else wrote to it."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from drawn_label import values

from workbench.errors import ComputeError, DatasetError
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff


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
