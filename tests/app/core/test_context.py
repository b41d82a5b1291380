"""What a subject may use of the page."""

import json

import numpy as np
import pytest
from waiting import wait_for

from workbench.app.core.context import Context, Subject, stopped
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.micrographs.writing import write_tiff


class Heard(Subject):
    """A subject that says when it begins, and whether the others are there by then."""

    def __init__(self, page):
        super().__init__(page)
        self.page, self.there = page, None

    def begin(self):
        self.there = [type(one).__name__ for one in self.page.subjects]


def test_every_subject_is_there_before_the_first_begins(fake, tmp_path):
    class First(Heard):
        key = "first"

    class Last(Heard):
        key = "last"

    page = Context(DataFolder(tmp_path), fake)
    page.make([First, Last])
    assert page.first.there == page.last.there == ["First", "Last"]
    assert page.subject(Last) is page.last


def test_a_part_goes_on_only_where_something_ran():
    class Part:
        busy, went_on = False, 0

        def stop(self):
            self.busy = False

        def go_on(self):
            self.went_on += 1

    part = Part()
    assert stopped(part) is None
    part.busy = True
    again = stopped(part)
    assert not part.busy
    again()
    assert part.went_on == 1


def test_changes_of_one_gesture_are_one_step_of_undo(session):
    before = session.fill_holes, session.split_touching
    with session.gesture():
        session.fill_holes, session.split_touching = True, True
    session.undo()
    assert (session.fill_holes, session.split_touching) == before


def test_the_smallest_area_is_kept_as_it_was_typed_whatever_is_opened(session, fake, tmp_path):
    for name, size in (("a", None), ("b", 0.1), ("c", 3372.0)):
        write_tiff(tmp_path / f"{name}.tif", np.eye(64, dtype=np.float32), size)
    session.open_file("b.tif").join()
    session.set_min_area(1.0)
    for name, argument in (("a", 0.0), ("c", 1.0), ("b", 1.0)):
        session.open_file(f"{name}.tif").join()
        assert (session.min_area, session.min_area_unit) == (1.0, "nm2")
        assert session.settings("otsu").min_area_nm2 == argument
    session.open_file("a.tif").join()
    session.set_min_area(30)
    assert session.min_area_unit == "px2"
    session.set_nm_per_px(0.05)
    assert (session.min_area, session.min_area_unit) == (30, "px2")
    assert session.settings("otsu").min_area_nm2 == pytest.approx(30 * 0.05**2)
    session.undo()  # the pixel size
    session.undo()
    assert (session.min_area, session.min_area_unit) == (1.0, "nm2")
    session.redo()
    session.redo()
    session.open_file("b.tif").join()
    assert session.settings("otsu").min_area_nm2 == pytest.approx(30 * 0.1**2)
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.open_sample("easy")
    other.restore(parse_session(session.state().model_dump_json()))
    wait_for(lambda: other.micrograph.name == session.micrograph.name)
    assert (other.min_area, other.min_area_unit) == (30, "px2")


def test_area_and_unit_are_shown_together(session):
    seen = []
    session.observe(
        lambda _change: seen.append((session.min_area, session.min_area_unit)),
        names=["min_area", "min_area_unit"],
    )
    session.set_min_area(30, "px2")
    assert set(seen) == {(30, "px2")}


@pytest.mark.parametrize(("size", "unit"), [(None, "px2"), (0.1, "nm2")])
def test_the_smallest_area_of_an_older_session_has_the_unit_of_its_micrograph(session, tmp_path, size, unit):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), size)
    write_tiff(tmp_path / "b.tif", np.eye(64, dtype=np.float32), 0.3)
    origin = {"kind": "file", "path": str(tmp_path / "a.tif")}
    session.restore(parse_session(json.dumps({"format": 1, "origin": origin, "min_area_nm2": 7.0})))
    wait_for(lambda: session.micrograph is not None and session.micrograph.name == "a")
    assert (session.min_area, session.min_area_unit) == (7.0, unit)
    session.open_file("b.tif").join()
    assert (session.min_area, session.min_area_unit) == (7.0, unit)


def test_a_pixel_size_that_no_network_knows_is_doubted_by_name(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), 0.03)
    session.open_file("a.tif").join()
    session.selected = ["unet", "otsu"]
    assert session.scale_warnings() == []
    session.set_nm_per_px(2.0)
    (warning,) = session.scale_warnings()
    assert "U-Net" in warning
    assert "2 nm/px" in warning
