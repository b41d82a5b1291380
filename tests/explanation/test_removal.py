"""A band removed inside the target: hand-made networks find what does not depend on it."""

from __future__ import annotations

import json
import math
import pickle

import pytest
from fringe_networks import even_about_the_target, explained, network, particle

from workbench.errors import ExplanationError


def test_without_the_lattice_a_fringe_detector_finds_nothing():
    shown = particle(level=1.0)
    found = explained(network(fringes=1.0, offset=-0.1), shown).without("lattice")
    empty = -0.1 * found.pixels
    assert found.value_after - empty < 0.05 * (found.value_before - empty)
    assert found.kept < 0.02
    assert found.mask_before > 0.9 * found.pixels
    assert found.removed == pytest.approx(math.sqrt(0.5), rel=0.1)  # of a cosine of amplitude 1
    assert found.value_control > found.value_before  # noise adds fringes of its own


def test_without_contrast_a_fringe_detector_finds_what_it_found():
    found = explained(network(fringes=1.0, offset=-0.1), particle()).without("contrast")
    assert found.value_after == pytest.approx(found.value_before, rel=0.02)
    assert found.kept > 0.98


def test_without_contrast_a_contrast_detector_finds_nothing():
    found = explained(network(contrast=1.0, offset=-0.5), particle()).without("contrast")
    assert found.value_after == pytest.approx(-0.5 * found.pixels, rel=0.1)
    assert found.kept < 0.02
    assert found.dice < 0.05


@pytest.mark.parametrize("band", ["lattice", "between"])
def test_without_the_lattice_a_contrast_detector_finds_what_it_found(band):
    found = explained(network(contrast=1.0, offset=-0.5), particle()).without(band)
    assert found.value_after == pytest.approx(found.value_before, abs=0.02 * found.pixels)
    assert found.kept > 0.97
    assert found.dice > 0.97


def test_the_same_seed_draws_the_same_control():
    made = explained(network(fringes=1.0), particle(noise=0.1))
    first, second = made.without("lattice", seed=3), made.without("lattice", seed=3)
    assert first == second
    assert made.without("lattice", seed=4).value_control != first.value_control
    assert pickle.loads(pickle.dumps(first)) == first
    assert json.loads(json.dumps(first.to_dict()))["kept"] == first.kept


def test_an_even_micrograph_has_no_band_to_remove():
    shown = even_about_the_target(), particle()[1]
    found = explained(network(contrast=1.0), shown).without("lattice")
    assert found.line == "no lattice to remove here"
    assert found.kept is None


def test_what_cannot_be_removed_is_said():
    with pytest.raises(ExplanationError, match="no known pixel size"):
        explained(network(contrast=1.0), particle(nm_per_px=None)).without("lattice")
    with pytest.raises(ExplanationError, match="cannot hold the lattice band"):
        explained(network(contrast=1.0), particle(nm_per_px=0.2)).without("lattice")
    with pytest.raises(ExplanationError, match="no band 'edges'"):
        explained(network(contrast=1.0), particle()).without("edges")
