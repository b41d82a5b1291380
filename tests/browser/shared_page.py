"""One page for many tests: what they open and set is put back after each."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

from driving import (
    CONTEXT,
    READY,
    VIEWPORT,
    Server,
    console_errors,
    frame_sizes,
    open_page,
    patient_page,
    section,
    show_whole,
    wait_idle,
)
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

LAID = """[".hw-rail-item[aria-expanded=true]", ".hw-tab[aria-selected=true]"]
  .map((name) => document.querySelector(name)?.dataset.key ?? "")"""
"""Which panel is in the drawer, and which tab is raised."""
ABOUT = "document.querySelector('.hw-about').innerText"
KEPT = """(() => {
  const kept = JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname));
  const names = [
    "origin", "order", "export", "features", "explained", "to_label", "study", "draft", "batch",
  ];
  return kept && JSON.stringify(names.map((name) => kept[name]));
})()"""
"""What the browser keeps of what Undo does not take back."""
STATE = f"""() => {{
  const view = window.hrtemViewers[0], {{ model }} = view;
  const panes = model.get("panes").map(({{ key, title, color, threshold, dilation, rings }}) =>
    [key, title, color, threshold, dilation ?? null, rings ?? null]);
  return JSON.stringify([
    panes, model.get("invert"), model.get("gamma"), view.micrograph.width, view.camera.zoom, view.overlay,
    {ABOUT}, innerWidth, innerHeight,
  ]);
}}"""
"""What a test may have changed, to be compared with what it was when the page was opened."""
FIGURE_1 = {"origin": {"kind": "sample", "path": "easy"}, "selected": ["fcn8s", "unet"], "current": "unet"}
"""The page as it comes, as a saved session: what it does not name is as at first."""
HELD_BACK = """
  window.held = [];
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  const text = (data) => (typeof data === "string" ? data : new TextDecoder("latin1").decode(data));
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    get: own.get,
    set(hear) {
      own.set.call(this, hear && ((event) => {
        if (window.holding) window.held.push({ text: text(event.data), hear: () => hear.call(this, event) });
        else hear.call(this, event);
      }));
    },
  });
  window.release = () => {
    window.holding = false;
    for (const one of window.held) one.hear();
  };
"""
"""Where a test says `holding`, what Python sends is held back until it says `release()`."""
NOWHERE = "no-such-network"
"""The page says that a session used it: so it has been opened."""


class SharedPage:
    """A page that is put back after each test; where that does not succeed, the next test gets a new one.

    Parameters
    ----------
    chromium : Browser
    server : Server
    session : dict, optional
        What the page shows, as a saved session: by default figure 1.

    Attributes
    ----------
    page : Page
    state : str
        JavaScript that gives what a test may have changed.
    """

    state = STATE

    def __init__(self, chromium: Browser, server: Server, session: dict[str, Any] | None = None) -> None:
        self._server, self._session = server, session or FIGURE_1
        self._context = chromium.new_context(**CONTEXT)
        self._context.add_init_script(HELD_BACK)
        self.page = patient_page(self._context)
        self.page.sizes = frame_sizes(self.page)
        self._heard: list[str] = []
        self._errors = console_errors(self.page, self._heard)
        self._laid: list[str] = []
        self._state = self._about = ""
        self._kept: str | None = None
        self._starts = 0

    def begin(self) -> Page:
        """Return the page as it was when it was opened first, with nothing heard yet."""
        if self._state and self._starts != self._server.starts:
            self._leave()  # the server that it came from was ended
        if not self._state:
            self.page.set_viewport_size(VIEWPORT)
            self._open()
            self._starts = self._server.starts
            self._laid = self.page.evaluate(LAID)
            self._about, self._kept = self.page.evaluate(f"[{ABOUT}, {KEPT}]")
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
            self._leave()
        return errors

    def close(self) -> None:
        """Close it for good."""
        self._context.close()

    def _leave(self) -> None:
        with suppress(BrowserError):
            self.page.evaluate("localStorage.clear()")
            self.page.goto("about:blank")
        self._heard.clear()
        self._state = ""

    def _open(self) -> None:
        open_page(self.page, self._server.address)
        wait_idle(self.page)
        self._open_session()
        wait_idle(self.page)
        self.page.wait_for_function(KEPT)

    def _put_back(self, as_it_was: str) -> None:
        page = self.page
        page.set_viewport_size(VIEWPORT)
        up = page.locator(".hw-files .hw-file-up")
        if up.count():
            section(page, "Micrograph")
            up.click()
            expect(up).to_have_count(0)
        self._lay_out()
        if page.locator(".hw-note-bar").is_visible():
            page.locator(".hw-note-bar button").click()
        page.locator(".hwv").focus()
        show_whole(page)
        undo = page.locator(".hw-head").get_by_role("button", name="Undo")
        end = time.monotonic() + READY / 1000
        if page.evaluate(ABOUT) != self._about:  # no network needs to run on another micrograph once more
            self._open_session()
        while True:
            while undo.is_enabled() and time.monotonic() < end:
                undo.evaluate("(button) => button.click()")  # nothing happens where it is disabled by now
                page.wait_for_timeout(50)
            if page.evaluate(f"[({STATE})(), {KEPT}]") == [as_it_was, self._kept]:
                break
            # what the hand did last may be on its way to Python, which then has something to undo
            assert time.monotonic() < end, "the page cannot be put back"
            self._open_session()
            self._kept = page.evaluate(KEPT)
        wait_idle(page)

    def _lay_out(self) -> None:
        """Open the panel and the tab that were open at first, and give the dock its usual height."""
        panel, raised = self._laid
        if self.page.evaluate("document.querySelector('.hw-dock').style.length"):
            self.page.locator(".hw-dock-edge").dblclick()
        self.page.locator(f".hw-rail-item[data-key={panel}][aria-expanded=false]").evaluate_all(
            "(buttons) => buttons.forEach((button) => button.click())"
        )
        self.page.locator(f".hw-tab[data-key={raised}]").click()
        self.page.wait_for_function(
            f"(wanted) => JSON.stringify({LAID}) === JSON.stringify(wanted)", arg=self._laid
        )

    def _open_session(self) -> None:
        """Open what the page shows as a saved session: it takes the place of what Undo does not take back."""
        session = {**self._session, "selected": [*self._session["selected"], NOWHERE]}
        file = {
            "name": "a.workbench.json",
            "mimeType": "application/json",
            "buffer": json.dumps(session).encode(),
        }
        self.page.locator(".hw-section-export input[accept='.json']").set_input_files(file)
        said = self.page.locator(".hw-note-bar")
        expect(said).to_contain_text(f"The session also used {NOWHERE}")
        said.get_by_role("button").click()
        expect(said).to_be_hidden()
