"""What happened in a run: a line each, of which a crash costs at most the last."""

import errno
import json
import os
import time
from pathlib import Path

import pytest

from workbench.errors import ComputeError
from workbench.training.events import append_event, forget_epochs, read_events


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.jsonl"


def kinds(path):
    return [(event["event"], event.get("epoch")) for event in read_events(path)]


def test_events_are_read_in_their_order_with_the_time(path):
    assert read_events(path) == []
    before = time.time()
    append_event(path, "epoch", epoch=0, loss=1.5)
    append_event(path, "note", message="粒子\u2028and a line")
    epoch, note = read_events(path)
    assert {"event": "epoch", "epoch": 0, "loss": 1.5}.items() <= epoch.items()
    assert note["message"] == "粒子\u2028and a line"
    assert before - 0.001 <= epoch["time"] <= note["time"] <= time.time() + 0.001


def test_a_line_cut_short_is_left_out_and_takes_no_other_along(path):
    append_event(path, "epoch", epoch=0, loss=1.0)
    with path.open("a") as log:
        log.write('{"event": "epo')
    assert kinds(path) == [("epoch", 0)]
    append_event(path, "epoch", epoch=1)
    append_event(path, "epoch", epoch=2)
    assert kinds(path) == [("epoch", 0), ("epoch", 1), ("epoch", 2)]
    assert len(path.read_text().splitlines()) == 4


@pytest.mark.parametrize("line", ["[]", "3", "null", "epoch 3"])
def test_a_line_that_is_no_event_is_left_out(path, line):
    path.write_text(f'{line}\n{{"event": "note"}}\n')
    assert kinds(path) == [("note", None)]


def test_forgotten_epochs_are_gone_and_the_rest_stays(path):
    for epoch in range(3):
        append_event(path, "epoch", epoch=epoch)
    append_event(path, "halved", message="x")
    forget_epochs(path, 1)
    assert kinds(path) == [("epoch", 0), ("halved", None)]
    before = path.stat().st_ino
    forget_epochs(path, 1)  # nothing more to forget, and nothing is written
    assert path.stat().st_ino == before


def test_a_full_disk_is_said(path, monkeypatch):
    def full(*_arguments, **_names):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(
        ComputeError, match=r"events cannot be written \(No space left on device\); make room"
    ):
        append_event(path, "epoch", epoch=0)


def test_a_file_that_cannot_be_read_now_is_said(path):
    path.mkdir()
    with pytest.raises(ComputeError, match="cannot be read"):
        read_events(path)


def test_each_event_is_one_line_of_json(path):
    append_event(path, "note", message="two\nlines")
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["message"] == "two\nlines"
