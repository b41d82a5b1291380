"""The list of files: real pictures of what is seen, marks by key and by click that outlive the page, arrow keys."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from axe import barriers
from driving import file_row, new_page, open_file, open_page, section, wait_idle
from playwright.sync_api import Page, expect

from workbench.app.core.file_marks import LOCK_NAME, NAME
from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
COUNT = 30
PICTURED = "(rows) => rows.filter((row) => row.querySelector('img')?.naturalWidth > 0).length"
HALVES = """(image) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const mean = (left, right) => {
    const { data } = pen.getImageData(left, 0, right - left, canvas.height);
    return data.reduce((sum, value, i) => sum + (i % 4 ? 0 : value), 0) / (data.length / 4);
  };
  return [canvas.width, canvas.height, mean(0, canvas.width / 2 - 2), mean(canvas.width / 2 + 2, canvas.width)];
}"""
"""The size of a picture, and the mean grey of its left and of its right half."""


@pytest.fixture
def folder(data_folder):
    """Files whose left half is dark, of which one is broken and one a stack that becomes bright at the left."""
    inside = data_folder / "pictured"
    inside.mkdir(exist_ok=True)
    noise = np.random.default_rng(0).normal(0, 10, (100, 200)).astype(np.float32)
    halves = np.where(np.arange(200) < 100, 0, 1000).astype(np.float32)
    for number in range(1, COUNT + 1):
        write_tiff(inside / f"image_{number}.tif", noise + halves, 0.05)
    np.save(inside / "a_stack.npy", np.stack([noise + halves, noise - halves]))
    (inside / "b_broken.dm3").write_bytes(b"no micrograph")
    yield inside
    if (data_folder / LOCK_NAME).is_dir():
        (data_folder / LOCK_NAME).rmdir()


def enter(page: Page, folder) -> Page:
    """Untick the networks, and open the folder."""
    section(page, "Networks")
    for name in ("FCN8s", "U-Net"):
        page.locator(f".hw-network input[title='{name}']").uncheck()
    page.wait_for_function("window.hrtemViewers[0].model.get('panes').length === 1")
    open_file(page, folder.name)
    expect(page.locator(".hw-file-file")).to_have_count(COUNT + 2)
    return page


@pytest.fixture
def in_folder(figure_1, folder):
    """The page in the folder; afterwards all files are shown again."""
    yield enter(figure_1, folder)
    section(figure_1, "Micrograph")
    which(figure_1, "all")


def which(page: Page, said: str) -> None:
    page.locator(".hw-section-micrograph .hw-row", has_text="Show").locator("select").select_option(
        label=said
    )


def is_open(page: Page, name: str) -> None:
    expect(page.locator(".hw-about")).to_contain_text(f"{name} ")
    expect(page.locator(".hw-file[aria-selected=true] .hw-file-name")).to_contain_text(name)


def marked(page: Page, name: str) -> str:
    """The word of a file's mark, as a screen reader says it; empty: none."""
    return file_row(page, name).locator(".hw-file-mark").text_content()


def test_files_are_shown_by_pictures_of_their_pixels_and_only_where_they_are_seen(in_folder):
    page = in_folder
    for name, size in (("image_1.tif", [96, 48]), ("a_stack.npy", [96, 48])):
        picture = file_row(page, name).locator("img")
        expect(picture).to_have_count(1)
        page.wait_for_function("(image) => image.naturalWidth > 0", arg=picture.element_handle())
        width, height, left, right = picture.evaluate(HALVES)
        assert [width, height] == size
        assert left < 40
        assert right > 215
    broken = file_row(page, "b_broken.dm3")
    expect(broken.locator(".hw-file-none")).to_be_visible()
    expect(broken).to_have_attribute("title", re.compile(r"^b_broken\.dm3\nb_broken\.dm3 .*\.$"))
    last = file_row(page, f"image_{COUNT}.tif")
    assert last.locator("img").count() == 0  # nobody has seen it yet
    seen = page.locator(".hw-file").evaluate_all(PICTURED)
    assert 3 <= seen < COUNT
    last.scroll_into_view_if_needed()
    expect(last.locator("img")).to_be_visible()
    assert file_row(page, "image_1.tif").get_attribute("title") == "image_1.tif"
    assert barriers(page) == []


def test_arrow_keys_open_one_file_after_the_other_and_page_keys_too(in_folder):
    page = in_folder
    file_row(page, "image_1.tif").click()
    is_open(page, "image_1")
    page.keyboard.press("ArrowDown")
    is_open(page, "image_2")
    for _ in range(5):
        page.keyboard.press("ArrowDown")  # in a hurry: the last one counts
    is_open(page, "image_7")
    page.keyboard.press("ArrowUp")
    is_open(page, "image_6")
    page.keyboard.press("PageDown")
    is_open(page, "image_7")
    page.keyboard.press("ArrowDown")
    is_open(page, "image_8")
    page.keyboard.press("End")
    is_open(page, f"image_{COUNT}")
    page.keyboard.press("Home")  # that is no file: Enter goes there
    expect(page.locator(".hw-file-up")).to_have_class(re.compile("hw-file-active"))
    page.keyboard.press("Enter")
    expect(file_row(page, "pictured")).to_be_visible()


def test_marks_by_key_and_by_click_are_counted_filtered_and_there_when_the_page_is_opened_again(
    in_folder, folder, chromium, served
):
    page = in_folder
    place = page.locator(".hw-place")
    done, flag = (page.locator(f".hw-stepper .hw-mark-{mark}") for mark in ("done", "flagged"))
    file_row(page, "image_1.tif").click()
    is_open(page, "image_1")
    expect(place).to_have_text(f"3 of {COUNT + 2}")
    page.keyboard.press("d")
    expect(place).to_have_text(f"3 of {COUNT + 2}, 1 done")
    expect(done).to_have_attribute("aria-pressed", "true")
    assert marked(page, "image_1.tif") == "done"
    page.keyboard.press("PageDown")
    is_open(page, "image_2")
    page.locator(".hwv").focus()
    page.keyboard.press("s")
    expect(place).to_have_text(f"4 of {COUNT + 2}, 1 done, 1 flagged")
    assert marked(page, "image_2.tif") == "flagged"
    page.keyboard.press("PageDown")
    is_open(page, "image_3")
    done.click()
    expect(place).to_have_text(f"5 of {COUNT + 2}, 2 done, 1 flagged")
    page.keyboard.press("d")  # the same again takes it off
    expect(place).to_have_text(f"5 of {COUNT + 2}, 1 done, 1 flagged")
    expect(done).to_have_attribute("aria-pressed", "false")
    flag.click()
    expect(flag).to_have_attribute("aria-label", re.compile("^This file is flagged"))
    assert barriers(page) == []

    section(page, "Micrograph")
    which(page, "flagged")
    expect(page.locator(".hw-file-file .hw-file-name")).to_have_text(["image_2.tif", "image_3.tif"])
    which(page, "not done")
    expect(page.locator(".hw-file-file")).to_have_count(COUNT + 1)
    expect(file_row(page, "image_1.tif")).to_have_count(0)
    which(page, "all")
    search = page.get_by_role("textbox", name="Filter")
    search.click()
    page.keyboard.type("ds")  # letters are typed, and mark nothing
    expect(search).to_have_value("ds")
    expect(place).to_have_text("– of 0")
    search.fill("")
    expect(place).to_have_text(f"5 of {COUNT + 2}, 1 done, 2 flagged")

    written = json.loads((folder.parent / NAME).read_text())["files"]
    assert {path: one["mark"] for path, one in written.items()} == {
        "pictured/image_1.tif": "done",
        "pictured/image_2.tif": "flagged",
        "pictured/image_3.tif": "flagged",
    }
    with new_page(chromium) as later:
        open_page(later, served)
        wait_idle(later)
        enter(later, folder)
        assert [marked(later, f"image_{number}.tif") for number in range(1, 5)] == [
            "done",
            "flagged",
            "flagged",
            "",
        ]
        expect(later.locator(".hw-section-micrograph")).to_contain_text(
            f"{COUNT + 2} files, 1 done, 2 flagged"
        )


def test_next_not_done_goes_past_what_is_done(in_folder):
    page = in_folder
    file_row(page, "image_2.tif").click()
    is_open(page, "image_2")
    page.keyboard.press("d")
    page.keyboard.press("PageUp")
    is_open(page, "image_1")
    onward = page.get_by_role("button", name="Next not done")
    onward.click()
    is_open(page, "image_3")
    page.keyboard.press("PageUp")
    is_open(page, "image_2")
    page.keyboard.press("Shift+PageDown")
    is_open(page, "image_3")


def test_in_a_folder_that_cannot_be_written_one_sentence_says_so_and_marks_hold(in_folder, data_folder):
    page = in_folder
    (data_folder / LOCK_NAME).unlink(missing_ok=True)
    (data_folder / LOCK_NAME).mkdir()
    file_row(page, "image_4.tif").click()
    is_open(page, "image_4")
    page.keyboard.press("d")
    expect(page.locator(".hw-note-bar")).to_contain_text("Marks of files hold for this page only, as ")
    page.locator(".hw-note-bar button").click()
    assert marked(page, "image_4.tif") == "done"
    page.keyboard.press("PageDown")
    is_open(page, "image_5")
    assert marked(page, "image_4.tif") == "done"
    assert not (data_folder / NAME).exists()
    file_row(page, "image_4.tif").click()
    (data_folder / LOCK_NAME).rmdir()
    is_open(page, "image_4")
    page.keyboard.press("d")
    expect(page.locator(".hw-section-micrograph")).not_to_contain_text("hold for this page only")
