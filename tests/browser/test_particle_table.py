"""The panel Particles by real clicks: a particle out, one cut in two, the distribution, table and report taken home."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from driving import READY, drag, open_file, section, show_whole, spot, tab, wait_idle
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
DISCS = {(60, 60): 22, (60, 170): 30, (170, 60): 26, (170, 180): 34, (130, 118): 12, (2, 118): 14}
"""Row and column of the middle of each dark disc, and its radius in px; the last is cut by the edge."""
NM_PER_PX = 0.2


@pytest.fixture
def discs(data_folder):
    """A micrograph of dark discs in the data folder: its name."""
    rows, columns = np.mgrid[:240, :240]
    pixels = 1000 + 20 * np.random.default_rng(0).normal(size=rows.shape)
    for (row, column), radius in DISCS.items():
        pixels -= 300 * (np.hypot(rows - row, columns - column) < radius)
    write_tiff(data_folder / "discs.tif", pixels.astype(np.float32), NM_PER_PX)
    yield "discs.tif"
    (data_folder / "discs.tif").unlink()


@pytest.fixture
def particles(figure_1, discs) -> Page:
    """The page with the panel open, on what blur and Otsu's threshold find."""
    page = figure_1
    section(page, "Networks")
    for name, ticked in (("FCN8s", False), ("U-Net", False), ("Blur + Otsu", True)):
        page.locator(".hw-network", has_text=name).first.locator("input[type=checkbox]").set_checked(ticked)
    open_file(page, discs)
    expect(page.locator(".hw-head")).to_contain_text("240 × 240", timeout=READY)
    section(page, "Particles")
    show_whole(page)
    expect(rows(page)).to_have_count(len(DISCS), timeout=READY)
    wait_idle(page)
    return page


def rows(page: Page):
    return page.locator(".hw-table-body [role=row]")


def row_of(page: Page, number: int):
    return page.locator(f".hw-table-body [data-number='{number}']")


def facts(page: Page):
    return page.locator(".hw-section-particles .hw-facts")


def outlined(page: Page, look: str) -> int:
    """Number of panes in which something is outlined so."""
    return page.locator(f".hwv-outlined [data-look={look}] .over[d^='M']").count()


def test_a_particle_is_taken_out_and_in_by_a_click_and_by_a_key(particles):
    page = particles
    expect(facts(page)).to_contain_text("5 of 6")
    assert sorted(rows(page).locator(".hw-words").last.all_inner_texts()) != []
    page.mouse.click(*spot(page, 170, 60, pane=1))
    expect(facts(page)).to_contain_text("4 of 6", timeout=READY)
    expect(facts(page)).to_contain_text("1 by hand")
    struck = page.locator(".hw-table-body .hw-struck")
    expect(struck).to_have_count(2)
    expect(struck.filter(has_text="out: by hand")).to_have_count(1)
    expect(page.locator(".hwv-outlined [data-look=out] .over[d^='M']")).not_to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(facts(page)).to_contain_text("5 of 6", timeout=READY)

    # by keys in the table: the next row, out, in
    page.locator(".hw-table-grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".hw-table-body [aria-selected=true]")
    expect(chosen).to_have_attribute("data-number", "2")
    page.wait_for_function(
        """() => document.querySelectorAll(".hwv-outlined [data-look=chosen] .over[d^='M']").length === 2"""
    )
    page.keyboard.press("x")
    expect(facts(page)).to_contain_text("4 of 6", timeout=READY)
    page.keyboard.press("x")
    expect(facts(page)).to_contain_text("5 of 6", timeout=READY)


def test_a_line_cuts_a_particle_in_two_and_escape_puts_the_tool_away(particles):
    page = particles
    page.get_by_role("button", name="cut", exact=True).click()
    middle, radius = (170, 180), DISCS[170, 180]
    drag(page, (middle[0], middle[1] - radius - 12), (middle[0], middle[1] + radius + 12), pane=1)
    expect(rows(page)).to_have_count(len(DISCS) + 1, timeout=READY)
    expect(page.locator(".hw-table-body", has_text="yes, by hand")).to_be_visible()
    expect(page.locator(".hw-table-body [role=row]", has_text="yes, by hand")).to_have_count(2)
    page.locator(".hwv").focus()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !window.hrtemViewers[0].model.get('stroke_tool')")
    # a table that is sorted by size has the smallest first, then the largest
    head = page.get_by_role("columnheader", name=re.compile("^diameter"))
    first = rows(page).first.locator("span").nth(2)
    head.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    small = float(first.inner_text())
    head.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert float(first.inner_text()) > small
    page.get_by_role("button", name=re.compile("take back what was done by hand")).click()
    expect(rows(page)).to_have_count(len(DISCS), timeout=READY)


def test_sizes_are_those_of_the_discs_and_go_home_as_a_table_and_a_report(particles):
    page = particles
    tab(page, "Distribution")
    head = page.locator(".hw-distribution .hw-box-head").first
    expect(head).to_contain_text("N = 5 of 6")
    expect(page.locator(".hw-distribution .bqplot .bars rect, .hw-distribution .bar")).not_to_have_count(0)
    tab(page, "Particles")
    section_of = page.locator(".hw-section-particles")
    with page.expect_download(timeout=READY) as saved:
        section_of.get_by_role("button", name="CSV").click()
    table = list(csv.DictReader(io.StringIO(saved.value.path().read_text())))
    found = sorted(float(row["diameter_nm"]) for row in table if row["included"] == "True")
    wanted = sorted(2 * radius * NM_PER_PX for place, radius in DISCS.items() if place[0] > 10)
    assert found == pytest.approx(wanted, rel=0.06)
    assert [row["left_out"] for row in table].count("edge") == 1
    with page.expect_download(timeout=READY) as saved:
        section_of.get_by_role("button", name="report").click()
    report = saved.value.path().read_text()
    assert saved.value.suggested_filename == "discs.otsu.particles.html"
    assert "5 of 6" in report


def test_the_count_follows_the_threshold_and_the_uncertainty_compares(particles):
    page = particles
    tab(page, "Uncertainty")
    band = page.locator(".hw-uncertainty-part", has_text="network").last
    expect(band).to_contain_text("0.7", timeout=READY)
    tab(page, "Particles")
    size = page.locator(".hw-row", has_text="Confidence").locator(".noUi-handle")
    size.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    expect(facts(page)).not_to_be_empty()
    page.get_by_role("button", name="left out").click()
    expect(rows(page).first).to_have_class(re.compile("hw-struck"))
