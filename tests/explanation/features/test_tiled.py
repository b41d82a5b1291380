"""Features a tile at a time: those of the whole micrograph."""

from __future__ import annotations

import numpy as np
import pytest
from known_filters import small_unet

from workbench.explanation.features import (
    feature_maps,
    features_at,
    mean_maps,
)


@pytest.mark.parametrize("layer", ["downs.0.2", "bottleneck.5", "decoders.0.5"])
@pytest.mark.parametrize("options", [{}, {"nm_per_px": 0.052}])
def test_features_of_tiles_are_those_of_the_whole_micrograph(noise, layer, options):
    net = small_unet(1, **options)
    whole = feature_maps(net, noise, layer)
    small = mean_maps(net, noise, layer, longest=20, most_px=64 * 64)
    height, width = small.maps.shape[1:]
    assert max(height, width) <= 20
    assert small.step == pytest.approx(whole.step)
    step = net.card.input.step(noise.nm_per_px)
    stride = round(whole.step / step)
    size = [int(np.ceil(round(length / step) / stride)) for length in noise.shape]
    inside = whole.maps[:, : size[0], : size[1]]
    assert (height, width) == tuple(-(-length // small.factor) for length in size)
    first = inside[:, : small.factor, : small.factor].mean(axis=(1, 2))
    last = inside[:, (height - 1) * small.factor :, (width - 1) * small.factor :].mean(axis=(1, 2))
    np.testing.assert_allclose(small.maps[:, 0, 0], first, atol=1e-5)
    np.testing.assert_allclose(small.maps[:, -1, -1], last, atol=1e-5)
    np.testing.assert_allclose(small.strength, inside.std(axis=(1, 2)), atol=1e-5)

    places = np.random.default_rng(0).integers(0, [[noise.shape[0]], [noise.shape[1]]], (2, 50))
    found, step = features_at(net, noise, layer, places, most_px=64 * 64)
    rows, columns = ((places + 0.5) / step).astype(int)
    np.testing.assert_allclose(found, whole.maps[:, rows, columns].T, atol=1e-5)
