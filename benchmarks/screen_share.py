"""The share of the window that micrographs take, by window, home and what is open; and of the page as it was before.

    python benchmarks/screen_share.py --before e680ca29   # writes docs/screen-share.md; needs Chromium on the PATH

Counted are the pixels of the window on which a micrograph is drawn, in all panes together: what of it lies inside its
pane. The page of ``--before`` is that of another commit, checked out beside this one and served by its own package.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Page, TimeoutError
from served_page import IDLE, PATIENCE_MS, ROOT, SERVE, checked_out, chromium, opened, served

PAGE = ROOT / "docs" / "screen-share.md"
SIZES = [(1440, 900), (1280, 800), (960, 600), (900, 700), (1920, 1080), (2560, 1440)]
TRIES = 4
SHARE = """() => {
  const view = window.hrtemViewers[0], { camera, micrograph, placed } = view;
  view.draw();
  const box = view.canvas.getBoundingClientRect();
  const within = (from, to, low, high) => Math.max(Math.min(to, high) - Math.max(from, low), 0);
  let sum = 0;
  for (const pane of placed) {
    const edges = [["x", "w", box.left, innerWidth, micrograph.width, 0],
      ["y", "h", box.top, innerHeight, micrograph.height, 1]].map(([at, size, start, window, pixels, axis]) => {
        const low = Math.max(start + pane[at], 0), high = Math.min(start + pane[at] + pane[size], window);
        const middle = start + pane[at] + pane[size] / 2 - camera.centre[axis] * camera.scale;
        return within(middle, middle + pixels * camera.scale, low, high);
      });
    sum += edges[0] * edges[1];
  }
  return sum / (innerWidth * innerHeight);
}"""


def share(page: Page) -> float:
    """The share, once the page has stopped moving."""
    before = -1.0
    for _ in range(60):
        page.wait_for_timeout(250)
        now = float(page.evaluate(SHARE))
        if now == before:
            return now
        before = now
    raise RuntimeError("the page moves all the time")


def press(page: Page, key: str, title: str) -> None:
    """Open or close a panel, of either page."""
    rail = page.locator(f".hw-rail-item[data-key={key}]")
    (rail if rail.count() else page.locator(".hw-section-head", has_text=title).first).click()


def dashboard(browser: Any, checkout: Path) -> dict[str, list[float | None]]:
    """Shares of the page that Voila serves, a row a state, a column a window."""
    rows: dict[str, list[float | None]] = {"as it comes": [], "all folded": [], "Explain open": []}
    with tempfile.TemporaryDirectory() as made, served(checkout, SERVE, Path(made)) as (port, _log):
        page = browser.new_page(viewport={"width": 1440, "height": 900}, device_scale_factor=0.5)
        page.goto(f"http://127.0.0.1:{port}/", timeout=PATIENCE_MS)
        opened(page)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            rows["as it comes"].append(share(page))
        folds = page.locator(".hw-fold").count() > 0
        if folds:
            press(page, "networks", "Networks")
            page.locator(".hw-fold").click()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            rows["all folded"].append(share(page) if folds else None)
        press(page, "explain", "Explain")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            rows["Explain open"].append(share(page))
        page.close()
    return rows


def notebook(browser: Any, checkout: Path) -> dict[str, list[float | None]]:
    """Shares of the page in a cell of JupyterLab, and where it takes the whole window."""
    rows: dict[str, list[float | None]] = {"in a cell of JupyterLab": [], "JupyterLab, full window": []}
    start = "import sys; from pathlib import Path; from workbench.app.serving.serve import lab; "
    start += "lab(int(sys.argv[1]), False, Path(sys.argv[2]))"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        cell = nbformat.v4.new_code_cell("import workbench as wb\nwb.Workbench()")
        (folder / "lessons").mkdir()
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        made_of = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
        nbformat.write(made_of, folder / "lessons" / "page.ipynb")
        quiet = folder / "settings" / "@jupyterlab" / "apputils-extension"
        quiet.mkdir(parents=True)
        (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        with served(checkout, ["-c", start, "{port}", str(folder / "lessons")], folder) as (_port, log):
            found = None
            while found is None:
                time.sleep(0.5)
                found = re.search(r"http://\S+token=\w+", log.read_text())
            page = browser.new_page(viewport={"width": 1440, "height": 900}, device_scale_factor=0.5)
            page.goto(found.group(0).replace("/lab?", "/lab/tree/page.ipynb?"), timeout=PATIENCE_MS)
            page.wait_for_selector(".jp-NotebookPanel-toolbar [data-status=idle]", timeout=PATIENCE_MS)
            for _ in range(TRIES):  # JupyterLab, still starting, may lose what the cell said
                page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
                page.keyboard.press("Shift+Enter")
                with suppress(TimeoutError):
                    page.wait_for_function(IDLE, timeout=PATIENCE_MS / TRIES, polling=200)
                    break
            full = page.locator(".hw-full-window-button")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.locator(".hw-page").evaluate("(page) => page.scrollIntoView()")
                rows["in a cell of JupyterLab"].append(share(page))
            if full.count():
                full.click()
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                rows["JupyterLab, full window"].append(share(page) if full.count() else None)
            page.close()
    return rows


def shares(checkout: Path) -> dict[str, list[float | None]]:
    with chromium() as browser:
        return {**dashboard(browser, checkout), **notebook(browser, checkout)}


def table(rows: dict[str, list[float | None]]) -> str:
    head = "| | " + " | ".join(f"{width} x {height}" for width, height in SIZES) + " |"
    lines = [head, "|---" * (len(SIZES) + 1) + "|"]
    for name, row in rows.items():
        cells = ["–" if one is None else f"{100 * one:.0f} %" for one in row]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--before", metavar="COMMIT", help="also measure the page of this commit")
    asked = parser.parse_args()
    text = [
        "# How much of the screen is micrographs",
        "",
        "The share of the window's pixels on which a micrograph is drawn, three panes together (micrograph, FCN8s,",
        f"U-Net; a sample of 512 x 512 px). Written by `python benchmarks/screen_share.py --before {asked.before}`.",
        "",
        "## The page as it is",
        "",
        table(shares(ROOT)),
    ]
    if asked.before:
        with checked_out(asked.before) as checkout:
            text += ["", f"## The page as it was ({asked.before})", "", table(shares(checkout))]
    PAGE.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
