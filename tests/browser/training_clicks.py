"""How the browser tests fill in the Train panel and watch a run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from driving import LONG, READY, section
from playwright.sync_api import Locator, Page, expect

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff

QUICK = 'threads = 1\nworkers = 0\nprecision = "32"\nseed = 3'


def write_set(folder: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:128, :128]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        mask = np.hypot(rows - rng.uniform(40, 88), columns - rng.uniform(40, 88)) < 24
        pixels = (100 - 30 * mask + 8 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledDataset.write_description(folder, name=folder.name)


def field(page: Page, label: str) -> Locator:
    return page.locator(".hw-row", has=page.locator("label", has_text=re.compile(f"^{label}$"))).locator(
        "input, select"
    )


def fill(page: Page, label: str, value: str) -> None:
    field(page, label).fill(value)
    field(page, label).press("Tab")


def button(page: Page, name: str) -> Locator:
    return page.locator(".hw-body").get_by_role("button", name=re.compile(f"^{name}$"))


def grown(page: Page, beyond: int) -> int:
    """Wait until the longest line of the first figure has more corners than that, and return how many."""
    corners = """() => Math.max(0, ...[...document.querySelectorAll(".hw-curve path.line")]
      .map((line) => (line.getAttribute("d") || "").split("L").length))"""
    page.wait_for_function(f"({corners})() > {beyond}", timeout=LONG)
    return page.evaluate(corners)


def about(page: Page) -> Locator:
    return page.locator(".hw-run-about")


def prepare(page: Page, epochs: int, chosen: str = "discs", steps: int = 20) -> None:
    """Fill in a small network on a set in the data folder."""
    section(page, "Train")
    expect(field(page, "Network").locator("option", has_text="U-Net").first).to_be_attached(timeout=READY)
    field(page, "Set").and_(page.locator("select")).select_option(label=chosen)  # Label has a field Set, too
    fill(page, "Epochs", str(epochs))
    fill(page, "Crop, px", "32")
    fill(page, "Batch", "2")
    page.get_by_role("button", name="more options").click()
    fill(page, "base", "2")
    fill(page, "depth", "1")
    fill(page, "Steps/epoch", str(steps))
    page.locator(".hw-section-train textarea").fill(QUICK)
    page.locator(".hw-section-train textarea").press("Tab")
    expect(page.locator(".hw-warning")).to_contain_text("Estimate", timeout=READY)
