"""The state of a page, without a browser."""

import json

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.core.uploads import keep
from workbench.app.export.script import script
from workbench.app.micrograph.panel import nanometres
from workbench.app.session import Session
from workbench.errors import MicrographError, WorkbenchError
from workbench.figures.figure import figure
from workbench.micrographs.writing import write_tiff

REAL = pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start


@pytest.fixture
def fake():
    return FakeCompute()


def session_on(worker, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=worker)
    made.selected = ["otsu"]
    return made


@pytest.fixture
def session(fake, tmp_path):
    return session_on(fake, tmp_path)


@REAL
def test_a_sample_is_segmented_tuned_and_scored(compute, tmp_path):
    session = session_on(compute, tmp_path)
    session.open_sample("easy")
    wait_for(lambda: "otsu" in session.postprocessed)
    assert session.segmentations["otsu"].probability.shape == session.micrograph.shape
    assert 0 <= session.postprocessed["otsu"].scores["dice_hard"] <= 1
    before = session.postprocessed["otsu"].mask.mean()
    session.set_threshold("otsu", 0.9)
    wait_for(lambda: session.postprocessed["otsu"].settings.threshold == 0.9)
    assert session.postprocessed["otsu"].mask.mean() < before


def test_undo_and_redo(session):
    session.open_sample("easy")
    session.set_threshold("otsu", 0.8)
    assert session.can_undo
    session.undo()
    assert session.threshold("otsu") == session.card("otsu").threshold
    session.redo()
    assert session.threshold("otsu") == 0.8


def test_a_file_opens_in_the_background_and_a_bad_one_says_why(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.random.default_rng(0).normal(size=(64, 80)).astype(np.float32), 0.03)
    (tmp_path / "bad.dm3").write_bytes(b"junk")
    session.open_file("a.tif").join()
    assert session.micrograph.shape == (64, 80)
    session.open_file("bad.dm3").join()
    assert "bad.dm3" in session.message
    assert session.micrograph.shape == (64, 80)


def test_a_thumbnail_before_the_image_does_not_open(session, tmp_path):
    image = np.random.default_rng(0).integers(0, 60000, (64, 80)).astype(np.uint16)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in (image[::8, ::8], image):
            writer.write(page, metadata=None, photometric="minisblack", contiguous=False)
    session.open_file("a.tif").join()
    assert (session.micrograph.shape, session.origin.signal) == ((64, 80), 1)
    assert "signal=1" in script(session)
    session.reopen(0, 0).join()
    assert session.micrograph.shape == (8, 10)
    assert "signal=0" in script(session)


def test_a_typed_pixel_size_takes_the_place_of_the_files(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), None)
    session.open_file("a.tif").join()
    session.set_nm_per_px(0.05)
    assert session.micrograph.nm_per_px == 0.05
    with pytest.raises(MicrographError, match="positive"):
        session.set_nm_per_px(-1)


def test_a_typed_pixel_size_comes_back_with_its_file_and_is_shared_where_a_person_says_so(
    session, fake, tmp_path
):
    for name, nm_per_px in (("a", None), ("b", None), ("c", 0.03)):
        write_tiff(tmp_path / f"{name}.tif", np.eye(64, dtype=np.float32), nm_per_px)

    def size_of(page: Session, name: str) -> float | None:
        page.open_file(f"{name}.tif").join()
        return page.micrograph.nm_per_px

    assert size_of(session, "a") is None
    session.set_nm_per_px(0.05)
    assert size_of(session, "b") is None
    assert size_of(session, "a") == 0.05
    session.share_pixel_size()
    assert size_of(session, "b") == 0.05
    assert size_of(session, "c") == 0.03  # it says so itself
    later = Session(data=DataFolder(tmp_path), compute=fake)
    later.restore(parse_session(session.state().model_dump_json()))
    wait_for(lambda: later.micrograph is not None and later.micrograph.name == session.micrograph.name)
    assert size_of(later, "a") == 0.05


def test_a_pixel_size_that_was_typed_is_there_for_whoever_opens_the_data(session, fake, tmp_path):
    (tmp_path / "day").mkdir()
    for name in ("a", "b"):
        write_tiff(tmp_path / "day" / f"{name}.tif", np.eye(64, dtype=np.float32), None)
    session.open_file("day/a.tif").join()
    session.set_nm_per_px(0.05)
    session.share_pixel_size()
    colleague = Session(data=DataFolder(tmp_path), compute=fake)  # another browser: nothing was saved there
    colleague.open_file("day/a.tif").join()
    assert colleague.micrograph.nm_per_px == 0.05
    colleague.set_nm_per_px(0.07)
    session.open_file("day/b.tif").join()
    assert session.micrograph.nm_per_px == 0.05
    session.open_file("day/a.tif").join()
    assert session.micrograph.nm_per_px == 0.07
    colleague.set_nm_per_px(None)
    session.open_file("day/a.tif").join()
    assert session.micrograph.nm_per_px == 0.05  # that of the folder


def test_a_session_that_was_saved_with_another_pixel_size_opens_with_it_and_says_so(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), None)
    session.open_file("a.tif").join()
    session.set_nm_per_px(0.05)
    saved = session.state()
    session.set_nm_per_px(0.07)
    session.restore(saved)
    wait_for(lambda: session.message)
    assert session.micrograph.nm_per_px == 0.05
    assert "beside the data stand 0.07 nm/px, typed" in session.message


def test_a_damaged_file_of_pixel_sizes_keeps_nothing_from_opening(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), None)
    (tmp_path / "pixel-sizes.json").write_text("{")
    session.open_file("a.tif").join()
    assert session.micrograph.name == "a"
    assert "damaged" in session.message
    session.set_nm_per_px(0.05)
    session.open_file("a.tif").join()
    assert session.micrograph.nm_per_px == 0.05  # for this page
    assert (tmp_path / "pixel-sizes.json").read_text() == "{"


def test_pixel_sizes_of_an_older_session_still_hold(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), None)
    path = str(tmp_path / "a.tif")
    session.restore(parse_session(json.dumps({"format": 1, "pixel_sizes": {path: 0.03}})))
    session.open_file("a.tif").join()
    assert session.micrograph.nm_per_px == 0.03


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
    session.undo()
    assert (session.min_area, session.min_area_unit) == (1.0, "nm2")
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


@pytest.mark.parametrize(
    ("typed", "nm"),
    [
        ("0.05", 0.05),
        ("0,05 nm/px", 0.05),
        ("0.5 Å", 0.05),
        ("50pm / px", 0.05),
        ("1e-2 µm", 10.0),
        (" ", None),
    ],
)
def test_a_length_is_read_as_people_write_it(typed, nm):
    assert nanometres(typed) == nm


@pytest.mark.parametrize("typed", ["abc", "0.05 inch", "1 2", "nm"])
def test_what_is_no_length_is_refused(typed):
    with pytest.raises(MicrographError, match="number of nanometres"):
        nanometres(typed)


def test_a_pixel_size_that_no_network_knows_is_doubted_by_name(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), 0.03)
    session.open_file("a.tif").join()
    session.selected = ["unet", "otsu"]
    assert session.scale_warnings() == []
    session.set_nm_per_px(2.0)
    (warning,) = session.scale_warnings()
    assert "U-Net" in warning
    assert "2 nm/px" in warning


def test_a_saved_session_is_restored(session, fake, tmp_path):
    session.open_sample("touching")
    session.selected = ["bandpass", "otsu"]
    session.set_threshold("otsu", 0.7)
    session.fill_holes, session.gamma = True, 1.4
    saved = session.state().model_dump_json()
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.restore(parse_session(saved))
    assert other.micrograph.name == session.micrograph.name
    assert other.selected == ["bandpass", "otsu"]
    assert (other.threshold("otsu"), other.fill_holes, other.gamma) == (0.7, True, 1.4)


@pytest.mark.parametrize("text", ["", "{", '{"format": 2}', '{"surprise": 1}', '{"view": {"gamma": -1}}'])
def test_a_session_file_that_is_wrong_is_refused(text):
    with pytest.raises(WorkbenchError, match="not a session"):
        parse_session(text)


@REAL
def test_the_script_makes_the_same_mask(compute, tmp_path, monkeypatch):
    session = session_on(compute, tmp_path)
    session.open_sample("easy")
    wait_for(lambda: "otsu" in session.postprocessed)
    session.set_threshold("otsu", 0.6)
    wait_for(lambda: session.postprocessed["otsu"].settings.threshold == 0.6)
    session.gamma, session.contrast = 0.5, [2.0, 98.0]
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(script(session), names)
    pane = figure(session.micrograph, contrast=(2, 98), gamma=0.5).axes[0].images[0]
    assert np.array_equal(names["figure"].axes[0].images[0].get_array(), pane.get_array())
    assert np.array_equal(names["mask_otsu"], session.postprocessed["otsu"].mask)
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    assert names["figure"].axes[1].get_title(loc="left").endswith("threshold 0.6")
    assert len((tmp_path / "particles_otsu.csv").read_text().splitlines()) == 1 + len(names["particles_otsu"])


def test_stop_leaves_what_is_finished(session, fake):
    session.selected = ["otsu", "unet"]
    session.open_sample("easy")
    fake.waiting("segment", "otsu")[0].run()
    fake.work("post_process")
    session.stop()
    assert not session.busy
    assert list(session.postprocessed) == ["otsu"]
    assert session.failures == {"unet": "stopped"}


def test_nothing_outside_the_data_folder_opens(tmp_path):
    inside, outside = tmp_path / "data", tmp_path / "secret"
    inside.mkdir()
    outside.mkdir()
    write_tiff(outside / "s.tif", np.eye(8, dtype=np.float32), 0.1)
    (inside / "link.tif").symlink_to(outside / "s.tif")
    (inside / "folder").symlink_to(outside)
    write_tiff(inside / "mine.tif", np.eye(8, dtype=np.float32), 0.1)
    folder = DataFolder(inside)
    assert [entry.name for entry in folder.entries()] == ["mine.tif"]
    for path in ("../secret/s.tif", str(outside / "s.tif"), "link.tif", "folder/s.tif", "..", "/etc/passwd"):
        with pytest.raises(MicrographError, match="outside"):
            folder.resolve(path)
    assert folder.resolve("mine.tif") == inside / "mine.tif"


def test_uploads_keep_their_name_and_nothing_of_its_path(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "uploads"))
    kept = keep("../../etc/p ass.tif", b"content")
    assert kept.name == "p ass.tif"
    assert kept.is_relative_to(tmp_path / "uploads")
    with pytest.raises(MicrographError, match="empty"):
        keep("a.tif", b"")

    class Large(bytes):
        def __len__(self):
            return 201 * 2**20

    with pytest.raises(MicrographError, match="200 MB"):
        keep("a.tif", Large())
