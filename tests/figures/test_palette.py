"""Colours of networks: the same everywhere, and one for each that ships."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import workbench
from workbench.errors import WorkbenchError
from workbench.figures.palette import (
    COLOURS,
    KNOWN,
    PARTICLES,
    check_colour,
    colour_of,
    network_colours,
    rgb,
)
from workbench.networks.classical import classical_cards
from workbench.networks.loading import ZOO
from workbench.segmentation import colouring


def test_no_two_networks_that_ship_share_a_colour():
    names = [path.stem for path in ZOO.glob("*.safetensors")] + [card.name for card in classical_cards()]
    assert len({colour_of(name) for name in names}) == len(names) >= 4


def test_any_other_name_has_a_colour_and_keeps_it():
    assert re.fullmatch("#[0-9A-F]{6}", colour_of("mine"))
    assert colour_of("mine") == colour_of("mine")


def test_no_two_networks_beside_each_other_have_one_colour_however_many_there_are():
    names = [*KNOWN, *(f"mine {number}" for number in range(60))]
    colours = network_colours(names)
    assert list(colours) == names
    assert len(set(colours.values())) == len(names)
    assert {name: colours[name] for name in KNOWN} == KNOWN
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours.values())


def test_who_was_given_a_colour_has_it_and_the_others_have_their_own_where_that_is_free():
    colours = network_colours(["unet", "otsu", "mine"], {"mine": "#56b4e9", "gone": "#009E73"})
    assert (colours["mine"], colours["otsu"]) == ("#56B4E9", "#009E73")
    assert colours["unet"] in set(COLOURS.values()) - {"#56B4E9", "#009E73"}
    twice = network_colours(["unet", "otsu"], {"unet": "#123456", "otsu": "#123456"})
    assert twice == {"unet": "#123456", "otsu": "#009E73"}


@pytest.mark.parametrize("wrong", ["red", "#12345", "#12345G", "123456", None])
def test_what_is_no_colour_is_refused(wrong):
    with pytest.raises(WorkbenchError, match="#RRGGBB"):
        check_colour(wrong)
    assert check_colour("#e69f00") == "#E69F00"


def test_there_are_as_many_colours_as_particles_are_given_numbers_of():
    assert len(PARTICLES) == colouring.COLOURS


# how those who lack a kind of cone see red, green and blue: Machado et al. 2009, severity 1
PROTANOPE = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPE = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
# Oklab, as its author gives it
CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
CONES += [[0.0883024619, 0.2817188376, 0.6299787005]]
LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
LAB += [[0.0259040371, 0.7827717662, -0.8086757660]]


def oklab(colours, seen_by=((1, 0, 0), (0, 1, 0), (0, 0, 1))):
    given = np.array([rgb(colour) for colour in colours])
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    return np.cbrt((linear @ np.transpose(seen_by)).clip(0, 1) @ np.transpose(CONES)) @ np.transpose(LAB)


def least_distance(pairs):
    return min(float(np.linalg.norm(one - other)) for one, other in pairs)


def test_no_colour_of_a_particle_can_be_taken_for_that_of_a_network():
    networks = oklab(list(COLOURS.values()))
    assert least_distance(itertools.product(oklab(PARTICLES), networks)) > 0.12


@pytest.mark.parametrize(
    "seen_by", [np.eye(3), PROTANOPE, DEUTERANOPE], ids=["all", "protanope", "deuteranope"]
)
def test_neighbours_are_told_apart_by_all_eyes(seen_by):
    assert least_distance(itertools.combinations(oklab(PARTICLES, seen_by), 2)) > 0.16


@pytest.mark.parametrize(
    ("seen_by", "least"),
    [(np.eye(3), 0.10), (PROTANOPE, 0.07), (DEUTERANOPE, 0.07)],
    ids=["all", "protanope", "deuteranope"],
)
def test_networks_are_told_apart_by_all_eyes(seen_by, least):
    assert set(KNOWN.values()) <= set(COLOURS.values())
    assert least_distance(itertools.combinations(oklab(list(COLOURS.values()), seen_by), 2)) > least


NO_COLOUR = 0.03
"""Chroma of greys, and of what can be taken for one."""
SCALES = {"figure.py", "explain.css"}
"""Scales of colour of maps, which run through many."""


def colours_of_the_page():
    """By file, the colours that its scripts, style sheets and widgets name; three digits are greys."""
    folder = Path(workbench.__file__).parent / "app"
    for path in folder.rglob("*"):
        if path.suffix in (".css", ".js", ".py") and path.name not in SCALES:
            text = path.read_text(encoding="utf-8")
            for found in set(re.findall("#[0-9A-Fa-f]{6}\\b", text)):
                yield path.name, found
            for triple in (
                re.findall(r"\\[(\\d+), (\\d+), (\\d+)\\]", text) if path.name == "colours.js" else ()
            ):
                yield path.name, "#" + "".join(f"{int(part):02x}" for part in triple)


def test_nothing_else_on_the_page_has_the_colour_of_a_network():
    networks = oklab(list(COLOURS.values()))
    alike = []
    for name, colour in colours_of_the_page():
        (own,) = oklab([colour])
        if np.hypot(*own[1:]) > NO_COLOUR and np.linalg.norm(networks - own, axis=1).min() < 0.05:
            alike.append((name, colour))
    assert alike == []
