"""Particles, one by one, on the page."""

from __future__ import annotations

import numpy as np
import pytest
from driving import READY, colours, open_file, section, wait_idle
from playwright.sync_api import Page, expect
from touching_spheres import (
    COLUMNS,
    ROWS,
    SPHERES,
    centres_of_spheres,
    micrograph_of_spheres,
    parting_networks,
)

from workbench.figures.palette import PARTICLES, colour_of, rgb
from workbench.micrographs.writing import write_tiff

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def colours_of_spheres(page: Page, key: str) -> np.ndarray:
    """Which colour lies over the middle of each sphere in a pane: the nearest one of a mask, rows by columns."""
    opacity = page.evaluate("window.hrtemViewers[0].model.get('overlay_opacity')")
    over, under = (
        np.array(colours(page, pane, [(x + 0.5, y + 0.5) for y, x in centres_of_spheres()]))[:, :3]
        for pane in (key, "micrograph")
    )
    tints = (over - (1 - opacity) * under) / opacity
    palette = [*PARTICLES, colour_of(key)]
    known = 255 * np.array([rgb(one) for one in palette])
    away = np.abs(tints[:, np.newaxis] - known).max(axis=2)
    assert (away.min(axis=1) < 12).all()
    return np.array(palette)[away.argmin(axis=1)].reshape(ROWS, COLUMNS)


def test_spheres_that_touch_are_counted_and_drawn_one_by_one(figure_1, data_folder):
    micrograph = micrograph_of_spheres()
    write_tiff(data_folder / "spheres.tif", micrograph.pixels, micrograph.nm_per_px)
    page = figure_1
    section(page, "Networks")
    page.locator(".hw-network", has_text="FCN8s").locator("input[type=checkbox]").uncheck()
    page.locator(".hw-network", has_text="Blur + Otsu").locator("input[type=checkbox]").check()
    open_file(page, "spheres.tif")
    height, width = micrograph.shape
    expect(page.locator(".hw-head")).to_contain_text(f"{width} × {height}", timeout=READY)
    wait_idle(page)

    def count(label):
        return page.locator(".hw-scores tr", has_text=label).locator("td").nth(2)

    expect(count("Blur + Otsu")).to_have_text("1")
    assert set(colours_of_spheres(page, "otsu").flat) == {colour_of("otsu")}
    section(page, "Mask")
    page.get_by_label("Split touching particles").check()
    # the U-Net needs no box where it ships with a distance
    for label, key in {"Blur + Otsu": "otsu", "U-Net": "unet"}.items():
        if key in ("otsu", *parting_networks()):
            expect(count(label)).to_have_text(str(SPHERES))
            wait_idle(page)
            drawn = colours_of_spheres(page, key)
            assert (drawn[1:] != drawn[:-1]).all()
            assert (drawn[:, 1:] != drawn[:, :-1]).all()
