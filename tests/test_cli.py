"""The command line: what it writes, and one line with exit code 1 for what it cannot do."""

import json
import re
import subprocess
import sys

import numpy as np
import pandas
import pytest
import tifffile

import workbench
from workbench import cli
from workbench.micrographs.datasets.description import write_description
from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE
from workbench.micrographs.labelling.label_file import MEANING
from workbench.micrographs.writing import write_tiff


def main(arguments: list[str]) -> int:
    """Run the command line as the shell does and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code or 0


@pytest.fixture
def files(disc, tmp_path):
    micrograph, mask = disc
    write_tiff(tmp_path / "m.tif", micrograph.pixels, micrograph.nm_per_px)
    write_tiff(tmp_path / "mask.tif", mask, micrograph.nm_per_px)
    return tmp_path


def test_segment_writes_mask_probability_and_figure_and_prints_dice(files, capsys):
    out = files / "out"
    truth = ["--truth", str(files / "mask.tif")]
    assert (
        main(["segment", str(files / "m.tif"), "-n", "otsu", "-n", "bandpass", "--out", str(out), *truth])
        == 0
    )
    said = capsys.readouterr().out
    assert "Blur + Otsu" in said
    assert float(said.splitlines()[0].rpartition("hard Dice ")[2]) > 0.9
    names = {path.name for path in out.iterdir()}
    assert names == {
        "m.figure.png",
        "particles.csv",
        *(
            f"m.{network}.{what}.tif"
            for network in ("otsu", "bandpass")
            for what in ("labels", "mask", "probability")
        ),
    }
    assert set(np.unique(tifffile.imread(out / "m.otsu.mask.tif"))) == {0, 255}


def test_segment_scores_against_a_label_drawn_on_the_page_only_where_that_is_sure(files, disc, capsys):
    _micrograph, mask = disc
    label = np.where(mask, PARTICLE, 0).astype(np.uint8)
    label[:, : label.shape[1] // 2] = NOT_SURE
    write_tiff(files / "label.tif", label, None)
    write_description(files, **MEANING)
    out, truth = str(files / "out"), str(files / "label.tif")
    assert main(["segment", str(files / "m.tif"), "-n", "otsu", "--out", out, "--truth", truth]) == 0
    said = re.search(r"hard Dice ([\d.]+) where the truth is sure", capsys.readouterr().out)
    assert said is not None
    assert float(said[1]) > 0.9


def test_segment_takes_a_folder_cleans_and_writes_one_table_a_unit(files, disc, capsys):
    pixels = disc[0].pixels.copy()
    pixels[5:8, 5:8] -= 300  # a speck of nine pixels
    (files / "data").mkdir()
    write_tiff(files / "data" / "a.tif", pixels, 0.05)
    write_tiff(files / "data" / "b.tif", pixels, None)
    (files / "data" / "notes.txt").write_text("not a micrograph")
    out, asked = files / "out", ["segment", str(files / "data"), "-n", "otsu", "--threshold", "0.5"]
    assert main([*asked, "--out", str(out), "--min-area", "1"]) == 0
    said = capsys.readouterr().out
    assert "a.tif  Blur + Otsu  1 particle," in said
    nm, px = pandas.read_csv(out / "particles.csv"), pandas.read_csv(out / "particles_px.csv")
    assert nm.iloc[:, :4].to_numpy().tolist() == [["a.tif", "otsu", 0.5, 1]]
    assert nm.area_nm2[0] == pytest.approx(np.pi * 1.5**2, rel=0.1)
    assert set(px.micrograph) == {"b.tif"}
    assert main([*asked, "--out", str(out), "--nm-per-px", "0.1"]) == 0
    again = pandas.read_csv(out / "particles.csv")
    assert set(again.micrograph) == {"a.tif", "b.tif"}
    assert again.area_nm2.max() == pytest.approx(np.pi * 3**2, rel=0.1)
    assert not (out / "particles_px.csv").exists()


def test_segment_closes_holes_and_parts_what_touches(files):
    rows, columns = np.mgrid[:160, :240]
    particle = (np.hypot(rows - 80, columns - 80) < 36) | (np.hypot(rows - 80, columns - 148) < 36)
    particle &= np.hypot(rows - 80, columns - 70) > 8
    noise = np.random.default_rng(0).normal(size=particle.shape)
    write_tiff(files / "two.tif", (1000 - 300 * particle + 20 * noise).astype(np.float32), 0.05)
    asked = ["segment", str(files / "two.tif"), "-n", "otsu", "--min-area", "1", "--out"]
    areas = {}
    for option in ("", "--fill-holes", "--split-touching"):
        assert main([*asked, str(files / f"out{option}"), *([option] if option else [])]) == 0
        areas[option] = pandas.read_csv(files / f"out{option}" / "particles.csv").area_nm2
    assert len(areas[""]) == len(areas["--fill-holes"]) == 1
    hole = areas["--fill-holes"][0] - areas[""][0]
    assert 0.1 < hole < np.pi * (8 * 0.05) ** 2  # the blur narrows it
    assert len(areas["--split-touching"]) == 2


def test_segment_says_that_a_stack_has_more_frames(files, disc, capsys):
    tifffile.imwrite(files / "stack.tif", np.stack([disc[0].pixels] * 4), photometric="minisblack")
    assert main(["segment", str(files / "stack.tif"), "-n", "otsu", "--out", str(files / "out")]) == 0
    assert "holds 4 frames; the first one is segmented" in capsys.readouterr().err


def test_segment_goes_on_after_a_bad_file_and_ends_with_1(files, capsys):
    (files / "bad.dm3").write_bytes(b"junk")
    both = [str(files / "bad.dm3"), str(files / "m.tif")]
    assert main(["segment", *both, "-n", "otsu", "--out", str(files / "o")]) == 1
    assert "bad.dm3" in capsys.readouterr().err
    assert (files / "o" / "m.otsu.mask.tif").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["segment", "nosuch.tif", "-n", "otsu"], "nosuch.tif"),
        (["segment", "empty", "-n", "otsu"], "no micrograph in this folder"),
        (["segment", "m.tif", "-n", "nosuch"], "no network called 'nosuch'"),
        (["import", "m.tif", "--as", "x"], "neither"),
        (["train", "nosuch.toml"], "recipe cannot be read"),
        (["study", "nosuch.toml", "--out", "o"], "the plan of the study cannot be read"),
        (["serve", "--data", "nosuch"], "not a folder"),
        (["serve", "--port", "99999"], "does not exist"),
    ],
)
def test_errors_are_one_line_and_exit_code_1(files, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(files)
    (files / "empty").mkdir()
    assert main(arguments) == 1
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error


def test_networks_lists_and_prints_json(capsys):
    assert main(["networks", "--json"]) == 0
    assert {"otsu", "bandpass"} <= {card["name"] for card in json.loads(capsys.readouterr().out)}
    assert main(["networks"]) == 0
    assert "Blur + Otsu" in capsys.readouterr().out


def test_measure_writes_one_row_a_particle(files, capsys):
    table = files / "t.csv"
    assert (
        main(["measure", str(files / "mask.tif"), "--micrograph", str(files / "m.tif"), "--out", str(table)])
        == 0
    )
    header, *rows = table.read_text().splitlines()
    assert "diameter_nm" in header
    assert len(rows) == 1


def test_measure_keeps_each_particle_of_a_label_image_and_its_number(files, disc, capsys):
    labels = np.zeros(disc[1].shape, np.uint16)
    labels[40:100, 40:70], labels[40:100, 70:110], labels[120:160, 120:160] = 1, 2, 9
    write_tiff(files / "labels.tif", labels, None)
    table = str(files / "t.csv")
    assert (
        main(["measure", str(files / "labels.tif"), "--micrograph", str(files / "m.tif"), "--out", table])
        == 0
    )
    found = pandas.read_csv(table)
    assert found["label"].tolist() == [1, 2, 9]
    assert (found["area_nm2"] / 0.05**2).tolist() == pytest.approx([1800, 2400, 1600])
    assert "label image" in capsys.readouterr().err


def test_segment_scores_against_all_particles_of_a_label_image(files, disc, capsys):
    _micrograph, mask = disc
    halves = np.where(mask, 1, 0) + (mask & (np.arange(mask.shape[1]) > 90))
    write_tiff(files / "halves.tif", halves.astype(np.uint8), None)
    told = []
    for truth in ("mask.tif", "halves.tif"):
        command = ["segment", str(files / "m.tif"), "-n", "otsu", "--out", str(files / "out")]
        assert main([*command, "--truth", str(files / truth)]) == 0
        told.append(capsys.readouterr().out.partition("hard Dice")[2])
    assert told[0] == told[1] != ""


def test_doctor_names_versions_and_device(capsys):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "torch" in said
    assert "cpu" in said


def test_help_is_quick_and_the_command_is_installed():
    said = subprocess.run([sys.executable, "-m", "workbench", "--help"], capture_output=True, text=True)
    assert said.returncode == 0
    for command in (
        "serve",
        "lab",
        "segment",
        "explain",
        "networks",
        "simulate",
        "import",
        "doctor",
        "train",
        "study",
    ):
        assert command in said.stdout


def test_the_version_is_said_in_one_line(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"hrtem-workbench {workbench.__version__}"


def test_measure_takes_a_frame_and_a_pixel_size(files, disc):
    micrograph, _mask = disc
    brighter = np.stack([micrograph.pixels, micrograph.pixels + 500])
    tifffile.imwrite(files / "s.tif", brighter, imagej=True, metadata={"axes": "TYX"})
    asked = ["measure", str(files / "mask.tif"), "--micrograph", str(files / "s.tif"), "--out"]
    tables = []
    for name, more in (("0.csv", []), ("1.csv", ["--frame", "1", "--nm-per-px", "0.1", "--signal", "0"])):
        assert main([*asked, str(files / name), *more]) == 0
        tables.append(pandas.read_csv(files / name))
    first, second = tables
    assert second.mean_intensity[0] == pytest.approx(first.mean_intensity[0] + 500)
    assert second.area_nm2[0] == pytest.approx(first.area_px2[0] * 0.1**2)


@pytest.mark.parametrize("out", ["m.tif", "mask.tif", "nosuch/t.csv", "folder"])
def test_measure_overwrites_nothing_that_it_measures_and_says_what_is_wrong(files, capsys, monkeypatch, out):
    monkeypatch.chdir(files)
    (files / "folder").mkdir()
    before = {path: path.read_bytes() for path in files.glob("*.tif")}
    assert main(["measure", "mask.tif", "--micrograph", "m.tif", "--out", out]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Errno" not in said
    assert f"--out {out}" in said
    assert ".part" not in said
    assert {path: path.read_bytes() for path in before} == before


def test_measure_takes_the_label_of_the_frame_and_says_where_it_took_the_first(files, disc, capsys):
    micrograph, mask = disc
    tifffile.imwrite(
        files / "s.tif", np.stack([micrograph.pixels] * 2), imagej=True, metadata={"axes": "TYX"}
    )
    labels = np.zeros((2, *mask.shape), np.uint16)
    labels[0, 40:100, 40:70], labels[1, 40:100, 40:70], labels[1, 40:100, 70:110] = 4, 5, 6
    tifffile.imwrite(files / "l.tif", labels, imagej=True, metadata={"axes": "TYX"})
    asked = ["measure", str(files / "l.tif"), "--micrograph", str(files / "s.tif"), "--out"]
    assert main([*asked, str(files / "1.csv"), "--frame", "1"]) == 0
    assert pandas.read_csv(files / "1.csv").label.tolist() == [5, 6]
    assert "first one" not in capsys.readouterr().err
    assert main([*asked, str(files / "0.csv")]) == 0
    assert pandas.read_csv(files / "0.csv").label.tolist() == [4]
    assert "s.tif holds 2 frames; the first one is measured" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["train", "nosuch.toml"], ["study", "nosuch.toml", "--out", "o"]], ids=lambda given: given[0]
)
def test_a_file_that_is_not_there_is_said_without_the_words_of_the_system(
    tmp_path, monkeypatch, capsys, command
):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "nosuch.toml" in said
    assert "Errno" not in said
