"""How a batch stands is read from its folder, whoever works on it."""

import os

import pytest

from workbench.batch.status import (
    PAUSE_FILE,
    PROCESS_FILE,
    STATUS_FILE,
    STOP_FILE,
    FoundOfNetwork,
    MicrographStatus,
    WrittenStatus,
    read_status,
)
from workbench.errors import ComputeError
from workbench.process_files import write_process

DONE = MicrographStatus(
    title="a.tif",
    file="/a.tif",
    state="done",
    found=(FoundOfNetwork(network="otsu", particles=3, area=0.2, median=4.0),),
)
WAITS = MicrographStatus(title="b.tif", file="/b.tif")


def written(folder, **told):
    WrittenStatus(micrographs=[DONE, WAITS], left_s=12.0, **told).write(folder)


def test_a_folder_without_a_batch_has_no_status(tmp_path):
    assert read_status(tmp_path) is None


def test_one_that_nobody_works_on_is_open_and_says_what_ended_it(tmp_path):
    written(tmp_path, said="No room on the disk.")
    found = read_status(tmp_path)
    assert (found.phase, found.said, found.left_s) == ("open", "No room on the disk.", None)
    assert not found.alive
    assert (found.count("done"), found.count("waits"), found.count("failed")) == (1, 1, 0)
    assert found.micrographs == (DONE, WAITS)


def test_one_that_is_done_is_finished(tmp_path):
    written(tmp_path, step="done")
    assert read_status(tmp_path).phase == "finished"


def test_a_process_works_pauses_or_stops(tmp_path):
    write_process(tmp_path / PROCESS_FILE, os.getpid())
    assert read_status(tmp_path).phase == "works"  # it has not written yet
    written(tmp_path)
    assert (read_status(tmp_path).phase, read_status(tmp_path).left_s) == ("works", 12.0)
    (tmp_path / PAUSE_FILE).touch()
    assert read_status(tmp_path).phase == "paused"
    (tmp_path / STOP_FILE).touch()
    assert read_status(tmp_path).phase == "stopping"
    assert read_status(tmp_path).alive


def test_a_file_of_something_else_is_one_sentence(tmp_path):
    (tmp_path / STATUS_FILE).write_text("[]")
    with pytest.raises(ComputeError, match="not what a batch writes"):
        read_status(tmp_path)
