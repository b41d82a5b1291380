"""One run a device at a time; the others wait in the order in which they came, and no crash blocks the queue."""

import subprocess
import sys
import threading

import pytest

from workbench.errors import ComputeError
from workbench.locks import Lock
from workbench.training import turns
from workbench.training.processes import write_process
from workbench.training.turns import choices, turn, turns_folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(turns, "LOOK_EVERY_S", 0.01)


@pytest.fixture
def on_cpu(short):
    return short.model_copy(update={"device": "cpu"})


def test_the_second_waits_until_the_first_is_done(on_cpu):
    said, order = [], []
    waiting = threading.Event()

    def wait(text: str) -> None:
        said.append(text)
        waiting.set()

    def second() -> None:
        with turn(on_cpu, "second", waits=wait):
            order.append("second")

    with turn(on_cpu, "first") as mine:
        assert mine.names == ("cpu",)
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]
    assert said[0] == "waits for cpu, where first is trained"


def test_who_came_first_goes_first(on_cpu):
    order, threads = [], []
    with turn(on_cpu, "at work"):
        for name in ("a", "b", "c"):
            waiting = threading.Event()

            def wait(name=name, waiting=waiting):
                with turn(on_cpu, name, waits=lambda _text: waiting.set()):
                    order.append(name)

            threads.append(threading.Thread(target=wait))
            threads[-1].start()
            assert waiting.wait(60)
    for thread in threads:
        thread.join(60)
    assert order == ["a", "b", "c"]


def test_a_stop_takes_a_run_out_of_the_queue(on_cpu):
    with turn(on_cpu, "at work"), turn(on_cpu, "waits", stop=lambda: True) as mine:
        assert mine is None
    assert not list(turns_folder().glob("*.ticket"))


def test_a_killed_process_leaves_neither_lock_nor_ticket_that_counts(on_cpu, tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom workbench.locks import Lock\n"
        "lock = Lock.take(Path(sys.argv[1]), '\"killed\"')\nprint('held', flush=True)\ntime.sleep(600)"
    )
    folder = turns_folder()
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "cpu.lock")], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "held\n"
        write_process(folder / f"{0:020d}-{process.pid}.ticket", process.pid)
        assert Lock.take(folder / "cpu.lock") is None
        process.kill()
    with turn(on_cpu, "next") as mine:
        assert mine.names == ("cpu",)


@pytest.mark.parametrize(
    ("visible", "devices", "device", "names"),
    [
        ("0,1", 1, "auto", [("gpu 0",), ("gpu 1",)]),
        ("3", 1, "cuda", [("gpu 3",)]),
        ("0,1", 2, "auto", [("gpu 0", "gpu 1")]),
        ("0,1", 1, "cpu", [("cpu",)]),
        ("", 1, "auto", [("cpu",)]),
    ],
)
def test_a_run_takes_any_gpu_that_is_free_or_as_many_as_it_asks_for(
    short, monkeypatch, visible, devices, device, names
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    asked = short.model_copy(update={"devices": devices, "device": device})
    assert [choice.names for choice in choices(asked)] == names


def test_two_runs_use_two_gpus(short, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with turn(short, "one") as one, turn(short, "two") as two:
        assert (one.names, one.index) == (("gpu 0",), 0)
        assert (two.names, two.index) == (("gpu 1",), 1)


def test_a_folder_that_cannot_be_written_is_said(on_cpu, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_TURNS", str(tmp_path / "file" / "turns"))
    with pytest.raises(ComputeError, match="cannot take turns"), turn(on_cpu, "one"):
        pass


def test_a_run_that_waits_has_not_loaded_torch():
    code = "import sys, workbench.training.loop; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_a_lock_is_gone_with_its_process_but_stays_with_a_child_that_inherits_it(tmp_path):
    path = tmp_path / "lock"
    lock = Lock.take(path)
    assert Lock.take(path) is None
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=(lock.number,)
    )
    lock.close()
    assert Lock.take(path) is None
    child.communicate()
    assert Lock.take(path) is not None
