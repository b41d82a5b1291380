"""Next to label by clicks: the list appears, a thumbnail goes to its region, stop stops."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from driving import READY, cut_boxes, drag, label_in_browser, label_value, open_file, section
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
SHAPE = (256, 384)
REGION = "window.hrtemViewers[0].model.get('region')"


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> str:
    """A folder of its own with two micrographs of particles, and a large one that takes long: its name."""
    inside = data_folder / "doubtful"
    inside.mkdir()
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for number, (row, column) in enumerate([(70, 90), (180, 290)]):
        pixels = 1000 + 100 * np.random.default_rng(number).normal(size=SHAPE)
        pixels -= 250 * (np.hypot(rows - row, columns - column) < 50)
        write_tiff(inside / f"a{number}.tif", pixels.astype(np.float32), 0.04)
    large = np.random.default_rng(2).integers(0, 255, (4096, 4096), np.uint8)
    write_tiff(inside / "z_large.tif", large.astype(np.float32), 0.04)
    return inside.name


def begin(page: Page, folder: str) -> None:
    open_file(page, f"{folder}/a0.tif")
    page.wait_for_function(f"window.hrtemViewers[0].micrograph?.width === {SHAPE[1]}", timeout=READY)
    section(page, "Label")


def wait_in_view(page: Page) -> None:
    """Wait until the whole region lies in the first pane and takes most of it, in one direction at least."""
    page.wait_for_function(
        """() => {
          const view = window.hrtemViewers[0], [top, left, bottom, right] = view.model.get("region");
          if (!(right > left)) return false;
          view.draw();
          const { w, h } = view.placed[0];
          const x = [left, right].map((edge) => (edge - view.camera.centre[0]) * view.camera.scale + w / 2);
          const y = [top, bottom].map((edge) => (edge - view.camera.centre[1]) * view.camera.scale + h / 2);
          const inside = x[0] > -1 && y[0] > -1 && x[1] < w + 1 && y[1] < h + 1;
          return inside && Math.max((x[1] - x[0]) / w, (y[1] - y[0]) / h) > 0.7;
        }""",
        timeout=READY,
    )


def test_a_thumbnail_goes_to_its_region_in_its_micrograph(figure_1, folder):
    page = figure_1
    begin(page, folder)
    page.get_by_role("button", name="Look in folder").click()
    thumbnails = page.locator(".hw-thumbs button")
    other = thumbnails.filter(has_text="a1").first
    expect(other).to_be_visible(timeout=READY)
    page.wait_for_function(
        "[...document.querySelectorAll('.hw-thumbs img')].every((one) => one.naturalWidth > 0)",
        timeout=READY,
    )
    expect(other).to_contain_text(re.compile("disagree on|not sure"))
    page.get_by_role("button", name="Stop").last.click()
    box = page.locator(".hw-deck-two")
    expect(box).to_contain_text("stopped; looked through 2 of 3 micrographs", timeout=READY)
    expect(page.get_by_role("button", name="Look in folder")).to_be_visible()
    assert thumbnails.filter(has_text="z_large").count() == 0
    assert cut_boxes(page) == []

    other.click()
    expect(page.locator(".hw-about")).to_contain_text("a1", timeout=READY)
    page.wait_for_function(f"{REGION}.length === 4", timeout=READY)
    wait_in_view(page)
    expect(page.locator(".hwv-frame").first).to_be_visible()
    expect(other).to_have_class("hw-chosen")

    # the tools are at hand: a stroke in the middle of the region, then all outside is left out
    top, left, bottom, right = page.evaluate(REGION)
    middle = ((top + bottom) // 2, (left + right) // 2)
    page.wait_for_function(f"window.hrtemViewers[0].hand.store.image?.width === {SHAPE[1]}", timeout=READY)
    drag(page, middle, (middle[0], middle[1] + 5))
    assert label_value(page, *middle) == 1
    page.get_by_role("button", name="Leave the rest out").click()
    outside = SHAPE[0] * SHAPE[1] - (bottom - top) * (right - left)
    page.wait_for_function(
        f"window.hrtemViewers[0].hand.store.image.data.filter((value) => value === 2).length === {outside}"
    )
    assert label_in_browser(page)["counts"][1] > 0


def test_the_list_is_gone_through_by_keys(figure_1, folder):
    page = figure_1
    page.set_viewport_size({"width": 1280, "height": 800})
    begin(page, folder)
    look = page.get_by_role("button", name="Look here")
    expect(look).to_be_visible()
    expect(look).to_be_enabled()
    look.focus()
    page.keyboard.press("Enter")
    thumbnails = page.locator(".hw-thumbs button")
    expect(thumbnails.nth(1)).to_be_visible(timeout=READY)
    assert cut_boxes(page) == []
    thumbnails.first.focus()
    page.keyboard.press("ArrowRight")
    expect(thumbnails.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{REGION}.length === 4", timeout=READY)
    wait_in_view(page)
    expect(thumbnails.nth(1)).to_have_class("hw-chosen")

    # closing the page loses nothing: the list is there again, and so is what a click on it does
    listed = thumbnails.all_inner_texts()
    page.wait_for_function(
        """(count) => {
          const kept = JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname) ?? "{}");
          return kept.to_label?.proposals.length === count && Object.keys(kept.to_label.visited).length === 1;
        }""",
        arg=len(listed),
    )
    page.reload()
    page.wait_for_function(f"window.hrtemViewers?.[0]?.micrograph?.width === {SHAPE[1]}", timeout=READY)
    expect(thumbnails).to_have_count(len(listed), timeout=READY)
    assert thumbnails.all_inner_texts() == listed
    thumbnails.first.click()
    page.wait_for_function(f"{REGION}.length === 4", timeout=READY)
    wait_in_view(page)
    expect(page.get_by_role("button", name="Leave the rest out")).to_be_visible()
