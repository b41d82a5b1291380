"""The scale that fits the width of particles, and what of it is told apart from a scale that a person set."""

import pytest

from workbench.errors import NetworkError
from workbench.networks.card import Card, Input
from workbench.networks.particle_scale import FittedScale, factor_for


def card(scale=1.0, particle_px=40):
    return Card(
        name="mine", title="U-Net", architecture="unet", particle_px=particle_px, input=Input(scale=scale)
    )


def test_the_factor_makes_particles_as_wide_as_the_card_wants_them_within_what_pixels_hold():
    assert [factor_for(card(), width) for width in (5, 40, 100, 1000)] == [0.5, 1, 2.5, 4]
    with pytest.raises(NetworkError, match=r"positive number of pixels, not -3"):
        factor_for(card(), -3)
    with pytest.raises(NetworkError, match=r"U-Net does not say how wide"):
        factor_for(card(particle_px=None), 40)


@pytest.mark.parametrize(
    ("own", "width", "whole"), [(1.0, 60, 1.5), (2.0, 60, 3.0), (2.0, 160, 4.0), (0.5, 5, 0.25)]
)
def test_it_multiplies_the_scale_that_a_person_set_and_is_told_apart_from_it(own, width, whole):
    fitted = FittedScale.of(card(own), width)
    assert own * fitted.factor == whole
    assert fitted.own(whole) == own
    seen = fitted.card(card(whole))
    assert seen.shown == ("U-Net" if own == 1 else f"U-Net (pixels x {own:g})")
    assert seen.input.step(None) == max(whole, 0.5)  # never enlarged more than twice
