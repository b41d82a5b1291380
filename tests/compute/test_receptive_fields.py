"""The receptive field as the viewer draws it, and in px of the micrograph whatever the network's pixel is."""

import numpy as np
import pytest
import torch

from workbench.compute import receptive_fields
from workbench.compute.receptive_fields import FieldFound, find_field
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.network import Network
from workbench.networks.particle_scale import FittedScale
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import build
from workbench.networks.scale import at_scale

NOISE = Micrograph(np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32), 0.05, "noise", marks=())


def test_lengths_are_said_in_nm_where_the_pixel_size_is_known():
    found = FieldFound(5, 200.0, 20.4, 61.0)
    assert found.rings(NOISE) == {
        "square": 200.0,
        "half": 20.4,
        "most": 61.0,
        "text": "field 10 nm",
        "used": "50 % within 1.02 nm, 95 % within 3.05 nm",
    }
    unknown = Micrograph(NOISE.pixels, None, "noise", marks=())
    for micrograph in (unknown, None):
        assert found.rings(micrograph)["text"] == "field 200 px"
        assert found.rings(micrograph)["used"] == "50 % within 20 px, 95 % within 61 px"


def test_what_was_not_asked_is_not_said():
    rings = FieldFound(5, 200.0).rings(NOISE)
    assert (rings["half"], rings["most"], rings["used"]) == (None, None, "")


@pytest.fixture
def small(monkeypatch):
    """A U-Net that knows pixels twice as wide as those of the micrograph."""
    card = Card(name="small", architecture="unet", input=Input(nm_per_px=0.1))
    torch.manual_seed(0)  # of 100 such networks one or two answer 0 to everything
    network = Network(build("unet", base=2, depth=1).eval(), card)
    asked = []
    monkeypatch.setattr(receptive_fields.worker, "network_at", lambda *given: asked.append(given) or network)
    return network, asked


def find(effective: bool, told: list) -> FieldFound:
    return find_field(
        NOISE,
        "small",
        [1, 2],
        1.5,
        effective,
        progress=lambda part, text: told.append(part),
        stop=lambda: False,
    )


def test_the_field_is_in_px_of_the_micrograph(small):
    network, asked = small
    told = []
    found = find(False, told)
    assert asked == [("small", [1, 2], 1.5)]
    assert found.square_px == pytest.approx(2 * receptive_field(network).pixels)
    assert (found.levels, found.half_px, found.most_px, found.exceeds) == (2, None, None, "")
    assert told == []


def test_a_scale_that_was_fitted_is_said_as_that_and_one_that_was_set_as_such(monkeypatch):
    card = Card(name="small", architecture="unet", particle_px=10)
    network = Network(build("unet", base=2, depth=3).eval(), card)
    monkeypatch.setattr(receptive_fields.worker, "network_at", lambda *_given: at_scale(network, 3.0))
    unknown = NOISE.with_nm_per_px(None)

    def exceeds(fitted):
        return find_field(
            unknown, "small", None, 3.0, False, fitted, progress=lambda *_: None, stop=lambda: False
        ).exceeds

    assert exceeds(FittedScale(30.0, 3.0)) == (
        "small: the receptive field of 96 px is larger than noise, which the network sees as 21 x 21 px, "
        "scaled to the width of its particles."
    )
    assert exceeds(FittedScale(20.0, 2.0)).startswith("small (pixels x 1.5): ")
    assert exceeds(None).startswith("small (pixels x 3): ")
    assert exceeds(None).endswith("21 x 21 px.")


def test_the_effective_field_lies_within_and_tells_how_far_it_is(small):
    told = []
    found = find(True, told)
    assert 0 < found.half_px < found.most_px < found.square_px
    assert told[-1] == 1
    assert len(told) == receptive_fields.PLACES
