"""A forked process cannot be told from one that was begun anew, by what it finds and by how it ends."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import forked_workers
import pytest
from forked_process import LINUX, ForkedProcess, run_forked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LINUX, reason="elsewhere nothing is forked"),
]

FINDS = """
import json, os, signal, sys, threading
print(json.dumps({
    "arguments": sys.argv,
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "leads its session": os.getsid(0) == os.getpid(),
    "files": sorted(number for number in range(256) if os.path.exists(f"/dev/fd/{number}")),
    "threads": threading.active_count(),
    "tasks": len(os.listdir("/proc/self/task")) if os.path.exists("/proc/self/task") else 1,
    "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
    "main": [__name__, sys.modules["__main__"].__dict__ is globals()],
}))
"""


def test_it_finds_what_a_new_process_finds(tmp_path):
    with (tmp_path / "passed").open("w") as passed:
        arguments = [sys.executable, "-c", FINDS, "a", "b"]
        how = {
            "cwd": tmp_path,
            "env": {**os.environ, "ANYTHING": "ä"},
            "start_new_session": True,
            "pass_fds": (passed.fileno(),),
        }
        expected = subprocess.run(arguments, capture_output=True, text=True, **how)
        found = run_forked(arguments, **how)
    assert expected.returncode == 0, expected.stderr
    assert vars(found) == vars(expected)


@pytest.mark.parametrize(
    "code",
    [
        "print('said')",
        "import sys; sys.exit(3)",
        "import sys; sys.exit('why')",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import atexit, threading; atexit.register(print, 'last'); threading.Timer(0.01, print, ['first']).start()",
        "import os; os._exit(4)",
    ],
)
def test_it_ends_as_a_new_process_does(code):
    arguments = [sys.executable, "-c", code]
    expected = subprocess.run(arguments, capture_output=True, text=True)
    assert vars(run_forked(arguments)) == vars(expected)


def test_an_error_is_shown_and_gives_code_1():
    ended = run_forked([sys.executable, "-c", "1 / 0"])
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "ZeroDivisionError: division by zero")


def test_its_session_is_there_as_soon_as_its_number_is():
    process = ForkedProcess([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    assert os.getpgid(process.pid) == process.pid
    process.kill()
    process.wait()


def test_it_can_be_waited_for_and_killed():
    process = ForkedProcess([sys.executable, "-c", "import time; time.sleep(600)"], text=True)
    waiting = threading.Thread(target=process.wait)
    waiting.start()  # others may look meanwhile
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait() == process.poll() == -9
    waiting.join()


WORKER = """
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
with ProcessPoolExecutor(1, get_context("spawn")) as pool:
    print(os.getppid(), pool.submit(os.getppid).result())
"""


def test_its_workers_are_forked_from_the_process_that_forked_it():
    ended = run_forked([sys.executable, "-c", WORKER])
    server, of_worker = ended.stdout.split()
    assert of_worker == server
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(os.getppid).result() == int(server)
    forked_workers.spawn()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(os.getppid).result() == os.getpid()
