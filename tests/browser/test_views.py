"""Swipe, blink and outlines, by clicks and keys in a real Chromium."""

from __future__ import annotations

import pytest
from driving import count_hues, settled
from playwright.sync_api import Page, expect

from workbench.figures.palette import colour_of

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
FIRST, SECOND = "fcn8s", "unet"


def hues(page: Page, left: float = 0.0, right: float = 1.0) -> dict[str, int]:
    names = (FIRST, SECOND)
    return dict(zip(names, count_hues(page, [colour_of(name) for name in names], left, right), strict=True))


def press(page: Page, title: str) -> None:
    button = page.get_by_role("toolbar", name="Views").get_by_role("button", name=title)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_under_the_curtain_one_network_is_left_of_it_and_the_other_right(figure_1):
    page = figure_1
    press(page, "Swipe")
    curtain = page.locator(".hwv-curtain")
    place = settled(page, curtain)
    for share in (0.5, 0.8):
        canvas = page.locator(".hwv canvas").bounding_box()
        if share != 0.5:
            middle = place["y"] + place["height"] / 2
            page.mouse.move(place["x"] + place["width"] / 2, middle)
            page.mouse.down()
            page.mouse.move(canvas["x"] + share * canvas["width"], middle, steps=6)
            page.mouse.up()
        left, right = hues(page, 0, share - 0.01), hues(page, share + 0.01, 1)
        assert left[FIRST] > 100
        assert left[SECOND] == 0
        assert right[FIRST] == 0
    titles = page.locator(".hwv-pane .hwv-name")
    assert titles.all_inner_texts() == ["b) FCN8s", "c) U-Net"]
    curtain.press("ArrowLeft")
    assert page.evaluate("window.hrtemViewers[0].views.share") == pytest.approx(0.78, abs=0.01)
    page.locator(".hwv").focus()
    page.keyboard.press("1")  # the micrograph beside the pane that was chosen last
    expect(titles.first).to_have_text("a) Micrograph")
    expect(titles.last).to_have_text("c) U-Net")


def test_two_panes_take_turns_until_another_view_is_chosen(figure_1):
    page = figure_1
    press(page, "Blink")
    title = page.locator(".hwv-pane .hwv-name")
    for _ in range(2):
        expect(title).to_have_text("b) FCN8s")
        expect(title).to_have_text("c) U-Net")
    page.locator(".hwv").focus()
    page.keyboard.press("v")
    expect(page.locator(".hwv-legend")).to_contain_text("U-Net  p > ")
    page.keyboard.press("v")
    expect(title).to_have_count(3)


def test_the_outlines_of_all_networks_stand_on_one_micrograph_with_their_names(figure_1):
    page = figure_1
    press(page, "Outlines")
    expect(page.locator(".hwv-pane")).to_have_count(1)
    expect(page.locator(".hwv-legend")).to_contain_text("FCN8s  p > ")
    drawn = hues(page)
    assert min(drawn.values()) > 20
    page.locator(".hwv").focus()
    page.keyboard.press(" ")  # no overlay: no outline
    assert set(hues(page).values()) == {0}


def test_the_view_is_kept_over_a_reload(figure_1):
    page = figure_1
    press(page, "Swipe")
    page.wait_for_function(
        """() => JSON.parse(localStorage.getItem("hrtem-workbench:" + location.pathname))
          .layout.view_mode === "swipe\""""
    )
    page.reload()
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph")
    expect(page.locator(".hwv-curtain")).to_be_visible()
