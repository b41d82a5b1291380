"""A batch that outlives the page: begun, found, asked to pause, to go on and to stop."""

import time

import pytest
from batches import folder_of

from workbench.batch.launch import ask_to_pause, ask_to_stop, held_folder, resume, start_process
from workbench.batch.plan import BatchPlan
from workbench.batch.status import LOG_FILE, PAUSE_FILE, PROCESS_FILE, STOP_FILE, read_status
from workbench.errors import ComputeError


def test_wishes_are_files_that_the_next_process_forgets(tmp_path):
    ask_to_pause(tmp_path)
    ask_to_stop(tmp_path)
    assert (tmp_path / PAUSE_FILE).exists()
    assert (tmp_path / STOP_FILE).exists()
    resume(tmp_path)
    resume(tmp_path)
    assert not (tmp_path / PAUSE_FILE).exists()
    with held_folder(tmp_path):
        assert not (tmp_path / STOP_FILE).exists()
        assert (tmp_path / PROCESS_FILE).exists()
    assert not (tmp_path / PROCESS_FILE).exists()


def test_a_wish_that_nobody_can_hear_is_said(tmp_path):
    for wish in (ask_to_pause, ask_to_stop):
        with pytest.raises(ComputeError, match="does not hear of it"):
            wish(tmp_path / "missing")


def test_two_do_not_work_on_one_folder(tmp_path):
    with held_folder(tmp_path), pytest.raises(ComputeError, match="being worked on by another process"):
        start_process(BatchPlan.of(["a"], ["otsu"]), tmp_path)


def test_what_went_wrong_is_raised_and_the_folder_let_go(tmp_path):
    with pytest.raises(ValueError, match="gone"), held_folder(tmp_path):
        raise ValueError("gone")
    assert read_status(tmp_path) is None


@pytest.mark.slow
def test_a_process_of_its_own_does_the_batch(tmp_path):
    inside, out = folder_of(tmp_path / "in", 1), tmp_path / "out"
    start_process(BatchPlan.of([inside], ["otsu"]), out, workers=1)
    while (status := read_status(out)).alive:
        time.sleep(0.1)
    assert status.phase == "finished", (out / LOG_FILE).read_text()
    assert status.micrographs[0].found[0].particles == 3
    assert "m0.tif  otsu  3 particles" in (out / LOG_FILE).read_text()
