"""The state of a page, without a browser."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.micrograph.panel import nanometres
from workbench.app.session import Session
from workbench.errors import MicrographError
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


def test_a_session_moves_with_its_data_folder_to_another_machine(fake, tmp_path):
    here, there = tmp_path / "here" / "data", tmp_path / "there"
    for folder in (here, there):
        (folder / "day 1").mkdir(parents=True)
        write_tiff(folder / "day 1" / "a.tif", np.eye(16, dtype=np.float32), 0.05)
    first = Session(data=DataFolder(here), compute=fake)
    first.open_file("day 1/a.tif").join()
    assert Path(first.origin.path).is_absolute()
    saved = first.state().model_dump_json()
    assert '"day 1/a.tif"' in saved
    assert "here" not in saved
    second = Session(data=DataFolder(there), compute=fake)
    second.restore(parse_session(saved))
    wait_for(lambda: second.micrograph is not None)
    assert Path(second.origin.path) == there / "day 1" / "a.tif"
    assert second.micrograph.name == "a"


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
