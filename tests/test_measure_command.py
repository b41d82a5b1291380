"""``workbench measure``: the table in three formats, and what other programs open beside it."""

import json
import shlex

import numpy as np
import openpyxl
import pandas as pd
import pytest
import tifffile

from workbench import cli
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff
from workbench.particles.files.corrected import read_particles
from workbench.particles.files.imagej_rois import write_rois
from workbench.particles.measuring import label_image, measure


@pytest.fixture
def files(disc, tmp_path, monkeypatch):
    """Work in a folder with a micrograph of a disc and its mask, which has a second particle at the edge."""
    monkeypatch.chdir(tmp_path)
    mask = disc[1].copy()
    mask[:20, :15] = True
    write_tiff("m.tif", disc[0].pixels, 0.05)
    write_tiff("mask.tif", mask, 0.05)
    return tmp_path


def main(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["measure", *map(str, arguments)])
    return ended.value.code or 0


def test_all_files_are_written_and_belong_together(files, capsys):
    others = ["--labels", "l.tif", "--rois", "o.zip", "--coco", "c.json", "--report", "r.html"]
    assert main("mask.tif", "--micrograph", "m.tif", "--out", "t.csv", *others) == 0
    assert capsys.readouterr().out == "2 particles in t.csv, l.tif, o.zip, c.json, r.html\n"
    m, table = open_micrograph("m.tif"), pd.read_csv("t.csv")
    labels = tifffile.imread("l.tif")
    assert np.array_equal(labels, label_image(tifffile.imread("mask.tif")))
    areas = np.bincount(labels.ravel())[table["label"]] * 0.05**2
    assert table["area_nm2"].to_numpy() == pytest.approx(areas)
    for name in ("l.tif", "o.zip", "c.json"):
        assert np.array_equal(read_particles(name, m).labels, labels)
    assert "<h1>m</h1>" in (files / "r.html").read_text(encoding="utf-8")
    known = json.loads((files / "t.provenance.json").read_text())
    assert known["pixels_sha256"] == m.sha256
    assert known["nm_per_px_from"] == "the file of the micrograph"
    assert known["labels_from"]["file"] == "mask.tif"


@pytest.mark.parametrize("out", ["t.xlsx", "t.parquet"])
def test_the_table_has_the_format_of_its_name_and_its_json_beside_it(files, out):
    assert main("mask.tif", "--micrograph", "m.tif", "--out", out) == 0
    if out == "t.xlsx":
        found = [row[0].value for row in openpyxl.load_workbook(out)["particles"].iter_rows(min_row=2)]
    else:
        found = pd.read_parquet(out)["label"].tolist()
    assert found == [1, 2]
    assert json.loads((files / "t.provenance.json").read_text())["command"].startswith(
        "workbench measure mask.tif"
    )


def test_the_command_and_the_python_that_it_writes_down_repeat_it(files):
    named = "a b'.tif"
    write_tiff(named, tifffile.imread("m.tif"), None)
    assert main("mask.tif", "--micrograph", named, "--out", "t.csv", "--nm-per-px", 0.1) == 0
    before = (files / "t.csv").read_bytes()
    known = json.loads((files / "t.provenance.json").read_text())
    names = {}
    exec(known["python"], names)
    assert names["particles"].to_csv(index=False).encode() == before
    (files / "t.csv").unlink()
    assert main(*shlex.split(known["command"])[2:]) == 0
    assert (files / "t.csv").read_bytes() == before
    assert known["nm_per_px_from"] == "typed on the command line"


def test_outlines_are_measured_too_and_say_which_are_left_out(files, disc, capsys):
    labels = label_image(tifffile.imread("mask.tif"))
    table = measure(labels, disc[0])
    table["included"], table["left_out"] = ~table["touches_edge"], np.where(table["touches_edge"], "edge", "")
    write_rois("o.zip", labels, open_micrograph("m.tif"), table)
    assert main("o.zip", "--micrograph", "m.tif", "--out", "t.csv", "--rois", "again.zip") == 0
    found = pd.read_csv("t.csv")
    assert found["included"].tolist() == table["included"].tolist()
    assert found["left_out"].fillna("").tolist() == ["edge", ""]
    assert read_particles("again.zip", open_micrograph("m.tif")).left_out == {1: "edge"}
    assert capsys.readouterr().err == ""


def test_a_mask_of_a_network_hands_its_record_on(files, disc):
    with pytest.raises(SystemExit):
        cli.main(["segment", "m.tif", "-n", "otsu", "--threshold", "0.4", "--out", "out"])
    assert main("out/m.otsu.labels.tif", "--micrograph", "m.tif", "--out", "t.csv", "--report", "r.pdf") == 0
    known = json.loads((files / "t.provenance.json").read_text())
    assert known["network"] == "otsu"
    assert known["settings"]["threshold"] == 0.4
    assert (files / "r.pdf").read_bytes().startswith(b"%PDF")


def test_a_mask_of_other_pixels_is_measured_with_a_word(files, disc, capsys):
    with pytest.raises(SystemExit):
        cli.main(["segment", "m.tif", "-n", "otsu", "--out", "out"])
    write_tiff("brighter.tif", disc[0].pixels + 5, 0.05)
    capsys.readouterr()
    assert main("out/m.otsu.mask.tif", "--micrograph", "brighter.tif", "--out", "t.csv") == 0
    assert "m.otsu.mask.tif belongs to other pixels than those of brighter." in capsys.readouterr().err


def test_without_particles_there_is_an_empty_table_and_no_outlines(files, capsys):
    write_tiff("none.tif", np.zeros((160, 200), bool), None)
    others = ["--rois", "o.zip", "--labels", "l.tif", "--coco", "c.json", "--report", "r.html"]
    assert main("none.tif", "--micrograph", "m.tif", "--out", "t.csv", *others) == 0
    said = capsys.readouterr()
    assert said.out == "0 particles in t.csv, l.tif, c.json, r.html\n"
    assert "no outlines are written" in said.err
    assert not (files / "o.zip").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "t.ods"], "t.ods ends in none of .csv, .parquet, .xlsx"),
        (["--out", "t.csv", "--labels", "l.png"], "--labels l.png ends in none of .tif, .tiff"),
        (["--out", "t.csv", "--rois", "gone/o.zip"], "--rois gone/o.zip: there is no folder gone"),
        (["--out", "t.csv", "--coco", "mask.tif"], "--coco mask.tif is what is measured"),
        (
            ["--out", "t.csv", "--report", "."],
            "--report . is a folder; give a file in it, such as particles.html",
        ),
        (["--out", "t.csv", "--labels", "l.tif", "--frame", "3"], "no frame 3"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is(files, capsys, options, said):
    before = sorted(files.iterdir())
    assert main("mask.tif", "--micrograph", "m.tif", *options) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(files.iterdir()) == before
