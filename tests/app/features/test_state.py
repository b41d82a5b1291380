"""What is inside a network, as a session has it: followed, kept, stopped, saved and written."""

import numpy as np
import pytest
from fake_answers import LAYERS, kind_of
from fake_compute import DIED
from waiting import heard_of, rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.features.panel import FeaturesPanel
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph


def test_nothing_is_computed_before_the_panel_is_open(session, fake):
    rest(fake)
    assert "unet" in session.postprocessed
    assert not session.busy
    assert session.features.layers == {}
    assert not session.features.busy
    assert not fake.all("find_maps")


def test_the_last_features_of_the_first_network_that_has_some_are_shown(features):
    assert (features.network, features.layer) == ("unet", "decoders.0.5")
    assert features.maps.total == 16
    strengths = [one.strength for one in features.maps.shown]
    assert strengths == sorted(strengths, reverse=True)
    assert features.channel == features.maps.shown[0].channel
    assert (features.status, features.busy, features.why_not) == ("", False, "")


def test_it_waits_for_the_mask_and_says_so_and_why_there_is_none(session, fake):
    features = session.features
    features.active = True
    rest(fake, "list_layers")
    assert features.status == "waits for the mask of U-Net"
    assert not fake.all("find_maps")
    fake.waiting("segment", "unet")[0].fail("no memory")
    assert features.status == "U-Net gave no mask: no memory"
    session.retry()
    rest(fake)
    assert features.maps.layer == "decoders.0.5"
    assert features.status == ""


def test_another_layer_is_computed_and_going_back_shows_what_is_kept(features, fake):
    first, heard = features.maps, heard_of(features, "busy")
    features.set_layer("bottleneck.5")
    rest(fake)
    assert features.maps.layer == "bottleneck.5"
    assert features.feature
    assert features.channel == features.maps.shown[0].channel
    features.set_layer("decoders.0.5")
    assert features.maps is first
    assert features.channel == first.shown[0].channel
    assert len(heard) == 1
    with pytest.raises(WorkbenchError, match=r"no layer 'conv9'; there are downs"):
        features.set_layer("conv9")


def test_a_moved_threshold_computes_nothing(session, features, fake):
    shown, heard = features.maps, heard_of(features, "busy")
    session.set_threshold("unet", 0.9)
    rest(fake)
    assert session.postprocessed["unet"].settings.threshold == 0.9
    assert features.maps is shown
    assert heard == []


def test_a_feature_is_shown_large_and_what_excites_it_is_made_once(features, fake):
    features.set_layer("downs.0.2")
    rest(fake)
    one, other = (feature.channel for feature in features.maps.shown[:2])
    features.choose(one)
    assert features.feature.channel == one
    asked = features.excite()
    assert features.exciting
    rest(fake)
    made = features.excited
    assert asked.result(60) is made
    assert (made.channel, made.layer, features.exciting) == (one, "downs.0.2", False)
    assert made.after > made.before
    features.choose(other)
    assert features.excited is None
    features.choose(one)
    assert features.excited is made
    features.excite()
    assert not features.exciting
    assert len(fake.all("find_excited")) == 1
    with pytest.raises(WorkbenchError, match="not among those"):
        features.choose(9999)


def test_stop_ends_it_and_compute_again_goes_on(features, fake):
    features.observe(lambda change: features.stop() if change["new"] else None, names="busy")
    features.set_layer("bottleneck.5")
    features.unobserve_all("busy")
    rest(fake)
    assert not features.busy
    assert features.halted
    assert "stopped" in features.status
    assert features.maps is None
    asked = features.run()
    rest(fake)
    assert asked.result(60) is features.maps
    assert features.maps.layer == "bottleneck.5"
    assert not features.halted


def test_stop_of_the_page_ends_the_picture_that_is_made(session, features, fake):
    features.excite()
    session.stop()
    assert not features.exciting
    assert [job.state for job in fake.all("find_excited")] == ["stopped"]
    rest(fake)
    assert not session.busy
    assert features.excited is None
    session.retry()
    rest(fake)
    assert features.excited is not None


def test_another_micrograph_is_followed(session, features, fake):
    other = Micrograph(np.random.default_rng(5).normal(size=(64, 80)).astype(np.float32), 0.05, "other")
    before, heard = features.maps, []
    features.observe(lambda change: heard.append(change["new"]), names="maps")
    session.show(other)
    assert heard == [None]
    rest(fake)
    assert features.maps is not before
    assert features.maps.shown[0].map.shape == tuple(round(edge * 0.05 / 0.04) for edge in other.shape)


def test_a_network_at_another_dilation_is_asked_anew_and_back_shows_what_is_kept(session, features, fake):
    before = features.maps
    session.dilation_cache.set("unet", 4)
    rest(fake)
    assert fake.all("find_maps")[-1].arguments[1].dilation == 4
    assert features.maps is not before
    session.undo()
    rest(fake)
    assert features.maps is before
    assert len(fake.all("find_maps")) == 2


def test_a_classical_method_an_empty_page_and_no_network_are_said(session, fake, tmp_path):
    features = session.features
    features.active = True
    features.network = "otsu"
    assert "classical method" in features.why_not
    assert not features.busy
    session.selected = ["otsu"]
    assert features.network == "otsu"
    session.selected = []
    assert "Tick a network" in features.why_not
    assert "Open a micrograph" in Session(data=DataFolder(tmp_path), compute=fake).features.why_not
    for ask in (features.excite, features.label_here, lambda: features.go_to(0)):
        with pytest.raises(WorkbenchError):
            ask()


# -- what a real worker rarely shows


@pytest.fixture
def late(features, fake):
    """A worker whose answers come even after they are asked to stop."""
    fake.stops_at_once = False
    return fake


def test_maps_of_a_layer_that_come_after_another_was_chosen_are_not_shown(features, late):
    features.set_layer("bottleneck.5")
    features.set_layer("downs.0.2")
    early, new = late.waiting("find_maps")
    early.run()
    assert features.maps is None
    assert features.busy
    new.run()
    assert features.maps.layer == "downs.0.2"


def test_maps_that_come_after_stop_are_not_shown(features, late):
    features.set_layer("bottleneck.5")
    features.stop()
    late.waiting("find_maps")[0].run()
    assert features.maps is None
    assert features.halted
    assert "stopped" in features.status


def test_maps_of_the_micrograph_before_are_not_shown_of_this_one(session, features, late, disc):
    features.set_layer("bottleneck.5")
    early = late.waiting("find_maps")[0]
    session.show(Micrograph(disc[0].pixels[:64, :80], 0.05, "other"))
    early.run()
    assert features.maps is None
    rest(late)
    assert features.maps.shown[0].map.shape == (5, 6)


def test_a_picture_of_one_feature_that_comes_late_is_not_shown_of_another(features, late):
    one, other = (feature.channel for feature in features.maps.shown[:2])
    features.excite()
    (early,) = late.waiting("find_excited")
    features.choose(other)
    early.run()
    assert features.excited is None
    features.choose(one)
    features.excite()
    rest(late)
    assert features.excited.channel == one


def test_maps_that_are_lost_with_their_worker_are_said_and_come_with_compute_again(session, features, fake):
    panel = FeaturesPanel(session, None)
    features.set_layer("bottleneck.5")
    fake.waiting("find_maps")[0].fail()
    assert (features.status, features.busy, features.halted) == (DIED, False, True)
    assert DIED in panel._state.value
    rest(fake)
    assert features.maps is None  # not again and again of itself
    features.run()
    rest(fake)
    assert features.maps.layer == "bottleneck.5"
    assert (features.status, features.halted) == ("", False)


def test_a_picture_that_is_lost_with_its_worker_is_said_and_the_maps_stay(features, fake):
    features.excite()
    fake.waiting("find_excited")[0].fail()
    assert (features.status, features.exciting, features.excited) == (DIED, False, None)
    assert features.maps is not None


# -- saved, compared, written


def test_a_session_is_saved_with_what_is_looked_at(session, features, fake, tmp_path):
    features.set_layer("bottleneck.5")
    features.view = "pixels"
    state = parse_session(session.state().model_dump_json())
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.restore(state)
    assert (other.features.view, other.features.network, other.features.active) == ("pixels", "unet", True)
    assert other.features.chosen == {"unet": "bottleneck.5"}
    other.show(session.micrograph)
    rest(fake)
    assert other.features.embedding.layer == "bottleneck.5"


def test_two_ticked_networks_are_compared_and_one_alone_is_told_to_wait_for_a_second(session, features, fake):
    features.view = "networks"
    assert "Tick a second network" in features.why_not
    assert not features.busy
    session.selected = ["unet", "fcn8s"]
    assert (features.network, features.other, features.why_not) == ("unet", "fcn8s", "")
    rest(fake)
    found = features.comparison
    assert found.cka.shape == (len(found.layers), len(found.other_layers))
    assert [one.layer for one in found.tunings] == ["downs.0.0", "features.0"]
    assert (
        'alike = features.similarity(wb.load_network("unet"), wb.load_network("fcn8s"), m, first, second)'
        in script(session)
    )
    features.network = "fcn8s"
    assert features.other == "unet"
    rest(fake)
    assert [one.layer for one in features.comparison.tunings] == ["features.0", "downs.0.0"]
    features.network = "unet"
    rest(fake)
    assert features.comparison is found


def test_the_script_says_what_is_shown(session, features, fake):
    features.excite()
    rest(fake)
    lines = script(session)
    assert 'maps = features.mean_maps(wb.load_network("unet"), m, "decoders.0.5")' in lines
    assert (
        f'excited = features.maximise(wb.load_network("unet"), "decoders.0.5", {features.channel})' in lines
    )
    features.view = "pixels"
    rest(fake)
    assert 'pixels = features.embed(wb.load_network("unet"), m, layer="decoders.0.5")' in script(session)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start
def test_a_real_worker_gives_maps_pixels_and_a_comparison_and_the_stand_in_gives_the_like(
    compute, fake, tmp_path, disc
):
    kinds = []
    for worker in (fake, compute):
        session = Session(data=DataFolder(tmp_path), compute=worker)
        features, settle = session.features, (lambda: rest(fake)) if worker is fake else session.wait
        session.selected = ["otsu", "unet"]
        session.show(*disc)
        features.active = True
        settle()
        assert (features.network, features.layer) == ("unet", "decoders.0.5")
        assert [one for one in features.layers["unet"] if one in LAYERS["unet"]] == LAYERS["unet"]
        maps = features.maps
        assert maps.total == 16
        assert maps.step == pytest.approx(0.8)
        assert maps.shown[0].map.shape == (200, 250)
        strengths = [one.strength for one in maps.shown]
        assert strengths == sorted(strengths, reverse=True)
        features.set_layer("downs.0.2")
        settle()
        features.excite()
        settle()
        assert features.excited.layer == "downs.0.2"
        assert features.excited.after > features.excited.before
        features.view = "pixels"
        settle()
        pixels, mask = features.embedding, session.postprocessed["unet"].mask
        assert pixels.coordinates.shape == (len(features.kinds), 2)
        at = tuple(pixels.places)
        assert (features.kinds == mask[at] + 2 * (mask != session.truth)[at]).all()
        session.selected = ["unet", "mixed_scale"]
        features.view = "networks"
        settle()
        compared = features.comparison
        assert compared.cka.shape == (len(compared.layers), len(compared.other_layers))
        assert [one.layer for one in compared.tunings] == ["downs.0.0", "layers.0"]
        assert 'wb.load_network("mixed_scale"), m, first, second)' in script(session)
        kinds.append([kind_of(one) for one in (maps, features.excited, pixels, compared)])
    stand_in, real = kinds
    assert stand_in == real
