"""Dilation on the page's state, without a browser: what runs, what is kept, what is saved."""

import numpy as np
import pytest
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError


def dilations_run(fake):
    """The dilation of every job that a network got."""
    return [job.options["dilation"] for job in fake.all("segment")]


def ahead(fake):
    """The jobs that are computed ahead."""
    return [job for job in fake.waiting("segment") if not job.options["urgent"]]


def test_the_pane_keeps_its_answer_until_the_dilated_one_is_there(session, fake):
    before = session.segmentations["unet"]
    session.dilation_cache.set("unet", 3)
    assert not session.dilation_cache.shown("unet")
    assert session.segmentations["unet"] is before
    rest(fake)
    assert session.segmentations["unet"].network.shown == "U-Net (trained at 1, shown at 3)"
    assert session.dilation_cache.shown("unet")


def test_neighbours_are_computed_ahead_and_going_there_or_back_runs_no_network(session, fake):
    session.dilation_cache.set("unet", 2)
    rest(fake)
    assert dilations_run(fake) == [None, 2, 3]  # 1 stood in the pane
    assert session.dilation_cache._next("unet") == []
    for dilation, more in ((3, [4]), (1, [])):
        before = len(fake.all("segment"))
        session.dilation_cache.set("unet", dilation)
        # there in the same breath; what may start now is computed ahead, not what is shown
        assert session.segmentations["unet"].network.dilation == dilation
        assert session.dilation_cache.shown("unet")
        rest(fake)
        assert dilations_run(fake)[before:] == more


def test_what_is_asked_stops_what_is_computed_ahead(session, fake):
    session.dilation_cache.set("unet", 5)
    fake.waiting("segment")[0].run()
    rest(fake, "post_process")
    (latest,) = ahead(fake)
    assert latest.options["dilation"] == 6
    session.dilation_cache.set("unet", 2)
    assert latest.state == "stopped"
    rest(fake)
    assert session.segmentations["unet"].network.dilation == 2


def test_what_is_computed_ahead_and_comes_late_is_asked_again_when_it_is_wanted(session, fake):
    fake.stops_at_once = False
    session.dilation_cache.set("unet", 5)
    fake.waiting("segment")[0].run()
    rest(fake, "post_process")
    (latest,) = ahead(fake)
    session.dilation_cache.set("unet", 2)
    latest.run()
    assert session.segmentations["unet"].network.dilation == 5  # until 2 is there
    rest(fake)
    assert session.segmentations["unet"].network.dilation == 2
    session.dilation_cache.set("unet", 6)
    rest(fake)
    assert session.segmentations["unet"].network.dilation == 6
    assert dilations_run(fake).count(6) == 2


def test_what_failed_ahead_is_not_tried_again_until_it_is_asked_for_and_nobody_is_told(session, fake):
    session.dilation_cache.set("unet", 5)
    fake.waiting("segment")[0].run()
    rest(fake, "post_process")
    ahead(fake)[0].fail("no memory")
    rest(fake)
    assert dilations_run(fake) == [None, 5, 6]
    assert (session.message, session.failures) == ("", {})
    session.dilation_cache.set("unet", 6)
    rest(fake)
    assert session.segmentations["unet"].network.dilation == 6


def test_undo_script_and_saved_session_know_the_dilation(session, fake, tmp_path):
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    assert 'wb.dilate(wb.load_network("unet"), [1, 1, 2, 2, 4])' in script(session)
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.restore(parse_session(session.state().model_dump_json()))
    assert other.dilations == {"unet": [1, 1, 2, 2, 4]}
    session.undo()
    assert session.dilations == {}
    assert "dilate" not in script(session)
    session.redo()
    assert session.dilations == {"unet": [1, 1, 2, 2, 4]}
    with pytest.raises(WorkbenchError, match="not a session"):
        parse_session('{"dilations": {"unet": 0}}')


@pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start
def test_a_real_worker_runs_a_network_dilated_and_scaled_and_measures_its_field(compute, noise, tmp_path):
    session = Session(data=DataFolder(tmp_path), compute=compute)
    session.selected = ["unet"]
    session.show(noise)
    session.wait()
    assert session.fields["unet"].square_px == 200
    assert session.fields["unet"].levels == 5
    assert session.fields["unet"].half_px is None
    assert "larger than noise" in session.fields["unet"].exceeds
    assert session.domain_warnings["unet"]  # no network has learned from noise alone
    session.show_rings = True
    session.wait()
    field = session.fields["unet"]
    assert 0 < field.half_px < field.most_px < 100
    assert field.rings(session.micrograph)["text"] == "field 8 nm"
    assert field.rings(session.micrograph)["used"].startswith("50 % within")
    session.show_rings = False
    before = session.segmentations["unet"].probability
    session.dilation_cache.set("unet", 3)
    session.wait()
    dilated = session.segmentations["unet"]
    assert dilated.network.shown == "U-Net (trained at 1, shown at 3)"
    assert np.abs(dilated.probability - before).max() > 0.01
    assert session.fields["unet"].square_px > 200
    session.undo()
    session.dilation_cache.set_scale("unet", 1.5)
    session.wait()
    scaled = session.segmentations["unet"]
    assert scaled.network.shown == "U-Net (pixels x 1.5)"
    assert np.abs(scaled.probability - before).max() > 0.01
