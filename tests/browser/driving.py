"""How the browser tests find and move things on the page."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

READY = 120_000
LONG = 4 * READY
"""For what keeps two cores busy: FCN8s's figures of trust take a minute or more, and so do a run or eight dilations."""
VIEWPORT = {"width": 1440, "height": 900}
CONTEXT = {
    "viewport": VIEWPORT,
    "device_scale_factor": 0.5,
    "accept_downloads": True,
    "reduced_motion": "reduce",
}
"""What is drawn is drawn by software: at half the pixels, with the same layout, that takes a third of the time; and no
bar moves while a network runs."""
HARMLESS = (
    "Unsatisfied version",
    "shared singleton module",
    "favicon",
    "GPU stall due to ReadPixels",
    "GL Driver",
)


def console_errors(page: Page, errors: list[str] | None = None) -> Callable[[], list[str]]:
    """Listen to a page; what is returned gives every console error since but those known to be harmless."""
    errors = [] if errors is None else errors
    page.on(
        "console",
        lambda said: errors.append(f"{said.text} {said.location['url']}") if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    return lambda: [error for error in errors if not any(known in error for known in HARMLESS)]


def patient_page(context: BrowserContext) -> Page:
    """A page that is waited for as long as a busy machine takes, and looked at ten times a second, not each frame."""
    page = context.new_page()
    page.set_default_timeout(READY)
    page.wait_for_function = partial(page.wait_for_function, polling=100)
    return page


@contextmanager
def new_page(chromium: Browser, script: str = "") -> Iterator[Page]:
    """A page of a browser that knows nothing yet, which runs a script first and has no errors in the end."""
    context = chromium.new_context(**CONTEXT)
    page = patient_page(context)
    page.add_init_script(script)
    errors = console_errors(page)
    yield page
    context.close()
    assert errors() == []


def open_page(page: Page, address: str) -> None:
    page.goto(address, timeout=LONG)  # a kernel starts
    page.wait_for_selector(".hwv canvas", timeout=LONG)
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=LONG)
    show_whole(page)


def show_whole(page: Page) -> None:
    """Show the whole micrograph in each pane, side by side, not only what fills them: tests look at all of it."""
    page.evaluate(
        """() => {
          const view = window.hrtemViewers[0];
          Object.assign(view, { large: null, overlay: true });
          Object.assign(view.views, { chosen: [], share: 0.5 });
          view.views.set("side");
          view.model.set("fills", false);
          view.model.save_changes();
          view.camera.home(view.micrograph);
          view.draw();
        }"""
    )


def wait_idle(page: Page) -> None:
    """Wait until every pane has its probability and nothing runs."""
    page.wait_for_function(
        """() => {
          const view = window.hrtemViewers[0];
          const networks = view.model.get("panes").filter((pane) => pane.kind === "network");
          return networks.length > 0
            && networks.every((pane) => view.layers.probability.has(pane.key) && !pane.busy)
            && document.querySelector(".hw-status").innerText.trim() === "idle";
        }""",
        timeout=READY,
    )


def keys(page: Page) -> list[str]:
    return page.evaluate("window.hrtemViewers[0].model.get('panes').map((pane) => pane.key)")


def wait_for_networks(page: Page, names: list[str]) -> None:
    """Wait until these stand over the panes behind the micrograph's, as they lie on the screen, row by row."""
    page.wait_for_function(
        """(names) => JSON.stringify(names) === JSON.stringify([...document.querySelectorAll(".hwv-name")]
          .map((name) => [name.getBoundingClientRect(), name.textContent])
          .sort(([a], [b]) => Math.round(a.top - b.top) || a.left - b.left)
          .map(([_, text]) => text)
          .slice(1))""",
        arg=names,
        timeout=READY,
    )


def colour(page: Page, key: str, x: float, y: float) -> list[int]:
    return colours(page, key, [(x, y)])[0]


def colours(page: Page, key: str, places: list[tuple[float, float]]) -> list[list[int]]:
    """The colours in a pane over these pixels, x and y, of one and the same frame."""
    return page.evaluate(
        """([key, places]) => {
          const view = window.hrtemViewers[0];
          view.draw();
          return places.map(([x, y]) => view.colourAt(key, x, y, false));
        }""",
        [key, places],
    )


def shown_share(page: Page, key: str) -> float:
    """The share of points of a grid over the micrograph where a pane's colour differs from the micrograph's."""
    return page.evaluate(
        f"""() => {{
          const view = window.hrtemViewers[0];
          const {{ width, height }} = view.micrograph;
          const first = view.model.get("panes")[0].key;
          let differ = 0;
          view.draw();
          for (let row = 0; row < 24; row++) for (let column = 0; column < 24; column++) {{
            const at = [(column + 0.5) * width / 24, (row + 0.5) * height / 24];
            const a = view.colourAt({key!r}, ...at, false), b = view.colourAt(first, ...at, false);
            differ += Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) > 12;
          }}
          return differ / 576;
        }}"""
    )


HUES = """([colours, left, right]) => {
  const view = window.hrtemViewers[0], { gl } = view.renderer;
  view.draw();
  const [width, height] = [view.canvas.width, view.canvas.height];
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return colours.map((colour) => {
    let count = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      const across = ((at / 4) % width) / width;
      if (across < left || across >= right) continue;
      const [tint, drawn] = [colour, [...pixels.slice(at, at + 3)]].map((part) => {
        const mean = (part[0] + part[1] + part[2]) / 3;
        return part.map((value) => value - mean);
      });
      const [size, other] = [tint, drawn].map((part) => Math.hypot(...part));
      const along = tint.reduce((sum, value, axis) => sum + value * drawn[axis], 0);
      count += other > 12 && along > 0.95 * size * other; // of this hue
    }
    return count;
  });
}"""


def count_hues(page: Page, colours: list[str], left: float = 0.0, right: float = 1.0) -> list[int]:
    """How many points of the canvas, between two shares of its width, have the hue of each ``#RRGGBB``."""
    parts = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]
    return page.evaluate(HUES, [parts, left, right])


def low_and_high_shown(page: Page) -> tuple[float, float]:
    """The mean grey on the canvas over the darkest tenth of the micrograph's pixels, and over the lightest."""
    low, high = page.evaluate(
        """() => {
          const view = window.hrtemViewers[0], { data, width } = view.micrograph;
          const key = view.model.get("panes")[0].key;
          Object.defineProperty(window, "devicePixelRatio", { value: 1, configurable: true });
          view.draw();
          const shown = { low: [], high: [] }, sorted = data.slice().sort();
          const low = sorted[0.1 * data.length | 0], high = sorted[0.9 * data.length | 0];
          for (let i = 0; i < 400; i++) {
            const x = 10 + (i * 37) % (width - 20), y = 10 + (i * 61) % (width - 20);
            const value = data[y * width + x];
            if (value <= low) shown.low.push(view.colourAt(key, x, y, false)[0]);
            if (value >= high) shown.high.push(view.colourAt(key, x, y, false)[0]);
          }
          delete window.devicePixelRatio;
          view.draw();
          const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
          return [mean(shown.low), mean(shown.high)];
        }"""
    )
    return low, high


def frame_sizes(page: Page) -> list[int]:
    """A list that grows by the size of each websocket message from now on; sockets that are open are not heard."""
    sizes: list[int] = []
    page.on(
        "websocket",
        lambda socket: [
            socket.on(event, lambda frame: sizes.append(len(frame)))
            for event in ("framesent", "framereceived")
        ],
    )
    return sizes


@contextmanager
def one_output(page: Page) -> Iterator[str]:
    """Tune a network whose mask is its threshold and no more, so that no exact one comes meanwhile; give its key."""
    section(page, "Networks")
    box = page.locator(".hw-network", has_text="Residual U-Net").locator("input[type=checkbox]")
    box.check()
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').some((pane) => pane.key === 'residual_unet')"
    )
    wait_idle(page)
    section(page, "Mask")
    tuned = page.locator(".hw-section-mask .hw-row", has_text="Network").locator("select").first
    before = tuned.evaluate("(list) => list.selectedOptions[0].label")
    tuned.select_option(label="Residual U-Net")
    yield keys(page)[-1]
    section(page, "Mask")
    tuned.select_option(label=before)
    section(page, "Networks")
    box.uncheck()


def hold_threshold(page: Page, key: str) -> None:
    """Take the handle of the threshold and pull it above 0.9; the button of the mouse stays down."""
    section(page, "Mask")
    handle = page.locator(".hw-row", has_text="Threshold").locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    box = settled(page, handle)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2, steps=12)
    page.wait_for_function(
        f"window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === {key!r}).threshold > 0.9"
    )


def zoom_and_move(page: Page) -> tuple[dict, dict]:
    """Turn the wheel over the last pane and drag it; return where the view was between the two and afterwards."""
    view = "(() => { const v = window.hrtemViewers[0].camera; return { zoom: v.zoom, centre: v.centre }; })()"
    canvas = settled(page, page.locator(".hwv canvas"))
    x, y, w, h = page.evaluate(
        "window.hrtemViewers[0].placed.map((pane) => [pane.x, pane.y, pane.w, pane.h])"
    )[-1]
    at = (canvas["x"] + x + w / 4, canvas["y"] + y + h / 4)
    page.mouse.move(*at)
    page.mouse.wheel(0, -600)
    page.wait_for_function("window.hrtemViewers[0].camera.zoom > 1.5")
    zoomed = page.evaluate(view)
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1] + 30, steps=5)
    page.mouse.up()
    return zoomed, page.evaluate(view)


def cut_boxes(page: Page) -> list[str]:
    """The boxes below the panes that stick out to the right, or whose content is wider than they are, once laid out."""
    cut = """() => {
      const edge = document.querySelector(".hw-main").getBoundingClientRect().right + 1;
      return [...document.querySelectorAll(".hw-deck .hw-box, .hw-deck .hw-box-head, .hw-scores")]
        .filter((box) => box.scrollWidth > box.clientWidth + 2 || box.getBoundingClientRect().right > edge)
        .map((box) => box.className);
    }"""
    with suppress(TimeoutError):  # figures follow the size of their box some frames later
        page.wait_for_function(f"({cut})().length === 0", timeout=20_000)
    return page.evaluate(cut)


TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def settled(page: Page, element) -> dict:
    """Wait until an element has stopped moving and return where it is."""
    before = None
    for _ in range(300):
        here = element.bounding_box()
        if here is not None and here == before:
            return here
        before = here
        page.wait_for_timeout(200)
        page.evaluate(TWO_FRAMES)  # on a busy machine they take longer than that
    raise AssertionError("it moves all the time")


PANELS = {"Micrograph": "micrograph", "Fourier transform": "fourier"}
"""Keys of panels that are not their title in small letters."""


def rail(page: Page, title: str) -> Locator:
    """The button of a panel."""
    return page.locator(f".hw-rail-item[data-key={PANELS.get(title, title.lower())}]")


def section(page: Page, title: str) -> None:
    """Open a panel in the drawer if it is closed, and wait until it is open."""
    key = PANELS.get(title, title.lower())
    if rail(page, title).get_attribute("aria-expanded") != "true":
        rail(page, title).click()
    expect(page.locator(f".hw-section-{key}")).to_be_visible()


def tab(page: Page, title: str) -> None:
    """Raise a tab below the panes."""
    raised = page.get_by_role("tab", name=title, exact=True)
    raised.click()
    expect(raised).to_have_attribute("aria-selected", "true")


def open_file(page: Page, path: str) -> None:
    """Choose a file, or a folder, by its whole name, with the folders below the data: ``"doubtful/one.tif"``."""
    section(page, "Micrograph")
    up = page.locator(".hw-files .hw-file-up")
    expect(page.locator(".hw-files .hw-file").first).to_be_visible()
    while up.count():  # in the folder of a test before this one
        here = page.locator(".hw-files .hw-file").first.get_attribute("data-path")
        up.click()
        expect(page.locator(".hw-files .hw-file").first).not_to_have_attribute("data-path", here)
    *folders, name = path.split("/")
    for folder in folders:
        choose_file(page, folder)
        expect(up).to_have_count(1)
    choose_file(page, name)


def choose_file(page: Page, name: str) -> None:
    """Choose a line of the folder that is open."""
    named = file_row(page, name)
    if not named.count():  # written since the page was opened
        page.locator(".hw-section-micrograph").get_by_role("button", name="look for new files").click()
    expect(named).to_have_count(1)
    named.click()


def file_row(page: Page, name: str) -> Locator:
    """The line of a file, or a folder, in the list, by its whole name."""
    named = page.locator(".hw-file-name", has_text=re.compile(rf"^{re.escape(name)}/?$"))
    return page.locator(".hw-files .hw-file").filter(has=named)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(
    arguments: list[str], log: Path, start: tuple[str, ...] = ("-m", "workbench"), **environment: str
) -> Iterator[subprocess.Popen]:
    """Run `workbench` with these arguments, and end it and all that it started."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *start, *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()  # what runs in the background of a shell does not hear an interrupt
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def spot(page: Page, row: float, column: float, pane: int = 0) -> tuple[float, float]:
    """Where the middle of a pixel of the micrograph lies on the screen, in a pane."""
    return tuple(
        page.evaluate(
            f"""() => {{
              const view = window.hrtemViewers[0], pane = view.placed[{pane}];
              const box = view.canvas.getBoundingClientRect();
              return [box.left + pane.x + pane.w / 2 + ({column} + 0.5 - view.camera.centre[0]) * view.camera.scale,
                box.top + pane.y + pane.h / 2 + ({row} + 0.5 - view.camera.centre[1]) * view.camera.scale];
            }}"""
        )
    )


def drag(page: Page, *pixels: tuple[float, float], steps: int = 6, pane: int = 0) -> None:
    """Press the button at the first pixel of the micrograph, go along the others and let go."""
    settled(page, page.locator(".hwv canvas"))
    page.mouse.move(*spot(page, *pixels[0], pane))
    page.mouse.down()
    for pixel in pixels[1:]:
        page.mouse.move(*spot(page, *pixel, pane), steps=steps)
    page.mouse.up()


def label_in_browser(page: Page) -> dict:
    """Values of the label as the browser has them, by value the number of pixels, and a checksum (Adler-32)."""
    return page.evaluate(
        """() => {
          const { image } = window.hrtemViewers[0].hand.store, counts = [0, 0, 0];
          if (!image) return null;
          for (const value of image.data) counts[value]++;
          let a = 1, b = 0;
          for (const value of image.data) { a = (a + value) % 65521; b = (b + a) % 65521; }
          return { counts, sum: b * 65536 + a };
        }"""
    )


def label_value(page: Page, row: int, column: int) -> int:
    """The value of the label at a pixel, in the browser."""
    return page.evaluate(
        f"""() => {{
          const {{ data, width }} = window.hrtemViewers[0].hand.store.image;
          return data[{row} * width + {column}];
        }}"""
    )


@contextmanager
def serving(data: Path, folder: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """Run `workbench serve` on a data folder and give its address; its log and uploads lie in ``folder``."""
    port, log = port or free_port(), folder / "serve.log"
    (folder / "uploads").mkdir(exist_ok=True)
    environment["WORKBENCH_UPLOADS"] = str(folder / "uploads")
    arguments = ["serve", "--port", str(port), "--data", str(data), "--no-browser"]
    with running(arguments, log, **environment) as process:
        latest = time.monotonic() + LONG / 1000  # seconds, but for a machine at work on other things
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < latest, "the server does not answer"
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}/"


class Server:
    """A running `workbench serve` that can be ended and started again at the same address.

    Attributes
    ----------
    address : str
    starts : int
        How often it was started.
    """

    def __init__(self, data: Path, folder: Path, **environment: str) -> None:
        self._start = partial(serving, data, folder, free_port(), **environment)
        self.starts = 0
        self._begin()

    def _begin(self) -> None:
        self._running = ExitStack()
        self.address = self._running.enter_context(self._start())
        self.starts += 1

    def end(self) -> None:
        """End it for good."""
        self._running.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """End it, and start it again afterwards."""
        self._running.close()
        try:
            yield
        finally:
            self._begin()
