"""A worker process ends with the process that began it."""

import multiprocessing
import os
import subprocess
import sys
import threading

import psutil
import pytest

from workbench import exit_with_parent

BEGINS = """
import multiprocessing, os, sys
from workbench.exit_with_parent import end_with_parent

def work(pipe):
    end_with_parent()
    pipe.send(os.getpid())
    pipe.recv()  # for ever

if __name__ == "__main__":
    here, there = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=work, args=(there,)).start()
    print(here.recv(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
def test_a_worker_ends_when_its_parent_is_killed(tmp_path):
    (tmp_path / "begins.py").write_text(BEGINS)
    with subprocess.Popen(
        [sys.executable, "begins.py"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        worker.wait(120)
    assert not psutil.pid_exists(worker.pid) or worker.status() == psutil.STATUS_ZOMBIE


def test_nothing_happens_in_a_process_that_nobody_began(monkeypatch):
    assert multiprocessing.parent_process() is None
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    exit_with_parent.end_with_parent()
    for thread in threading.enumerate():
        if thread.name == "end with the parent":
            thread.join()
    assert ended == []
