"""A click or a line in a pane becomes what is explained, and is outlined there."""

import pytest
from waiting import rest

from workbench.app.explain.link import ExplainLink
from workbench.app.viewer.viewer import Viewer

INSIDE = [80, 90]


class Shown(Viewer):
    """A viewer that remembers what it was last told to mark."""

    marked = ({}, None)

    def show_targets(self, outlines, at, colour="#ffffff"):
        self.marked = (outlines, at)

    def say(self, **message):
        self._heard(self, message, [])


@pytest.fixture
def viewer():
    return Shown()


@pytest.fixture
def linked(session, explain, viewer):
    return ExplainLink(session, viewer)


def test_a_click_chooses_the_pixel_that_it_falls_into_and_outlines_the_particle(
    viewer, linked, explain, fake
):
    viewer.say(kind="click", at=[80.9, 90.2])
    rest(fake)
    assert explain.at == INSIDE
    marked, at = viewer.marked
    assert at == (80, 90)
    (line,) = marked["unet"]
    assert (min(line[::2]), max(line[::2])) == (pytest.approx(61, abs=1), pytest.approx(120, abs=1))
    assert marked["micrograph"] == []


def test_a_line_is_a_region_and_is_drawn_over_the_micrograph_too(viewer, linked, explain, fake):
    viewer.say(kind="lasso", points=[60, 70, 60, 110, 100, 110, 100, 70])
    rest(fake)
    assert explain.line == [(60, 70), (60, 110), (100, 110), (100, 70)]
    assert viewer.lasso_on
    marked, at = viewer.marked
    assert at is None
    assert marked["micrograph"] == marked["unet"] != []


def test_escape_takes_back_what_was_chosen(viewer, linked, explain, fake):
    viewer.say(kind="click", at=INSIDE)
    rest(fake)
    viewer.say(kind="escape")
    assert explain.at == []
    assert viewer.marked == ({}, None)


def test_while_nothing_is_to_be_explained_nothing_is_chosen_or_marked(viewer, linked, explain, fake):
    viewer.say(kind="click", at=INSIDE)
    rest(fake)
    explain.active = False
    assert viewer.marked == ({}, None)
    viewer.say(kind="click", at=[10, 10])
    viewer.say(kind="lasso", points=[60, 70, 60, 110, 100, 110, 100, 70])
    viewer.say(kind="escape")
    assert (explain.at, explain.line) == (INSIDE, [])


def test_the_lasso_is_in_the_hand_for_a_region_only(viewer, linked, explain):
    assert not viewer.lasso_on
    explain.kind = "region"
    assert viewer.lasso_on
    explain.active = False
    assert not viewer.lasso_on
