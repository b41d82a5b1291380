"""Nothing keeps people out: axe-core on every view, and the page by keys alone."""

from __future__ import annotations

import pytest
from axe import barriers, barriers_by_view
from driving import READY, keys, rail, section
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def test_axe_finds_no_barrier_in_any_panel_or_tab(figure_1):
    page = figure_1
    assert barriers_by_view(page) == {}
    page.locator(".hwv").focus()
    page.keyboard.press("?")
    expect(page.locator(".hwv-keys")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    assert page.locator("[title=null], [aria-label=null]").count() == 0


def test_axe_would_find_a_barrier(figure_1):
    page = figure_1
    page.evaluate(
        "document.querySelector('.hw-drawer').insertAdjacentHTML('beforeend', '<button id=bare></button>')"
    )
    assert "bare" in barriers(page)[0]
    page.evaluate("document.querySelector('#bare').remove()")
    assert barriers(page) == []


def test_the_page_is_gone_through_by_keys_alone_to_a_threshold_and_back_to_the_panes(figure_1):
    page = figure_1
    threshold = "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'fcn8s').threshold"
    before = page.evaluate(threshold)
    page.locator(".hw-skip").focus()
    page.keyboard.press("Enter")  # past the controls
    assert page.evaluate("document.activeElement.classList.contains('hwv')")
    for title in ("Export", "Networks"):
        rail(page, title).focus()
        page.keyboard.press("Enter")
        expect(rail(page, title)).to_have_attribute("aria-expanded", "true")
    handle = page.get_by_role("slider", name="Threshold of FCN8s")
    expect(handle).to_be_visible()
    for _ in range(60):  # in the order of the page, with nothing but Tab
        page.keyboard.press("Tab")
        if handle.evaluate("(one) => one === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not come to the threshold")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{threshold} > {before + 0.02}", timeout=READY)
    assert keys(page)[1] == "fcn8s"
    section(page, "Mask")
    expect(page.locator(".hw-row", has_text="Network").locator("select").first).to_have_value("FCN8s")
