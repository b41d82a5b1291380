"""The panel Mask by clicks and keys: what is one network's, what all share, and numbers that are typed."""

from __future__ import annotations

import pytest
from driving import READY, section, wait_idle
from playwright.sync_api import Locator, Page, expect

from workbench.figures.palette import colour_of

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def readout(page: Page, label: str) -> Locator:
    return page.locator(".hw-section-mask .hw-row", has_text=label).locator(".widget-readout")


def type_into(page: Page, field: Locator, text: str) -> None:
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def threshold(page: Page) -> float:
    return page.evaluate(
        "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'unet').threshold"
    )


def test_a_number_beyond_the_end_of_a_slider_is_said_to_become_the_end(figure_1):
    page = figure_1
    section(page, "Mask")
    note = page.locator(".hw-section-mask .hw-typed-note")
    type_into(page, readout(page, "Threshold"), "50")
    expect(note).to_have_text("50 is above the largest value here, 0.99, which is set.")
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'unet').threshold === 0.99"
    )
    type_into(page, readout(page, "Threshold"), "0.4")
    page.wait_for_function(
        "window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === 'unet').threshold === 0.4"
    )
    expect(note).to_have_count(0)
    type_into(page, readout(page, "Threshold"), "many")
    expect(note).to_have_text("“many” cannot be taken: 0.40 stays.")
    assert threshold(page) == 0.4
    section(page, "Networks")
    type_into(page, page.locator(".hw-network-threshold").nth(1).locator(".widget-readout"), "-1")
    expect(page.locator(".hw-section-networks .hw-typed-note")).to_contain_text("-1 is below the smallest")
    wait_idle(page)


def test_a_smallest_area_is_taken_as_it_is_typed_and_no_area_is_refused_beside_it(figure_1):
    page = figure_1
    section(page, "Mask")
    field = page.get_by_role("textbox", name="Min. nm², typed")
    field.fill("50")
    field.press("Enter")
    expect(page.locator(".hw-smallest")).to_contain_text("Set by hand, for all networks")
    expect(field).to_have_value("50")
    page.wait_for_function(
        """() => JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname)).min_area === 50"""
    )
    field.fill("many")
    field.press("Enter")
    expect(page.locator(".hw-smallest")).to_contain_text("'many' is no smallest area")
    expect(field).to_have_value("50")
    wait_idle(page)


def test_what_is_of_one_network_bears_the_colour_of_the_one_that_is_chosen(figure_1):
    page = figure_1
    section(page, "Mask")
    own = page.locator(".hw-section-mask .hw-group").first

    def edge(name: str) -> str:
        red, green, blue = (int(colour_of(name)[at : at + 2], 16) for at in (1, 3, 5))
        return f"rgb({red}, {green}, {blue})"

    expect(own).to_have_css("border-left-color", edge("unet"))
    network = own.locator(".hw-row", has_text="Network").locator("select")
    network.select_option(label="FCN8s")
    expect(own).to_have_css("border-left-color", edge("fcn8s"), timeout=READY)
    expect(page.locator(".hw-section-mask .hw-group").nth(1)).to_contain_text("the same for FCN8s and U-Net")
