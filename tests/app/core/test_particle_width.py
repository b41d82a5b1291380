"""How wide particles are in a micrograph without a pixel size: found once, set by a person, and seen by all panes."""

from __future__ import annotations

import numpy as np
import pytest
from changed_cards import change_cards
from fake_compute import DIED, FakeCompute, answer_of

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.compute.particle_width import WidthFound
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.particle_scale import FittedScale

FIND = "find_particle_width"
FOUND = WidthFound(60.0, "Particles are about 60 px wide, found from the micrograph itself.")
NOTHING = WidthFound(None, "How wide particles are could not be found.")


def picture(seed=0, nm_per_px=None):
    pixels = np.random.default_rng(seed).normal(size=(24, 32)).astype(np.float32)
    return Micrograph(pixels, nm_per_px, f"picture {seed}", marks=())


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def session(compute, tmp_path):
    """A page whose U-Net and FCN8s part particles of 40 px best; the network "otsu" knows no such width."""
    made = Session(data=DataFolder(tmp_path), compute=compute)
    change_cards(made, "unet", "fcn8s", particle_px=40.0)
    change_cards(made, "unet-generalist", particle_px=None)  # smaller than the U-Net
    made.selected = ["unet"]
    return made


def find(compute, found=FOUND):
    """Answer the one job that looks for the width, and run what follows."""
    (job,) = compute.waiting(FIND)
    job.answer(found)
    compute.work()
    return job


def sees(session, scale, name="unet"):
    """Whether a pane shows what its network says of the micrograph at a scale, under the network's own name."""
    right = np.array_equal(
        session.segmentations[name].probability, answer_of(session.micrograph, name, None, scale)
    )
    return right and session.stale == {} and session.segmentations[name].network.input.step(None) == scale


def test_the_smallest_network_that_knows_how_finds_the_width_selected_or_not(session, compute):
    session.selected = ["fcn8s"]
    session.show(picture())
    compute.work()
    (job,) = compute.waiting(FIND)
    assert job.arguments[1] == str(session.version("unet").weights)
    job.answer(FOUND)
    compute.work()
    assert sees(session, 1.5, "fcn8s")


def test_the_width_is_found_once_and_all_networks_that_go_by_it_wait_for_it(session, compute):
    session.selected = ["unet", "fcn8s", "otsu"]
    session.show(picture())
    assert [job.network for job in compute.waiting("segment")] == ["otsu"]
    assert session.status.startswith("U-Net, how wide particles are")
    compute.work()
    assert session.postprocessed.keys() == {"otsu"}
    assert not session.can_run_again
    find(compute)
    assert session.particle_px == 60
    assert {job.arguments[-1] for job in compute.waiting("find_field")} == {FittedScale(60, 1.5)}
    assert [sees(session, *seen) for seen in ((1.5, "unet"), (1.5, "fcn8s"), (1.0, "otsu"))] == 3 * [True]
    assert session.segmentations["unet"].network.shown == "U-Net"
    assert session.segmentations["unet"].scale_note == FOUND.said
    session.show(picture(1))
    find(compute)
    session.show(picture(0))
    compute.work()
    assert len(compute.all(FIND)) == 2  # of two micrographs
    assert sees(session, 1.5)


def test_nothing_is_looked_for_where_the_pixel_size_is_known_or_no_network_goes_by_the_width(
    session, compute
):
    session.show(picture(nm_per_px=0.05))
    session.selected = ["otsu"]
    session.show(picture())
    compute.work()
    assert compute.all(FIND) == []
    session.selected = ["otsu", "unet"]
    find(compute)
    assert sees(session, 1.5)


def test_a_scale_of_the_panel_mask_multiplies_it_and_is_all_that_the_title_says(session, compute):
    session.show(picture())
    find(compute)
    session.dilation_cache.set_scale("unet", 2.0)
    assert session.stale["unet"].startswith("not as set yet: U-Net, ")
    compute.work()
    assert sees(session, 3.0)
    assert session.segmentations["unet"].network.shown == "U-Net (pixels x 2)"


def test_where_no_width_is_found_it_is_seen_as_it_is_and_that_is_said(session, compute):
    session.show(picture())
    find(compute, NOTHING)
    assert session.particle_px is None
    assert sees(session, 1.0)
    assert session.particle_width.said == NOTHING.said
    assert compute.waiting(FIND) == []


def test_a_width_that_a_person_sets_is_a_step_of_undo_and_needs_no_search(session, compute):
    session.show(picture())
    session.particle_width.set(20)
    assert compute.waiting(FIND) == []  # it is known now
    compute.work()
    assert sees(session, 0.5)
    assert session.particle_width.said == "Particles are taken as 20 px wide, as set by hand."
    session.undo()
    find(compute)
    assert sees(session, 1.5)
    session.redo()
    compute.work()
    assert sees(session, 0.5)


def test_a_width_belongs_to_its_micrograph(session, compute):
    session.show(picture())
    session.particle_width.set(20)
    session.show(picture(1))
    find(compute)
    assert sees(session, 1.5)
    session.show(picture(0))
    compute.work()
    assert sees(session, 0.5)


def test_it_is_found_again_on_demand_and_what_is_shown_meanwhile_is_stale(session, compute):
    session.show(picture())
    find(compute)
    session.particle_width.set(20)
    compute.work()
    session.particle_width.find()
    assert session.stale["unet"].startswith("not as set yet: ")
    assert compute.waiting("segment") == []  # not at the width that was found before
    find(compute, FOUND._replace(width_px=100.0))
    assert sees(session, 2.5)
    assert session.can_undo


def test_a_pixel_size_takes_its_place(session, compute):
    session.show(picture())
    session.set_nm_per_px(0.05)
    assert compute.waiting(FIND) == []
    compute.work()
    assert session.particle_px is None
    assert session.segmentations["unet"].network.input.fitted == 1
    with pytest.raises(WorkbenchError, match="has a pixel size"):
        session.particle_width.set(20)
    session.set_nm_per_px(None)
    find(compute)
    assert sees(session, 1.5)


def test_after_stop_the_search_can_be_run_again(session, compute):
    session.show(picture())
    session.stop()
    assert not session.busy
    assert session.failures == {"unet": "stopped"}
    assert session.can_run_again
    session.retry()
    find(compute)
    assert sees(session, 1.5)
    assert session.failures == {}


def test_where_nobody_could_look_it_is_seen_as_it_is_until_somebody_tries_again(session, compute):
    session.show(picture())
    (job,) = compute.waiting(FIND)
    job.fail()
    assert session.message == session.particle_width.said == DIED
    compute.work()
    assert sees(session, 1.0)
    session.retry()
    find(compute)
    assert sees(session, 1.5)


def test_a_search_that_ends_after_another_micrograph_was_opened_is_of_the_one_it_was_asked_of(
    session, compute
):
    compute.stops_at_once = False
    session.show(picture())
    (early,) = compute.waiting(FIND)
    session.show(picture(1))
    early.answer(FOUND._replace(width_px=10.0))
    assert session.particle_px is None
    compute.waiting(FIND)[-1].answer(FOUND)
    compute.work()
    assert sees(session, 1.5)


@pytest.mark.parametrize("width", [0, -3, float("nan")])
def test_what_is_no_width_is_refused(session, width):
    session.show(picture())
    with pytest.raises(WorkbenchError, match="particle_widths"):
        session.particle_width.set(width)
    assert session.particle_widths == {}


def test_a_width_that_was_set_is_saved_with_the_session_and_said_by_the_script(session, compute):
    session.open_sample("easy")
    session.set_nm_per_px(None)
    session.particle_width.set(48)
    session.dilation_cache.set_scale("unet", 1.5)
    assert 'wb.segment(m, wb.at_scale(wb.load_network("unet"), 1.5), particle_px=48)' in script(session)
    saved = session.state().model_dump_json()
    session.particle_width.set(20)
    session.restore(parse_session(saved))
    session.set_nm_per_px(None)
    assert session.particle_px == 48
    assert session.particle_width.set_by_hand
