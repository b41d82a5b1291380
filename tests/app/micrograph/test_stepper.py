"""The stepper in the head: a place among the files, and what cannot be pressed says why."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.opening import JOB
from workbench.app.micrograph.stepper import Stepper
from workbench.app.session import Session


@pytest.fixture
def session(tmp_path):
    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(0).normal(size=(16, 16)))
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    return made


def test_it_says_which_file_of_how_many_is_open_and_goes_to_the_others(session):
    stepper = Stepper(session)
    assert stepper.box.layout.display == "none"
    session.open_file("a.npy").result()
    assert stepper.box.layout.display is None
    assert (stepper.place.value, stepper.previous.disabled, stepper.next.disabled) == ("1 of 3", True, False)
    assert "no file before this one: it is the first" in stepper.previous.tooltip
    for name in ("b", "c"):
        stepper.next.click()
        wait_for(lambda: not session.jobs.running(JOB))
        assert session.micrograph.name == name
    assert (stepper.place.value, stepper.previous.disabled, stepper.next.disabled) == ("3 of 3", False, True)
    assert "no file after this one: it is the last" in stepper.next.tooltip
    stepper.previous.click()
    wait_for(lambda: not session.jobs.running(JOB))
    assert (session.micrograph.name, stepper.place.value) == ("b", "2 of 3")
    session.open_sample("easy")
    assert stepper.box.layout.display == "none"


def test_a_file_that_the_filter_does_not_show_has_no_number(session):
    stepper = Stepper(session)
    session.open_file("a.npy").result()
    session.files.words = "c"
    assert (stepper.place.value, stepper.next.disabled) == ("– of 1", False)
    assert stepper.place.tooltip == "a.npy is not among them"
    session.files.words = "nothing"
    assert (stepper.place.value, stepper.next.disabled) == ("– of 0", True)
    assert "the filter shows" in stepper.next.tooltip


def test_marks_are_set_and_taken_off_by_their_buttons_and_counted(session):
    stepper = Stepper(session)
    session.open_file("a.npy").result()
    done, flag = stepper.marks["done"], stepper.marks["flagged"]
    assert done.tooltip == "Mark this file as done (d)"
    done.click()
    assert (stepper.place.value, session.marked_files.marks) == ("1 of 3, 1 done", {"a.npy": "done"})
    assert "hw-on" in done._dom_classes
    assert "hw-on" not in flag._dom_classes
    assert done.tooltip.startswith("This file is marked as done")
    flag.click()
    assert stepper.place.value == "1 of 3, 1 flagged"
    assert ("hw-on" in done._dom_classes, "hw-on" in flag._dom_classes) == (False, True)
    flag.click()
    assert (stepper.place.value, session.marked_files.marks) == ("1 of 3", {})


def test_next_not_done_goes_past_what_is_done_until_all_others_are(session):
    stepper = Stepper(session)
    session.marked_files.set("b.npy", "done")
    session.open_file("a.npy").result()
    assert not stepper.next_not_done.disabled
    stepper.next_not_done.click()
    wait_for(lambda: not session.jobs.running(JOB))
    assert (session.micrograph.name, stepper.place.value) == ("c", "3 of 3, 1 done")
    session.marked_files.set("a.npy", "done")
    assert stepper.next_not_done.disabled


def test_a_filter_by_marks_is_told_at_the_end_of_the_way(session):
    stepper = Stepper(session)
    session.open_file("c.npy").result()
    assert stepper.next.tooltip.endswith("it is the last of this folder")
    session.files.which = "not done"
    assert stepper.next.tooltip.endswith("it is the last of this folder that the filter shows")
