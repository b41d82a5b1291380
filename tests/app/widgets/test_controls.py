"""Controls of a panel: what they show is escaped, and what is bound to the session stays equal to it."""

import ipywidgets as widgets
import pytest
from traitlets import HasTraits, Unicode
from widget_doings import Sent, elsewhere

from workbench.app.widgets import controls


class State(HasTraits):
    name = Unicode("old")


def test_text_is_escaped_and_markup_is_not():
    assert controls.text("a < b & c").value == "a &lt; b &amp; c"
    assert controls.markup("<b>a</b>").value == "<b>a</b>"
    assert controls.text("", "hw-note")._dom_classes == ("hw-text", "hw-note")


def test_each_control_has_a_layout_of_its_own():
    first, second = controls.slider("A", 0, 1, 0.1), controls.slider("B", 0, 1, 0.1)
    controls.show(first, False)
    assert (first.layout.display, second.layout.display) == ("none", None)
    controls.show(first, True)
    assert first.layout.display is None


def test_a_button_calls_what_it_was_given_without_itself():
    called = []
    controls.button("Run", lambda: called.append("run")).click()
    assert called == ["run"]


@pytest.mark.parametrize("options", [{"A": 1, "B": 2}, [("A", 1), ("B", 2)]])
def test_a_drop_down_takes_labels_and_values(options):
    made = controls.dropdown("Which", options)
    made.label = "B"
    assert made.value == 2


def test_a_bound_control_shows_the_state_and_the_state_takes_what_is_typed():
    state, field = State(), widgets.Text()
    controls.bind(state, "name", field)
    assert field.value == "old"
    state.name = "new"
    assert field.value == "new"
    field.value = "typed"
    assert state.name == "typed"


def test_a_bound_control_takes_what_the_person_changes_while_a_thread_writes_it():
    state, field = State(), widgets.Text()
    controls.bind(state, "name", field)
    field.observe(
        lambda change: change["new"] == "new" and elsewhere(lambda: setattr(field, "value", "typed")),
        names="value",
    )
    state.name = "new"
    assert (state.name, field.value) == ("typed", "typed")


def test_another_thread_is_not_said_to_be_writing():
    writing = controls.Writing()
    with writing:
        assert writing
        assert not elsewhere(lambda: bool(writing))
    assert not writing


def test_writing_within_writing_ends_with_the_outer():
    writing = controls.Writing()
    with writing:
        with writing:
            pass
        assert writing
    assert not writing


def test_a_page_that_is_built_is_told_every_state_once_more():
    inner, shared = widgets.Text("inner"), widgets.Text("shared")
    root = widgets.VBox([widgets.HBox([inner, shared]), shared])
    sent = [Sent(widget) for widget in (root, inner, shared)]
    controls.resend(root)
    assert [len(states) for states in sent] == [1, 1, 1]
    assert sent[1][0]["value"] == "inner"


@pytest.mark.parametrize("make", [controls.typed, controls.typed_lines])
def test_text_is_told_once_it_is_typed_and_not_letter_by_letter(make):
    made = make("Note", "a hint")
    assert (made.description, made.placeholder, made.continuous_update) == ("Note", "a hint", False)
