"""Below the panes: a row a micrograph as they come, opened by a click, and files that are taken home."""

import numpy as np
import pytest
from batch_standing import NAMES, done
from waiting import wait_for
from widget_doings import Told

from workbench.app.folder.box import FolderBox
from workbench.app.widgets.browser import Browser


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def box(session, browser):
    return FolderBox(session, browser)


@pytest.fixture
def begun(session, at_work):
    session.folder.choose("sample-3").join()
    session.folder.start()
    return at_work


def visible(widget):
    return widget.layout.display != "none"


def test_before_anything_was_begun_a_sentence_says_what_will_stand_here(box):
    assert box._title.value == "Nothing was begun yet: a row for each micrograph will stand here"
    assert "hw-empty" in box.box._dom_classes
    assert box.table not in box.box.children
    assert not visible(box.bar)


def test_rows_come_with_how_it_stands_and_bear_the_networks_labels(session, box, begun, sample):
    told = Told(box.table)
    told.say(kind="ready")
    message, buffers = told[-1]
    assert box._title.value == "sample-3/results: under way · 2 of 4, 1 failed, about 4 min left"
    assert "hw-empty" not in box.box._dom_classes
    assert [column["title"] for column in message["columns"]] == [
        *("micrograph", "state", "FCN8s", "median, nm", "U-Net", "median, nm", "training"),
    ]
    assert message["struck"] == {"2": "c.tif is <damaged>."}
    assert (visible(box.bar), box.bar.value) == (True, 0.75)
    begun.end(micrographs=[done(sample, name) for name in NAMES], step="done")
    session.folder.look()
    message, buffers = told[-1]
    assert message["words"]["state"] == ["done"] * 4
    assert np.frombuffer(buffers[1], "<f4").tolist() == [12] * 4
    assert box._title.value == "sample-3/results: finished · 4 of 4"
    assert not visible(box.bar)
    before = len(told)
    session.folder.look()
    assert len(told) == before  # nothing is sent that is there


def test_a_click_or_enter_opens_a_micrograph_and_its_row_is_chosen(session, box, begun):
    Told(box.table).say(kind="open", number=2)
    wait_for(lambda: session.micrograph is not None)
    assert session.micrograph.name == "b"
    wait_for(lambda: box.table.chosen == 2)


def test_a_row_that_keys_came_to_stays_chosen_while_others_are_done(session, box, begun, sample):
    session.open_file("sample-3/a.tif").result(60)
    assert box.table.chosen == 1
    box.table.chosen = 3
    begun.write(micrographs=[done(sample, name) for name in NAMES])
    session.folder.look()
    assert box.table.chosen == 3
    session.open_file("sample-3/b.tif").result(60)
    assert box.table.chosen == 2


def test_files_that_are_there_can_be_taken_home(session, box, begun, browser, sample):
    assert box._aside.children == (box.bar,)
    (sample / "results" / "report.html").write_text("<p>found</p>")
    (sample / "results" / "report-unet.html").write_text("<p>found</p>")
    (sample / "results" / "particles.csv").write_text("a\n")
    session.folder.look()
    shown = [link.description for link in box._aside.children[1:]]
    assert shown == ["report.html", "report-unet.html", "particles.csv"]
    told = Told(browser)
    link = box.links["report.html"]
    link.click()
    wait_for(lambda: told and not link.disabled)
    assert told == [
        ({"kind": "download", "name": "report.html", "mime": "text/html"}, [b"<p>found</p>"]),
    ]
    (sample / "results" / "particles.csv").unlink()
    session.folder.look()
    assert box.links["particles.csv"] not in box._aside.children
    box.links["particles.csv"].click()
    wait_for(lambda: "particles.csv cannot be read" in session.message)


def test_what_cannot_be_read_now_is_grey_and_says_so(session, box, begun):
    session.folder.could_not_look("torn")
    assert box.table.stale
    assert "cannot be read; at " in box._title.value
    session.folder.look()
    assert not box.table.stale
    assert box._title.value.startswith("sample-3/results: under way")


def test_what_is_said_is_no_markup(session, box, begun, data):
    session.folder.choose("sample-3", "<b>").join()
    begun(session.folder.planned, data.root / "<b>")
    session.folder.look()
    assert box._title.value.startswith("&lt;b&gt;: under way")


def test_a_folder_that_cannot_be_read_at_first_says_so(session, box):
    session.folder.could_not_look("torn")
    assert box._title.value.endswith("cannot be read now: torn")
