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


class Part(HasTraits):
    low = Float(0.0)
    high = Float(1.0)
    gamma = Float(1.0)


@pytest.fixture
def two(one):
    parameters, steps = one
    part = Part()
    steps.remember(part, ["low", "high", "gamma"], "part.")
    return parameters, part, steps


def test_a_part_of_the_owner_is_taken_back_too_with_names_of_its_own(two):
    parameters, part, steps = two
    parameters.gamma = 2.0
    part.gamma = 3.0
    parameters.gamma = 4.0
    steps.undo()
    assert (parameters.gamma, part.gamma) == (2.0, 3.0)
    steps.undo()
    assert (parameters.gamma, part.gamma) == (2.0, 1.0)
    steps.undo()
    assert (parameters.gamma, parameters.can_undo) == (1.0, False)
    for _step in range(3):
        steps.redo()
    assert (parameters.gamma, part.gamma, parameters.can_redo) == (4.0, 3.0, False)


def test_traits_of_one_name_in_two_parts_are_no_drag_of_one(two, clock):
    parameters, part, steps = two
    parameters.gamma = 2.0
    part.gamma = 2.0
    steps.undo()
    assert (parameters.gamma, part.gamma) == (2.0, 1.0)
    part.gamma = 1.5
    clock[0] += 0.5
    part.gamma = 1.7
    steps.undo()
    assert part.gamma == 1.0


def test_who_hears_of_a_part_never_sees_values_that_do_not_go_together(two):
    _parameters, part, steps = two
    for low, high in ((5.0, 6.0), (0.1, 0.2)):
        with part.hold_trait_notifications():
            part.low, part.high = low, high
    heard = []
    part.observe(lambda _change: heard.append(part.low < part.high), names=["low", "high"])
    for step in (steps.undo, steps.redo):
        step()
    assert heard == [True] * len(heard) != []


def test_a_part_without_traits_to_take_back_is_not_listened_to(one):
    parameters, steps = one
    part = Part()
    steps.remember(part, ())
    part.gamma = 2.0
    assert not parameters.can_undo


def test_what_is_made_while_nobody_listens_is_no_step_of_a_part_either(two):
    parameters, part, steps = two
    with steps.paused():
        part.low = 0.5
    assert not parameters.can_undo
    with steps.group():
        part.low, parameters.gamma = 0.7, 3.0
    steps.undo()
    assert (part.low, parameters.gamma) == (0.5, 1.0)
