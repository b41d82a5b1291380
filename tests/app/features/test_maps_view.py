"""The features of a layer as pictures: a click enlarges one, a button asks what excites it."""

import pytest
from waiting import rest

from workbench.app.features.maps_view import FeatureMapsView


@pytest.fixture
def view(session, features):
    return FeatureMapsView(session)


def test_every_feature_is_a_picture_the_strongest_first(features, view):
    shown = features.maps.shown
    assert [item.key for item in view.list._items] == [str(feature.channel) for feature in shown]
    assert view.list._items[0].text == f"± {shown[0].strength:.2g}"
    assert view.list._items[0].png == shown[0].png


def test_a_click_enlarges_one(features, view):
    channel = features.maps.shown[2].channel
    view.list._heard(None, {"kind": "chosen", "key": str(channel)}, [])
    assert features.channel == channel
    assert view.list.chosen == str(channel)
    assert view._title.value == f"Feature {channel}"
    (large,) = view.large._items
    assert large.png.startswith(b"\x89PNG")


def test_what_excites_it_is_asked_once_and_stands_beside_it(features, view, fake):
    assert "made from noise" in view._said.value
    view.excite.click()
    assert view.excite.disabled
    assert view._said.value.startswith("is being made")
    rest(fake)
    answer, excites = view.large._items
    assert (answer.key, excites.key) == ("map", "excited")
    assert "across; its mean answer: noise" in excites.text
    assert view.excite.disabled
    assert view._said.layout.display == "none"


def test_without_maps_there_is_nothing_beside_them(features, view):
    features.maps = None
    assert view.list._items == view.large._items == []
    assert view._beside.layout.display == "none"


def test_a_feature_that_is_not_there_is_said(session, features, view):
    view.list._heard(None, {"kind": "chosen", "key": "99999"}, [])
    assert "99999" in session.message
