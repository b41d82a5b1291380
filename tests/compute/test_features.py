"""What a worker sends to a page of the inside of a network: pictures and numbers, without torch."""

import io
import pickle

import numpy as np
import pytest
from PIL import Image

from workbench.compute.features import (
    SHOWN,
    Which,
    find_embedding,
    find_excited,
    find_maps,
    in_grey,
    list_layers,
    png_of,
)
from workbench.errors import ExplanationError, Stopped
from workbench.explanation.features import feature_maps, maximise
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import load_network

pytestmark = pytest.mark.slow

QUIET = {"progress": lambda _fraction, _text="": None, "stop": lambda: False}
UNET = Which("unet", None, 1.0, device="cpu")
OTSU = Which("otsu", None, 1.0, device="cpu")


@pytest.fixture(scope="module")
def scene():
    rows, columns = np.mgrid[:96, :112]
    disc = np.hypot(rows - 40, columns - 60) < 20
    pixels = np.random.default_rng(0).normal(size=disc.shape) - disc * 3
    return Micrograph(pixels.astype(np.float32), 0.04, "disc")


def size_of(png):
    return Image.open(io.BytesIO(png)).size


def test_layers_are_listed_and_the_last_features_come_first():
    found = pickle.loads(pickle.dumps(list_layers(UNET, **QUIET)))
    assert (found[0].name, found[0].label) == ("downs.0.0", "downs.0.0 Conv2d, 16")
    assert [one.name for one in found if one.first] == ["decoders.0.5"]


def test_maps_are_the_strongest_first_and_those_of_the_micrograph(scene):
    found = pickle.loads(pickle.dumps(find_maps(scene, UNET, "bottleneck.5", **QUIET)))
    maps = feature_maps(load_network("unet"), scene, "bottleneck.5").maps
    strength = maps.std(axis=(1, 2))
    assert (found.total, found.silent) == (256, int((strength == 0).sum()))
    assert len(found.shown) == SHOWN
    channels = [one.channel for one in found.shown]
    assert len(set(channels)) == SHOWN
    strongest = np.sort(strength)[::-1][:SHOWN]  # two that are equal but for rounding may change places
    np.testing.assert_allclose(strength[channels], strongest, rtol=1e-5)
    first = found.shown[0]
    assert first.strength == pytest.approx(float(strength.max()), rel=1e-5)
    brightest = np.unravel_index(maps[first.channel].argmax(), maps.shape[1:])
    assert first.map[brightest] == 255
    assert first.low < first.high
    assert size_of(first.png) == (96, 82)
    assert found.step == 16


def test_what_excites_a_feature_travels_as_a_picture(monkeypatch):
    monkeypatch.setattr("workbench.compute.features.EXCITED_PX", 32)
    told = []
    found = find_excited(
        UNET,
        "downs.0.2",
        3,
        progress=lambda fraction, text="": told.append((fraction, text)),
        stop=lambda: False,
    )
    same = maximise(load_network("unet"), "downs.0.2", 3, size_px=32)
    assert found.after == pytest.approx(float(same.answers[-1]), rel=1e-3)
    assert found.after > found.before
    assert found.nm_per_px == load_network("unet").card.input.nm_per_px
    assert size_of(found.png) == (64, 64)
    assert "what excites downs.0.2, feature 3" in told[-1][1]
    assert [fraction for fraction, _text in told] == sorted(fraction for fraction, _text in told)


def test_places_lie_in_the_plane_that_was_laid_through_the_first_of_them(scene):
    places = np.random.default_rng(0).integers(0, [[96], [112]], (2, 300))
    found = find_embedding(scene, UNET, "decoders.0.5", places, 200, **QUIET)
    maps = feature_maps(load_network("unet"), scene, "decoders.0.5").maps
    points = maps[:, places[0], places[1]].T.astype(np.float64)
    centred = points[:200] - points[:200].mean(axis=0)
    values, axes = np.linalg.svd(centred, full_matrices=False)[1:]
    expected = np.abs((points - points[:200].mean(axis=0)) @ axes[:2].T)
    np.testing.assert_allclose(np.abs(found.coordinates), expected, atol=1e-3 * expected.max())
    np.testing.assert_allclose(found.explained, (values**2 / (values**2).sum())[:2], rtol=1e-4)
    assert (found.places == places).all()


def test_a_layer_of_one_feature_has_one_component(scene):
    found = find_embedding(scene, UNET, "head", np.array([[5, 50, 40], [5, 80, 60]]), 3, **QUIET)
    assert (found.coordinates[:, 1] == 0).all()
    assert found.explained == (1.0, 0.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda scene, **on: find_maps(scene, UNET, "head", **on),
        lambda scene, **on: find_excited(UNET, "head", 0, **on),
        lambda scene, **on: find_embedding(scene, UNET, "head", np.zeros((2, 3), int), 3, **on),
    ],
)
def test_each_is_stopped(scene, ask):
    with pytest.raises(Stopped):
        ask(scene, progress=lambda _fraction, _text="": None, stop=lambda: True)


def test_a_classical_method_and_a_wrong_layer_are_refused(scene):
    with pytest.raises(ExplanationError, match="classical method"):
        list_layers(OTSU, **QUIET)
    with pytest.raises(ExplanationError, match="no layer 'conv9'"):
        find_maps(scene, UNET, "conv9", **QUIET)


def test_grey_goes_from_the_first_to_the_last_percent():
    image = np.linspace(-1, 3, 10001, dtype=np.float32).reshape(1, -1)
    grey, low, high = in_grey(image)
    assert (low, high) == pytest.approx((-0.96, 2.96))
    assert (grey[0, 0], grey[0, -1]) == (0, 255)
    rare = np.zeros((20, 20), np.float32)
    rare[3, 4] = 2
    assert in_grey(rare)[0][3, 4] == 255
    assert (in_grey(np.ones((4, 4), np.float32))[0] == 128).all()


def test_small_maps_are_enlarged_without_blur():
    grey = np.array([[0, 255], [255, 0]], np.uint8)
    shown = np.asarray(Image.open(io.BytesIO(png_of(grey, 8))))
    assert set(np.unique(shown)) == {0, 255}
    assert (shown[:4, 4:] == 255).all()
