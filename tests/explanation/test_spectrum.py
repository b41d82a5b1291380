"""Lattice or contrast: what hand-made networks use, of which it is known."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
from fringe_networks import (
    FRINGE_PX,
    NM_PER_PX,
    FringesAndContrast,
    even_about_the_target,
    explained,
    network,
    particle,
)

from workbench.explanation import windows
from workbench.explanation.bands import GOLD_NM
from workbench.explanation.explain import explain
from workbench.explanation.methods import registry
from workbench.networks.network import Network


def test_a_network_that_answers_to_fringes_uses_the_lattice_band():
    found = explained(network(fringes=1.0), particle(noise=0.1)).spectrum()
    assert found.lattice_share > 0.97
    assert abs(found.contrast_share) < 0.02
    ring = found.frequency_per_nm[found.used.argmax()]
    assert ring == pytest.approx(1 / GOLD_NM["111"], abs=0.25)


def test_a_network_that_answers_to_smoothed_intensity_uses_contrast():
    found = explained(network(contrast=1.0), particle(noise=0.1)).spectrum()
    assert found.contrast_share > 0.97
    assert abs(found.lattice_share) < 0.01
    assert found.lattice_share_of_micrograph > 0.2  # the fringes are there; they are not used


@pytest.mark.parametrize("level", [0.25, 1.0, -1.0])
def test_a_sum_of_both_is_split_as_its_two_terms(level):
    shown = particle(level=level)
    both = network(fringes=1.0, contrast=1.0)
    # each alone, on the same micrograph: the answers, not the maps
    fringes = explained(network(fringes=1.0), shown).value
    contrast = explained(network(contrast=1.0), shown).value
    found = explained(both, shown).spectrum()
    whole = abs(fringes) + abs(contrast)
    assert found.lattice_share == pytest.approx(fringes / whole, abs=0.03)
    # the sharp rim of the disc holds a few percent of what lies between the bands
    assert found.contrast_share == pytest.approx(contrast / whole, abs=0.05)
    assert abs(found.other_share) < 0.05
    assert found.value == pytest.approx(fringes + contrast, abs=0.03 * whole)


def test_one_pixel_of_a_linear_band_pass_filter_uses_the_lattice_band():
    class Linear(FringesAndContrast):
        def forward(self, x):
            return self.waves(x)[:, :1]

    net = Network(Linear().eval(), network().card)
    micrograph, _ = particle()
    for method in ("gradient", "gradient_x_input"):
        found = explain(micrograph, net, (80, 80), method, device="cpu").spectrum()
        assert abs(found.lattice_share) > 0.9  # against the answer where the fringe is dark


def test_the_power_of_the_product_takes_a_fringe_for_contrast():
    found = explained(network(fringes=1.0), particle(level=0.0)).spectrum()
    low = found.frequency_per_nm < 1
    lattice = np.abs(found.frequency_per_nm - 1 / GOLD_NM["111"]) < 1
    twice = np.abs(found.frequency_per_nm - 2 / GOLD_NM["111"]) < 1
    assert found.product[low].sum() > 0.5 * found.product.sum()
    assert found.product[twice].sum() > 0.1 * found.product.sum()
    assert found.product[lattice].sum() < 0.02 * found.product.sum()
    assert found.used[lattice].sum() > 0.95 * found.used.sum()


def test_a_map_that_only_says_where_weights_the_micrographs_own_power(monkeypatch):
    even = registry.Method(
        "even", "Even", lambda given, watch: np.ones_like(given.pixels), True, True, False, "place"
    )
    monkeypatch.setitem(registry._METHODS, "even", even)
    found = explained(network(contrast=1.0), particle(), "even").spectrum()
    np.testing.assert_allclose(found.used, found.micrograph, atol=1e-9)
    assert found.lattice_share == pytest.approx(found.lattice_share_of_micrograph)
    assert found.sentences[0].startswith("Of what this map highlights")


def test_without_a_pixel_size_no_frequency_is_called_lattice():
    found = explained(network(fringes=1.0), particle(nm_per_px=None)).spectrum()
    assert (found.lattice_share, found.contrast_share, found.frequency_per_nm) == (None, None, None)
    assert found.unit == "1/px"
    assert found.lines == {}
    assert "pixel size is not known" in found.line
    assert found.frequency[found.used.argmax()] == pytest.approx(1 / FRINGE_PX, abs=0.01)


def test_a_pixel_size_that_is_given_takes_the_place_of_one_that_is_not_known():
    known = explained(network(fringes=1.0), particle()).spectrum()
    given = explained(network(fringes=1.0), particle(nm_per_px=None)).spectrum(nm_per_px=NM_PER_PX)
    assert given.lattice_share == pytest.approx(known.lattice_share)
    assert given.lines == pytest.approx({name: 1 / spacing for name, spacing in GOLD_NM.items()})


def test_pixels_too_large_for_fringes_say_so():
    found = explained(network(contrast=1.0), particle(nm_per_px=0.2)).spectrum()
    assert found.lattice_share is None
    assert found.contrast_share is not None
    assert "cannot hold lattice fringes" in " ".join(found.sentences)
    assert "not resolved" in found.line


def test_a_particle_smaller_than_a_lattice_spacing_still_has_a_spectrum():
    found = explained(network(contrast=1.0), particle(radius=2)).spectrum()
    shares = (found.lattice_share, found.contrast_share, found.other_share)
    assert sum(abs(share) for share in shares) == pytest.approx(1)
    assert np.isfinite(found.used).all()


def test_a_constant_micrograph_has_nothing_to_share():
    shown = even_about_the_target(), particle()[1]
    found = explained(network(fringes=1.0, contrast=1.0), shown).spectrum()
    assert found.lattice_share is None
    assert "no attribution" in found.line
    assert math.isnan(found.inside)


def test_a_spectrum_travels_and_prints():
    found = explained(network(fringes=1.0), particle()).spectrum()
    again = pickle.loads(pickle.dumps(found))
    assert again.line == found.line
    assert json.loads(json.dumps(found.to_dict()))["lattice_share"] == pytest.approx(found.lattice_share)


def test_a_target_in_tiles_has_the_spectrum_of_the_whole(monkeypatch):
    net, shown = network(fringes=1.0, contrast=1.0), particle(noise=0.1)
    whole = explained(net, shown)
    monkeypatch.setattr(windows, "MOST_BYTES", 90 * 90 * 8 * 4)
    cut = explained(net, shown)
    assert len(cut.parts) > 1
    assert cut.spectrum().value == pytest.approx(whole.spectrum().value, rel=1e-3)
    assert cut.spectrum().lattice_share == pytest.approx(whole.spectrum().lattice_share, abs=0.01)
    assert cut.without("lattice").value_after == pytest.approx(whole.without("lattice").value_after, rel=0.02)
