"""How the browser tests open a micrograph of their own to be labelled, and wait for the file of its label."""

from __future__ import annotations

import time
import zlib
from pathlib import Path

import numpy as np
import tifffile
from driving import READY, label_in_browser, open_file, section
from playwright.sync_api import Page, expect

from workbench.micrographs.writing import write_tiff

SHAPE = (192, 256)


def write_sheet(folder: Path, test: str) -> Path:
    """Write a micrograph for a test, with a dark particle in the middle; return its file."""
    file = folder / f"sheet-{zlib.crc32(test.encode()):08x}.tif"
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    pixels = 1000 + 60 * np.random.default_rng(zlib.crc32(file.stem.encode())).normal(size=SHAPE)
    pixels -= 600 * (np.hypot(rows - 96, columns - 128) < 40)
    write_tiff(file, pixels.astype(np.float32), 0.04)
    return file


def show_sheet(page: Page, sheet: Path) -> None:
    """Open the sheet, and wait until it is shown."""
    open_file(page, sheet.name)
    expect(page.locator(".hw-about")).to_contain_text(sheet.stem, timeout=READY)
    page.wait_for_function(f"window.hrtemViewers[0].micrograph?.width === {SHAPE[1]}", timeout=READY)


def open_sheet(page: Page, sheet: Path) -> None:
    """Open the sheet and the panel, and wait until its label, which is empty, has taken the place of another one."""
    number = page.evaluate("window.hrtemViewers[0].hand.store.number")
    show_sheet(page, sheet)
    section(page, "Label")
    page.wait_for_function(
        f"""() => {{
          const {{ image, number }} = window.hrtemViewers[0].hand.store;
          return number !== {number} && image?.width === {SHAPE[1]} && image.data.every((value) => value === 0);
        }}""",
        timeout=READY,
    )


def on_disk(page: Page, sheet: Path) -> np.ndarray:
    """The label in the file, once it is what the browser shows."""
    end = time.monotonic() + READY / 1000
    while True:
        (found,) = list((sheet.parent / "drafts").glob(f"{sheet.stem}.*.tif")) or [None]
        if found is not None:
            values = tifffile.imread(found)
            if zlib.adler32(np.ascontiguousarray(values)) == label_in_browser(page)["sum"]:
                return values
        assert time.monotonic() < end, "file and browser do not agree"
        page.wait_for_timeout(100)
