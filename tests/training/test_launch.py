"""Training in other processes: one that outlives this, and several that share a batch under torchrun."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import cli
from workbench.errors import ComputeError
from workbench.networks.network import load_network
from workbench.training.loop import train
from workbench.training.recipe import Optimiser
from workbench.training.recipe_file import write_recipe
from workbench.training.runs import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _package_on_the_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *arguments])
    return ended.value.code or 0


def test_torchrun_gives_the_loss_of_one_process_with_the_same_batch(short, tmp_path):
    # Without batch normalisation: torch synchronises it on GPUs only (see devices.synchronised). Dice is over the
    # batch, and a batch holds crops with and without particles: a mean of the two processes' losses would differ. Plain
    # SGD, for Adam would hide a gradient that is half as long.
    update = {
        "options": {"base": 4, "depth": 2, "norm": "none"},
        "optimiser": Optimiser(kind="sgd"),
        "learning_rate": 0.1,
        "crop": 32,
    }
    plain = short.model_copy(update=update)
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(plain.model_copy(update={"device": "cpu"})))
    one = train(plain, runs=tmp_path / "one")
    arguments = ["--nproc-per-node", "2", "--standalone", "-m", "workbench", "train", str(path)]
    ended = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *arguments, "--runs", str(tmp_path / "two")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ended.returncode == 0, ended.stderr
    two = Run(tmp_path / "two" / "tiny")
    for mine, theirs in zip(one.events("epoch"), two.events("epoch"), strict=True):
        assert theirs["loss"] == pytest.approx(mine["loss"], abs=1e-4)
        assert theirs["dice_hard"] == pytest.approx(mine["dice_hard"], abs=1e-4)
    for mine, theirs in zip(*(load_network(r.folder).module.parameters() for r in (one, two)), strict=True):
        assert float((mine - theirs).detach().abs().max()) < 1e-4
    lines = (two.folder / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        "epoch",
        "epoch",
        "finished",
    ]  # one process writes
    assert ended.stdout.count(", loss") == 6
    assert ended.stdout.count(str(two.checkpoint)) == 1


def test_a_run_in_a_process_of_its_own_is_waited_for(short, tmp_path):
    run = train(short, runs=tmp_path / "runs", wait=False)
    assert run.status == "running"
    with pytest.raises(ComputeError, match="is being trained"):
        train(short, runs=tmp_path / "runs", wait=False)
    assert run.wait(timeout=120).status == "finished"
    assert len(run.events("epoch")) == 2
    assert "epoch 2 of 2" in (run.folder / "log.txt").read_text()


def test_a_run_in_a_process_of_its_own_says_why_it_failed(short, tmp_path):
    run = train(short.model_copy(update={"crop": 128}), runs=tmp_path / "runs", wait=False)
    with pytest.raises(ComputeError, match="crop 128 is larger"):
        run.wait(timeout=120)


def test_stop_from_elsewhere_ends_the_run_after_its_step(short, tmp_path, capsys):
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(short))
    run = Run(tmp_path / "runs" / "tiny")
    steps = []

    def stop(_done: float, _text: str) -> None:
        steps.append(True)
        if len(steps) == 2:
            run.stop()

    with pytest.raises(Exception, match="stopped in epoch 1"):
        train(path, runs=tmp_path / "runs", progress=stop)
    assert run.status == "stopped"
    assert main("--resume", str(run.folder)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(run.checkpoint)
    assert run.status == "finished"
    assert run.events("resumed")[0]["step"] == 2
    assert len(run.events("epoch")) == 2


def test_the_command_takes_a_recipe_or_a_run(short, tmp_path, capsys):
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(short))
    assert main(str(path), "--runs", str(tmp_path / "runs")) == 0
    assert "epoch 2 of 2" in capsys.readouterr().out
    for arguments in ([], [str(path), "--resume", str(tmp_path)], ["--resume", str(tmp_path)]):
        assert main(*arguments) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
