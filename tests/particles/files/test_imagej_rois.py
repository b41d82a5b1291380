"""Outlines for ImageJ: each particle under its number, with its pixels; and what comes back."""

import json
import zipfile

import numpy as np
import pytest
import roifile
from imagej_roi_bytes import RECT, TRACED, decode
from particle_scenes import random_labels

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.files.imagej_rois import read_rois, write_rois


def polygon(corners, name):
    roi = roifile.ImagejRoi.frompoints(np.array(corners), name=name)
    roi.roitype = roifile.ROI_TYPE.POLYGON
    return roi


def test_each_particle_is_one_roi_named_by_its_number_and_traced_where_one_polygon_will_do(scene, tmp_path):
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph, scene.table)
    rois = roifile.roiread(tmp_path / "o.zip")
    assert [roi.name for roi in rois] == ["0001", "0002", "0005", "0017 left out, edge", "0300"]
    traced, composite = roifile.ROI_TYPE.TRACED, roifile.ROI_TYPE.RECT
    assert [roi.roitype for roi in rois] == [traced, composite, composite, composite, traced]
    assert [roi.group for roi in rois] == [0, 0, 0, 1, 0]
    assert rois[3].stroke_color != rois[0].stroke_color
    with zipfile.ZipFile(tmp_path / "o.zip") as archive:
        assert archive.namelist()[3] == "0017 left out, edge.roi"
        assert json.loads(archive.comment)["pixels_sha256"] == scene.micrograph.sha256


def test_the_bounds_are_those_of_the_pixels(scene, tmp_path):
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph)
    for roi, number in zip(roifile.roiread(tmp_path / "o.zip"), (1, 2, 5, 17, 300), strict=True):
        rows, columns = np.nonzero(scene.labels == number)
        bounds = (roi.top, roi.left, roi.bottom, roi.right)
        assert bounds == (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)


def test_what_was_written_is_read_again_pixel_for_pixel(scene, tmp_path):
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph, scene.table, {"network": "unet"})
    found = read_rois(tmp_path / "o.zip", scene.labels.shape)
    assert np.array_equal(found.labels, scene.labels)
    assert found.left_out == {17: "edge"}
    assert found.notes == []
    assert found.provenance["network"] == "unet"


def test_random_label_images_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(3)
    for round_ in range(60):
        labels = random_labels(rng, round_ % 4)
        if labels.any():
            write_rois(tmp_path / "o.zip", labels, Micrograph(np.zeros(labels.shape)))
            assert np.array_equal(read_rois(tmp_path / "o.zip", labels.shape).labels, labels)


def test_places_beyond_half_of_what_16_bits_hold_come_back(tmp_path):
    labels = np.zeros((4, 45_000), np.uint16)
    labels[1:3, 44_000:44_900] = labels[0, 5:9] = 3
    labels[3, 33_000] = 4
    write_rois(tmp_path / "o.zip", labels, Micrograph(np.zeros(labels.shape)))
    assert np.array_equal(read_rois(tmp_path / "o.zip", labels.shape).labels, labels)


def test_the_same_particles_give_the_same_bytes(scene, tmp_path):
    for name in ("a.zip", "b.zip"):
        write_rois(tmp_path / name, scene.labels, scene.micrograph, scene.table)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_outlines_that_a_person_drew_in_imagej_are_numbered_behind_those_that_have_numbers(tmp_path):
    square = [[2, 2], [6, 2], [6, 6], [2, 6]]
    moved = np.array(square) + 10
    line = polygon(moved + 20, "0044")
    line.roitype = roifile.ROI_TYPE.POLYLINE
    rois = [polygon(square, "0017"), polygon(moved, "0013-0012"), polygon(moved + 9, "0017"), line]
    roifile.roiwrite(tmp_path / "o.zip", rois, name=["0017", "0013-0012", "0017-1", "0044"])
    found = read_rois(tmp_path / "o.zip", (40, 40))
    assert found.labels[3, 3] == 17
    assert found.labels[13, 13] == 18
    assert found.labels[22, 22] == 19
    assert [np.count_nonzero(found.labels == number) for number in (17, 18, 19)] == [16, 16, 16]
    assert found.notes == [
        "1 outline is a line, a point or letters, no particle: passed over",
        "2 had no number of their own: given the next that are free",
    ]
    assert found.provenance == {}


@pytest.mark.parametrize(
    ("name", "number", "why"),
    [
        ("0017", 17, None),
        ("17.roi", 17, None),
        ("0017 left out, by hand", 17, "by hand"),
        ("0017 left out", 17, ""),
        ("0017, a twin", 17, None),
        ("Au 17", None, None),
        ("0123-0456", None, None),
        ("", None, None),
    ],
)
def test_the_number_of_an_outline_is_what_its_name_begins_with(tmp_path, name, number, why):
    roifile.roiwrite(tmp_path / "o.zip", [polygon([[2, 2], [6, 2], [6, 6]], name or "x")], name=[name or "x"])
    found = read_rois(tmp_path / "o.zip", (10, 10))
    assert found.labels.max() == (number or 1)
    assert list(found.left_out.values()) == ([] if why is None else [why])


def test_one_outline_in_a_file_of_its_own_is_read_too(tmp_path):
    polygon([[2, 2], [6, 2], [6, 6], [2, 6]], "0009").tofile(tmp_path / "one.roi")
    assert np.count_nonzero(read_rois(tmp_path / "one.roi", (10, 10)).labels == 9) == 16


def test_a_record_too_long_for_a_comment_goes_without_what_is_long(scene, tmp_path):
    corrections = [["out", [[float(place), 0.5]]] for place in range(5000)]
    write_rois(
        tmp_path / "o.zip",
        scene.labels,
        scene.micrograph,
        provenance={"corrections": corrections, "network": "n"},
    )
    known = read_rois(tmp_path / "o.zip", scene.labels.shape).provenance
    assert known["network"] == "n"
    assert "corrections" not in known


def test_why_a_particle_is_left_out_makes_no_name_that_a_file_system_refuses(scene, tmp_path):
    table = scene.table.assign(left_out="not sure/what: \n is it?" + 200 * "x")
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph, table)
    with zipfile.ZipFile(tmp_path / "o.zip") as archive:
        (name,) = [name for name in archive.namelist() if "left out" in name]
    assert name.startswith("0017 left out, not sure_what_ is it_x")
    assert len(name) < 130
    assert list(read_rois(tmp_path / "o.zip", scene.labels.shape).left_out) == [17]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no outline", "holds no outline of ImageJ that can be read"),
        (b"Iout" + bytes(70), "o.zip"),
        (b"PK\x03\x04" + bytes(40), "holds no outline"),
    ],
)
def test_a_file_that_holds_no_outlines_is_refused_in_one_sentence(tmp_path, content, said):
    (tmp_path / "o.zip").write_bytes(content)
    if content.startswith(b"Iout"):
        assert not read_rois(tmp_path / "o.zip", (9, 9)).labels.any()
        return
    with pytest.raises(WorkbenchError, match=said):
        read_rois(tmp_path / "o.zip", (9, 9))


def test_a_damaged_zip_and_a_missing_file_are_said(scene, tmp_path):
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph)
    whole = (tmp_path / "o.zip").read_bytes()
    at = whole.index(b"0001.roi") + 40
    (tmp_path / "o.zip").write_bytes(whole[:at] + bytes(20) + whole[at + 20 :])
    with pytest.raises(WorkbenchError, match=r"o\.zip is a damaged ZIP"):
        read_rois(tmp_path / "o.zip", scene.labels.shape)
    with pytest.raises(WorkbenchError, match="does not exist"):
        read_rois(tmp_path / "gone.zip", scene.labels.shape)


def test_no_particle_too_large_a_micrograph_and_a_missing_folder_are_refused(scene, tmp_path):
    with pytest.raises(WorkbenchError, match="no particle"):
        write_rois(tmp_path / "o.zip", np.zeros_like(scene.labels), scene.micrograph)
    wide = np.ones((1, 60_001), np.uint16)
    with pytest.raises(WorkbenchError, match="more than 60000 px"):
        write_rois(tmp_path / "o.zip", wide, Micrograph(np.zeros(wide.shape)))
    with pytest.raises(ComputeError, match="does not exist"):
        write_rois(tmp_path / "gone" / "o.zip", scene.labels, scene.micrograph)
    assert not list(tmp_path.iterdir())


# -- as ImageJ's documentation has it, without roifile


def decoded(path):
    """The outlines of a ZIP, decoded byte by byte, by the names of their entries."""
    with zipfile.ZipFile(path) as archive:
        return {name.removesuffix(".roi"): decode(archive.read(name)) for name in archive.namelist()}


def test_each_byte_lies_where_imagej_looks_for_it(scene, tmp_path):
    write_rois(tmp_path / "o.zip", scene.labels, scene.micrograph, scene.table)
    rois = decoded(tmp_path / "o.zip")
    assert list(rois) == ["0001", "0002", "0005", "0017 left out, edge", "0300"]
    for (called, roi), number in zip(rois.items(), (1, 2, 5, 17, 300), strict=True):
        rows, columns = np.nonzero(scene.labels == number)
        assert roi.bounds == (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        assert np.array_equal(roi.filled(scene.labels.shape), scene.labels == number)
        assert (roi.name, roi.version >= 218) == (called, True)
        out = "left out" in called
        assert (roi.group, roi.stroke) == ((1, 0xFFE11E96) if out else (0, 0xFF00FFF0))


def test_random_particles_have_their_pixels_by_imagejs_own_rule(tmp_path):
    rng = np.random.default_rng(11)
    kinds = set()
    for round_ in range(40):
        labels = random_labels(rng, round_ % 4)
        if not labels.any():
            continue
        write_rois(tmp_path / "o.zip", labels, Micrograph(np.zeros(labels.shape)))
        for called, roi in decoded(tmp_path / "o.zip").items():
            kinds.add(roi.kind)
            assert np.array_equal(roi.filled(labels.shape), labels == int(called))
    assert kinds == {RECT, TRACED}


@pytest.mark.parametrize("at", [32_000, 40_000, 59_990])
def test_places_beyond_the_signed_half_of_16_bits_are_those_that_imagej_reads(tmp_path, at):
    labels = np.zeros((12, 60_000), np.uint8)
    labels[3:9, at : at + 7] = 1
    write_rois(tmp_path / "o.zip", labels, Micrograph(np.zeros(labels.shape, np.float32), marks=()))
    (roi,) = decoded(tmp_path / "o.zip").values()
    assert roi.bounds == (3, at, 9, at + 7)
    assert sorted(roi.loops[0][:, 0].tolist()) == [at, at, at + 7, at + 7]
