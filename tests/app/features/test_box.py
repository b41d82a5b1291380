"""Below the panes while Features is open: which view, and what is said of it."""

import pytest
from waiting import rest

from workbench.app.features.box import FeaturesBox


@pytest.fixture
def box(session, features):
    return FeaturesBox(session)


def test_maps_say_of_which_layer_they_are_how_many_and_how_fine(features, box):
    assert box._title.value == "Features of U-Net, decoders.0.5"
    assert box._body.children == (box.maps.box,)
    assert box._said.value.startswith("All 16 features that answer to this micrograph")
    assert f"One value every {features.maps.step:.3g} px" in box._said.value


def test_pixels_say_how_many_places_and_that_more_were_drawn_where_the_mask_is_wrong(
    session, features, box, fake
):
    features.view = "pixels"
    rest(fake)
    assert box._title.value.startswith("Pixels by the features of U-Net")
    assert box._body.children == (box.pixels.box,)
    assert box._said.value.startswith(f"{features.embedding.places.shape[1]} places, ")
    assert session.truth is not None
    assert box._said.value.endswith("places where mask and truth differ were drawn more often.")


def test_two_networks_are_named_beside_each_other(session, features, box, fake):
    session.selected = ["unet", "fcn8s"]
    features.view = "networks"
    rest(fake)
    assert box._title.value == "Inside two networks, U-Net beside " + session.card("fcn8s").label
    assert "linear CKA of the layers at 3000 places, white 0" in box._said.value
    assert box._body.children == (box.comparison.box,)


def test_why_there_is_nothing_to_show_takes_the_place_of_it(session, features, box):
    session.selected = []
    assert box._body.children == ()
    assert box._said.value != ""
    assert box._title.value == "Features"


def test_what_runs_can_be_stopped(session, features, box, fake):
    features.set_layer("bottleneck.5")
    assert features.busy
    assert box.stop.layout.display is None
    box.stop.click()
    assert not features.busy
    assert box.stop.layout.display == "none"
