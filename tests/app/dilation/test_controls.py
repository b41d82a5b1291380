"""The slider, the numbers a level, and what is said of the receptive field."""

import pytest

from workbench.app.dilation.cache import LARGEST
from workbench.app.dilation.controls import DilationControls


@pytest.fixture
def made():
    return {}


@pytest.fixture
def shown(session, made):
    return DilationControls(session, made)


def test_a_list_of_wrong_length_names_the_right_one_and_changes_nothing(session, shown, made):
    for typed, said in (("1, 2", "takes one dilation or 5"), ("0", "from 1 to 256"), ("1.5", "whole number")):
        made["dilation levels"].value = typed
        assert said in session.message
        assert session.dilations == {}
    made["dilation levels"].value = "1 1 1 2 2"
    assert session.dilations == {"unet": [1, 1, 1, 2, 2]}


def test_the_slider_is_off_for_a_classical_method_and_says_why(session, shown, made):
    assert not made["dilation"].disabled
    session.selected = ["otsu"]
    assert made["dilation"].disabled
    assert "no convolutions" in shown.note.value
    session.dilation_cache.set("otsu", 2)
    assert session.dilations == {}


def test_the_slider_shows_the_network_at_a_dilation_and_follows_undo(session, shown, made):
    made["dilation"].value = 3
    assert session.dilations == {"unet": 3}
    assert "trained at 1, set to 3" in shown.note.value
    session.undo()
    assert made["dilation"].value == 1
    assert "set to" not in shown.note.value


def test_a_dilation_beyond_the_slider_leaves_it_at_its_end_and_is_kept(session, shown, made):
    session.dilation_cache.set("unet", 40)
    assert made["dilation"].value == LARGEST
    assert session.dilations == {"unet": 40}


def test_one_number_for_all_levels_is_one_dilation(session, shown, made):
    made["dilation levels"].value = "2, 2, 2, 2, 2"
    assert session.dilations == {"unet": 2}
    made["dilation levels"].value = "3"
    assert session.dilations == {"unet": 3}


def test_the_numbers_a_level_are_hidden_until_they_are_wanted_or_set(session, shown, made):
    levels = made["dilation levels"]
    assert levels.layout.display == "none"
    made["dilation more"].click()
    assert levels.layout.display is None
    made["dilation more"].click()
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    assert (levels.layout.display, levels.value) == (None, "1, 1, 2, 2, 4")


def test_what_the_network_sees_is_said_once_it_is_known(session, shown):
    assert session.fields["unet"].rings(session.micrograph)["text"] in shown.note.value


def test_the_buttons_ask_for_all_dilations_and_for_a_run(session, shown, made):
    made["train at dilation"].click()
    assert session.trainings.brought == 1
    made["all dilations"].click()
    assert session.dilation_sweep.busy
    session.stop()


def test_why_there_are_not_all_dilations_is_said(session, shown, made, monkeypatch):
    session.micrograph = None
    made["all dilations"].click()
    assert "Open a micrograph" in session.message
    assert not session.dilation_sweep.busy


def test_without_a_network_everything_is_off(session, shown, made):
    session.selected = []
    off = ("dilation", "dilation levels", "dilation more", "all dilations", "train at dilation")
    assert all(made[name].disabled for name in off)
    assert shown.note.value == "Tick a network first."
