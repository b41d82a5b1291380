"""The panel Particles by real clicks: a particle out, one cut in two, the distribution, table and report taken home."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
import tifffile
from axe import barriers
from driving import (
    READY,
    drag,
    hold_threshold,
    open_file,
    open_page,
    section,
    settled,
    show_whole,
    spot,
    tab,
    wait_idle,
)
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
NUMBERS = {(2, 118): 1, (60, 170): 2, (60, 60): 3, (130, 118): 4, (170, 180): 5, (170, 60): 6}
"""Numbers are in the order of the first pixel, row by row."""
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
    return opened(figure_1, discs)


def opened(page: Page, discs: str) -> Page:
    """Open the panel on what blur and Otsu's threshold find."""
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


def counts(page: Page, number: int) -> str:
    """What a row says of whether its particle counts."""
    return row_of(page, number).locator(".hw-words").first.inner_text()


def diameter(page: Page, number: int) -> float:
    return float(row_of(page, number).locator("span").nth(2).inner_text())


def expect_outlined(page: Page, look: str, panes: int) -> None:
    expect(page.locator(f".hwv-outlined [data-look={look}] .over[d^='M']")).to_have_count(
        panes, timeout=READY
    )


def expect_struck(page: Page, *numbers: int) -> None:
    struck = page.locator(".hw-table-body .hw-struck")
    expect(struck).to_have_count(len(numbers), timeout=READY)
    for number in numbers:
        expect(row_of(page, number)).to_have_class(re.compile("hw-struck"))


def facts(page: Page):
    return page.locator(".hw-section-particles .hw-facts")


def test_a_particle_is_taken_out_and_in_by_a_click_and_by_a_key(particles):
    page = particles
    expect(facts(page)).to_contain_text("5 of 6")
    assert [counts(page, number) for number in (1, 2)] == ["out: at the edge", "yes"]
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
    expect_outlined(page, "chosen", 2)
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
    # two files, each of which may come first: the table, and where it came from
    with page.expect_download(lambda file: file.suggested_filename.endswith(".csv"), timeout=READY) as saved:
        section_of.get_by_role("button", name="CSV").click()
    table = list(csv.DictReader(io.StringIO(saved.value.path().read_text())))
    found = sorted(float(row["diameter_nm"]) for row in table if row["included"] == "True")
    wanted = sorted(2 * radius * NM_PER_PX for place, radius in DISCS.items() if place[0] > 10)
    assert found == pytest.approx(wanted, rel=0.06)
    assert [row["left_out"] for row in table].count("edge") == 1
    with page.expect_download(lambda file: file.suggested_filename.endswith(".html"), timeout=READY) as saved:
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


def test_a_row_brings_its_particle_to_the_middle_and_outlines_it_in_every_pane(particles):
    page = particles
    page.locator(".hwv").focus()
    for _ in range(7):
        page.keyboard.press("+")
    row_of(page, 4).click()
    page.wait_for_function(
        """([row, column]) => {
          const [x, y] = window.hrtemViewers[0].camera.centre;
          return Math.abs(x - column - 0.5) < 1 && Math.abs(y - row - 0.5) < 1;
        }""",
        arg=[130, 118],
    )
    expect_outlined(page, "chosen", 2)
    expect(row_of(page, 4)).to_have_attribute("aria-selected", "true")
    row_of(page, 2).hover()
    expect_outlined(page, "pointed", 2)
    expect(row_of(page, 2)).to_have_class(re.compile("hw-pointed"))
    page.locator(".hw-head").hover()
    expect_outlined(page, "pointed", 0)
    assert barriers(page) == []


def test_a_click_on_a_particle_that_the_edge_cuts_says_why_it_does_not_count_and_changes_nothing(particles):
    page = particles
    page.mouse.click(*spot(page, 3, 118, pane=1))
    said = page.locator(".hw-note-bar")
    expect(said).to_contain_text("The edge cuts this particle", timeout=READY)
    expect(row_of(page, 1)).to_have_attribute("aria-selected", "true")
    expect(facts(page)).to_contain_text("5 of 6")
    expect_struck(page, 1)
    expect(page.get_by_role("button", name=re.compile("take back what was done by hand"))).to_have_count(0)


def test_the_key_x_is_for_what_the_hand_went_to_last(particles):
    page = particles
    row_of(page, 2).click()
    expect(row_of(page, 2)).to_have_attribute("aria-selected", "true")
    page.mouse.move(*spot(page, 60, 60, pane=0))
    page.keyboard.press("x")
    expect_struck(page, 1, 3)
    row_of(page, 2).click()
    page.keyboard.press("x")
    expect_struck(page, 1, 2, 3)
    expect(facts(page)).to_contain_text("3 of 6", timeout=READY)
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    expect_struck(page, 1, 3)
    undo.click()
    expect_struck(page, 1)


def test_a_line_makes_one_of_two_and_an_outline_makes_a_new_one(particles):
    page = particles
    page.get_by_role("button", name="join", exact=True).click()
    drag(page, (60, 60), (60, 170), pane=1)
    expect(rows(page)).to_have_count(len(DISCS) - 1, timeout=READY)
    expect_outlined(page, "made", 1)
    page.get_by_role("button", name="draw", exact=True).click()
    drag(page, (215, 20), (215, 100), (235, 100), (235, 20), pane=0)
    expect(rows(page)).to_have_count(len(DISCS), timeout=READY)
    assert [counts(page, number) for number in (2, 6)] == ["yes, by hand"] * 2
    page.get_by_role("button", name="cut", exact=True).click()
    drag(page, (100, 20), (100, 60), pane=1)
    expect(page.locator(".hw-note-bar")).to_contain_text("This line parts no particle", timeout=READY)
    expect(rows(page)).to_have_count(len(DISCS))
    page.locator(".hw-table-grid").focus()
    page.keyboard.press("Escape")  # from the table, too
    expect(page.get_by_role("button", name="out, in", exact=True)).to_have_class(re.compile("mod-active"))
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    undo.click()
    expect(page.locator(".hw-table-body", has_text="by hand")).to_have_count(0)


def test_rows_are_filtered_and_their_cells_stand_below_their_heads_however_narrow_the_table_is(particles):
    page = particles
    for name, numbers in {"left out": [1], "counted": [2, 3, 4, 5, 6], "all": [1, 2, 3, 4, 5, 6]}.items():
        page.locator(".hw-table").get_by_role("button", name=name, exact=True).click()
        expect(rows(page)).to_have_count(len(numbers))
        assert [int(row.get_attribute("data-number")) for row in rows(page).all()] == numbers
    for width in (1440, 900):
        page.set_viewport_size({"width": width, "height": 800})
        settled(page, page.locator(".hw-table-grid"))
        edges = page.evaluate(
            """() => [document.querySelector(".hw-table-head"), ...document.querySelectorAll(".hw-table-body > *")]
              .map((row) => JSON.stringify([...row.children].map((cell) => {
                const { left, right } = cell.getBoundingClientRect();
                return [Math.round(left), Math.round(right)];
              })))"""
        )
        assert len(edges) == 1 + len(DISCS)
        assert len(set(edges)) == 1


def test_particles_follow_the_threshold(particles):
    page = particles
    before = diameter(page, 5)
    hold_threshold(page, "otsu")
    page.mouse.up()
    wait_idle(page)
    page.wait_for_function(
        """(before) => {
          const cell = document.querySelector(".hw-table-body [data-number='5']")?.children[2];
          return cell && Number(cell.textContent) < before && !document.querySelector(".hw-table.hw-stale");
        }""",
        arg=before,
    )
    section(page, "Particles")
    counted = facts(page).locator("dd").first
    expect(counted).to_have_text(f"{rows(page).count() - 1} of {rows(page).count()}")


def test_what_was_done_by_hand_is_there_when_the_page_is_loaded_again(page, served, discs):
    open_page(page, served)
    wait_idle(page)
    opened(page, discs)
    page.mouse.click(*spot(page, 170, 60, pane=1))
    expect_struck(page, 1, 6)
    page.get_by_role("button", name="cut", exact=True).click()
    drag(page, (170, 134), (170, 226), pane=1)
    expect(rows(page)).to_have_count(len(DISCS) + 1, timeout=READY)
    page.wait_for_function(
        """() => {
          const kept = JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname));
          return Object.values(kept?.corrections ?? {})[0]?.otsu?.length === 2;
        }"""
    )
    page.reload()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    expect(page.locator(".hw-head")).to_contain_text("240 × 240", timeout=READY)
    section(page, "Particles")
    expect(rows(page)).to_have_count(len(DISCS) + 1, timeout=READY)
    expect(page.locator(".hw-table-body .hw-struck", has_text="out: by hand")).to_have_count(1)
    expect(page.locator(".hw-table-body [role=row]", has_text="yes, by hand")).to_have_count(2)
    assert page.get_by_role("button", name="Undo", exact=True).is_disabled()


def test_particles_corrected_elsewhere_come_in_again_and_the_report_says_so(particles, tmp_path):
    page = particles
    section_of = page.locator(".hw-section-particles")
    with page.expect_download(timeout=READY) as saved:
        section_of.get_by_role("button", name="labels").click()
    labels = tifffile.imread(saved.value.path())
    assert labels[60, 60] == 3
    labels[labels == 3] = 0
    labels[200:220, 100:130] = 900
    tifffile.imwrite(tmp_path / "fiji.tif", labels)
    tifffile.imwrite(tmp_path / "small.tif", labels[:50])
    said = page.locator(".hw-note-bar")

    section_of.locator("input[type=file]").set_input_files(tmp_path / "small.tif")
    expect(said).to_contain_text("small.tif has 240 x 50 px", timeout=READY)
    expect(section_of).not_to_contain_text("Corrected elsewhere")

    section_of.locator("input[type=file]").set_input_files(tmp_path / "fiji.tif")
    expect(said).to_contain_text(
        "fiji.tif: 5 unchanged, 1 new (particle 900), 1 gone (particle 3)", timeout=READY
    )
    expect(section_of).to_contain_text("Corrected elsewhere in fiji.tif", timeout=READY)
    expect_outlined(page, "made", 1)
    last = row_of(page, len(DISCS))  # the square, as numbers are in the order of the first pixel
    expect(last).to_contain_text("yes, by hand", timeout=READY)
    assert diameter(page, len(DISCS)) == pytest.approx(NM_PER_PX * np.sqrt(4 * 600 / np.pi), rel=1e-2)

    section_of.get_by_label("Sample").fill("Pt on carbon, batch 7")
    section_of.get_by_label("Note").fill("after a week in air")
    section_of.get_by_label("Operator").fill("A. Miller")
    page.keyboard.press("Tab")
    with page.expect_download(timeout=READY) as saved:
        section_of.get_by_role("button", name="report").click()
    report = saved.value.path().read_text()
    for words in (
        "corrected elsewhere in fiji.tif",
        "<h1>Pt on carbon, batch 7</h1>",
        "after a week in air",
        "A. Miller",
    ):
        assert words in report
    with page.expect_download(lambda file: "json" in file.suggested_filename, timeout=READY) as saved:
        section_of.get_by_role("button", name="CSV").click()
    assert json.loads(saved.value.path().read_text())["corrections"][0][1]["file"] == "fiji.tif"

    page.locator(".hwv").focus()
    page.keyboard.press("Control+z")
    expect(section_of.get_by_text("Corrected elsewhere in fiji.tif")).to_be_hidden(timeout=READY)
    expect_outlined(page, "made", panes=0)
