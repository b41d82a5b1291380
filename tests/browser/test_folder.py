"""A folder by clicks alone: begun, the page closed, found again finished, a row opened, the table taken home."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import numpy as np
import pytest
from axe import barriers
from driving import LONG, READY, cut_boxes, section, settled, wait_idle
from playwright.sync_api import Locator, Page, expect

from workbench.batch.status import read_status
from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
NAMES = ("one", "two", "three", "four")


@pytest.fixture
def sample(data_folder: Path) -> Path:
    """Four micrographs with as many dark discs as their names say, a damaged one, and a file that is none."""
    folder = data_folder / "sample-3"
    folder.mkdir()
    rows, columns = np.mgrid[:128, :128]
    for count, name in enumerate(NAMES, 1):
        pixels = 1000 + 20 * np.random.default_rng(count).normal(size=(128, 128))
        for disc in range(count):
            pixels -= 600 * (np.hypot(rows - 34 - 60 * (disc // 2), columns - 34 - 60 * (disc % 2)) < 18)
        write_tiff(folder / f"{name}.tif", pixels.astype(np.float32), 0.1)
    (folder / "wrong.tif").write_bytes(b"no micrograph")
    (folder / "notes.txt").write_text("none")
    return folder


def field(page: Page, label: str) -> Locator:
    name = page.locator("label", has_text=re.compile(f"^{label}$"))
    return page.locator(".hw-section-folder .hw-row", has=name).locator("input, select")


def button(page: Page, name: str) -> Locator:
    return page.locator(".hw-section-folder").get_by_role("button", name=re.compile(f"^{name}$"))


def head(page: Page) -> Locator:
    return page.locator(".hw-folder .hw-box-head")


def rows_of(page: Page) -> list[list[str]]:
    """The words of each row in sight."""
    return page.locator(".hw-folder .hw-table-body [role=row]").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )


def wait_finished(out: Path) -> None:
    """Wait until nobody works on a batch any more, whether a page is open or not."""
    end = time.monotonic() + LONG / 1000
    while (found := read_status(out)) is None or found.phase != "finished":
        assert time.monotonic() < end, found
        time.sleep(0.1)


def test_a_folder_is_run_while_the_page_is_closed_found_again_and_gone_through(
    figure_1, sample, data_folder, tmp_path
):
    page = figure_1
    section(page, "Folder")
    expect(page.locator(".hw-deck > .hw-empty")).to_contain_text("Nothing was begun yet")
    assert settled(page, page.locator(".hw-deck"))["height"] < 60  # as low as its sentence
    expect(page.locator(".hw-folder-settings")).to_contain_text("FCN8s at p > 0.45 and U-Net at p > 0.45")
    section(page, "Networks")
    for name, shown in (("FCN8s", False), ("U-Net", False), ("Blur + Otsu", True)):
        page.locator(f".hw-network input[title='{name}']").set_checked(shown)
    section(page, "Folder")
    field(page, "Folder").fill("nosuch")
    field(page, "Folder").press("Enter")
    expect(page.locator(".hw-folder-warning")).to_contain_text("there is no such file", timeout=READY)
    expect(button(page, "Start")).to_be_disabled()

    field(page, "Folder").fill("sample-3")
    field(page, "Folder").press("Enter")
    found = page.locator(".hw-folder-found")
    expect(found).to_contain_text("5 micrographs in sample-3. Passed over 1 file of another kind (.txt).")
    expect(page.locator(".hw-folder-settings")).to_contain_text("Blur + Otsu at p > 0.5")
    expect(field(page, "Results in")).to_have_value("sample-3/results")
    button(page, "Start").click()
    expect(head(page)).to_contain_text("sample-3/results: ", timeout=LONG)
    address = page.url
    page.goto("about:blank")
    wait_finished(sample / "results")  # without a page

    page.goto(address, timeout=LONG)
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=LONG)
    section(page, "Folder")
    expect(head(page)).to_contain_text("sample-3/results: finished · 4 of 5, 1 failed", timeout=READY)
    expect(page.locator(".hw-folder-state")).to_have_text("Finished: 4 of 5, 1 failed.")
    expect(page.locator(".hw-folder .hw-table-body [role=row]")).to_have_count(5, timeout=READY)
    titles = page.locator(".hw-folder .hw-table-head button").all_text_contents()
    assert titles == ["micrograph", "state", "Blur + Otsu", "median, nm", "training"]
    by_name = {row[0].removesuffix(".tif"): row[1:] for row in rows_of(page)}
    assert {name: by_name[name][:2] for name in NAMES} == {
        name: ["done", str(count)] for count, name in enumerate(NAMES, 1)
    }
    assert float(by_name["one"][2]) == pytest.approx(3.6, abs=0.2)
    assert by_name["wrong"][0].startswith("failed: ")
    assert barriers(page) == []
    assert cut_boxes(page) == []

    page.locator(".hw-folder .hw-table-body [role=row]", has_text="three").click()
    expect(page.locator(".hw-about")).to_contain_text("three", timeout=READY)
    wait_idle(page)
    chosen = page.locator(".hw-folder .hw-table-body [aria-selected=true]")
    expect(chosen).to_contain_text("three")
    page.keyboard.press("Home")  # keys go through the rows, and Enter opens one
    expect(chosen).not_to_contain_text("three")
    first = chosen.locator("span").first.text_content()
    page.locator(".hw-folder .hw-table-grid").press("Enter")
    expect(page.locator(".hw-about")).to_contain_text(first.removesuffix(".tif"), timeout=READY)

    page.set_viewport_size({"width": 1280, "height": 800})
    assert cut_boxes(page) == []
    page.locator(".hw-folder .hw-table-filters").get_by_role("button", name="failed").click()
    assert [row[0] for row in rows_of(page)] == ["wrong.tif"]
    with page.expect_download() as saved:
        head(page).get_by_role("button", name="report.html").click()
    saved.value.save_as(tmp_path / "report.html")
    assert "sample-3" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with page.expect_download() as saved:
        head(page).get_by_role("button", name="particles.csv").click()
    saved.value.save_as(tmp_path / "particles.csv")
    with (tmp_path / "particles.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 10
