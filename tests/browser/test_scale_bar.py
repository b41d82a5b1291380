"""The pixel size from the scale bar in a picture: drawn along, clicked, its caption typed."""

import re

import pytest
from driving import drag, open_file, settled, spot, wait_idle
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def test_a_line_along_the_bar_and_its_caption_set_the_pixel_size_and_escape_puts_the_ruler_down(figure_1):
    page = figure_1
    open_file(page, "picture.png")
    expect(page.locator(".hw-about")).to_contain_text("480 × 400 px")
    button = page.get_by_role("button", name="from its scale bar")
    note, ruler = page.locator(".hw-scale-bar"), page.locator(".hwv-ruler")
    button.click()
    expect(note).to_contain_text("Draw a line along the scale bar")
    drag(page, (200, 100), (202, 250))
    expect(page.locator(".hw-note-bar")).to_contain_text("No bar lies along this line")
    drag(page, (336, 390), (333, 450), pane=1)
    expect(note).to_contain_text("The bar is 81 px long.")
    expect(page.locator(".hw-note-bar")).to_be_hidden()
    panes = page.evaluate("window.hrtemViewers[0].placed.length")
    expect(ruler).to_have_count(panes)
    expect(ruler.first.locator("text")).to_have_text("81 px")
    ends = page.evaluate("window.hrtemViewers[0].model.get('ruler_line')")
    assert ends == pytest.approx([335.5, 380, 335.5, 461], abs=0.2)
    length = page.locator(".hw-row", has_text="Its length").locator("input")
    length.fill("20 nm")
    length.press("Enter")
    expect(page.locator(".hw-about")).to_contain_text(re.compile(r"0\.24\d* nm/px"))
    expect(page.locator(".hw-typed")).to_contain_text("from the scale bar (20 nm over 81 px)")
    expect(ruler).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".hw-typed")).to_be_hidden()
    expect(page.locator(".hw-about")).not_to_contain_text("nm/px")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator(".hw-typed")).to_contain_text("from the scale bar (20 nm over 81 px)")
    button.click()
    expect(note).to_be_visible()
    settled(page, page.locator(".hwv canvas"))
    page.mouse.click(*spot(page, 334, 420))
    expect(note).to_contain_text("The bar is 81 px long.")
    page.keyboard.press("Escape")
    expect(ruler).to_have_count(0)
    expect(button).to_be_visible()
    wait_idle(page)
