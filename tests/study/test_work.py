"""What a worker does beside others of its machine; `test_study.py` lets it work on cells."""

from pathlib import Path

from workbench.study.work import take_own_turns
from workbench.training.device_queue import turns_folder


def test_later_workers_of_a_machine_take_turns_by_themselves(monkeypatch):
    monkeypatch.setenv("WORKBENCH_TURNS", "/turns")
    take_own_turns(Path("/turns"), "0")
    assert str(turns_folder()) == "/turns"
    take_own_turns(Path("/turns"), "1")
    assert str(turns_folder()) == "/turns/beside-1"
