"""Around a server: its port, its notebooks, its worker, and an environment that is put back."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench.app.core import uploads
from workbench.app.serving import serve
from workbench.compute.connection import SCHEDULER_VARIABLE
from workbench.compute.keys import KEYS_VARIABLE
from workbench.errors import ComputeError


class Quiet:
    """A worker that is not started."""

    closed = 0
    meant = None  # what Ctrl-C meant when it was closed

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def address(self):
        return "tcp://127.0.0.1:1"

    def close(self):
        Quiet.closed += 1
        Quiet.meant = signal.getsignal(signal.SIGINT)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setattr(uploads, "PAGES", set())
    monkeypatch.setattr(serve, "Compute", Quiet)
    monkeypatch.setattr(Quiet, "closed", 0)
    monkeypatch.setattr(Quiet, "meant", None)
    return tmp_path / "uploads"


def test_the_server_sweeps_when_it_starts_and_when_it_ends(folder, tmp_path):
    def left_over():
        old = folder / f"{uploads._here()}1-abc"
        old.mkdir(parents=True)
        (old / "process.json").write_text("[1, 1.0]")  # process 1 began at another time
        return old

    first = left_over()
    with serve.surroundings(tmp_path):
        assert not first.exists()
        second = left_over()
    assert not second.exists()


@pytest.mark.usefixtures("folder")
def test_kernels_find_this_interpreter_the_worker_and_the_data(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/mine")
    monkeypatch.delenv("WORKBENCH_RUNS")
    monkeypatch.setenv(KEYS_VARIABLE, "/of/another/scheduler")
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    with serve.surroundings(tmp_path):
        assert os.environ["WORKBENCH_DATA"] == str(tmp_path)
        assert os.environ["WORKBENCH_RUNS"] == str(tmp_path / "runs")
        assert os.environ[SCHEDULER_VARIABLE] == "tcp://127.0.0.1:1"
        assert KEYS_VARIABLE not in os.environ  # a scheduler without keys
        scratch, mine = os.environ["JUPYTER_PATH"].split(os.pathsep)
        assert mine == "/mine"
        kernel = Path(scratch, "kernels", "python3", "kernel.json")
        assert json.loads(kernel.read_text())["argv"][0] == sys.executable
    assert dict(os.environ) == before
    assert not Path(scratch).exists()
    assert Quiet.closed == 1


@pytest.mark.usefixtures("folder")
def test_the_keys_of_the_worker_lie_where_kernels_find_them_while_it_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "own_keys", lambda address: {"of": address})
    written = []
    monkeypatch.setattr(serve, "write_keys", lambda *given: written.append(given))
    with serve.surroundings(tmp_path):
        ((path, address, keys),) = written
        assert (str(path), address) == (os.environ[KEYS_VARIABLE], "tcp://127.0.0.1:1")
        assert keys == {"of": address}


@pytest.mark.usefixtures("folder")
def test_what_ends_with_an_error_is_put_back_too(tmp_path):
    before = dict(os.environ)
    with pytest.raises(RuntimeError, match="of the server"), serve.surroundings(tmp_path):
        raise RuntimeError("of the server")
    assert dict(os.environ) == before
    assert Quiet.closed == 1


@pytest.mark.usefixtures("folder")
def test_a_second_ctrl_c_is_not_heard_while_things_are_ended(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    with serve.surroundings(tmp_path):
        assert signal.getsignal(signal.SIGINT) == before
    assert Quiet.meant == signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) == before


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind((serve.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_is_taken_is_said_with_one_that_is_free(taken):
    with pytest.raises(ComputeError, match=rf"Port {taken} is in use; use --port \d+\.") as said:
        serve.require_free(taken)
    free = int(str(said.value).rpartition(" ")[2].rstrip("."))
    assert taken < free < taken + 100
    serve.require_free(free)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (errno.EACCES, r"Port 80 needs special rights; choose another with --port\."),
        (errno.EADDRINUSE, "Port 80 is in use; choose"),
    ],
)
def test_why_a_port_cannot_be_had_is_said_where_none_near_it_can(monkeypatch, why, said):
    monkeypatch.setattr(serve, "_why_not", lambda _port: why)
    with pytest.raises(ComputeError, match=said):
        serve.require_free(80)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(ComputeError, match=f"Port {port} does not exist; choose one from 1024 to 65535"):
        serve.require_free(port)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Let the package be an installed one, with two lessons, for a person without any yet."""
    package, own = tmp_path / "site-packages" / "workbench", tmp_path / "own"
    (package / "notebooks" / "data").mkdir(parents=True)
    (package / "notebooks" / "1.ipynb").write_text("one")
    (package / "notebooks" / "data" / "a.csv").write_text("a")
    monkeypatch.setattr(workbench, "__file__", str(package / "__init__.py"))
    monkeypatch.setattr(serve.platformdirs, "user_data_path", lambda name: own / name)
    return package / "notebooks"


def test_lessons_of_a_clone_are_used_where_they_lie():
    assert serve.lessons_folder() == serve.notebooks_folder()
    assert (serve.notebooks_folder() / serve.PAGE).is_file()


def test_installed_lessons_are_copied_once_and_changed_ones_are_kept(installed, tmp_path):
    assert serve.notebooks_folder() == installed
    copied = serve.lessons_folder()
    assert copied == tmp_path / "own" / "hrtem-workbench" / "notebooks"
    assert (copied / "data" / "a.csv").read_text() == "a"
    (copied / "1.ipynb").write_text("mine")
    (installed / "2.ipynb").write_text("two")
    assert serve.lessons_folder() == copied
    assert [(copied / name).read_text() for name in ("1.ipynb", "2.ipynb")] == ["mine", "two"]


def test_lessons_that_cannot_be_copied_are_said(installed, tmp_path):
    (tmp_path / "own").write_text("a file")
    with pytest.raises(ComputeError, match=r"The lessons cannot be copied to .*notebooks"):
        serve.lessons_folder()


def test_an_installation_without_lessons_or_page_is_said(installed, tmp_path, monkeypatch):
    monkeypatch.setattr(workbench, "__file__", str(tmp_path / "elsewhere" / "workbench" / "__init__.py"))
    with pytest.raises(ComputeError, match=r"The lessons are missing from .*install HRTEM Workbench again"):
        serve.lessons_folder()
    with pytest.raises(ComputeError, match=r"The page .*workbench\.ipynb is missing; install"):
        serve.serve()


def test_the_data_are_those_that_are_asked_for_or_of_the_environment_or_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    (tmp_path / "of the environment").mkdir()
    assert serve._data_folder(None) == tmp_path
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "of the environment"))
    assert serve._data_folder(None) == tmp_path / "of the environment"
    assert serve._data_folder(tmp_path) == tmp_path
    with pytest.raises(ComputeError, match=r"nowhere is not a folder; give --data a folder"):
        serve._data_folder(tmp_path / "nowhere")


def test_page_and_lessons_are_begun_with_a_free_port_and_a_worker_around_them(tmp_path, monkeypatch, taken):
    done = []

    class Around:
        def __init__(self, data, forked_kernels=False):
            self.data = data
            done.append("forks" if forked_kernels else "begins anew")

        def __enter__(self):
            done.append(("worker", self.data))

        def __exit__(self, *_error):
            done.append("ended")

    monkeypatch.setattr(serve, "surroundings", Around)
    monkeypatch.setattr(
        serve, "_run_voila", lambda page, port, browser: done.append((page.name, port, browser))
    )
    monkeypatch.setattr(serve, "_run_lab", lambda root, port, browser: done.append((root, port, browser)))
    monkeypatch.setattr(serve, "require_free", lambda port: done.append(port))
    serve.serve(1234, tmp_path, browser=False)
    assert done == [1234, "forks", ("worker", tmp_path), ("workbench.ipynb", 1234, False), "ended"]
    done.clear()
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    serve.lab(1235, folder=tmp_path)
    assert done == [1235, "begins anew", ("worker", tmp_path), (tmp_path, 1235, True), "ended"]


def test_jsonschema_compiles_no_grammar_of_iris_and_checks_the_other_formats():
    code = """
import sys
from workbench.app.serving import serve
serve._leave_out_iris()
from jsonschema import FormatChecker
print("lark" in sys.modules, {"iri", "uri"} & {*FormatChecker.checkers})
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False {'uri'}"
