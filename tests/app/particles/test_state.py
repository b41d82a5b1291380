"""Which particles count, by rules and by hand: of the network that is tuned, while somebody looks."""

import json
import threading

import numpy as np
import pytest
from changed_cards import one_output
from seen_discs import PLACES, SHAPE, micrograph_of, page_of
from waiting import wait_for

from workbench.app.core.session_reading import parse_session
from workbench.app.particles import asked as asked_module
from workbench.app.particles import state as module
from workbench.app.particles.count import count_of
from workbench.errors import WorkbenchError
from workbench.particles.particle_set import particles_of

CUT_LARGE = ("cut", [(10, 40), (70, 40)])
JOIN_BOTH = ("join", [(100, 60), (100, 160)])
DRAW_NEW = ("draw", [(170, 20), (170, 60), (190, 60), (190, 20)])


# -- when it is computed


def test_nothing_is_computed_before_somebody_looks(page, monkeypatch):
    monkeypatch.setattr(asked_module, "corrected_and_selected", lambda *_: pytest.fail("it is measured"))
    monkeypatch.setattr(module, "quick_count", lambda *_: pytest.fail("it is counted"))
    page.session.set_threshold("unet", 0.4)
    page.particles.edge = "keep"
    page.rest()
    assert page.particles.found is None
    assert page.particles.count is None


def test_who_looks_finds_the_particles_of_the_mask(looked_at, particles):
    assert looked_at.why_none() == {"edge": "edge"}
    assert (particles.count.counted, particles.count.total, particles.count.measured) == (5, 6, True)
    assert particles.count.median == pytest.approx(2.785, abs=0.01)
    assert (particles.of, particles.stale) == ("unet", False)


def test_rules_are_followed_without_another_job(looked_at, particles, session):
    asked = len(looked_at.fake.all())
    particles.edge = "keep"
    looked_at.counted()
    assert looked_at.why_none() == {}
    particles.min_confidence = 0.68
    looked_at.counted()
    assert looked_at.why_none() == {"faint": "confidence"}
    particles.min_confidence = 0.0
    particles.set_sizes(1.0, 3.0)
    looked_at.counted()
    assert looked_at.why_none() == {"small": "size", "large": "size"}
    assert len(looked_at.fake.all()) == asked


def test_of_rules_that_follow_each_other_quickly_the_last_counts(looked_at, particles, monkeypatch):
    begun, go, made = threading.Event(), threading.Event(), []
    real = asked_module.corrected_and_selected

    def slowly(*asked):
        begun.set()
        assert go.wait(60)
        made.append(asked[-1].min_confidence)
        return real(*asked)

    monkeypatch.setattr(asked_module, "corrected_and_selected", slowly)
    particles.min_confidence = 0.1
    assert begun.wait(60)
    for least in (0.2, 0.3, 0.68):
        particles.min_confidence = least
    go.set()
    looked_at.counted()
    assert made == [0.1, 0.68]
    assert looked_at.why_none() == {"edge": "edge", "faint": "confidence"}


def test_what_goes_wrong_is_said_and_what_is_shown_is_not_of_what_is_set(
    looked_at, particles, session, monkeypatch
):
    def fail(*_asked):
        raise MemoryError

    monkeypatch.setattr(asked_module, "corrected_and_selected", fail)
    particles.edge = "keep"
    looked_at.counted()
    assert "Counting particles failed: there is not enough memory" in session.message
    assert particles.stale
    monkeypatch.undo()
    particles.edge = "leave_out"
    looked_at.counted()
    assert not particles.stale


# -- while a threshold moves


def test_while_a_threshold_moves_the_count_comes_before_the_table_and_says_so(looked_at, particles, session):
    before = particles.found
    session.set_threshold("unet", 0.85)
    looked_at.counted()
    assert particles.found is before
    assert particles.stale
    assert not particles.count.measured
    assert particles.count.total == 5  # in the middle of the faint one there is no more than 0.7
    looked_at.rest()
    assert particles.found is not before
    assert (particles.stale, particles.count.measured) == (False, True)
    assert particles.count == count_of(particles.found, particles.distribution)


def same_count(one, other):
    said = [(made.total, made.counted, made.left_out, made.unit) for made in (one, other)]
    assert said[0] == said[1]
    assert one.median == pytest.approx(other.median, rel=1e-9)


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"edge": "keep"},
        {"edge": "leave_out"},
        {"min_confidence": 0.68},
        {"smallest": 1.0, "largest": 3.0, "size_unit": "nm"},
        {"smallest": 1.0, "size_unit": "nm", "min_confidence": 0.68, "edge": "keep"},
    ],
)
@pytest.mark.parametrize("corrected", [False, True])
def test_the_count_while_a_threshold_moves_is_that_of_the_table_afterwards(
    looked_at, particles, session, rules, corrected
):
    with particles.hold_trait_notifications():
        for name, value in rules.items():
            setattr(particles, name, value)
    looked_at.rest()
    if corrected:
        for kind, places in (CUT_LARGE, JOIN_BOTH, DRAW_NEW, ("out", [PLACES["faint"]])):
            particles.correct(kind, places)
        particles.correct("in", [PLACES["small"]])
        looked_at.rest()
    for threshold in (0.3, 0.62):
        session.set_threshold("unet", threshold)
        looked_at.counted()
        quick = particles.count
        assert not quick.measured
        looked_at.rest()
        assert particles.count.measured
        same_count(quick, particles.count)


@pytest.mark.parametrize("rules", [{"min_circularity": 0.5}, {"diameter": "feret_min"}])
def test_what_pixels_alone_do_not_say_is_counted_when_it_is_measured(looked_at, particles, session, rules):
    for name, value in rules.items():
        setattr(particles, name, value)
    looked_at.rest()
    before = particles.count
    session.set_threshold("unet", 0.85)
    looked_at.counted()
    assert (particles.count, particles.stale) == (before, True)
    looked_at.rest()
    assert (particles.count.total, particles.stale) == (5, False)


def test_a_threshold_that_comes_back_before_its_mask_is_made_leaves_the_count_of_the_table(
    looked_at, particles, session
):
    before = particles.count
    session.set_threshold("unet", 0.85)
    looked_at.counted()
    assert particles.count != before
    session.set_threshold("unet", 0.5)
    looked_at.counted()
    assert particles.count == before
    assert not particles.stale


def test_a_mask_that_was_stopped_leaves_what_is_shown_said_to_be_of_before(looked_at, particles, session):
    session.set_threshold("unet", 0.85)
    session.stop()
    looked_at.counted()
    assert particles.stale
    session.retry()
    looked_at.rest()
    assert not particles.stale
    assert particles.count.total == 5


def test_touching_particles_that_are_parted_are_counted_as_such(looked_at, particles, session):
    session.split_touching = True
    looked_at.counted()
    assert particles.stale
    looked_at.rest()
    session.set_threshold("unet", 0.4)
    looked_at.counted()
    quick = particles.count
    looked_at.rest()
    same_count(quick, particles.count)


# -- what a hand does


def test_a_particle_that_is_clicked_does_not_count_and_clicked_again_does(looked_at, particles):
    particles.toggle(*PLACES["left"])
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "edge", "left": "hand"}
    assert particles.count.left_out == {"edge": 1, "hand": 1}
    particles.toggle(*PLACES["left"])
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "edge"}


def test_a_particle_that_a_rule_left_out_counts_once_it_is_clicked(looked_at, particles):
    particles.set_sizes(1.0, None)
    looked_at.counted()
    assert looked_at.left_out()["small"] == "size"
    particles.toggle(*PLACES["small"])
    looked_at.counted()
    assert looked_at.left_out()["small"] == ""
    particles.toggle(*PLACES["small"])
    looked_at.counted()
    assert looked_at.left_out()["small"] == "hand"


def test_a_click_beside_all_particles_does_nothing(looked_at, particles, session):
    for place in ((199, 0), (-3, 5), (5000, 5000)):
        particles.toggle(*place)
    assert particles.corrections == {}
    assert session.message == ""


def test_a_particle_at_the_edge_does_not_change_by_a_click_and_that_is_said(looked_at, particles, session):
    found = particles.found
    particles.toggle(*PLACES["edge"])
    looked_at.counted()
    assert "The edge cuts this particle, so it does not count" in session.message
    assert particles.corrections == {}
    assert particles.found is found
    particles.edge = "keep"
    looked_at.counted()
    particles.toggle(*PLACES["edge"])
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "hand"}


def test_a_row_of_the_table_is_taken_out_by_its_number(looked_at, particles):
    particles.toggle_number(looked_at.number("right"))
    looked_at.counted()
    assert looked_at.left_out()["right"] == "hand"
    before = particles.corrections
    for number in (0, -1, len(particles.found.table) + 1):
        particles.toggle_number(number)
    assert particles.corrections == before


def test_the_number_of_a_ring_is_found_on_the_ring_and_not_in_its_hole(bare):
    def ring(micrograph, *_asked):
        rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
        away = np.hypot(rows - 100, columns - 100)
        return ((away > 20) & (away < 30)).astype(np.float32)

    bare.fake.probability = ring
    bare.session.show(micrograph_of())
    bare.particles.active = True
    bare.rest()
    bare.particles.toggle_number(1)
    bare.counted()
    assert bare.particles.found.table["left_out"].tolist() == ["hand"]


def test_a_cut_parts_a_join_makes_one_and_a_drawing_a_new_one(looked_at, particles):
    particles.correct(*CUT_LARGE)
    looked_at.counted()
    assert particles.count.total == 7
    assert particles.found.labels[40, 30] != particles.found.labels[40, 50]
    particles.correct(*JOIN_BOTH)
    looked_at.counted()
    assert particles.count.total == 6
    assert looked_at.number("left") == looked_at.number("right")
    particles.correct(*DRAW_NEW)
    looked_at.counted()
    assert particles.count.total == 7
    drawn = particles.found.table.iloc[particles.found.labels[180, 40] - 1]
    assert drawn["by_hand"]
    assert drawn["pixels"] == 21 * 41


@pytest.mark.parametrize(
    ("kind", "places", "said"),
    [
        ("out", [(199, 0)], "no particle at this place"),
        ("in", [(199, 0)], "no particle at this place"),
        ("cut", [(40, 30), (40, 38)], "parts no particle"),
        ("join", [(40, 30), (40, 50)], "fewer than two particles"),
        ("draw", [(38, 38), (38, 42), (42, 42)], "particle already"),
    ],
)
def test_a_correction_that_meets_nothing_is_said_and_not_kept(
    looked_at, particles, session, kind, places, said
):
    particles.correct(kind, places)
    assert said in session.message
    assert particles.corrections == {}
    assert not session.can_undo


def test_what_is_no_correction_is_refused(particles):
    with pytest.raises(WorkbenchError, match="places, not 1"):
        particles.correct("cut", [(1, 1)])
    assert particles.corrections == {}


def test_a_script_corrects_before_anybody_looks(page):
    page.particles.correct("out", [PLACES["left"]])
    page.particles.active = True
    page.rest()
    assert page.why_none() == {"edge": "edge", "left": "hand"}


def test_where_no_micrograph_is_open_and_no_network_ticked_nothing_is_corrected(bare):
    bare.particles.correct("out", [(1, 1)])
    bare.session.show(micrograph_of())
    bare.session.selected = []
    bare.particles.correct("out", [(1, 1)])
    assert bare.particles.corrections == {}
    assert bare.particles.corrections_of("unet") == []


def test_all_that_was_done_by_hand_is_taken_back_at_once_of_this_network_on_this_micrograph(
    looked_at, particles, session
):
    particles.correct(*CUT_LARGE)
    session.selected = ["otsu", "unet"]
    session.current = "otsu"
    looked_at.rest()
    particles.correct("out", [PLACES["left"]])
    session.current = "unet"
    looked_at.rest()
    particles.clear_corrections()
    looked_at.counted()
    assert particles.count.total == 6
    assert particles.corrections_of("unet") == []
    assert len(particles.corrections_of("otsu")) == 1
    before = particles.corrections
    particles.clear_corrections()
    assert particles.corrections is before


# -- undo


def test_what_a_hand_did_is_undone_and_done_again(looked_at, particles, session):
    particles.correct(*CUT_LARGE)
    looked_at.counted()
    session.undo()
    looked_at.counted()
    assert particles.count.total == 6
    session.redo()
    looked_at.counted()
    assert particles.count.total == 7


def test_each_click_is_a_step_of_its_own(looked_at, particles, session):
    for name in ("left", "right"):
        particles.toggle(*PLACES[name])
        looked_at.counted()
    session.undo()
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "edge", "left": "hand"}
    session.undo()
    looked_at.counted()
    assert looked_at.why_none() == {"edge": "edge"}
    assert not session.can_undo


def test_sizes_are_undone_and_redone_in_whatever_order_they_moved(looked_at, particles, session):
    asked = [(1.0, 1.5), (3.0, 4.2), (0.5, 0.9)]
    for sizes in asked:
        particles.set_sizes(*sizes)
        session.gamma = 1 + sizes[0] / 10  # another hand's step between
    said = []
    for step in [session.undo] * 6 + [session.redo] * 6:
        step()
        said.append((particles.smallest, particles.largest))
        looked_at.counted()
    assert session.message == ""
    assert said[1:6:2] == [(3.0, 4.2), (1.0, 1.5), (None, None)]
    assert said[6::2] == asked


def test_a_drag_of_a_size_is_one_step(looked_at, particles, session):
    for largest in (3.9, 3.5, 3.1):
        particles.set_sizes(None, largest)
    session.undo()
    assert (particles.smallest, particles.largest, particles.size_unit) == (None, None, "")
    assert not session.can_undo


# -- what is open


def test_another_micrograph_has_no_corrections_and_those_of_the_first_come_back_with_it(
    looked_at, particles, session
):
    particles.toggle(*PLACES["left"])
    particles.correct(*CUT_LARGE)
    looked_at.counted()
    session.show(micrograph_of(seed=1))
    looked_at.rest()
    assert looked_at.why_none() == {"edge": "edge"}
    assert particles.corrections_of("unet") == []
    session.show(micrograph_of())
    looked_at.rest()
    assert looked_at.why_none() == {"edge": "edge", "left": "hand"}
    assert particles.count.total == 7


def test_of_another_micrograph_nothing_is_shown_before_its_mask_is_there(looked_at, particles, session):
    particles.chosen = 3
    session.show(micrograph_of(seed=1))
    looked_at.counted()
    assert (particles.found, particles.count, particles.chosen) == (None, None, 0)


def test_a_micrograph_that_is_opened_while_another_is_counted_is_the_one_that_is_shown(
    looked_at, particles, session, monkeypatch
):
    begun, go = threading.Event(), threading.Event()
    real = asked_module.corrected_and_selected

    def slowly(*asked):
        begun.set()
        assert go.wait(60)
        return real(*asked)

    monkeypatch.setattr(asked_module, "corrected_and_selected", slowly)
    particles.edge = "keep"
    assert begun.wait(60)
    seen = []
    session.show(micrograph_of(seed=1, nm_per_px=0.2))
    particles.observe(lambda change: seen.append(change["new"]), names="found")
    go.set()
    looked_at.rest()
    assert [found.table["diameter_nm"].max() > 6 for found in seen if found is not None] == [True]
    assert particles.found.table.attrs["unit"] == "nm"
    assert particles.found.table["diameter_nm"].max() == pytest.approx(8.0, abs=0.2)


def test_nobody_who_comes_back_sees_the_particles_of_a_micrograph_that_is_gone(looked_at, particles, session):
    particles.active = False
    session.show(micrograph_of(seed=1))
    assert (particles.found, particles.count) == (None, None)
    looked_at.rest()
    particles.active = True
    looked_at.rest()
    assert particles.count.total == 6


def test_who_looks_away_and_back_finds_the_table_as_it_was(looked_at, particles):
    before = particles.found
    particles.active = False
    assert particles.found is before
    particles.active = True
    looked_at.counted()
    assert particles.found is before
    assert not particles.stale


def test_a_network_that_is_ticked_no_more_has_no_particles_and_has_them_again_when_it_is(
    looked_at, particles, session
):
    session.selected = []
    looked_at.rest()
    assert (particles.found, particles.count, particles.stale) == (None, None, False)
    session.selected = ["unet"]
    looked_at.rest()
    assert particles.count.total == 6
    assert particles.found is not None


def test_each_network_has_its_own_particles_and_corrections(looked_at, particles, session):
    particles.toggle(*PLACES["left"])
    looked_at.counted()
    one_output(session, "unet", "otsu")
    session.selected = ["unet", "otsu"]
    session.current = "otsu"
    looked_at.rest()
    assert particles.of == "otsu"
    assert looked_at.why_none() == {"edge": "edge"}
    session.current = "unet"
    looked_at.rest()
    assert looked_at.why_none() == {"edge": "edge", "left": "hand"}


def test_the_particles_of_another_network_are_gone_before_those_of_this_one_are_counted(
    looked_at, particles, session, monkeypatch
):
    session.selected = ["unet", "otsu"]
    looked_at.rest()
    go = threading.Event()
    real = asked_module.corrected_and_selected
    monkeypatch.setattr(asked_module, "corrected_and_selected", lambda *asked: go.wait(60) and real(*asked))
    session.current = "otsu"
    assert (particles.found, particles.count) == (None, None)
    go.set()
    looked_at.rest()
    assert particles.of == "otsu"


def test_without_a_micrograph_there_is_nothing(bare):
    bare.particles.active = True
    bare.rest()
    particles = bare.particles
    assert (particles.found, particles.count, particles.stale) == (None, None, False)
    assert particles.particles("unet") is None
    assert particles.number_at(3, 3) == 0
    particles.toggle_number(1)


def test_without_a_particle_none_is_counted(bare):
    bare.fake.probability = lambda micrograph, *_asked: np.zeros(micrograph.shape, np.float32)
    bare.session.show(micrograph_of())
    bare.particles.active = True
    bare.rest()
    count = bare.particles.count
    assert (count.total, count.counted, count.left_out, count.median) == (0, 0, {}, None)
    bare.particles.correct(*DRAW_NEW)
    bare.rest()
    assert bare.particles.count.counted == 1


def test_until_the_first_mask_is_there_the_count_of_the_answer_is_shown(bare):
    bare.particles.active = True
    bare.session.show(micrograph_of())
    bare.fake.work("segment")
    bare.counted()
    assert bare.particles.found is None
    assert (bare.particles.count.total, bare.particles.count.measured) == (6, False)
    assert bare.particles.stale
    bare.rest()
    assert bare.particles.count.measured
    assert not bare.particles.stale


# -- what is chosen


def test_the_particle_that_is_chosen_stays_it_whatever_number_it_gets(looked_at, particles, session):
    particles.chosen = looked_at.number("right")
    particles.correct("draw", [(1, 1), (1, 30), (12, 30), (12, 1)])  # comes before all others
    looked_at.counted()
    assert particles.chosen == looked_at.number("right")
    session.set_threshold("unet", 0.4)
    looked_at.rest()
    assert particles.chosen == looked_at.number("right")


def test_a_particle_that_is_gone_is_chosen_no_more(looked_at, particles, session):
    particles.chosen = looked_at.number("faint")
    session.set_threshold("unet", 0.85)
    looked_at.rest()
    assert particles.chosen == 0


# -- sizes


def test_sizes_are_of_the_unit_in_which_they_were_set(looked_at, particles, session):
    particles.set_sizes(1.0, None)
    looked_at.counted()
    assert looked_at.left_out()["small"] == "size"
    session.set_nm_per_px(None)
    looked_at.rest()
    assert particles.size_is_of_other_unit
    assert looked_at.left_out()["small"] == ""
    assert particles.found.table.attrs["unit"] == "px"
    session.set_nm_per_px(0.1)
    looked_at.rest()
    assert looked_at.left_out()["small"] == "size"
    assert not particles.size_is_of_other_unit


def test_a_size_that_is_set_again_is_of_the_unit_of_what_is_open(looked_at, particles, session):
    particles.set_sizes(1.0, None)
    session.set_nm_per_px(None)
    looked_at.rest()
    particles.set_sizes(None, 30.0)
    looked_at.counted()
    assert (particles.size_unit, particles.smallest) == ("px", None)
    assert looked_at.why_none() == {"edge": "edge", "large": "size"}
    particles.set_sizes(None, None)
    assert particles.size_unit == ""


def test_sizes_between_which_no_particle_can_be_are_refused(particles):
    with pytest.raises(WorkbenchError, match="No particle is both"):
        particles.set_sizes(3.0, 2.0)
    assert (particles.smallest, particles.largest) == (None, None)


# -- what an export asks for


def test_an_export_gets_what_the_table_shows_and_what_a_script_computes(looked_at, particles, session):
    particles.correct(*CUT_LARGE)
    particles.set_sizes(1.0, None)
    looked_at.counted()
    exported = particles.particles("unet")
    assert exported.table.equals(particles.found.table)
    script = particles_of(session.segmentations["unet"], 0.5, corrections=[CUT_LARGE], smallest=1.0)
    assert exported.table.equals(script.table)
    assert np.array_equal(exported.labels, script.labels)


def test_an_export_needs_nobody_who_looks(page):
    page.particles.correct("out", [PLACES["left"]])
    made = page.particles.particles("unet")
    assert made.table["left_out"].tolist().count("hand") == 1
    assert page.particles.found is None


# -- saved and reopened


def test_what_counts_and_what_was_done_by_hand_comes_back_with_a_saved_session(
    looked_at, particles, session, tmp_path
):
    particles.set_sizes(1.0, 3.5)
    particles.min_confidence, particles.edge, particles.diameter = 0.2, "keep", "feret_max"
    particles.toggle(*PLACES["left"])
    particles.correct(*CUT_LARGE)
    looked_at.counted()
    text = session.state().model_dump_json()
    other = page_of(tmp_path)
    other.session.restore(parse_session(text))
    other.session.show(micrograph_of())
    other.particles.active = True
    other.rest()
    assert other.particles.selection == particles.selection
    assert other.particles.corrections == particles.corrections == json.loads(text)["corrections"]
    assert other.particles.found.table.equals(particles.found.table)
    assert not other.session.can_undo


def test_a_session_of_before_has_no_corrections(looked_at, particles, session):
    before = session.state()
    particles.correct(*CUT_LARGE)
    particles.set_sizes(1.0, 3.5)
    session.restore(before)
    assert particles.corrections == {}
    assert (particles.smallest, particles.largest, particles.size_unit) == (None, None, "")


def test_whoever_keeps_the_session_hears_of_each_change(particles):
    heard = []
    particles.observe_kept(lambda change: heard.append(change["name"]))
    particles.edge = "keep"
    particles.toggle(*PLACES["left"])
    particles.tool = "cut"
    assert heard == ["edge", "corrections"]


def test_nothing_more_is_at_work_once_it_is_counted(looked_at, session, particles):
    particles.min_confidence = 0.4
    session.wait(60)
    wait_for(lambda: not session.at_work())
    assert particles.found is not None
