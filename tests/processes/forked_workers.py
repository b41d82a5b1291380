"""Forks what the workbench, Dask, pools of processes and torchrun begin from the process that has imported torch.

They would begin new Pythons, each of which imports it for itself.
Elsewhere than on Linux nothing changes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from typing import Any

from forked_process import LINUX, ForkedProcess

from workbench import detached_process

if LINUX:
    from multiprocessing import popen_spawn_posix, util

    class ForkedWorker(popen_spawn_posix.Popen):
        """What `multiprocessing` begins and looks after as a spawned process, forked."""

        def _launch(self, process: BaseProcess) -> None:
            _here.worker = self
            try:
                super()._launch(process)
            finally:
                del _here.worker

        def poll(self, flag: int = os.WNOHANG) -> int | None:
            if self.returncode is None:
                self.returncode = self.forked.poll() if flag == os.WNOHANG else self.forked.wait()
            return self.returncode

    _here, _spawn = threading.local(), util.spawnv_passfds

    def _fork_or_spawn(path: bytes, arguments: list[str], files: list[int]) -> int:
        worker = getattr(_here, "worker", None)
        if worker is None:
            return _spawn(path, arguments, files)
        code = arguments[arguments.index("-c") :]
        worker.forked = ForkedProcess([sys.executable, *code], pass_fds=sorted(set(files)))
        return worker.forked.pid


WORKERS = ("distributed.process", "concurrent.futures.process")
"""Whose processes are forked; others of `multiprocessing` stay as they are."""


def fork() -> None:
    """Let runs, studies and workers be forked from now on."""
    if not LINUX:
        return

    def begin(process: BaseProcess) -> popen_spawn_posix.Popen:
        forked = getattr(process._target, "__module__", "") in WORKERS
        return (ForkedWorker if forked else popen_spawn_posix.Popen)(process)

    detached_process.Popen = ForkedProcess
    util.spawnv_passfds = _fork_or_spawn
    SpawnProcess._Popen = staticmethod(begin)


def spawn() -> None:
    """Let runs, studies and workers begin as a person's do."""
    if LINUX:
        detached_process.Popen = subprocess.Popen
        SpawnProcess._Popen = staticmethod(popen_spawn_posix.Popen)


def fork_torchrun() -> None:
    """Let torchrun in this process fork those that share the work."""
    from torch.distributed.elastic.multiprocessing.subprocess_handler import subprocess_handler

    def begin(args: tuple[str, ...], **how: Any) -> ForkedProcess | subprocess.Popen:
        return (ForkedProcess if args[0] == sys.executable else subprocess.Popen)(args, **how)

    subprocess_handler.Popen = begin
