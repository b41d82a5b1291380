"""The six journeys of `journeys.py`, step by step; where the page as it was goes another way, that beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from journey_driver import Driver
from playwright.sync_api import Locator

from workbench.micrographs.samples import open_sample
from workbench.micrographs.writing import write_tiff

FILES = {"first.tif": "easy", "second.tif": "touching"}
FOLDER, COUNT, EDGE = "forty", 40, 256
PARTICLE = (405, 211)
"""Row and column of a particle of the first file, which both networks find."""
MASKS = """(count) => {
  const view = window.hrtemViewers[0];
  const panes = view.model.get("panes").filter((pane) => pane.kind === "network");
  return view.micrograph !== window.before && panes.length === count
    && panes.every(({ key, busy }) => view.layers.probability.has(key) && !busy);
}"""
"""Whether another micrograph is shown than before, with the masks of so many networks."""
REMEMBER = "() => { window.before = window.hrtemViewers[0].micrograph; }"
DOUBLE_COLUMN_MM = 180
CROP_PX, BATCH = 64, 2
TWO, THREE = 2, 3
"""How many networks are ticked: two as the page comes."""


# -- what both pages have, each in its way


def panel(hand: Driver, key: str) -> None:
    """Open a panel: by the rail, or on the page as it was, by its head in the column."""
    rail = hand.page.locator(f".hw-rail-item[data-key={key}]")
    head = hand.page.locator(f".hw-section-{key} .hw-section-head")
    now = rail.count() > 0
    hand.click(rail if now else head, f"*{rail.inner_text() if now else head.inner_text()}*")


def button(hand: Driver, name: str) -> Locator:
    """A button of the open panel or below the panes."""
    inside = hand.page.locator(".hw-body, .hw-deck")
    return inside.get_by_role("button", name=name, exact=True).locator("visible=true")


def option(hand: Driver, name: str) -> Locator:
    """A line of the list of files."""
    return hand.page.locator(".hw-files option", has_text=name)


def box(hand: Driver, label: str) -> Locator:
    """The box of a network in the list of networks."""
    return hand.page.locator(".hw-network", has_text=label).locator("input[type=checkbox]")


def opening(hand: Driver, act: Callable[[], None], networks: int = TWO) -> None:
    """Open another micrograph by an act, and wait for its masks."""
    hand.page.evaluate(REMEMBER)
    act()
    hand.wait(MASKS, networks)


def first_file(hand: Driver) -> None:
    """Open the first file, on the page as it comes; what follows is counted from here."""
    panel(hand, "micrograph")
    opening(hand, lambda: hand.click(option(hand, "first.tif"), "first.tif"))
    hand.begin()


# -- the journeys


def particles(hand: Driver) -> None:
    panel(hand, "micrograph")
    opening(hand, lambda: hand.click(option(hand, "first.tif"), "first.tif"))
    hand.reached("masks shown")
    panel(hand, "export")
    table = hand.save(button(hand, "Particles (CSV)"), "*Particles (CSV)*", b"micrograph,")
    assert len(table.splitlines()) > 1
    hand.reached("table saved")


def page_mm(pdf: bytes) -> float:
    """Return how wide the page of a PDF is."""
    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", pdf)
    assert found is not None
    return float(found.group(1)) / 72 * 25.4


def figure(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "export")
    width = hand.page.locator(".hw-row", has_text="Width").locator("select")
    hand.choose(width, f"{DOUBLE_COLUMN_MM} mm, double column", "*Width*")
    saved = hand.save(button(hand, "PDF"), "*PDF*", b"%PDF-")
    assert round(page_mm(saved)) == DOUBLE_COLUMN_MM
    hand.reached("PDF saved")


def figure_before(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "export")
    hand.save(button(hand, "PDF"), "*PDF*", b"%PDF-")
    hand.reached("PDF saved")


def label_one(hand: Driver, row: float, column: float, count: int) -> None:
    """Begin with the mask of the U-Net, correct it by a stroke of the brush, and add it to the set."""
    hand.click(button(hand, "Begin with the mask of U-Net"), "*Begin with the mask of U-Net*")
    hand.wait("() => window.hrtemViewers[0].hand.store.image?.data.some(Boolean)")
    hand.drag((row, column), (row, column + 20), "a stroke")
    hand.click(button(hand, "Add to training set"), "*Add to training set*")
    hand.wait("(count) => document.querySelectorAll('.hw-members option').length === count", count)


def train(hand: Driver) -> None:
    """Train the U-Net on with the set: one epoch of 50 steps of two small crops."""
    panel(hand, "train")
    hand.click(button(hand, "fine-tune U-Net"), "*fine-tune U-Net*")
    epochs = hand.page.locator(".hw-section-train .hw-row", has_text="Epochs").locator("input")
    hand.wait("(field) => field.value === '5'", epochs.element_handle())
    hand.select_number(epochs, "*Epochs*")
    hand.type("1")
    for number in (CROP_PX, BATCH):  # what the next fields hold is selected
        hand.press("Tab")
        hand.type(str(number))
    hand.click(button(hand, "Train"), "*Train*")
    hand.see(hand.page.locator(".hw-run-about", has_text="its network is in the list of networks"))
    hand.reached("trained")


def use(hand: Driver, name: str) -> None:
    """Tick a network and wait for its mask."""
    hand.click(box(hand, name), name)
    hand.page.evaluate("() => { window.before = null; }")
    hand.wait(MASKS, THREE)
    hand.reached("its mask shown")


def label_train_use(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "label")
    label_one(hand, *PARTICLE, 1)
    opening(hand, lambda: hand.press("PageDown"))
    label_one(hand, *PARTICLE, 2)
    hand.reached("two micrographs labelled")
    train(hand)
    panel(hand, "networks")
    use(hand, "unet-tuned")


def label_train_use_before(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "label")
    label_one(hand, *PARTICLE, 1)
    opening(hand, lambda: hand.click(option(hand, "second.tif"), "second.tif"))
    label_one(hand, *PARTICLE, 2)
    hand.reached("two micrographs labelled")
    train(hand)
    use(hand, "unet-tuned")


def explain_to_map(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "explain")
    hand.see(hand.page.locator(".hw-methods input").first)
    hand.click_pixel(*PARTICLE, "a particle")
    hand.see(hand.page.locator(".hw-map[data-state=done]").first)
    hand.reached("first map")


def explain(hand: Driver) -> None:
    explain_to_map(hand)
    hand.see(hand.page.locator(".hw-verdict").first)
    hand.reached("how far to trust it")


def explain_before(hand: Driver) -> None:
    explain_to_map(hand)
    hand.see(hand.page.locator(".hw-map-said span", has_text="deletion").first)
    hand.reached("how far to trust it")


def compare_ticked(hand: Driver) -> None:
    hand.click(box(hand, "U-Net generalist"), "U-Net generalist")
    hand.page.evaluate("() => { window.before = null; }")
    hand.wait(MASKS, THREE)
    hand.see(hand.page.locator(".hw-scores tr", has_text="U-Net generalist").locator("td:nth-child(3)"))
    hand.reached("three masks, three counts")


def compare(hand: Driver) -> None:
    first_file(hand)
    panel(hand, "networks")
    compare_ticked(hand)


def compare_before(hand: Driver) -> None:
    first_file(hand)
    compare_ticked(hand)


def first_of_folder(hand: Driver) -> None:
    panel(hand, "micrograph")
    hand.click(option(hand, FOLDER), f"{FOLDER}/")
    opening(hand, lambda: hand.click(option(hand, small(1)), small(1)))


def step_to(hand: Driver, number: int, step: Callable[[], None]) -> None:
    """Open the next file by an act, and wait for its masks."""
    opening(hand, step)
    assert Path(small(number)).stem in hand.page.locator(".hw-about").inner_text()


def folder(hand: Driver) -> None:
    hand.press("f")  # at first the panes show only the middle of each
    first_of_folder(hand)
    step_to(hand, 2, lambda: hand.click(hand.page.locator(".hw-step").last, "*›*"))
    for number in range(3, COUNT + 1):  # in the list of files the key is the list's own
        step_to(hand, number, lambda: hand.press("PageDown"))
    hand.reached(f"{COUNT} seen with their masks")


def folder_before(hand: Driver) -> None:
    first_of_folder(hand)
    for number in range(2, COUNT + 1):
        step_to(hand, number, lambda: hand.click(button(hand, "next ▸"), "*next*"))
    hand.reached(f"{COUNT} seen with their masks")


def small(number: int) -> str:
    """Return how a file of the folder is called."""
    return f"image_{number:02}.tif"


class Journey(NamedTuple):
    """What somebody wants, and the shortest way to it on either page."""

    title: str
    goes: str
    """How it goes, in a sentence."""
    now: Callable[[Driver], None]
    before: Callable[[Driver], None]
    lacks: str
    """What the page as it was does not offer."""


JOURNEYS = {
    "particles": Journey(
        "From a file to its table of particles",
        "A file of the data folder is opened, both networks that are ticked at first run, and the table of all "
        "particles is saved as CSV.",
        particles,
        particles,
        "",
    ),
    "figure": Journey(
        "A figure for a paper",
        f"The open micrograph with both masks is saved as PDF, {DOUBLE_COLUMN_MM} mm wide, as double columns are.",
        figure,
        figure_before,
        "a width: the figure is as wide as it comes",
    ),
    "label": Journey(
        "Label, train, use",
        "Two micrographs are labelled, each by the mask of the U-Net and a stroke of the brush, the U-Net is trained "
        f"on with them (50 steps of {BATCH} crops of {CROP_PX} px), and what comes of it is ticked.",
        label_train_use,
        label_train_use_before,
        "a key for the next file",
    ),
    "explain": Journey(
        "Why is this a particle?",
        "A particle of the open micrograph is clicked; maps of both networks by three methods follow, then how far "
        "to trust each.",
        explain,
        explain_before,
        "a verdict: four lines of figures",
    ),
    "compare": Journey(
        "Three networks beside each other",
        "A third network is ticked for the open micrograph; its mask stands beside the others', its count below them.",
        compare,
        compare_before,
        "",
    ),
    "folder": Journey(
        f"{COUNT} files looked through",
        f"A folder of {COUNT} micrographs of {EDGE} x {EDGE} px is gone through, each seen with two masks.",
        folder,
        folder_before,
        "a key for the next file",
    ),
}


def write_files(data: Path) -> None:
    """Write two samples, mirrored, as files, and a folder of small ones: their quarters, turned and mirrored."""
    (data / FOLDER).mkdir(parents=True)
    for name, sample in FILES.items():
        micrograph, _truth = open_sample(sample)
        write_tiff(data / name, micrograph.pixels[:, ::-1].copy(), micrograph.nm_per_px)
    micrographs = [open_sample(sample)[0] for sample in FILES.values()]
    for number in range(COUNT):
        micrograph = micrographs[number % 2]
        quarter, turns = number // 2 % 4, number // 8
        row, column = (EDGE * (quarter // 2), EDGE * (quarter % 2))
        pixels = micrograph.pixels[row : row + EDGE, column : column + EDGE]
        pixels = np.rot90(pixels[:, ::-1] if turns > 3 else pixels, turns)
        write_tiff(data / FOLDER / small(number + 1), np.ascontiguousarray(pixels), micrograph.nm_per_px)
