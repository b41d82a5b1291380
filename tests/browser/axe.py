"""axe-core on a page: what it finds that keeps people out."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from driving import tab
from playwright.sync_api import Page, expect


def barriers(page: Page, inside: str = ".hw-page") -> list[str]:
    """Each violation that axe-core calls serious or critical, with the element that it is about."""
    if not page.evaluate("'axe' in window"):  # 600 kB, which need not be read again for each view
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(inside) => axe.run(inside, { resultTypes: ['violations'] })", inside)[
        "violations"
    ]
    return [
        f"{one['impact']}: {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def barriers_by_view(page: Page) -> dict[str, list[str]]:
    """What axe-core finds on the page, in each panel when it is open, and in the dock with each tab raised.

    Views where it finds nothing are left out.
    """
    found = {"page": barriers(page)}
    for item in page.locator(".hw-rail-item[data-key]").all():
        if item.get_attribute("aria-expanded") != "true":
            item.click()
        expect(item).to_have_attribute("aria-expanded", "true")
        found[item.inner_text()] = barriers(page, ".hw-drawer")
    for title in page.locator(".hw-tab").all_inner_texts():
        tab(page, title)
        found[f"tab {title}"] = barriers(page, ".hw-dock")
    assert len(found) == 1 + page.locator(".hw-rail-item[data-key]").count() + page.locator(".hw-tab").count()
    return {view: said for view, said in found.items() if said}
