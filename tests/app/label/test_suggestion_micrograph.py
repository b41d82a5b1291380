"""The micrograph of a suggestion: opened on the page, or read again for its picture."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.opening import Opening
from workbench.app.core.session_file import Origin
from workbench.app.label.suggestion import Suggestion
from workbench.app.label.suggestion_micrograph import micrographs_in, read_micrograph, show_micrograph
from workbench.app.session import Session
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff
from workbench.segmentation.active_learning import UncertainRegion

REGION = UncertainRegion(0, 0, 8, 8, (0.5,), 0.0, 0.0)
PIXELS = np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32)


@pytest.fixture
def session(tmp_path):
    for number, name in enumerate("ab"):
        write_tiff(tmp_path / f"{name}.tif", PIXELS + number, 0.05)
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = []
    made.open_file("a.tif").join()
    return made


def suggestion(path, sha256=None):
    micrograph = open_micrograph(path)
    origin = Origin(kind="file", path=str(path))
    return Suggestion(micrograph.name, sha256 or micrograph.sha256, origin, REGION, "", b"")


def click(session):
    return session.subject(Opening).click()


def test_what_the_workbench_wrote_beside_a_micrograph_is_none(tmp_path):
    for name in (
        "a.tif",
        "b.dm3",
        "a.unet.mask.tif",
        "a.truth.png",
        "a.unet.labels.tif",
        "a.unet.probability.tif",
    ):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder").mkdir()
    assert [path.name for path in micrographs_in(DataFolder(tmp_path), "")] == ["a.tif", "b.dm3"]


def test_the_micrograph_of_a_suggestion_is_opened_where_another_one_is(session, tmp_path):
    assert show_micrograph(session, suggestion(tmp_path / "b.tif"), click(session))
    assert session.micrograph.name == "b"


def test_what_is_open_already_is_not_read_again(session, tmp_path):
    before = session.micrograph
    wanted = suggestion(tmp_path / "a.tif")
    (tmp_path / "a.tif").unlink()
    assert show_micrograph(session, wanted, click(session))
    assert session.micrograph is before


def test_a_pixel_size_that_was_typed_since_counts(session, tmp_path):
    session.open_file("b.tif").join()
    session.set_nm_per_px(0.07)
    session.open_file("a.tif").join()
    assert show_micrograph(session, suggestion(tmp_path / "b.tif"), click(session))
    assert session.micrograph.nm_per_px == 0.07


def test_a_file_that_holds_other_pixels_now_is_said(session, tmp_path):
    assert not show_micrograph(session, suggestion(tmp_path / "b.tif", sha256="other"), click(session))
    assert session.message == "b is not what it was when it was looked at; open it and look again."


def test_what_was_clicked_since_stays(session, tmp_path):
    early = click(session)
    click(session)
    assert not show_micrograph(session, suggestion(tmp_path / "b.tif"), early)
    assert session.micrograph.name == "a"
    assert session.message == ""


def test_a_micrograph_is_read_without_being_shown(session, tmp_path):
    assert read_micrograph(session, Origin(kind="file", path=str(tmp_path / "b.tif"))).name == "b"
    assert read_micrograph(session, Origin(kind="sample", path="easy")).name == "easy"
    part = read_micrograph(session, Origin(kind="file", path=str(tmp_path / "b.tif"), rows=(4, 16)))
    assert (part.pixels == PIXELS[4:16] + 1).all()
    assert session.micrograph.name == "a"


def test_what_cannot_be_read_or_lies_outside_is_none(session, tmp_path):
    assert read_micrograph(session, Origin(kind="file", path=str(tmp_path / "gone.tif"))) is None
    assert read_micrograph(session, Origin(kind="file", path="/etc/hostname")) is None
