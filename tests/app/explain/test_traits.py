"""What is to be explained, and by which methods."""

import pytest
from fake_answers import METHODS

from workbench.app.explain.traits import ExplainTraits
from workbench.errors import WorkbenchError


@pytest.fixture
def traits():
    made = ExplainTraits()
    made.known = METHODS
    return made


def test_a_click_is_something_to_explain_and_a_region_wants_a_line(traits):
    assert not traits.chosen
    traits.at = [1, 2]
    assert traits.chosen
    traits.kind = "region"
    assert not traits.chosen
    traits.line = [(0, 0), (0, 9), (9, 9)]
    assert traits.chosen


def test_the_background_wants_no_click(traits):
    traits.kind = "background"
    assert traits.chosen


def test_methods_are_ticked_once_and_one_that_is_not_there_is_said(traits):
    traits.tick("gradient")
    traits.tick("gradient")
    traits.tick("grad_cam")
    assert traits.methods == ["gradient", "grad_cam"]
    traits.tick("gradient", on=False)
    traits.tick("gradient", on=False)
    assert traits.methods == ["grad_cam"]
    with pytest.raises(
        WorkbenchError, match="no method 'magic'; there are grad_cam, gradient, integrated_gradients"
    ):
        traits.tick("magic")


def test_a_layer_is_given_to_methods_that_use_one(traits):
    traits.set_layer("unet", "downs.0.0")
    assert traits.options("unet", "grad_cam") == {"layer": "downs.0.0"}
    assert traits.options("unet", "gradient") == {}
    assert traits.options("fcn8s", "grad_cam") == {}
    traits.set_layer("unet", "")
    assert traits.layers == {}


def test_a_method_that_is_not_known_yet_is_called_by_its_name(traits):
    assert (traits.title("grad_cam"), traits.title("other")) == ("Grad-CAM", "other")


def test_what_is_asked_is_saved(traits):
    traits.at, traits.methods, traits.percentile = [1, 2], ["gradient"], 95.0
    asked = traits.asked()
    assert (asked.kind, asked.at, asked.methods, asked.percentile) == ("particle", [1, 2], ["gradient"], 95.0)
