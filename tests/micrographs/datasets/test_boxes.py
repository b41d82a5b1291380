"""Sets with a box round each particle and no masks."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset, read_all
from workbench.micrographs.writing import write_tiff


@pytest.fixture
def folder(tmp_path):
    """A picture of 20 x 40 px with two boxes, and one without any."""
    for name, lines in (("a", "0 0.5 0.25 0.25 0.1\n1 0.05 0.9 0.2 0.4\n"), ("b", "")):
        write_tiff(tmp_path / f"{name}.tif", np.ones((20, 40), np.float32), None)
        (tmp_path / f"{name}.boxes.txt").write_text(lines)
    (tmp_path / "set.toml").write_text('name = "boxed"\nlabels = "boxes"\n')
    return tmp_path


def test_boxes_are_read_in_pixels_rows_first_and_end_at_the_picture(folder):
    first, second = open_dataset(folder).micrographs
    micrograph, boxes = first.read_boxes()
    assert micrograph.shape == (20, 40)
    # centre (5, 20), 2 x 10 px; centre (18, 2), 8 x 8 px, of which what lies outside is cut off
    np.testing.assert_allclose(boxes, [[4, 15, 6, 25], [14, 0, 20, 6]])
    assert second.read_boxes()[1].shape == (0, 4)


def test_where_masks_are_needed_one_sentence_says_that_there_are_none(folder):
    opened = open_dataset(folder)
    for ask in (opened.check, opened.micrographs[0].read, lambda: read_all(opened.micrographs)):
        with pytest.raises(DatasetError, match=r"^a has a box round each particle and no mask, so .*\.$"):
            ask()


@pytest.mark.parametrize(
    "line", ["0 0.5 0.5 0.1", "0 0.5 0.5 20 10", "0 0.5 0.5 0 0.1", "0 0.5 nan 0.1 0.1", "one"]
)
def test_what_holds_no_boxes_is_named(folder, line):
    (folder / "a.boxes.txt").write_text(line)
    with pytest.raises(DatasetError, match=r"a\.boxes\.txt does not hold boxes"):
        open_dataset(folder).micrographs[0].read_boxes()


def test_other_sets_say_that_they_have_no_boxes(tmp_path):
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
        write_tiff(tmp_path / part / "a.tif", np.eye(8, dtype=np.float32), None)
    with pytest.raises(DatasetError, match="a has a mask and no boxes"):
        open_dataset(tmp_path).micrographs[0].read_boxes()
