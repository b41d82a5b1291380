"""A pixel size that a person typed counts here, comes back with its file, and is there for others."""

import json

import numpy as np
import pytest
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.core.typed_sizes import TypedSizes
from workbench.app.session import Session
from workbench.errors import MicrographError
from workbench.micrographs.writing import write_tiff


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


def kept(folder):
    """What stands beside the data."""
    return {
        name: size["nm_per_px"]
        for name, size in json.loads((folder / "pixel-sizes.json").read_text())["sizes"].items()
    }


def test_a_pixel_size_that_was_typed_or_measured_is_taken_back_and_made_again(session, tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(64, dtype=np.float32), 0.03)
    session.open_file("a.tif").join()
    session.set_nm_per_px(0.05)
    session.set_threshold("otsu", 0.7)
    session.subject(TypedSizes).set(0.25, "50 nm over 200 px")
    session.undo()
    assert (session.micrograph.nm_per_px, session.origin.scale_bar, kept(tmp_path)) == (
        0.05,
        "",
        {"a.tif": 0.05},
    )
    session.undo()
    assert (session.threshold("otsu"), session.micrograph.nm_per_px) == (0.5, 0.05)
    session.undo()
    assert (session.micrograph.nm_per_px, session.origin.nm_per_px, kept(tmp_path)) == (0.03, None, {})
    for _ in range(3):
        session.redo()
    assert (session.micrograph.nm_per_px, session.origin.scale_bar) == (0.25, "50 nm over 200 px")
    assert kept(tmp_path) == {"a.tif": 0.25}
    session.set_nm_per_px(None)
    session.undo()
    assert (session.micrograph.nm_per_px, session.origin.size_unknown) == (0.25, False)


def test_the_pixel_size_of_another_micrograph_is_no_step_of_this_one(session, tmp_path):
    for name in ("a", "b"):
        write_tiff(tmp_path / f"{name}.tif", np.eye(64, dtype=np.float32), None)
    session.open_file("a.tif").join()
    session.gamma = 2.0
    session.set_nm_per_px(0.05)
    session.open_file("b.tif").join()
    session.undo()
    assert (session.micrograph.nm_per_px, session.gamma) == (None, 1.0)
    session.redo()
    assert (session.micrograph.nm_per_px, session.gamma, session.can_redo) == (None, 2.0, False)
    assert kept(tmp_path) == {"a.tif": 0.05}
