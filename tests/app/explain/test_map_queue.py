"""In which order maps are computed, what is kept of them, and what comes of answers that come late or not at all."""

import threading

import pytest
from fake_compute import DIED
from waiting import heard_of, rest, wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.explain.box import ExplainBox
from workbench.app.session import Session

INSIDE, OUTSIDE = [80, 90], [0, 0]


def clicked(explain, fake, at=INSIDE):
    """Click, and wait until the first map is asked for; return its job."""
    explain.choose(*at)
    rest(fake, "post_process")
    (job,) = fake.waiting("find_map")
    return job


@pytest.fixture
def late(session, explain, fake):
    """A worker whose answers come even after they are asked to stop."""
    fake.stops_at_once = False
    return fake


def test_all_maps_come_before_the_first_figures(explain, fake):
    heard = heard_of(explain, "current")
    explain.choose(*INSIDE)
    rest(fake)
    assert heard == [
        [stage, "unet", method] for stage in ("map", "figures") for method in ("gradient", "grad_cam")
    ]


def test_it_says_how_far_it_is(explain, fake):
    job = clicked(explain, fake)
    assert (explain.status, explain.busy) == ("map 1 of 2", True)
    assert job.arguments[2].method == "gradient"
    job.run()
    assert explain.status == "map 2 of 2"
    rest(fake, "find_map")
    assert explain.status == "trust figures 1 of 2"
    rest(fake)
    assert (explain.status, explain.current, explain.busy) == ("", [], False)


def test_maps_are_urgent_and_figures_are_not(explain, fake):
    explain.choose(*INSIDE)
    rest(fake)
    assert {job.options["urgent"] for job in fake.all("find_map")} == {True}
    assert {job.options["urgent"] for job in fake.all("find_figures")} == {False}
    assert all(job.options["needs_device"] for job in (*fake.all("find_map"), *fake.all("find_figures")))


def test_another_click_in_the_same_particle_shows_what_is_kept(explain, fake):
    explain.choose(*INSIDE)
    rest(fake)
    before, heard = dict(explain.found), heard_of(explain, "current")
    explain.choose(INSIDE[0] + 1, INSIDE[1])
    rest(fake)
    assert dict(explain.found) == before
    assert len(before) == 2
    assert heard == []


def test_a_method_that_is_ticked_later_is_computed_alone(explain, fake):
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake)
    first, heard = explain.found["unet", "gradient"], heard_of(explain, "current")
    explain.tick("grad_cam")
    rest(fake)
    assert heard == [["map", "unet", "grad_cam"], ["figures", "unet", "grad_cam"]]
    assert explain.found["unet", "gradient"] is first
    explain.tick("grad_cam", False)
    assert list(explain.found) == [("unet", "gradient")]
    explain.tick("grad_cam")
    rest(fake)
    assert len(heard) == 2


def test_columns_in_another_order_begin_with_the_first_of_them(session, explain, fake):
    session.selected = ["unet", "fcn8s"]
    explain.kind = "pixel"
    explain.choose(*OUTSIDE)
    heard = heard_of(explain, "current")
    explain.methods = ["grad_cam", "gradient"]
    rest(fake)
    assert [cell for stage, *cell in heard if stage == "map"][-4:] == [
        ["unet", "grad_cam"],
        ["fcn8s", "grad_cam"],
        ["unet", "gradient"],
        ["fcn8s", "gradient"],
    ]
    assert len(explain.found) == 4


def test_another_truth_asks_for_the_figures_anew(session, explain, fake, disc):
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake)
    session.show(disc[0])
    explain.choose(*INSIDE)
    rest(fake)
    assert explain.found["unet", "gradient"].figures.trust.pointing is None


def test_a_new_click_takes_the_place_of_the_old_one_and_stop_keeps_what_is_there(session, explain, fake):
    explain.methods = ["integrated_gradients", "gradient"]
    old = clicked(explain, fake)
    assert explain.current
    explain.kind = "pixel"
    explain.observe(lambda change: explain.stop() if change["new"] else None, names="found")
    explain.choose(*OUTSIDE)
    rest(fake, "find_map")
    assert old.state == "stopped"
    assert explain.targets["unet"].target.at == tuple(OUTSIDE)
    assert "stopped" in explain.status
    explain.unobserve_all("found")
    assert list(explain.found) == [("unet", "integrated_gradients")]
    assert not explain.busy
    rest(fake)
    assert not session.busy
    assert len(explain.found) == 1


def test_what_stop_left_out_is_said_and_comes_with_run_again(session, explain, fake):
    clicked(explain, fake).run()
    session.stop()
    assert explain.status == "stopped, 3 left out; a click begins anew"
    assert list(explain.found) == [("unet", "gradient")]
    session.retry()
    rest(fake)
    assert len(explain.found) == 2
    assert all(one.figures for one in explain.found.values())


def test_stop_is_heard_while_the_target_is_looked_for(explain, fake, monkeypatch):
    hand, plan = threading.Thread(target=explain.stop), explain._queue.plan

    def plan_after_the_hand():
        if hand.ident is None:
            hand.start()
            hand.join(0.5)  # if it can be heard before the jobs are planned, it is
        plan()

    monkeypatch.setattr(explain._queue, "plan", plan_after_the_hand)
    explain.choose(*INSIDE)
    wait_for(lambda: hand.ident and not hand.is_alive())
    rest(fake)
    assert "stopped" in explain.status
    assert (explain.busy, explain.found) == (False, {})


def test_figures_give_way_to_a_network_that_someone_waits_for_and_come_afterwards(session, explain, fake):
    heard = heard_of(explain, "current")
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake, "find_map")
    (figures,) = fake.waiting("find_figures")
    assert explain.current[:1] == ["figures"]
    heard_current: list[list[str]] = []
    explain.observe(lambda change: heard_current.append(change["new"]), names="current")
    session.selected = ["unet", "otsu", "bandpass"]
    assert heard_current[:1] == [[]]  # at once; they begin anew when the classical one has been refused
    assert figures.state == "stopped"
    rest(fake)
    assert "bandpass" in session.postprocessed
    assert not explain.busy
    assert "bandpass" in explain.refusals
    assert explain.found["unet", "gradient"].figures is not None
    stages = [stage for stage, _network, _method in heard]
    assert stages.count("map") == 1
    assert stages.count("figures") >= 2


def test_figures_wait_until_the_network_they_gave_way_to_has_ended_however_it_ends(session, explain, fake):
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake, "find_map")
    session.selected = ["unet", "otsu", "fcn8s"]
    rest(fake, "find_map", "find_figures")
    assert (explain.status, explain.current, explain.busy) == ("trust figures wait", [], True)
    assert explain.found["unet", "gradient"].bare
    fake.waiting("segment", "fcn8s")[0].fail()
    rest(fake)
    assert explain.found["unet", "gradient"].figures is not None
    assert (explain.status, explain.busy) == ("", False)


def test_stop_ends_figures_that_wait_for_a_network(session, explain, fake):
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake, "find_map")
    session.selected = ["unet", "otsu", "fcn8s"]
    explain.stop()
    fake.waiting("segment", "fcn8s")[0].fail()
    rest(fake)
    assert explain.found["unet", "gradient"].bare
    assert (explain.status, explain.busy) == ("stopped, 2 left out; a click begins anew", False)


def test_a_map_does_not_give_way(session, explain, fake):
    job = clicked(explain, fake)
    explain.give_way()
    assert not job.stop_asked
    assert explain.current == ["map", "unet", "gradient"]


# -- what a real worker rarely shows


def test_a_map_that_is_answered_after_stop_is_not_shown(session, explain, late):
    job = clicked(explain, late)
    explain.stop()
    job.run()
    assert (explain.found, explain.busy, explain.current) == ({}, False, [])
    assert late.waiting() == []


def test_a_map_that_is_answered_after_the_next_click_is_not_shown_of_it(explain, late):
    explain.methods = ["gradient"]
    early = clicked(explain, late)
    explain.choose(*OUTSIDE)
    rest(late, "post_process")
    _early, new = late.waiting("find_map")
    early.run()
    assert explain.found == {}
    new.run()
    assert explain.found["unet", "gradient"].map.map.shape == (1, 1)
    explain.choose(*INSIDE)
    rest(late)
    assert explain.found["unet", "gradient"].map.map.shape == (59, 59)


def test_figures_that_are_answered_after_the_next_click_are_not_shown_of_it(explain, late):
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(late, "find_map")
    (early,) = late.waiting("find_figures")
    explain.choose(*OUTSIDE)
    rest(late, "find_map")
    early.run()
    assert explain.found["unet", "gradient"].bare
    rest(late)
    assert explain.found["unet", "gradient"].figures is not None


def test_a_map_of_another_dilation_that_comes_late_is_not_shown(session, explain, late):
    explain.methods = ["gradient"]
    early = clicked(explain, late)
    session.dilation_cache.set("unet", 2)
    early.run()
    assert explain.found == {}
    rest(late)
    assert late.all("find_map")[-1].arguments[2].dilation == 2
    assert list(explain.found) == [("unet", "gradient")]


def test_a_map_that_is_lost_with_its_worker_is_said_and_the_next_is_computed(session, explain, fake):
    box = ExplainBox(session, None)
    clicked(explain, fake).fail()
    rest(fake)
    assert explain.failures == {("unet", "gradient"): DIED}
    assert list(explain.found) == [("unet", "grad_cam")]
    assert not fake.all("find_figures")[1:]  # none of the map that is not there
    assert not explain.busy
    cells = {key: message for key, (message, _buffers) in box.grid._cells.items()}
    assert cells["unet", "gradient"]["state"] == "failed"
    assert cells["unet", "gradient"]["said"] == [DIED]
    explain.run()
    rest(fake)
    assert explain.failures == {}
    assert len(explain.found) == 2


def test_a_map_whose_figures_are_lost_stays_and_says_why_and_they_are_asked_for_again(session, explain, fake):
    box = ExplainBox(session, None)
    explain.methods = ["gradient"]
    explain.choose(*INSIDE)
    rest(fake, "find_map")
    shown = explain.found["unet", "gradient"].map
    fake.waiting("find_figures")[0].fail()
    found = explain.found["unet", "gradient"]
    assert (found.map, found.figures, found.why_not) == (shown, None, DIED)
    assert not explain.busy
    (message, _buffers) = box.grid._cells["unet", "gradient"]
    assert f"no trust figures: {DIED}" in message["said"]
    explain.run()
    rest(fake)
    assert explain.found["unet", "gradient"].figures is not None
    assert len(fake.all("find_map")) == 1


def test_of_two_pages_on_one_worker_each_has_its_own_maps(session, explain, fake, tmp_path, disc):
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.selected, other.thresholds = ["unet"], {"unet": 0.5}
    other.show(*disc)
    other.explain.methods, other.explain.active = ["gradient"], True
    rest(fake)
    explain.choose(*INSIDE)
    other.explain.choose(*OUTSIDE)
    rest(fake)
    assert explain.targets["unet"].target.kind == "particle"
    assert other.explain.targets["unet"].target.kind == "pixel"
    shapes = [one.found["unet", "gradient"].map.map.shape for one in (explain, other.explain)]
    assert shapes == [(59, 59), (1, 1)]
