"""Starts the page (Voila) and the lessons (JupyterLab) with one shared worker, and ends everything it started."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

import workbench
from workbench.app.core.uploads import sweep
from workbench.app.serving.forked_kernels import NAME as FORKED
from workbench.app.serving.template import NAME as TEMPLATE
from workbench.app.serving.template import write_template
from workbench.compute import Compute
from workbench.compute.connection import SCHEDULER_VARIABLE
from workbench.compute.keys import KEYS_VARIABLE, own_keys, write_keys
from workbench.errors import ComputeError
from workbench.stopping import deaf_to_interrupts

HOST = "127.0.0.1"
PAGE = "workbench.ipynb"
WEBSOCKET_BYTES = 300 * 2**20  # Voila's own limit of 10 MiB closes the line without a word; uploads need 1 MB
IDLE_SECONDS = 600


def serve(
    port: int = 8866, data: Path | None = None, browser: bool = True, notebook: Path | None = None
) -> None:
    """Serve the page until Ctrl-C; then kernels and workers are ended.

    Parameters
    ----------
    port : int
        On 127.0.0.1.
    data : path, optional
        The folder that the file picker shows; the current folder by default.
    browser : bool
        Open the page in a browser.
    notebook : path, optional
        Another notebook than the page that ships with the package.

    Raises
    ------
    ComputeError
        If the port is taken, or the worker or the notebook is missing.
    """
    page = notebook or notebooks_folder() / PAGE
    if not page.is_file():
        raise ComputeError(f"The page {page} is missing; install HRTEM Workbench again.")
    folder = _data_folder(data)
    require_free(port)
    with surroundings(folder, forked_kernels=True):
        _run_voila(page.resolve(), port, browser)


def lab(port: int = 8888, browser: bool = True, folder: Path | None = None) -> None:
    """Open JupyterLab on the lessons until Ctrl-C.

    Parameters
    ----------
    port : int
        On 127.0.0.1.
    browser : bool
        Open JupyterLab in a browser.
    folder : path, optional
        Another folder than that of the lessons.

    Raises
    ------
    ComputeError
        If the port is taken, or the worker or the lessons are missing.
    """
    root = (folder or lessons_folder()).resolve()
    require_free(port)
    with surroundings(_data_folder(None)):
        _run_lab(root, port, browser)


def require_free(port: int) -> None:
    """Check that a port can be listened on.

    Raises
    ------
    ComputeError
        With the next port that is free.
    """
    if not 1 <= port <= 65535:
        raise ComputeError(f"Port {port} does not exist; choose one from 1024 to 65535.")
    why = _why_not(port)
    if why is None:
        return
    free = next((other for other in range(port + 1, min(port + 100, 65536)) if _why_not(other) is None), None)
    advice = "choose another with --port" if free is None else f"use --port {free}"
    reason = "needs special rights" if why == errno.EACCES else "is in use"
    raise ComputeError(f"Port {port} {reason}; {advice}.")


def _why_not(port: int) -> int | None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    return None


def notebooks_folder() -> Path:
    """Return the folder of the page and the lessons: in the package once installed, beside it in a clone."""
    package = Path(workbench.__file__).parent
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def lessons_folder() -> Path:
    """Return a folder of the lessons that can be written to; installed ones are copied, changed ones are kept.

    Raises
    ------
    ComputeError
        If there are none, or they cannot be copied.
    """
    source = notebooks_folder()
    if not source.is_dir():
        raise ComputeError(f"The lessons are missing from {source}; install HRTEM Workbench again.")
    if source.parent != Path(workbench.__file__).parent:
        return source  # a clone
    target = platformdirs.user_data_path("hrtem-workbench") / "notebooks"
    try:
        for file in source.rglob("*"):
            copy = target / file.relative_to(source)
            if file.is_file() and not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
    except OSError as error:
        raise ComputeError(f"The lessons cannot be copied to {target} ({error.strerror}).") from error
    return target


def _data_folder(data: Path | None) -> Path:
    folder = (data or Path(os.environ.get("WORKBENCH_DATA") or Path.cwd())).expanduser()
    if not folder.is_dir():
        raise ComputeError(f"{folder} is not a folder; give --data a folder of micrographs.")
    return folder.resolve()


@contextmanager
def surroundings(data: Path, forked_kernels: bool = False) -> Iterator[Compute]:
    """Start the shared worker and tell the kernels, through the environment, where it and the data are.

    Parameters
    ----------
    data : path
        The folder that may be opened from.
    forked_kernels : bool
        Let kernels be forked from a process that has imported the page: see `workbench.app.serving.forked_kernels`.
        They do not see what changes in the files of the package.
    """
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="workbench_") as scratch, Compute() as compute:
        try:
            sweep()
            write_kernelspec(Path(scratch), forked_kernels)
            write_template(Path(scratch))
            os.environ["WORKBENCH_DATA"] = str(data)
            os.environ.setdefault("WORKBENCH_RUNS", str(Path.cwd() / "runs"))
            # the kernels find this very interpreter first, whichever python3 is installed for Jupyter
            paths = [scratch, *filter(None, [kept.get("JUPYTER_PATH")])]
            os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
            os.environ[SCHEDULER_VARIABLE] = address = compute.address()
            os.environ.pop(KEYS_VARIABLE, None)
            if (keys := own_keys(address)) is not None:
                os.environ[KEYS_VARIABLE] = str(Path(scratch) / "keys.json")
                write_keys(Path(scratch) / "keys.json", address, keys)
            yield compute
        finally:
            # this takes a moment, and a second Ctrl-C must not leave half of it behind
            with deaf_to_interrupts():
                compute.close()
                sweep()
                os.environ.clear()
                os.environ.update(kept)


def write_kernelspec(folder: Path, forked: bool = False) -> None:
    """Write a kernel called python3 that runs this interpreter, in a folder for JUPYTER_PATH."""
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    options: dict[str, Any] = {
        # it warns of lines without encryption, which stay on this machine
        "argv": [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR", "-f", "{connection_file}"],
        "display_name": "HRTEM Workbench",
        "language": "python",
        "metadata": {"debugger": True},
    }
    if forked:
        options["metadata"]["kernel_provisioner"] = {"provisioner_name": FORKED}
    (spec / "kernel.json").write_text(json.dumps(options), encoding="utf-8")


def _leave_out_iris() -> None:
    """Keep jsonschema from compiling a grammar of IRIs, 1.2 s at each start for what no schema of Jupyter asks for."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: cannot be imported


def _run_voila(page: Path, port: int, browser: bool) -> None:
    _leave_out_iris()
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from voila.app import Voila
    from voila.tornado.handler import TornadoVoilaHandler

    class Page(TornadoVoilaHandler):  # type: ignore[misc]
        async def prepare(self) -> None:
            """Set the cookie that the browser needs to end its kernel when the page is closed."""
            await super().prepare()
            self.xsrf_token  # noqa: B018 - reading it sets the cookie

    class Server(Voila):  # type: ignore[misc]
        def init_handlers(self) -> list[Any]:
            """Serve the notebook by the handler above."""
            return [
                (handler[0], Page, *handler[2:]) if handler[1] is TornadoVoilaHandler else handler
                for handler in super().init_handlers()
            ]

        def launch_browser(self) -> None:
            """Say where the page is, now that it listens."""
            url = f"http://{HOST}:{port}"
            print(f"HRTEM Workbench at {url}  (Ctrl-C to stop)", flush=True)
            if browser:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = Config()
    config.Voila.ip = HOST
    config.Voila.port = port
    config.Voila.port_retries = 0
    config.Voila.open_browser = True
    config.Voila.log_level = logging.ERROR
    config.Voila.root_dir = str(page.parent)
    config.Voila.tornado_settings = {"websocket_max_message_size": WEBSOCKET_BYTES}
    # never the working folder, where a voila.py would be run
    config.Voila.config_file_paths = list(jupyter_config_path())
    config.VoilaConfiguration.template = TEMPLATE
    config.VoilaConfiguration.theme = "light"
    config.VoilaConfiguration.strip_sources = True
    # the next page's kernel starts and imports before somebody asks: see workbench.app.serving.preheated
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.default_pool_size = 1
    config.VoilaConfiguration.file_allowlist = [r"(?!)"]  # nothing beside the notebook is handed out
    # on a busy machine the page comes later than the 4 s after which it would be left out: a blank page
    config.VoilaExecutor.iopub_timeout = 120
    config.MappingKernelManager.cull_idle_timeout = IDLE_SECONDS
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.cull_connected = False  # a job in a thread looks idle
    config.KernelManager.shutdown_wait_time = 3.0
    server = Server(config=config)
    server.initialize([str(page)])
    server.start()


def _run_lab(root: Path, port: int, browser: bool) -> None:
    _leave_out_iris()
    from jupyterlab.labapp import LabApp

    token = secrets.token_hex(24)
    options: dict[str, Any] = {
        "ServerApp.ip": HOST,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": str(root),
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,
        "ServerApp.tornado_settings": {"websocket_max_message_size": WEBSOCKET_BYTES},
        "ServerApp.log_level": logging.ERROR,
        "LabApp.log_level": logging.ERROR,
        "IdentityProvider.token": token,
        "MappingKernelManager.cull_connected": False,
        "KernelManager.shutdown_wait_time": 3.0,
    }
    if os.name == "posix" and os.geteuid() == 0:
        options["ServerApp.allow_root"] = True  # a container
    url = f"http://{HOST}:{port}/lab?token={token}"

    def say_address() -> None:
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                break
            time.sleep(0.2)
        print(f"HRTEM Workbench lessons at {url}  (Ctrl-C to stop)", flush=True)

    threading.Thread(target=say_address, daemon=True).start()
    LabApp.launch_instance(argv=[f"--{name}={value}" for name, value in options.items()])
