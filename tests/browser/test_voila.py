"""The page as a person meets it: Voila, a real Chromium, real clicks."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from driving import (
    READY,
    colour,
    cut_boxes,
    hold_threshold,
    keys,
    low_and_high_shown,
    one_output,
    open_file,
    open_page,
    section,
    settled,
    shown_share,
    spot,
    tab,
    wait_for_networks,
    wait_idle,
    zoom_and_move,
)
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def test_figure_1_is_there_without_a_click(figure_1):
    page = figure_1
    assert page.title() == "easy · HRTEM Workbench"
    assert len(keys(page)) >= 2
    expect(page.locator(".hw-about")).to_contain_text("0.0235 nm/px")
    darker, lighter = low_and_high_shown(page)
    assert darker < lighter - 60
    for key in keys(page)[1:]:
        assert 0.02 < shown_share(page, key) < 0.9


def test_dragging_the_threshold_changes_the_mask_and_sends_no_pixels(figure_1):
    page, sizes = figure_1, figure_1.sizes
    with one_output(page) as key:
        before = shown_share(page, key)
        sizes.clear()
        # what the browser draws while the hand moves, before any exact mask comes back
        hold_threshold(page, key)
        during, dragged = shown_share(page, key), max(sizes, default=0)
        page.mouse.up()
        assert during < before
        assert dragged < 100_000, "a message of this size carries pixels"


def drag_handle(page: Page, right_px: int) -> None:
    """Drag the first handle of the histogram that can be seen to the right."""
    handle = page.locator(".hw-deck .dot_grp .element:visible, .hw-deck path.dot:visible").first
    box = settled(page, handle)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + right_px, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()


def test_the_handle_of_the_histogram_moves_the_threshold(figure_1):
    page = figure_1
    key = keys(page)[-1]
    threshold = f"window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === {key!r}).threshold"
    before = page.evaluate(threshold)
    tab(page, "Probability")
    drag_handle(page, 70)
    page.wait_for_function(f"{threshold} > {before + 0.05}")


def test_black_is_dragged_on_the_histogram_of_intensity_and_automatic_again(figure_1):
    page = figure_1
    tab(page, "Probability")
    page.locator(".hw-deck").get_by_role("button", name="intensity").click()
    contrast = "window.hrtemViewers[0].model.get('contrast')"
    low, high = page.evaluate(contrast)
    drag_handle(page, 200)
    page.wait_for_function(f"{contrast}[0] > {low} && {contrast}[1] === {high}")
    page.get_by_role("button", name="automatic contrast").click()
    page.wait_for_function(f"{contrast}[0] === {low}")
    page.locator(".hw-deck").get_by_role("button", name="probability").click()


def test_wheel_and_drag_move_all_panes_together(figure_1):
    page = figure_1
    zoomed, moved = zoom_and_move(page)
    assert moved["centre"][0] < zoomed["centre"][0]
    assert moved["centre"][1] < zoomed["centre"][1]
    # the first pane shows the same place: the same intensity lies under the same point of each pane
    centre = moved["centre"]
    page.keyboard.press(" ")
    colours = [colour(page, key, round(centre[0]), round(centre[1])) for key in keys(page)]
    assert all(abs(one[0] - colours[0][0]) <= 2 for one in colours)
    page.keyboard.press("f")
    page.wait_for_function("window.hrtemViewers[0].camera.zoom === 1")


def test_a_file_of_the_data_folder_opens_and_a_broken_one_says_why(figure_1):
    page = figure_1
    open_file(page, "one_particle.tif")
    expect(page.locator(".hw-about")).to_contain_text("384 × 256 px", timeout=READY)
    expect(page.locator(".hw-about")).to_contain_text("0.04 nm/px")
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 384")
    wait_idle(page)
    section(page, "Micrograph")
    open_file(page, "broken.dm3")
    expect(page.locator(".hw-note-bar")).to_contain_text("broken.dm3", timeout=READY)
    assert page.evaluate("window.hrtemViewers[0].micrograph.width") == 384
    page.locator(".hw-note-bar button").click()
    expect(page.locator(".hw-note-bar")).to_be_hidden()


def open_and_wait(page: Page, name: str, size: str) -> None:
    """Open a file of the data folder, and wait until it is shown and segmented; its size is such as ``64 × 64``."""
    open_file(page, name)
    expect(page.locator(".hw-about")).to_contain_text(f"{size} px", timeout=READY)
    wait_idle(page)


def test_a_pixel_size_that_no_network_knows_is_doubted_on_the_page(figure_1):
    page = figure_1
    expect(page.locator(".hw-scale")).to_be_hidden()
    section(page, "Micrograph")
    field = page.locator(".hw-row", has_text="Pixel size").locator("input")
    field.fill("2")
    field.press("Enter")
    expect(page.locator(".hw-scale")).to_contain_text("scale doubtful", timeout=READY)
    field.fill("0.03")
    field.press("Enter")
    expect(page.locator(".hw-scale")).to_be_hidden(timeout=READY)
    wait_idle(page)


def test_a_typed_pixel_size_is_corrected_and_shared_with_the_folder(figure_1):
    page = figure_1
    open_and_wait(page, "constant.npy", "64 × 64")
    field = page.locator(".hw-row", has_text="Pixel size").locator("input")
    share = page.get_by_role("button", name="also for all files here")
    expect(share).to_be_hidden()
    field.fill("abc")
    field.press("Enter")
    expect(page.locator(".hw-note-bar")).to_contain_text("number of nanometres", timeout=READY)
    field.fill("0.5 Å")
    field.press("Enter")
    expect(page.locator(".hw-about")).to_contain_text("0.05 nm/px", timeout=READY)
    expect(page.locator(".hw-note-bar")).to_be_hidden()
    share.click()
    expect(share).to_be_hidden()
    open_and_wait(page, "one_pixel.npy", "1 × 1")
    expect(page.locator(".hw-about")).to_contain_text("0.05 nm/px")
    expect(field).to_have_value("0.05 nm/px")


def test_the_smallest_area_stays_as_it_was_typed_and_can_be_had_in_the_other_unit(figure_1):
    page = figure_1
    section(page, "Mask")
    area = page.locator(".hw-row", has_text=re.compile("Min. (px|nm)²"))
    area.locator(".noUi-handle").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    typed = page.locator(".hw-number-field input")
    expect(typed).to_have_value("0.03")
    open_and_wait(page, "constant.npy", "64 × 64")
    section(page, "Mask")
    expect(area).to_contain_text("Min. nm²", timeout=READY)
    expect(page.locator(".hw-note", has_text="0.03 nm² needs the size of a pixel")).to_be_visible()
    section(page, "Micrograph")
    field = page.locator(".hw-row", has_text="Pixel size").locator("input")
    field.fill("0.1")
    field.press("Enter")
    section(page, "Mask")
    expect(typed).to_have_value("0.03", timeout=READY)
    expect(page.locator(".hw-note", has_text="needs the size of a pixel")).to_be_hidden()
    page.get_by_role("button", name="in px²").click()
    expect(area).to_contain_text("Min. px²", timeout=READY)
    expect(typed).to_have_value("3")
    wait_idle(page)


def test_what_is_burnt_into_a_picture_is_left_out_and_a_click_takes_it_back(figure_1):
    page = figure_1
    section(page, "Networks")
    for name in ("FCN8s", "U-Net"):
        page.locator(".hw-network", has=page.get_by_text(name, exact=True)).locator("input").first.uncheck()
    page.locator(".hw-network", has_text="Blur + Otsu").locator("input[type=checkbox]").check()
    open_and_wait(page, "picture.png", "480 × 400")
    particles = page.locator(".hw-scores tr", has_text="Blur + Otsu")
    expect(page.locator(".hw-left-out")).to_contain_text("text, scale bar, data bar", timeout=READY)
    expect(page.locator(".hwv-marks").first.locator(".mark")).to_have_count(3)
    wait_idle(page)
    expect(particles.locator("td").nth(2)).to_have_text("5")
    page.get_by_role("button", name="count it as specimen").click()
    expect(page.locator(".hwv-marks")).to_have_count(0, timeout=READY)
    wait_idle(page)
    expect(particles.locator("td").nth(2)).not_to_have_text("5")
    page.get_by_role("button", name="leave out what is burnt in").click()
    expect(particles.locator("td").nth(2)).to_have_text("5", timeout=READY)
    page.get_by_role("button", name="cut the data bar off").click()
    expect(page.locator(".hw-head")).to_contain_text("480 × 35", timeout=READY)
    expect(page.locator(".hwv-marks").first.locator(".mark")).to_have_count(2)
    wait_idle(page)
    page.get_by_role("button", name="show the whole picture").click()
    expect(page.locator(".hwv-marks").first.locator(".mark")).to_have_count(3, timeout=READY)
    wait_idle(page)


def test_the_dock_is_dragged_moved_by_keys_and_folded_and_the_panes_have_the_rest(figure_1):
    page = figure_1
    canvas, edge = page.locator(".hwv canvas"), page.locator(".hw-dock-edge")
    usual, place = settled(page, canvas)["height"], settled(page, edge)
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] - 100, steps=5)
    page.mouse.up()
    assert settled(page, canvas)["height"] == pytest.approx(usual - 100, abs=2)
    edge.press("ArrowDown")
    assert settled(page, canvas)["height"] == pytest.approx(usual - 76, abs=2)
    fold = page.locator(".hw-fold")
    fold.click()
    expect(page.locator(".hw-scores")).to_have_count(0)
    assert settled(page, canvas)["height"] > usual + 120
    tab(page, "Scores")  # a tab unfolds it
    expect(page.locator(".hw-scores")).to_be_visible()
    assert settled(page, canvas)["height"] == pytest.approx(usual - 76, abs=2)
    edge.dblclick()
    assert settled(page, canvas)["height"] == pytest.approx(usual, abs=2)


OUT_OF_REACH = """() => [...document.querySelectorAll("[role=tab]")].filter((tab) => {
  const { x, y, width, height } = tab.getBoundingClientRect();
  return !tab.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}).map((tab) => tab.innerText)"""
"""Tabs that a press in their middle would not raise."""


def test_every_tab_can_be_raised_with_every_subject_open_and_the_drawer_folds_to_nothing(figure_1):
    page = figure_1
    tabs = page.get_by_role("tab").all_inner_texts()
    assert tabs[:2] == ["Scores", "Probability"]
    for item in page.locator(".hw-rail-item").all():
        if item.get_attribute("aria-expanded") != "true":
            item.click()
        expect(item).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".hw-section:visible")).to_have_count(1)
        assert page.evaluate(OUT_OF_REACH) == []
    for title in tabs:  # with the last subject open
        tab(page, title)
        expect(page.locator(".hw-deck > *")).to_have_count(1)
    before = settled(page, page.locator(".hwv canvas"))["width"]
    item.click()
    expect(page.locator(".hw-drawer")).to_be_hidden()
    assert settled(page, page.locator(".hwv canvas"))["width"] > before + 200


def test_a_double_click_fills_the_canvas_with_a_pane_f_shows_the_whole_and_the_map_goes_where_it_is_pressed(
    figure_1,
):
    page = figure_1
    pane = page.locator(".hwv-pane")
    panes = pane.count()
    page.mouse.dblclick(*spot(page, 256, 256, 1))
    expect(pane).to_have_count(1)
    expect(pane).to_contain_text("FCN8s")
    page.mouse.dblclick(*spot(page, 256, 256))
    expect(pane).to_have_count(panes)
    shown = page.locator(".hwv-map")
    expect(shown).to_be_hidden()  # all of it is seen
    seen = """() => {
      const { placed: [{ w, h }], camera, micrograph } = window.hrtemViewers[0];
      return [w / camera.scale / micrograph.width, h / camera.scale / micrograph.height];
    }"""
    assert min(page.evaluate(seen)) == pytest.approx(1, abs=0.01)
    page.keyboard.press("f")
    expect(shown).to_be_visible()
    across, down = page.evaluate(seen)
    assert max(across, down) == pytest.approx(1, abs=0.01)
    assert min(across, down) < 0.9
    shown.click(position={"x": 10, "y": 10})
    assert page.evaluate("window.hrtemViewers[0].camera.centre.every((place) => place < 100)")
    page.keyboard.press("f")  # back from where a hand went, then to the whole
    expect(shown).to_be_visible()
    page.keyboard.press("f")
    expect(shown).to_be_hidden()


def test_odd_micrographs_are_shown_or_refused_and_the_page_goes_on(figure_1):
    page = figure_1
    for name, size in (("constant.npy", "64 × 64"), ("one_pixel.npy", "1 × 1"), ("thin.npy", "20 × 12000")):
        open_and_wait(page, name, size)
        expect(page.locator(".hw-note-bar")).to_be_hidden()
    open_file(page, "nan.npy")
    expect(page.locator(".hw-note-bar")).to_contain_text("NaN", timeout=READY)
    open_file(page, "one_particle.tif")
    expect(page.locator(".hw-about")).to_contain_text("384 × 256 px", timeout=READY)
    wait_idle(page)


def test_a_browser_without_webgl2_is_told_and_a_lost_message_leaves_no_pane_blank(page, served):
    page.add_init_script(
        """const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind === "webgl2" ? null : original.call(this, kind, ...rest);
        };"""
    )
    # the first message is lost as where JupyterLab joins a running kernel whose subshell is gone; and that of which
    # widgets there are comes late, as on a busy server: each is asked for by itself after 4 s, and some are missed
    page.add_init_script(
        """const send = WebSocket.prototype.send;
        window.lost = window.late = window.asked = 0;
        WebSocket.prototype.send = function (data) {
          const text = typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
          if (!window.lost && text.includes('"kind":"ready"')) { window.lost = 1; return; }
          if (text.includes('"method":"request_state"')) window.asked++;
          if (!window.late && text.includes('"method":"request_states"')) {
            window.late = 1;
            setTimeout(() => send.call(this, data), 4500);
            return;
          }
          send.call(this, data);
        };"""
    )
    open_page(page, served)
    assert page.evaluate("[window.lost, window.late, window.asked]") == [1, 1, 0]
    # nor is a widget that begins late left out
    given_up = page.evaluate(
        """() => new Promise((tell) => {
          const signal = AbortSignal.timeout(2000);
          setTimeout(() => tell(signal.aborted), 2500);
        })"""
    )
    assert not given_up
    wait_idle(page)
    assert "drawn without WebGL2" in page.locator(".hwv-line").inner_text()
    for key in keys(page)[1:]:
        assert 0.02 < shown_share(page, key) < 0.9
    # the same where the answer is lost: Python says that it has sent the pixels, and none are here
    page.evaluate(
        """() => {
          const view = window.hrtemViewers[0];
          view.pixels.micrograph = null;
          view.pixels.told = false;
          view.pixels.answered({ view: view.pixels.name, pixels: false });
        }"""
    )
    page.wait_for_function("window.hrtemViewers[0].micrograph", timeout=READY)


def test_an_upload_opens_in_pieces_and_one_that_is_too_large_says_what_to_do(figure_1, data_folder, tmp_path):
    page, sizes = figure_1, figure_1.sizes
    section(page, "Micrograph")

    def upload(file: Path) -> None:
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name=re.compile("Upload")).first.click()
        chosen.value.set_files(file)

    upload(data_folder / "one_particle.tif")
    expect(page.locator(".hw-about")).to_contain_text("384 × 256 px", timeout=READY)
    wait_idle(page)
    too_large = tmp_path / "too_large.dm4"
    with too_large.open("wb") as file:
        file.truncate(201 * 2**20)
    sizes.clear()
    upload(too_large)
    said = "too_large.dm4 has 201 MB; uploads end at 200 MB: put it in the data folder and open it there."
    expect(page.locator(".hw-note-bar")).to_contain_text(said, timeout=READY)
    assert max(sizes, default=0) < 100_000  # it was not sent to be refused
    np.save(tmp_path / "larger.npy", np.random.default_rng(0).integers(0, 255, (1500, 2500), np.uint8))
    sizes.clear()
    upload(tmp_path / "larger.npy")
    expect(page.locator(".hw-about")).to_contain_text("2500 × 1500 px", timeout=READY)
    sent = [size for size in sizes if size > 500_000]
    assert len(sent) >= 3  # no piece is as large as the file, which a server may refuse
    section(page, "Export")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Open session").click()
    chosen.value.set_files(too_large)
    expect(page.locator(".hw-note-bar")).to_contain_text("uploads end at 20 MB", timeout=READY)


def test_a_file_that_is_dropped_onto_the_page_opens_and_so_does_a_session(figure_1):
    page = figure_1
    pixels = np.random.default_rng(0).normal(size=(48, 80)).astype(np.float32)
    written = io.BytesIO()
    np.save(written, pixels)
    session = json.dumps({"origin": {"kind": "sample", "path": "touching"}, "selected": ["unet"]}).encode()
    files = {"dropped.npy": written.getvalue(), "mine.workbench.json": session}
    opened = {"dropped.npy": "80 × 48 px", "mine.workbench.json": "touching"}
    for name, content in files.items():
        held = page.evaluate_handle(
            """([name, coded]) => {
              const held = new DataTransfer();
              held.items.add(new File([Uint8Array.from(atob(coded), (one) => one.charCodeAt(0))], name));
              return held;
            }""",
            [name, base64.b64encode(content).decode()],
        )
        canvas = page.locator(".hwv canvas")
        canvas.dispatch_event("dragover", {"dataTransfer": held})
        expect(page.locator(".hw-page")).to_have_class(re.compile("hw-dropping"))
        canvas.dispatch_event("drop", {"dataTransfer": held})
        expect(page.locator(".hw-page")).not_to_have_class(re.compile("hw-dropping"))
        expect(page.locator(".hw-about")).to_contain_text(opened[name], timeout=READY)


def test_stop_stops_and_run_again_runs(figure_1):
    page = figure_1
    open_file(page, "large.tif")
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 4096", timeout=READY)
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible(timeout=READY)
    stop.click()
    expect(page.locator(".hw-status")).to_contain_text("idle", timeout=READY)
    expect(page.get_by_role("button", name="Run again")).to_be_visible()


def test_undo_takes_back_the_keys_of_the_list_order_the_panes_and_a_closed_page_loses_nothing(figure_1):
    page = figure_1
    section(page, "Mask")
    page.get_by_text("Fill holes").click()
    expect(page.locator(".hw-check", has_text="Fill holes").locator("input")).to_be_checked()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".hw-check", has_text="Fill holes").locator("input")).not_to_be_checked()
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".hw-check", has_text="Fill holes").locator("input")).to_be_checked()
    wait_for_networks(page, ["b) FCN8s", "c) U-Net"])
    section(page, "Networks")
    grip = page.get_by_role("button", name=re.compile("^U-Net: drag it"))
    grip.press("ArrowUp")
    wait_for_networks(page, ["b) U-Net", "c) FCN8s"])
    # the probabilities went along: each pane still draws a mask of its own
    wait_idle(page)
    assert all(0.02 < shown_share(page, key) < 0.9 for key in ("unet", "fcn8s"))
    section(page, "Micrograph")
    page.locator("select", has=page.locator("option", has_text="touching")).first.select_option(
        label=page.locator("option", has_text="touching").first.inner_text()
    )
    expect(page.locator(".hw-about")).to_contain_text("touching", timeout=READY)
    page.wait_for_function(
        """() => {
          const kept = JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname) ?? "{}");
          return kept.fill_holes && kept.origin?.path === "touching" && kept.selected?.[0] === "unet";
        }"""
    )
    page.reload()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    expect(page.locator(".hw-about")).to_contain_text("touching", timeout=READY)
    wait_idle(page)
    wait_for_networks(page, ["b) U-Net", "c) FCN8s"])
    section(page, "Mask")
    expect(page.locator(".hw-check", has_text="Fill holes").locator("input")).to_be_checked()
    section(page, "Networks")
    page.get_by_role("button", name=re.compile("^U-Net: drag it")).press("ArrowDown")
    wait_for_networks(page, ["b) FCN8s", "c) U-Net"])


@pytest.mark.parametrize(
    ("button", "ending", "start"),
    [
        ("PNG", "png", b"\x89PNG"),
        ("^TIFF$", "tif", b"II*\0"),
        ("Masks", "zip", b"PK"),
        ("Particles", "csv", b"micrograph,network"),
    ],
)
def test_export_hands_over_files(figure_1, button, ending, start):
    page = figure_1
    section(page, "Export")
    # beside a table comes a second file, of where it came from: perhaps after the test
    with page.expect_download(
        lambda file: file.suggested_filename.endswith(ending), timeout=READY
    ) as waiting:
        page.locator(".hw-section-export").get_by_role("button", name=re.compile(button)).first.click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(start)
    assert len(content) > 100


def test_the_exported_figure_is_as_wide_as_chosen(figure_1):
    page = figure_1
    section(page, "Export")
    width = page.locator(".hw-section-export .hw-row", has_text="Width").locator("select")
    width.select_option(label="85 mm, single column")
    try:
        with page.expect_download(
            lambda file: file.suggested_filename.endswith("svg"), timeout=READY
        ) as waiting:
            page.locator(".hw-section-export").get_by_role("button", name="SVG").click()
        svg = Path(waiting.value.path()).read_text(encoding="utf-8")
    finally:
        width.select_option(label="as on screen")
    assert float(re.search(r'<svg[^>]* width="([\d.]+)pt"', svg)[1]) == pytest.approx(
        85 / 25.4 * 72, abs=0.01
    )


def test_the_exported_figure_is_inverted_where_the_page_is(figure_1):
    page = figure_1

    def exported() -> float:
        """The mean grey in the middle of the first of three panes."""
        with page.expect_download(
            lambda file: file.suggested_filename.endswith("png"), timeout=READY
        ) as waiting:
            page.get_by_role("button", name=re.compile("PNG")).first.click()
        grey = np.asarray(Image.open(waiting.value.path()).convert("L"), float)
        rows, columns = grey.shape
        return float(grey[rows * 3 // 10 : rows * 6 // 10, columns // 15 : columns * 4 // 15].mean())

    section(page, "Export")
    before = exported()
    section(page, "Mask")
    page.locator(".hw-check", has_text="Invert the micrograph").locator("input").check()
    page.wait_for_function("window.hrtemViewers[0].model.get('invert')", timeout=READY)
    section(page, "Export")
    assert abs(before - 127.5) > 4
    assert exported() == pytest.approx(255 - before, abs=3)


OVERLAPS = """() => [".hw-head", ".hw-foot", ".hw-dock-row"].flatMap((name) => {
  const parts = [...document.querySelector(name).children]
    .map((part) => [part.className, part.getBoundingClientRect()])
    .filter(([_, box]) => box.width > 0);
  return parts.slice(1)
    .filter(([_, box], place) => box.left < parts[place][1].right - 1)
    .map(([part]) => part);
})"""
"""What of header, status line and tabs lies over what stands before it."""


@pytest.mark.parametrize(
    ("width", "height", "least"),
    [
        (1440, 900, 0.55),
        (1280, 800, 0.50),
        (960, 600, 0.35),
        (900, 700, 0.35),
        (640, 600, 0.25),
        (1920, 1080, 0.60),
        (2560, 1440, 0.65),
    ],
)
def test_everything_fits_in_every_window_and_most_of_it_is_panes(figure_1, width, height, least):
    page = figure_1
    page.set_viewport_size({"width": width, "height": height})
    # once the page has been laid out anew
    page.wait_for_function(
        """() => [".hw-head", ".hw-rail", ".hw-drawer", ".hw-panes", ".hw-dock", ".hw-foot"].every((name) => {
          const box = document.querySelector(name).getBoundingClientRect();
          return box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
        })""",
        timeout=READY,
    )
    canvas = settled(page, page.locator(".hwv canvas"))
    assert canvas["width"] * canvas["height"] > least * width * height
    assert page.evaluate(OVERLAPS) == []
    if width >= 900:
        assert cut_boxes(page) == []
