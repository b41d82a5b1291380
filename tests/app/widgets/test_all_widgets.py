"""A browser that asks for all widgets is answered, whatever is made meanwhile."""

import ipywidgets
import pytest
from ipywidgets.widgets import widget

from workbench.app.widgets.all_widgets import Growing, keep_in_growing

MODEL = "IPY_MODEL_"


class Comm:
    def __init__(self):
        self.sent = []

    def send(self, data, buffers=()):
        self.sent.append(data)


class Restless(ipywidgets.Box):
    """Gets another child each time its state is asked for, as from a thread."""

    def get_state(self, *arguments, **how):
        if len(self.children) < 3:
            self.children = [*self.children, ipywidgets.HTML("new")]
        return super().get_state(*arguments, **how)


def references(value):
    """The names of all widgets that a state names."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [name for part in value for name in references(part)]
    return [value.removeprefix(MODEL)] if isinstance(value, str) and value.startswith(MODEL) else []


@pytest.fixture
def asked(monkeypatch):
    """What a browser is answered that asks for all widgets."""
    comm = Comm()
    monkeypatch.setattr(ipywidgets.Widget, "_control_comm", comm)

    def ask():
        ipywidgets.Widget._handle_control_comm_msg({"content": {"data": {"method": "request_states"}}})
        return comm.sent[-1]["states"]

    return ask


def test_what_is_made_while_all_are_asked_for_is_told_of_too(monkeypatch, asked):
    monkeypatch.setattr(widget, "_instances", dict(widget._instances))
    keep_in_growing()
    box = Restless()
    states = asked()
    children = states[box.model_id]["state"]["children"]
    assert children
    named = [name.removeprefix(MODEL) for name in children]
    assert set(named) <= set(states)
    assert set(references(states)) <= set(states)


def test_values_are_given_once_and_what_is_taken_out_is_no_fault():
    held = Growing(a=1, b=2)
    seen = []
    for value in held.values():
        seen.append(value)
        held["c"] = 3
        held.pop("a", None)
    assert seen == [1, 2, 3]
