"""Receptive fields, warnings and lists of layers: of what is shown, and back after a worker died."""

from __future__ import annotations

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.questions import TRIES
from workbench.app.session import Session
from workbench.compute.explaining import MethodKnown
from workbench.compute.features import LayerShown
from workbench.compute.receptive_fields import FieldFound
from workbench.micrographs.appearance import Appearance
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.loading import runs_folder
from workbench.networks.registry import build

LAYERS = [LayerShown("conv", "Conv2d", 8, 1), LayerShown("last", "ReLU", 8, 1, first=True)]
UNLIKE = Appearance(noise=99.0, contrast=99.0, skewness=99.0)


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32), 0.05, "noise"))
    return made


def die(compute, function):
    """Let a worker die under whatever is asked."""
    for job in compute.waiting(function):
        job.fail()


@pytest.mark.parametrize("deaths", range(TRIES + 1))
def test_the_field_comes_back_after_a_worker_died(session, compute, deaths):
    for _ in range(deaths):
        die(compute, "find_field")
    if deaths == TRIES:
        assert not compute.waiting("find_field")  # not for ever, if it is this that ends them
        session.retry()
    compute.waiting("find_field")[0].answer(FieldFound(5, 200.0))
    assert session.fields["unet"].square_px == 200


@pytest.mark.parametrize("deaths", range(TRIES + 1))
def test_the_warning_comes_back_after_a_worker_died(session, compute, deaths):
    for _ in range(deaths):
        die(compute, "find_appearance")
    if deaths == TRIES:
        assert not compute.waiting("find_appearance")
        session.retry()
    assert session.domain_warnings == {}
    compute.waiting("find_appearance")[0].answer(UNLIKE)
    assert "noise" in [one.what for one in session.domain_warnings["unet"]]


@pytest.mark.parametrize("deaths", range(TRIES + 1))
def test_the_layers_come_back_after_a_worker_died(session, compute, deaths):
    compute.work()
    session.features.active = True
    for _ in range(deaths):
        die(compute, "list_layers")
    if deaths == TRIES:
        assert not compute.waiting("list_layers")
        assert session.features.halted
        session.features.run()
    compute.waiting("list_layers")[0].answer(LAYERS)
    assert session.features.layer == "last"
    assert compute.waiting("find_maps")


@pytest.mark.parametrize("deaths", range(TRIES + 1))
def test_methods_and_their_layers_come_back_after_a_worker_died(session, compute, deaths):
    compute.work()
    session.explain.active = True
    for function, value in (
        ("list_methods", [MethodKnown("grad_cam", "Grad-CAM", False, {"layer": None})]),
        ("list_layers", ["conv", "last"]),
    ):
        for _ in range(deaths):
            die(compute, function)
        if deaths == TRIES:
            assert not compute.waiting(function)
            session.retry()
        compute.waiting(function)[0].answer(value)
    assert session.explain.methods == ["grad_cam"]
    assert session.explain.known_layers == {"unet": ["conv", "last"]}


def change_dilation(session):
    session.dilation_cache.set("unet", 3)


def change_scale(session):
    session.dilation_cache.set_scale("unet", 2.0)


def change_size(session):
    session.set_nm_per_px(0.2)


def change_epoch(session):
    last = runs_folder() / "unet" / "last.safetensors"
    last.parent.mkdir(parents=True)
    save_checkpoint(last, build("unet", base=4, depth=2), Card(name="unet", architecture="unet"))
    session.trainings.epochs_shown = {"unet": 3}


CHANGES = [change_dilation, change_scale, change_size, change_epoch]


@pytest.mark.parametrize("change", CHANGES)
def test_a_field_of_what_was_set_before_is_not_shown(session, compute, change):
    compute.stops_at_once = False
    early = compute.waiting("find_field")[0]
    change(session)
    early.answer(FieldFound(5, 200.0))
    assert session.fields == {}
    late = compute.waiting("find_field")[-1]
    version = session.version("unet")
    assert late.arguments[1:4] == (version.weights, version.rates, version.scale)
    assert late.micrograph.nm_per_px == session.micrograph.nm_per_px
    late.answer(FieldFound(5, 400.0))
    assert session.fields["unet"].square_px == 400


@pytest.mark.parametrize("change", [change_scale, change_size])
def test_a_warning_about_what_was_set_before_is_not_shown(session, compute, change):
    compute.stops_at_once = False
    early = compute.waiting("find_appearance")[0]
    change(session)
    early.answer(UNLIKE)
    assert "noise" not in [one.what for one in session.domain_warnings.get("unet", [])]
    late = compute.waiting("find_appearance")[-1]
    assert late.arguments[1].scale == session.dilation_cache.scale("unet")
    late.answer(UNLIKE)
    assert "noise" in [one.what for one in session.domain_warnings["unet"]]


@pytest.mark.parametrize("change", CHANGES)
def test_maps_of_features_of_what_was_set_before_are_not_shown(session, compute, change):
    compute.stops_at_once = False
    compute.work()
    session.features.active = True
    compute.waiting("list_layers")[0].answer(LAYERS)
    early = compute.waiting("find_maps")[0]
    change(session)
    from workbench.compute.features import MapsFound

    early.answer(MapsFound.__new__(MapsFound))
    assert session.features.maps is None
    compute.work()
    for job in compute.waiting("list_layers"):  # of other weights
        job.answer(LAYERS)
    late = compute.waiting("find_maps")[-1]
    assert late is not early
    assert late.arguments[1] == session.version("unet").which
    assert late.micrograph.nm_per_px == session.micrograph.nm_per_px


@pytest.mark.parametrize("change", CHANGES)
def test_an_explanation_of_what_was_set_before_is_not_shown(session, compute, change):
    compute.stops_at_once = False
    compute.work()
    session.explain.active = True
    compute.waiting("list_methods")[0].answer([MethodKnown("gradient", "Gradient", True)])
    session.explain.kind = "pixel"
    session.explain.choose(5, 5)
    wait_for_job(compute, "find_map", 1)
    early = compute.waiting("find_map")[0]
    change(session)
    early.answer(object())
    assert session.explain.found == {}
    compute.work()
    if change is change_size:
        session.explain.run()
    wait_for_job(compute, "find_map", 2)
    late = compute.all("find_map")[-1]
    assert late.micrograph.nm_per_px == session.micrograph.nm_per_px
    version = session.version("unet")
    assert (late.arguments[2].dilation, late.arguments[2].scale) == (version.dilation, version.scale)
    session.stop()


def wait_for_job(compute, function, count):
    from waiting import wait_for

    wait_for(lambda: len(compute.all(function)) >= count)
