"""The same widget as the last line of a cell in JupyterLab."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from axe import barriers_by_view
from driving import (
    CONTEXT,
    LONG,
    READY,
    VIEWPORT,
    colour,
    console_errors,
    cut_boxes,
    drag,
    frame_sizes,
    free_port,
    hold_threshold,
    keys,
    label_value,
    low_and_high_shown,
    one_output,
    open_file,
    patient_page,
    rail,
    running,
    section,
    settled,
    show_whole,
    shown_share,
    tab,
    wait_idle,
    zoom_and_move,
)
from playwright.sync_api import Page, TimeoutError, expect
from training_clicks import about, button, grown, prepare

from workbench.app.serving.serve import notebooks_folder

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def lab(data_folder: Path, training_sets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `workbench lab`, with its token."""
    port, folder = free_port(), tmp_path_factory.mktemp("lab")
    log = folder / "lab.log"
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # no question whether news may be fetched
    (settings / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
    (settings / "themes.jupyterlab-settings").write_text('{"theme": "JupyterLab Dark"}')
    own = {f"JUPYTERLAB_{what.upper()}_DIR": str(folder / what) for what in ("settings", "workspaces")}
    own["WORKBENCH_DATA"] = str(data_folder)
    own |= {f"WORKBENCH_{what.upper()}": str(folder / what) for what in ("runs", "turns", "networks", "sets")}
    lessons = folder / "lessons"  # JupyterLab saves what it shows
    shutil.copytree(notebooks_folder(), lessons)
    start = "import sys; from pathlib import Path; from workbench.app.serving.serve import lab; "
    start += "lab(int(sys.argv[1]), False, Path(sys.argv[2]))"
    with running([str(port), str(lessons)], log, ("-c", start), **own) as process:
        address = None
        for _ in range(4 * LONG // 1000):
            found = re.search(r"http://\S+token=\w+", log.read_text())
            if found or process.poll() is not None:
                address = found.group(0) if found else None
                break
            time.sleep(0.25)
        assert address, log.read_text()
        yield address.replace("/lab?", "/lab/tree/workbench.ipynb?")


def run_first_cell(page: Page) -> None:
    """Click into the first cell and press Shift+Enter; again if JupyterLab, still starting, took the focus away."""
    began = page.locator(".jp-Notebook .jp-Cell .jp-InputPrompt", has_text=re.compile(r"\[[*\d]+\]"))
    for _ in range(5):
        page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        with suppress(TimeoutError):
            began.first.wait_for(timeout=READY / 10)
            return
    raise AssertionError("the cell does not run")


SHOWN = """[".hw-rail", ".hw-drawer", ".hw-deck", ".hwv canvas", ".hw-page"].map((name) => {
  const { width, height } = document.querySelector(name).getBoundingClientRect();
  return Math.round(width * height);
})"""
"""The areas on the screen of rail, drawer, dock's content, canvas and page."""


@pytest.fixture(scope="module")
def cell(chromium, lab) -> Iterator[Page]:
    """JupyterLab in its dark theme, the workbench in a cell that was run; one page for all tests: it comes slowly."""
    context = chromium.new_context(**CONTEXT)
    page = patient_page(context)
    page.errors = []
    errors = console_errors(page, page.errors)
    page.sizes = frame_sizes(page)
    # on a busy machine JupyterLab may ask which kernel to take before it has the list of them
    page.add_locator_handler(
        page.locator(".jp-Dialog", has_text="Select Kernel"),
        lambda dialog: dialog.locator(".jp-mod-accept").click(),
    )
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=READY)
    page.wait_for_selector("[data-status=idle], .jp-NotebookPanel-toolbar [data-status=idle]", timeout=READY)
    # JupyterLab, still starting, may connect to the kernel anew and lose what the cell said: then it is run again
    lost = False
    for patience in (READY / 4, READY, READY):
        run_first_cell(page)
        with suppress(TimeoutError):
            page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=patience)
            break
        lost = True
    wait_idle(page)
    if lost:
        page.errors.clear()  # of widgets whose first message was lost
    wait_idle(page)
    page.at_first = page.evaluate(SHOWN)
    show_whole(page)
    yield page
    context.close()
    assert errors() == []


CELLS = """() => {
  const cells = [...document.querySelectorAll(".jp-Notebook .jp-Cell")], own = cells[0]; // others may be out of sight
  return [cells.map((cell) => cell.classList.contains("jp-CodeCell")), own.querySelector(".cm-content").innerText,
    own.querySelector(".jp-InputPrompt").innerText];
}"""


def press_all(cell: Page, keys: list[str], where: str) -> None:
    """Press keys one after the other; the cells of the notebook stay as they were, and so does the page."""
    before = cell.evaluate(CELLS)
    assert len(before) >= 1
    for key in keys:
        cell.keyboard.press(key)
        assert cell.evaluate(CELLS) == before, f"{key} left the page after a click {where}"
        assert cell.locator(".hwv canvas").count() == 1, f"{key} took the page away after a click {where}"
        assert cell.evaluate("document.querySelector('.hw-page').contains(document.activeElement)"), key


SPECIAL = [
    "Escape",
    "Enter",
    "Shift+Enter",
    "Control+Enter",
    "Alt+Enter",
    "Backspace",
    "Delete",
    "Home",
    "End",
]
SPECIAL += ["PageUp", "PageDown", "Space", "Control+x", "Control+v", "Control+Backspace", "Control+Shift+m"]
SPECIAL += ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown", "F2"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz0123456789+-[]?.,;/", "d", "d", "i", "i"]
CAPITALS = [f"Shift+{letter}" for letter in "abjklmnrvz"]


def test_no_key_pressed_in_the_page_reaches_the_notebook(cell):
    canvas = cell.locator(".hwv canvas")
    canvas.scroll_into_view_if_needed()
    box = settled(cell, canvas)
    cell.mouse.click(box["x"] + box["width"] / 8, box["y"] + box["height"] / 2)
    press_all(cell, [*LETTERS, *CAPITALS, *SPECIAL], "in a pane")
    cell.keyboard.press("Escape")
    # 3 and the space bar did something in the viewer, which others find here as it was: all panes, masks, whole
    for key in ("3", "Space", "f"):
        cell.keyboard.press(key)
    assert cell.evaluate("[window.hrtemViewers[0].large, window.hrtemViewers[0].overlay]") == [None, True]
    # a place that takes no keys itself, a slider that swallows the click, and a button
    cell.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    cell.locator(".hw-about").click()
    press_all(cell, ["m", "x", "b", "Escape", "x", "Shift+Enter"], "beside the controls")
    cell.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    section(cell, "Mask")
    cell.locator(".hw-row", has_text="Overlay").locator(".noUi-handle").click()
    press_all(cell, ["m", "x", "b", "d", "d", "Shift+Enter"], "on a slider")
    cell.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    rail(cell, "Export").click()
    press_all(cell, ["m", "x", "b", "d", "d"], "on a button")


def test_keys_reach_the_panes_from_anywhere_on_the_page_and_from_nowhere_else(cell):
    show_whole(cell)
    large = "window.hrtemViewers[0].large"
    cell.locator(".hw-about").click()
    cell.keyboard.press("2")
    assert cell.evaluate(large) == 1
    source = cell.locator(".jp-Notebook .jp-Cell .cm-content").first
    before = source.inner_text()
    source.click()
    cell.keyboard.press("2")
    expect(source).not_to_have_text(before, use_inner_text=True)
    cell.keyboard.press("Backspace")
    expect(source).to_have_text(before, use_inner_text=True)
    assert cell.evaluate(large) == 1
    rail(cell, "Export").focus()
    cell.keyboard.press("2")
    assert cell.evaluate(large) is None


def test_text_can_be_typed_in_the_page_and_jupyterlabs_commands_be_called_from_it(cell):
    section(cell, "Micrograph")
    field = cell.locator(".hw-row", has_text="Pixel size").locator("input")
    field.click()
    before = field.input_value()
    cell.keyboard.press("Control+a")
    cell.keyboard.type("0.0xmb1")
    expect(field).to_have_value("0.0xmb1")
    field.fill(before)
    cell.locator(".hwv").focus()
    cell.keyboard.press("Control+Shift+c")
    expect(cell.locator(".jp-ModalCommandPalette")).to_be_visible()
    cell.keyboard.press("Escape")
    expect(cell.locator(".jp-ModalCommandPalette")).to_be_hidden()


def test_in_a_cell_all_but_the_rail_begins_folded_and_the_page_takes_the_whole_window_and_gives_it_back(cell):
    rail_area, drawer, dock, canvas, whole = cell.at_first
    assert (drawer, dock) == (0, 0)
    assert rail_area > 0
    assert canvas > 0.75 * whole
    before = settled(cell, cell.locator(".hw-page"))
    button = cell.locator(".hw-full-window-button")
    button.click()
    full = settled(cell, cell.locator(".hw-page"))
    assert (full["x"], full["y"]) == (0, 0)
    assert (full["width"], full["height"]) == (VIEWPORT["width"], VIEWPORT["height"])
    assert barriers_by_view(cell) == {}  # in the dark theme
    tab(cell, "Scores")
    section(cell, "Mask")
    button.click()
    after = settled(cell, cell.locator(".hw-page"))
    assert (after["width"], after["height"]) == (before["width"], before["height"])


def test_the_panes_show_the_micrograph_and_the_masks(cell):
    show_whole(cell)
    darker, lighter = low_and_high_shown(cell)
    assert darker < lighter - 60
    for key in keys(cell)[1:]:
        assert 0.02 < shown_share(cell, key) < 0.9


def test_the_page_is_as_dark_as_jupyterlab_and_its_text_stands_out(cell):
    paper, ink = cell.evaluate(
        """() => {
          const channels = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map((value) => value / 255);
          const light = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
          const page = document.querySelector(".hw-page"), style = getComputedStyle(page);
          const label = getComputedStyle(page.querySelector(".widget-label"));
          return [luminance(channels(style.backgroundColor)), luminance(channels(label.color))];
        }"""
    )
    assert paper < 0.05
    assert (ink + 0.05) / (paper + 0.05) > 4.5  # WCAG 2.2, AA


@pytest.mark.parametrize("width", [1280, 1440])
def test_nothing_of_the_deck_is_cut_off(cell, width):
    cell.set_viewport_size({"width": width, "height": 900})
    tab(cell, "Scores")
    settled(cell, cell.locator(".hw-deck"))
    assert cut_boxes(cell) == []


def test_dragging_the_threshold_changes_the_mask_and_sends_no_pixels(cell):
    show_whole(cell)
    with one_output(cell) as key:
        before = shown_share(cell, key)
        cell.sizes.clear()
        hold_threshold(cell, key)
        during, dragged = shown_share(cell, key), max(cell.sizes, default=0)
        cell.mouse.up()
        assert during < before
        assert dragged < 100_000, "a message of this size carries pixels"


def test_a_key_takes_a_particle_out_and_leaves_the_cell_of_the_notebook_where_it_is(cell):
    section(cell, "Particles")
    counted = cell.locator(".hw-table-body [role=row]:not(.hw-struck)").first
    counted.click()
    row = cell.locator(f".hw-table-body [data-number='{counted.get_attribute('data-number')}']")
    expect(row).to_have_attribute("aria-selected", "true")
    wait_idle(cell)
    press_all(cell, ["x"], "in the table")
    expect(row).to_have_class(re.compile("hw-struck"))
    press_all(cell, ["x", "ArrowDown", "End", "Escape"], "in the table")
    expect(row).not_to_have_class(re.compile("hw-struck"))
    assert cut_boxes(cell) == []


def test_wheel_and_drag_move_all_panes_together(cell):
    cell.locator(".hwv canvas").scroll_into_view_if_needed()
    show_whole(cell)
    zoomed, moved = zoom_and_move(cell)
    assert moved["centre"][0] < zoomed["centre"][0]
    centre = [round(value) for value in moved["centre"]]
    cell.keyboard.press(" ")
    assert cell.evaluate("window.hrtemViewers[0].overlay") is False
    colours = [colour(cell, key, *centre) for key in keys(cell)]
    cell.keyboard.press(" ")
    assert all(abs(one[0] - colours[0][0]) <= 2 for one in colours), colours
    cell.keyboard.press("f")
    cell.wait_for_function("window.hrtemViewers[0].camera.zoom === 1")


def test_a_file_opens_and_stop_stops(cell):
    open_file(cell, "one_particle.tif")
    expect(cell.locator(".hw-about")).to_contain_text("384 × 256 px", timeout=READY)
    wait_idle(cell)
    open_file(cell, "large.tif")
    cell.wait_for_function("window.hrtemViewers[0].micrograph.width === 4096", timeout=READY)
    stop = cell.locator(".hw-foot").get_by_role("button", name="Stop")
    expect(stop).to_be_visible(timeout=READY)
    stop.click()
    expect(cell.locator(".hw-status")).to_contain_text("idle", timeout=READY)
    expect(cell.get_by_role("button", name="Run again")).to_be_visible()


def test_a_network_is_trained_and_is_in_the_list(cell):
    prepare(cell, epochs=5)
    button(cell, "Train").click()
    grown(cell, beyond=20)
    expect(about(cell)).to_contain_text("finished, step 100 of 100", timeout=READY)
    section(cell, "Networks")
    expect(cell.locator(".hw-network", has_text="my-network")).to_be_visible()
    assert cut_boxes(cell) == []


def test_a_killed_kernel_is_said_and_the_cell_that_is_run_again_brings_back_what_was_drawn(cell):
    open_file(cell, "one_particle.tif")
    expect(cell.locator(".hw-about")).to_contain_text("384 × 256 px", timeout=READY)
    section(cell, "Label")
    cell.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 384", timeout=READY)
    (server,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if re.search(r":(\d+)/", cell.url)[1] in (process.info["cmdline"] or [])
    ]
    (kernel,) = [child for child in server.children() if "ipykernel_launcher" in child.cmdline()]
    kernel.kill()
    bar = cell.locator(".hw-away-bar")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("run the cell again to come back")
    expect(bar.get_by_role("button")).to_be_hidden()
    restarting = cell.locator(".jp-Dialog .jp-mod-accept")
    restarting.click()
    expect(restarting).to_be_hidden()
    cell.locator(".hwv canvas").scroll_into_view_if_needed()
    drag(cell, (40, 30), (40, 90))
    expect(bar).to_contain_text("1 stroke")
    cell.wait_for_selector(".jp-NotebookPanel-toolbar [data-status=idle]", timeout=READY)
    cell.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    cell.keyboard.press("Shift+Enter")
    expect(bar).to_be_hidden()
    cell.wait_for_function("window.hrtemViewers?.length === 1 && window.hrtemViewers[0].micrograph")
    open_file(cell, "one_particle.tif")
    expect(cell.locator(".hw-note-bar")).to_contain_text("1 stroke that this browser had kept", timeout=READY)
    section(cell, "Label")
    cell.wait_for_function("window.hrtemViewers[0].hand.store.image?.width === 384", timeout=READY)
    assert label_value(cell, 40, 60) == 1
    cell.errors.clear()  # what JupyterLab says of the kernel
