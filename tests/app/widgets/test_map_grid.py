"""A grid of maps: pixels travel as float32 and 8 bits beside a message, and again for each page that is ready."""

import numpy as np
import pytest
from widget_doings import Told

from workbench.app.widgets.map_grid import Cell, Curve, Ground, MapGrid, Row

ROW = Row("unet", "U-Net", "#0072B2", "particle 3", lines=[[0.0, 0.0, 1.0, 1.0]])
GREY = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.fixture
def grid():
    return MapGrid()


def test_rows_columns_and_what_lies_below_them_are_one_message(grid):
    told = Told(grid)
    grid.show([ROW], ["gradient"], Ground(GREY, 0.25, "1 nm"))
    ((message, buffers),) = told
    assert (message["kind"], message["columns"], message["bar"], message["bar_text"]) == (
        "grid",
        ["gradient"],
        0.25,
        "1 nm",
    )
    assert (message["height"], message["width"]) == (2, 3)
    assert message["rows"][0]["lines"] == [[0.0, 0.0, 1.0, 1.0]]
    assert buffers == [GREY.tobytes()]


def test_pixels_travel_row_by_row_whatever_their_order_in_memory(grid):
    told = Told(grid)
    grid.show([ROW], ["gradient"], Ground(np.asfortranarray(GREY), 0.25, ""))
    values = np.asfortranarray(np.linspace(-1, 1, 6).reshape(2, 3))
    grid.fill(Cell("unet", "gradient", "Gradient", "done", map=values))
    assert told[0][1] == [GREY.tobytes()]
    assert told[1][1] == [values.astype(np.float32).tobytes()]


def test_a_cell_says_its_words_and_its_curve(grid):
    told = Told(grid)
    curve = Curve([1.0, 2.0], [0.5, 1.0], [1.0, 0.5], {"111": 1.5}, "1/nm", 2.0)
    grid.fill(Cell("unet", "gradient", "Gradient", "done", ("first", "second"), "weak", curve=curve))
    ((message, buffers),) = told
    assert (message["kind"], message["state"], message["said"], message["mark"]) == (
        "cell",
        "done",
        ["first", "second"],
        "weak",
    )
    assert (message["curve"]["lines"], message["curve"]["limit"]) == ({"111": 1.5}, 2.0)
    assert "map" not in message
    assert buffers == []


def test_a_page_that_is_ready_later_is_told_the_grid_and_the_last_of_each_cell(grid):
    grid.show([ROW], ["gradient"], None)
    for state in ("running", "done"):
        grid.fill(Cell("unet", "gradient", "Gradient", state))
    told = Told(grid)
    told.say(kind="ready")
    assert [(message["kind"], message.get("state")) for message, _buffers in told] == [
        ("grid", None),
        ("cell", "done"),
    ]


def test_another_grid_begins_with_empty_cells(grid):
    grid.fill(Cell("unet", "gradient", "Gradient", "done"))
    grid.show([ROW], ["gradient"], None)
    told = Told(grid)
    told.say(kind="ready")
    assert [message["kind"] for message, _buffers in told] == ["grid"]
