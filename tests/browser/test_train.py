"""Train a network by clicks alone: a set, a run, its curves, a reload, stop, resume, and the network in a pane."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import LONG, READY, cut_boxes, keys, open_page, section, serving, shown_share
from playwright.sync_api import expect
from training_clicks import about, button, field, fill, grown, prepare, write_set

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("train")


@pytest.fixture(scope="module")
def trained_here(folder: Path) -> Iterator[str]:
    """The address of a page whose data folder holds two sets, one of them too small; its runs are its own."""
    write_set(folder / "data" / "discs", 5)
    write_set(folder / "data" / "lonely", 1)
    own = {f"WORKBENCH_{what.upper()}": str(folder / what) for what in ("runs", "turns", "networks", "sets")}
    with serving(folder / "data", folder, **own) as address:
        yield address


def test_a_set_that_cannot_be_split_disables_the_button_and_says_why(page, trained_here):
    open_page(page, trained_here)
    section(page, "Train")
    field(page, "Set").select_option(label="lonely")
    expect(page.locator(".hw-warning")).to_contain_text(
        "lonely holds one micrograph only and cannot be split", timeout=READY
    )
    expect(button(page, "Train")).to_be_disabled()
    field(page, "Set").select_option(label="discs")
    expect(button(page, "Train")).to_be_enabled(timeout=READY)


HELD_BACK = """
  window.held = [];
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  const text = (data) => (typeof data === "string" ? data : new TextDecoder("latin1").decode(data));
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    get: own.get,
    set(hear) {
      own.set.call(this, hear && ((event) => {
        if (window.holding) window.held.push({ text: text(event.data), hear: () => hear.call(this, event) });
        else hear.call(this, event);
      }));
    },
  });
  window.release = () => {
    window.holding = false;
    for (const one of window.held) one.hear();
  };
"""


def test_a_set_that_is_chosen_while_another_list_is_on_its_way_is_the_one_that_was_seen(
    page, trained_here, folder
):
    page.add_init_script(HELD_BACK)
    open_page(page, trained_here)
    section(page, "Train")
    expect(field(page, "Set").locator("option")).to_have_text(["discs", "lonely"])
    page.evaluate("window.holding = true")
    write_set(folder / "data" / "almost", 1)  # stands before them in the list
    try:
        button(page, "look for sets").click()
        page.wait_for_function("window.held.some((one) => one.text.includes('almost'))")
        field(page, "Set").select_option(label="lonely")
        page.evaluate("window.release()")
        expect(page.locator(".hw-warning")).to_contain_text("lonely holds one micrograph only")
        expect(field(page, "Set").locator("option")).to_have_text(["almost", "discs", "lonely"])
        expect(field(page, "Set").locator("option:checked")).to_have_text("lonely")
    finally:
        shutil.rmtree(folder / "data" / "almost")


def test_a_network_is_trained_by_clicks_over_a_reload_a_stop_and_a_resume(page, trained_here):
    open_page(page, trained_here)
    prepare(page, epochs=120)
    fill(page, "Name", "clicked")
    expect(page.locator(".hw-warning")).to_contain_text("Estimate", timeout=READY)
    button(page, "Train").click()
    expect(page.locator(".hw-curves .hw-box-head")).to_contain_text("clicked · trains", timeout=LONG)
    first = grown(page, beyond=20)
    grown(page, beyond=first)
    page.reload()  # the run goes on without a page
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    section(page, "Train")
    expect(about(page)).to_contain_text("trains, step", timeout=READY)
    expect(field(page, "Epochs")).to_have_value("120", timeout=READY)
    button(page, "Stop").click()
    expect(about(page)).to_contain_text("stopped, step", timeout=READY)
    button(page, "Resume").click()
    expect(about(page)).to_contain_text("finished, step 2400 of 2400", timeout=LONG)
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
