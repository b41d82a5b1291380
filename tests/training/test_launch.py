"""Training in other processes: one that outlives this, and several that share a batch under torchrun."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import torch
from forked_process import LINUX, ForkedProcess, run_forked

from workbench import cli, locks
from workbench.app.train.run_view import look_at
from workbench.errors import ComputeError
from workbench.networks.loading import load_network
from workbench.process_files import write_process
from workbench.training.device_queue import turn
from workbench.training.heartbeat import Heartbeat, HeartbeatWriter, file_of
from workbench.training.launch import _clear_up, begun, start_process
from workbench.training.loop import Run, train
from workbench.training.recipe import Optimiser
from workbench.training.recipe_file import write_recipe

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _package_on_the_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def long(short):
    """One epoch that does not end within a test."""
    return short.model_copy(update={"epochs": 1, "steps_per_epoch": 100_000})


def wait_for(condition, seconds=150):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *arguments])
    return ended.value.code or 0


@pytest.mark.parametrize("distance", [False, True])
def test_torchrun_gives_the_loss_of_one_process_with_the_same_batch(short, tmp_path, distance):
    # Without batch normalisation: torch synchronises it on GPUs only (see devices.synchronised). Dice is over the
    # batch, and a batch holds crops with and without particles: a mean of the two processes' losses would differ. Plain
    # SGD, for Adam would hide a gradient that is half as long.
    update = {
        "options": {"base": 4, "depth": 2, "norm": "none", "distance": distance},
        "optimiser": Optimiser(kind="sgd"),
        "learning_rate": 0.1,
        "crop": 32,
    }
    plain = short.model_copy(update=update)
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(plain.model_copy(update={"device": "cpu"})))
    one = train(plain, runs=tmp_path / "one")
    arguments = ["--nproc-per-node", "2", "--standalone", "-m", "workbench", "train", str(path)]
    ended = run_forked(
        [sys.executable, "-m", "torch.distributed.run", *arguments, "--runs", str(tmp_path / "two")],
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
        *(["note"] if distance else []),  # the labels are masks
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


def test_ten_starters_at_once_give_one_run(short, tmp_path):
    began, refused = [], []

    def press() -> None:
        try:
            began.append(start_process(short, tmp_path / "runs"))
        except ComputeError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(began) == 1
    assert all("is being trained" in why for why in refused)
    assert began[0].wait(timeout=120).status == "finished"
    assert len(began[0].events("epoch")) == 2


def test_a_run_waits_for_the_device_says_so_and_leaves_the_queue_when_stopped(short, tmp_path):
    cpu = short.model_copy(update={"device": "cpu"})
    with turn(cpu, "another"):
        run = train(cpu, runs=tmp_path / "runs", wait=False)
        wait_for(lambda: run.status == "queued")
        assert run.beat.said == "waits for cpu, where another is trained"
        wait_for(lambda: run.last_words() == ["tiny: waits for cpu, where another is trained."])
        run.stop()
        assert run.wait(timeout=120).status == "stopped"
    assert run.resume(wait=False).wait(timeout=120).status == "finished"


def test_pause_keeps_the_process_and_resume_lets_it_go_on(recipe, tmp_path):
    expected = train(recipe, runs=tmp_path / "whole")
    run = train(recipe, runs=tmp_path / "runs", wait=False)
    run.pause()
    wait_for(lambda: run.status == "paused")
    at, pid = run.beat.step, run._process().pid
    assert run.state_file.exists()
    with pytest.raises(ComputeError, match="is being trained"):
        start_process(recipe, tmp_path / "runs")
    run.resume(wait=False)
    assert run._process().pid == pid
    assert run.wait(timeout=120).status == "finished"
    assert [event["step"] for event in run.events("continued")] == [at]
    assert [e["loss"] for e in run.events("epoch")] == [e["loss"] for e in expected.events("epoch")]


@pytest.mark.skipif(not LINUX, reason="only a forked process tells its seconds of the processor")
def test_stop_ends_with_exit_code_0_and_within_five_seconds_of_work(long, tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(long))
    arguments = [sys.executable, "-m", "workbench", "train", str(path), "--runs", str(tmp_path / "runs")]
    process = ForkedProcess(arguments, stdout=subprocess.PIPE, text=True)
    run = Run(tmp_path / "runs" / "tiny")
    wait_for(lambda: run.beat is not None and run.beat.phase == "training")
    before = sum(psutil.Process(process.pid).cpu_times()[:2])
    run.stop()
    said, _ = process.communicate(timeout=150)
    assert process.returncode == 0
    assert process.cpu_s - before < 5  # a busy machine takes longer for as much work
    assert "was stopped in epoch 1" in said
    assert run.status == "stopped"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_the_command_in_good_order_with_the_state_of_its_step(long, tmp_path, number):
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(long.model_copy(update={"workers": 1})))
    arguments = [sys.executable, "-m", "workbench", "train", str(path), "--runs", str(tmp_path / "runs")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = (ForkedProcess if LINUX else subprocess.Popen)(arguments, **pipes, start_new_session=True)
    run = Run(tmp_path / "runs" / "tiny")
    try:
        wait_for(lambda: run.beat is not None and run.beat.phase == "training" and run.beat.step > 1)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # a terminal tells all of them, those that make crops too
        else:
            process.send_signal(number)
        told, errors = process.communicate(timeout=150)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, errors
    assert "the step ends and its state is written" in errors
    assert "Traceback" not in errors
    assert "was stopped in epoch 1" in told
    assert run.status == "stopped"
    assert torch.load(run.state_file, weights_only=True)["progress"]["step"] > 1


def test_a_run_that_was_killed_leaves_no_process_behind(long, tmp_path):
    run = train(long.model_copy(update={"workers": 1}), runs=tmp_path / "runs", wait=False)
    wait_for(lambda: run.beat is not None and run.beat.step > 1)
    process = run._process()
    assert process is not None
    others = process.children(recursive=True)
    assert len(others) >= 2, "the fork server and a worker"
    process.kill()
    _gone, alive = psutil.wait_procs(others, timeout=60)
    assert alive == []


def test_a_process_that_was_killed_is_shown_as_died_with_its_last_words(long, tmp_path):
    run = train(long, runs=tmp_path / "runs", wait=False)
    wait_for(lambda: len(run.last_words()) > 2)
    os.kill(run._process().pid, signal.SIGKILL)
    wait_for(lambda: run.status == "interrupted")
    assert run.last_words(1)[0].startswith("epoch 1 of 1, loss")
    assert look_at(run).word == "died"
    assert "loss" in look_at(run).said


def test_a_folder_deleted_under_a_run_ends_it_and_does_not_come_back(long, tmp_path):
    run = train(long, runs=tmp_path / "runs", wait=False)
    wait_for(lambda: run.beat is not None and run.beat.phase == "training")
    process = run._process()
    run.folder.rename(tmp_path / "bin")  # at once: a folder that is written to cannot be emptied
    psutil.wait_procs([process], timeout=120)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not run.folder.exists()


def test_the_page_and_the_command_line_give_the_same_weights(short, tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(short))
    assert main(str(path), "--runs", str(tmp_path / "typed")) == 0
    started = start_process(short, tmp_path / "clicked", path.read_text())
    started.wait(timeout=120)
    one, other = (
        load_network(run.folder / "last.safetensors").module.state_dict()
        for run in (Run(tmp_path / "typed" / "tiny"), started)
    )
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


@pytest.mark.skipif(os.name != "posix", reason="needs limits of a process")
def test_a_disk_that_is_full_for_real_stops_the_run_with_a_sentence_and_the_state_before_whole(
    recipe, tmp_path
):
    # No file may grow beyond what the first state needs; the curve of a long run does.
    whole = recipe.model_copy(update={"epochs": 200, "steps_per_epoch": 40, "crop": 32, "batch": 1})
    path = tmp_path / "r.toml"
    path.write_text(write_recipe(whole.model_copy(update={"options": {"base": 2, "depth": 1}})))
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (45000, 45000));"
        "from workbench import cli; cli.main(sys.argv[1:])"
    )
    arguments = [sys.executable, "-c", code, "train", str(path), "--runs", str(tmp_path / "runs")]
    ended = run_forked(arguments, timeout=120)
    assert ended.returncode == 1
    assert "make room and resume" in ended.stderr.splitlines()[-1]
    run = Run(tmp_path / "runs" / "tiny")
    assert run.status == "failed"
    step = torch.load(run.state_file, weights_only=True)["progress"]["step"]
    assert step >= 40 * (len(run.events("epoch")) - 1) > 0  # at most an epoch back


@pytest.fixture
def without_locks(monkeypatch):
    def refuse(_number, _how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locks.fcntl, "flock", refuse)


def notes(run):
    return [one["message"] for one in run.events("note")]


@pytest.mark.usefixtures("without_locks")
def test_a_file_system_without_locks_keeps_no_run_from_training_and_says_so_once(short, tmp_path):
    for _ in range(2):
        with begun(short, tmp_path) as (run, _lock):
            run.claim(os.getpid())
            run.log("stopped")
        run.release()
    (note,) = notes(run)
    assert "keeps no locks" in note
    assert note in look_at(run).remarks


def test_what_its_starter_is_writing_is_not_thrown_away(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    left, written = state / ".heartbeat.json.0000.tmp", state / ".process.json.0000.tmp"
    for path in (left, written):
        path.write_text("")
    _clear_up(tmp_path)
    assert [left.exists(), written.exists()] == [False, True]


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_process_of_this_machine_still_keeps_others_out(short, tmp_path):
    with begun(short, tmp_path) as (run, _lock):
        pass
    half_written = run.folder / ".best.safetensors.00000000.part"
    half_written.write_text("")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_process(run.folder / "state" / "process.json", other.pid)
        with pytest.raises(ComputeError, match="is being trained already"), begun(short, tmp_path):
            pass
        assert half_written.exists()  # the other's
        other.communicate(b"")


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_sign_of_life_of_another_machine_keeps_others_out_until_it_is_old(short, tmp_path):
    with begun(short, tmp_path) as (run, _lock):
        HeartbeatWriter(run.folder).beat("training")
    with pytest.raises(ComputeError, match="may be trained on another machine"), begun(short, tmp_path):
        pass
    old = Heartbeat(time.time() - 60, "training")
    file_of(run.folder).write_text(json.dumps(vars(old)))
    with begun(short, tmp_path):
        pass
