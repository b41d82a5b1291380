"""The Fourier transform by clicks: of what the panes show, with the spacing under the pointer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from driving import READY, cut_boxes, drag, keys, open_file, section, settled, show_whole, zoom_and_move
from playwright.sync_api import expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
SPACING_NM, ANGLE_DEG, NM_PER_PX = 0.2355, 30, 0.04


@pytest.fixture
def lattice(data_folder):
    """A noisy lattice of one spacing in the data folder: its name."""
    rows, columns = np.mgrid[:320, :320]
    turn = np.deg2rad(ANGLE_DEG)
    along = (columns * np.cos(turn) - rows * np.sin(turn)) * NM_PER_PX
    pixels = 1000 + 100 * np.random.default_rng(0).normal(size=rows.shape)
    pixels += 100 * np.cos(2 * np.pi * along / SPACING_NM)
    write_tiff(data_folder / "lattice.tif", pixels.astype(np.float32), NM_PER_PX)
    yield "lattice.tif"
    (data_folder / "lattice.tif").unlink()


def test_the_spacing_of_a_lattice_lies_under_the_pointer_and_in_the_table(figure_1, lattice):
    page = figure_1
    section(page, "Networks")
    page.locator(".hw-network", has_text="FCN8s").locator("input[type=checkbox]").uncheck()
    open_file(page, lattice)
    expect(page.locator(".hw-head")).to_contain_text("320 × 320", timeout=READY)
    section(page, "Fourier transform")
    head = page.locator(".hw-fourier .hw-box-head")
    expect(head).to_contain_text("of the whole micrograph, 320 × 320 px", timeout=READY)
    cells = page.locator(".hw-fourier-spots td")
    expect(cells.nth(4)).to_contain_text("Au 111")
    assert float(cells.nth(1).inner_text().split("(")[0]) == pytest.approx(SPACING_NM, rel=0.01)

    # where the spot is drawn, the pointer says its spacing
    spot = settled(page, page.locator(".hw-spectrum circle.spot").first)
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    said = page.wait_for_function(
        """() => {
          const { innerText } = document.querySelector(".hw-spectrum output");
          return /d = ([\\d.]+) nm .*nm⁻¹.* (\\d+)°/.exec(innerText)?.slice(1);
        }"""
    )
    spacing, angle = said.json_value()
    assert float(spacing) == pytest.approx(SPACING_NM, rel=0.01)
    assert int(angle) == pytest.approx(ANGLE_DEG, abs=1)
    # and it is bright there: the middle of the spot is lighter than nine in ten pixels of the spectrum
    share = page.evaluate(
        """([x, y]) => {
          const canvas = document.querySelector(".hw-spectrum canvas"), box = canvas.getBoundingClientRect();
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const at = [(x - box.left) / box.width, (y - box.top) / box.height].map((one) => one * canvas.width | 0);
          const here = data[4 * (at[1] * canvas.width + at[0])];
          return data.filter((value, index) => index % 4 === 0 && value < here).length / (data.length / 4);
        }""",
        [spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2],
    )
    assert share > 0.9

    # of what the panes show: a part, once they are zoomed
    zoom_and_move(page)
    expect(head).to_contain_text(re.compile(r"of \d+ × \d+ px at row \d+, column \d+"))
    rings = page.locator(".hw-row", has_text="Rings").locator("input")
    rings.fill("0.3")
    rings.press("Enter")
    expect(page.locator(".hw-spectrum text.ring")).to_have_text(["0.3 nm"])
    rings.fill("kryptonite")
    rings.press("Enter")
    expect(page.locator(".hw-note-bar")).to_contain_text("kryptonite is not known here")
    expect(rings).to_have_value("0.3")
    assert cut_boxes(page) == []


@pytest.fixture
def half_a_lattice(data_folder):
    """Noise whose right half has a lattice of one spacing: its name."""
    rows, columns = np.mgrid[:320, :320]
    pixels = 1000 + 100 * np.random.default_rng(0).normal(size=rows.shape)
    pixels += 100 * (columns >= 160) * np.cos(2 * np.pi * columns * NM_PER_PX / SPACING_NM)
    write_tiff(data_folder / "half.tif", pixels.astype(np.float32), NM_PER_PX)
    yield "half.tif"
    (data_folder / "half.tif").unlink()


def test_a_box_that_is_dragged_is_transformed_wherever_the_panes_go_until_the_view_is_again(
    figure_1, half_a_lattice
):
    page = figure_1
    section(page, "Networks")
    page.locator(".hw-network", has_text="FCN8s").locator("input[type=checkbox]").uncheck()
    open_file(page, half_a_lattice)
    expect(page.locator(".hw-head")).to_contain_text("320 × 320", timeout=READY)
    show_whole(page)
    section(page, "Fourier transform")
    head, spots = page.locator(".hw-fourier .hw-box-head"), page.locator(".hw-fourier-spots")
    expect(head).to_contain_text("of the whole micrograph, 320 × 320 px", timeout=READY)
    page.get_by_role("button", name="a box", exact=True).click()
    page.wait_for_function("window.hrtemViewers[0].model.get('box_on')")

    centre = page.evaluate("[...window.hrtemViewers[0].camera.centre]")
    drag(page, (40, 10), (279, 149))  # from the middle of a pixel to that of another
    expect(head).to_contain_text("of the box, 140 × 240 px (5.6 × 9.6 nm) at row 40, column 10")
    expect(spots).to_contain_text("No spot stands out of the noise")
    boxes = page.locator(".hwv-box text")
    expect(boxes).to_have_text(["5.6 nm × 9.6 nm"] * len(keys(page)))  # in every pane
    assert page.evaluate("[...window.hrtemViewers[0].camera.centre]") == centre  # nothing was moved

    drag(page, (40, 170), (279, 309))  # the next, where the lattice is
    expect(head).to_contain_text("at row 40, column 170")
    cells = spots.locator("td")
    expect(cells.nth(4)).to_contain_text("Au 111")
    assert float(cells.nth(1).inner_text().split("(")[0]) == pytest.approx(SPACING_NM, rel=0.01)

    # with shift a drag moves the panes, and the box stays what is transformed
    page.keyboard.down("Shift")
    drag(page, (200, 200), (120, 120))
    page.keyboard.up("Shift")
    assert page.evaluate("[...window.hrtemViewers[0].camera.centre]") != centre
    expect(head).to_contain_text("at row 40, column 170")
    page.get_by_role("button", name="Undo").click()
    expect(head).to_contain_text("at row 40, column 10")

    page.locator(".hwv").hover()
    page.keyboard.press("Escape")
    expect(boxes).to_have_count(0)
    expect(head).not_to_contain_text("of the box")
    assert not page.evaluate("window.hrtemViewers[0].model.get('box_on')")
