"""Maps of one layer: those of a convolution, and a box of them."""

from __future__ import annotations

import numpy as np
import pytest
from known_filters import known, small_unet

from workbench.explanation.features import (
    feature_maps,
)


@pytest.mark.parametrize("layer", ["downs.0.2", "downs.1.5", "bottleneck.5", "decoders.0.5"])
def test_maps_of_a_box_are_those_of_the_whole_micrograph(noise, layer):
    net = small_unet(1)
    whole, part = (feature_maps(net, noise, layer, box) for box in (None, (slice(60, 90), slice(80, 120))))
    rows, columns = (int(start / part.step) for start in part.origin)
    height, width = part.maps.shape[1:]
    assert part.origin[0] <= 60
    assert part.origin[0] + height * part.step >= 90
    same = whole.maps[:, rows : rows + height, columns : columns + width]
    np.testing.assert_allclose(part.maps, same, atol=1e-5)


def test_maps_of_the_first_layer_are_a_convolution(noise):
    net = known()
    found = feature_maps(net, noise, "first")
    kernel = net.module.first.weight.detach().numpy()[1, 0]
    at = (70, 90)
    patch = noise.pixels[at[0] - 8 : at[0] + 9, at[1] - 8 : at[1] + 9]
    assert found.maps[1][at] == pytest.approx(float((kernel * patch).sum()), abs=1e-5)
    assert (found.step, found.origin) == (1, (0, 0))
