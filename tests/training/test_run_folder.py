"""A run is a folder: what it holds, who works on it, and what it says when it cannot be used."""

import errno
import json
import os
from pathlib import Path

import psutil
import pytest

from workbench.errors import ComputeError, RecipeError
from workbench.training.loop import train
from workbench.training.recipe_file import read_recipe, write_recipe
from workbench.training.run_folder import RunFolder


def test_the_recipe_is_kept_word_for_word(short, tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("# why: to see\n" + write_recipe(short))
    run = train(path, runs=tmp_path / "runs")
    assert (run.folder / "recipe.toml").read_text() == path.read_text()
    assert run.recipe() == short
    names = {file.name for file in run.folder.iterdir() if "tfevents" not in file.name}
    assert names == {
        "recipe.toml",
        "recipe.json",
        "events.jsonl",
        "curve.csv",
        "sets.json",
        "environment.json",
        "state",
        "best.safetensors",
        "last.safetensors",
    }
    assert {file.name for file in (run.folder / "state").iterdir()} == {"last.pt", "lock", "heartbeat.json"}
    assert {"torch", "python"} <= json.loads((run.folder / "environment.json").read_text()).keys()
    assert run.checkpoint == run.folder / "best.safetensors"


def test_a_recipe_that_was_built_in_python_is_kept_as_toml(short, tmp_path):
    run = RunFolder.create(short, tmp_path / "runs")
    assert read_recipe(run.folder / "recipe.toml") == short


def test_a_run_of_this_name_with_another_recipe_is_not_continued(short, tmp_path):
    train(short, runs=tmp_path / "runs")
    with pytest.raises(RecipeError, match="holds a run with another recipe"):
        train(short.model_copy(update={"batch": 2}), runs=tmp_path / "runs")
    train(short.model_copy(update={"threads": 2}), runs=tmp_path / "runs")  # the same numbers


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ComputeError, match=r"no recipe\.toml in it"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_of_runs_without_permission_is_said(short, tmp_path, monkeypatch, number):
    def refuse(self, *_arguments, **_names):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(
        Path, "mkdir", refuse
    )  # root may write everywhere, so that taking rights away shows nothing
    with pytest.raises(ComputeError, match=f"cannot be written \\({os.strerror(number)}\\); choose another"):
        train(short, runs=tmp_path / "runs")


def test_a_file_where_the_folder_of_runs_should_be_is_said(short, tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(ComputeError, match="the run cannot be written"):
        train(short, runs=tmp_path / "runs")


def test_a_run_that_another_process_trains_is_left_to_it(short, tmp_path):
    run = RunFolder.create(short, tmp_path)
    run.claim(psutil.Process().ppid())
    assert run.status == "running"
    with pytest.raises(ComputeError, match="is being trained by process"):
        RunFolder.create(short, tmp_path)
    with pytest.raises(ComputeError, match="still runs after"):
        run.wait(timeout=0.01)
    run.release()
    assert run.status == "interrupted"


def test_the_number_of_a_process_that_ended_means_nothing(short, tmp_path):
    run = RunFolder.create(short, tmp_path)
    (run.folder / "state" / "process.json").write_text(json.dumps([os.getppid(), 1.0]))
    assert run.status == "interrupted"


def test_status_follows_the_last_word(short, tmp_path):
    run = RunFolder.create(short, tmp_path)
    for event, status in (
        ("stopped", "stopped"),
        ("resumed", "interrupted"),
        ("failed", "failed"),
        ("finished", "finished"),
    ):
        run.log(event, message="no")
        assert run.status == status
