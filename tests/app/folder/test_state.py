"""The batch of a page: chosen, begun, paused, stopped, found again, and opened row by row, without a browser."""

import os
import threading

import pytest
from batch_standing import NAMES, done, micrographs, write_folder
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.folder import state as folder_state
from workbench.app.folder.traits import READING
from workbench.app.session import Session
from workbench.batch.launch import held_folder
from workbench.batch.plan import BatchPlan
from workbench.batch.status import PAUSE_FILE, PROCESS_FILE, STATUS_FILE, STOP_FILE, WrittenStatus
from workbench.process_files import write_process


@pytest.fixture
def folder(session):
    return session.folder


@pytest.fixture
def begun(folder, at_work):
    """A batch that is under way."""
    folder.choose("sample-3").join()
    folder.start()
    assert folder.standing.phase == "works"
    return at_work


# -- choosing


def test_a_folder_is_counted_and_what_is_passed_over_is_said(folder):
    folder.choose("sample-3").join()
    assert (folder.folder, folder.out, folder.count) == ("sample-3", "sample-3/results", 4)
    assert folder.passed_over == ["passed over 1 file of another kind (.txt)."]
    assert folder.warning == folder.why_not_start() == ""


@pytest.mark.parametrize(
    ("place", "out", "said"),
    [
        ("empty", None, "empty: there is no micrograph in this folder"),
        (".", None, "there is no micrograph in this folder, only 2 folders"),
        ("nosuch", None, "there is no such file"),
        ("../elsewhere", None, "lies outside the data folder"),
        ("sample-3/a.tif", None, "sample-3/a.tif is a file; choose the folder that it lies in."),
        ("sample-3", "../results", "choose a folder for the results inside the data folder"),
        (
            "sample-3",
            "sample-3/a.tif/results",
            "cannot be the folder of the results: a part of its path is a file",
        ),
        ("sample-3", " ", "Name a folder for the results, such as results."),
    ],
)
def test_what_cannot_be_run_says_why_in_one_sentence_and_does_not_begin(
    session, folder, data, at_work, place, out, said
):
    (data.root / "empty").mkdir()
    folder.choose(place, out).join()
    assert said in folder.warning
    assert "\n" not in folder.warning
    folder.start()
    assert said in session.message
    assert at_work.started == []


def test_a_folder_that_cannot_be_looked_into_says_why(folder, sample, monkeypatch):
    def refused(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(sample), "iterdir", refused)
    folder.choose("sample-3").join()
    assert folder.warning == "sample-3 cannot be looked into (Permission denied)."


def test_without_a_network_nothing_begins(session, folder, at_work):
    session.selected = []
    folder.choose("sample-3").join()
    folder.start()
    assert session.message == "No network is shown; show one under Networks first."
    assert at_work.started == []


def test_it_follows_the_list_of_files_until_a_hand_chooses(session, folder, data):
    write_folder(data.root / "sample-4")
    session.files.go_to("sample-3")
    assert (folder.folder, folder.out) == ("sample-3", "sample-3/results")
    assert folder.count is None  # nobody looks at it
    folder.choose("sample-4").join()
    session.files.go_to("")
    assert (folder.folder, folder.listed) == ("sample-4", ".")
    folder.choose_listed().join()
    session.files.go_to("sample-3")
    assert folder.folder == "sample-3"


def test_a_folder_is_looked_through_whenever_it_comes_into_sight(folder, sample):
    folder.choose("sample-3").join()
    folder.be_looked_at(active=True)
    folder._checking.join()
    (sample / "a.tif").unlink()
    folder.be_looked_at(active=True)
    assert folder.count == 4  # it is in sight already
    folder.be_looked_at(active=False)
    folder.be_looked_at(active=True)
    folder._checking.join()
    assert folder.count == 3


def test_the_latest_choice_counts_however_long_an_earlier_one_takes(folder, data, monkeypatch):
    write_folder(data.root / "slow")
    real = folder_state.find_inputs

    def slow(paths):
        if paths[0].name == "slow":
            wait_for(lambda: folder.count == 4)
        return real([*paths, data.root / "sample-3" / "a.tif"])

    monkeypatch.setattr(folder_state, "find_inputs", slow)
    first = folder.choose("slow")
    folder.choose("sample-3").join()
    first.join()
    assert (folder.folder, folder.count, folder.warning) == ("sample-3", 4, "")


def test_typed_folders_are_chosen(folder, data):
    folder.folder = "sample-3"
    folder._checking.join()
    assert (folder.out, folder.count, folder.follows) == ("sample-3/results", 4, False)
    folder.out = "elsewhere"
    folder._checking.join()
    assert (folder.folder, folder.out, folder.warning) == ("sample-3", "elsewhere", "")


# -- a process of its own


def test_it_begins_with_what_is_set_on_the_page(session, folder, at_work, sample):
    session.selected = ["otsu"]
    session.set_threshold("otsu", 0.6)
    folder.rois = True
    folder.start()  # from a script, before the folder was looked through
    assert "there is no micrograph" in session.message
    folder.choose("sample-3")
    folder.start()
    ((plan, out),) = at_work.started
    assert out == sample / "results"
    assert plan == BatchPlan.of([sample], ["otsu"], threshold=0.6, rois=True)
    assert folder.begun_with == plan
    assert not folder.begun_otherwise
    session.set_threshold("otsu", 0.7)
    assert folder.begun_otherwise


def test_it_is_paused_resumed_and_stopped_and_goes_on(session, folder, begun, sample):
    out = sample / "results"
    folder.start()
    assert session.message == "It is under way."
    folder.pause()
    assert (out / PAUSE_FILE).exists()
    assert folder.standing.phase == "paused"
    assert folder.why_not_start() == "It is paused; Resume goes on with it."
    folder.resume()
    assert folder.standing.phase == "works"
    folder.stop()
    assert (out / STOP_FILE).exists()
    assert folder.standing.phase == "stopping"
    begun.end()
    folder.look()
    assert (folder.standing.phase, folder.died) == ("open", False)
    folder.pause()
    assert session.message == "Nothing is under way."
    session.message = ""
    folder.start()
    assert session.message == ""
    assert len(begun.started) == 2


def test_a_process_that_died_is_told_from_one_that_was_stopped(folder, begun):
    begun.end(leave=False)
    folder.look()
    assert (folder.standing.phase, folder.died) == ("open", True)


def test_a_script_waits_for_the_end_and_gets_how_it_stands(folder, at_work, sample):
    folder.choose("sample-3").join()
    waiting = folder.start()
    at_work.end(micrographs=[done(sample, name) for name in NAMES], step="done")
    assert waiting.result(60).phase == "finished"
    assert waiting.result(60).count("done") == 4


def test_another_process_at_work_there_is_one_sentence(session, folder, sample):
    folder.choose("sample-3").join()
    with held_folder(sample / "results"):
        (sample / "results" / PROCESS_FILE).unlink()  # as where it has only just begun
        folder.start()
    assert "is being worked on by another process; wait, or stop it first" in session.message


# -- found again


def test_another_page_finds_it_by_its_folder_and_a_saved_session_by_itself(
    session, folder, begun, data, sample
):
    later = Session(data=data, compute=FakeCompute()).folder
    later.choose("sample-3").join()
    assert (later.standing.phase, later.standing.count("done")) == ("works", 2)
    saved = parse_session(session.state().model_dump_json())
    again = Session(data=data, compute=FakeCompute())
    again.restore(saved)
    assert (again.folder.out, again.folder.follows) == ("sample-3/results", False)
    again.folder.look()
    assert again.folder.standing == folder.standing


def test_one_that_was_begun_from_the_command_line_is_found_by_the_folder_of_its_results(folder, data, sample):
    out = data.root / "by-hand"
    out.mkdir()
    plan = BatchPlan.of([sample], ["otsu"])
    plan.write(out)
    write_process(out / PROCESS_FILE, os.getpid())
    WrittenStatus(micrographs=micrographs(sample)).write(out)
    folder.choose("sample-3", "by-hand").join()
    assert (folder.standing.phase, folder.begun_with) == ("works", plan)
    assert folder.begun_otherwise


def test_another_folder_of_results_forgets_what_was_shown(folder, begun):
    folder.out = "sample-3/other"
    assert (folder.standing, folder.begun_with, folder.files) == (None, None, [])


def test_a_saved_session_that_follows_the_list_goes_on_following(session, data):
    saved = parse_session(session.state().model_dump_json())
    again = Session(data=data, compute=FakeCompute())
    again.files.go_to("sample-3")
    again.restore(saved)
    assert (again.folder.folder, again.folder.follows) == ("sample-3", True)


def test_a_session_of_before_has_no_folder(session, data):
    saved = session.state().model_copy(update={"batch": {}})
    session.folder.choose("sample-3").join()
    session.restore(saved)
    assert (session.folder.folder, session.folder.follows) == (".", True)


# -- looking


def test_a_page_looks_at_it_for_as_long_as_it_lives(folder, begun, sample, monkeypatch):
    monkeypatch.setattr(folder_state, "LOOK_EVERY_S", 0.001)
    folder.watch()
    folder.watch()
    begun.write(micrographs=[done(sample, name) for name in NAMES])
    wait_for(lambda: folder.standing.count("done") == 4)
    (sample / "results" / "report.html").write_text("<p>")
    wait_for(lambda: folder.files == ["report.html"])


def test_what_cannot_be_read_now_is_shown_as_it_was_and_said_once(session, folder, begun, sample):
    status = sample / "results" / STATUS_FILE
    text = status.read_text()
    status.unlink()
    status.mkdir()
    before, heard = folder.standing, []
    session.observe(lambda change: heard.append(change["new"]), names="message")
    for _ in range(3):
        folder.look()
    assert folder.standing == before
    assert STATUS_FILE in folder.unread
    assert "cannot be read now" in folder.why_not_start()
    (said,) = heard
    assert said.endswith("What is shown is as it was.")
    status.rmdir()
    status.write_text(text)
    folder.look()
    assert folder.unread == ""


def test_what_nobody_works_on_is_read_once(folder, begun, monkeypatch):
    begun.end()
    reads, real = [], folder_state.read_status

    def read(out):
        reads.extend([out] if out == begun.out else [])  # pages of other tests may still watch
        return real(out)

    monkeypatch.setattr(folder_state, "read_status", read)
    for _ in range(3):
        folder.look()
    assert len(reads) == 1
    begun.write(said="It was stopped.")
    folder.look()
    assert folder.standing.said == "It was stopped."
    begun(folder.planned, begun.out)
    for _ in range(3):
        folder.look()  # who works on it may die without a word
    assert len(reads) == 5


def test_a_plan_that_is_none_is_taken_for_none(folder, begun, sample):
    (sample / "results" / "batch.json").write_text("{}")
    folder.look()
    assert folder.begun_with is None
    assert folder.unread == ""


# -- rows


def test_a_row_opens_its_micrograph_with_the_pixel_size_of_the_batch(session, folder, begun, sample):
    assert folder.number_of_open() == 0
    folder.open(2).result(60)
    assert session.micrograph.name == "b"
    assert session.nm_per_px == pytest.approx(0.05)
    assert folder.number_of_open() == 2
    assert folder.open(0) is folder.open(5) is None
    folder.nm_per_px = 0.125
    begun(folder.planned, sample / "results")
    folder.look()
    folder.open(1).result(60)
    assert (session.micrograph.name, session.nm_per_px) == ("a", 0.125)


# -- the script


def test_a_script_runs_what_was_begun(session, folder, begun, sample):
    out = sample / "results"
    text = script(session)
    line = f"wb.batch([{str(sample)!r}], ['fcn8s', 'unet'], {str(out)!r}, threshold=0.45)"
    assert line in text
    compile(text, "script", "exec")
    begun.end()
    session.set_threshold("unet", 0.6)
    session.fill_holes = True
    folder.start()
    text = script(session)
    assert line not in text
    assert "threshold={'fcn8s': 0.45, 'unet': 0.6}, fill_holes=True)" in text


def test_nothing_is_in_the_script_where_nothing_was_begun(session, folder):
    folder.choose("sample-3").join()
    assert "batch" not in script(session)


def test_reading_is_said_while_it_takes(folder, monkeypatch):
    free, real = threading.Event(), folder_state.find_inputs
    monkeypatch.setattr(folder_state, "find_inputs", lambda paths: free.wait(60) and real(paths))
    checking = folder.choose("sample-3")
    assert folder.why_not_start() == READING
    free.set()
    checking.join()
    assert folder.why_not_start() == ""
