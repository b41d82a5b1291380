"""The scale that fits the width of particles, and what of it is told apart from a scale that a person set."""

import pytest

from workbench.errors import NetworkError
from workbench.networks.card import Card, Input
from workbench.networks.particle_scale import FittedScale, factor_for, width_finder


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


def test_the_smallest_network_that_knows_such_a_width_finds_it():
    def sized(name, parameters, particle_px=40):
        return card(particle_px=particle_px).model_copy(update={"name": name, "parameters": parameters})

    small, large, blind = sized("small", 10), sized("large", 20), sized("blind", 5, particle_px=None)
    assert [width_finder(one, [blind, large, small]).name for one in (small, large)] == ["small", "small"]
    assert width_finder(large, [blind, large]) is large
    uncounted = sized("uncounted", None)
    assert width_finder(uncounted, [small]) is uncounted
    assert width_finder(large, [uncounted]) is large
