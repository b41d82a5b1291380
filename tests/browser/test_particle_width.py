"""The width of a particle as a hand meets it: Voila, a real Chromium, a real drag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import LONG, hold_threshold, open_file, section, settled, wait_idle
from playwright.sync_api import Page, expect

from workbench.app.viewer.panes import STALE
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

DISC = "[...document.querySelectorAll('.hwv-disc .over')].map((disc) => Number(disc.getAttribute('r')))"
WATCH = """() => {
  const { model } = window.hrtemViewers[0];
  window.seen = [];
  model.on("change:panes", () => {
    const pane = model.get("panes").find(({ key }) => key === "by_width");
    if (pane) window.seen.push([pane.color, pane.stale]);
  });
}"""
PIXEL = "window.hrtemViewers[0].camera.scale / window.hrtemViewers[0].micrograph.factor"


def look_again(page: Page) -> None:
    """Let the page look for networks in the folder."""
    section(page, "Networks")
    page.locator(".hw-section-networks").get_by_role("button", name="look for new networks").click()


@pytest.fixture
def by_width(figure_1: Page, data_folder: Path, own_folders: dict[str, str]) -> Iterator[None]:
    """A small network that goes by the width of particles, and a picture without a pixel size.

    The network goes afterwards: as the smallest that knows how, it would find the width in later tests, too.
    """
    networks = Path(own_folders["WORKBENCH_NETWORKS"])
    networks.mkdir(exist_ok=True)
    card = Card(
        name="by_width", title="By width", architecture="unet", particle_px=40.0, smallest_diameter_px=3.0
    )
    torch.manual_seed(0)
    path = networks / "by_width.safetensors"
    save_checkpoint(path, build("unet", base=2, depth=2), card)
    np.save(data_folder / "sizeless.npy", np.random.default_rng(3).integers(0, 255, (300, 400), np.uint8))
    yield
    path.unlink()
    look_again(figure_1)
    expect(figure_1.get_by_label("By width", exact=True)).to_have_count(0)


@pytest.mark.usefixtures("by_width")
def test_the_width_that_a_hand_drags_is_drawn_in_every_pane_and_taken_when_it_lets_go(figure_1):
    page = figure_1
    look_again(page)
    page.get_by_label("By width", exact=True).check()
    for name in ("FCN8s", "U-Net"):
        page.get_by_label(name, exact=True).uncheck()
    open_file(page, "sizeless.npy")
    note = page.locator(".hw-width-note")
    expect(note).to_contain_text(re.compile("found from|could not be found"), timeout=LONG)
    wait_idle(page)
    assert page.evaluate(DISC) == []
    slider = page.locator(".hw-width-slider")
    slider.scroll_into_view_if_needed()
    box = settled(page, slider)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], middle, steps=4)
    said = page.locator(".hw-width-said").inner_text()
    width = float(said.removeprefix("A particle is about ").removesuffix(" px wide"))
    assert 60 < width < 120  # from 5 to 150 px, on a logarithmic scale
    assert page.evaluate(DISC) == pytest.approx(2 * [width * page.evaluate(PIXEL) / 2])
    page.mouse.up()
    expect(note).to_contain_text("set by you")
    page.mouse.move(700, 400)
    page.wait_for_function(f"{DISC}.length === 0")
    wait_idle(page)
    assert page.locator(".hwv-name").all_inner_texts() == ["a) Micrograph", "b) By width"]
    page.get_by_role("button", name="Undo").click()
    expect(note).not_to_contain_text("set by you")
    wait_idle(page)
    page.evaluate(WATCH)
    hold_threshold(page, "by_width")  # specks are left out, which the browser cannot
    page.mouse.up()
    wait_idle(page)
    expect(page.locator(".hwv-stale")).to_have_count(0)
    colours, stale = map(set, zip(*page.evaluate("window.seen"), strict=True))
    panes = page.evaluate("window.hrtemViewers[0].model.get('panes')")
    assert colours == {next(pane["color"] for pane in panes if pane["key"] == "by_width")}
    assert STALE not in colours
    assert stale == {"", "not counted yet"}
