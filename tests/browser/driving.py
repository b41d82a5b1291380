"""How the browser tests find and move things on the page."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

READY = 120_000


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".hwv canvas", timeout=READY)
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)


def wait_idle(page: Page) -> None:
    """Wait until every pane has its probability and nothing runs."""
    page.wait_for_function(
        """() => {
          const view = window.hrtemViewers[0];
          const networks = view.model.get("panes").filter((pane) => pane.kind === "network");
          return networks.length > 0
            && networks.every((pane) => view.layers.probability.has(pane.key) && !pane.busy)
            && document.querySelector(".hw-status").innerText.trim() === "idle";
        }""",
        timeout=READY,
    )


def keys(page: Page) -> list[str]:
    return page.evaluate("window.hrtemViewers[0].model.get('panes').map((pane) => pane.key)")


def colour(page: Page, key: str, x: float, y: float) -> list[int]:
    return page.evaluate(f"window.hrtemViewers[0].colourAt({key!r}, {x}, {y})")


def shown_share(page: Page, key: str) -> float:
    """The share of points of a grid over the micrograph where a pane's colour differs from the micrograph's."""
    return page.evaluate(
        f"""() => {{
          const view = window.hrtemViewers[0];
          const {{ width, height }} = view.micrograph;
          const first = view.model.get("panes")[0].key;
          let differ = 0;
          view.draw();
          for (let row = 0; row < 24; row++) for (let column = 0; column < 24; column++) {{
            const at = [(column + 0.5) * width / 24, (row + 0.5) * height / 24];
            const a = view.colourAt({key!r}, ...at, false), b = view.colourAt(first, ...at, false);
            differ += Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) > 12;
          }}
          return differ / 576;
        }}"""
    )


def settled(page: Page, element) -> dict:
    """Wait until an element has stopped moving and return where it is."""
    before = None
    for _ in range(50):
        here = element.bounding_box()
        if here == before:
            return here
        before = here
        page.wait_for_timeout(200)
    raise AssertionError("it moves all the time")


def section(page: Page, title: str) -> None:
    """Open a panel if it is closed."""
    head = page.locator(".hw-section", has=page.locator(".hw-section-head", has_text=title)).first
    if "hw-open" not in (head.get_attribute("class") or ""):
        page.locator(".hw-section-head", has_text=title).first.click()


def open_file(page: Page, name: str) -> None:
    section(page, "Micrograph")
    files = page.locator(".hw-files select")
    label = next(text for text in files.locator("option").all_inner_texts() if name in text)
    files.select_option(label=label)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(arguments: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """Run `workbench` with these arguments, and end it and all that it started."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
