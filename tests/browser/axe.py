"""axe-core on a page: what it finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page, inside: str = ".hw-page") -> list[str]:
    """Each violation that axe-core calls serious or critical, with the element that it is about."""
    found = Axe().run(page, context=inside).response["violations"]
    return [
        f"{one['impact']}: {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
