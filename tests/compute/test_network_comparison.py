"""Two networks beside each other, without torch: how alike their layers are, what their first filters answer to."""

import pickle

import numpy as np
import pytest

from workbench.compute.features import Which
from workbench.compute.network_comparison import find_comparison
from workbench.explanation.features import tune_filters
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import load_network

QUIET = {"progress": lambda _fraction, _text="": None, "stop": lambda: False}
UNET = Which("unet", None, 1.0, device="cpu")


@pytest.fixture(scope="module")
def scene():
    pixels = np.random.default_rng(0).normal(size=(96, 112))
    return Micrograph(pixels.astype(np.float32), 0.04, "noise")


def test_two_networks_are_compared_layer_by_layer_and_by_their_first_filters(scene, monkeypatch):
    monkeypatch.setattr("workbench.compute.network_comparison.MOST_COMPARED", 3)
    monkeypatch.setattr("workbench.compute.network_comparison.LARGEST_COMPARED_PX", 100)
    found = pickle.loads(pickle.dumps(find_comparison(scene, UNET, UNET, **QUIET)))
    assert (len(found.layers), found.layers[0], found.layers[-1]) == (3, "downs.0.2", "decoders.0.5")
    np.testing.assert_allclose(np.diag(found.cka), 1, rtol=1e-5)
    assert found.cka[0, 2] < 0.99
    assert not found.whole  # 112 px are wider than the 100 that are looked at
    tuning = found.tunings[0]
    expected = tune_filters(load_network("unet"), "downs.0.0")
    answers = np.isfinite(expected.preferred_frequency)
    np.testing.assert_allclose(tuning.frequency, expected.preferred_frequency[answers])
    assert (tuning.layer, tuning.total, tuning.unit) == ("downs.0.0", 16, "1/nm")
    assert tuning.last == pytest.approx(0.5 / load_network("unet").card.input.nm_per_px)
