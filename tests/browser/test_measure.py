"""The ruler: a length and a direction, drawn by hand over any pane."""

import re

import pytest
from driving import drag, keys, spot
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]
STATE = "[window.hrtemViewers[0].camera.centre, window.hrtemViewers[0].model.get('clicked')]"


def test_a_length_is_measured_in_every_pane_until_escape(figure_1):
    page = figure_1
    tool, lines = page.locator(".hwv-tool"), page.locator(".hwv-measured")
    page.mouse.move(*spot(page, 100, 100))
    page.locator(".hwv").focus()
    page.keyboard.press("r")
    page.mouse.move(*spot(page, 100, 101))
    expect(tool).to_be_visible()
    expect(tool).to_have_text("ruler")
    before = page.evaluate(STATE)
    drag(page, (100, 40), (100, 140))
    expect(lines).to_have_count(len(keys(page)))
    nm_per_px = page.evaluate("window.hrtemViewers[0].model.get('nm_per_px')")
    for line in lines.all():
        words = re.fullmatch(r"([\d.]+) nm, 0°", line.text_content())
        assert float(words[1]) == pytest.approx(100 * nm_per_px, abs=3 * nm_per_px)
    drag(page, (140, 40), (40, 140), pane=1)  # the one before goes
    expect(lines).to_have_count(len(keys(page)))
    expect(lines.first).to_contain_text("45°")
    assert page.evaluate(STATE) == before, "the micrograph was dragged or clicked"
    page.keyboard.press("Escape")
    expect(lines).to_have_count(0)
    expect(tool).to_be_hidden()
    drag(page, (100, 40), (100, 60))
    expect(lines).to_have_count(0)
    assert page.evaluate(STATE) != before
