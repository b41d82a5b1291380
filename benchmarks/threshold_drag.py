"""Milliseconds a frame of a threshold drag over a 4096 x 4096 probability, beside bqplot-image-gl on the same page.

    python benchmarks/threshold_drag.py       # writes docs/threshold-drag.md; needs Chromium on the PATH

For each tick the new threshold is set on the browser's side, two animation frames pass, and one pixel of the canvas is
read back, which waits for the renderer. The workbench draws the micrograph and the overlay of one network in two panes;
bqplot-image-gl draws the probability with the threshold as the limit of its colour scale, in one.
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

EDGE, TICKS = 4096, 40
PAGE = f"""
import anywidget, bqplot, ipywidgets as widgets, numpy as np, traitlets
from bqplot_image_gl import ImageGL
from workbench.app.viewer.viewer import Viewer

rows, columns = np.mgrid[:{EDGE}, :{EDGE}]
probability = (0.5 + 0.5 * np.sin(rows / 90) * np.sin(columns / 70)).astype(np.float32)
viewer = Viewer(layout=widgets.Layout(width="1200px", height="620px"))
viewer.set_micrograph(probability, 0.02)
viewer.set_pane("net", title="net", threshold=0.5)
viewer.set_probability("net", probability)
colour = bqplot.ColorScale(min=0.49, max=0.5)
scales = {{"x": bqplot.LinearScale(), "y": bqplot.LinearScale(), "image": colour}}
mark = ImageGL(image=probability, scales=scales)
peer = bqplot.Figure(marks=[mark], layout=widgets.Layout(width="620px", height="620px"))

class Probe(anywidget.AnyWidget):
    _esm = '''export default {{ async render({{ model }}) {{
      window.peerScale = await model.widget_manager.get_model(model.get("scale")); }} }}'''
    scale = traitlets.Unicode().tag(sync=True)

widgets.VBox([viewer, peer, Probe(scale=colour.model_id)])
"""
MEASURE = """async ([ticks, peer]) => {
  const view = window.hrtemViewers[0];
  const canvases = [...document.querySelectorAll(".bqplot canvas")];
  const canvas = peer ? canvases.find((one) => one.getContext("webgl2") || one.getContext("webgl")) : view.canvas;
  const gl = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const pixel = new Uint8Array(4), times = [];
  for (let tick = 0; tick < ticks; tick++) {
    const value = 0.3 + 0.4 * tick / ticks, began = performance.now();
    if (peer) {
      window.peerScale.set({ min: value - 0.005, max: value + 0.005 });
    } else {
      view.model.set("panes", view.model.get("panes").map((pane) => ({ ...pane, threshold: value })));
    }
    await frame();
    await frame();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    times.push(performance.now() - began);
  }
  return times;
}"""


def main() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PAGE)]), page)
        code = (
            "from pathlib import Path; from workbench.app.serving.serve import serve; "
            f"serve({port}, Path({folder!r}), False, Path({str(page)!r}))"
        )
        server = subprocess.Popen([sys.executable, "-c", f"if __name__ == '__main__': {code}"])
        try:
            measured = measure(port)
        finally:
            server.terminate()
            server.wait(20)
    report(*measured)


def measure(port: int) -> tuple[list[float], list[float]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 1350})
        for _ in range(120):
            try:
                page.goto(f"http://127.0.0.1:{port}/")
                break
            except Exception:
                time.sleep(0.5)
        ready = "window.peerScale && window.hrtemViewers?.[0]?.layers.probability.size"
        page.wait_for_function(ready, timeout=120_000)
        page.wait_for_selector(".bqplot canvas", timeout=120_000)
        page.wait_for_timeout(3000)
        ours, peer = [], []
        for _ in range(2):  # alternate
            ours += page.evaluate(MEASURE, [TICKS, False])[3:]
            peer += page.evaluate(MEASURE, [TICKS, True])[3:]
        browser.close()
    return ours, peer


def report(ours: list[float], peer: list[float]) -> None:
    lines = [
        "# Dragging a threshold",
        "",
        f"{EDGE} x {EDGE}, Chromium's software renderer without a GPU. Median (10th to 90th percentile) of "
        f"{len(ours)} ticks each, on one page, from `python benchmarks/threshold_drag.py`.",
        "",
        "| | ms a frame |",
        "|---|---|",
    ]
    for name, times in (("workbench viewer, two panes", ours), ("bqplot-image-gl, one image", peer)):
        deciles = statistics.quantiles(times, n=10)
        lines.append(f"| {name} | {statistics.median(times):.0f} ({deciles[0]:.0f} to {deciles[-1]:.0f}) |")
    text = "\n".join(lines) + "\n"
    (Path(__file__).parents[1] / "docs" / "threshold-drag.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
