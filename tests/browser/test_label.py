"""Labelling as a hand does it: mouse and keys in a real Chromium, the file on the disk beside it."""

from __future__ import annotations

import json
import re
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from driving import (
    READY,
    colour,
    drag,
    label_in_browser,
    label_value,
    settled,
    spot,
    wait_idle,
)
from label_sheets import SHAPE, on_disk, open_sheet, write_sheet
from playwright.sync_api import expect
from shared_page import FIGURE_1, SharedPage

from workbench.app.viewer import viewer
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.labelling.shapes import brush, polygon
from workbench.micrographs.reading import open_micrograph

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def sheet(data_folder, request):
    """A micrograph of its own for each test: its file."""
    return write_sheet(data_folder, request.node.name)


class Desk(SharedPage):
    """One page whose tools are put back after each test; each test opens a sheet of its own."""

    state = """() => {
      const { model } = window.hrtemViewers[0];
      return [model.get("label_tool"), model.get("label_value"), model.get("brush_px")].join();
    }"""

    def _put_back(self, as_it_was):
        tool(self.page, "Brush")
        tool(self.page, "Particle")
        size = self.page.locator(".hw-row", has_text="Brush, px").locator(".widget-readout")
        size.fill("24")
        size.press("Enter")
        self.page.wait_for_function(f"({self.state})() === {as_it_was!r}", timeout=READY / 4)


@pytest.fixture(scope="module")
def _desk(chromium, server):
    # the large network would run on every sheet, and no test asks for it
    made = Desk(chromium, server, {**FIGURE_1, "selected": ["unet"]})
    yield made
    made.close()


@pytest.fixture
def desk(_desk, sheet):
    """The page, with the sheet open and the brush in the hand."""
    page = _desk.begin()
    open_sheet(page, sheet)
    yield page
    assert _desk.end() == []


def tool(page, name):
    """Click a tool, or what it draws, and wait until the viewer holds it: from a button it comes through the kernel."""
    page.locator(".hw-toggles button", has_text=name).first.click()
    wanted = {"Not sure": "label_value') === 2", "Particle": "label_value') === 1"}
    said = wanted.get(name, f"label_tool') === '{name.lower()}'")
    page.wait_for_function(f"window.hrtemViewers[0].model.get('{said}")


def counts(page):
    return label_in_browser(page)["counts"]


def test_paint_erase_undo_redo_and_the_file_beside_it(desk, data_folder, sheet):
    page = desk
    grey = colour(page, "micrograph", 60, 40)
    drag(page, (40, 30), (40, 90))
    painted = counts(page)
    assert painted[1] > 60 * 20  # the brush is 24 px wide
    assert label_value(page, 40, 60) == 1
    shown = colour(page, "micrograph", 60, 40)
    assert shown != grey  # and is seen on the canvas
    assert shown[2] < shown[0]  # yellow
    assert (on_disk(page, sheet) == 1).sum() == painted[1]

    tool(page, "Eraser")
    drag(page, (40, 60), (40, 62))
    erased = counts(page)
    assert label_value(page, 40, 60) == 0
    assert 0 < erased[1] < painted[1]

    page.keyboard.press("Control+z")
    page.wait_for_function(f"window.hrtemViewers[0].hand.store.image.data[{40 * 256 + 60}] === 1")
    assert counts(page) == painted
    page.keyboard.press("Control+z")
    page.wait_for_function("window.hrtemViewers[0].hand.store.image.data.every((value) => value === 0)")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    page.wait_for_function(
        f"window.hrtemViewers[0].hand.store.image.data.filter(Boolean).length === {erased[1]}"
    )
    written = on_disk(page, sheet)
    assert (written == 1).sum() == erased[1]
    file = next((data_folder / "drafts").glob(f"{sheet.stem}.*.tif"))
    assert open_micrograph(file).nm_per_px == pytest.approx(0.04)
    assert "not_sure = 2" in (data_folder / "drafts" / "set.toml").read_text()


def test_the_keys_change_the_brush_and_its_strokes(desk, sheet):
    page = desk
    settled(page, page.locator(".hwv canvas"))
    page.mouse.move(*spot(page, 100, 50))
    size = "window.hrtemViewers[0].model.get('brush_px')"
    assert page.evaluate(size) == 24
    for _ in range(3):
        page.keyboard.press("]")
    assert page.evaluate(size) > 40
    expect(page.locator(".hw-row", has_text="Brush, px").locator(".widget-readout")).to_have_text(
        str(page.evaluate(size))
    )
    page.keyboard.press("?")
    expect(page.locator(".hwv-keys")).to_contain_text("brush size")
    cut = "(() => { const box = document.querySelector('.hwv-keys'); return box.scrollHeight - box.clientHeight; })()"
    assert page.evaluate(cut) <= 1
    page.keyboard.press("?")
    page.keyboard.press("Escape")  # no tool any more: a drag moves
    assert page.evaluate("window.hrtemViewers[0].model.get('label_tool')") == "move"
    page.keyboard.press("b")
    for _ in range(30):
        page.keyboard.press("[")
    assert page.evaluate(size) == 1
    drag(page, (100, 50), (100, 50))
    assert counts(page)[1] == 1
    assert (on_disk(page, sheet) == 1).sum() == 1


def test_lasso_polygon_and_not_sure(desk, sheet):
    page = desk
    tool(page, "Lasso")
    drag(page, (20, 20), (20, 80), (60, 80), (60, 20))
    assert label_value(page, 40, 50) == 1
    assert counts(page)[1] == pytest.approx(41 * 61, rel=0.03)
    tool(page, "Not sure")
    tool(page, "Polygon")
    for corner in [(120, 150), (120, 230), (170, 230), (170, 150)]:
        page.mouse.click(*spot(page, *corner))
    assert counts(page)[2] == 0  # nothing before it is closed
    page.keyboard.press("Enter")
    assert label_value(page, 140, 190) == 2
    written = on_disk(page, sheet)
    assert (written == 2).sum() == pytest.approx(51 * 81, rel=0.05)
    assert written[40, 50] == 1


def test_a_flood_and_an_accepted_mask_follow_the_network(desk, sheet):
    page = desk
    wait_idle(page)
    choice = page.locator("select", has=page.locator("option", has_text="U-Net threshold"))
    choice.select_option(label="U-Net threshold")
    tool(page, "Flood")
    page.mouse.click(*spot(page, 96, 128))
    page.wait_for_function(f"window.hrtemViewers[0].hand.store.image.data[{96 * 256 + 128}] === 1")
    flooded = on_disk(page, sheet)
    assert (flooded == 1).sum() == pytest.approx(np.pi * 40**2, rel=0.25)
    page.get_by_role("button", name="Begin with the mask of U-Net").click()
    page.wait_for_function(
        """() => {
          const view = window.hrtemViewers[0], pane = view.model.get("panes").find((one) => one.title === "U-Net");
          const probability = view.layers.probability.get(pane.key), { data } = view.hand.store.image;
          // 8 bits in the browser: at the rim one value is undecided
          return data.every((value, i) => (value === 1) === (probability.data[i] / 255 > pane.threshold)
            || Math.abs(probability.data[i] / 255 - pane.threshold) < 0.003);
        }"""
    )
    choice.select_option(label="grey value")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_function("window.hrtemViewers[0].hand.store.image.data.every((value) => value === 0)")
    page.mouse.click(*spot(page, 96, 128))
    page.wait_for_function(f"window.hrtemViewers[0].hand.store.image.data[{96 * 256 + 128}] === 1")
    assert (on_disk(page, sheet) == 1).sum() == pytest.approx(np.pi * 40**2, rel=0.25)


def test_a_reload_keeps_all_but_the_stroke_that_is_being_drawn(desk, sheet):
    page = desk
    drag(page, (40, 30), (60, 120))
    before = on_disk(page, sheet)
    page.mouse.move(*spot(page, 150, 30))
    page.mouse.down()
    page.mouse.move(*spot(page, 150, 90), steps=4)
    assert label_value(page, 150, 60) == 1
    page.reload()
    page.mouse.up()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph?.width === 256", timeout=READY)
    page.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 256", timeout=READY)
    assert zlib.adler32(before) == label_in_browser(page)["sum"]
    shown = colour(page, "micrograph", 75, 50)
    assert shown[2] < shown[0] - 10
    # and the tools are at hand as they were
    page.wait_for_function("window.hrtemViewers[0].model.get('label_on')")
    expect(page.locator(".hw-toggles button", has_text="Lasso")).to_be_visible()
    drag(page, (170, 30), (170, 60))
    assert label_value(page, 170, 45) == 1
    assert (on_disk(page, sheet) == 1).sum() > (before == 1).sum()


def test_add_to_training_set_and_correct_it_there(desk, data_folder, sheet):
    page = desk
    drag(page, (40, 30), (40, 90))
    name = f"set-{sheet.stem}"
    box = page.locator(".hw-deck .hw-row", has_text="Set").locator("input")
    box.fill(name)
    box.press("Enter")
    page.get_by_role("button", name="Add to training set").click()
    listed = page.locator(".hw-members select")
    expect(listed.locator("option", has_text=sheet.stem)).to_have_count(1, timeout=READY)
    (member,) = open_dataset(data_folder / name).micrographs
    micrograph, mask = member.read()
    assert micrograph.nm_per_px == pytest.approx(0.04)
    assert mask.sum() == counts(page)[1]
    number = page.evaluate("window.hrtemViewers[0].hand.store.number")
    listed.select_option(label=sheet.stem)
    expect(page.locator(".hw-section-label.hw-open")).to_contain_text("loaded from", timeout=READY)
    page.wait_for_function(  # the label of the set takes the place of the draft, which looks the same
        f"window.hrtemViewers[0].hand.store.number > {number}", timeout=READY
    )
    page.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 256", timeout=READY)
    drag(page, (150, 30), (150, 90))
    end = time.monotonic() + READY / 1000
    while member.read()[1].sum() != counts(page)[1]:
        assert time.monotonic() < end, "the set was not corrected"
        page.wait_for_timeout(100)


def test_a_file_that_another_program_changed_is_said_and_can_be_taken(desk, data_folder, sheet):
    page = desk
    drag(page, (40, 30), (40, 90))
    on_disk(page, sheet)
    expect(page.locator(".hw-section-label.hw-open")).to_contain_text(re.compile(r"saved \d\d:"))
    file = next((data_folder / "drafts").glob(f"{sheet.stem}.*.tif"))
    theirs = np.zeros(SHAPE, np.uint8)
    theirs[100:120, 100:130] = 1
    tifffile.imwrite(file, theirs)
    drag(page, (150, 30), (150, 90))
    expect(page.locator(".hw-note-bar")).to_contain_text("changed by another page or program", timeout=READY)
    assert (tifffile.imread(file) == theirs).all()
    page.get_by_role("button", name="Load theirs").click()
    page.wait_for_function(
        "window.hrtemViewers[0].hand.store.image.data.reduce((sum, value) => sum + value, 0) === 600"
    )


def test_browser_and_python_cover_the_same_pixels(page):
    """Random strokes, many of them partly outside, compared by checksum of the whole image."""
    rng, cases = np.random.default_rng(4), []
    for number in range(300):
        height, width = (int(edge) for edge in rng.integers(1, 200, 2))
        points = rng.integers(-60, 260, (int(rng.integers(1, 9)), 2)).tolist()
        kind = "paintPath" if number % 2 else "fillPolygon"
        cases.append([kind, height, width, points, int(rng.integers(1, 60)), int(rng.integers(1, 3))])
    script = (Path(viewer.__file__).parent / "label_shapes.js").read_text(encoding="utf-8")
    found = page.evaluate(
        """async ([script, cases]) => {
          const shapes = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
          return cases.map(([kind, height, width, points, size, value]) => {
            const image = { data: new Uint8Array(height * width), width, height };
            const drawn = { paintPath: [points, size, value], fillPolygon: [points, value] }[kind];
            const box = shapes[kind](image, ...drawn);
            const whole = { top: 0, left: 0, bottom: height, right: width };
            return [shapes.checksum(image, whole), shapes.checksum(image, box), Object.values(box)];
          });
        }""",
        [script, json.loads(json.dumps(cases))],
    )
    for (kind, height, width, points, size, value), (whole, part, box) in zip(cases, found, strict=True):
        image = np.zeros((height, width), np.uint8)
        region = brush(image.shape, points, size) if kind == "paintPath" else polygon(image.shape, points)
        image[region.rows, region.columns][region.mask] = value
        assert zlib.adler32(image) == whole
        assert zlib.adler32(np.ascontiguousarray(image[region.rows, region.columns])) == part
        assert box == [region.rows.start, region.columns.start, region.rows.stop, region.columns.stop]
