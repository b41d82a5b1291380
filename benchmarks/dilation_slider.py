"""From the dilation slider to the mask on the page: 1024 x 1024 micrograph, U-Net, first and repeated settings.

    python benchmarks/dilation_slider.py      # writes docs/dilation-slider.md; needs Chromium on the PATH

A key is pressed on the slider in Chromium on a page of `workbench serve`; the clock of the browser stops at the first
frame drawn after the pane's title names the new dilation and its probability has arrived. First the slider goes from 1
to 8, each key as soon as the mask before is there, so that hardly anything is computed ahead; then back and forth.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
import driving
from conftest import CHROMIUM_FLAGS

from workbench.micrographs.samples import open_sample
from workbench.micrographs.writing import write_tiff

EDGE, LAST, ROUNDS = 1024, 8, 3
PRESSED = """addEventListener(
  "keydown", () => { window.pressed = performance.now(); }, { capture: true, once: true }
)"""
WAIT = """([dilation]) => new Promise((resolve) => {
  const view = window.hrtemViewers[0];
  const name = (pane) => Number(/shown at (\\d+)/.exec(pane.title)?.[1] ?? 1);
  const look = () => {
    const pane = view.model.get("panes").find((one) => one.key === "unet");
    const there = name(pane) === dilation && !pane.busy && view.layers.probability.get("unet") !== window.before;
    if (there) requestAnimationFrame(() => { view.draw(); resolve(performance.now() - window.pressed); });
    else requestAnimationFrame(look);
  };
  look();
})"""


def main() -> None:
    micrograph, _ = open_sample("easy")
    repeats = [-(-EDGE // edge) for edge in micrograph.shape]
    pixels = np.tile(micrograph.pixels, repeats)[:EDGE, :EDGE]
    port = driving.free_port()
    with tempfile.TemporaryDirectory() as folder:
        write_tiff(Path(folder) / "large.tif", pixels, micrograph.nm_per_px)
        arguments = ["serve", "--port", str(port), "--data", folder, "--no-browser"]
        with driving.running(arguments, Path(folder) / "serve.log", WORKBENCH_UPLOADS=f"{folder}/uploads"):
            times = measure(port)
    report(times, micrograph.nm_per_px)


def measure(port: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"first": [], "repeated": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for _ in range(240):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        driving.open_page(page, f"http://127.0.0.1:{port}/")
        driving.wait_idle(page)
        driving.open_file(page, "large.tif")
        page.wait_for_function(f"window.hrtemViewers[0].micrograph.width === {EDGE}", timeout=240_000)
        driving.wait_idle(page)
        for dilation in range(2, LAST + 1):  # one after the other, none waits for what is computed ahead
            times["first"].append(press(page, "ArrowRight", dilation))
        for _ in range(ROUNDS):
            for dilation in range(LAST - 1, 0, -1):
                times["repeated"].append(press(page, "ArrowLeft", dilation))
            for dilation in range(2, LAST + 1):
                times["repeated"].append(press(page, "ArrowRight", dilation))
        browser.close()
    return times


def press(page: Page, key: str, dilation: int) -> float:
    handle = page.locator(".hw-row", has_text="Dilation").locator(".noUi-handle")
    handle.focus()
    page.evaluate("void (window.before = window.hrtemViewers[0].layers.probability.get('unet'))")
    page.evaluate(
        "addEventListener('keydown', () => { window.pressed = performance.now(); }, { capture: true, once: true })"
    )
    page.keyboard.press(key)
    return float(page.evaluate(WAIT, [dilation]))


def report(times: dict[str, list[float]], nm_per_px: float | None) -> None:
    lines = [
        "# From the dilation slider to the mask",
        "",
        f"`unet` on {EDGE} x {EDGE} px at {nm_per_px:.4g} nm/px, dilation 1 to {LAST}, keys on the slider in "
        f"Chromium (software renderer), {platform.machine()}, {os.cpu_count()} cores, no GPU. From the key to the "
        "frame with the new mask, from `python benchmarks/dilation_slider.py`.",
        "",
        "| setting | s, median | fastest | slowest | times |",
        "|---|---|---|---|---|",
    ]
    for name, told in (("first", "first time"), ("repeated", "shown before")):
        seconds = [value / 1000 for value in times[name]]
        lines.append(
            f"| {told} | {statistics.median(seconds):.3f} | {min(seconds):.3f} | {max(seconds):.3f} | {len(seconds)} |"
        )
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "docs" / "dilation-slider.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
