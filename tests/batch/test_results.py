"""A folder of results: no result takes the name of another one, and no row stands beside a mask that is not its own."""

import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workbench.batch.answers import Answer
from workbench.batch.result_names import Source
from workbench.batch.results import KINDS, ResultsFolder
from workbench.batch.tables import ParticleTables
from workbench.batch.weights import Weights
from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import read_record
from workbench.micrographs.writing import write_tiff
from workbench.particles.measuring import label_image, measure

OTSU = Weights.of("otsu")
SETTINGS = {"threshold": 0.5, "min_area": None, "fill_holes": False, "split_touching": False}


def picture(count):
    pixels = np.random.default_rng(count).normal(size=(30, 50)).astype(np.float32)
    mask = np.zeros(pixels.shape, bool)
    for number in range(count):
        mask[5:9, 5 + 10 * number : 9 + 10 * number] = True
    return pixels, mask


def place(folder, name, count=1):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tiff(path, picture(count)[0], 0.1)
    return Source(path)


def keep(results, source, count, weights=OTSU, settings=SETTINGS):
    pixels, mask = picture(count)
    micrograph = Micrograph(pixels, 0.1)
    made_from = results.made_from(source, micrograph, weights, "", settings)
    particles = measure(mask, micrograph, lattice=False)
    answer = Answer(results.network(weights), pixels, mask, label_image(mask), particles, 0.0, made_from)
    marked = results.marked([made_from])
    results.keep(source, [answer], png(marked))
    return {results.network(weights): made_from}


def png(marked):
    told, buffer = PngInfo(), io.BytesIO()
    for key, text in marked.items():
        told.add_text(key, text)
    Image.new("L", (3, 3)).save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


def visible(folder):
    return sorted(path.name for path in folder.iterdir())


def table(folder):
    found = pd.read_csv(folder / "particles.csv")
    return found.groupby(["micrograph", "network"]).size().to_dict()


def test_names_are_short_where_nothing_clashes_and_no_hidden_file_stays(tmp_path):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    results = ResultsFolder(out)
    assert results.choose_names([source], [OTSU]) == []
    keep(results, source, 2)
    results.close()
    assert visible(out) == [
        "a.figure.png",
        "a.otsu.labels.tif",
        "a.otsu.mask.tif",
        "a.otsu.probability.tif",
        "particles.csv",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("x/a.tif", "y/a.tif"), ("x/a.tif", "x/a.png"), ("x/a.tif", "x/A.tif"), ("x/é.tif", "x/e\u0301.tif")],
)
@pytest.mark.parametrize("together", [True, False, None])
def test_two_micrographs_of_one_stem_keep_their_own_results(tmp_path, one, other, together):
    """In one command, in two one after the other, or (None) in two at the same time."""
    sources, out = [place(tmp_path, one), place(tmp_path, other)], tmp_path / "out"
    if together:
        both = [ResultsFolder(out)] * 2
        assert both[0].choose_names(sources, [OTSU])
        keep(both[0], sources[0], 1), keep(both[0], sources[1], 2)
    else:
        both = []
        for count, source in enumerate(sources, 1):
            both.append(ResultsFolder(out))
            both[-1].choose_names([source], [OTSU])
            if together is not None:
                keep(both[-1], source, count)
                both[-1].close()
        if together is None:
            keep(both[1], sources[1], 2), keep(both[0], sources[0], 1)
    assert sorted(table(out).values()) == [1, 2]
    masks = {path.name.casefold(): read_record(path)["particles"] for path in out.glob("*.mask.tif")}
    assert sorted(masks.values()) == [1, 2]
    again = ResultsFolder(out)  # each finds its own
    again.choose_names(sources[::-1], [OTSU])
    for count, source in enumerate(sources, 1):
        assert read_record(again.file(source, "mask.tif", "otsu"))["particles"] == count


def test_two_networks_of_one_name_keep_their_own_results(tmp_path):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "best.safetensors").write_text(folder)
    one, other = (Weights.of(str(tmp_path / folder / "best.safetensors")) for folder in ("x", "y"))
    results = ResultsFolder(out)
    assert "x.best" in results.choose_names([source], [one, other])[0]
    keep(results, source, 1, one), keep(results, source, 2, other)
    assert table(out) == {("a.tif", "x.best"): 1, ("a.tif", "y.best"): 2}
    assert len(list(out.glob("*.mask.tif"))) == 2


def test_a_network_that_comes_later_does_not_take_the_name_of_one_that_was_there(tmp_path):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    weights = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "best.safetensors").write_text(folder)
        weights.append(Weights.of(str(tmp_path / folder / "best.safetensors")))
        results = ResultsFolder(out)
        results.choose_names([source], weights[-1:])
        keep(results, source, len(weights), weights[-1])
        results.close()
    assert table(out) == {("a.tif", "best"): 1, ("a.tif", "y.best"): 2}


def test_a_name_with_a_slash_is_one_file(tmp_path, monkeypatch):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    slash = Weights("user/unet", ("user/unet",), None, True)
    plain = Weights("user_unet", ("user_unet",), None, True)
    results = ResultsFolder(out)
    results.choose_names([source], [slash, plain])
    keep(results, source, 1, slash), keep(results, source, 2, plain)
    assert sorted(table(out).values()) == [1, 2]
    assert len(list(out.glob("*.mask.tif"))) == 2


def test_a_name_too_long_for_the_file_system_is_shortened(tmp_path):
    source, out = place(tmp_path, "金" * 80 + ".tif"), tmp_path / "out"
    results = ResultsFolder(out)
    assert "too long" in results.choose_names([source], [OTSU])[0]
    keep(results, source, 1)
    assert table(out) == {("金" * 80 + ".tif", "otsu"): 1}
    assert len(list(out.glob("*.mask.tif"))) == 1


def test_what_is_there_is_found_only_with_the_same_pixels_settings_and_rows(tmp_path):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    results = ResultsFolder(out)
    results.choose_names([source], [OTSU])
    wanted = keep(results, source, 2)
    assert results.there(source, wanted)["otsu"]["particles"] == 2

    def unlike(**changed):
        return results.there(source, {"otsu": {**wanted["otsu"], **changed}})

    assert unlike(settings={**SETTINGS, "threshold": 0.6}) is None
    assert unlike(pixels_sha256="other") is None
    assert unlike(weights_sha256="other") is None
    assert unlike(nm_per_px=0.2) is None
    assert unlike(version="other") is None
    files = ("particles.csv", "a.figure.png", *(f"a.otsu.{kind}.tif" for kind in KINDS))
    for name in files:
        content = (out / name).read_bytes()
        (out / name).unlink()
        assert results.there(source, wanted) is None, name
        (out / name).write_bytes(content)
    assert results.there(source, wanted)


def test_results_that_moved_with_their_micrographs_are_still_theirs(tmp_path):
    source, out = place(tmp_path / "here", "a.tif"), tmp_path / "here" / "out"
    results = ResultsFolder(out)
    results.choose_names([source], [OTSU])
    wanted = keep(results, source, 2)
    results.close()
    (tmp_path / "here").rename(tmp_path / "there")
    moved = ResultsFolder(tmp_path / "there" / "out")
    assert moved.choose_names([Source(tmp_path / "there" / "a.tif")], [OTSU]) == []
    assert moved.there(Source(tmp_path / "there" / "a.tif"), wanted)


def test_another_run_with_other_settings_replaces_exactly_its_rows_and_files(tmp_path):
    sources, out = [place(tmp_path, "a.tif"), place(tmp_path, "b.tif")], tmp_path / "out"
    results = ResultsFolder(out)
    results.choose_names(sources, [OTSU])
    for source in sources:
        keep(results, source, 1)
    results.close()
    results = ResultsFolder(out)
    results.choose_names(sources[:1], [OTSU])
    other = {**SETTINGS, "threshold": 0.7}
    keep(results, sources[0], 3, settings=other)
    assert table(out) == {("a.tif", "otsu"): 3, ("b.tif", "otsu"): 1}
    assert results.others([other]) == (1, 1)
    assert len(list(out.glob("*.mask.tif"))) == 2


@pytest.mark.parametrize("when", ["remove", "add"])
def test_whatever_ends_a_process_no_row_stands_beside_a_mask_of_others(tmp_path, monkeypatch, when):
    source, out = place(tmp_path, "a.tif"), tmp_path / "out"
    results = ResultsFolder(out)
    results.choose_names([source], [OTSU])
    keep(results, source, 1)

    def killed(*_arguments):
        raise KeyboardInterrupt

    other = {**SETTINGS, "threshold": 0.7}
    with monkeypatch.context() as patched:
        patched.setattr(ParticleTables, when, killed)
        with pytest.raises(KeyboardInterrupt):
            keep(results, source, 3, settings=other)
    known = read_record(out / "a.otsu.mask.tif")
    rows = ParticleTables(out).count("a.tif", "otsu")
    assert rows in (0, known["particles"])
    again = ResultsFolder(out)
    again.choose_names([source], [OTSU])
    keep(again, source, 3, settings=other)
    again.close()
    assert table(out) == {("a.tif", "otsu"): 3}
    assert not [name for name in visible(out) if name.endswith(".part")]


def test_a_process_that_was_killed_keeps_no_name(tmp_path):
    one, other, out = place(tmp_path, "x/a.tif"), place(tmp_path, "y/a.tif"), tmp_path / "out"
    ResultsFolder(out).choose_names([one], [OTSU])
    (claim,) = json.loads((out / ".workbench.json").read_text())
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (out / ".workbench.json").write_text(json.dumps([{**claim, "pid": ended.pid}]))
    results = ResultsFolder(out)
    assert results.choose_names([other], [OTSU]) == []
    results.close()
    assert visible(out) == []


@pytest.mark.parametrize("name", ["file", "file/below", "y" * 300])
def test_a_folder_that_cannot_be_one_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(ComputeError, match=r"cannot be the folder of the results: .*; choose another one"):
        ResultsFolder(tmp_path / name)


def test_a_table_of_something_else_is_not_overwritten(tmp_path):
    (tmp_path / "particles.csv").write_text("a;b\n")
    with pytest.raises(WorkbenchError, match="choose another folder"):
        ResultsFolder(tmp_path)


WRITES = """
import sys
import numpy as np
from pathlib import Path
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import label_image, measure
from workbench.batch.result_names import Source
from workbench.batch.answers import Answer
from workbench.batch.results import KINDS, ResultsFolder
from workbench.batch.weights import Weights

otsu, mask = Weights.of("otsu"), np.eye(20, dtype=bool)
micrograph = Micrograph(np.eye(20, dtype=np.float32), 0.1)
particles = measure(mask, micrograph, lattice=False)
sources = [Source(Path(sys.argv[1]) / f"{number}.tif") for number in range(20)]
results = ResultsFolder(Path("out"))
results.choose_names(sources, [otsu])
for source in sources:
    made = results.made_from(source, micrograph, otsu, "", {"threshold": 0.5})
    results.keep(source, [Answer("otsu", micrograph.pixels, mask, label_image(mask), particles, 0.0, made)], b"")
results.close()
"""


@pytest.mark.slow
def test_processes_that_write_at_the_same_time_lose_nothing(tmp_path):
    commands = [[sys.executable, "-c", WRITES, folder] for folder in "xyx"]
    running = [subprocess.Popen(command, cwd=tmp_path) for command in commands]
    assert [one.wait(280) for one in running] == [0, 0, 0]
    out = tmp_path / "out"
    assert len(list(out.glob("*.mask.tif"))) == 40  # the third has the files of the first
    assert sorted(table(out).values()) == [1] * 40
    assert not [name for name in visible(out) if name.startswith(".")]
