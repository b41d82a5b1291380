"""Seconds of the processor that tests and all processes that they begin take, by kind of process, file and test.

    python benchmarks/gate_cpu.py tests/browser --ignore tests/browser/test_lab.py

What stands on the clock depends on what else a machine does, this much less. Arguments are pytest's. Linux only: looks
into /proc several times a second, so that the last moments of a process are missed; the sum on top has them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

KINDS = {
    "--type=gpu-process": "Chromium draws",
    "--type=renderer": "Chromium's pages",
    "chromium": "Chromium, the rest",
    "ipykernel": "kernels",
    "multiprocessing.forkserver": "kernels",  # those of a server are forked
    "workbench serve": "servers",
    "workbench train": "runs",
    "workbench study": "studies",
    "multiprocessing.spawn": "workers",
    "pytest": "the tests themselves",
}
BECOME_PARENT = 36
"""PR_SET_CHILD_SUBREAPER: what outlives its parent becomes a child of this process, and its time is counted."""
PLUGIN = """
from pathlib import Path
def pytest_runtest_logstart(nodeid): Path(__file__).with_name("now").write_text(nodeid)
"""


def kind(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((name for part, name in KINDS.items() if part in words), "others")


def reap(wanted: int) -> bool:
    """Take leave of all children that have ended; return whether the wanted one has."""
    try:
        while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            if ended == wanted:
                return True
    except ChildProcessError:
        return True
    return False


def main() -> None:
    ctypes.CDLL(None).prctl(BECOME_PARENT, 1, 0, 0, 0)
    seen: Counter[tuple[int, float]] = Counter()
    kinds, files, tests = Counter(), Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "gate_cpu_now.py").write_text(PLUGIN)
        now = Path(folder, "now")
        path = os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-m", "pytest", "-p", "gate_cpu_now", "-n0", "-q", *sys.argv[1:]]
        pytest = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"})
        ended = False
        while not ended:
            test = now.read_text() if now.exists() else "what is read before the first test"
            for process in psutil.Process().children(recursive=True):
                try:
                    which, used = (process.pid, process.create_time()), process.cpu_times()
                    group = kind(process)
                except psutil.Error:
                    continue
                spent = used.user + used.system - seen[which]
                seen[which] += spent
                kinds[group] += spent
                files[test.split("::")[0]] += spent
                tests[test] += spent
            time.sleep(0.2)
            ended = reap(pytest.pid)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\n{used.ru_utime + used.ru_stime:8.1f} s of the processor in all")
    for title, counted in (("process", kinds), ("file", files), ("test", tests)):
        print(f"\nby {title}")
        for name, spent in counted.most_common(25):
            print(f"{spent:8.1f} {name}")


if __name__ == "__main__":
    main()
