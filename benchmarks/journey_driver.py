"""A hand on the page, for benchmarks: it clicks and types as a person does, and counts what it does."""

from __future__ import annotations

import time
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

PATIENCE_MS, POLL_MS = 900_000, 50
SEEN = """(element) => {
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = box.width && document.elementFromPoint(x, y);
  return Boolean(top) && (element.contains(top) || (top.tagName === "SELECT" && top.contains(element)));
}"""
"""Whether the middle of an element is on the screen, with nothing over it."""
ROOM = """(element) => {
  let around = element.parentElement;
  const scrolls = (one) => one.scrollHeight > one.clientHeight + 1
    && ["auto", "scroll"].includes(getComputedStyle(one).overflowY);
  while (around && !scrolls(around)) around = around.parentElement;
  if (!around) return null;
  const [inner, outer] = [element.getBoundingClientRect(), around.getBoundingClientRect()];
  const [top, bottom] = [Math.max(outer.top, 0), Math.min(outer.bottom, innerHeight)];
  const way = inner.top + inner.height / 2 - (top + bottom) / 2;
  return { x: outer.left + 4, y: (top + bottom) / 2, way };
}"""
"""What scrolls an element: where the wheel turns over it, and how far."""
STILL = """() => {
  const canvas = window.hrtemViewers[0].canvas.getBoundingClientRect();
  const { scale, centre } = window.hrtemViewers[0].camera;
  const now = JSON.stringify([canvas, scale, centre]);
  window.stillFor = now === window.lastSeen ? (window.stillFor ?? 0) + 1 : 0;
  window.lastSeen = now;
  return window.stillFor > 10;
}"""
SPOT = """([row, column, number]) => {
  const view = window.hrtemViewers[0], pane = view.placed[number], { camera } = view;
  const box = view.canvas.getBoundingClientRect();
  const at = [pane.w / 2 + (column + 0.5 - camera.centre[0]) * camera.scale,
    pane.h / 2 + (row + 0.5 - camera.centre[1]) * camera.scale];
  if (at[0] < 0 || at[1] < 0 || at[0] > pane.w || at[1] > pane.h) return null;
  return [box.left + pane.x + at[0], box.top + pane.y + at[1]];
}"""
"""Where a pixel of the micrograph lies on the screen in a pane; null: the pane does not show it."""


class Driver:
    """Drives a page with mouse and keys, each click, drag, key and typed text counted as one action.

    What is not on the screen is scrolled to, by the wheel, which is an action, too. Nothing waits for time: what is
    clicked is waited for, and what is to be seen.

    Parameters
    ----------
    page : Page

    Attributes
    ----------
    actions : list of str
        What was done since `begin`, in words.
    moments : dict of str to (int, float)
        By what was reached: how many actions that took, and the seconds since the first of them.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.begin()

    def begin(self) -> None:
        """Forget what was done so far; the clock starts with the next action."""
        self.actions: list[str] = []
        self.moments: dict[str, tuple[int, float]] = {}
        self._began: float | None = None

    def reached(self, what: str) -> None:
        """Note how many actions and how long it took to come here."""
        assert self._began is not None
        self.moments[what] = len(self.actions), time.perf_counter() - self._began

    def click(self, element: Locator, said: str) -> None:
        """Click an element."""
        self._bring(element)
        self._did(said)
        element.click()

    def select_number(self, field: Locator, said: str) -> None:
        """Select the number that a field holds, by a double click at its left, where it stands."""
        self._bring(field)
        self._did(f"double click {said}")
        field.dblclick(position={"x": 10, "y": 12})

    def choose(self, field: Locator, option: str, said: str) -> None:
        """Choose from a list that unfolds: two clicks.

        It unfolds outside the page, where no script clicks: the second click is two keys instead.
        """
        self.click(field, said)
        self._did(option)
        self.page.keyboard.type(option)
        self.page.keyboard.press("Enter")

    def click_pixel(self, row: float, column: float, said: str, pane: int = 0) -> None:
        """Click a pixel of the micrograph."""
        self._did(said)
        self.page.mouse.click(*self._spot(row, column, pane))

    def drag(self, start: tuple[float, float], end: tuple[float, float], said: str, pane: int = 0) -> None:
        """Drag from one pixel of the micrograph, row and column, to another one."""
        self._did(said)
        self.page.mouse.move(*self._spot(*start, pane))
        self.page.mouse.down()
        self.page.mouse.move(*self._spot(*end, pane), steps=6)
        self.page.mouse.up()

    def press(self, key: str) -> None:
        """Press a key."""
        self._did(f"key {key}")
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._did(f"type {text}")
        self.page.keyboard.type(text)

    def save(self, button: Locator, said: str, starts: bytes) -> bytes:
        """Click a button and wait for the file that it saves, which starts as files of its kind do."""
        with self.page.expect_download(timeout=PATIENCE_MS) as waiting:
            self.click(button, said)
        saved = Path(waiting.value.path()).read_bytes()
        assert saved.startswith(starts), f"{said} saved {saved[:40]!r}"
        return saved

    def see(self, element: Locator) -> None:
        """Wait until an element is there, and bring it onto the screen."""
        element.wait_for(timeout=PATIENCE_MS)
        self._bring(element)

    def wait(self, condition: str, arg: Any = None) -> None:
        """Wait until a condition of the page holds."""
        self.page.wait_for_function(condition, arg=arg, timeout=PATIENCE_MS, polling=POLL_MS)

    def way(self) -> str:
        """Return what was done, in words, the same several times in one."""
        alike = [(said, len(list(group))) for said, group in groupby(self.actions)]
        return ", ".join(said if times == 1 else f"{said} x {times}" for said, times in alike)

    def _did(self, said: str) -> None:
        if self._began is None:
            self._began = time.perf_counter()
        self.actions.append(said)

    def _bring(self, element: Locator) -> None:
        element.wait_for(timeout=PATIENCE_MS)
        if element.evaluate(SEEN):
            return
        room = element.evaluate(ROOM)
        assert room is not None, f"{element} is hidden, and nothing scrolls it"
        self._did("scroll")
        self.page.mouse.move(room["x"], room["y"])
        self.page.mouse.wheel(0, room["way"])
        self.wait(SEEN, element.element_handle())

    def _spot(self, row: float, column: float, pane: int) -> tuple[float, float]:
        self.page.wait_for_function(STILL, timeout=PATIENCE_MS)
        spot = self.page.evaluate(SPOT, [row, column, pane])
        assert spot is not None, f"row {row}, column {column} is outside its pane"
        return spot[0], spot[1]
