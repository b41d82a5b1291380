"""A network that is given larger or smaller pixels."""

import numpy as np
import pytest

from workbench.errors import NetworkError
from workbench.micrographs.cleaning import resample
from workbench.networks.card import Input
from workbench.networks.loading import load_network
from workbench.networks.receptive_field import receptive_field
from workbench.networks.scale import at_scale
from workbench.segmentation.segmenting import segment


@pytest.mark.parametrize(
    ("wanted", "scale", "micrograph", "step"),
    [
        (0.04, 2.0, 0.02, 4.0),
        (0.04, 0.5, 0.01, 2.0),
        (0.04, 0.5, 0.04, 0.5),
        (0.04, 0.5, 0.08, 0.5),  # never enlarged more than twice
        (None, 1.5, 0.03, 1.5),
        (0.04, 1.5, None, 1.5),  # without a pixel size the pixels of the file are made larger
        (0.04, 1.0, None, 1.0),
    ],
)
def test_the_pixels_of_the_network_are_multiplied(wanted, scale, micrograph, step):
    assert Input(nm_per_px=wanted, scale=scale).step(micrograph) == pytest.approx(step)


def test_a_scaled_network_sees_what_the_trained_one_sees_of_a_micrograph_that_was_said_to_be_finer(disc):
    micrograph, _mask = disc
    network = load_network("unet")
    finer = micrograph.with_nm_per_px(micrograph.nm_per_px / 2)
    scaled, told = segment(micrograph, at_scale(network, 2.0)), segment(finer, network)
    np.testing.assert_allclose(scaled.probability, told.probability, atol=1e-6)
    assert resample(micrograph, 0.08).shape == (100, 125)


def test_it_says_so_and_brings_no_scores_that_were_measured_at_another(disc):
    network = load_network("unet")
    scaled = at_scale(network, 1.5)
    assert scaled.card.shown == "U-Net (pixels x 1.5)"
    assert scaled.card.scores == []
    assert scaled.module is network.module
    assert receptive_field(scaled).nm == pytest.approx(1.5 * receptive_field(network).nm)
    assert at_scale(scaled, 1.0).card.shown == "U-Net"
    assert network.card.input.scale == 1


@pytest.mark.parametrize("factor", [0.0, -1.0, 5.0, float("nan")])
def test_a_factor_out_of_range_is_refused(factor):
    with pytest.raises(NetworkError, match=r"from 0\.25 to 4"):
        at_scale(load_network("unet"), factor)


def test_a_classical_method_has_no_scale():
    with pytest.raises(NetworkError, match="classical"):
        at_scale(load_network("otsu"), 2.0)
