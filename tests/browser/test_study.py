"""A study by clicks alone: a plan, its cells as they come, a reload, stop, go on, and the page that it wrote."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from driving import LONG, READY, cut_boxes, section, settled
from playwright.sync_api import Locator, Page, expect
from study_plan import write_study

from workbench.locks import Lock
from workbench.training.device_queue import turn, turns_folder
from workbench.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def plans(data_folder: Path) -> None:
    """A plan in the data folder that can begin, and one whose set is missing."""
    write_study(data_folder, ("seeds = [0, 1]", "seeds = [0, 1, 2, 3]"), ("epochs = 60", "epochs = 4"))
    write_study(data_folder, ("sets/train", "sets/gone"), name="studies/wrong.toml")


@contextmanager
def held_after(run: RunFolder, page: Page, begin: Callable[[], None]) -> Iterator[None]:
    """Begin a study, and keep the device from all of its cells but the first, however long a page takes to load."""
    turns_folder().mkdir(exist_ok=True)
    before = Lock.take(turns_folder() / "cpu.lock", '"another"')
    begin()
    end = time.monotonic() + LONG / 1000
    while run.beat is None or run.beat.phase != "queued":
        assert time.monotonic() < end, "the first cell does not wait for its device"
        page.wait_for_timeout(100)
    waits, free = threading.Event(), threading.Event()

    def hold() -> None:
        with turn(run.recipe(), "another", waits=lambda _said: waits.set()):
            free.wait()

    behind = threading.Thread(target=hold)
    behind.start()
    try:
        assert waits.wait(LONG / 1000)
        before.close()
        yield
    finally:
        free.set()
        behind.join()


def field(page: Page, label: str) -> Locator:
    name = page.locator("label", has_text=re.compile(f"^{label}$"))
    return page.locator(".hw-section-study .hw-row", has=name).locator("input, select")


def button(page: Page, name: str) -> Locator:
    return page.locator(".hw-section-study").get_by_role("button", name=re.compile(f"^{name}$"))


def head(page: Page) -> Locator:
    return page.locator(".hw-study .hw-box-head")


def test_a_study_is_begun_watched_over_a_reload_stopped_gone_on_with_and_read(
    figure_1, plans, data_folder, own_folders, monkeypatch
):
    page = figure_1
    monkeypatch.setenv("WORKBENCH_TURNS", own_folders["WORKBENCH_TURNS"])
    section(page, "Study")
    expect(page.locator(".hw-deck > .hw-empty")).to_contain_text("No study yet", timeout=READY)
    assert settled(page, page.locator(".hw-deck"))["height"] < 60  # as low as its sentence
    expect(button(page, "Begin")).to_be_disabled()
    expect(field(page, "Plan").locator("option", has_text="wrong.toml")).to_be_attached(timeout=READY)
    field(page, "Plan").select_option(label="studies/wrong.toml")
    expect(page.locator(".hw-study-warning")).to_contain_text(
        "Cannot begin: sets/gone is neither", timeout=READY
    )
    expect(button(page, "Begin")).to_be_disabled()

    field(page, "Plan").select_option(label="studies/tiny.toml")
    expect(page.locator(".hw-study-about")).to_contain_text("4 cells, each a training run", timeout=READY)
    expect(page.locator(".hw-study-warning")).to_have_text("")
    expect(field(page, "Folder")).to_have_value("out/tiny")
    first = RunFolder(data_folder / "out/tiny/runs/unet-d1-s0")
    with held_after(first, page, button(page, "Begin").click):
        square = page.locator(".hw-study-grid td")
        expect(square).to_contain_text(re.compile(r"Training \d+ %|[123] of 4 seeds"), timeout=LONG)

        page.reload()  # the study goes on without a page
        page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
        section(page, "Study")
        working = re.compile("tiny: (under way|prepares its cells) · [123] of 4 cells done")
        expect(head(page)).to_contain_text(working, timeout=LONG)
        expect(square).to_contain_text(re.compile(r"0\.\d{3}.*[123] of 4 seeds"))
        button(page, "Stop").click()
        expect(head(page)).to_contain_text(re.compile("tiny: stopped · [123] of 4 cells done"), timeout=LONG)
        said = re.compile("The study was stopped with [123] of 4 cells done; the same command goes on")
        expect(page.locator(".hw-study-state")).to_contain_text(said)
        expect(button(page, "Stop")).to_be_disabled()

    button(page, "Go on").click()
    expect(head(page)).to_contain_text("tiny: finished · 4 of 4 cells done", timeout=LONG)
    expect(square).to_contain_text(re.compile(r"0\.\d{3} ± 0\.\d{3}\s*4 seeds"))
    expect(page.locator(".hw-study .hw-curve svg").first).to_be_visible()
    assert cut_boxes(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert cut_boxes(page) == []
    head(page).get_by_role("button", name="Show its page").click()
    shown = page.locator(".hw-study-page-text")
    expect(shown.locator("h1")).to_have_text("Two seeds on discs", timeout=READY)
    assert shown.locator("table").count() >= 2
    page.wait_for_function(
        """() => {
          const images = [...document.querySelectorAll(".hw-study-page-text img")];
          return images.length >= 2 && images.every((image) => image.naturalWidth > 100);
        }"""
    )
    head(page).get_by_role("button", name="Close its page").click()
    expect(page.locator(".hw-study-grid")).to_be_visible()
