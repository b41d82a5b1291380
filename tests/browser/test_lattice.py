"""The tab Lattice by real clicks: the particle that is chosen, its spectrum, its phase, or why there is none."""

from __future__ import annotations

import json
import math
import re
from html import unescape

import numpy as np
import pytest
from axe import barriers
from driving import READY, cut_boxes, open_file, section, settled, show_whole, spot, tab, wait_idle
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
NM_PER_PX = 0.04
GOLD = ((0.2355, 33.0), (0.2355, 103.53), (0.2039, 158.26))
"""Spacings in nm and directions of the planes along [011]."""
EDGE, FULL, ONE_SET, BARE, TINY = (4, 160), (90, 90), (100, 230), (235, 90), (240, 240)
DISCS = {EDGE: (36, GOLD), FULL: (48, GOLD), ONE_SET: (40, GOLD[:1]), BARE: (38, ()), TINY: (7, ())}
"""Row and column of the middle of each disc, its radius in px, its fringes; numbers are in this order, from 1."""


@pytest.fixture
def crystals(figure_1, data_folder):
    """The page with the panel Particles open, on discs with and without a lattice, which blur and Otsu find."""
    page = figure_1
    rows, columns = np.mgrid[:320, :320]
    pixels = 1000 + 40 * np.random.default_rng(0).normal(size=rows.shape)
    for (row, column), (radius, fringes) in DISCS.items():
        inside = np.hypot(rows - row, columns - column) < radius
        pixels -= 300 * inside
        for nm, degrees in fringes:
            along = columns * math.cos(math.radians(degrees)) - rows * math.sin(math.radians(degrees))
            pixels += 45 * inside * np.cos(2 * np.pi * along * NM_PER_PX / nm)
    write_tiff(data_folder / "crystals.tif", pixels.astype(np.float32), NM_PER_PX)
    section(page, "Networks")
    for name, ticked in (("FCN8s", False), ("U-Net", False), ("Blur + Otsu", True)):
        page.locator(".hw-network", has_text=name).first.locator("input[type=checkbox]").set_checked(ticked)
    open_file(page, "crystals.tif")
    expect(page.locator(".hw-head")).to_contain_text("320 × 320", timeout=READY)
    section(page, "Particles")
    show_whole(page)
    expect(page.locator(".hw-table-body [role=row]")).to_have_count(len(DISCS), timeout=READY)
    wait_idle(page)
    yield page
    (data_folder / "crystals.tif").unlink()


def pick(page: Page, place: tuple[int, int]) -> None:
    """Click a disc in the network's pane, and wait until its lattice is there."""
    page.mouse.click(*spot(page, *place, pane=1))
    expect_particle(page, list(DISCS).index(place) + 1)


def expect_particle(page: Page, number: int) -> None:
    expect(page.locator(".hw-lattice-steps")).to_contain_text(f"Particle {number} of 5", timeout=READY)
    expect(page.locator(".hw-lattice.hw-stale")).to_have_count(0)


def words(page: Page):
    return page.locator(".hw-lattice-words")


def test_a_click_in_a_pane_shows_the_lattice_of_that_particle_and_takes_nothing_out(crystals):
    page = crystals
    fringes = page.locator(".hw-section-particles .hw-facts > div", has_text="With fringes")
    expect(fringes).to_contain_text("2 of 4")  # the one at the edge has some, but does not count
    tab(page, "Lattice")
    expect(words(page)).to_contain_text("Click a particle in a pane")
    expect(page.locator(".hw-section-particles")).to_contain_text("its lattice is shown below")
    pick(page, FULL)
    expect(words(page)).to_contain_text("Au or Ag, zone axis [011].")
    spots = words(page).locator("table").first.locator("tbody tr")
    found = sorted(float(row.locator("td").nth(1).inner_text().split("(")[0]) for row in spots.all())
    assert found == pytest.approx(sorted(nm for nm, _degrees in GOLD), rel=0.01)
    expect(words(page).locator("tbody tr", has_text="does not fit")).to_have_count(3)
    expect(page.locator(".hw-lattice text.ring")).to_have_text(["111", "200", "220", "311"])
    expect(page.locator(".hw-lattice circle.spot")).to_have_count(6)
    expect(page.get_by_role("img", name="Particle 2 in the micrograph")).to_be_visible()
    # the spots that are drawn lie on the rings of gold
    radii = page.evaluate(
        """() => {
          const circles = (kind) => [...document.querySelectorAll(`.hw-lattice circle.${kind}`)];
          const rings = circles("ring").map((ring) => Number(ring.getAttribute("r")));
          const far = (spot) => Math.hypot(spot.getAttribute("cx"), spot.getAttribute("cy"));
          return circles("spot").map((spot) => Math.min(...rings.map((ring) => Math.abs(far(spot) / ring - 1))));
        }"""
    )
    assert max(radii) < 0.02
    expect(page.locator(".hwv-outlined [data-look=chosen] .over[d^='M']")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("take back what was done by hand"))).to_have_count(0)

    pick(page, ONE_SET)
    expect(words(page)).to_contain_text("One set of fringes only: no phase is named from it.")
    expect(page.locator(".hw-lattice circle.spot")).to_have_count(2)
    pick(page, BARE)
    expect(words(page)).to_contain_text("No lattice found: no spot at")
    expect(page.locator(".hw-lattice circle.spot")).to_have_count(0)
    pick(page, TINY)
    expect(words(page)).to_contain_text("No lattice found: the particle is")
    expect(page.locator(".hw-lattice .hw-spectrum")).to_be_hidden()
    pick(page, EDGE)
    expect(words(page)).to_contain_text("The edge of the micrograph cuts the particle")
    assert barriers(page) == []
    for width, height in ((1280, 800), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert cut_boxes(page) == []


def test_rows_keys_and_buttons_choose_the_particle_whose_lattice_is_shown(crystals):
    page = crystals
    page.locator(".hw-table-body [data-number='3']").click()
    tab(page, "Lattice")
    expect_particle(page, 3)
    tab(page, "Particles")
    grid = page.locator(".hw-table-grid")
    settled(page, grid)  # the tab's content comes from Python, and is laid out then
    grid.press("ArrowUp")
    expect(page.locator(".hw-table-body [aria-selected=true]")).to_have_attribute("data-number", "2")
    tab(page, "Lattice")
    expect_particle(page, 2)
    expect(words(page)).to_contain_text("zone axis [011].")
    page.locator(".hw-lattice-steps button").last.click()
    expect_particle(page, 3)
    page.locator(".hw-lattice-steps button").first.click()
    expect_particle(page, 2)
    # what comes in between is compared with what is typed, and taken back by undo
    phases = page.locator(".hw-lattice .widget-text input")
    phases.fill("cu")
    phases.press("Enter")
    expect(words(page)).to_contain_text("fit none of Cu", timeout=READY)
    expect(phases).to_have_value("Cu")
    phases.fill("kryptonite")
    phases.press("Enter")
    expect(page.locator(".hw-note-bar")).to_contain_text("kryptonite is no phase known here")
    expect(phases).to_have_value("Cu")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(words(page)).to_contain_text("Au or Ag", timeout=READY)


def test_the_figure_goes_home_with_where_it_came_from(crystals):
    page = crystals
    tab(page, "Lattice")
    pick(page, FULL)
    with page.expect_download(timeout=READY) as saved:
        page.get_by_role("button", name="Save this figure").click()
    assert saved.value.suggested_filename == "crystals.otsu.particle-2.lattice.svg"
    text = saved.value.path().read_text(encoding="utf-8")
    assert "zone axis [011]" in text
    said = json.loads(unescape(re.search("<dc:description>(.*?)</dc:description>", text, re.DOTALL)[1]))
    assert (said["particle"], said["network"]) == (2, "otsu")
    assert "figure_lattice(seen)" in said["python"]
