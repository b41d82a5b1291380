"""One run a device at a time; the others wait in the order in which they came, and no crash blocks the queue."""

import errno
import os
import stat
import subprocess
import sys
import tempfile
import threading

import pytest

from workbench import locks
from workbench.errors import ComputeError
from workbench.locks import Lock
from workbench.process_files import write_process
from workbench.training import device_queue as turns
from workbench.training.device_queue import choices, turn, turns_folder


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


def wait_on(recipe, who="waits"):
    """Queue a run in a thread; returns the thread, and an event that is set once it waits."""
    waiting = threading.Event()

    def wait():
        with turn(recipe, who, waits=lambda _text: waiting.set()):
            pass

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, waiting


def at_once(recipe):
    """Take a turn, or None where it would have to wait."""
    with turn(recipe, "at once", stop=lambda: True) as mine:
        return None if mine is None else mine.names


@pytest.mark.parametrize(
    ("at_work", "queued", "comes"),
    [
        (("cuda", "0"), ("cuda", "0"), ("cpu", "0")),
        (("cpu", "0"), ("cpu", "0"), ("cuda", "0")),
        (("cuda", "0"), ("cuda", "0"), ("cuda", "1")),
        (("cuda", "0"), ("cuda", "0"), ("auto", "")),
        (("mps", ""), ("mps", ""), ("cpu", "")),
        (("cuda", "0"), ("cuda", "0"), ("cuda", "0,1")),
        (("cuda", "GPU-8a2c0b5e-0000"), ("cuda", "GPU-8a2c0b5e-0000"), ("cuda", "MIG-GPU-5e/1/0")),
    ],
    ids=["cpu", "gpu", "another gpu", "auto without a gpu", "mps", "a second gpu that is free", "names"],
)
def test_a_run_waits_for_no_queue_but_that_of_its_own_device(short, monkeypatch, at_work, queued, comes):
    def on(place):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", place[1])
        return short.model_copy(update={"device": place[0]})

    with turn(on(at_work), "at work"):
        thread, waiting = wait_on(on(queued))
        assert waiting.wait(60)
        assert at_once(on(comes)) is not None
    thread.join(60)


def test_who_needs_two_gpus_is_not_overtaken_on_one_of_them(short, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    both = short.model_copy(update={"devices": 2})
    with turn(short, "at work on the first"):
        thread, waiting = wait_on(both)
        assert waiting.wait(60)
        assert at_once(short) is None
    thread.join(60)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Nobody has named a folder of turns; temporary and own folders are the test's."""
    for name in ("WORKBENCH_TURNS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("temporary", "state", "runtime"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("place", ["runtime", "temporary"])
def test_the_folder_of_turns_is_closed_to_others(own, monkeypatch, place):
    if place == "runtime":
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(own / "runtime"))
    assert turns_folder().is_relative_to(own / place)
    assert mode(turns_folder()) == 0o700
    turns_folder().chmod(0o755)  # as an older version made it
    assert mode(turns_folder()) == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "of others", "runtime of others"])
def test_a_folder_that_somebody_else_put_there_is_not_used(own, monkeypatch, kind, on_cpu):
    there, mine = own / "temporary" / f"hrtem-workbench-{os.getuid()}", own / "mine"
    mine.mkdir()
    if kind == "link":
        there.symlink_to(mine)
    elif kind == "file":
        there.write_text("")
    elif kind == "of others":
        there.mkdir()
        real = os.fstat
        others = os.stat_result((*there.stat()[:4], os.getuid() + 1, *there.stat()[5:]))
        monkeypatch.setattr(os, "fstat", lambda n: others if real(n).st_ino == others.st_ino else real(n))
    else:
        (own / "runtime").chmod(0o777)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(own / "runtime"))
    with turn(on_cpu, "one") as turn_:
        assert turn_.names == ("cpu",)
        assert not list(mine.iterdir())
        assert not list((own / "runtime").iterdir())
    assert turns_folder().is_relative_to(own / ("state" if kind != "runtime of others" else "temporary"))


def test_where_no_folder_is_ones_own_it_is_said(own, monkeypatch, on_cpu):
    (own / "temporary" / f"hrtem-workbench-{os.getuid()}").symlink_to(own)
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    with pytest.raises(ComputeError, match=r"name one in WORKBENCH_TURNS. .* is a link"), turn(on_cpu, "one"):
        pass


@pytest.mark.parametrize("kind", ["symbolic", "hard", "to what is not there", "a pipe"])
def test_no_lock_writes_to_a_file_of_another_name(tmp_path, kind):
    mine, path = tmp_path / "thesis", tmp_path / "cpu.lock"
    if kind != "to what is not there":
        mine.write_text("years of work")
    os.mkfifo(path) if kind == "a pipe" else path.hardlink_to(mine) if kind == "hard" else path.symlink_to(
        mine
    )
    with pytest.raises(OSError, match="lies there"):
        Lock.take(path, "trained")
    assert (mine.read_text() if mine.exists() else None) == (
        None if kind == "to what is not there" else "years of work"
    )


def test_a_link_in_place_of_a_lock_is_said_to_whoever_trains(on_cpu, tmp_path):
    turns_folder().mkdir()
    (turns_folder() / "cpu.lock").symlink_to(tmp_path / "thesis")
    with (
        pytest.raises(ComputeError, match=r"cpu.lock cannot be used \(a link lies there\)"),
        turn(on_cpu, "one"),
    ):
        pass
    assert not (tmp_path / "thesis").exists()


@pytest.fixture
def without_locks(monkeypatch, request):
    def refuse(_number, _how):
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(locks.fcntl, "flock", refuse)


no_locks = pytest.mark.parametrize(
    "without_locks", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL], indirect=True
)


@no_locks
def test_a_file_system_without_locks_still_has_one_run_a_device_at_a_time(without_locks, on_cpu, capsys):
    with turn(on_cpu, "first") as mine:
        assert mine.names == ("cpu",)
        assert "keeps no locks" in capsys.readouterr().err
        assert at_once(on_cpu) is None
    assert at_once(on_cpu) == ("cpu",)


def log_out(folder):
    """Do what the system does to a runtime folder when its person logs out."""
    for file in (folder / "hrtem-workbench").iterdir():
        file.unlink()
    (folder / "hrtem-workbench").rmdir()
    folder.rmdir()


def test_a_run_that_holds_a_device_still_holds_it_after_its_person_logged_out(own, monkeypatch, on_cpu):
    monkeypatch.setattr(turns, "CHECK_LOCKS_EVERY_S", 0.01)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own / "runtime"))
    lock = own / "temporary" / f"hrtem-workbench-{os.getuid()}" / "cpu.lock"
    with turn(on_cpu, "at work"):
        log_out(own / "runtime")
        wait_until(lambda: lock.exists() and lock.read_text())
        assert at_once(on_cpu) is None
    assert at_once(on_cpu) == ("cpu",)


def test_a_run_that_waits_still_waits_after_its_person_logged_out(own, monkeypatch, on_cpu):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own / "runtime"))
    elsewhere = own / "temporary" / f"hrtem-workbench-{os.getuid()}"
    elsewhere.mkdir()
    lock, at_work = Lock.take(elsewhere / "cpu.lock"), Lock.take(turns_folder() / "cpu.lock")
    thread, waiting = wait_on(on_cpu)
    assert waiting.wait(60)
    monkeypatch.setattr(turns, "SETTLED_AFTER", 0)
    log_out(own / "runtime")
    wait_until(lambda: list(elsewhere.glob("*.ticket")))
    lock.close()
    at_work.close()
    thread.join(60)
    assert not thread.is_alive()
    assert not list(elsewhere.glob("*.ticket"))


def wait_until(what):
    end = threading.Event()
    for _ in range(6000):
        if what():
            return
        end.wait(0.01)
    raise AssertionError("it did not come")
