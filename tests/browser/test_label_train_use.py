"""From a brush to a network, by clicks alone: paint, add to a set, train, reload, stop, resume, run the new network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from driving import (
    LONG,
    READY,
    cut_boxes,
    drag,
    keys,
    label_in_browser,
    open_file,
    open_page,
    section,
    shown_share,
    wait_idle,
)
from playwright.sync_api import Page, expect
from training_clicks import about, button, field, fill, grown, prepare

from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.writing import write_tiff
from workbench.process_files import read_process
from workbench.training.curve_file import read_curve
from workbench.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
CENTRES = {"north": (40, 64), "south": (88, 64), "west": (64, 40)}
"""Middle of the dark particle of each micrograph, row and column."""
RADIUS = 20


@pytest.fixture
def micrographs(data_folder: Path) -> None:
    """Three micrographs in the data folder."""
    rows, columns = np.mgrid[:128, :128]
    for seed, (name, (row, column)) in enumerate(CENTRES.items()):
        noise = np.random.default_rng(seed).normal(size=(128, 128))
        pixels = 100 - 30 * (np.hypot(rows - row, columns - column) < RADIUS) + 8 * noise
        write_tiff(data_folder / f"{name}.tif", pixels.astype(np.float32), 0.05)


def brush_px(page: Page) -> int:
    return page.evaluate("window.hrtemViewers[0].model.get('brush_px')")


def paint(page: Page, name: str) -> None:
    """Open a micrograph, paint its particle, with a stroke too much that is taken back, and add it to the set."""
    row, column = CENTRES[name]
    open_file(page, f"{name}.tif")
    expect(page.locator(".hw-about")).to_contain_text(name, timeout=READY)
    page.wait_for_function(
        """() => {
          const { micrograph, hand } = window.hrtemViewers[0], { image } = hand.store;
          return micrograph.width === 128 && image?.width === 128 && image.data.every((value) => value === 0);
        }""",
        timeout=READY,
    )
    wait_idle(page)  # the panes have their places
    drag(page, (row, column), (row, column + 1))
    painted = label_in_browser(page)["counts"][1]
    assert painted == pytest.approx(np.pi * RADIUS**2, rel=0.25)  # the brush grows in steps
    drag(page, (128 - row, 128 - column), (128 - row, 118 - column))
    assert label_in_browser(page)["counts"][1] > painted
    page.keyboard.press("Control+z")
    page.wait_for_function(
        f"window.hrtemViewers[0].hand.store.image.data.filter(Boolean).length === {painted}"
    )
    page.get_by_role("button", name="Add to training set").click()
    expect(page.locator(".hw-members select option", has_text=name)).to_be_attached(timeout=READY)


class RunInHand:
    """A run that goes on only where the test lets it, so that it does not end before a page that takes long.

    Parameters
    ----------
    run : RunFolder
        Just begun; it is stopped in its tracks once it trains.
    page : Page
        Served while the test waits.
    """

    def __init__(self, run: RunFolder, page: Page) -> None:
        self._run, self._page = run, page
        self._wait(lambda: run.beat is not None and run.beat.phase == "training")
        self._process = read_process(run.folder / "state" / "process.json")
        self._process.suspend()

    def go_on(self, until: Callable[[], bool]) -> None:
        """Let it go on until something holds."""
        self._process.resume()
        self._wait(until)
        self._process.suspend()

    def let_go(self) -> None:
        """Let it go on to its end."""
        self._process.resume()

    def _wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + LONG / 1000
        while not until():
            assert time.monotonic() < end, f"{self._run.beat} for long"
            self._page.wait_for_timeout(20)


@pytest.fixture
def run(own_folders: dict[str, str]) -> Iterator[RunFolder]:
    """The run that the test begins; neither it nor its network is there for the tests after it."""
    run = RunFolder(Path(own_folders["WORKBENCH_RUNS"]) / "by-hand")
    yield run
    if (process := read_process(run.folder / "state" / "process.json")) is not None:
        process.kill()  # the test failed while it held it
    shutil.rmtree(run.folder, ignore_errors=True)
    (Path(own_folders["WORKBENCH_NETWORKS"]) / "by-hand.safetensors").unlink(missing_ok=True)


def test_three_painted_micrographs_become_a_network_in_a_pane(page, served, data_folder, micrographs, run):
    open_page(page, served)
    section(page, "Label")
    page.wait_for_function("window.hrtemViewers[0].hand.store.image", timeout=READY)
    page.locator(".hwv").hover()
    while brush_px(page) < 1.8 * RADIUS:
        before = brush_px(page)
        page.keyboard.press("]")
        page.wait_for_function(f"window.hrtemViewers[0].model.get('brush_px') > {before}")
    for name in CENTRES:
        paint(page, name)
    section(page, "Label")
    found = {one.name: one.read()[1] for one in open_dataset(data_folder / "training-set").micrographs}
    assert sorted(found) == sorted(CENTRES)
    for name, (row, column) in CENTRES.items():
        assert found[name][row, column]
        assert not found[name][128 - row, 118 - column]

    prepare(page, epochs=10, chosen="training-set", steps=60)
    fill(page, "Name", "by-hand")
    expect(page.locator(".hw-warning")).to_contain_text("Estimate", timeout=READY)
    button(page, "Train").click()
    hand = RunInHand(run, page)
    expect(page.locator(".hw-curves .hw-box-head")).to_contain_text("by-hand · training", timeout=LONG)
    hand.go_on(until=lambda: len(read_curve(run.folder)) > 20)
    first = grown(page, beyond=20)
    page.reload(wait_until="commit")
    before = len(read_curve(run.folder))
    hand.go_on(until=lambda: len(read_curve(run.folder)) > before)  # without a page
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    section(page, "Train")
    expect(about(page)).to_contain_text("training, step", timeout=READY)
    expect(field(page, "Epochs")).to_have_value("10", timeout=READY)
    grown(page, beyond=first)
    button(page, "Stop").click()
    hand.let_go()
    expect(about(page)).to_contain_text("stopped, step", timeout=READY)
    button(page, "Resume").click()
    expect(about(page)).to_contain_text("finished, step 600 of 600", timeout=LONG)
    expect(about(page)).to_contain_text("its network is in the list of networks")

    section(page, "Networks")
    page.locator(".hw-network", has_text="by-hand").locator("input").check()
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').some((pane) => pane.key === 'by-hand' && !pane.busy)",
        timeout=READY,
    )
    page.wait_for_function("window.hrtemViewers[0].layers.probability.has('by-hand')", timeout=READY)
    assert "by-hand" in keys(page)
    area = np.pi * RADIUS**2 / 128**2
    assert shown_share(page, "by-hand") == pytest.approx(
        area, rel=0.5
    )  # it marks the particle, and little else
    expect(field(page, "Epochs")).to_have_value("10")
    assert cut_boxes(page) == []
