"""A doubtful pixel size is asked about before networks run for long, and either answer is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from axe import barriers
from driving import open_file, rail, wait_idle
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
EDGE = 2400


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> str:
    """Two large files and a small one, whose pixels are a hundred times larger than the networks know."""
    inside = data_folder / "far-pixels"
    inside.mkdir(exist_ok=True)
    for seed, name in enumerate(("one", "two")):
        noise = np.random.default_rng(seed).normal(1000, 60, (EDGE, EDGE))
        write_tiff(inside / f"{name}.tif", noise.astype(np.uint16), 3.2)
    write_tiff(inside / "small.tif", noise[:100, :120].astype(np.uint16), 3.2)
    return inside.name


def asked(page: Page, folder: str, name: str):
    """Open a file of the folder and return the question, with the micrograph in every pane meanwhile."""
    open_file(page, f"{folder}/{name}")
    question = page.locator(".hw-question-bar")
    expect(question).to_be_visible()
    page.wait_for_function(f"window.hrtemViewers[0].micrograph.width === {EDGE}")
    for label in ("FCN8s", "U-Net"):
        expect(page.locator(".hw-scores tr", has_text=label)).to_contain_text("waits for an answer")
    expect(page.locator(".hw-status")).to_have_text("idle")
    return question


def test_the_question_is_answered_by_computing_as_it_is_and_not_asked_again(figure_1, folder):
    page = figure_1
    question = asked(page, folder, "one.tif")
    expect(question).to_contain_text(
        "one has 3.2 nm/px, far from the 0.015 to 0.08 nm/px that FCN8s and U-Net learned from; computing takes about"
    )
    assert barriers(page) == []
    stop, again = (page.get_by_role("button", name=name) for name in ("Stop", "Run again"))
    expect(stop).to_be_hidden()
    expect(again).to_be_hidden()
    question.get_by_role("button", name="Compute as it is").click()
    expect(stop).to_be_visible()
    expect(question).to_be_hidden()
    stop.click()
    expect(again).to_be_visible()
    open_file(page, f"{folder}/small.tif")  # that is quick: it is computed at once
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 120")
    wait_idle(page)
    expect(question).to_be_hidden()
    open_file(page, f"{folder}/one.tif")
    expect(stop).to_be_visible()
    expect(question).to_be_hidden()
    stop.click()


def test_the_question_is_answered_by_a_pixel_size(figure_1, folder):
    page = figure_1
    question = asked(page, folder, "two.tif")
    rail(page, "Mask").click()
    question.get_by_role("button", name="Set the pixel size").click()
    field = page.locator(".hw-section-micrograph").get_by_role("textbox", name="Pixel size")
    expect(field).to_be_focused()
    field.fill("0.032")
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(page.locator(".hw-about")).to_contain_text("0.032 nm/px")
    stop.click()
