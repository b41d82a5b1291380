"""One page for many tests: those that only look, and those whose changes Undo takes back."""

from __future__ import annotations

import time
from contextlib import suppress

from driving import READY, console_errors, frame_sizes, open_page, wait_idle
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

VIEWPORT = {"width": 1440, "height": 900}
OPEN = ".hw-section.hw-open > .hw-section-line .hw-section-head"
STATE = """() => {
  const view = window.hrtemViewers[0], { model } = view;
  const panes = model.get("panes").map(({ key, title, threshold, dilation, rings }) =>
    [key, title, threshold, dilation ?? null, rings ?? null]);
  return JSON.stringify([
    panes, model.get("invert"), model.get("gamma"), view.micrograph.width, view.camera.zoom, view.overlay,
    document.querySelector(".hw-about").innerText, innerWidth, innerHeight,
  ]);
}"""
"""What a test may have changed, to be compared with what it was when the page was opened."""


class SharedPage:
    """A page with figure 1, put back after each test; where that does not succeed, the next test gets a new one.

    Attributes
    ----------
    page : Page
    state : str
        JavaScript that gives what a test may have changed.
    """

    state = STATE

    def __init__(self, chromium: Browser, address: str) -> None:
        self._address = address
        self._context = chromium.new_context(viewport=VIEWPORT, accept_downloads=True)
        self.page = self._context.new_page()
        self.page.set_default_timeout(READY)
        self.page.sizes = frame_sizes(self.page)
        self._heard: list[str] = []
        self._errors = console_errors(self.page, self._heard)
        self._opened_at_first: list[str] = []
        self._state = ""

    def begin(self) -> Page:
        """Return the page as it was when it was opened first, with nothing heard yet."""
        if not self._state:
            self.page.set_viewport_size(VIEWPORT)
            self._open()
            self._opened_at_first = self.page.locator(OPEN).all_inner_texts()
            self._state = self.page.evaluate(self.state)
        self.page.sizes.clear()
        return self.page

    def end(self) -> list[str]:
        """Put the page back, and return the console's errors of this test."""
        as_it_was, self._state = self._state, ""
        with suppress(BrowserError, AssertionError):
            self._put_back(as_it_was)
            self._state = as_it_was
        errors = self._errors()
        self._heard.clear()
        if not self._state:
            with suppress(BrowserError):
                self.page.evaluate("localStorage.clear()")
                self.page.goto("about:blank")
            self._heard.clear()
        return errors

    def close(self) -> None:
        """Close it for good."""
        self._context.close()

    def _open(self) -> None:
        open_page(self.page, self._address)
        wait_idle(self.page)

    def _put_back(self, as_it_was: str) -> None:
        page = self.page
        page.set_viewport_size(VIEWPORT)
        for title in page.locator(OPEN).all_inner_texts():
            if title not in self._opened_at_first:
                page.locator(OPEN, has_text=title).click()
                expect(page.locator(OPEN, has_text=title)).to_have_count(0)
        page.locator(".hwv").focus()
        if not page.evaluate("window.hrtemViewers[0].overlay"):
            page.keyboard.press(" ")
        page.keyboard.press("f")
        undo = page.locator(".hw-head").get_by_role("button", name="Undo")
        end = time.monotonic() + READY / 4000
        # what the hand did last may be on its way to Python, which then has something to undo
        while page.evaluate(STATE) != as_it_was or undo.is_enabled():
            assert time.monotonic() < end, "Undo does not put the page back"
            if undo.is_enabled():
                undo.click()
            page.wait_for_timeout(50)
        wait_idle(page)
