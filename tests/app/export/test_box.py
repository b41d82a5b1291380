"""Below the panes: the figure as it will be written, how large that is, and what it waits for."""

import pytest

from workbench.app.export.box import FigureBox


@pytest.fixture
def box(session):
    return FigureBox(session)


def test_it_says_how_large_the_figure_is_and_which_part_it_shows(session, box):
    assert (
        box.title.value == "Figure as it will be written, 147 mm wide, the whole micrograph"
    )  # 2 x 2.9 inches
    session.export.width_mm, session.export.region = 85, (1, 2, 40, 50)
    assert box.title.value.endswith("85 mm wide, rows 1 to 40 and columns 2 to 50")
    assert box.view.alt == "The figure as it will be written: the micrograph, U-Net"


def test_the_picture_is_shown_and_is_grey_until_it_is_drawn_anew(session, box, drawn):
    preview = session.figure_preview
    preview.active = True
    drawn(session)
    assert b"".join(box.view._sent[1]) == preview.png != b""
    assert not box.view.stale
    preview.active = False
    session.export.letters = "A"
    assert (box.view.stale, box.status.value) == (True, "is of what was set before")
    preview.active = True
    drawn(session)
    assert (box.view.stale, box.status.value) == (False, "")


def test_why_there_is_none_is_said(session, box, drawn):
    session.export.bar_nm = 900
    session.figure_preview.active = True
    drawn(session)
    assert "too little for a bar of 900 nm" in box.status.value
    assert not box.view._sent[1]
