"""Films: their density, their layers, their edge."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from workbench.micrographs.simulation.film import amorphous_carbon, graphitic, turbostratic, uneven_film


def test_the_film_has_two_grams_a_cubic_centimetre_and_no_bond_shorter_than_0_14_nm():
    carbon = amorphous_carbon(6.0, 3.0, np.random.default_rng(0))
    grams = len(carbon) * 12.011 / 6.02214076e23
    assert grams / (6.0 * 6.0 * 3.0 * 1e-21) == pytest.approx(2.0, rel=0.01)
    assert cKDTree(carbon, boxsize=[6.0, 6.0, 0]).query(carbon, k=2)[0][:, 1].min() >= 0.14


def power_of_layers(carbon, cell_nm):
    """Return how much more of the projected film repeats at 0.335 nm than around it."""
    density, _x, _y = np.histogram2d(carbon[:, 0], carbon[:, 1], bins=256, range=[[0, cell_nm]] * 2)
    power = np.abs(np.fft.fft2(density - density.mean())) ** 2
    frequency = np.fft.fftfreq(256, cell_nm / 256)
    k = np.hypot(frequency[:, None], frequency[None, :])
    layer = np.abs(k - 1 / 0.335) < 0.25
    beside = (np.abs(k - 2.0) < 0.25) | (np.abs(k - 4.2) < 0.25)
    return power[layer].mean() / power[beside].mean()


@pytest.mark.parametrize("layers", [graphitic, turbostratic])
def test_graphitic_film_repeats_at_the_spacing_of_graphite(layers):
    carbon = amorphous_carbon(12.0, 2.0, np.random.default_rng(0))
    layered = layers(carbon, 12.0, np.random.default_rng(1))
    assert power_of_layers(carbon, 12.0) < 1.5
    assert power_of_layers(layered, 12.0) > 2
    assert len(layered) == len(carbon)
    assert 0 <= layered.min() <= layered[:, 2].max() <= carbon[:, 2].max()


def test_an_uneven_film_loses_no_more_than_its_share():
    carbon = amorphous_carbon(12.0, 2.0, np.random.default_rng(0))
    uneven = uneven_film(carbon, 12.0, 0.3, np.random.default_rng(1))
    assert 0.7 * len(carbon) < len(uneven) < 0.98 * len(carbon)
    assert (carbon[:, 2] < 0.69 * 2.0).sum() == (uneven[:, 2] < 0.69 * 2.0).sum()
