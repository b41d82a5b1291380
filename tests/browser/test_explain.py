"""A particle is clicked, and what made the networks say so appears, by clicks in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from driving import READY, cut_boxes, open_file, open_page, section, settled, spot, wait_idle
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

PARTICLE = (405, 300)
"""Row and column of a particle of the sample that both networks find."""
MAPS = ".hw-map[data-state='done']"
LONG = 4 * READY
"""Figures of trust take many passes of the networks, FCN8s's a minute or more on two cores."""


def open_explain(page: Page, served: str, *methods: str) -> None:
    """Open the page and the panel, and tick these methods and no others."""
    open_page(page, served)
    wait_idle(page)
    section(page, "Explain")
    boxes = page.locator(".hw-methods .hw-check")
    expect(boxes.first).to_be_visible(timeout=READY)
    for box in boxes.all():
        tick, wanted = box.locator("input"), box.inner_text().strip() in methods
        if tick.is_checked() != wanted:
            tick.click()
    assert page.locator(".hw-methods input:checked").count() == len(methods)


def click(page: Page, row: int, column: int, pane: int = 0) -> None:
    settled(page, page.locator(".hwv canvas"))
    page.mouse.click(*spot(page, row, column, pane))


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True).locator("visible=true").first
    button.scroll_into_view_if_needed()
    settled(page, button)
    button.click()


def test_a_clicked_particle_gets_maps_of_two_networks_by_three_methods_with_trust_and_spectra(page, served):
    open_explain(page, served, "Gradient", "Gradient x input", "Grad-CAM")
    expect(page.locator(".hw-explain-hint")).to_contain_text("Click a particle")
    click(page, *PARTICLE)
    expect(page.locator(MAPS)).to_have_count(6, timeout=LONG)
    pairs = {
        (one.get_attribute("data-network"), one.get_attribute("data-method"))
        for one in page.locator(MAPS).all()
    }
    assert pairs == {
        (network, method)
        for network in ("fcn8s", "unet")
        for method in ("gradient", "gradient_x_input", "grad_cam")
    }
    # then, without another click, how far to trust each, and what was used of the lattice
    expect(page.locator(".hw-map-curve .used")).to_have_count(6, timeout=LONG)
    for said in page.locator(f"{MAPS} .hw-map-said").all_inner_texts():
        assert "deletion" in said
        assert "lattice" in said
    for drawn in page.locator(".hw-map-curve").all_text_contents():
        assert "111" in drawn
    heads = page.locator(".hw-map-row").all_inner_texts()
    assert len(heads) == 2
    assert all(re.search("particle at 40[456], (299|30[01]), mask at", head) for head in heads)
    # something is drawn: colour over grey
    coloured = page.evaluate(
        """() => [...document.querySelectorAll(".hw-map canvas")].map((canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let i = 0; i < data.length; i += 4) found += Math.abs(data[i] - data[i + 2]) > 24;
          return found / (data.length / 4);
        })"""
    )
    assert len(coloured) == 6
    # one scale a method: the U-Net's Grad-CAM, of a layer with small features, is faint beside FCN8s's
    assert sorted(coloured)[1] > 0.02
    # the target is outlined in the panes of the networks, and the click is marked in all
    outlines = page.evaluate(
        """() => [...document.querySelectorAll(".hwv-target")].map((svg) => svg.children[0].getAttribute("d").length)"""
    )
    assert outlines[0] == 0
    assert min(outlines[1:]) > 50
    for width, height in ((1280, 800), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        settled(page, page.locator(".hw-explain"))
        assert cut_boxes(page) == []
        pictures = page.evaluate(
            "[...document.querySelectorAll('.hw-map-picture')].map((one) => one.getBoundingClientRect().width)"
        )
        assert min(pictures) >= 100
        assert min(page.evaluate("window.hrtemViewers[0].placed.map((pane) => pane.w)")) >= 200
    for form, start in (("PNG", b"\x89PNG"), ("SVG", b"<?xml")):
        with page.expect_download(timeout=READY) as waiting:
            press(page, f"Figure ({form})")
        assert waiting.value.suggested_filename == f"easy.explained.{form.lower()}"
        assert Path(waiting.value.path()).read_bytes().startswith(start)
    section(page, "Export")
    with page.expect_download(timeout=READY) as waiting:
        press(page, "Python")
    written = Path(waiting.value.path()).read_text()
    assert written.count("wb.explain(") == 6


def test_the_sliders_change_the_drawing_and_escape_puts_it_away(page, served):
    open_explain(page, served, "Gradient")
    click(page, *PARTICLE, pane=2)
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    colours = """() => {
      const canvas = document.querySelector(".hw-map canvas");
      return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].join();
    }"""
    before = page.evaluate(colours)
    for name in ("Map", "Percentile"):
        readout = page.locator(".hw-section-explain .hw-row", has_text=name).locator(".widget-readout")
        readout.scroll_into_view_if_needed()
        readout.fill("0.3" if name == "Map" else "92")
        readout.press("Enter")
        page.wait_for_function(f"(before) => ({colours})() !== before", arg=before, timeout=READY)
        before = page.evaluate(colours)
    page.locator(".hwv").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".hw-map")).to_have_count(0, timeout=READY)
    expect(page.locator(".hw-explain-hint")).to_contain_text("Click a particle")
    expect(page.locator(".hwv-target")).to_have_count(0)
    click(page, *PARTICLE, pane=2)  # the same pixel again
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)


def test_stop_ends_it_and_a_new_click_takes_the_place_of_the_old_one(page, served):
    open_explain(page, served, "Integrated gradients")
    click(page, *PARTICLE)
    stop = page.locator(".hw-explain").get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible(timeout=READY)
    stop.click()
    expect(page.locator(".hw-explain")).to_contain_text("stopped", timeout=READY)
    expect(page.locator(".hw-status")).to_have_text("idle", timeout=READY)
    expect(page.locator(".hw-map[data-state='running'], .hw-map[data-state='waiting']")).to_have_count(0)
    page.locator(".hw-methods .hw-check", has_text="Integrated gradients").locator("input").click()
    page.locator(".hw-methods .hw-check", has_text="SmoothGrad").locator("input").click()
    click(page, *PARTICLE)
    expect(page.locator(".hw-map-row").first).to_contain_text("particle at 40", timeout=READY)
    click(page, 200, 250)
    expect(page.locator(".hw-map-row").first).to_contain_text(
        re.compile("pixel at (199|20[01]), (249|25[01])"), timeout=READY
    )  # a px of the screen is more than one of the micrograph
    expect(page.locator(".hw-map-row em").first).to_contain_text("sees no particle here")
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    if stop.is_visible():
        stop.click()  # the next test shares the worker
    expect(page.locator(".hw-status")).to_have_text("idle", timeout=READY)


def test_a_classical_method_says_why_it_has_no_map_and_no_network_is_asked_for(page, served):
    open_explain(page, served, "Gradient")
    open_file(page, "one_particle.tif")
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 384", timeout=READY)
    wait_idle(page)
    section(page, "Networks")
    boxes = page.locator(".hw-network")
    for name in ("FCN8s", "U-Net"):
        boxes.filter(has_text=name).first.locator("input").click()
    expect(page.locator(".hw-explain-hint")).to_contain_text("Tick a network", timeout=READY)
    boxes.filter(has_text="Otsu").first.locator("input").click()
    wait_idle(page)
    click(page, 128, 190)
    expect(page.locator(".hw-map-row")).to_contain_text("is a classical method", timeout=READY)
    expect(page.locator(".hw-map")).to_have_count(0)
