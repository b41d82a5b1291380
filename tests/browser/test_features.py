"""From the features of a layer to a region that fails and the label's tools, by clicks in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import READY, cut_boxes, open_file, section, settled, wait_idle
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
SHAPE = (160, 200)
REGION = "window.hrtemViewers[0].model.get('region')"


@pytest.fixture(scope="module")
def disc(data_folder: Path) -> str:
    """A small micrograph of one particle with its truth beside it, as a set: the name of its folder."""
    inside = data_folder / "features"
    inside.mkdir()
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    mask = np.hypot(rows - 80, columns - 90) < 30
    pixels = 1000 - 300 * mask + 50 * np.random.default_rng(0).normal(size=SHAPE)
    write_tiff(inside / "disc.tif", pixels.astype(np.float32), 0.05)
    return inside.name


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a drop-down of the panel."""
    page.locator(".hw-section-features .hw-row", has_text=label).locator("select").select_option(label=option)


def only_unet(page: Page) -> None:
    """Untick the large network, whose features take a slow machine long."""
    section(page, "Networks")
    row = page.locator(".hw-network", has_text="FCN8s")
    row.locator("input").uncheck()
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').every((pane) => pane.key !== 'fcn8s')", timeout=READY
    )


def test_from_a_feature_to_what_excites_it_and_from_a_point_to_the_label(figure_1, disc):
    page = figure_1
    only_unet(page)
    open_file(page, f"{disc}/disc.tif")
    page.wait_for_function(f"window.hrtemViewers[0].micrograph?.width === {SHAPE[1]}", timeout=READY)
    wait_idle(page)

    # 1. the features of the last layer, then of another, as pictures
    section(page, "Features")
    box = page.locator(".hw-features")
    thumbs = box.locator(".hw-thumbs button")
    expect(thumbs.first).to_be_visible(timeout=READY)
    expect(box).to_contain_text("decoders.0.5")
    choose(page, "Layer", "downs.0.2 ReLU, 16")
    expect(box).to_contain_text("U-Net, downs.0.2", timeout=READY)
    expect(thumbs.first).to_be_visible(timeout=READY)
    page.wait_for_function(
        "[...document.querySelectorAll('.hw-features .hw-thumbs img')].every((one) => one.naturalWidth > 0)",
        timeout=READY,
    )
    assert cut_boxes(page) == []

    # 2. one of them large, and what excites it beside it
    second = thumbs.nth(1)
    number = second.locator("b").inner_text()
    second.click()
    expect(second).to_have_class("hw-chosen", timeout=READY)
    expect(box.locator(".hw-feature")).to_contain_text(f"Feature {number}", timeout=READY)
    box.get_by_role("button", name="What excites it").click()
    large = box.locator(".hw-feature figure")
    expect(large).to_have_count(2, timeout=READY)
    expect(large.nth(1)).to_contain_text("nm across")
    page.wait_for_function(
        """(small) => {
          const large = [...document.querySelectorAll(".hw-feature figure")].map((one) => one.clientWidth);
          return large.length === 2 && Math.min(...large) > 2 * small;
        }""",
        arg=thumbs.first.bounding_box()["width"],
        timeout=READY,
    )
    assert cut_boxes(page) == []

    # 3. the pixels as points; one of them opens its place, from there to the tools of the label
    page.locator(".hw-section-features").get_by_role("button", name="Pixels").click()
    dots = box.locator(".hw-pixels-plot .dot")
    expect(dots.first).to_be_attached(timeout=READY)
    expect(box.locator(".hw-kinds")).to_contain_text("called particle")
    assert cut_boxes(page) == []
    label = box.get_by_role("button", name="Label here")
    expect(label).to_be_disabled()
    # the left-most point: no other lies on it
    settled(page, dots.first)
    place = page.evaluate(
        """() => {
          const dots = [...document.querySelectorAll(".hw-pixels-plot .dot")];
          const boxes = dots.map((dot) => dot.getBoundingClientRect());
          const left = boxes.reduce((least, one) => (one.left < least.left ? one : least));
          return [left.left + left.width / 2, left.top + left.height / 2];
        }"""
    )
    page.mouse.click(*place)
    page.wait_for_function(f"{REGION}.length === 4", timeout=READY)
    expect(page.locator(".hwv-frame").first).to_be_visible()
    spots = box.locator(".hw-spots .hw-thumbs button")
    expect(spots.first).to_have_class("hw-chosen", timeout=READY)
    assert cut_boxes(page) == []
    before = page.evaluate(REGION)
    label.click()
    expect(page.locator(".hw-section-label.hw-open")).to_be_visible(timeout=READY)
    proposal = page.locator(".hw-deck-two .hw-thumbs button")
    expect(proposal).to_have_count(1, timeout=READY)
    expect(proposal).to_contain_text("U-Net: ")
    assert page.evaluate(REGION) == before
    expect(page.get_by_role("button", name="Leave the rest out")).to_be_visible(timeout=READY)


def test_a_classical_method_is_said_to_have_no_features(figure_1):
    page = figure_1
    page.set_viewport_size({"width": 1280, "height": 800})
    only_unet(page)
    section(page, "Networks")
    page.locator(".hw-network", has_text="Blur + Otsu").locator("input").check()
    page.locator(".hw-network", has_text="U-Net").first.locator("input").uncheck()
    section(page, "Features")
    box = page.locator(".hw-features")
    expect(box).to_contain_text("is a classical method: it has no layers", timeout=READY)
    expect(box.locator(".hw-thumbs button")).to_have_count(0)
    section(page, "Networks")
    page.locator(".hw-network", has_text="Blur + Otsu").locator("input").uncheck()
    expect(box).to_contain_text("Tick a network under Networks", timeout=READY)
    assert cut_boxes(page) == []


def test_two_networks_are_compared_and_one_alone_asks_for_another(figure_1, disc):
    page = figure_1
    open_file(page, f"{disc}/disc.tif")
    page.wait_for_function(f"window.hrtemViewers[0].micrograph?.width === {SHAPE[1]}", timeout=READY)
    wait_idle(page)
    section(page, "Features")
    page.locator(".hw-section-features").get_by_role("button", name="Compare").click()
    box = page.locator(".hw-features")
    picture = box.locator(".hw-cka svg")
    expect(picture).to_be_visible(timeout=READY)
    expect(picture).to_contain_text("FCN8s")
    expect(picture).to_contain_text("U-Net")
    values = [
        float(said.rpartition(" ")[2])
        for said in picture.locator("title").all_text_contents()
        if "CKA 0" in said
    ]
    assert len(values) > 20
    assert max(values) > 2 * min(values)
    tunings = box.locator(".hw-tunings figcaption")
    expect(tunings).to_have_count(2)
    for one in tunings.all_text_contents():
        assert "filters answer to fringes" in one
    assert cut_boxes(page) == []
    only_unet(page)
    expect(box).to_contain_text("Tick a second network", timeout=READY)
