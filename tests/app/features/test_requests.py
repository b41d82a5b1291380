"""What is asked of the worker for what is shown, and the keys that its answers are kept under."""

import numpy as np
import pytest
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.features.places import MORE_WRONG, PLACES
from workbench.app.features.requests import NOTHING, FeatureRequests, bytes_held
from workbench.app.session import Session
from workbench.compute.features import find_embedding, find_maps
from workbench.compute.network_comparison import find_comparison
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def requests(session, features):
    return FeatureRequests(session, features)


def test_nothing_is_asked_while_no_micrograph_is_open(fake, tmp_path):
    empty = Session(data=DataFolder(tmp_path), compute=fake)
    assert FeatureRequests(empty, empty.features).shown_key() == NOTHING


def test_maps_are_asked_of_the_network_as_it_is_shown(session, features, requests):
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    session.dilation_cache.set_scale("unet", 1.5)
    function, micrograph, which, layer = requests.work()
    assert (function, micrograph, layer) == (find_maps, session.micrograph, "decoders.0.5")
    assert (which.dilation, which.scale) == ((1, 1, 2, 2, 4), 1.5)
    assert which == session.version("unet").which == requests.which()


def test_pixels_are_asked_everywhere_and_more_where_the_mask_is_wrong(session, pixels, requests):
    function, micrograph, which, layer, places, fitted = requests.work()
    assert (function, micrograph, which, layer) == (
        find_embedding,
        session.micrograph,
        requests.which(),
        "decoders.0.5",
    )
    wrong = session.postprocessed["unet"].mask != session.truth
    assert (fitted, places.shape[1]) == (PLACES, PLACES + min(MORE_WRONG, wrong.sum()))
    assert wrong[tuple(places[:, fitted:])].all()
    session.show(session.micrograph)  # without a truth nothing is known to be wrong
    rest(session.compute)
    assert requests.work()[4].shape[1] == PLACES


def test_a_comparison_is_asked_of_both_networks(session, features, requests):
    session.selected = ["unet", "fcn8s"]
    features.view = "networks"
    assert requests.work() == (
        find_comparison,
        session.micrograph,
        session.version("unet").which,
        session.version("fcn8s").which,
    )


def changes(session, features):
    """What a hand may change, by name."""
    other = Micrograph(np.ones((8, 8), np.float32), 0.05, "other")
    return {
        "layer": lambda: features.set_layer("downs.0.2"),
        "network": lambda: setattr(features, "network", "fcn8s"),
        "other": lambda: setattr(features, "other", "mixed_scale"),
        "channel": lambda: setattr(features, "channel", features.channel + 1),
        "dilation": lambda: session.dilation_cache.set("unet", 4),
        "scale": lambda: session.dilation_cache.set_scale("unet", 2.0),
        "pixel size": lambda: session.set_nm_per_px(0.1),
        "micrograph": lambda: session.show(other, np.ones((8, 8), bool)),
        "truth": lambda: session.show(session.micrograph),
        "threshold": lambda: session.set_threshold("unet", 0.9),
        "opacity": lambda: setattr(session.explain, "opacity", 0.1),
    }


OF_THE_NETWORK = {"network", "dilation", "scale"}
OF_THE_MICROGRAPH = {"pixel size", "micrograph"}
DEPENDS_ON = {
    "maps": {*OF_THE_NETWORK, *OF_THE_MICROGRAPH, "layer"},
    "pixels": {*OF_THE_NETWORK, *OF_THE_MICROGRAPH, "layer", "truth"},
    "networks": {*OF_THE_NETWORK, *OF_THE_MICROGRAPH, "other"},
    "excited": {*OF_THE_NETWORK, "layer", "channel"},
}


def keys(features, requests):
    """The key of each view, and of the picture that excites a feature."""
    found = {"excited": requests.excited_key()}
    for view in ("maps", "pixels", "networks"):
        features.view = view
        found[view] = requests.shown_key()
    return found


@pytest.mark.parametrize("change", sorted(changes(None, None)))
def test_an_answer_depends_on_what_it_is_the_answer_to_and_on_nothing_else(
    session, features, requests, change
):
    session.selected = ["unet", "fcn8s", "mixed_scale"]
    before = keys(features, requests)
    assert keys(features, requests) == before
    changes(session, features)[change]()
    after = keys(features, requests)
    assert {what for what in before if after[what] != before[what]} == {
        what for what, needed in DEPENDS_ON.items() if change in needed
    }


def test_an_answer_is_weighed_by_what_it_holds(features, fake):
    maps = features.maps
    assert bytes_held((), maps) == sum(one.map.nbytes + len(one.png) for one in maps.shown)
    features.excite()
    rest(fake)
    assert bytes_held((), features.excited) == len(features.excited.png)
    features.view = "pixels"
    rest(fake)
    assert 0 < bytes_held((), features.embedding) < maps.nbytes
