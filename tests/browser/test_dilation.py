"""Dilation and the receptive field as a hand meets them: Voila, a real Chromium, real clicks."""

from __future__ import annotations

import pytest
from driving import LONG, READY, open_file, open_page, section, settled, wait_idle
from label_sheets import show_sheet, write_sheet
from playwright.sync_api import Page, expect

from workbench.app.core.history import COALESCE_SECONDS

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

PANE = "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'unet')"
SUM = "window.hrtemViewers[0].layers.probability.get('unet')?.data.reduce((sum, value) => sum + value, 0)"


def slide(page: Page, key: str, label: str = "Dilation") -> None:
    """Put a slider in focus and press a key on it; a slider that is drawn anew meanwhile is pressed again."""
    handle = page.locator(".hw-row", has_text=label).locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    settled(page, handle)
    before = handle.get_attribute("aria-valuenow")
    for _ in range(5):
        handle.focus()
        page.keyboard.press(key)
        if handle.get_attribute("aria-valuenow") != before:
            return
    raise AssertionError(f"{key} does not move the slider {label}")


def wait_shown(page: Page, title: str) -> None:
    page.wait_for_function(f"{PANE}.title === {title!r} && !{PANE}.busy", timeout=READY)


def test_the_slider_redraws_the_pane_and_going_back_runs_nothing(figure_1):
    page = figure_1
    section(page, "Mask")
    trained = page.evaluate(SUM)
    slide(page, "ArrowRight")
    wait_shown(page, "U-Net (trained at 1, shown at 2)")
    expect(page.locator(".hwv-name", has_text="U-Net (trained at 1, shown at 2)")).to_be_visible()
    page.wait_for_function(f"{SUM} !== {trained}", timeout=READY)  # pixels follow the title
    wait_idle(page)
    # from here on every state that the status line goes through is noted
    page.evaluate(
        """() => {
          window.said = [];
          const note = () => window.said.push(document.querySelector(".hw-status").innerText.trim());
          const what = { subtree: true, childList: true, characterData: true };
          new MutationObserver(note).observe(document.querySelector(".hw-foot"), what);
        }"""
    )
    page.wait_for_timeout(1000 * COALESCE_SECONDS)  # sooner it is one step with the first, there and back
    slide(page, "ArrowLeft")
    wait_shown(page, "U-Net")
    page.wait_for_function(f"{SUM} === {trained}", timeout=READY)
    assert [said for said in page.evaluate("window.said") if said != "idle"] == []
    page.get_by_role("button", name="Undo").click()
    wait_shown(page, "U-Net (trained at 1, shown at 2)")


def test_the_scale_slider_gives_the_network_larger_pixels(figure_1):
    page = figure_1
    section(page, "Mask")
    trained = page.evaluate(SUM)
    slide(page, "ArrowRight", "Scale ×")
    wait_shown(page, "U-Net (pixels x 1.05)")
    page.wait_for_function(f"{SUM} !== {trained}", timeout=READY)
    expect(page.get_by_text("nm/px; trained on")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    wait_shown(page, "U-Net")
    page.wait_for_function(f"{SUM} === {trained}", timeout=READY)


def test_rings_follow_the_cursor_in_every_pane(figure_1):
    page = figure_1
    section(page, "Mask")
    box = page.locator(".hw-check", has_text="Receptive field at the cursor")
    box.scroll_into_view_if_needed()
    box.locator("input").check()
    page.wait_for_function(f"{PANE}.rings?.half > 0", timeout=READY)
    canvas = settled(page, page.locator(".hwv canvas"))
    x, y, w, h = page.evaluate(
        "(() => { const p = window.hrtemViewers[0].placed[0]; return [p.x, p.y, p.w, p.h]; })()"
    )
    page.mouse.move(canvas["x"] + x + w / 2, canvas["y"] + y + h / 2)
    rings = page.locator(".hwv-rings")
    expect(rings).to_have_count(3)
    circle = rings.last.locator(".most")
    assert float(circle.get_attribute("cx")) == pytest.approx(w / 2, abs=1)
    scale, field = page.evaluate(f"[window.hrtemViewers[0].camera.scale, {PANE}.rings]")
    assert float(circle.get_attribute("r")) == pytest.approx(field["most"] * scale, rel=1e-3)
    assert float(rings.last.locator(".square").get_attribute("width")) == pytest.approx(
        field["square"] * scale, rel=1e-3
    )
    expect(rings.last.locator(".used")).to_contain_text("95 % within")
    box.locator("input").uncheck()
    page.wait_for_function(f"!{PANE}.rings", timeout=READY)
    page.mouse.move(canvas["x"] + x + w / 3, canvas["y"] + y + h / 3)
    expect(rings).to_have_count(0)


def test_a_list_of_wrong_length_names_the_right_one(figure_1):
    page = figure_1
    section(page, "Mask")
    page.get_by_role("button", name="one for each level").click()
    field = page.locator(".hw-row", has_text="Per level").locator("input")
    expect(field).to_have_attribute(
        "placeholder", "5 numbers, finest level first: 1, 1, 1, 1, 1", timeout=READY
    )
    field.fill("1, 2")
    field.press("Enter")
    expect(page.locator(".hw-note-bar")).to_contain_text("one dilation or 5", timeout=READY)
    expect(field).to_have_value("")  # Python has put back what it was
    field.fill("1, 1, 1, 2, 2")
    field.press("Enter")
    wait_shown(page, "U-Net (trained at 1, shown at 1-1-1-2-2)")


def test_a_classical_method_has_the_slider_off_with_the_reason(figure_1):
    page = figure_1
    section(page, "Mask")
    section(page, "Networks")
    page.locator(".hw-network", has_text="Blur + Otsu").locator("input[type=checkbox]").check()
    section(page, "Mask")
    choice = page.locator(".hw-row", has_text="Network").locator("select").first
    choice.select_option(label="Blur + Otsu")
    expect(page.get_by_text("no convolutions, so there is nothing to dilate")).to_be_visible(timeout=READY)
    expect(page.locator(".hw-row", has_text="Dilation").locator(".noUi-target")).to_have_attribute(
        "disabled", "true"
    )


def test_what_is_not_of_what_is_set_is_grey_and_runs_again_after_stop(
    figure_1, page, served, data_folder, request
):
    page, other = figure_1, page
    show_sheet(page, write_sheet(data_folder, request.node.name))  # no answer about it is known yet
    wait_idle(page)
    section(page, "Mask")
    # another page keeps the worker's device busy, so that nothing comes back here before it is stopped
    open_page(other, served)
    open_file(other, "large.tif")
    other.wait_for_function("window.hrtemViewers[0].micrograph.width === 4096", timeout=LONG)
    expect(other.get_by_role("button", name="Stop")).to_be_visible(timeout=LONG)

    stale = page.locator("tr.hw-stale", has_text="U-Net")
    slide(page, "ArrowRight")
    expect(stale).to_contain_text("not as set yet")
    expect(page.locator(".hwv-stale .hwv-name")).to_have_text("c) U-Net")
    expect(page.locator(".hwv-stale .hwv-told")).to_contain_text("not as set yet")
    page.get_by_role("button", name="Stop").click()
    expect(stale).to_contain_text("stopped")
    again = page.get_by_role("button", name="Run again")
    expect(again).to_be_visible()
    again.click()
    expect(stale).to_contain_text("not as set yet")
    expect(again).to_be_hidden()

    other.get_by_role("button", name="Stop").click()
    wait_shown(page, "U-Net (trained at 1, shown at 2)")
    expect(page.locator("tr.hw-stale")).to_have_count(0)
    expect(page.locator(".hwv-stale")).to_have_count(0)
    expect(again).to_be_hidden()
