"""Steps that undo takes back: a drag is one, a drag back to where it began is none."""

import pytest
from traitlets import Bool, Float, HasTraits

from workbench.app.core import history
from workbench.app.core.history import History


class Parameters(HasTraits):
    threshold = Float(0.5)
    gamma = Float(1.0)
    can_undo = Bool(False)
    can_redo = Bool(False)


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves by hand, in seconds."""
    hand = [100.0]
    monkeypatch.setattr(history.time, "monotonic", lambda: hand[0])
    return hand


@pytest.fixture
def one(clock):
    parameters = Parameters()
    return parameters, History(parameters, ["threshold", "gamma"])


def test_a_drag_is_one_step(one, clock):
    parameters, steps = one
    for value in (0.6, 0.7, 0.8):
        parameters.threshold = value
        clock[0] += 0.5
    steps.undo()
    assert parameters.threshold == 0.5
    assert not parameters.can_undo
    steps.redo()
    assert parameters.threshold == 0.8


def test_changes_far_apart_or_of_two_parameters_are_steps_of_their_own(one, clock):
    parameters, steps = one
    parameters.threshold = 0.6
    clock[0] += 1.01 * history.COALESCE_SECONDS
    parameters.threshold = 0.7
    parameters.gamma = 2.0
    steps.undo()
    assert (parameters.threshold, parameters.gamma) == (0.7, 1.0)
    steps.undo()
    assert parameters.threshold == 0.6
    steps.undo()
    assert parameters.threshold == 0.5


def test_a_drag_that_comes_back_is_no_step(one, clock):
    """Undo would change nothing that anyone can see."""
    parameters, steps = one
    parameters.gamma = 2.0
    clock[0] += 10
    parameters.threshold = 0.6
    clock[0] += 0.5
    parameters.threshold = 0.5
    assert parameters.can_undo
    steps.undo()
    assert parameters.gamma == 1.0
    assert not parameters.can_undo
    parameters.threshold = 0.9
    steps.undo()
    assert parameters.threshold == 0.5
