"""A folder is gone through without patience: by keys, from wherever on the page the focus is."""

from __future__ import annotations

import numpy as np
import pytest
from driving import open_file, rail, section, settled
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
COUNT = 40
VIEW = "(() => { const v = window.hrtemViewers[0]; return { large: v.large, overlay: v.overlay }; })()"
FOCUS = "document.activeElement.className"


@pytest.fixture
def folder(data_folder):
    """A folder of micrographs, whose brightest pixel stands one further to the right in each."""
    inside = data_folder / "forty"
    inside.mkdir(exist_ok=True)
    noise = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    for number in range(1, COUNT + 1):
        pixels = noise.copy()
        pixels[0, number] = 9.0
        write_tiff(inside / f"image_{number}.tif", pixels, 0.05)
    return inside


@pytest.fixture
def in_folder(figure_1, folder):
    """The page without networks, where the first file of the folder is open; the filter is emptied afterwards."""
    page = figure_1
    section(page, "Networks")
    for name in ("FCN8s", "U-Net"):
        page.locator(f".hw-network input[title='{name}']").uncheck()
    page.wait_for_function("window.hrtemViewers[0].model.get('panes').length === 1")
    open_file(page, f"{folder.name}/image_1.tif")
    is_open(page, 1)
    yield page
    section(page, "Micrograph")
    search = page.get_by_role("textbox", name="Filter")
    search.fill("")
    expect(page.locator(".hw-file", has_text="image_")).to_have_count(COUNT)


def is_open(page: Page, number: int, place: str = "") -> None:
    """Wait until a file is open, its pixels are drawn, and the header says which of how many it is."""
    expect(page.locator(".hw-about")).to_contain_text(f"image_{number} ")
    expect(page.locator(".hw-place")).to_have_text(place or f"{number} of {COUNT}")
    page.wait_for_function(
        """(number) => {
          const { data } = window.hrtemViewers[0].micrograph;
          return data.indexOf(Math.max(...data)) === number;
        }""",
        arg=number,
    )


def test_a_folder_is_gone_through_by_keys_alone_whatever_is_in_the_drawer(in_folder):
    page = in_folder
    before, after = (page.locator(".hw-stepper button", has_text=sign) for sign in "‹›")
    expect(before).to_be_disabled()
    expect(before).to_have_attribute(
        "title", "There is no file before this one: it is the first of this folder"
    )
    page.locator(".hwv").focus()
    for number in range(2, COUNT + 1):
        if number == 10:
            rail(page, "Export").focus()  # another panel, and no pane has the focus
            page.keyboard.press("Enter")
            expect(page.locator(".hw-section-export")).to_be_visible()
        elif number == 20:
            page.keyboard.press("Enter")  # the drawer is folded
            expect(page.locator(".hw-drawer")).to_be_hidden()
        elif number == 30:
            page.evaluate("document.activeElement.blur()")  # nothing has it
        page.keyboard.press("." if number % 2 else "PageDown")
        is_open(page, number)
    expect(after).to_be_disabled()
    expect(after).to_have_attribute("title", "There is no file after this one: it is the last of this folder")
    page.keyboard.press("PageDown")  # not round to the first one
    page.keyboard.press("PageUp")
    is_open(page, COUNT - 1)
    page.keyboard.press(",")
    is_open(page, COUNT - 2)
    expect(after).to_be_enabled()


def test_whoever_presses_faster_than_files_are_read_comes_to_the_last_one(in_folder):
    page = in_folder
    for _ in range(25):
        page.keyboard.press("PageDown")
    is_open(page, 26)
    before, after = (page.locator(".hw-stepper button", has_text=sign) for sign in "‹›")
    after.click()
    is_open(page, 27)
    before.click()
    is_open(page, 26)
    section(page, "Micrograph")
    expect(page.locator(".hw-file[aria-selected=true]")).to_contain_text("image_26.tif")


def test_the_filter_shortens_the_list_and_the_way_and_takes_letters_from_nobody(in_folder):
    page = in_folder
    section(page, "Micrograph")
    search = page.get_by_role("textbox", name="Filter")
    search.click()
    page.keyboard.type("IMAGE 3.")  # the full stop is typed, and goes to no other file
    shown = page.locator(".hw-file", has_text="image_")
    expect(shown).to_have_count(4)
    assert [one.inner_text().split(".")[0].strip() for one in shown.all()] == [
        "image_3",
        "image_13",
        "image_23",
        "image_33",
    ]
    expect(page.locator(".hw-place")).to_have_text("– of 4")
    page.keyboard.press("PageDown")
    expect(search).to_have_value("IMAGE 3.")
    page.locator(".hwv").focus()
    page.keyboard.press("PageDown")
    is_open(page, 3, "1 of 4")
    page.keyboard.press("PageDown")
    is_open(page, 13, "2 of 4")


def test_keys_of_the_panes_are_heard_wherever_the_focus_is_but_where_they_are_used(figure_1):
    page = figure_1
    page.locator(".hw-about").click()
    page.keyboard.press("2")
    assert page.evaluate(VIEW) == {"large": 1, "overlay": True}
    page.keyboard.press(" ")
    assert page.evaluate(VIEW) == {"large": 1, "overlay": False}
    rail(page, "Micrograph").click()
    expect(page.locator(".hw-section-micrograph")).to_be_visible()
    page.keyboard.press(" ")  # the button's own
    expect(page.locator(".hw-section-micrograph")).to_be_hidden()
    page.keyboard.press("2")  # not the button's
    assert page.evaluate(VIEW) == {"large": None, "overlay": False}
    section(page, "Micrograph")
    search = page.get_by_role("textbox", name="Filter")
    search.click()
    page.keyboard.type(" 1")
    assert page.evaluate(VIEW) == {"large": None, "overlay": False}
    search.fill("")
    section(page, "Mask")
    handle = page.locator(".hw-section-mask .hw-row", has_text="Overlay").locator(".noUi-handle")
    settled(page, handle)
    handle.focus()
    centre = page.evaluate("window.hrtemViewers[0].camera.centre")
    expect(handle).to_have_attribute("aria-valuetext", "0.3")
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", "0.31")
    page.keyboard.press("f")
    page.wait_for_function("window.hrtemViewers[0].model.get('fills')")
    page.keyboard.press("3")
    assert page.evaluate(VIEW) == {"large": 2, "overlay": False}
    assert page.evaluate(FOCUS).startswith("noUi-handle")
    assert page.evaluate("window.hrtemViewers[0].camera.centre") == centre
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".hw-stepper")).to_be_hidden()  # a sample is open
    page.keyboard.press("PageDown")
    expect(page.locator(".hw-about")).to_contain_text("easy")
