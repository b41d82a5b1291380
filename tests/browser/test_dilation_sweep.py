"""All dilations side by side, their curve and the run that follows from them, by clicks in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import LONG, READY, cut_boxes, hold_threshold, open_file, section, settled, tab, wait_idle
from playwright.sync_api import Page, expect
from training_clicks import field

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

PANE = "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'unet')"


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    settled(page, button)
    button.click()


def test_from_all_dilations_to_a_pane_a_figure_and_a_run(figure_1):
    page = figure_1
    section(page, "Mask")
    press(page, "All dilations")
    expect(page.locator(".hw-status")).to_contain_text("all dilations: dilation")
    pictures = page.locator(".hw-sweep .hw-thumbs button")
    expect(pictures).to_have_count(8, timeout=LONG)
    expect(page.locator(".hw-sweep").get_by_role("button", name="Stop", exact=True)).to_be_hidden(
        timeout=READY
    )
    expect(page.locator(".hw-status")).to_have_text("idle")
    # the sample has a truth: a score below each picture, and as many corners on the curve
    scores = [float(text.split("Dice ")[1]) for text in pictures.all_inner_texts()]
    assert all(0 <= score <= 1 for score in scores)
    corners = (
        """() => (document.querySelector(".hw-sweep path.line")?.getAttribute("d") ?? "").split("L").length"""
    )
    page.wait_for_function(f"({corners})() === 8", timeout=READY)
    assert cut_boxes(page) == []
    # the pictures follow the threshold when the hand lets go
    hold_threshold(page, "unet")
    page.mouse.up()
    page.wait_for_function(
        f"""() => [...document.querySelectorAll(".hw-sweep .hw-thumbs button")]
          .filter((one) => one.title.includes(`threshold ${{{PANE}.threshold}};`)).length === 8""",
        timeout=READY,
    )
    assert [float(text.split("Dice ")[1]) for text in pictures.all_inner_texts()] != scores
    pictures.filter(has_text="dilation 3").click()
    page.wait_for_function(
        f"{PANE}.title === 'U-Net (trained at 1, shown at 3)' && !{PANE}.busy", timeout=READY
    )
    expect(pictures.nth(2)).to_have_class("hw-chosen")
    with page.expect_download(timeout=READY) as waiting:
        press(page, "Figure (PNG)")
    assert waiting.value.suggested_filename.endswith(".unet.dilations.png")
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
    press(page, "Train at this dilation")
    written = page.locator(".hw-section-train .hw-row", has_text="Dilation").locator("input")
    expect(written).to_have_value("3", timeout=READY)
    expect(field(page, "Name")).to_have_value("unet-dilation-3", timeout=READY)
    expect(page.locator(".hw-section-train")).to_be_visible()
    tab(page, "Dilations")
    strip = page.locator(".hw-sweep")
    strip.get_by_role("button", name="Close", exact=True).click()
    expect(strip).to_have_count(0, timeout=READY)
    expect(page.locator(".hw-scores")).to_be_visible()


def test_stop_ends_it_and_the_pictures_that_are_there_stay(figure_1):
    page = figure_1
    open_file(page, "one_particle.tif")  # the worker knows every dilation of the sample by now
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 384", timeout=READY)
    wait_idle(page)
    section(page, "Mask")
    # a hand that is quicker than a network: Stop is pressed in the frame after the first picture
    page.evaluate(
        """() => {
          const look = () => {
            const strip = document.querySelector(".hw-sweep");
            const stop = [...(strip?.querySelectorAll("button") ?? [])].find((one) => one.textContent === "Stop");
            if (strip?.querySelector(".hw-thumbs button") && stop) stop.click();
            else requestAnimationFrame(look);
          };
          look();
        }"""
    )
    press(page, "All dilations")
    strip = page.locator(".hw-sweep")
    expect(strip).to_contain_text("stopped after", timeout=READY)
    there = strip.locator(".hw-thumbs button").count()
    assert 1 <= there < 8
    press(page, "All dilations")
    expect(strip.locator(".hw-thumbs button")).to_have_count(8, timeout=LONG)


def test_a_pixel_size_outside_the_training_is_said_on_the_pane(figure_1):
    page = figure_1
    section(page, "Micrograph")
    size = page.locator(".hw-row", has_text="Pixel size").locator("input")
    size.fill("3")
    size.press("Enter")
    warning = page.locator(".hwv-pane", has_text="U-Net").locator(".hwv-warning")
    expect(warning).to_contain_text("pixel size", timeout=READY)
    assert "pixel size 3 nm/px, trained on" in warning.get_attribute("title")
    expect(page.locator(".hw-outside")).to_contain_text("trained on")
