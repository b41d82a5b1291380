"""A run says once a second what it does, and never brings a folder back that was deleted."""

import json
import time

import pytest

from workbench.errors import ComputeError
from workbench.training.heartbeat import EVERY_S, Heartbeat, HeartbeatWriter, file_of, read_beat


@pytest.fixture
def run(tmp_path):
    (tmp_path / "state").mkdir()
    return tmp_path


class Clocks:
    """What a person sets, and what only goes on; both in seconds."""

    def __init__(self, monkeypatch):
        self.wall, self.steady = time.time(), time.monotonic()
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "monotonic", lambda: self.steady)

    def pass_by(self, seconds):
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks(monkeypatch):
    return Clocks(monkeypatch)


def test_what_is_said_last_is_read(run, clocks):
    assert read_beat(run) is None
    HeartbeatWriter(run).beat("training", 3, 10, "epoch 1")
    assert read_beat(run) == Heartbeat(clocks.wall, "training", 3, 10, "epoch 1")
    clocks.pass_by(4)
    assert read_beat(run).age_s == pytest.approx(4)
    assert [file.name for file in (run / "state").iterdir()] == ["heartbeat.json"]


def test_it_is_said_once_a_second_and_at_once_where_the_phase_changes(run, clocks):
    writer = HeartbeatWriter(run)
    writer.beat("training", 1)
    writer.beat("training", 2)
    assert read_beat(run).step == 1
    writer.beat("validating", 3)
    assert read_beat(run).step == 3
    clocks.pass_by(EVERY_S)
    writer.beat("validating", 4)
    assert read_beat(run).step == 4


def test_a_clock_that_is_set_back_stops_no_heart(run, clocks):
    writer = HeartbeatWriter(run)
    writer.beat("training", 1)
    clocks.pass_by(2)
    clocks.wall -= 3600
    assert read_beat(run).age_s == 0  # not younger than now
    writer.beat("training", 2)
    assert read_beat(run) == Heartbeat(clocks.wall, "training", 2)


def test_nothing_is_made_where_the_run_is_gone(tmp_path):
    HeartbeatWriter(tmp_path / "gone").beat("training")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"phase": "training"}', '{"time": 1, "phase": "training", "no": 1}']
)
def test_what_is_no_sign_of_life_is_none(run, text):
    file_of(run).write_text(text)
    assert read_beat(run) is None


def test_what_cannot_be_read_now_is_said(run):
    file_of(run).mkdir()
    with pytest.raises(ComputeError, match="cannot be read"):
        read_beat(run)


def test_a_later_version_may_leave_out_what_has_a_default(run):
    file_of(run).write_text(json.dumps({"time": 5.0, "phase": "paused"}))
    assert read_beat(run) == Heartbeat(5.0, "paused", 0, 0, "")
