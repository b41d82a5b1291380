"""COCO data sets: what pycocotools makes of ours, and what is read of others'."""

import json

import numpy as np
import pytest
from particle_scenes import make_scene
from pycocotools.coco import COCO

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.files.coco import LabelledMicrograph, read_coco, write_coco, write_coco_set


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_pycocotools_finds_the_pixels_the_area_and_the_box_of_each_particle(scene, tmp_path, capsys):
    write_coco(tmp_path / "c.json", scene.labels, scene.micrograph, scene.table)
    data = COCO(tmp_path / "c.json")
    assert [annotation["id"] for annotation in data.loadAnns(data.getAnnIds())] == [1, 2, 5, 17, 300]
    for annotation in data.loadAnns(data.getAnnIds(catIds=data.getCatIds(catNms=["particle"]))):
        true = scene.labels == annotation["particle"]
        assert np.array_equal(data.annToMask(annotation), true)
        assert annotation["area"] == true.sum()
        rows, columns = np.nonzero(true)
        left, top, width, height = annotation["bbox"]
        assert (left, top) == (columns.min(), rows.min())
        assert (left + width, top + height) == (columns.max() + 1, rows.max() + 1)
    (image,) = data.loadImgs(data.getImgIds())
    assert (image["height"], image["width"], image["file_name"]) == (60, 90, "scene")
    assert image["provenance"]["pixels_sha256"] == scene.micrograph.sha256
    assert {a["id"]: a["left_out"] for a in data.anns.values() if not a["included"]} == {17: "edge"}
    capsys.readouterr()


def test_what_was_written_is_read_again(scene, tmp_path):
    write_coco(tmp_path / "c.json", scene.labels, scene.micrograph, scene.table, {"network": "unet"})
    found = read_coco(tmp_path / "c.json", scene.micrograph)
    assert np.array_equal(found.labels, scene.labels)
    assert found.left_out == {17: "edge"}
    assert found.provenance["network"] == "unet"
    assert found.notes == []


def test_of_a_set_the_image_is_chosen_by_its_pixels_else_by_its_name(tmp_path):
    scenes = [make_scene(), make_scene()]
    other = Micrograph(scenes[1].micrograph.pixels + 1, 0.25, "other")
    labels = np.where(scenes[1].labels == 5, 6, scenes[1].labels)
    sets = [LabelledMicrograph(scenes[0].labels, scenes[0].micrograph), LabelledMicrograph(labels, other)]
    write_coco_set(tmp_path / "c.json", sets)
    ids = [annotation["id"] for annotation in json.loads((tmp_path / "c.json").read_text())["annotations"]]
    assert ids == list(range(1, 11))
    renamed = Micrograph(other.pixels, 0.25, "called otherwise")
    assert np.array_equal(read_coco(tmp_path / "c.json", renamed).labels, labels)
    brighter = Micrograph(other.pixels + 9, 0.25, "other")
    assert np.array_equal(read_coco(tmp_path / "c.json", brighter).labels, labels)
    with pytest.raises(WorkbenchError, match="holds scene, other, of which none is third"):
        read_coco(tmp_path / "c.json", Micrograph(other.pixels + 9, 0.25, "third"))


def document(*annotations, size=(20, 30)):
    return {
        "images": [{"id": 4, "height": size[0], "width": size[1], "file_name": "m.tif"}],
        "annotations": [{"image_id": 4, "id": number, **one} for number, one in enumerate(annotations, 7)],
        "categories": [{"id": 1, "name": "nanoparticle"}],
    }


def read(tmp_path, content, shape=(20, 30)):
    (tmp_path / "c.json").write_text(json.dumps(content))
    return read_coco(tmp_path / "c.json", Micrograph(np.zeros(shape), None, "m"))


def test_polygons_and_run_lengths_that_are_not_packed_are_read_and_boxes_passed_over(tmp_path):
    square = [2, 2, 8, 2, 8, 8, 2, 8]
    runs = {"size": [20, 30], "counts": [20 * 20 + 3, 4, 16, 4, 20 * 30 - 20 * 20 - 27]}
    found = read(
        tmp_path,
        document(
            {"segmentation": [square]},
            {"segmentation": runs},
            {"segmentation": [], "bbox": [1, 1, 5, 5]},
            {"bbox": [1, 1, 5, 5]},
            {"image_id": 5, "segmentation": [square]},
        ),
    )
    assert np.count_nonzero(found.labels == 7) == 36
    assert set(map(tuple, np.argwhere(found.labels == 8))) == {(y, x) for y in range(3, 7) for x in (20, 21)}
    assert found.notes == ["2 have boxes only, no outline: passed over"]
    assert found.provenance == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "is no COCO data set"),
        ({"images": [], "annotations": {}}, "is no COCO data set"),
        ({"images": [], "annotations": []}, "holds no image, of which none is m"),
        (document(size=(20, 31)), r"has 31 x 20 px, but m has 30 x 20 px"),
        (document(size=("high", None)), "has 0 x 0 px"),
        (
            document({"segmentation": {"counts": [1, 700], "size": [20, 30]}}),
            "annotation 7: run lengths of 701 px",
        ),
        (
            document({"segmentation": {"counts": "~~", "size": [20, 30]}}),
            "annotation 7: its packed run lengths",
        ),
        (document({"segmentation": {"size": [20, 30]}}), "annotation 7"),
        (document({"segmentation": {"counts": [600], "size": [9, 9]}}), "another size"),
        (document({"segmentation": [["a"] * 8]}), "annotation 7"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, content, said):
    with pytest.raises(WorkbenchError, match=said):
        read(tmp_path, content)


def test_a_file_that_is_no_json_or_not_there_is_said(tmp_path):
    (tmp_path / "c.json").write_bytes(b"\xff{")
    with pytest.raises(WorkbenchError, match="is no JSON"):
        read_coco(tmp_path / "c.json", Micrograph(np.zeros((4, 4))))
    with pytest.raises(WorkbenchError, match="does not exist"):
        read_coco(tmp_path / "gone.json", Micrograph(np.zeros((4, 4))))


def test_a_table_of_other_particles_and_a_missing_folder_are_refused(scene, tmp_path):
    with pytest.raises(WorkbenchError, match="do not belong together"):
        write_coco(tmp_path / "c.json", scene.labels, scene.micrograph, scene.table.iloc[1:])
    with pytest.raises(ComputeError, match="does not exist"):
        write_coco(tmp_path / "gone" / "c.json", scene.labels, scene.micrograph)
