"""What is shown of maps below the panes: what to do, a cell a map, and the figure on paper."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from waiting import rest

from workbench.app.explain.box import ExplainBox

INSIDE = [80, 90]
"""A pixel in the middle of what the network calls particle."""
BOTH = [("unet", "gradient"), ("unet", "grad_cam")]


class Quiet:
    """Takes what a page would download."""

    def __init__(self):
        self.taken = {}

    def download(self, name, content, mime):
        self.taken[name] = (content, mime)


@pytest.fixture
def taken():
    return Quiet()


@pytest.fixture
def box(session, taken):
    return ExplainBox(session, taken)


def explained(explain, fake, at=INSIDE):
    """What a click gives, once all of it is there."""
    explain.choose(*at)
    rest(fake)


def test_the_box_says_what_to_do_and_shows_a_cell_for_each_map(box, taken, explain, fake):
    assert "Click a particle" in box._hint.value
    explained(explain, fake)
    cells = {key: message for key, (message, _buffers) in box.grid._cells.items()}
    assert set(cells) == set(BOTH)
    for message in cells.values():
        assert message["state"] == "done"
        assert "deletion" in message["said"][0]
        assert set(message["curve"]["lines"]) == {"111", "200", "220"}
        assert max(message["curve"]["micrograph"]) == 1
    assert set(box.grid.limits) == {"unet gradient", "unet grad_cam"}
    scales = {key[1]: message["scale"] for key, message in cells.items()}
    assert scales["gradient"] == "one scale of colour for all networks"
    assert scales["grad_cam"].startswith("a scale of colour of its own")
    (rows, _ground) = box.grid._grid
    assert [row["key"] for row in rows["rows"]] == ["unet", "otsu"]
    box._session.set_colour("unet", "#553399")
    (rows, _ground) = box.grid._grid
    assert rows["rows"][0]["color"] == "#553399"
    assert "#553399" in {axis._left_title.get_color() for axis in explain.figure().axes}
    assert "classical method" in rows["rows"][1]["refusal"]
    failing = explain.found["unet", "gradient"]
    same = replace(failing.figures.trust.randomised, rank_correlation=np.ones(1), similarity=np.ones(1))
    trust = replace(failing.figures.trust, randomised=same)
    marked = replace(failing, figures=replace(failing.figures, trust=trust))
    explain.found = {**explain.found, ("unet", "gradient"): marked}
    marks = {key[1]: message["mark"] for key, (message, _buffers) in box.grid._cells.items()}
    assert marks == {"gradient": "FAILS the weight check", "grad_cam": ""}
    explain.percentile = 90.0
    assert box.grid.limits["unet gradient"] > 0
    box.papers["png"].click()
    ((name, (content, mime)),) = taken.taken.items()
    assert (name, mime) == ("disc.explained.png", "image/png")
    assert min(Image.open(io.BytesIO(content)).size) > 300
    explain.clear()
    assert "Click a particle" in box._hint.value
