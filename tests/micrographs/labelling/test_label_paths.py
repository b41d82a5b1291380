"""Where a label lies, and the set that is made of labels."""

import numpy as np
import pytest
from drawn_label import micrograph, values

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.labelling.label_paths import add_to_set, known_label, label_path, sets_in
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff


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
