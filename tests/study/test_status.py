"""What a study is before it begins, how it stands by its folder alone, and who may work on it."""

import json
import os
import time
from pathlib import Path

import pytest

from workbench.process_files import write_process
from workbench.study.launch import ask_to_stop
from workbench.study.overview import PlannedCell
from workbench.study.results import MicrographScore, Result, write_result
from workbench.study.status import Watcher

CELLS = [PlannedCell(f"a-d{d}-s{s}", "A", "none", "A", str(d), None, s) for s in (0, 1) for d in (1, 2)]


def done(out: Path, name: str, dices: tuple[float, ...], wall_s: float = 10.0) -> None:
    scores = [
        MicrographScore(
            set="t", micrograph=f"m{n}", dice_hard=dice, iou=0, precision=0, recall=0, seconds=0.1
        )
        for n, dice in enumerate(dices)
    ]
    write_result(out, Result(cell=name, status="done", recipe={}, scores=scores, wall_s=wall_s))


def beat(out: Path, name: str, step: int, age_s: float = 0.0) -> None:
    state = out / "runs" / name / "state"
    state.mkdir(parents=True)
    said = {"time": time.time() - age_s, "phase": "training", "step": step, "steps": 100, "said": ""}
    (state / "heartbeat.json").write_text(json.dumps(said))


def test_how_a_study_stands_is_read_from_its_folder_alone(tmp_path):
    watcher = Watcher(tmp_path, CELLS)
    assert watcher.look().phase == "new"
    done(tmp_path, "a-d1-s0", (0.8, 0.9))
    beat(tmp_path, "a-d2-s0", 40)
    write_result(
        tmp_path, Result(cell="a-d1-s1", status="failed", why="There is not enough memory.", recipe={})
    )
    write_process(tmp_path / "process.json", os.getpid())
    found = watcher.look()
    assert (found.phase, found.alive) == ("works", True)
    assert [cell.state for cell in found.cells.values()] == ["done", "trained", "failed", "waits"]
    assert found.cells["a-d1-s0"].dice == pytest.approx(0.85)
    assert found.cells["a-d2-s0"].fraction == 0.4
    assert found.failures == {"a-d1-s1": "There is not enough memory."}
    # the only one that is done took 10 s; 0.6 of one and a whole one are left, one at a time
    assert found.left_s == pytest.approx(16)

    ask_to_stop(tmp_path)
    assert watcher.look().phase == "stopping"
    (tmp_path / "process.json").unlink()
    (tmp_path / "log.txt").write_text("4 cells\nThe study was stopped with 1 of 4 cells done.\n")
    found = watcher.look()
    assert (found.phase, found.said) == ("open", "The study was stopped with 1 of 4 cells done.")
    assert found.cells["a-d2-s0"].state == "begun"
    assert found.left_s is None

    done(tmp_path, "a-d2-s0", (0.5,))
    done(tmp_path, "a-d2-s1", (0.5,))
    assert watcher.look().phase == "finished"


def test_a_process_that_died_leaves_its_last_words(tmp_path):
    beat(tmp_path, "a-d1-s0", 40)
    (tmp_path / "process.json").write_text(json.dumps([os.getpid(), 1.0]))  # one of 1970 with our number
    assert Watcher(tmp_path, CELLS).look().said == "Its process ended without a word."
    (tmp_path / "log.txt").write_text("1 of 4  a-d2-s1\nKilled\n\n")
    assert Watcher(tmp_path, CELLS).look().said == "Its process ended. It said last: Killed"


def test_a_result_that_is_written_again_is_read_again(tmp_path):
    watcher = Watcher(tmp_path, CELLS)
    done(tmp_path, "a-d1-s0", (0.5,))
    assert watcher.look().cells["a-d1-s0"].dice == 0.5
    done(tmp_path, "a-d1-s0", (0.7,))
    assert watcher.look().cells["a-d1-s0"].dice == 0.7
