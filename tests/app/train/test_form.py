"""The fields of the Train panel: each shows what the draft says, and the draft takes what is typed."""

import pytest
from fake_compute import FakeCompute
from widget_doings import Sent

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.app.train.draft import Draft
from workbench.app.train.form import FRESH, TYPED, TrainingForm, say_warning

ARCHITECTURES = {
    "unet": {
        "title": "U-Net",
        "summary": "A ladder",
        "options": {"base": 16, "dropout": 0.0, "batch_norm": True},
    },
    "fcn8s": {"title": "FCN-8s", "summary": "Skips", "options": {"weights": "edges", "drop": 0.5}},
}


@pytest.fixture
def session(tmp_path):
    return Session(data=DataFolder(tmp_path), compute=FakeCompute())


@pytest.fixture
def draft(session, monkeypatch):
    monkeypatch.setattr(Draft, "_in_background", lambda _self, act: act())
    session.trainings.draft.architectures = ARCHITECTURES
    return session.trainings.draft


@pytest.fixture
def form(session, draft):
    return TrainingForm(session.trainings, list(session.cards))


def pick(choice, value):
    """Choose as a person does, in the list that is shown."""
    values = [value for _label, value in choice.options]
    choice.set_state({"index": values.index(value), "seen": choice.edition})


def visible(widget):
    return widget.layout.display != "none"


def test_sets_and_the_first_of_them_come_at_once(form, draft, monkeypatch):
    monkeypatch.setattr(
        "workbench.app.train.draft.find_datasets", lambda _data: [("discs", "discs"), ("lonely", "lonely")]
    )
    sent = Sent(form.controls["set"])
    draft.list_sets()
    assert [(one["_options_labels"], one["index"]) for one in sent] == [(("discs", "lonely"), 0)]
    form.controls["set"].set_state({"index": 1, "seen": form.controls["set"].edition})
    draft.list_sets()
    assert draft.training_set == form.controls["set"].value == "lonely"


@pytest.mark.parametrize(
    ("trait", "name", "typed"),
    [
        ("dilation", "dilation", "1, 2"),
        ("epochs", "epochs", 7),
        ("steps_per_epoch", "steps", 9),
        ("crop", "crop", 64),
        ("batch", "batch", 3),
        ("share", "share", 0.4),
        ("name", "name", "mine"),
        ("more", "more", "seed = 1"),
        ("training_set", "set_path", "elsewhere"),
    ],
)
def test_a_field_and_the_draft_are_equal_whichever_changes(form, draft, trait, name, typed):
    assert form.controls[name].value == getattr(draft, trait)
    form.controls[name].value = typed
    assert getattr(draft, trait) == typed


def test_a_learning_rate_is_read_with_either_mark_and_what_is_none_is_taken_back(form, draft):
    rate = form.controls["rate"]
    rate.value = "0,01"
    assert draft.learning_rate == 0.01
    rate.value = "fast"
    assert (draft.learning_rate, rate.value) == (0.01, "0.01")


def test_another_set_to_validate_on_takes_the_place_of_a_share(form, draft):
    assert visible(form.controls["share"])
    draft.sets = [("discs", "discs")]
    pick(form.controls["validation"], "discs")
    assert draft.validation_set == "discs"
    assert not visible(form.controls["share"])


def test_the_options_of_an_architecture_have_a_field_each_of_their_kind(form, draft):
    rows = {row.description: row for row in form._options.children}
    assert {name: type(row).__name__ for name, row in rows.items()} == {
        "base": "IntText",
        "dropout": "FloatText",
        "batch_norm": "Checkbox",
    }
    rows["base"].value = 8
    assert draft.options == {"base": 8}
    rows["base"].value = 16  # its default
    assert draft.options == {}
    draft.options = {"batch_norm": False}
    assert rows["batch_norm"].value is False


def test_another_architecture_begins_with_its_own_options_and_fresh_weights(form, draft):
    draft.options, draft.start_from = {"base": 8}, "unet"
    pick(form.controls["architecture"], "fcn8s")
    assert (draft.architecture, draft.options, draft.start_from) == ("fcn8s", {}, "")
    assert form.controls["architecture"].tooltip == "Skips"
    assert [row.description for row in form._options.children] == ["weights", "drop"]


def test_a_network_to_start_from_is_one_of_this_architecture_and_brings_its_options(form, draft, session):
    start = form.controls["start"]
    labels = [label for label, _value in start.options]
    assert (labels[0], labels[-1]) == (FRESH, TYPED)
    assert "unet" in start._options_values
    assert "fcn8s" not in start._options_values
    pick(start, "unet")
    card = session.card("unet")
    assert draft.start_from == "unet"
    assert draft.options == {key: value for key, value in card.options.items() if key != "weights"}
    pick(start, "")
    assert draft.start_from == ""


def test_weights_of_the_architecture_itself_are_among_those_to_start_from(form, draft):
    pick(form.controls["architecture"], "fcn8s")
    pick(form.controls["start"], "=imagenet")
    assert (draft.options, draft.start_from) == ({"weights": "imagenet"}, "")
    assert form.controls["start"].value == "=imagenet"


def test_a_file_to_start_from_is_typed_in_a_field_that_is_shown_then(form, draft):
    assert not visible(form.controls["start_path"])
    pick(form.controls["start"], "?")
    assert visible(form.controls["start_path"])
    form.controls["start_path"].value = "mine.safetensors"
    assert draft.start_from == "mine.safetensors"
    assert form.controls["start"].value == "?"


def test_the_rest_unfolds_and_folds(form):
    form.controls["unfold"].click()
    assert visible(form._unfolded)
    assert form.controls["unfold"].description.startswith("fewer")
    form.controls["unfold"].click()
    assert not visible(form._unfolded)


def test_what_stands_above_the_button_is_escaped():
    assert say_warning("a < b", "an estimate") == "Cannot start: a &lt; b"
    assert say_warning("", "an estimate") == "an estimate"
