"""The page without its Python: killed kernels and servers, lost lines; what the hand draws meanwhile is not lost."""

from __future__ import annotations

import re
import signal
import time
import zlib
from pathlib import Path

import numpy as np
import psutil
import pytest
import tifffile
from driving import (
    HARMLESS,
    READY,
    drag,
    free_port,
    hold_threshold,
    label_in_browser,
    label_value,
    open_file,
    open_page,
    section,
    serving,
    wait_idle,
)
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
SHAPE = (192, 256)
# what a browser and Jupyter say of a connection that the test takes away
LOST = (
    "ERR_CONNECTION_REFUSED",
    "ERR_INTERNET_DISCONNECTED",
    "WebSocket",
    "Failed to load resource",
    "kernel",
    "Failed to fetch",
    "Cannot send",
)


@pytest.fixture
def sheet(data_folder, request) -> Path:
    """A micrograph of its own for each test: its file."""
    file = data_folder / f"sheet-{zlib.crc32(request.node.name.encode()):08x}.tif"
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    pixels = 1000 + 60 * np.random.default_rng(0).normal(size=SHAPE)
    pixels -= 600 * (np.hypot(rows - 96, columns - 128) < 40)
    write_tiff(file, pixels.astype(np.float32), 0.04)
    return file


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    # so that a test can close the line
    context.add_init_script(
        """window.lines = [];
        window.WebSocket = class extends WebSocket {
          constructor(...all) { super(...all); window.lines.push(this); }
        };"""
    )
    opened = context.new_page()
    opened.set_default_timeout(READY)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert [error for error in errors if not any(known in error for known in (*HARMLESS, *LOST))] == []


def begin(page: Page, address: str, sheet: Path) -> None:
    """Open the sheet, take the brush in hand and draw a first stroke."""
    open_page(page, address)
    open_file(page, sheet.name)
    page.wait_for_function(f"window.hrtemViewers[0].micrograph?.width === {SHAPE[1]}", timeout=READY)
    wait_idle(page)
    section(page, "Label")
    page.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 256", timeout=READY)
    drag(page, (40, 30), (40, 90))


def on_disk(page: Page, sheet: Path) -> np.ndarray:
    """The label in the file, once it is what the browser shows."""
    end = time.monotonic() + READY / 1000
    while True:
        (found,) = list((sheet.parent / "drafts").glob(f"{sheet.stem}.*.tif")) or [None]
        if found is not None:
            values = tifffile.imread(found)
            if zlib.adler32(np.ascontiguousarray(values)) == label_in_browser(page)["sum"]:
                return values
        assert time.monotonic() < end, "file and browser do not agree"
        page.wait_for_timeout(100)


def held(page: Page) -> int:
    return page.evaluate("window.hrtemViewers[0].hand.store.held.strokes.length")


def bar(page: Page):
    return page.locator(".hw-away-bar")


def come_back(page: Page) -> None:
    bar(page).get_by_role("button", name="Come back").click()
    expect(bar(page)).to_be_hidden()
    page.wait_for_function(f"window.hrtemViewers?.[0]?.micrograph?.width === {SHAPE[1]}", timeout=READY)
    page.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 256", timeout=READY)
    page.wait_for_function("window.hrtemViewers[0].hand.store.held.strokes.length === 0", timeout=READY)


def server_at(port: int) -> psutil.Process:
    (found,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.info["cmdline"]
        and process.info["cmdline"][1:5] == ["-m", "workbench", "serve", "--port"]
        and process.info["cmdline"][5] == str(port)
    ]
    return found


def kernel_of(server: psutil.Process, page: Page) -> psutil.Process:
    """The kernel of a page; another one waits for the next page."""
    config = "JSON.parse(document.getElementById('jupyter-config-data').textContent)"
    name = page.evaluate(f"{config}.kernelId")
    (found,) = [child for child in server.children() if any(name in one for one in child.cmdline())]
    return found


def test_a_killed_kernel_is_said_and_all_that_was_drawn_comes_back(page, served, sheet):
    server = server_at(int(re.search(r":(\d+)/", served)[1]))
    begin(page, served, sheet)
    on_disk(page, sheet)
    page.wait_for_function("window.hrtemViewers[0].hand.store.held.strokes.length === 0")
    kernel_of(server, page).send_signal(signal.SIGKILL)
    expect(bar(page)).to_be_visible()
    expect(bar(page)).to_contain_text(
        re.compile(r"since \d\d:\d\d:\d\d.*: nothing drawn now is kept by Python yet")
    )
    # nothing says that all is well, and no broken links fill the page
    assert page.locator(".hw-status").inner_text().strip() == ""
    assert page.evaluate(
        """[document.querySelector(".hw-page"), ...document.querySelectorAll(".hw-page .jupyter-widgets")]
          .every((one) => ["none", '""', '" "', "normal"].includes(getComputedStyle(one, "::before").content)
            || !one.classList.contains("jupyter-widgets-disconnected"))"""
    )
    # tools go on: strokes, their undo, zoom, threshold
    drag(page, (100, 30), (100, 90))
    drag(page, (130, 30), (130, 90))
    assert held(page) == 2
    expect(bar(page)).to_contain_text("2 strokes")
    page.keyboard.press("Control+z")
    assert label_value(page, 130, 60) == 0
    assert label_value(page, 100, 60) == 1
    page.keyboard.press("Control+Shift+z")
    assert label_value(page, 130, 60) == 1
    page.locator(".hw-toggles button", has_text="Eraser").click()
    drag(page, (130, 60), (130, 62))
    assert label_value(page, 130, 60) == 0
    page.mouse.wheel(0, -300)
    page.wait_for_function("window.hrtemViewers[0].camera.zoom > 1.2")
    # a reload by hand keeps what was drawn, too: the storage of the browser does
    shown = label_in_browser(page)
    come_back(page)
    assert label_in_browser(page) == shown
    assert (on_disk(page, sheet) == 1).sum() == shown["counts"][1]
    expect(page.locator(".hw-about")).to_contain_text("sheet")
    expect(page.locator(".hw-note-bar")).to_contain_text("strokes")


def test_a_server_that_was_away_is_come_back_to(page, sheet, tmp_path):
    port = free_port()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with serving(sheet.parent, tmp_path / "a", port) as address:
        begin(page, address, sheet)
        on_disk(page, sheet)
        section(page, "Mask")
    expect(bar(page)).to_be_visible()
    expect(bar(page).get_by_role("button")).to_be_hidden()  # nobody would answer
    key = page.evaluate("window.hrtemViewers[0].model.get('panes').at(-1).key")
    hold_threshold(page, key)  # drawn by the browser
    page.mouse.up()
    with serving(sheet.parent, tmp_path / "b", port):
        expect(bar(page).get_by_role("button")).to_be_visible()
        come_back(page)
        wait_idle(page)
        threshold = "window.hrtemViewers[0].model.get('panes').at(-1).threshold"
        assert page.evaluate(threshold) > 0.9
        on_disk(page, sheet)


def test_a_line_that_was_lost_is_mended_and_what_was_drawn_is_sent(page, served, sheet):
    begin(page, served, sheet)
    on_disk(page, sheet)
    page.context.set_offline(True)
    page.evaluate("window.lines.forEach((line) => line.close())")
    expect(bar(page)).to_be_visible()
    drag(page, (100, 30), (100, 90))
    assert held(page) == 1
    page.context.set_offline(False)
    expect(bar(page)).to_be_hidden()
    page.wait_for_function("window.hrtemViewers[0].hand.store.held.strokes.length === 0", timeout=READY)
    assert (on_disk(page, sheet)[100, 30:90] == 1).all()
    # and a line that is opened anew at once is no reason for a bar
    drag(page, (130, 30), (130, 90))
    assert (on_disk(page, sheet)[130, 30:90] == 1).all()
    wait_idle(page)
