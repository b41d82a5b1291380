"""Which features of which network are shown."""

import pytest
from fake_answers import LAYERS

from workbench.app.features.traits import FeaturesTraits
from workbench.errors import WorkbenchError


@pytest.fixture
def traits():
    made = FeaturesTraits()
    made.layers, made.network = {"unet": LAYERS["unet"]}, "unet"
    return made


def test_the_last_features_are_shown_until_a_layer_is_chosen(traits):
    assert traits.layer == "decoders.0.5"
    traits.set_layer("downs.0.0")
    assert traits.layer == "downs.0.0"
    traits.network = "fcn8s"
    assert traits.layer == ""  # its layers are not known yet
    traits.network = "unet"
    assert traits.layer == "downs.0.0"


def test_a_layer_that_is_not_there_is_said_and_one_that_was_saved_is_passed_over(traits):
    with pytest.raises(WorkbenchError, match=r"no layer 'gone'; there are downs\.0\.0, "):
        traits.set_layer("gone")
    traits.chosen = {"unet": "gone"}
    assert traits.layer == "decoders.0.5"


def test_without_maps_no_feature_is_large(traits):
    traits.channel = 3
    assert traits.feature is None


def test_what_is_asked_is_saved(traits):
    traits.view, traits.other = "networks", "fcn8s"
    traits.set_layer("downs.0.0")
    asked = traits.asked()
    assert (asked.view, asked.network, asked.other) == ("networks", "unet", "fcn8s")
    assert asked.layers == {"unet": "downs.0.0"}
