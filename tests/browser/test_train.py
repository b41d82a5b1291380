"""The list of sets to train on; a run by clicks alone is in test_label_train_use.py and test_lab.py."""

from __future__ import annotations

import shutil

import pytest
from driving import READY, section
from playwright.sync_api import Page, expect
from training_clicks import button, field, write_set

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture
def page(figure_1: Page, training_sets: None) -> Page:
    """The page, with the panel open and both sets in its list."""
    section(figure_1, "Train")
    button(figure_1, "look for new sets").click()
    for name in ("discs", "lonely"):
        expect(field(figure_1, "Set").locator("option", has_text=name)).to_be_attached(timeout=READY)
    return figure_1


def test_a_set_that_cannot_be_split_disables_the_button_and_says_why(page):
    field(page, "Set").select_option(label="lonely")
    expect(page.locator(".hw-warning")).to_contain_text(
        "lonely holds one micrograph only and cannot be split", timeout=READY
    )
    expect(button(page, "Train")).to_be_disabled()
    field(page, "Set").select_option(label="discs")
    expect(button(page, "Train")).to_be_enabled(timeout=READY)


def test_a_set_that_is_chosen_while_another_list_is_on_its_way_is_the_one_that_was_seen(page, data_folder):
    sets = field(page, "Set").locator("option")
    listed = sets.all_inner_texts()  # other tests may have made some
    assert {"discs", "lonely"} <= {*listed}
    page.evaluate("window.holding = true")
    write_set(data_folder / "almost", 1)  # stands before them in the list
    try:
        button(page, "look for new sets").click()
        page.wait_for_function("window.held.some((one) => one.text.includes('almost'))")
        field(page, "Set").select_option(label="lonely")
        page.evaluate("window.release()")
        expect(page.locator(".hw-warning")).to_contain_text("lonely holds one micrograph only")
        expect(sets).to_have_text(["almost", *listed])
        expect(field(page, "Set").locator("option:checked")).to_have_text("lonely")
    finally:
        shutil.rmtree(data_folder / "almost")
