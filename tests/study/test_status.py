"""What a study is before it begins, how it stands by its folder alone, and who may work on it."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench import locks
from workbench.detached_process import LOCK_VARIABLE
from workbench.errors import ComputeError, RecipeError, Stopped
from workbench.locks import Lock
from workbench.study import run_study
from workbench.study.launch import ask_to_stop, held_folder, start_process
from workbench.study.overview import PlannedCell, overview
from workbench.study.results import MicrographScore, Result, write_result
from workbench.study.status import Watcher
from workbench.training.processes import write_process


def look_over(path: Path, out: Path, folder: Path):
    told = {"progress": lambda _done, _text: None, "stop": lambda: False}
    return overview(path.read_text(), "plan.toml", out, folder, **told)


def test_an_overview_names_cells_and_test_micrographs_from_any_folder(plan, sets, tmp_path):
    path = plan((f"{sets}/", ""), ("seeds = [0, 1, 2]", "seeds = [0, 1, 2]\ndilations = [1, 2]"))
    assert str(sets) not in path.read_text()
    found = look_over(path, tmp_path / "out", sets)
    assert (found.name, found.title, found.warnings) == ("tiny", "Two networks on discs", ())
    assert len(found.cells) == 2 * 2 * 3
    assert found.cells[1] == PlannedCell("unet-d2-s0", "U-Net", "none", "U-Net", "2", None, 0)
    assert (found.tests, found.micrographs) == (("test",), 4)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["train"]', '["nosuch"]', "nosuch is neither a folder or file that exists"),
        ('["test"]', '["train"]', "train is a test set, and unet is trained or validated on it"),
        ("crop = 64", "crop = 128", "crop 128 is larger than the smallest micrograph"),
        ('["test"]', '["validation"]', "no dose is known, of 2 of 2 test micrographs"),
    ],
)
def test_what_is_missing_is_a_sentence_of_the_overview(plan, sets, tmp_path, old, new, said):
    (warning,) = look_over(plan((f"{sets}/", ""), (old, new)), tmp_path / "out", sets).warnings
    assert said in warning
    assert str(sets) not in warning


def test_each_set_that_is_missing_is_named(plan, sets, tmp_path):
    path = plan((f"{sets}/", ""), ('["train"]', '["a"]'), ('["test"]', '["b"]'))
    (warning,) = look_over(path, tmp_path / "out", sets).warnings
    assert warning.startswith("a is neither a folder or file that exists")
    assert warning.endswith(". The same holds for b.")


def test_a_mistake_in_the_plan_is_said_with_its_line_and_key(plan, sets, tmp_path):
    with pytest.raises(RecipeError, match=r"plan\.toml: line 4: seed is not a key of a study"):
        look_over(plan(("seeds = [", "seed = [")), tmp_path / "out", sets)


def test_a_folder_with_cells_of_another_plan_is_doubted(plan, sets, tmp_path):
    write_result(tmp_path, Result(cell="unet-d1-s0", status="done", recipe={}))
    (warning,) = look_over(plan(), tmp_path, sets).warnings
    assert "holds unet-d1-s0 of another plan" in warning


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


def test_two_processes_do_not_begin_one_study(tmp_path):
    lock = Lock.take(tmp_path / "lock")
    assert lock is not None
    try:
        with pytest.raises(ComputeError, match="being worked on by another process"):
            start_process(tmp_path / "p.toml", tmp_path, working_folder=tmp_path)
    finally:
        lock.close()
    assert not (tmp_path / "process.json").exists()


def test_a_stop_that_is_asked_for_while_the_process_starts_is_heard(plan, tmp_path, monkeypatch):
    """Who starts a process holds the folder and hands it over; what is asked for in between holds, too."""
    out = tmp_path / "out"
    out.mkdir()
    lock = Lock.take(out / "lock")
    assert lock is not None
    monkeypatch.setenv(LOCK_VARIABLE, str(lock.number))
    ask_to_stop(out)
    told = []
    with pytest.raises(Stopped, match="with 0 of 6 cells done") as stopped:
        run_study(
            plan(), out, progress=lambda _done, text: told.append((text, (out / "process.json").exists()))
        )
    # who watches the folder takes what was said last, once the process has put its name away, for the end
    assert told[-1] == (str(stopped.value), True)
    assert not (out / "stop").exists()
    assert not (out / "process.json").exists()
    assert LOCK_VARIABLE not in os.environ


def test_a_file_system_without_locks_keeps_no_study_from_going_on_but_for_one_under_way(
    tmp_path, monkeypatch, capsys
):
    def refuse(_number, _how):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with held_folder(tmp_path):
        assert "keeps no locks" in capsys.readouterr().err
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_process(tmp_path / "process.json", other.pid)
        with pytest.raises(ComputeError, match="being worked on by another process"), held_folder(tmp_path):
            pass
        other.communicate(b"")


def test_a_link_in_place_of_the_lock_of_a_study_is_not_followed(tmp_path):
    (tmp_path / "mine").write_text("years of work")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lock").symlink_to(tmp_path / "mine")
    with pytest.raises(ComputeError, match="a link lies there"), held_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "mine").read_text() == "years of work"
