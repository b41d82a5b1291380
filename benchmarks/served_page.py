"""The page as benchmarks meet it: served by the package of a checkout, and looked at in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromium import FLAGS
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PATIENCE_MS = 240_000
SERVE = ["-m", "workbench", "serve", "--port", "{port}", "--no-browser"]
OWN_FOLDERS = ("RUNS", "UPLOADS", "DATA", "NETWORKS", "TURNS", "SETS")
IDLE = """() => {
  const view = window.hrtemViewers?.[0];
  const panes = view?.model.get("panes") ?? [];
  return panes.length === 3 && panes.slice(1).every(({ key, busy }) => view.layers.probability.has(key) && !busy);
}"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The tree of a commit, beside this one and for as long as it is asked for."""
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory() as made:
        checkout = Path(made) / "before"
        subprocess.run([*git, "add", "--detach", str(checkout), commit], check=True)
        try:
            yield checkout
        finally:
            subprocess.run([*git, "remove", "--force", str(checkout)], check=True)


@contextmanager
def served(checkout: Path, command: list[str], folder: Path) -> Iterator[tuple[int, Path]]:
    """Run the package of a checkout, with all that it writes in a folder; its port and its log."""
    port, log = free_port(), folder / "log.txt"
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment |= {f"WORKBENCH_{what}": str(folder / what.lower()) for what in OWN_FOLDERS}
    environment["WORKBENCH_PIXEL_SIZES"] = str(folder / "pixel-sizes.json")
    environment |= {
        f"JUPYTERLAB_{what}_DIR": str(folder / what.lower()) for what in ("SETTINGS", "WORKSPACES")
    }
    (folder / "data").mkdir(exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *[part.format(port=port) for part in command]],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port, log
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def opened(page: Page) -> Page:
    """Wait until the sample is there, and the masks of both networks that are ticked at first."""
    page.wait_for_function(IDLE, timeout=PATIENCE_MS, polling=200)
    return page
