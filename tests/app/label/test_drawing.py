"""The tools of a label: brush, eraser, lasso, flood, the mask of a network; and each stroke taken back."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.label.drawing import LARGEST_BRUSH_PX
from workbench.app.session import Session
from workbench.errors import DatasetError, WorkbenchError
from workbench.micrographs.labelling.shapes import brush, polygon
from workbench.micrographs.micrograph import Micrograph

SHAPE = (120, 160)
SQUARE = [(20, 20), (20, 40), (50, 40), (50, 20)]


def away(row, column):
    """Distance of each pixel from a place, in px."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.hypot(rows - row, columns - column)


@pytest.fixture
def fake():
    return FakeCompute(
        probability=lambda micrograph, *_asked: np.clip(
            1 - away(60, 80)[: micrograph.shape[0], : micrograph.shape[1]] / 60, 0, 1
        ).astype(np.float32)
    )


@pytest.fixture
def session(fake, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["otsu"]
    pixels = 100 - 60.0 * (away(60, 80) < 30) + 0.01 * away(0, 0)
    made.show(Micrograph(pixels.astype(np.float32), 0.05, "disc"))
    rest(fake)
    yield made
    made.label.wait()


@pytest.fixture
def label(session):
    return session.label


@pytest.fixture
def empty(fake, tmp_path):
    """The label of a page on which no micrograph is open."""
    return Session(data=DataFolder(tmp_path), compute=fake).label


def pixels_of(region):
    drawn = np.zeros(SHAPE, bool)
    drawn[region.rows, region.columns] = region.mask
    return drawn


def test_a_path_is_as_wide_as_the_brush_and_what_it_draws_is_what_is_chosen(label):
    path = [(30, 30), (30, 90)]
    label.brush_px, label.value = 7, 2
    label.paint(path)
    assert (label.values == 2 * pixels_of(brush(SHAPE, path, 7))).all()
    assert (label.values[27:34, 60] == 2).all()
    assert (label.values[[26, 34], 60] == 0).all()
    label.paint([(100, 30)], size_px=3, value=1)
    assert (label.values == 1).sum() == pixels_of(brush(SHAPE, [(100, 30)], 3)).sum()
    assert (label.brush_px, label.value) == (7, 2)


def test_the_eraser_takes_away_whatever_is_chosen(label):
    label.enclose(SQUARE)
    label.value = 2
    label.erase([(30, 30)], size_px=5)
    gone = pixels_of(brush(SHAPE, [(30, 30)], 5))
    assert (label.values == (pixels_of(polygon(SHAPE, SQUARE)) & ~gone)).all()


@pytest.mark.parametrize("tool", ["brush", "eraser", "lasso", "polygon"])
def test_a_tool_of_the_page_draws_and_returns_the_box_it_lies_in(label, tool):
    label.replace(np.full(SHAPE, 2, np.uint8))
    value = 0 if tool == "eraser" else 1
    rows, columns = label.draw(tool, SQUARE, 9, value)
    shape = brush(SHAPE, SQUARE, 9) if tool in ("brush", "eraser") else polygon(SHAPE, SQUARE)
    assert (rows, columns) == (shape.rows, shape.columns)
    assert (label.values == np.where(pixels_of(shape), value, 2)).all()


@pytest.mark.parametrize(
    ("tool", "points", "size_px"),
    [
        ("spray", SQUARE, 9),
        ("flood", SQUARE, 9),
        ("brush", [], 9),
        ("brush", SQUARE, 0),
        ("brush", SQUARE, LARGEST_BRUSH_PX + 1),
    ],
)
def test_a_stroke_that_makes_no_sense_is_refused_and_draws_nothing(label, tool, points, size_px):
    with pytest.raises(WorkbenchError, match=f"no stroke of {len(points)} points with the tool '{tool}'"):
        label.draw(tool, points, size_px, 1)
    assert not label.values.any()


@pytest.mark.parametrize("value", [-1, 3, 255])
def test_a_label_is_0_1_or_2(label, value):
    for act in (
        lambda: label.paint([(9, 9)], value=value),
        lambda: label.draw("lasso", SQUARE, 9, value),
        lambda: label.fill(polygon(SHAPE, SQUARE), value),
    ):
        with pytest.raises(WorkbenchError, match=rf"0, 1 or 2 .*not {value}"):
            act()
    assert not label.values.any()


def test_a_stroke_that_has_a_name_is_told_once_it_is_drawn(label, monkeypatch):
    told = []
    monkeypatch.setattr(label, "_on_stroke", told.append)
    label.draw("brush", SQUARE, 9, 1, "first")
    label.draw("brush", SQUARE, 9, 1, "again")  # which changes no pixel
    label.draw("brush", SQUARE, 9, 1)
    assert told == ["first", "again"]


def test_each_stroke_is_taken_back_and_made_again_and_what_changes_nothing_is_no_stroke(label):
    seen = [label.values.copy()]
    for act in (
        lambda: label.paint([(9, 9)], 5),
        lambda: label.enclose(SQUARE, 2),
        lambda: label.replace(np.ones(SHAPE, np.uint8)),
    ):
        act()
        seen.append(label.values.copy())
        act()
    for before in reversed(seen[:-1]):
        label.undo()
        assert (label.values == before).all()
    label.undo()  # nothing is left to take back
    for after in seen[1:]:
        label.redo()
        assert (label.values == after).all()
    label.redo()
    assert (label.values == seen[-1]).all()


def test_a_region_is_filled_in_one_step(label):
    region = polygon(SHAPE, SQUARE)
    label.fill(region, 2)
    assert (label.values == 2 * pixels_of(region)).all()
    label.undo()
    assert not label.values.any()


# -- flood


def test_a_flood_of_grey_takes_what_is_within_the_tolerance(label):
    label.flood(60, 80, source="grey")
    taken = label.values == 1
    assert taken[away(60, 80) < 26].all()
    assert not taken[away(60, 80) > 34].any()
    label.undo()
    label.tolerance = 100.0  # of all the contrast that there is
    label.flood(60, 80)  # by grey, where nothing is chosen
    assert (label.values == 1).all()


def test_a_flood_of_a_network_follows_its_threshold_and_fills_as_what_is_chosen(session, label):
    label.source, label.value = "otsu", 2
    session.set_threshold("otsu", 0.75)
    label.flood(60, 80)
    assert (label.values == 2 * (away(60, 80) < 15)).all()
    with pytest.raises(WorkbenchError, match="at row 2, column 3 otsu is not above its threshold"):
        label.flood(2, 3)
    assert (label.values == 2 * (away(60, 80) < 15)).all()


def test_a_network_that_has_not_answered_to_what_is_set_is_not_flooded(session, label, fake):
    with pytest.raises(WorkbenchError, match=r"Lattice band-pass .* has not answered yet"):
        label.flood(60, 80, source="bandpass")
    session.selected = ["unet"]
    rest(fake)
    label.flood(60, 80, source="unet")
    drawn = label.values.copy()
    session.dilation_cache.set("unet", 4)  # what the pane shows is not of this
    with pytest.raises(WorkbenchError, match="U-Net has not answered yet to what is set"):
        label.flood(60, 80, source="unet")
    assert (label.values == drawn).all()


# -- the whole of it


def test_the_mask_of_a_network_is_taken_as_it_is_set_and_in_one_step(session, label, fake):
    label.enclose(SQUARE, 2)
    drawn = label.values.copy()
    session.set_threshold("otsu", 0.75)
    with pytest.raises(WorkbenchError, match="has no mask yet that is of what is set"):
        label.accept("otsu")
    rest(fake)
    label.accept("otsu")
    assert (label.values == session.postprocessed["otsu"].mask).all()
    assert (label.values == (away(60, 80) < 15)).all()
    label.undo()
    assert (label.values == drawn).all()
    with pytest.raises(WorkbenchError, match="has no mask yet"):
        label.accept("bandpass")


@pytest.mark.parametrize("values", [np.zeros((8, 8), np.uint8), np.full(SHAPE, 3, np.uint8)])
def test_values_of_another_shape_or_kind_are_refused(label, values):
    with pytest.raises(DatasetError, match=r"shape \(120, 160\) and values 0, 1 and 2"):
        label.replace(values)
    assert not label.values.any()


def test_without_a_micrograph_nothing_is_drawn_and_a_flood_says_so(empty):
    empty.paint([(9, 9)])
    empty.enclose(SQUARE)
    empty.replace(np.ones(SHAPE, np.uint8))
    empty.undo()
    empty.redo()
    assert empty.draw("brush", SQUARE, 9, 1) is None
    assert empty.values is None
    for source in ("grey", "otsu"):
        with pytest.raises(WorkbenchError, match="No micrograph is open"):
            empty.flood(9, 9, source=source)
