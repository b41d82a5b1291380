"""Milliseconds from a move of the mouse to the painted pixel, on a label of 4096 x 4096 pixels.

    python benchmarks/brush_latency.py       # writes docs/brush-latency.md; needs Chromium on the PATH

A stroke is drawn by pointer events, as the browser sends them. For each move of it two animation frames pass and one
pixel of the canvas under the brush is read back, which waits for the renderer and says whether it was painted. Beside
it: the end of a stroke (checksum, message to Python), and a lasso around a quarter of the micrograph, filled. Python
follows each stroke and writes the file of the label, as on the page.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from chromium import FLAGS
from playwright.sync_api import sync_playwright

EDGE, MOVES, STROKES = 4096, 30, 5
PAGE = """
import ipywidgets as widgets, numpy as np
from workbench.app.core.data_folder import DataFolder
from workbench.app.label.link import LabelLink
from workbench.app.viewer.panes import Panes
from workbench.app.session import Session
from workbench.app.viewer.viewer import Viewer
from workbench.micrographs.micrograph import Micrograph

rows, columns = np.mgrid[:EDGE, :EDGE]
probability = (0.5 + 0.5 * np.sin(rows / 90) * np.sin(columns / 70)).astype(np.float32)
session = Session(data=DataFolder("FOLDER"))
session.selected = []
viewer = Viewer(layout=widgets.Layout(width="1200px", height="620px"))
panes, link = Panes(session, viewer), LabelLink(session, viewer)
session.show(Micrograph(probability, 0.02, "large"))
viewer.set_pane("net", title="net", threshold=0.5)
viewer.set_probability("net", probability)
session.label.active = True
viewer
"""
MEASURE = """async ([tool, size, moves, zoom, seed]) => {
  const view = window.hrtemViewers[0], { canvas, hand } = view, gl = canvas.getContext("webgl2");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  view.model.set({ label_tool: tool, brush_px: size, label_value: 1 });
  view.camera.zoom = zoom;
  view.draw();
  const pane = view.placed[0], box = canvas.getBoundingClientRect(), ratio = devicePixelRatio;
  const at = (x, y) => ({
    clientX: box.left + pane.x + x, clientY: box.top + pane.y + y, button: 0, pointerId: 1, bubbles: true,
  });
  const place = (i) => {
    const angle = (2 * Math.PI * i) / moves + seed, reach = (0.25 + 0.05 * seed) * pane.w;
    return [pane.w / 2 + reach * Math.cos(angle), pane.h / 2 + reach * Math.sin(angle)];
  };
  const read = (x, y) => {
    const pixel = new Uint8Array(4), row = canvas.height - 1 - Math.floor((pane.y + y) * ratio);
    gl.readPixels(Math.floor((pane.x + x) * ratio), row, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel;
  };
  const times = [];
  let painted = 0;
  canvas.dispatchEvent(new PointerEvent("pointerdown", at(...place(0))));
  await frame();
  await frame();
  for (let i = 1; i <= moves; i++) {
    const began = performance.now();
    window.dispatchEvent(new PointerEvent("pointermove", at(...place(i))));
    await frame();
    const pixel = read(...place(i)); // in the frame that drew it: once shown, the canvas is empty to read
    await frame();
    times.push(performance.now() - began);
    painted += pixel[0] > pixel[2] + 8; // yellow over grey
  }
  const began = performance.now();
  window.dispatchEvent(new PointerEvent("pointerup", at(...place(moves))));
  const end = performance.now() - began;
  await frame();
  await frame();
  read(1, 1);
  return { times, painted, end, shown: performance.now() - began };
}"""
CLEAR = """() => {
  const view = window.hrtemViewers[0], { canvas } = view, pane = view.placed[0], box = canvas.getBoundingClientRect();
  view.model.set({ label_tool: "lasso", label_value: 0 });
  view.camera.zoom = 1;
  view.draw();
  const send = (target, name, x, y) => target.dispatchEvent(new PointerEvent(name, {
    clientX: box.left + pane.x + x, clientY: box.top + pane.y + y, button: 0, pointerId: 1, bubbles: true,
  }));
  send(canvas, "pointerdown", 1, 1);
  for (const [x, y] of [[pane.w, 1], [pane.w, pane.h], [1, pane.h]]) send(window, "pointermove", x, y);
  send(window, "pointerup", 1, pane.h);
}"""


def main() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.ipynb"
        code = PAGE.replace("EDGE", str(EDGE)).replace("FOLDER", folder)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), page)
        code = (
            "from pathlib import Path; from workbench.app.serving.serve import serve; "
            f"serve({port}, Path({folder!r}), False, Path({str(page)!r}))"
        )
        server = subprocess.Popen([sys.executable, "-c", f"if __name__ == '__main__': {code}"])
        try:
            report(measure(port))
        finally:
            server.terminate()
            server.wait(20)


def measure(port: int) -> list[tuple[str, list[float], list[float], list[float]]]:
    """Return name, times of moves, of ends and until the end is shown, of each kind of stroke."""
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 720})
        for _ in range(240):
            try:
                page.goto(f"http://127.0.0.1:{port}/")
                break
            except Exception:
                time.sleep(0.5)
        ready = "window.hrtemViewers?.[0]?.layers.probability.size && window.hrtemViewers[0].hand.store.image"
        page.wait_for_function(ready, timeout=300_000)
        page.wait_for_timeout(2000)
        for name, tool, size, zoom in (
            ("brush of 24 px, whole micrograph shown", "brush", 24, 1),
            ("brush of 24 px, zoomed in 8 times", "brush", 24, 8),
            ("brush of 400 px, whole micrograph shown", "brush", 400, 1),
            ("lasso", "lasso", 1, 1),
        ):
            moves, ends, shown, seen = [], [], [], []
            for seed in range(STROKES):
                page.evaluate(CLEAR)
                page.wait_for_timeout(1500)  # Python follows and writes the file: not what is measured
                found = page.evaluate(MEASURE, [tool, size, MOVES, zoom, seed])
                if tool == "brush" and size * zoom > 50:
                    seen.append(found["painted"])
                moves += found["times"][2:]
                ends.append(found["end"])
                shown.append(found["shown"])
            if seen and sum(seen) < 0.95 * MOVES * STROKES:
                raise SystemExit(
                    f"{name}: of {MOVES * STROKES} moves only {sum(seen)} were painted a frame later"
                )
            print(name, "painted a frame later:", seen)
            rows.append((name, moves, ends, shown))
        browser.close()
    return rows


def report(rows: list[tuple[str, list[float], list[float], list[float]]]) -> None:
    lines = [
        "# Latency of the brush",
        "",
        f"A label of {EDGE} x {EDGE} over a micrograph and a network's overlay in two panes, Chromium's software "
        f"renderer without a GPU. Milliseconds, median (10th to 90th percentile) of {STROKES} strokes of {MOVES} moves "
        "each, from `python benchmarks/brush_latency.py`. A move is timed over two animation frames and a pixel read "
        "back from the canvas: 33 ms is about the least that this can show at 60 frames a second. The end of a stroke "
        "is what the browser does before the hand is free again: a checksum and the message to Python.",
        "",
        "| | a move, to the painted pixel | end of the stroke | end, until it is drawn |",
        "|---|---|---|---|",
    ]
    for name, moves, ends, shown in rows:
        deciles = statistics.quantiles(moves, n=10)
        moved = f"{statistics.median(moves):.0f} ({deciles[0]:.0f} to {deciles[-1]:.0f})"
        lines.append(f"| {name} | {moved} | {statistics.median(ends):.0f} | {statistics.median(shown):.0f} |")
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "docs" / "brush-latency.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
