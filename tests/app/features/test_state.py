"""What is inside a network, as a session has it: followed, kept, stopped, and from a point to the label's tools."""

import numpy as np
import pytest
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.features.panel import FeaturesPanel
from workbench.app.features.pixels_view import PixelsView
from workbench.app.features.places import KINDS, MORE_WRONG, PLACES, draw_places, kinds_of, region_around
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start


@pytest.fixture
def session(compute, tmp_path, disc):
    micrograph, truth = disc
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["otsu", "unet"]
    made.show(micrograph, truth)
    return made


@pytest.fixture
def features(session):
    session.features.active = True
    wait_for(lambda: session.features.maps and session.features.feature)
    return session.features


def pixels_of(features):
    features.view = "pixels"
    wait_for(lambda: features.kinds is not None)
    return features.embedding


def jobs_heard(features):
    """A list that grows by one for each job that is begun."""
    heard = []
    features.observe(lambda change: heard.append(True) if change["new"] else None, names="busy")
    return heard


def test_nothing_is_computed_before_the_panel_is_open(session):
    wait_for(lambda: "unet" in session.postprocessed and not session.busy)
    assert session.features.layers == {}
    assert not session.features.busy


def test_the_last_features_of_the_first_network_that_has_some_are_shown(features):
    assert (features.network, features.layer) == ("unet", "decoders.0.5")
    assert features.maps.total == 16
    strengths = [one.strength for one in features.maps.shown]
    assert strengths == sorted(strengths, reverse=True)
    assert features.channel == features.maps.shown[0].channel
    assert (features.status, features.busy, features.why_not) == ("", False, "")


def test_another_layer_is_computed_and_going_back_shows_what_is_kept(features):
    first, heard = features.maps, jobs_heard(features)
    features.set_layer("bottleneck.5")
    wait_for(lambda: features.maps and features.maps.layer == "bottleneck.5" and features.feature)
    assert features.channel == features.maps.shown[0].channel
    features.set_layer("decoders.0.5")
    assert features.maps is first
    assert features.channel == first.shown[0].channel
    assert len(heard) == 1
    with pytest.raises(WorkbenchError, match="no layer 'conv9'; there are downs"):
        features.set_layer("conv9")


def test_a_moved_threshold_computes_nothing(session, features):
    shown, heard = features.maps, jobs_heard(features)
    session.set_threshold("unet", 0.9)
    wait_for(lambda: session.postprocessed["unet"].settings.threshold == 0.9)
    assert features.maps is shown
    assert heard == []


def test_a_feature_is_shown_large_and_what_excites_it_is_made_once(features):
    features.set_layer("downs.0.2")
    wait_for(lambda: features.maps is not None and features.maps.layer == "downs.0.2")
    one, other = (feature.channel for feature in features.maps.shown[:2])
    features.choose(one)
    assert features.feature.channel == one
    features.excite()
    assert features.exciting
    wait_for(lambda: features.excited)
    made = features.excited
    assert (made.channel, made.layer, features.exciting) == (one, "downs.0.2", False)
    assert made.after > made.before
    features.choose(other)
    assert features.excited is None
    features.choose(one)
    assert features.excited is made
    with pytest.raises(WorkbenchError, match="not among those"):
        features.choose(9999)


def test_stop_ends_it_and_compute_again_goes_on(features):
    features.observe(lambda change: features.stop() if change["new"] else None, names="busy")
    features.set_layer("bottleneck.5")
    features.unobserve_all("busy")
    assert not features.busy
    assert features.halted
    assert "stopped" in features.status
    assert features.maps is None
    features.run()
    wait_for(lambda: features.maps)
    assert features.maps.layer == "bottleneck.5"
    assert not features.halted


def test_stop_of_the_page_ends_the_picture_that_is_made(session, features):
    features.excite()
    session.stop()
    assert not features.exciting
    wait_for(lambda: not session.busy)
    assert features.excited is None


def test_another_micrograph_is_followed(session, features):
    other = Micrograph(np.random.default_rng(5).normal(size=(64, 80)).astype(np.float32), 0.05, "other")
    before, heard = features.maps, []
    features.observe(lambda change: heard.append(change["new"]), names="maps")
    session.show(other)
    assert heard[:1] == [None]  # at once; the new ones may be there by now
    wait_for(lambda: features.maps)
    assert features.maps is not before
    assert features.maps.shown[0].map.shape == tuple(round(edge * 0.05 / 0.04) for edge in other.shape)


def test_a_classical_method_an_empty_page_and_no_network_are_said(session, compute, tmp_path):
    features = session.features
    features.active = True
    features.network = "otsu"
    assert "classical method" in features.why_not
    assert not features.busy
    session.selected = ["otsu"]
    assert features.network == "otsu"
    session.selected = []
    assert "Tick a network" in features.why_not
    assert "Open a micrograph" in Session(data=DataFolder(tmp_path), compute=compute).features.why_not
    for ask in (features.excite, features.label_here, lambda: features.go_to(0)):
        with pytest.raises(WorkbenchError):
            ask()


def test_places_are_coloured_by_truth_and_mask_as_it_is_now(session, features):
    found = pixels_of(features)
    mask, truth = session.postprocessed["unet"].mask, session.truth
    expected = mask.astype(int) + 2 * (truth & ~mask) + 2 * (~truth & mask)
    assert (features.kinds == expected[tuple(found.places)]).all()
    before, heard = features.kinds, jobs_heard(features)
    session.set_threshold("unet", 0.995)
    wait_for(lambda: session.postprocessed["unet"].settings.threshold == 0.995)
    wait_for(lambda: features.kinds is not before)
    mask = session.postprocessed["unet"].mask
    rows, columns = found.places
    assert ((features.kinds == KINDS.index("missed particle")) == (truth & ~mask)[rows, columns]).all()
    assert heard == []


def test_without_a_truth_places_are_coloured_by_the_mask(session, features, disc):
    session.show(disc[0])
    features.view = "pixels"
    wait_for(lambda: features.kinds is not None)
    assert (features.kinds == session.postprocessed["unet"].mask[tuple(features.embedding.places)]).all()


def test_from_a_point_to_its_place_and_to_the_tools_of_the_label(session, features):
    found = pixels_of(features)
    index = len(features.kinds) - 1
    features.go_to(index)
    spot = features.opened
    assert (spot.row, spot.column) == tuple(found.places[:, index])
    assert spot.region.top <= spot.row < spot.region.top + spot.region.height
    assert all(one.kind == spot.kind for one in features.spots)
    features.label_here().join()
    assert session.label.active
    proposal = session.active_learning.opened
    assert proposal.region == spot.region
    assert proposal.why == f"U-Net: {spot.name}"
    session.active_learning.leave_rest_out()
    assert (session.label.values == 2).sum() == session.truth.size - spot.region.height * spot.region.width
    session.label.wait()
    with pytest.raises(WorkbenchError, match=f"0 to {index}"):
        features.go_to(index + 1)


def test_others_like_it_are_of_its_kind_apart_from_each_other_and_the_most_alike():
    from workbench.app.features.places import spots_of
    from workbench.compute.features import EmbeddingFound

    places = np.array([[100, 105, 100, 300, 500], [100, 105, 300, 300, 500]])
    coordinates = np.array([[0, 0], [0.1, 0], [3, 0], [1, 0], [0.2, 0]], np.float32)
    found = EmbeddingFound("head", coordinates, (1.0, 0.0), places, 1.0)
    micrograph = Micrograph(
        np.random.default_rng(0).normal(size=(600, 600)).astype(np.float32), None, "noise"
    )
    kinds = np.array([1, 1, 1, 1, 0], np.uint8)
    spots = spots_of(micrograph, found, kinds, 0, None, None)
    assert [one.index for one in spots] == [0, 3, 2]  # 1 lies in the region of 0, and 4 is of another kind


def test_places_are_drawn_everywhere_and_more_where_the_mask_is_wrong():
    wrong = np.zeros((300, 400), bool)
    wrong[10, 20:25] = True
    places, fitted = draw_places(wrong.shape, wrong)
    assert (fitted, places.shape) == (PLACES, (2, PLACES + 5))
    assert {tuple(place) for place in places[:, fitted:].T} == {(10, column) for column in range(20, 25)}
    assert (places.max(axis=1) < wrong.shape).all()
    assert np.abs(places[:, :fitted].mean(axis=1) / wrong.shape - 0.5).max() < 0.03
    assert draw_places(wrong.shape, ~wrong)[0].shape == (2, PLACES + MORE_WRONG)
    assert (draw_places(wrong.shape, None)[0] == places[:, :fitted]).all()


def test_the_four_kinds():
    mask, truth = np.array([[0, 1, 0, 1]], bool), np.array([[0, 1, 1, 0]], bool)
    places = np.array([[0, 0, 0, 0], [0, 1, 2, 3]])
    said = [KINDS[kind] for kind in kinds_of(places, mask, truth)]
    assert said == ["background", "particle", "missed particle", "false alarm"]


def test_a_region_stays_inside_a_micrograph_that_may_be_smaller_than_it():
    region = region_around(2, 99, 40, (60, 100))
    assert (region.top, region.left, region.height, region.width) == (0, 60, 40, 40)
    region = region_around(5, 5, 40, (20, 100))
    assert (region.top, region.left, region.height, region.width) == (0, 0, 20, 40)


def test_a_session_is_saved_with_what_is_looked_at(session, features, compute, tmp_path):
    features.set_layer("bottleneck.5")
    features.view = "pixels"
    state = parse_session(session.state().model_dump_json())
    other = Session(data=DataFolder(tmp_path), compute=compute)
    other.restore(state)
    assert (other.features.view, other.features.network, other.features.active) == ("pixels", "unet", True)
    assert other.features.chosen == {"unet": "bottleneck.5"}


def test_two_ticked_networks_are_compared_and_one_alone_is_told_to_wait_for_a_second(session, features):
    features.view = "networks"
    assert "Tick a second network" in features.why_not
    assert not features.busy
    session.selected = ["unet", "fcn8s"]
    assert (features.network, features.other, features.why_not) == ("unet", "fcn8s", "")
    wait_for(lambda: features.comparison)
    found = features.comparison
    assert found.cka.shape == (len(found.layers), len(found.other_layers))
    assert [one.layer for one in found.tunings] == ["downs.0.0", "features.0"]
    lines = script(session)
    assert (
        'alike = features.similarity(wb.load_network("unet"), wb.load_network("fcn8s"), m, first, second)'
        in lines
    )
    features.network = "fcn8s"
    assert features.other == "unet"


def test_the_script_says_what_is_shown(session, features):
    features.excite()
    wait_for(lambda: features.excited)
    lines = script(session)
    assert 'maps = features.mean_maps(wb.load_network("unet"), m, "decoders.0.5")' in lines
    assert (
        f'excited = features.maximise(wb.load_network("unet"), "decoders.0.5", {features.channel})' in lines
    )
    pixels_of(features)
    assert 'pixels = features.embed(wb.load_network("unet"), m, layer="decoders.0.5")' in script(session)


def test_a_click_on_a_point_goes_to_its_place_and_a_place_is_marked(session, features):
    view = PixelsView(session)
    assert view.box.children == ()
    found = pixels_of(features)
    wait_for(
        lambda: len(view.box.children) == 2
    )  # drawn by the thread that brought the pixels, after they are there
    counts = [int((features.kinds == kind).sum()) for kind in range(4)]
    assert all(len(cloud.x) <= count for cloud, count in zip(view.clouds, counts, strict=True))
    cloud = view.clouds[1]
    point = {"x": float(cloud.x[3]), "y": float(cloud.y[3])}
    cloud._handle_custom_msgs(cloud, {"event": "element_click", "data": point})
    spot = features.opened
    assert spot.kind == 1
    np.testing.assert_allclose(found.coordinates[spot.index], [point["x"], point["y"]])
    assert (view.here.x[0], view.list.chosen) == (point["x"], spot.key)
    assert not view.label.disabled


class Page:
    """Stands in for the browser."""


def test_the_panel_shows_and_sets_what_the_session_says(session, features):
    panel = FeaturesPanel(session, Page())
    network, layer = panel.controls["network"], panel.controls["layer"]
    assert [name for _label, name in network.options] == ["otsu", "unet"]
    assert (network.value, layer.value) == ("unet", "decoders.0.5")
    assert "16 features" in panel._state.value
    layer.value = "downs.0.0"
    assert features.layer == "downs.0.0"
    network.value = "otsu"
    assert "classical method" in panel._state.value
    assert layer.disabled
    assert "classical method" in panel.shown._said.value
    network.value = "unet"
    assert layer.value == "downs.0.0"
