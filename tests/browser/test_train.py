"""Train a network by clicks alone: a set, a run, its curves, a reload, stop, resume, and the network in a pane."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from driving import READY, cut_boxes, keys, open_page, section, serving, shown_share
from playwright.sync_api import Page, expect

from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.writing import write_tiff

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
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
    LabelledSet.write_description(folder, name=folder.name)


@pytest.fixture(scope="module")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page whose data folder holds two sets, one of them too small; its runs are its own."""
    folder = tmp_path_factory.mktemp("train")
    write_set(folder / "data" / "discs", 5)
    write_set(folder / "data" / "lonely", 1)
    own = {f"WORKBENCH_{what.upper()}": str(folder / what) for what in ("runs", "turns", "networks", "sets")}
    with serving(folder / "data", folder, **own) as address:
        yield address


def field(page: Page, label: str):
    return page.locator(".hw-row", has=page.locator("label", has_text=re.compile(f"^{label}$"))).locator(
        "input, select"
    )


def fill(page: Page, label: str, value: str) -> None:
    field(page, label).fill(value)
    field(page, label).press("Tab")


def button(page: Page, name: str):
    return page.locator(".hw-body").get_by_role("button", name=re.compile(f"^{name}$"))


def grown(page: Page, beyond: int) -> int:
    """Wait until the longest line of the first figure has more corners than that, and return how many."""
    corners = """() => Math.max(0, ...[...document.querySelectorAll(".hw-curve path.line")]
      .map((line) => (line.getAttribute("d") || "").split("L").length))"""
    page.wait_for_function(f"({corners})() > {beyond}", timeout=READY)
    return page.evaluate(corners)


def about(page: Page):
    return page.locator(".hw-run-about")


def prepare(page: Page, epochs: int) -> None:
    """Fill in a small network on the set of discs."""
    section(page, "Train")
    expect(field(page, "Network").locator("option", has_text="U-Net").first).to_be_attached(timeout=READY)
    field(page, "Set").select_option(label="discs")
    fill(page, "Epochs", str(epochs))
    fill(page, "Crop, px", "32")
    fill(page, "Batch", "2")
    page.get_by_role("button", name="more options").click()
    fill(page, "base", "2")
    fill(page, "depth", "1")
    fill(page, "Steps/epoch", "20")
    page.locator(".hw-body textarea").fill(QUICK)
    page.locator(".hw-body textarea").press("Tab")
    expect(page.locator(".hw-doubt")).to_contain_text("Estimate", timeout=READY)


def test_a_set_that_cannot_be_split_disables_the_button_and_says_why(page, trained_here):
    open_page(page, trained_here)
    section(page, "Train")
    field(page, "Set").select_option(label="lonely")
    expect(page.locator(".hw-doubt")).to_contain_text(
        "lonely holds one micrograph only and cannot be split", timeout=READY
    )
    expect(button(page, "Train")).to_be_disabled()
    field(page, "Set").select_option(label="discs")
    expect(button(page, "Train")).to_be_enabled(timeout=READY)


def test_a_network_is_trained_by_clicks_over_a_reload_a_stop_and_a_resume(page, trained_here):
    open_page(page, trained_here)
    prepare(page, epochs=120)
    fill(page, "Name", "clicked")
    expect(page.locator(".hw-doubt")).to_contain_text("Estimate", timeout=READY)
    button(page, "Train").click()
    expect(page.locator(".hw-curves .hw-box-head")).to_contain_text("clicked · trains", timeout=READY)
    first = grown(page, beyond=20)
    grown(page, beyond=first)
    page.reload()  # the run goes on without a page
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    section(page, "Train")
    expect(about(page)).to_contain_text("trains, step", timeout=READY)
    button(page, "Stop").click()
    expect(about(page)).to_contain_text("stopped, step", timeout=READY)
    button(page, "Resume").click()
    expect(about(page)).to_contain_text("finished, step 2400 of 2400", timeout=READY)
    expect(about(page)).to_contain_text("its network is in the list of networks")
    section(page, "Networks")
    page.locator(".hw-network", has_text="clicked").locator("input").check()
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').some((pane) => pane.key === 'clicked' && !pane.busy)",
        timeout=READY,
    )
    assert "clicked" in keys(page)
    assert shown_share(page, "clicked") < 1
    assert cut_boxes(page) == []
