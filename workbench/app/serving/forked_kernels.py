"""Kernels of the page that are forked from a process which has imported everything already.

A new Python takes two seconds of the processor to import what the page needs, and keeps it in memory of its own; a
fork shares it. Linux only: what macOS loads into a process that draws is not made for forks.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import ForkServerProcess
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from workbench.exit_with_parent import end_with_parent

NAME = "hrtem-workbench-forked"
"""By which a kernelspec asks for it; pyproject.toml says the same."""
POSSIBLE = sys.platform == "linux"
LAUNCHER = ["-m", "ipykernel_launcher"]


class ForkedKernel(LocalProvisioner):  # type: ignore[misc]
    """Begins kernels of this very Python by forks, and all others as Jupyter does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Begin a kernel and return how it is spoken to.

        Parameters
        ----------
        cmd : list of str
            As its kernelspec has it.
        **kwargs
            ``env`` and ``cwd``, as of `subprocess.Popen`.
        """
        if not POSSIBLE or cmd[0] != sys.executable or cmd[1:3] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or os.getcwd()  # noqa: PTH109 - Jupyter wants text
        # the first waits until everything is imported, and the server has other things to do
        begin, env = KernelProcess, dict(kwargs.get("env") or os.environ)
        self.process = await asyncio.to_thread(begin, cmd[3:], env, str(self.cwd))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class KernelProcess:
    """What Jupyter needs of `subprocess.Popen`.

    Parameters
    ----------
    arguments : list of str
        Of the kernel.
    env : dict
    cwd : str
    """

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], env: dict[str, str], cwd: str) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["workbench.app.kernel_imports"])
        # a daemon is ended at the server's end, should Jupyter not have come to know it; others are waited for
        self._process: ForkServerProcess = context.Process(
            target=_run, args=(arguments, env, cwd), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None  # it was begun
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for its end, and return how it ended."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _run(arguments: list[str], env: dict[str, str], cwd: str) -> None:
    """Be the kernel."""
    multiprocessing.set_start_method(None, force=True)  # as in any Python
    multiprocessing.current_process().daemon = False  # which may begin processes
    os.setsid()  # signals go to all that a kernel began
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    end_with_parent()  # the server; what it was forked from does not end before its last fork
    from ipykernel import kernelapp

    # whoever has a parent is not told how to end by hand
    sys.argv = ["ipykernel_launcher", *arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    kernelapp.launch_new_instance()
