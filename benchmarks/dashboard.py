"""The picture of the page at first sight, in README and docs.

python benchmarks/dashboard.py       # writes docs/figures/dashboard.png; needs Chromium on the PATH
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from chromium import FLAGS
from playwright.sync_api import sync_playwright
from screen_share import PATIENCE_MS, ROOT, opened, served

PICTURE = ROOT / "docs" / "figures" / "dashboard.png"


def main() -> None:
    command = ["-m", "workbench", "serve", "--port", "{port}", "--no-browser"]
    with (
        tempfile.TemporaryDirectory() as made,
        served(ROOT, command, Path(made)) as (port, _log),
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{port}/", timeout=PATIENCE_MS)
        opened(page)
        page.wait_for_function("document.querySelector('.hw-status').innerText.trim() === 'idle'")
        page.locator(".hw-scores td").nth(3).wait_for()
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
