"""How a method makes itself known."""

import numpy as np
import pytest
from small_networks import Linear, noise, problem_of

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import Progress
from workbench.explanation.methods import registry
from workbench.explanation.methods.registry import also_called, find_method, method, method_names


@pytest.fixture
def own(monkeypatch):
    """The registry, of which nothing that a test enters stays."""
    method_names()
    monkeypatch.setattr(registry, "_METHODS", {**registry._METHODS})
    monkeypatch.setattr(registry, "_OTHER_NAMES", {**registry._OTHER_NAMES})


def test_a_function_with_the_decorator_is_a_method_with_its_options(own):
    @method("even", "Even", signed=False, complete=True, kind="product")
    def _even(problem, watch, level=2.0, seed=0):
        watch.note(f"level {level}")
        return np.full(problem.selected.shape, level, np.float32)

    found = find_method("even")
    assert "even" in method_names()
    assert (found.title, found.signed, found.additive, found.complete) == ("Even", False, True, True)
    assert found.options == {"level": 2.0, "seed": 0}
    assert not found.derivative
    problem, watch = problem_of(Linear(3), noise(20), (10, 10)), Progress()
    assert (found.run(problem, watch, level=3.0) == 3.0).all()
    assert watch.notes == ["level 3.0"]
    assert (found.run(problem) == 2.0).all()
    with pytest.raises(ExplanationError, match="Even has no option width; it has: level, seed"):
        found.run(problem, width=1)


def test_two_methods_of_one_name_are_refused_and_one_that_is_defined_anew_is_not(own):
    def first(problem, watch):
        return problem.pixels

    def second(problem, watch):
        return problem.pixels

    method("mine", "Mine", signed=True)(first)
    method("mine", "Mine anew", signed=True)(first)
    assert find_method("mine").title == "Mine anew"
    with pytest.raises(ExplanationError, match="Two methods are called mine; rename one"):
        method("mine", "Mine", signed=True)(second)
    with pytest.raises(ExplanationError, match="Mine anew has no option steps; it has: none"):
        find_method("mine").run(problem_of(Linear(3), noise(20), (10, 10)), steps=3)


def test_another_name_is_known_and_not_listed(own):
    also_called("slope", "gradient")
    assert find_method("slope") is find_method("gradient")
    assert "slope" not in method_names()
    assert find_method("gradient").derivative


def test_a_name_that_nobody_has_lists_those_there_are():
    with pytest.raises(
        ExplanationError, match=r"There is no method 'magic'; choose one of grad_cam, gradient, .*rise"
    ):
        find_method("magic")
    assert method_names() == sorted(method_names())
