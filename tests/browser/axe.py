"""axe-core on a page: what it finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from driving import tab
from playwright.sync_api import Page, expect


def barriers(page: Page, inside: str = ".hw-page") -> list[str]:
    """Each violation that axe-core calls serious or critical, with the element that it is about."""
    found = Axe().run(page, context=inside).response["violations"]
    return [
        f"{one['impact']}: {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def barriers_by_view(page: Page) -> dict[str, list[str]]:
    """What axe-core finds with each panel open, and with each tab raised; views where it finds nothing are left out."""
    found = {}
    for item in page.locator(".hw-rail-item[data-key]").all():
        if item.get_attribute("aria-expanded") != "true":
            item.click()
        expect(item).to_have_attribute("aria-expanded", "true")
        found[item.inner_text()] = barriers(page)
    for title in page.locator(".hw-tab").all_inner_texts():
        tab(page, title)
        found[f"tab {title}"] = barriers(page)
    assert len(found) > 15  # ten panels and nine tabs
    return {view: said for view, said in found.items() if said}
