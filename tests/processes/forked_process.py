"""`subprocess.Popen` for Pythons of the workbench, forked from one that has imported torch and the workbench already.

Importing them takes seconds of the processor before the first line. What is begun here is a process like any other,
with its own number, environment, working folder, open files and end; only its parent is the fork server.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from multiprocessing import connection
from pathlib import Path
from typing import IO

LINUX = sys.platform == "linux"
"""Elsewhere, what a system loads into a process that draws or computes is not made for forks: there, begin new ones."""
ROOT = Path(__file__).parents[2]
_beginning = threading.Lock()
_requests: socket.socket | None = None
_modules: list[str] = []


def load(*modules: str) -> None:
    """Let the fork server import more, once, before it forks what is asked for from now on."""
    _modules.extend(modules)


def go_on_with(number: int) -> None:
    """Ask the fork server that forked this process from now on, at this open file."""
    global _requests
    _requests = socket.socket(fileno=number)


def _server() -> socket.socket:
    """Return where the fork server of this process takes requests; it is begun by the first who asks."""
    global _requests
    with _beginning:
        if _requests is None:
            _requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("fork_server.py")), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "OMP_NUM_THREADS": "1",
                },  # a fork has one thread only
            )
            theirs.close()
            # the last that is registered is done first
            atexit.register(process.wait)
            atexit.register(_requests.close)
            atexit.register(_requests.shutdown, socket.SHUT_RDWR)  # that ends it, whoever else may ask it
        return _requests


class ForkedProcess:
    """What `subprocess.Popen` is, for ``[sys.executable, "-m" or "-c", ...]``.

    Parameters
    ----------
    arguments : sequence of str
    stdin, stdout, stderr, cwd, env, start_new_session, pass_fds, text
        As there; what a PIPE is given can be read by `communicate` only.

    Attributes
    ----------
    cpu_s : float
        Once it has ended, the seconds of the processor that it and what it began and waited for took.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        stdin: int | IO | None = None,
        stdout: int | IO | None = None,
        stderr: int | IO | None = None,
        cwd: str | os.PathLike | None = None,
        env: dict[str, str] | None = None,
        start_new_session: bool = False,
        pass_fds: Sequence[int] = (),
        text: bool = False,
    ) -> None:
        python, *asked = arguments
        assert python == sys.executable
        while asked[0] not in ("-m", "-c"):  # -u and -B change nothing that a test looks at
            assert asked.pop(0) in ("-u", "-B")
        self.args, self.returncode, self._text, self._reading = arguments, None, text, threading.Lock()
        self._said = [
            tempfile.TemporaryFile() if one == subprocess.PIPE else None  # noqa: SIM115 - closed when it is read
            for one in (stdout, stderr)
        ]
        request = {
            "arguments": asked,
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "start_new_session": start_new_session,
            "pass_fds": pass_fds,
            "modules": _modules,
        }
        with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 - no file of a folder

            def number_of(given: int | IO | None, usual: int, kept: IO | None = None) -> int:
                if given == subprocess.DEVNULL:
                    return nothing.fileno()
                return usual if given is None else (kept or given).fileno()

            files = [
                number_of(stdin, 0),
                number_of(stdout, 1, self._said[0]),
                number_of(stderr, 2, self._said[1]),
            ]
            self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                handed = [theirs.fileno(), _server().fileno(), *files, *pass_fds]
                socket.send_fds(_server(), [json.dumps(request).encode()], handed)
        weakref.finalize(self, self._told.close)
        self.pid = int(self._told.recv(64))

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not connection.wait([self._told], timeout):  # without the lock: others may look meanwhile
                raise subprocess.TimeoutExpired(self.args, timeout)
            with self._reading:
                if self.returncode is None:
                    # where the server has ended first, nobody knows how this process did
                    code, cpu_s = self._told.recv(64).split() or (255, 0)
                    self.cpu_s, self.returncode = float(cpu_s), int(code)
        return self.returncode

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str | bytes | None, ...]:
        self.wait(timeout)
        return tuple(self._read(file) for file in self._said)

    def _read(self, file: IO[bytes] | None) -> str | bytes | None:
        if file is None:
            return None
        with file:
            file.seek(0)
            said = file.read()
        return said.decode() if self._text else said


def run_forked(arguments: Sequence[str], timeout: float | None = None, **how) -> subprocess.CompletedProcess:
    """Do what `subprocess.run` does with ``capture_output=True, text=True``, in a forked process on Linux."""
    if not LINUX:
        return subprocess.run(arguments, capture_output=True, text=True, timeout=timeout, **how)
    process = ForkedProcess(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)
    try:
        return subprocess.CompletedProcess(arguments, process.wait(timeout), *process.communicate())
    finally:
        process.kill()
        process.wait()
