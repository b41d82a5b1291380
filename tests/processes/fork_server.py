"""Forks Pythons that have imported torch and the workbench already; asked by `forked_process.py`.

Importing takes seconds of the processor, a fork milliseconds. This process has one thread and does nothing but import,
so that what is forked from it behaves as a new process would. Usage: fork_server.py NUMBER_OF_ITS_SOCKET
"""

import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import types
from collections.abc import Sequence
from contextlib import suppress

import forked_process
import forked_workers

MODULES = (
    "distributed",
    "lightning_fabric",
    "matplotlib.pyplot",
    "tensorboardX",
    "torch._dynamo",
    "workbench.cli",
    "workbench.study.page",
    "workbench.study.study",
    "workbench.training.loop",
    "workbench.training.trainer",
)
LONGEST = 1 << 20
"""Bytes of a request."""
HIGH = 500
"""Numbers of open files from here on are out of the way of those that a process is to find."""


def serve(requests: socket.socket) -> None:
    """Fork a process for each request until nobody is left to ask, and send its number and how it ended."""
    told: dict[int, int] = {}
    woken, wakes = os.pipe()
    for number in (woken, wakes):
        os.set_blocking(number, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            reap(told)
        if requests not in ready:
            continue
        said, files, _, _ = socket.recv_fds(requests, LONGEST, 64)
        if not said:
            return
        request = json.loads(said)
        load(request["modules"])
        told_to, asked_at, *files = files
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number in (woken, wakes, requests.detach(), *told.values()):
                os.close(number)
            become(request, told_to, asked_at, files)
        for number in (asked_at, *files):
            os.close(number)
        told[child] = told_to


def load(modules: Sequence[str]) -> None:
    """Import what is not there yet."""
    if not (missing := [name for name in modules if name not in sys.modules]):
        return
    gc.disable()  # a sixth of the time: what is imported is no garbage
    for name in missing:
        importlib.import_module(name)
    gc.enable()
    gc.freeze()  # so that a fork's collections copy no pages


def reap(told: dict[int, int]) -> None:
    while told:
        child, status, used = os.wait4(-1, os.WNOHANG)
        if child == 0:
            return
        number = told.pop(child)
        with suppress(BrokenPipeError):  # nobody waits for it
            os.write(number, f"{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime}".encode())
        os.close(number)


def become(request: dict, told_to: int, asked_at: int, files: list[int]) -> None:
    """Run what is asked for as the process that was asked for, and end; what it begins can be forked from here, too."""
    if request["start_new_session"]:
        os.setsid()  # before anybody knows its number: who asks for its group is not to get that of this server
    os.write(told_to, str(os.getpid()).encode())
    os.close(told_to)
    wanted = (0, 1, 2, *request["pass_fds"])
    high, handed = max(HIGH, *wanted) + 1, (asked_at, *files)
    asked_at, *out_of_the_way = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, high) for number in handed]
    for number in handed:
        os.close(number)
    for number, to in zip(out_of_the_way, wanted, strict=True):
        os.dup2(number, to)
        os.close(number)
    forked_process.go_on_with(asked_at)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    option, what, *arguments = request["arguments"]
    sys.argv = [option, *arguments]
    forked_workers.fork()
    if what == "torch.distributed.run":
        forked_workers.fork_torchrun()
    code = 0
    try:
        if option == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            exec(what, vars(main))
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    end(code)


def end(code: int | str | None) -> None:
    """End as Python does, but leave its memory to the system: tearing down what was imported takes 0.4 s."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # waits for threads that are no daemons
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1 if isinstance(code, str) else code or 0)


if __name__ == "__main__":
    load(MODULES)
    serve(socket.socket(fileno=int(sys.argv[1])))
