"""Clicks and strokes in the panes become corrections; lines are drawn around what is left out, made and chosen."""

import numpy as np
import pytest
from seen_discs import PLACES, RADII, micrograph_of
from widget_doings import Told

from workbench.app.particles import link as module
from workbench.app.particles.link import ParticlesLink
from workbench.app.viewer.viewer import Viewer

CUT_LARGE = [10, 40, 70, 40]
JOIN_BOTH = [100, 60, 100, 160]
DRAW_NEW = [170, 20, 170, 60, 190, 60, 190, 20]


@pytest.fixture
def viewer():
    return Viewer()


@pytest.fixture
def told(viewer):
    """What the viewer sends; `say` is what the browser says."""
    return Told(viewer)


@pytest.fixture
def linked(looked_at, viewer, told):
    made = ParticlesLink(looked_at.session, viewer)
    looked_at.particles.has_hand = True
    return made


def corner(name):
    """A place in a disc, as the viewer tells it: from the corner of the first pixel."""
    return [place + 0.5 for place in PLACES[name]]


def extent(lines):
    """The least and the greatest x and y of closed lines."""
    points = np.concatenate([np.reshape(line, (-1, 2)) for line in lines])
    return [*points.min(axis=0), *points.max(axis=0)]


def around(name):
    """What the extent of a line around a disc is, about."""
    (row, column), radius = PLACES[name], RADII[name]
    ends = [column - radius, row - radius, column + radius + 1, row + radius + 1]
    return pytest.approx(ends, abs=1.5)


# -- clicks


def test_a_click_takes_a_particle_out_and_chooses_it_and_the_panes_stay_where_they_are(
    looked_at, particles, linked, told
):
    told.say(kind="click", at=corner("left"))
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "edge", "left": "hand"}
    assert particles.chosen == looked_at.number("left")
    assert [message["kind"] for message, _buffers in told] == []


def test_a_click_only_chooses_while_the_lattice_of_one_is_looked_at(
    looked_at, particles, session, linked, told
):
    session.lattice.active = True
    told.say(kind="click", at=corner("left"))
    looked_at.counted()
    assert particles.chosen == looked_at.number("left")
    assert particles.corrections == {}
    told.say(kind="strike", at=corner("left"))
    looked_at.counted()
    assert looked_at.left_out()["left"] == "hand"


def test_a_click_falls_into_the_pixel_that_it_is_in(looked_at, particles, linked, told):
    inside = np.argwhere(particles.found.labels == looked_at.number("large"))
    top, bottom = inside[0], inside[-1]
    for row, column, number in (
        (top[0] + 0.1, top[1] + 0.5, True),
        (top[0] - 0.1, top[1] + 0.5, False),
        (bottom[0] + 0.9, bottom[1] + 0.9, True),
        (bottom[0] + 1.1, bottom[1] + 0.9, False),
    ):
        told.say(kind="click", at=[float(row), float(column)])
        looked_at.counted()
        assert bool(particles.chosen) == number


def test_a_click_beside_all_particles_chooses_none(looked_at, particles, linked, told):
    particles.chosen = 2
    told.say(kind="click", at=[199, 1])
    assert particles.chosen == 0
    assert particles.corrections == {}


def test_a_click_on_a_particle_at_the_edge_says_why_it_does_not_count_and_changes_nothing(
    looked_at, particles, session, linked, told
):
    told.say(kind="click", at=corner("edge"))
    assert "The edge cuts this particle" in session.message
    assert particles.corrections == {}


def test_a_click_is_not_meant_for_particles_while_another_has_the_hand(looked_at, particles, linked, told):
    particles.has_hand = False
    told.say(kind="click", at=corner("left"))
    assert (particles.chosen, particles.corrections) == (0, {})


def test_a_key_over_a_particle_takes_it_out_while_somebody_looks(looked_at, particles, linked, told):
    particles.has_hand = False
    told.say(kind="strike", at=corner("right"))
    looked_at.counted()
    assert looked_at.left_out()["right"] == "hand"
    particles.active = False
    before = particles.corrections
    told.say(kind="strike", at=corner("left"))
    assert particles.corrections == before


# -- strokes


@pytest.mark.parametrize(
    ("tool", "points", "total"), [("cut", CUT_LARGE, 7), ("join", JOIN_BOTH, 5), ("draw", DRAW_NEW, 7)]
)
def test_a_stroke_does_what_the_tool_in_the_hand_does(
    looked_at, particles, linked, told, tool, points, total
):
    particles.tool = tool
    told.say(kind="particle stroke", points=points)
    looked_at.counted()
    assert particles.count.total == total


def test_a_stroke_without_a_tool_does_nothing(looked_at, particles, session, linked, told):
    told.say(kind="particle stroke", points=CUT_LARGE)
    particles.tool = "cut"
    particles.has_hand = False
    told.say(kind="particle stroke", points=CUT_LARGE)
    assert particles.corrections == {}


def test_what_a_stroke_cannot_do_is_said(looked_at, particles, session, linked, told):
    particles.tool = "cut"
    told.say(kind="particle stroke", points=[40, 30, 40, 34])
    assert "parts no particle" in session.message
    told.say(kind="particle stroke", points=[40, 30] * 20_001)
    assert "2 to 20000 places" in session.message
    session.selected = []
    looked_at.rest()
    told.say(kind="particle stroke", points=CUT_LARGE)
    assert "There is no mask yet" in session.message
    assert particles.corrections == {}


def test_a_tool_is_in_the_hand_while_the_hand_is_meant_for_particles(particles, linked, viewer):
    assert viewer.stroke_tool == ""
    particles.tool = "join"
    assert viewer.stroke_tool == "join"
    particles.has_hand = False
    assert viewer.stroke_tool == ""
    particles.has_hand = True
    assert viewer.stroke_tool == "join"
    particles.tool = "pick"
    assert viewer.stroke_tool == ""


def test_escape_puts_the_tool_away(particles, linked, viewer, told):
    particles.tool = "cut"
    told.say(kind="escape")
    assert (particles.tool, viewer.stroke_tool) == ("pick", "")
    particles.tool = "cut"
    particles.has_hand = False
    told.say(kind="escape")
    assert particles.tool == "cut"


# -- what is drawn


def test_what_is_left_out_is_outlined_in_the_pane_of_its_network(looked_at, particles, linked, viewer):
    assert list(viewer.outlined) == ["unet"]
    assert list(viewer.outlined["unet"]) == ["out"]
    (line,) = viewer.outlined["unet"]["out"]
    assert extent([line]) == pytest.approx([98.5, 0, 122, 16.5], abs=1.5)
    particles.edge = "keep"
    looked_at.counted()
    assert viewer.outlined == {}


def test_what_was_made_by_hand_is_outlined_each_for_itself(looked_at, particles, linked, viewer):
    particles.correct("cut", [(10, 40), (70, 40)])
    looked_at.counted()
    made = viewer.outlined["unet"]["made"]
    assert len(made) == 2
    assert extent(made) == around("large")
    particles.toggle(40, 30)  # a half that is left out is no longer drawn as made
    looked_at.counted()
    assert len(viewer.outlined["unet"]["made"]) == 1
    assert len(viewer.outlined["unet"]["out"]) == 2


def test_what_is_chosen_or_pointed_at_is_outlined_in_all_panes_and_nothing_else_is_sent(
    looked_at, particles, linked, viewer
):
    before = viewer.outlined
    particles.chosen = looked_at.number("right")
    assert list(viewer.picked) == ["chosen"]
    assert extent(viewer.picked["chosen"]) == around("right")
    particles.pointed = looked_at.number("large")
    assert extent(viewer.picked["pointed"]) == around("large")
    assert viewer.outlined is before
    particles.chosen = particles.pointed = 0
    assert viewer.picked == {}


def test_a_particle_that_is_chosen_in_the_table_comes_to_the_middle_of_the_panes(
    looked_at, particles, linked, told
):
    particles.chosen = looked_at.number("faint")
    ((message, _buffers),) = told
    assert message["kind"] == "centre"
    assert (message["row"], message["column"]) == pytest.approx((150.5, 200.5), abs=0.1)
    particles.chosen = 0
    assert len(told) == 1


def test_a_particle_that_gets_another_number_stays_outlined_and_the_panes_stay_where_they_are(
    looked_at, particles, linked, viewer, told
):
    particles.chosen = looked_at.number("right")
    told.clear()
    particles.correct("draw", [(1, 1), (1, 30), (12, 30), (12, 1)])  # comes before all others
    looked_at.counted()
    assert particles.chosen == looked_at.number("right")
    assert extent(viewer.picked["chosen"]) == around("right")
    assert list(told) == []


def test_lines_follow_what_is_found(looked_at, particles, session, linked, viewer):
    particles.chosen = looked_at.number("faint")
    session.set_threshold("unet", 0.3)
    looked_at.rest()
    wide = extent(viewer.picked["chosen"])
    session.set_threshold("unet", 0.6)
    looked_at.rest()
    narrow = extent(viewer.picked["chosen"])
    assert wide[2] - wide[0] > narrow[2] - narrow[0]
    session.set_threshold("unet", 0.85)
    looked_at.rest()
    assert viewer.picked == {}


def test_nothing_is_drawn_while_nobody_looks_nor_of_a_micrograph_that_is_gone(
    looked_at, particles, session, linked, viewer
):
    particles.chosen = 2
    particles.active = False
    assert (viewer.outlined, viewer.picked) == ({}, {})
    particles.active = True
    looked_at.counted()
    assert viewer.outlined
    assert viewer.picked
    session.show(micrograph_of(seed=1))
    assert (viewer.outlined, viewer.picked) == ({}, {})


def test_nothing_is_drawn_in_the_pane_of_a_network_that_is_ticked_no_more(looked_at, session, linked, viewer):
    session.selected = ["otsu"]
    assert "unet" not in viewer.outlined
    looked_at.rest()
    assert list(viewer.outlined) in (["otsu"], [])


def test_lines_are_found_once_for_what_is_found(looked_at, particles, session, linked, monkeypatch):
    monkeypatch.setattr(module, "many_outlines", lambda *_asked: pytest.fail("found again"))
    particles.chosen = 2
    particles.active = False
    particles.active = True
    session.selected = ["unet", "otsu"]
    looked_at.session.current = "unet"
    looked_at.rest()
    assert session.message == ""


def test_without_a_particle_nothing_is_drawn(bare, viewer, told):
    bare.fake.probability = lambda micrograph, *_asked: np.zeros(micrograph.shape, np.float32)
    ParticlesLink(bare.session, viewer)
    bare.session.show(micrograph_of())
    bare.particles.active = True
    bare.rest()
    assert (viewer.outlined, viewer.picked) == ({}, {})
    bare.particles.chosen = 1
    assert viewer.picked == {}
    assert list(told) == []


# -- particles of a file


def test_lines_are_around_what_a_file_added_and_what_it_has_no_more(looked_at, particles, linked, viewer):
    import numpy as np

    from workbench.particles.external_labels import ExternalLabels

    labels = particles.found.labels.copy()
    labels[labels == labels[PLACES["left"]]] = 0
    labels[170:190, 20:60] = 900
    particles.correct("replace", ExternalLabels.of("file.tif", labels))
    looked_at.counted()
    shown = viewer.outlined["unet"]
    assert extent(shown["made"]) == [20, 170, 60, 190]
    middles = [np.reshape(line, (-1, 2)).mean(axis=0)[::-1] for line in shown["out"]]
    nearest = {name: min(np.hypot(*(middle - place)) for middle in middles) for name, place in PLACES.items()}
    assert {name for name, away in nearest.items() if away < 6} == {"left", "edge"}


def test_many_made_elsewhere_are_drawn_all_at_once(looked_at, particles, linked, viewer, monkeypatch):
    from workbench.particles.external_labels import ExternalLabels

    labels = np.zeros(particles.found.labels.shape, np.int32)
    labels[10:20, 10:20], labels[10:20, 30:40], labels[50:60, 50:60] = 1, 2, 3
    monkeypatch.setattr(module, "MANY", 2)
    particles.correct("replace", ExternalLabels.of("file.tif", labels))
    looked_at.counted()
    assert len(viewer.outlined["unet"]["made"]) == 3
