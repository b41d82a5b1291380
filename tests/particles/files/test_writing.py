"""The name of a file says how particles are written."""

import json

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import read_record
from workbench.particles.files.corrected import read_particles
from workbench.particles.files.tables import read_table
from workbench.particles.files.writing import write_particles


@pytest.mark.parametrize("name", ["l.tif", "l.TIFF", "o.zip", "c.json"])
def test_label_images_outlines_and_data_sets(scene, tmp_path, name):
    write_particles(tmp_path / name, scene.labels, scene.micrograph, scene.table)
    assert np.array_equal(read_particles(tmp_path / name, scene.micrograph).labels, scene.labels)


def test_a_table_that_was_not_given_is_measured(scene, tmp_path):
    write_particles(tmp_path / "t.csv", scene.labels, scene.micrograph, provenance={"network": "unet"})
    table, known = read_table(tmp_path / "t.csv")
    assert table["label"].tolist() == [1, 2, 5, 17, 300]
    assert known["network"] == "unet"
    assert known["pixels_sha256"] == scene.micrograph.sha256


@pytest.mark.parametrize("name", ["l.tif", "o.zip", "c.json", "t.csv", "t.xlsx", "t.parquet"])
def test_a_table_of_other_particles_is_refused_everywhere(scene, tmp_path, name):
    with pytest.raises(WorkbenchError, match="do not belong together"):
        write_particles(tmp_path / name, scene.labels, scene.micrograph, scene.table.iloc[:-1])
    assert not list(tmp_path.iterdir())


def test_an_ending_that_nothing_writes_is_refused(scene, tmp_path):
    with pytest.raises(WorkbenchError, match=r"ends in none of \.tif, \.tiff, \.zip, \.json, \.csv"):
        write_particles(tmp_path / "p.docx", scene.labels, scene.micrograph)


def test_all_files_say_the_same_of_where_they_came_from(scene, tmp_path):
    known = {"network": "unet", "weights_sha256": "cd", "settings": {"threshold": 0.4}}
    write_particles(tmp_path / "l.tif", scene.labels, scene.micrograph, scene.table, known)
    write_particles(tmp_path / "o.zip", scene.labels, scene.micrograph, scene.table, known)
    write_particles(tmp_path / "c.json", scene.labels, scene.micrograph, scene.table, known)
    write_particles(tmp_path / "t.csv", scene.labels, scene.micrograph, scene.table, known)
    said = [
        dict(read_record(tmp_path / "l.tif")),
        dict(read_particles(tmp_path / "o.zip", scene.micrograph).provenance),
        json.loads((tmp_path / "c.json").read_text())["images"][0]["provenance"],
        json.loads((tmp_path / "t.provenance.json").read_text()),
    ]
    for one in said:
        one.pop("made_by", None)
    assert said[0] == said[1] == said[2] == said[3]
    assert said[0]["weights_sha256"] == "cd"
