"""The page without its Python: killed kernels and servers, lost lines; what the hand draws meanwhile is not lost."""

from __future__ import annotations

import json
import re
import signal
import tempfile
from pathlib import Path

import psutil
import pytest
from driving import (
    CONTEXT,
    HARMLESS,
    READY,
    drag,
    hold_threshold,
    label_in_browser,
    label_value,
    open_page,
    patient_page,
    section,
    wait_idle,
)
from label_sheets import SHAPE, on_disk, open_sheet, write_sheet
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
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
    return write_sheet(data_folder, request.node.name)


@pytest.fixture(scope="module")
def _page(chromium):
    context = chromium.new_context(**CONTEXT)
    # so that a test can close the line
    context.add_init_script(
        """window.lines = [];
        window.WebSocket = class extends WebSocket {
          constructor(...all) { super(...all); window.lines.push(this); }
        };"""
    )
    opened = patient_page(context)
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def page(_page):
    """One page for all tests, each of which opens a sheet of its own."""
    yield _page
    errors, _page.errors[:] = _page.errors[:], []
    assert [error for error in errors if not any(known in error for known in (*HARMLESS, *LOST))] == []


def begin(page: Page, address: str, sheet: Path) -> None:
    """Open the sheet, take the brush in hand and draw a first stroke."""
    if not page.url.startswith(address):
        open_page(page, address)
    open_sheet(page, sheet)
    wait_idle(page)
    page.locator(".hw-toggles button", has_text="Brush").first.click()
    page.wait_for_function("window.hrtemViewers[0].model.get('label_tool') === 'brush'")
    drag(page, (40, 30), (40, 90))


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
    """The kernel of a page, which listens where its file says; another one waits for the next page."""
    config = "JSON.parse(document.getElementById('jupyter-config-data').textContent)"
    name = page.evaluate(f"{config}.kernelId")
    (file,) = Path(tempfile.gettempdir()).glob(f"voila_*/kernel-{name}.json")
    port = json.loads(file.read_text())["shell_port"]
    (found,) = [
        child
        for child in server.children(recursive=True)
        if any(line.laddr.port == port and line.status == "LISTEN" for line in child.net_connections())
    ]
    return found


def test_a_line_that_was_lost_is_mended_and_what_was_drawn_is_sent(page, served, sheet):
    begin(page, served, sheet)
    on_disk(page, sheet)
    page.wait_for_function("window.hrtemViewers[0].hand.store.held.strokes.length === 0")
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


def test_a_server_that_was_away_is_come_back_to(page, server, served, sheet):
    begin(page, served, sheet)
    on_disk(page, sheet)
    section(page, "Mask")
    with server.away():
        expect(bar(page)).to_be_visible()
        expect(bar(page).get_by_role("button")).to_be_hidden()  # nobody would answer
        key = page.evaluate("window.hrtemViewers[0].model.get('panes').at(-1).key")
        hold_threshold(page, key)  # drawn by the browser
        page.mouse.up()
    expect(bar(page).get_by_role("button")).to_be_visible()
    come_back(page)
    wait_idle(page)
    threshold = "window.hrtemViewers[0].model.get('panes').at(-1).threshold"
    assert page.evaluate(threshold) > 0.9
    on_disk(page, sheet)
