"""The Folder panel: fields, buttons that say why they are off, what is run, and how it stands."""

import pytest
from batch_standing import NAMES, done, failed, write_folder
from waiting import wait_for

from workbench.app.folder.panel import FolderPanel
from workbench.app.folder.state import FolderState
from workbench.app.widgets.browser import Browser


@pytest.fixture
def panel(session):
    return FolderPanel(session, Browser())


@pytest.fixture
def make(panel):
    return panel.controls


@pytest.fixture
def chosen(session, panel):
    session.folder.choose("sample-3").join()
    return panel


@pytest.fixture
def begun(session, chosen, make, at_work):
    make["start"].click()
    assert session.message == ""
    return at_work


def visible(widget):
    return widget.layout.display != "none"


def test_what_is_in_the_folder_and_what_is_run_is_said_before_it_begins(chosen, make):
    assert (make["folder"].value, make["out"].value) == ("sample-3", "sample-3/results")
    assert chosen._found.value == "4 micrographs in sample-3. Passed over 1 file of another kind (.txt)."
    assert chosen._settings.value == (
        "FCN8s at p &gt; 0.45 and U-Net at p &gt; 0.45, smallest diameter as on their cards."
    )
    assert (make["start"].disabled, make["start"].description) == (False, "Start")
    assert (make["pause"].disabled, make["pause"].tooltip) == (True, "Nothing is under way.")
    assert (make["stop"].disabled, chosen.summary) == (True, "")
    assert not visible(chosen._warning)
    assert not visible(chosen.bar)


def test_what_cannot_begin_is_said_above_a_button_that_is_off(session, chosen, make):
    session.dilations = {"unet": 2}
    why = "U-Net is shown at dilation 2, and a folder is run as its card says; set it back under Mask, or hide it."
    assert chosen._warning.value == f"Cannot begin: {why}"
    assert (make["start"].disabled, make["start"].tooltip) == (True, why)
    session.dilations = {}
    session.selected = []
    assert "No network is shown" in chosen._warning.value
    session.selected = ["otsu"]
    session.folder.choose("nosuch").join()
    assert "there is no such file" in chosen._warning.value
    assert chosen._found.value == ""


def test_a_folder_is_typed_or_taken_from_the_list_of_files(session, panel, make, data):
    write_folder(data.root / "sample-4")
    make["folder"].value = "sample-3"
    session.folder._checking.join()
    assert (make["out"].value, session.folder.count) == ("sample-3/results", 4)
    assert (visible(make["listed"]), make["listed"].description) == (True, "take the data folder")
    session.files.go_to("sample-4")
    assert make["listed"].description == "take sample-4"
    make["listed"].click()
    session.folder._checking.join()
    assert make["folder"].value == "sample-4"
    assert not visible(make["listed"])


def test_a_pixel_size_for_all_is_a_number_or_nothing(session, chosen, make):
    make["nm_per_px"].value = " 0,05 "
    assert (session.folder.nm_per_px, make["nm_per_px"].value) == (0.05, "0.05")
    assert "0.05 nm/px whatever the files say" in chosen._settings.value
    for wrong in ("wide", "0", "-1", "inf"):
        make["nm_per_px"].value = wrong
        assert f"{wrong!r} is no pixel size" in session.message
        assert (session.folder.nm_per_px, make["nm_per_px"].value) == (0.05, "0.05")
    make["nm_per_px"].value = ""
    assert session.folder.nm_per_px is None


def test_extras_and_frames_go_into_the_plan(session, chosen, make):
    make["figures"].value = make["rois"].value = True
    make["frames"].set_state({"index": 1, "seen": make["frames"].edition})
    plan = session.folder.planned
    assert (plan.figures, plan.rois, plan.frames) == (True, True, "all")


def test_it_waits_for_more_where_that_is_asked_for(session, chosen, make, at_work):
    assert not make["more"].value
    make["more"].value = True
    make["start"].click()
    assert at_work.follows
    assert session.folder.asked()["more"]
    at_work.write(step="follows")
    session.folder.look()
    assert chosen._progress.value == "Under way: 2 of 4, 1 failed, waits for more."


def test_buttons_begin_pause_resume_and_stop(session, chosen, make, begun):
    assert chosen._progress.value == "Under way: 2 of 4, 1 failed, about 4 min left."
    assert (visible(chosen.bar), chosen.bar.value, chosen.summary) == (True, 0.75, "2 of 4")
    assert (make["start"].disabled, make["start"].tooltip) == (True, "It is under way.")
    make["pause"].click()
    assert (session.folder.standing.phase, make["pause"].description) == ("paused", "Resume")
    make["pause"].click()
    assert (session.folder.standing.phase, make["pause"].description) == ("works", "Pause")
    make["stop"].click()
    assert chosen._progress.value == "Is being stopped: 2 of 4, 1 failed."
    assert make["pause"].disabled
    begun.end(said="There is <no> room.")
    session.folder.look()
    assert chosen._progress.value == "Stopped: 2 of 4, 1 failed.<br>There is &lt;no&gt; room."
    assert (make["start"].description, make["start"].disabled) == ("Go on", False)
    assert not visible(chosen.bar)


def test_a_process_that_died_is_said(session, chosen, begun):
    begun.end(leave=False)
    session.folder.look()
    assert "died; batch-log.txt in the folder of the results may say why" in chosen._progress.value


def test_failed_ones_can_be_tried_again_at_the_end(session, chosen, make, begun, sample):
    begun.end(micrographs=[done(sample, "a"), failed(sample, "b")], step="done")
    session.folder.look()
    assert make["start"].description == "Try again"
    assert make["start"].tooltip == "Work on those again that failed; closing the page stops nothing"
    make["start"].click()
    begun.end(micrographs=[done(sample, name) for name in NAMES], step="done")
    session.folder.look()
    assert make["start"].description == "Start"


def test_results_of_other_settings_are_said_to_be_made_anew(session, chosen, make, begun):
    begun.end()
    session.folder.look()
    assert "otherwise" not in chosen._settings.value
    session.set_threshold("unet", 0.6)
    line = chosen._settings.value.split("<br>")[-1]
    assert line == (
        "What is in sample-3/results was made otherwise: FCN8s at p &gt; 0.45 and U-Net at p &gt; 0.45, smallest "
        "diameter as on their cards. It is made anew where it differs."
    )
    assert make["start"].description == "Start"


def test_it_is_looked_through_when_it_comes_into_sight_and_watched_once_it_is_shown(
    session, panel, monkeypatch
):
    watched = []
    monkeypatch.setattr(FolderState, "watch", lambda _state: watched.append(1))
    panel.was_shown()
    assert watched == [1]
    panel.is_open = True
    panel.was_looked_at()
    wait_for(lambda: "Cannot begin" in panel._warning.value)  # there is none in the data folder itself
