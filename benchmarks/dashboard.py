"""The picture of the page at first sight, in README and docs.

python benchmarks/dashboard.py       # writes docs/figures/dashboard.png; needs Chromium on the PATH
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from served_page import PATIENCE_MS, ROOT, SERVE, chromium, opened, served

PICTURE = ROOT / "docs" / "figures" / "dashboard.png"


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as made,
        served(ROOT, SERVE, Path(made)) as (port, _log),
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{port}/", timeout=PATIENCE_MS)
        opened(page)
        page.wait_for_function("document.querySelector('.hw-status').innerText.trim() === 'idle'")
        page.locator(".hw-scores td").nth(3).wait_for()
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
