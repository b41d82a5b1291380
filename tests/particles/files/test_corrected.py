"""Particles that were corrected elsewhere come back for their micrograph, or one sentence says why not."""

import json
import zipfile

import numpy as np
import pytest
import roifile
import tifffile
from PIL import Image

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.correction import correct
from workbench.particles.files.corrected import read_particles
from workbench.particles.files.writing import write_particles


@pytest.mark.parametrize("name", ["l.tif", "o.zip", "c.json"])
def test_files_of_ours_come_back_with_what_changed(scene, tmp_path, name):
    now = scene.labels.copy()
    now[now == 5] = 0
    now[45:49, 50:54] = 44
    write_particles(tmp_path / name, now, scene.micrograph)
    found = read_particles(tmp_path / name, scene.micrograph, former=scene.labels)
    assert np.array_equal(found.labels, now)
    assert (found.changes.new, found.changes.gone, found.changes.changed) == ([44], [5], [])
    assert found.changes.unchanged == [1, 2, 17, 300]
    assert found.notes == []


@pytest.mark.parametrize("name", ["l.tif", "o.zip", "c.json"])
def test_a_file_of_another_micrograph_is_refused(scene, tmp_path, name):
    write_particles(tmp_path / name, scene.labels, scene.micrograph)
    other = Micrograph(scene.micrograph.pixels + 1, 0.25, "other")
    with pytest.raises(
        WorkbenchError, match=rf"{name} belongs to another micrograph \(scene\), not to other"
    ):
        read_particles(tmp_path / name, other)


@pytest.mark.parametrize("name", ["l.tif", "l.png", "l.npy", "c.json"])
def test_a_file_of_another_size_is_refused(scene, tmp_path, name):
    smaller = scene.labels[:, :-1].astype(np.uint16)
    if name == "c.json":
        write_particles(tmp_path / name, smaller, Micrograph(np.zeros(smaller.shape)))
    elif name.endswith("npy"):
        np.save(tmp_path / name, smaller)
    elif name.endswith("tif"):
        tifffile.imwrite(tmp_path / name, smaller)
    else:
        Image.fromarray(smaller.astype(np.uint8)).save(tmp_path / name)
    with pytest.raises(WorkbenchError, match=rf"{name} has 89 x 60 px, but scene has 90 x 60 px"):
        read_particles(tmp_path / name, scene.micrograph)


def test_label_images_of_others_are_taken_with_a_word(scene, tmp_path):
    smooth = np.where(np.isin(scene.labels, [1, 2, 300]), scene.labels, 0)
    smooth[58, 70] = 0
    Image.fromarray(smooth.astype(np.uint8)).save(tmp_path / "l.png")
    np.save(tmp_path / "l.npy", scene.labels)
    tifffile.imwrite(tmp_path / "l.tif", smooth.astype(np.uint16))
    for name in ("l.png", "l.npy", "l.tif"):
        found = read_particles(tmp_path / name, scene.micrograph)
        assert np.array_equal(found.labels, scene.labels if name == "l.npy" else smooth)
        assert found.notes[-1] == f"{name} does not say which micrograph it belongs to: taken for scene"


@pytest.mark.parametrize("name", ["m.tif", "m.npy"])
def test_a_mask_is_numbered_and_its_particles_have_their_former_numbers(scene, tmp_path, name):
    mask = np.isin(scene.labels, [1, 2, 300])
    if name == "m.npy":
        np.save(tmp_path / name, mask)
    else:
        tifffile.imwrite(tmp_path / name, mask.astype(np.uint8) * 255)
    found = read_particles(tmp_path / name, scene.micrograph, former=scene.labels)
    assert np.array_equal(found.labels, np.where(mask, scene.labels, 0))
    assert any("is a mask: its connected pieces are the particles" in note for note in found.notes)
    assert found.changes.gone == [5, 17]


def test_a_label_image_that_imagej_made_a_mask_of_is_a_mask(scene, tmp_path):
    """ImageJ keeps the record of the label image when it converts and saves it."""
    known = json.dumps({"made_by": "HRTEM Workbench 0.1.0, labels", "pixels_sha256": scene.micrograph.sha256})
    mask = np.isin(scene.labels, [1, 2]).astype(np.uint8) * 255
    tifffile.imwrite(tmp_path / "m.tif", mask, imagej=True, metadata={"Info": known})
    found = read_particles(tmp_path / "m.tif", scene.micrograph, former=scene.labels)
    assert found.changes.unchanged == [1, 2]


def test_those_left_out_are_told_by_the_numbers_that_they_have_now(scene, tmp_path):
    renumbered = np.where(scene.labels > 0, scene.labels + 7, 0)
    table = scene.table.assign(label=scene.table.label + 7)
    write_particles(tmp_path / "o.zip", renumbered, scene.micrograph, table)
    found = read_particles(tmp_path / "o.zip", scene.micrograph, former=scene.labels)
    assert np.array_equal(found.labels, scene.labels)
    assert found.left_out == {17: "edge"}
    assert found.changes.former == {number: number for number in (1, 2, 5, 17, 300)}


def test_outlines_that_overlap_are_read_with_a_word(scene, tmp_path):
    corners = np.array([[2, 2], [30, 2], [30, 30], [2, 30]])
    rois = [
        roifile.ImagejRoi.frompoints(corners, name="0001"),
        roifile.ImagejRoi.frompoints(corners // 2, name="0002"),
    ]
    roifile.roiwrite(tmp_path / "o.zip", rois)
    found = read_particles(tmp_path / "o.zip", scene.micrograph)
    assert np.count_nonzero(found.labels == 2) == 14 * 14
    assert any("the smaller one has the pixels" in note for note in found.notes)


@pytest.mark.parametrize("name", ["l.tif", "l.npy", "o.zip", "c.json"])
def test_a_file_without_a_particle_is_refused(scene, tmp_path, name):
    nothing = np.zeros_like(scene.labels)
    if name == "l.npy":
        np.save(tmp_path / name, nothing)
    elif name == "o.zip":
        outside = roifile.ImagejRoi.frompoints(np.array([[200, 200], [210, 200], [210, 210]]))
        roifile.roiwrite(tmp_path / name, [outside])
    else:
        write_particles(tmp_path / name, nothing, scene.micrograph)
    with pytest.raises(WorkbenchError, match=rf"{name} holds no particle in scene"):
        read_particles(tmp_path / name, scene.micrograph)


@pytest.mark.parametrize("name", ["l.tif", "l.npy", "o.zip", "c.json"])
def test_a_file_that_is_not_there_is_said(scene, tmp_path, name):
    with pytest.raises(WorkbenchError, match=r"does not exist; check the name\."):
        read_particles(tmp_path / name, scene.micrograph)


def test_an_array_with_code_in_it_is_not_opened(scene, tmp_path):
    np.save(tmp_path / "l.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(WorkbenchError, match="no array that can be read"):
        read_particles(tmp_path / "l.npy", scene.micrograph)


def test_a_zip_under_another_name_is_one(scene, tmp_path):
    write_particles(tmp_path / "o.zip", scene.labels, scene.micrograph)
    (tmp_path / "o.zip").rename(tmp_path / "RoiSet")
    assert np.array_equal(read_particles(tmp_path / "RoiSet", scene.micrograph).labels, scene.labels)


@pytest.mark.parametrize("name", ["l.tif", "o.zip", "c.json"])
def test_what_is_read_is_a_correction_that_puts_it_in_the_place_of_others(scene, tmp_path, name):
    write_particles(tmp_path / name, scene.labels, scene.micrograph)
    correction = read_particles(tmp_path / name, scene.micrograph).correction
    assert correction.external.file == str(tmp_path / name)
    made = correct(np.zeros_like(scene.labels), [correction])
    assert np.array_equal(made.labels > 0, scene.labels > 0)
    assert made.labels.max() == len(np.unique(scene.labels)) - 1


def test_of_what_a_file_leaves_out_only_what_a_hand_left_out_stays_out(scene, tmp_path):
    table = scene.table.assign(
        included=[True, False, False, False, True], left_out=["", "hand", "edge", "", ""]
    )
    write_particles(tmp_path / "o.zip", scene.labels, scene.micrograph, table)
    found = read_particles(tmp_path / "o.zip", scene.micrograph)
    listed = table["label"].tolist()
    assert found.left_out == {listed[1]: "hand", listed[2]: "edge", listed[3]: ""}
    assert found.correction.external.out == tuple(sorted([listed[1], listed[3]]))


def test_a_file_says_how_many_of_its_outlines_lie_outside(scene, tmp_path):
    square = [[500, 2], [509, 2], [509, 9], [500, 9]]
    write_particles(tmp_path / "o.zip", scene.labels, scene.micrograph)
    assert read_particles(tmp_path / "o.zip", scene.micrograph).outside == 0
    with zipfile.ZipFile(tmp_path / "o.zip", "a") as archive:
        archive.writestr("0900.roi", roifile.ImagejRoi.frompoints(square).tobytes())
    assert read_particles(tmp_path / "o.zip", scene.micrograph).outside == 1
