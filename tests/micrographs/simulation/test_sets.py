"""Simulated sets: the same for any number of workers, and after any interruption."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from forked_process import LINUX, ForkedProcess, load, run_forked

from workbench.errors import DatasetError, Stopped
from workbench.micrographs.datasets.labelled_dataset import read_all
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.simulation import simulate_set
from workbench.micrographs.simulation.sets import time_left

pytestmark = pytest.mark.slow

SMALL = """like = "full"
nm_per_px = [0.012, 0.013]
diameters_nm = [1.5, 2.0]
coverage = [0.1, 0.2]
film_nm = [0.4, 0.6]
bare = 0
empty = 0
"""
"""Cells of 7 nm with a little carbon: a wave takes a third of a second."""


@pytest.fixture(scope="module", autouse=True)
def _abtem_is_imported_once():
    load("abtem")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("conditions") / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory, small):
    return simulate_set(tmp_path_factory.mktemp("whole") / "set", 5, 7, conditions=small, images_per_wave=2)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.parent.name in ("images", "labels", "truth")
    }


def test_a_set_has_an_image_a_label_and_a_truth_for_each_micrograph(whole):
    names = {path.stem for path in (whole.folder / "truth").iterdir()}
    assert len(whole) == 5
    assert names == {pair.name for pair in whole.micrographs}
    assert len(whole.groups()) == 3
    assert whole.description["labels"] == "particles"
    assert whole.description["details"]["seed"] == 7


def test_labels_are_one_integer_a_particle_as_the_truth_says(whole):
    import tifffile

    for pair, (_micrograph, mask) in zip(whole.micrographs, read_all(whole.micrographs), strict=True):
        labels = tifffile.imread(whole.folder / "labels" / f"{pair.name}.tif")
        truth = json.loads((whole.folder / "truth" / f"{pair.name}.json").read_text())
        particles = truth["specimen"]["particles"]
        assert labels.dtype == np.uint8
        assert sorted(n for one in particles for n in one["labels"]) == list(range(1, labels.max() + 1))
        for one in particles:
            assert one["label"] == (one["labels"] or [None])[0]
            assert one["pixels"] == np.isin(labels, one["labels"]).sum()
        assert np.array_equal(pair.meaning.numbers(labels, pair.name), labels)
        assert np.array_equal(mask, labels != 0)


def test_the_truth_says_where_a_particle_is(whole):
    for pair in whole.micrographs:
        truth = json.loads((whole.folder / "truth" / f"{pair.name}.json").read_text())
        labels = open_micrograph(whole.folder / "labels" / f"{pair.name}.tif").pixels
        for one in truth["specimen"]["particles"]:
            radius_px = one["diameter_nm"] / 2 / truth["nm_per_px"]
            alone = one["relation"] == "free" and len(truth["specimen"]["particles"]) == 1
            if alone and all(
                radius_px * 1.5 < one[axis] < 511 - radius_px * 1.5 for axis in ("x_px", "y_px")
            ):
                y, x = np.argwhere(labels == one["label"]).mean(axis=0)
                assert (x, y) == pytest.approx((one["x_px"], one["y_px"]), abs=0.5 * radius_px)


def test_two_workers_make_the_same_set_as_one(whole, small, tmp_path):
    simulate_set(tmp_path / "set", 5, 7, conditions=small, images_per_wave=2, workers=2)
    assert contents(tmp_path / "set") == contents(whole.folder)


def test_a_set_of_which_half_is_lost_is_made_whole_again(whole, small, tmp_path):
    folder = tmp_path / "set"
    told = []
    with pytest.raises(Stopped, match="stopped after 4 of 5 micrographs"):
        simulate_set(
            folder,
            5,
            7,
            conditions=small,
            images_per_wave=2,
            progress=lambda *said: told.append(said),
            stop=lambda: len(told) == 2,
        )
    assert not (folder / "set.toml").exists()
    for path in sorted(contents(folder))[::2]:
        (folder / path).unlink()
    simulate_set(folder, 5, 7, conditions=small, images_per_wave=2)
    assert contents(folder) == contents(whole.folder)
    assert (folder / "set.toml").read_text() == (whole.folder / "set.toml").read_text()


def test_a_run_that_was_killed_leaves_no_process_and_goes_on(whole, small, tmp_path):
    folder = tmp_path / "set"
    given = ["--count", "5", "--seed", "7", "--out", folder, "--conditions", small, "--workers", "2"]
    others = set(psutil.Process().children(recursive=True))
    begin = ForkedProcess if LINUX else subprocess.Popen
    run = begin([sys.executable, "-m", "workbench", "simulate", *map(str, given)])
    deadline = time.monotonic() + 450
    while not any((folder / "truth").glob("*.json")):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.02)
    process = psutil.Process(run.pid)
    workers = set(psutil.Process().children(recursive=True)) - others - {process, *process.parents()}
    run.send_signal(signal.SIGKILL)
    run.wait()
    _gone, alive = psutil.wait_procs(workers, timeout=150)
    assert len(workers) >= 2
    assert alive == []
    assert not (folder / "set.toml").exists()
    simulate_set(folder, 5, 7, conditions=small, images_per_wave=2)
    assert contents(folder) == contents(whole.folder)


def test_a_finished_set_is_not_written_over(whole, small):
    with pytest.raises(DatasetError, match="already holds"):
        simulate_set(whole.folder, 1, 0, conditions=small)


def test_a_finished_set_grows_into_the_one_that_a_larger_count_gives(whole, small, tmp_path):
    simulate_set(tmp_path, 3, 7, conditions=small, images_per_wave=2)
    grown = simulate_set(tmp_path, 5, 7, conditions=small, images_per_wave=2)
    assert len(grown.micrographs) == 5
    assert contents(tmp_path) == contents(whole.folder)
    with pytest.raises(DatasetError, match="already holds"):
        simulate_set(tmp_path, 5, 7, conditions=small, images_per_wave=2)
    with pytest.raises(DatasetError, match="already holds"):
        simulate_set(tmp_path, 9, 8, conditions=small, images_per_wave=2)


def test_two_processes_do_not_simulate_into_one_folder(small, tmp_path):
    run = [
        sys.executable,
        "-m",
        "workbench",
        "simulate",
        "--count",
        "2",
        "--seed",
        "7",
        "--out",
        str(tmp_path),
    ]
    refused = []

    def meanwhile() -> bool:
        refused.append(run_forked([*run, "--conditions", str(small)]))
        return True

    with pytest.raises(Stopped):
        simulate_set(tmp_path, 2, 7, conditions=small, stop=meanwhile)
    assert refused[0].returncode != 0
    assert refused[0].stderr.count("\n") == 1
    assert "Another process simulates into" in refused[0].stderr
    simulate_set(tmp_path, 2, 7, conditions=small)
    assert not list(tmp_path.glob(".*"))


def test_an_unfinished_set_is_not_mixed_with_another(small, tmp_path):
    with pytest.raises(Stopped):
        simulate_set(tmp_path, 2, 7, conditions=small, stop=lambda: True)
    with pytest.raises(DatasetError, match="unfinished set with seed = 7, not 8"):
        simulate_set(tmp_path, 2, 8, conditions=small)
    with pytest.raises(DatasetError, match="unfinished set with"):
        simulate_set(tmp_path, 2, 7, conditions="training")


def test_a_folder_with_micrographs_of_another_origin_is_left_alone(small, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "mine.tif").touch()
    with pytest.raises(DatasetError, match="of another origin"):
        simulate_set(tmp_path, 2, 7, conditions=small)


def test_progress_says_how_long_it_will_take(small, tmp_path):
    told = []
    simulate_set(
        tmp_path, 2, 7, conditions=small, images_per_wave=1, progress=lambda *said: told.append(said)
    )
    assert [done for done, _text in told] == [0.5, 1.0]
    assert told[0][1].startswith("1 of 2 micrographs simulated, about ")
    assert told[1][1] == "2 of 2 micrographs simulated"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, ""), (12.4, ", about 12 s left"), (600, ", about 10 min left"), (9000, ", about 2.5 h left")],
)
def test_time_left_in_words(seconds, text):
    assert time_left(seconds) == text
