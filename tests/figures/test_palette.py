"""Colours of networks: the same everywhere, and one for each that ships."""

from __future__ import annotations

import re

from workbench.figures.palette import COLOURS, colour_of
from workbench.networks.classical import classical_cards
from workbench.networks.loading import ZOO
from workbench.segmentation import colouring


def test_no_two_networks_that_ship_share_a_colour():
    names = [path.stem for path in ZOO.glob("*.safetensors")] + [card.name for card in classical_cards()]
    assert len({colour_of(name) for name in names}) == len(names) >= 4


def test_any_other_name_has_a_colour_and_keeps_it():
    assert re.fullmatch("#[0-9A-F]{6}", colour_of("mine"))
    assert colour_of("mine") == colour_of("mine")


def test_there_are_as_many_colours_as_particles_are_given_numbers_of():
    assert len(COLOURS) == colouring.COLOURS
