"""The viewer in a bare page, Python's half in this process: what it draws and says of pixels, without a server."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from workbench.app.viewer.viewer import Viewer
from workbench.figures.palette import PARTICLES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOST = """
<style>CSS body { margin: 0 } #here, #here > .hwv { width: 900px; height: 500px }</style><div id="here"></div>
<script type="module">
const module = await import(URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" })));
const heard = {};
window.model = {
  values: STATE, sent: [],
  get(name) { return this.values[name]; },
  set(name, value) { this.values[name] = value; heard[`change:${name}`]?.forEach((call) => call()); },
  widget_manager: {}, save_changes() {}, send(message) { this.sent.push(message); },
  on(name, call) { (heard[name] ??= []).push(call); }, off() {},
};
window.receive = (message, coded) => {
  const data = coded === null ? [] : [new DataView(Uint8Array.from(atob(coded), (c) => c.charCodeAt(0)).buffer)];
  heard["msg:custom"].forEach((call) => call(message, data));
};
module.default.render({ model: window.model, el: document.getElementById("here") });
window.view = window.hrtemViewers[0];
</script>
"""


class Shown:
    """A viewer whose messages go to a page, and which hears what the page sends."""

    def __init__(self, page: Page, **state: object) -> None:
        self.page, self.viewer, self.heard = page, Viewer(**{"fills": False, **state}), 0
        names = [name for name in self.viewer.keys if not name.startswith("_") and name != "layout"]
        values = {name: getattr(self.viewer, name) for name in names}
        source = (
            HOST.replace("CSS", self.viewer._css)
            .replace("STATE", json.dumps(values))
            .replace("SOURCE", json.dumps(self.viewer._esm))
        )
        page.set_content(source)
        page.wait_for_function("window.view")
        self.viewer.send = self.send

    def send(self, message: dict, buffers: list[bytes] | None = None) -> None:
        coded = base64.b64encode(buffers[0]).decode() if buffers else None
        self.page.evaluate("([message, coded]) => window.receive(message, coded)", [message, coded])

    def sync(self, *names: str) -> None:
        for name in names:
            self.page.evaluate(
                "([name, value]) => model.set(name, value)", [name, getattr(self.viewer, name)]
            )

    def hear(self, kind: str) -> None:
        """Give Python what the page said of a kind since the last time."""
        self.page.wait_for_function(f"model.sent.slice({self.heard}).some((one) => one.kind === '{kind}')")
        sent = self.page.evaluate("model.sent")
        for message in sent[self.heard :]:
            if message["kind"] == kind:
                self.viewer._heard(self.viewer, message, [])
        self.heard = len(sent)


@pytest.mark.parametrize("plainly", [False, True], ids=["WebGL2", "2D"])
def test_where_networks_disagree_all_of_them_are_compared(page: Page, plainly: bool):
    shown = Shown(page, force_2d=plainly, show_disagreement=True)
    viewer, names = shown.viewer, [f"net{number}" for number in range(6)]
    viewer.set_micrograph(np.full((40, 60), 100, np.float32), None)
    for number, name in enumerate(names):
        viewer.set_pane(name, threshold=0.5)
        probability = np.zeros((40, 60), np.float32)
        probability[10:30, 5:20] = 1
        probability[5 * number : 5 * number + 5, 40:50] = 1  # each finds one of its own besides
        viewer.set_probability(name, probability)
    shown.sync("panes")

    def is_marked(pane: str, x: int, y: int) -> bool:
        """Whether stripes of light and dark, without a hue, lie over a pixel and those beside it."""
        shown = page.evaluate(
            """([pane, x, y]) => view.draw() ?? [...Array(12).keys()].map((step) =>
              view.colourAt(pane, x - 1.5 + step / 4, y, false).slice(0, 3))""",
            [pane, x, y],
        )
        greys = [sum(pixel) / 3 for pixel in shown if max(pixel) - min(pixel) < 40]
        return len(greys) == len(shown) and max(greys) - min(greys) > 150

    for pane in (names[0], names[3], names[5]):
        assert [is_marked(pane, 45, 5 * number + 2) for number in range(6)] == [True] * 6
        assert not is_marked(pane, 12, 20)
        assert not is_marked(pane, 55, 35)


@pytest.mark.parametrize("plainly", [False, True], ids=["WebGL2", "2D"])
def test_particles_have_colours_of_their_own_until_the_threshold_moves_or_the_mask_is_stale(
    page: Page, plainly: bool
):
    shown = Shown(page, force_2d=plainly, overlay_mode="fill", overlay_opacity=1.0)
    viewer, grey, blue = shown.viewer, "#8A949E", "#56B4E9"
    numbers = np.zeros((40, 80), np.uint8)
    numbers[10:30, 10:70] = 1 + np.arange(60) // 10  # six that touch; and one that is in no label image
    mask = numbers > 0
    mask[2:6, 2:6] = True
    viewer.set_micrograph(np.full((40, 80), 100, np.float32), None)
    viewer.set_pane("net", threshold=0.5, color=blue, stale="")
    viewer.set_probability("net", np.where(mask, np.float32(0.9), np.float32(0.1)))
    viewer.set_mask("net", mask, 0.5, numbers)

    def drawn() -> list[str]:
        shown.sync("panes")
        places = [*([x, 20] for x in range(15, 75, 10)), [4, 4]]
        found = page.evaluate(
            "(places) => view.draw() ?? places.map((at) => view.colourAt('net', ...at, false))", places
        )
        return ["#" + "".join(f"{part:02X}" for part in one[:3]) for one in found]

    assert drawn() == [*PARTICLES[:6], blue]
    viewer.set_pane("net", threshold=0.4)
    assert drawn() == [blue] * 7
    viewer.set_pane("net", stale="not counted yet")
    assert drawn() == [blue] * 7
    expect(page.locator(".hwv-stale .hwv-told")).to_have_text("p > 0.40, not counted yet")
    viewer.set_pane("net", threshold=0.5, color=grey, stale="not as set yet")
    assert drawn() == [grey] * 7


def test_the_intensity_under_the_cursor_is_that_of_the_file(page: Page):
    pixels = np.random.default_rng(0).normal(1000, 10, (64, 64)).astype(np.float32)
    pixels[32, 32] = 123456.75  # far beyond what is drawn
    shown = Shown(page)
    shown.viewer.set_micrograph(pixels, 0.02)
    shown.sync("nm_per_px")
    told = page.locator(".hwv-readout").first
    x, y, width, height = page.evaluate(
        "view.draw() ?? [view.placed[0]].flatMap((p) => [p.x, p.y, p.w, p.h])"
    )
    page.mouse.move(x + width / 2 + 1, y + height / 2 + 1)
    expect(told).to_contain_text("≥ ")
    expect(told).to_contain_text("x 0.64, y 0.64 nm")
    shown.hear("pixel")
    expect(told).to_have_text("x 0.64, y 0.64 nm   123456.75")
    page.mouse.move(x + width / 2 + 1, y + height / 4)
    expect(told).to_contain_text("≈ ")
    shown.hear("pixel")
    row, column = page.evaluate("[view.pointer.intensity.pixel[1], view.pointer.intensity.pixel[0]]")
    assert np.float32(told.inner_text().split()[-1]) == pytest.approx(pixels[row, column], rel=1e-6)


def test_a_long_title_is_shortened_and_what_is_said_of_the_pixel_never(page: Page):
    shown = Shown(page)
    shown.viewer.set_micrograph(np.zeros((64, 64), np.float32), 0.02)
    title = "U-Net generalist (trained at 1, shown at 1-1-2-2-4; pixels x 1.5)"
    for name in ("one", "two"):
        shown.viewer.set_pane(name, title=title, threshold=0.5, warning="noise", stale="not as set yet")
        shown.viewer.set_probability(name, np.full((64, 64), 0.25, np.float32))
    shown.sync("panes", "nm_per_px")
    name, told = page.locator(".hwv-name").nth(1), page.locator(".hwv-told")
    cut = "(box) => box.scrollWidth > box.clientWidth || box.getBoundingClientRect().right > "
    beyond = f"{cut} box.closest('.hwv-head').getBoundingClientRect().right + 1"
    readout = page.locator(".hwv-readout")
    for said in ("", "p = 0.25"):
        expect(readout.nth(1)).to_have_text(said)
        expect(told.nth(1)).to_have_text("p > 0.50, not as set yet")
        assert name.evaluate("(box) => box.scrollWidth > box.clientWidth")
        assert name.get_attribute("title") == title
        assert not any(told.nth(pane).evaluate(beyond) for pane in range(3))
        x, y, width, height = page.evaluate(
            "view.draw() ?? [view.placed[0]].flatMap((p) => [p.x, p.y, p.w, p.h])"
        )
        page.mouse.move(x + width / 2, y + height / 2)


def test_in_a_narrow_pane_the_name_of_the_network_is_whole_and_the_threshold_is_not(page: Page):
    shown = Shown(page)
    shown.viewer.set_micrograph(np.zeros((64, 64), np.float32), 0.02)
    for number in range(7):
        shown.viewer.set_pane(f"net{number}", title="Residual U-Net", threshold=0.5)
    shown.sync("panes", "nm_per_px")
    page.mouse.move(899, 599)  # below the viewer
    page.evaluate("for (const box of document.querySelectorAll('#here, .hwv')) box.style.width = '480px'")
    expect(page.locator(".hwv-told").last).to_have_text("p > 0.50")
    cut = "(boxes) => boxes.map((box) => box.scrollWidth > box.clientWidth)"
    names, told = page.locator(".hwv-name"), page.locator(".hwv-told")
    assert names.evaluate_all(cut) == 8 * [False]
    assert any(told.evaluate_all(cut))


@pytest.mark.parametrize(
    ("nm_per_px", "said"), [(0.02, "nm"), (None, "px"), (30.0, "µm"), (0.9, "nm"), (5e4, "mm")]
)
def test_a_scale_bar_says_its_length_in_the_unit_that_suits_it(page: Page, nm_per_px, said):
    shown = Shown(page)
    shown.viewer.set_micrograph(np.zeros((512, 512), np.float32), nm_per_px)
    shown.sync("nm_per_px")
    page.evaluate("view.draw()")
    number, unit = page.locator(".hwv-bar span").first.inner_text().split()
    assert unit == said
    assert 0.05 <= float(number) < 1000


@pytest.mark.parametrize("plainly", [False, True], ids=["WebGL2", "2D"])
def test_outlines_of_two_networks_on_one_micrograph_and_two_panes_under_a_curtain(page: Page, plainly: bool):
    shown = Shown(page, force_2d=plainly, overlay_mode="fill", overlay_opacity=1.0, view_mode="outlines")
    viewer, colours = shown.viewer, {"left": "#E69F00", "right": "#56B4E9"}
    viewer.set_micrograph(np.full((60, 100), 100, np.float32), None)
    for name, columns in {"left": slice(10, 40), "right": slice(60, 90)}.items():
        viewer.set_pane(name, title=name, threshold=0.5, color=colours[name])
        probability = np.full((60, 100), np.float32(0.1))
        probability[15:45, columns] = 0.9
        viewer.set_probability(name, probability)
    shown.sync("panes")

    def drawn(key: str, x: int, y: int) -> str:
        found = page.evaluate("([key, x, y]) => view.colourAt(key, x, y)", [key, x, y])
        return "#" + "".join(f"{part:02X}" for part in found[:3])

    grey = drawn("micrograph", 50, 30)
    assert drawn("micrograph", 10, 30) == colours["left"]  # both rims, and nothing inside them
    assert drawn("micrograph", 89, 30) == colours["right"]
    assert drawn("micrograph", 25, 30) == drawn("micrograph", 75, 30) == grey
    assert page.locator(".hwv-legend").inner_text().split() == [
        "left",
        "p",
        ">",
        "0.50",
        "right",
        "p",
        ">",
        "0.50",
    ]
    page.evaluate("view.views.set('swipe')")
    assert drawn("left", 25, 30) == colours["left"]
    assert drawn("left", 75, 30) == colours["right"]  # there the other pane is drawn
