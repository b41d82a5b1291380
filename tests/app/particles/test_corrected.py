"""Particles that were corrected elsewhere become those of the page; what does not fit changes nothing."""

import numpy as np
import pytest
import roifile
import tifffile
from seen_discs import PLACES, SHAPE, micrograph_of, page_of

import workbench as wb
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.particles import corrected as module
from workbench.app.particles.corrected import files_beside, on_disk
from workbench.app.particles.files import made
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import read_record
from workbench.micrographs.writing import write_tiff


def without_left_and_with_a_new_one(particles) -> np.ndarray:
    """What somebody made of the label image elsewhere: a disc gone, a square new."""
    labels = particles.found.labels.copy()
    labels[labels == labels[PLACES["left"]]] = 0
    labels[170:190, 20:60] = 900
    return labels


@pytest.fixture
def file(looked_at, particles, session, tmp_path):
    """The label image of the page, changed elsewhere."""
    path = tmp_path / "corrected.tif"
    wb.write_particles(path, without_left_and_with_a_new_one(particles), session.micrograph)
    return path


def test_they_take_the_place_of_those_of_the_network_and_it_is_said_what_changed(
    looked_at, particles, session, file
):
    said = particles.read_corrected(file, "corrected.tif")
    looked_at.counted()
    assert said.startswith("corrected.tif: 5 unchanged, 1 new (particle 900), 1 gone (particle ")
    assert looked_at.number("left") == 0
    square = int(particles.found.labels[180, 40])
    table = particles.found.table.set_index("label")
    assert table["area_nm2"][square] == pytest.approx(8.0)
    assert table["by_hand"].tolist() == [number == square for number in table.index]
    assert particles.count.total == 6


def test_undo_takes_them_back_in_one_step(looked_at, particles, session, file):
    before = particles.found.labels.copy()
    particles.read_corrected(file)
    looked_at.counted()
    session.undo()
    looked_at.counted()
    assert np.array_equal(particles.found.labels, before)
    session.redo()
    looked_at.counted()
    assert looked_at.number("left") == 0


def test_a_hand_goes_on_with_them(looked_at, particles, file):
    particles.read_corrected(file)
    looked_at.counted()
    particles.correct("cut", [(165, 40), (195, 40)])
    looked_at.counted()
    assert particles.found.labels[180, 30] != particles.found.labels[180, 50]


def test_they_stay_when_the_threshold_moves_and_no_band_says_that_it_matters(
    looked_at, particles, session, file
):
    particles.read_corrected(file)
    looked_at.counted()
    before = particles.found.labels.copy()
    session.set_threshold("unet", 0.8)
    looked_at.rest()
    assert np.array_equal(particles.found.labels, before)
    particles.compares = True
    looked_at.rest()
    assert particles.band is not None
    assert "threshold" in particles.budget().to_dict()["without"]
    particles.clear_corrections()
    looked_at.rest()
    assert "threshold" not in particles.budget().to_dict()["without"]


def test_they_are_kept_with_the_session_without_the_file(looked_at, particles, session, file, tmp_path):
    particles.read_corrected(file)
    looked_at.counted()
    text = session.state().model_dump_json()
    file.unlink()
    other = page_of(tmp_path)
    other.session.restore(parse_session(text))
    other.session.show(micrograph_of())
    other.particles.active = True
    other.rest()
    assert np.array_equal(other.particles.found.labels, particles.found.labels)
    assert other.particles.found.table.equals(particles.found.table)


def test_every_file_says_in_which_one_they_were_corrected(looked_at, particles, session, file, tmp_path):
    particles.read_corrected(file, "corrected.tif")
    looked_at.counted()
    assert "corrected elsewhere in corrected.tif" in made(session, "report")[1].decode()
    assert '"corrected.tif"' in made(session, "COCO")[1].decode()
    assert b'"corrected.tif"' in made(session, "ImageJ ROI")[1]
    (tmp_path / "again.tif").write_bytes(made(session, "labels")[1])
    ((kind, said),) = read_record(tmp_path / "again.tif")["corrections"]
    assert (kind, said["file"], said["particles"]) == ("replace", "corrected.tif", 6)


def test_outlines_and_data_sets_come_in_as_well(looked_at, particles, session, tmp_path):
    labels = without_left_and_with_a_new_one(particles)
    for name in ("corrected.zip", "corrected.json"):
        wb.write_particles(tmp_path / name, labels, session.micrograph)
        said = particles.read_corrected(tmp_path / name, name)
        looked_at.counted()
        assert said.startswith(f"{name}: 5 unchanged, 1 new (particle 900), 1 gone")
        assert looked_at.number("left") == 0
        particles.clear_corrections()
        looked_at.counted()


def test_what_the_file_says_is_left_out_by_hand_stays_out(looked_at, particles, session, tmp_path):
    particles.correct("out", [PLACES["left"]])
    looked_at.counted()
    (tmp_path / "o.zip").write_bytes(made(session, "ImageJ ROI")[1])
    particles.clear_corrections()
    looked_at.counted()
    particles.read_corrected(tmp_path / "o.zip")
    looked_at.counted()
    assert looked_at.why_none() == {"left": "hand", "edge": "edge"}


def test_the_same_particles_are_no_correction(looked_at, particles, session, tmp_path):
    (tmp_path / "same.tif").write_bytes(made(session, "labels")[1])
    said = particles.read_corrected(tmp_path / "same.tif", "same.tif")
    assert said == "same.tif has the particles that are shown; nothing was changed."
    assert particles.corrections == {}


def roi_at(left: int, top: int) -> bytes:
    square = [[left, top], [left + 9, top], [left + 9, top + 9], [left, top + 9]]
    return roifile.ImagejRoi.frompoints(square).tobytes()


def write_wrong(folder, kind):
    """Write a file that does not fit, and return it."""
    path = folder / f"wrong.{'roi' if kind == 'outside' else 'tif'}"
    if kind == "shape":
        tifffile.imwrite(path, np.ones((SHAPE[0], SHAPE[1] - 1), np.uint16))
    elif kind == "nothing":
        path.write_bytes(b"")
    elif kind == "no particle":
        tifffile.imwrite(path, np.zeros(SHAPE, np.uint16))
    elif kind == "no picture":
        path.write_bytes(b"II*\0 and so on")
    elif kind == "outside":
        path.write_bytes(roi_at(5000, 20))
    else:
        wb.write_particles(path, np.eye(*SHAPE, dtype=np.int32), micrograph_of(seed=7))
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("shape", "wrong.tif has 239 x 200 px, but discs 0 has 240 x 200 px"),
        ("nothing", "wrong.tif is empty"),
        ("no particle", "wrong.tif holds no particle in discs 0"),
        ("no picture", "wrong.tif"),
        ("outside", "wrong.roi"),
        ("another micrograph", "wrong.tif belongs to another micrograph"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_one_sentence_and_changes_nothing(
    looked_at, particles, session, tmp_path, kind, said
):
    before = particles.found
    with pytest.raises(WorkbenchError, match=said) as refused:
        particles.read_corrected(write_wrong(tmp_path, kind))
    looked_at.counted()
    assert len(str(refused.value).splitlines()) == 1
    assert particles.corrections == {}
    assert particles.found is before
    assert not session.can_undo


def test_one_outline_outside_among_others_is_of_another_micrograph(looked_at, particles, session, tmp_path):
    import zipfile

    path = tmp_path / "some.zip"
    path.write_bytes(made(session, "ImageJ ROI")[1])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("0900.roi", roi_at(5000, 20))
    with pytest.raises(WorkbenchError, match=r"some.zip: 1 particle lies outside discs 0"):
        particles.read_corrected(path)
    assert particles.corrections == {}


def test_without_a_mask_of_what_is_set_nothing_is_read(looked_at, particles, session, file):
    session.set_threshold("unet", 0.8)
    with pytest.raises(WorkbenchError, match="wait for it"):
        particles.read_corrected(file)


def test_it_is_not_taken_for_what_is_shown_by_the_time_it_is_read(
    looked_at, particles, session, file, monkeypatch
):
    from workbench.app.particles import state

    def read_slowly(*asked):
        answer = module.read_corrected(*asked)
        session.show(micrograph_of(seed=1))
        return answer

    monkeypatch.setattr(state, "read_corrected", read_slowly)
    with pytest.raises(WorkbenchError, match="by now something else is shown"):
        particles.read_corrected(file)
    assert particles.corrections == {}


def test_more_files_than_a_browser_keeps_are_refused(looked_at, particles, file, monkeypatch):
    particles.read_corrected(file)
    looked_at.counted()
    before = particles.corrections
    monkeypatch.setattr(module, "MOST_TEXT", 300)
    labels = particles.found.labels.copy()
    labels[labels == labels[PLACES["right"]]] = 0
    np.save(file.with_suffix(".npy"), labels)
    with pytest.raises(WorkbenchError, match="keeps the particles of 1 files and has no room"):
        particles.read_corrected(file.with_suffix(".npy"))
    assert particles.corrections is before


def test_a_file_of_the_browser_is_gone_once_it_is_read_and_only_its_last_name_is_used():
    with on_disk("C:\\somewhere\\../my labels.tif", b"content") as (path, name):
        assert (name, path.suffix, path.read_bytes()) == ("my labels.tif", ".tif", b"content")
    assert not path.exists()


# -- beside the micrograph, and in a script


@pytest.fixture
def opened(tmp_path):
    """A page with a micrograph of the data folder."""
    page = page_of(tmp_path)
    micrograph = micrograph_of()
    write_tiff(tmp_path / "discs.tif", micrograph.pixels, micrograph.nm_per_px)
    page.session.open_file("discs.tif").join()
    page.particles.active = True
    page.rest()
    return page


def test_files_beside_the_micrograph_are_found_by_name_the_newest_first(opened, tmp_path):
    import os

    session: Session = opened.session
    assert files_beside(session) == []
    for age, ending in enumerate(["particles.tif", "rois.zip"]):
        path = tmp_path / f"discs.unet.{ending}"
        path.write_bytes(b"?")
        os.utime(path, (1e9 + age, 1e9 + age))
    (tmp_path / "discs.otsu.particles.tif").write_bytes(b"?")
    (tmp_path / "other.unet.particles.tif").write_bytes(b"?")
    assert [path.name for path in files_beside(session)] == [
        "discs.unet.rois.zip",
        "discs.unet.particles.tif",
    ]


def test_nothing_lies_beside_what_is_no_file(looked_at):
    assert files_beside(looked_at.session) == []


def test_the_script_reads_the_file_and_gets_the_same_particles(opened, tmp_path, monkeypatch):
    session, particles = opened.session, opened.particles
    labels = without_left_and_with_a_new_one(particles)
    wb.write_particles(tmp_path / "discs.unet.particles.zip", labels, session.micrograph)
    particles.read_corrected(tmp_path / "discs.unet.particles.zip", "discs.unet.particles.zip")
    opened.counted()
    written = script(session)
    assert "# discs.unet.particles.zip was corrected elsewhere: put it where this runs" in written
    (line,) = [line for line in written.splitlines() if line.startswith("found_unet = ")]
    monkeypatch.chdir(tmp_path)
    known = {"wb": wb, "m": session.micrograph, "unet": session.segmentations["unet"]}
    exec(line, known)
    assert np.array_equal(known["found_unet"].labels, particles.found.labels)
    assert known["found_unet"].table.equals(particles.found.table)
