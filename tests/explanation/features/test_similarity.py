"""How alike layers are: linear CKA by its definition, and of networks at the same places."""

from __future__ import annotations

import numpy as np
import pytest
from known_filters import small_unet

from workbench.errors import ExplanationError
from workbench.explanation.features import (
    linear_cka,
    similarity,
)
from workbench.micrographs.micrograph import Micrograph


def test_features_are_like_themselves_turned_and_scaled():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((500, 8)) * np.arange(1, 9)
    turn = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    assert linear_cka(features, features) == pytest.approx(1)
    assert linear_cka(features, 3.5 * features @ turn + 7) == pytest.approx(1)
    squeezed = features * np.array([1, 1, 1, 1, 1, 1, 1, 0.01])
    assert linear_cka(features, squeezed) < 0.9


def test_linear_cka_is_that_of_the_kernels():
    # equation 3 of Kornblith et al., by way of the N x N kernels
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 3))
    y[:, 0] += x[:, 0]
    middle = np.eye(40) - 1 / 40
    k, m = (middle @ part @ part.T @ middle for part in (x, y))
    expected = np.trace(k @ m) / np.sqrt(np.trace(k @ k) * np.trace(m @ m))
    assert linear_cka(x, y) == pytest.approx(expected)


def test_features_that_do_not_vary_or_belong_elsewhere():
    assert np.isnan(linear_cka(np.ones((10, 2)), np.random.default_rng(0).standard_normal((10, 2))))
    with pytest.raises(ExplanationError, match="the same places"):
        linear_cka(np.ones((10, 2)), np.ones((9, 2)))


def test_a_network_is_like_itself_and_less_like_another(noise):
    layers = ["downs.0.5", "bottleneck.5"]
    net = small_unet(1)
    same = similarity(net, net, noise, layers, places=1000)
    np.testing.assert_allclose(np.diag(same.cka), 1, rtol=1e-6)
    other = similarity(net, small_unet(2), noise, layers, places=1000)
    assert (np.diag(other.cka) < 0.99).all()


def test_networks_are_compared_at_the_same_places_whatever_their_pixels():
    # smooth enough that half the pixels show the same
    rows, columns = np.mgrid[:160, :160] / 25
    smooth = Micrograph((np.sin(rows) + np.cos(1.3 * columns)).astype(np.float32), 0.04, "smooth")
    fine, coarse = small_unet(1), small_unet(1, nm_per_px=0.08)
    found = similarity(fine, coarse, smooth, ["downs.0.0"], places=2000)
    assert found.cka[0, 0] > 0.9
