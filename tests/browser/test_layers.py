"""Networks as layers: colours by a click, the order by a drag or by keys, in a real Chromium."""

from __future__ import annotations

import re

import pytest
from driving import READY, count_hues, section, settled, wait_for_networks, wait_idle
from playwright.sync_api import Locator, Page, expect

from workbench.figures.palette import COLOURS, colour_of

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
MINE, OTHERS = colour_of("fcn8s"), colour_of("unet")
FREE = COLOURS["ultramarine"]


def row(page: Page, name: str) -> Locator:
    return page.locator(".hw-network", has=page.get_by_text(name, exact=True))


def choose(page: Page, name: str, word: str) -> None:
    """Choose a colour for a network, by the mouse."""
    row(page, name).locator(".hw-swatch-button").click()
    page.get_by_role("dialog", name=f"Colour of {name}").get_by_role("button", name=f"{word},").or_(
        page.get_by_role("dialog", name=f"Colour of {name}").get_by_role("button", name=word, exact=True)
    ).click()
    expect(page.locator(".hw-colours:popover-open")).to_have_count(0)


def css(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


def wait_for_colours(page: Page, **wanted: str) -> None:
    """Wait until these panes bear these colours."""
    page.wait_for_function(
        """(wanted) => window.hrtemViewers[0].model.get("panes")
          .every(({ key, color }) => !(key in wanted) || color.toUpperCase() === wanted[key])""",
        arg=wanted,
        timeout=READY,
    )


def listed(page: Page) -> list[str]:
    return page.locator(".hw-network .widget-label-basic span").all_inner_texts()


def test_a_colour_is_chosen_by_a_click_is_drawn_at_once_and_undo_takes_it_back(figure_1):
    page = figure_1
    section(page, "Networks")
    assert count_hues(page, [MINE, FREE])[1] == 0
    choose(page, "FCN8s", "ultramarine")
    wait_for_colours(page, fcn8s=FREE, unet=OTHERS)
    before, now, others = count_hues(page, [MINE, FREE, OTHERS])
    assert before == 0
    assert min(now, others) > 100
    expect(page.locator(".hw-scores .hw-swatch").first).to_have_css("background-color", css(FREE))
    expect(page.locator(".hwv-chip").nth(1)).to_have_css("background-color", css(FREE))
    page.get_by_role("toolbar", name="Views").get_by_role("button", name="Outlines").click()
    expect(page.locator(".hwv-pane")).to_have_count(1)
    assert min(count_hues(page, [FREE, OTHERS])) > 20
    page.locator(".hwv").focus()
    page.keyboard.press("Control+z")
    wait_for_colours(page, fcn8s=MINE, unet=OTHERS)
    expect(row(page, "FCN8s").locator(".hw-swatch")).to_have_css("background-color", css(MINE))


def test_a_colour_that_another_network_has_changes_hands_and_is_kept_over_a_reload(figure_1):
    page = figure_1
    section(page, "Networks")
    row(page, "FCN8s").locator(".hw-swatch-button").press("Enter")
    opened = page.get_by_role("dialog", name="Colour of FCN8s")
    expect(opened.get_by_role("button", name="orange, its own")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(row(page, "FCN8s").locator(".hw-swatch-button")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="sky blue, that of U-Net: they swap")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for_colours(page, fcn8s=OTHERS, unet=MINE)
    page.wait_for_function(
        """([key, colour]) => JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname))
          .colours[key] === colour""",
        arg=["fcn8s", OTHERS],
    )
    page.reload()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    wait_idle(page)
    wait_for_colours(page, fcn8s=OTHERS, unet=MINE)


def grip(page: Page, name: str) -> Locator:
    return row(page, name).locator(".hw-grip")


def middle(box: dict) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_row_that_is_dragged_shows_where_it_will_stand_and_panes_and_table_follow(figure_1):
    page = figure_1
    section(page, "Networks")
    first = listed(page)
    x, y = middle(settled(page, grip(page, "U-Net")))
    top = settled(page, row(page, "FCN8s"))["y"]
    line = page.locator(".hw-drop-line")
    page.mouse.move(x, y)
    page.mouse.down()
    expect(line).to_have_count(0)  # a press is no drag yet
    page.mouse.move(x, top + 2, steps=8)
    expect(line).to_be_visible()
    assert line.bounding_box()["y"] == pytest.approx(top, abs=2)
    page.keyboard.press("Escape")
    expect(line).to_have_count(0)
    page.mouse.up()
    assert listed(page) == first
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, top + 2, steps=8)
    page.mouse.up()
    wait_for_networks(page, ["b) U-Net", "c) FCN8s"])
    expect(line).to_have_count(0)
    assert listed(page) == ["U-Net", "FCN8s", *first[2:]]
    expect(page.locator(".hw-scores td:first-child")).to_have_text([re.compile("U-Net"), re.compile("FCN8s")])
    # one without a pane goes between them: no pane moves, and it keeps its place when it is shown
    page.mouse.move(*middle(settled(page, grip(page, "Mixed-scale"))))
    page.mouse.down()
    page.mouse.move(x, settled(page, row(page, "FCN8s"))["y"] + 2, steps=8)
    page.mouse.up()
    page.wait_for_function(
        """() => [...document.querySelectorAll(".hw-network .widget-label-basic span")][1]
          .textContent === "Mixed-scale\""""
    )
    wait_for_networks(page, ["b) U-Net", "c) FCN8s"])
    row(page, "Mixed-scale").locator("input").check()
    wait_for_networks(page, ["b) U-Net", "c) Mixed-scale", "d) FCN8s"])
    wait_idle(page)


def test_a_row_moves_by_keys_and_by_the_buttons_beside_its_swatch_and_keeps_the_focus(figure_1):
    page = figure_1
    section(page, "Networks")
    grip(page, "FCN8s").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        expect(grip(page, "FCN8s")).to_be_focused()
    wait_for_networks(page, ["b) U-Net", "c) FCN8s"])
    page.wait_for_function(
        """() => [...document.querySelectorAll(".hw-network .widget-label-basic span")][2]
          .textContent === "FCN8s\""""
    )
    expect(grip(page, "FCN8s")).to_be_focused()
    row(page, "U-Net").locator(".hw-swatch-button").click()
    page.get_by_role("button", name="U-Net: one place down").click()
    page.wait_for_function(
        """() => [...document.querySelectorAll(".hw-network .widget-label-basic span")][1]
          .textContent === "U-Net\""""
    )
    expect(row(page, "U-Net").locator(".hw-swatch-button")).to_be_focused()


def test_colours_that_are_open_stay_open_when_a_row_above_is_drawn_anew(figure_1):
    page = figure_1
    section(page, "Networks")
    row(page, "U-Net generalist").locator(".hw-swatch-button").click()
    colours = page.get_by_role("dialog", name="Colour of U-Net generalist")
    expect(colours).to_be_visible()
    drawn = colours.element_handle()
    row(page, "U-Net, dilation 1").locator("input").evaluate("(box) => box.click()")  # no press beside it
    wait_for_networks(page, ["b) FCN8s", "c) U-Net", "d) U-Net, dilation 1"])
    page.wait_for_function("(one) => !one.isConnected", arg=drawn)
    expect(colours).to_be_visible()
    page.keyboard.press("Escape")
    expect(colours).to_be_hidden()
    wait_idle(page)
