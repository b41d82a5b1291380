"""The figure on paper, by clicks and keys in a real Chromium: what the preview shows is what is written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from driving import READY, section, settled, wait_idle
from figure_files import images_of_pdf, texts_of_svg
from playwright.sync_api import Locator, Page, expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
DRAWN = """() => {
  const picture = document.querySelector(".hw-preview:not(.hw-stale-preview) img[src]");
  return picture?.complete && picture.naturalWidth > 0 && picture.src;
}"""
PIXELS = """async () => {
  const picture = document.querySelector(".hw-preview img");
  const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const digest = await crypto.subtle.digest("SHA-1", data);
  return [canvas.width, canvas.height, ...new Uint8Array(digest)].join(" ");
}"""
TITLES = """JSON.stringify(JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname))
  .export.titles)"""


def preview(page: Page) -> str:
    """What the preview shows, once it is drawn and not grey."""
    page.wait_for_function(DRAWN, timeout=READY)
    return page.evaluate(PIXELS)


def wait_for_another(page: Page, before: str) -> str:
    """What the preview shows once that is another picture."""
    end = time.monotonic() + READY / 1000
    while (shown := preview(page)) == before:
        assert time.monotonic() < end, "the preview stays as it is"
        page.wait_for_timeout(100)
    return shown


def exported(page: Page, form: str) -> bytes:
    with page.expect_download(timeout=READY) as waiting:
        page.locator(".hw-section-export").get_by_role("button", name=form, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def title(page: Page, letter: str) -> Locator:
    return page.locator(".hw-section-export .hw-row", has_text=f"Title {letter})").locator("input")


def test_the_preview_is_drawn_anew_with_a_title_which_is_in_the_file_too(figure_1):
    page = figure_1
    section(page, "Export")
    expect(page.get_by_role("tab", name="Figure")).to_have_attribute("aria-selected", "true")
    first = preview(page)
    expect(title(page, "b")).to_have_value("FCN8s, threshold 0.45")
    page.evaluate(
        """() => {
          window.greyed = false;
          const view = document.querySelector(".hw-preview");
          new MutationObserver(() => { window.greyed ||= view.classList.contains("hw-stale-preview"); })
            .observe(view, { attributeFilter: ["class"] });
        }"""
    )
    title(page, "b").fill("Ours")
    title(page, "b").press("Enter")
    title(page, "c").fill("")
    title(page, "c").press("Enter")
    page.wait_for_function(f"""() => {TITLES} === '{{"fcn8s":"Ours","unet":""}}'""")
    wait_for_another(page, first)
    assert page.evaluate("window.greyed")  # it was of what was set before, and was grey
    said = texts_of_svg(exported(page, "SVG").decode())
    assert {"a) easy", "b) Ours", "c)"} <= set(said)
    assert not [text for text in said if "threshold" in text]
    page.get_by_role("button", name="usual titles").click()
    expect(title(page, "c")).to_have_value("U-Net, threshold 0.45")
    page.wait_for_function(f"() => {TITLES} === '{{}}'")
    wait_idle(page)


def test_the_figure_shows_what_the_panes_show_once_it_is_cropped_and_again_after_a_reload(figure_1):
    page = figure_1
    section(page, "Export")
    whole = preview(page)
    canvas = settled(page, page.locator(".hwv canvas"))
    told = "window.hrtemViewers[0].told.box"
    page.wait_for_function(f"{told} !== ''")  # what the panes show is told once the hand has come to rest
    before = page.evaluate(told)
    page.mouse.move(canvas["x"] + canvas["width"] / 6, canvas["y"] + canvas["height"] / 2)
    page.mouse.wheel(0, -900)
    page.wait_for_function("window.hrtemViewers[0].camera.zoom > 2")
    page.wait_for_function(f"(before) => {told} !== before", arg=before)
    top, left, bottom, right = (int(edge) for edge in page.evaluate(told).split(","))
    shown = page.locator(".hw-section-export .hw-note", has_text="Shows rows")
    page.get_by_role("button", name="crop to the view").click()
    expect(shown).to_contain_text(f"Shows rows {top} to {bottom}, columns {left} to {right}")
    cropped = wait_for_another(page, whole)
    assert images_of_pdf(exported(page, "PDF")) == [(right - left, bottom - top)] * 3
    page.wait_for_function(
        """() => JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname)).export.region"""
    )
    page.reload()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    wait_idle(page)
    section(page, "Export")
    expect(shown).to_contain_text(f"Shows rows {top} to {bottom}, columns {left} to {right}")
    assert preview(page) == cropped
    page.get_by_role("button", name="the whole micrograph").click()
    assert wait_for_another(page, cropped) == whole


def test_a_colour_and_the_corner_of_the_bar_are_seen_in_the_preview_before_anything_is_written(figure_1):
    page = figure_1
    section(page, "Export")
    first = preview(page)
    corner = page.locator(".hw-section-export .hw-row", has_text="Bar at").locator("select")
    corner.select_option(label="lower right")
    second = wait_for_another(page, first)
    section(page, "Networks")
    page.locator(".hw-swatch-button").first.click()
    page.get_by_role("button", name="ultramarine", exact=True).click()
    page.get_by_role("tab", name="Figure").click()  # it is looked at, whichever panel is open
    third = wait_for_another(page, second)
    assert len({first, second, third}) == 3
