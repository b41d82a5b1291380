"""What is burnt into a picture is left out of what a page shows, and a click takes it back."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from PIL import Image, ImageDraw, ImageFont
from waiting import wait_for

from workbench.app.core.burnt_in import missing_said, rows_beside_bars
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_file import Origin
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.marks import Mark, said
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph

SHAPE = (200, 240)


@pytest.fixture
def session(tmp_path):
    pixels = np.random.default_rng(0).normal(130, 12, SHAPE).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 170, 240, 200), fill=0)
    draw.text((10, 176), "200 kV 50 kx", fill=255, font=ImageFont.load_default(14))
    draw.rectangle((20, 20, 90, 25), fill=255)
    image.save(tmp_path / "picture.png")
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    made.open_file("picture.png").join()
    return made


def jobs(session):
    return session.compute.waiting("segment", "otsu")


def test_a_picture_is_opened_with_its_marks_left_out(session):
    kinds = [mark.kind for mark in session.micrograph.left_out]
    assert kinds == ["scale bar", "data bar"]
    assert said(session.micrograph.left_out) == "scale bar, data bar"
    (job,) = jobs(session)
    assert job.arguments[0].left_out == session.micrograph.left_out
    assert "with_marks" not in script(session)


def test_a_click_counts_them_as_specimen_and_another_takes_that_back(session):
    (early,) = jobs(session)
    session.leave_out_marks(False)
    assert session.micrograph.left_out == ()
    early.answer(early.segmentation())  # of the picture without its marks
    assert session.segmentations == {}
    assert jobs(session)[0].arguments[0].left_out == ()
    assert "m = m.with_marks(())" in script(session)
    other = Session(data=session.data, compute=FakeCompute())
    other.restore(parse_session(session.state().model_dump_json()))
    wait_for(lambda: other.micrograph is not None)
    assert other.micrograph.left_out == ()
    session.leave_out_marks()
    assert len(session.micrograph.left_out) == 2


def test_a_data_bar_is_cut_off_and_comes_back(session):
    rows = rows_beside_bars(session.micrograph)
    assert rows is not None
    assert rows[0] == 0
    session.opening.again(session.origin.model_copy(update={"rows": rows}))
    wait_for(lambda: session.micrograph.shape[0] == rows[1])
    assert session.origin.rows == rows
    assert [mark.kind for mark in session.micrograph.left_out] == ["scale bar"]
    assert f"m = m.cropped(0, {rows[1]})" in script(session)
    session.show_rows(None)
    wait_for(lambda: session.micrograph.shape == SHAPE)


def test_rows_that_are_not_there_are_refused():
    with pytest.raises(WorkbenchError, match="200 rows"):
        Micrograph(np.zeros(SHAPE, np.float32)).cropped(0, 201)
    with pytest.raises(ValueError, match="end before they begin"):
        Origin(kind="sample", path="easy", rows=(10, 10))


def test_given_marks_stay_with_their_rows():
    marks = (Mark("text", 10, 20, 0, 5), Mark("data bar", 90, 100, 0, 100))
    cut = Micrograph(np.zeros((100, 100), np.float32), marks=marks).cropped(15, 90)
    assert cut.left_out == (Mark("text", 0, 5, 0, 5),)
    assert rows_beside_bars(Micrograph(np.zeros((100, 100), np.float32), marks=marks)) == (0, 90)
    assert rows_beside_bars(cut) is None


def test_how_many_pixels_have_no_value_is_said_of_a_micrograph_that_has_some(tmp_path):
    pixels = np.random.default_rng(0).normal(size=(50, 40)).astype(np.float32)
    np.save(tmp_path / "whole.npy", pixels)
    assert missing_said(open_micrograph(tmp_path / "whole.npy")) == ""
    pixels[3, 4] = np.nan
    np.save(tmp_path / "one.npy", pixels)
    assert missing_said(open_micrograph(tmp_path / "one.npy")).startswith(
        "one: 1 pixel has no value (0.05 %)"
    )
    pixels[10:13, 10:12] = np.inf
    np.save(tmp_path / "torn.npy", pixels)
    assert missing_said(open_micrograph(tmp_path / "torn.npy")).startswith("torn: 7 pixels have no value")
