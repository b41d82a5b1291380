"""A labelled set that a page adds to and corrects."""

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = []
    rows, columns = np.mgrid[:120, :160]
    pixels = 100 - 60.0 * (np.hypot(rows - 60, columns - 80) < 30)
    made.show(Micrograph(pixels.astype(np.float32), 0.05, "disc"))
    return made


def test_a_set_is_built_listed_and_corrected_in_place(session, tmp_path):
    with pytest.raises(WorkbenchError, match="Nothing is drawn"):
        session.training_set.add("mine")
    session.label.paint([(10, 10)], size_px=9)
    session.training_set.add("mine").join()
    assert session.training_set.members == ["disc"]
    session.training_set.open("disc").join()
    wait_for(lambda: session.micrograph.source is not None)
    session.label.paint([(50, 50)], size_px=9)
    session.label.wait()
    assert (tifffile.imread(tmp_path / "mine" / "labels" / "disc.tif") == session.label.values).all()
    assert session.label.values[10, 10] == session.label.values[50, 50] == 1


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "c:x"])
def test_a_set_lies_in_the_data_folder_and_nowhere_else(session, name):
    session.label.paint([(10, 10)], size_px=9)
    session.training_set.name = name
    with pytest.raises(WorkbenchError, match="name of a set"):
        session.training_set.add()


def test_micrographs_of_an_hdf5_set_are_corrected_as_drafts(session, tmp_path):
    import h5py

    images = np.random.default_rng(0).normal(size=(3, 40, 50)).astype(np.float32)
    labels = np.zeros((3, 40, 50), np.uint8)
    labels[1, 4:9, 5:20] = 1
    with h5py.File(tmp_path / "theirs.h5", "w") as file:
        file["images"], file["labels"] = images, labels
    session.training_set.name = "theirs.h5"
    session.training_set.look()
    assert len(session.training_set.members) == 3
    session.training_set.open(session.training_set.members[1]).join()
    assert (session.micrograph.pixels == images[1]).all()
    assert (session.label.values == labels[1]).all()
    session.label.paint([(30, 30)], size_px=3)
    session.label.wait()
    assert session.label.path.parent == tmp_path / "drafts"


def test_a_set_that_is_not_there_has_no_members_and_a_broken_one_says_why(session, tmp_path):
    session.training_set.members = ["of before"]
    session.training_set.name = "nosuch"
    session.training_set.look()
    assert (session.training_set.members, session.message) == ([], "")
    (tmp_path / "broken" / "images").mkdir(parents=True)
    session.training_set.name = "broken"
    session.training_set.look()
    assert session.training_set.members == []
    assert "broken" in session.message


def test_a_member_that_is_gone_is_said(session):
    session.label.paint([(10, 10)], size_px=9)
    session.training_set.add("mine").join()
    session.training_set.open("gone").join()
    assert session.message == "mine has no micrograph gone; look again."
