"""A study from its plan to its page: numbers worked out apart, cells done once, failed, stopped, tried again."""

import csv
import json
import math
import shutil
from statistics import fmean, stdev

import pytest
from scipy import stats

from workbench.errors import ComputeError, DatasetError, RecipeError, Stopped
from workbench.locks import Lock
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.networks.loading import load_network
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.segmenting import segment
from workbench.study import run_study, schedule
from workbench.study import study as study_module
from workbench.study.work import STOP_FILE
from workbench.training import loop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, when their cluster starts

TWO_CELLS = (
    ("seeds = [0, 1, 2]", "seeds = [0, 1]"),
    ('\n[[architectures]]\nname = "residual_unet"\noptions = { blocks = 2, filters = 4 }\n', ""),
)


def rows(path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def results(out) -> dict[str, dict]:
    return {path.stem: json.loads(path.read_text()) for path in (out / "cells").glob("*.json")}


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """Names of the cells that were trained, or begun, from here on."""
    names = []
    real = loop.train

    def train(recipe, **how):
        names.append(recipe.name)
        return real(recipe, **how)

    monkeypatch.setattr(loop, "train", train)
    return names


def test_a_study_ends_with_a_page_whose_numbers_are_those_of_its_cells(plan, tmp_path, client, trained):
    said: list[str] = []
    out = tmp_path / "out"
    path = plan()
    report = run_study(path, out, client=client, progress=lambda _done, text: said.append(text))
    assert (report.done, report.failed, report.missing) == (6, {}, 0)
    assert said[0] == "6 cells, 0 of them done already"
    assert said[-1].startswith("6 of 6  residual_unet-d1-s2  Dice ")
    assert "left" in said[1]
    assert sorted(trained) == sorted(results(out))
    assert (out / "study.toml").read_text() == path.read_text()

    found = results(out)
    _mean_and_deviation(out, found)
    _intervals(out, found)
    _a_score_of_a_network_on_disk(out, tmp_path, found)
    _what_networks_are(out)

    page = report.page.read_text()
    assert page.startswith(
        "# Two networks on discs\n\n6 training runs, 6 of them done. Scored once on `test` (4 micro"
    )
    for figure in (
        "dice-against-dose",
        "dice-against-receptive-field",
        "learning-curves",
        "figure-1-test-m0",
    ):
        assert f"](figures/{figure}.png)" in page
        assert (out / "figures" / f"{figure}.svg").stat().st_size > 1000
    assert "Only" not in page
    assert "Paired" in page

    trained.clear()
    again = run_study(path, out, client=client, progress=lambda _done, text: said.append(text))
    assert trained == []
    assert said[-1] == "6 cells, 6 of them done already"
    assert again.page.read_text() == page


def _mean_and_deviation(out, found) -> None:
    table = {(row["kind"], row["dose"]): row for row in rows(out / "table.csv")}
    assert len(table) == 2 * 3
    for network, title in (("unet", "U-Net"), ("residual_unet", "Residual U-Net")):
        for dose, names in (("all doses", "0123"), ("10 to 100 e/Å²", "02"), ("100 to 1000 e/Å²", "13")):
            means = [
                fmean(
                    score["dice_hard"]
                    for score in found[f"{network}-d1-s{seed}"]["scores"]
                    if score["micrograph"][1] in names
                )
                for seed in (0, 1, 2)
            ]
            row = table[title, dose]
            assert (int(row["seeds"]), int(row["micrographs"])) == (3, len(names))
            assert float(row["mean"]) == pytest.approx(fmean(means), rel=1e-5)
            assert float(row["std"]) == pytest.approx(stdev(means), rel=1e-4, abs=1e-8)


def _intervals(out, found) -> None:
    """One pair, residual U-Net against U-Net; sums of squares written out."""
    compared = {row["dose"]: row for row in rows(out / "comparisons.csv")}
    assert set(compared) == {"all doses", "10 to 100 e/Å²", "100 to 1000 e/Å²"}
    row = compared["all doses"]
    assert (row["factor"], row["seeds"], row["specimens"]) == ("network", "3", "4")
    assert row["of"] == "Residual U-Net, dilation 1, 6 micrographs"
    table = [
        [
            one["dice_hard"] - other["dice_hard"]
            for one, other in zip(
                found[f"residual_unet-d1-s{seed}"]["scores"], found[f"unet-d1-s{seed}"]["scores"], strict=True
            )
        ]
        for seed in (0, 1, 2)
    ]
    mean = fmean(map(fmean, table))
    seeds, specimens = [fmean(line) for line in table], [fmean(column) for column in zip(*table, strict=True)]
    of_seeds = 4 * sum((value - mean) ** 2 for value in seeds) / 2
    of_specimens = 3 * sum((value - mean) ** 2 for value in specimens) / 3
    rest = sum((table[s][m] - seeds[s] - specimens[m] + mean) ** 2 for s in range(3) for m in range(4)) / (
        2 * 3
    )
    more = max(of_specimens - rest, 0)
    freedom = (of_seeds + more) ** 2 / (of_seeds**2 / 2 + more**2 / 3)
    half = stats.t.ppf(0.975, freedom) * math.sqrt((of_seeds + more) / 12)
    assert float(row["difference"]) == pytest.approx(mean, rel=1e-4)
    assert (float(row["low"]), float(row["high"])) == pytest.approx((mean - half, mean + half), rel=1e-4)


def _a_score_of_a_network_on_disk(out, folder, found) -> None:
    network = load_network(out / "runs" / "unet-d1-s1" / "best.safetensors")
    (kept,) = [score for score in found["unet-d1-s1"]["scores"] if score["micrograph"] == "m2"]
    micrograph, truth = LabelledDataset(folder / "test").micrographs[2].read()
    expected = dice_hard(segment(micrograph, network).probability, truth, network.card.threshold)
    assert kept["dice_hard"] == pytest.approx(expected)
    one_row = [
        row for row in rows(out / "scores.csv") if (row["cell"], row["micrograph"]) == ("unet-d1-s1", "m2")
    ]
    assert float(one_row[0]["dice_hard"]) == pytest.approx(expected, rel=1e-5)
    assert float(one_row[0]["dose_e_per_A2"]) == 20


def _what_networks_are(out) -> None:
    """Pools 2, 2: the published residual U-Net sees 44 px; discs of radius 18 px at 0.05 nm/px are 36 px wide."""
    (row,) = [row for row in rows(out / "networks.csv") if row["network"] == "Residual U-Net"]
    assert (int(row["field_px"]), float(row["field_nm"])) == (44, pytest.approx(2.2))
    assert float(row["field_diameters"]) == pytest.approx(44 / 36, rel=0.02)
    curves = rows(out / "curves.csv")
    assert len(curves) == 6 * 2
    assert {row["step"] for row in curves} == {"3", "6"}


@pytest.mark.usefixtures("without_figures")
def test_a_cell_that_fails_says_why_and_takes_no_other_with_it_and_retry_tries_it_again(
    plan, tmp_path, client, trained
):
    later = tmp_path / "later.safetensors"
    failing = ("filters = 4 }", f'filters = 4 }}\nrecipe = {{ start_from = "{later}" }}')
    path, out = plan(("seeds = [0, 1, 2]", "seeds = [0]"), failing), tmp_path / "out"
    report = run_study(path, out, client=client)
    assert report.done == 1
    assert list(report.failed) == ["residual_unet-d1-s0"]
    page = report.page.read_text()
    assert "2 training runs, 1 of them done, 1 failed." in page
    assert f"| `residual_unet-d1-s0` | There is no file {later}; check the name. |" in page
    assert "**Only 1 seed:**" in page

    trained.clear()
    assert run_study(path, out, client=client).done == 1
    assert trained == []
    shutil.copy(out / "runs/unet-d1-s0/best.safetensors", later)  # there now, but of another architecture
    failed = run_study(path, out, client=client, retry=True).failed
    assert "is a unet, and its weights do not fit" in failed["residual_unet-d1-s0"]
    good = plan(("seeds = [0, 1, 2]", "seeds = [0]"))
    report = run_study(good, out, client=client)  # a failed cell may be planned anew
    assert (report.done, report.failed) == (2, {})
    assert trained == ["residual_unet-d1-s0"] * 2


@pytest.mark.usefixtures("without_figures")
def test_a_study_that_is_stopped_within_a_run_goes_on_from_there(plan, tmp_path, client, monkeypatch):
    path, out, whole = plan(*TWO_CELLS), tmp_path / "out", tmp_path / "whole"
    run_study(path, whole, client=client)
    real = loop.train

    def stopped_in_its_fifth_step(recipe, **how):
        def told(done: float, _text: str) -> None:
            if recipe.name == "unet-d1-s1" and done > 4 / 6:
                (out / STOP_FILE).touch()

        return real(recipe, progress=told, **how)

    monkeypatch.setattr(loop, "train", stopped_in_its_fifth_step)
    with pytest.raises(Stopped, match="with 1 of 2 cells done; the same command goes on"):
        run_study(path, out, client=client)
    assert list(results(out)) == ["unet-d1-s0"]
    monkeypatch.setattr(loop, "train", real)
    assert run_study(path, out, client=client).done == 2
    kinds = [
        json.loads(line)["event"] for line in (out / "runs/unet-d1-s1/events.jsonl").read_text().splitlines()
    ]
    assert kinds.count("resumed") == 1
    parted, expected = results(out)["unet-d1-s1"], results(whole)["unet-d1-s1"]
    assert (parted["resumed"], expected["resumed"]) == (True, False)
    for key in ("curve", "threshold"):
        assert parted[key] == expected[key]
    assert [one["dice_hard"] for one in parted["scores"]] == [one["dice_hard"] for one in expected["scores"]]


def test_who_asks_to_stop_before_anything_is_done_gets_a_study_to_go_on_with(
    plan, tmp_path, client, monkeypatch
):
    monkeypatch.setattr(schedule, "LOOK_S", 0.01)
    asked = []

    def stop() -> bool:
        asked.append(True)
        return True

    # more epochs than can be done before the first look
    path = plan(*TWO_CELLS, ("epochs = 2", "epochs = 100000"))
    with pytest.raises(Stopped, match="with 0 of 2 cells done"):
        run_study(path, tmp_path / "out", client=client, stop=stop)
    assert asked
    assert not (tmp_path / "out" / STOP_FILE).exists()


@pytest.mark.usefixtures("without_figures")
def test_a_changed_test_set_is_scored_again_without_training(plan, tmp_path, client, trained):
    path, out = plan(*TWO_CELLS), tmp_path / "out"
    run_study(path, out, client=client)
    shutil.copy(tmp_path / "train/images/m0.tif", tmp_path / "test/images/m0.tif")
    shutil.copy(tmp_path / "train/labels/m0.tif", tmp_path / "test/labels/m0.tif")
    before = {name: (out / "runs" / name / "best.safetensors").read_bytes() for name in results(out)}
    old = results(out)
    trained.clear()
    run_study(path, out, client=client)
    assert {name: (out / "runs" / name / "best.safetensors").read_bytes() for name in before} == before
    for name, one in results(out).items():
        assert one["tests"] != old[name]["tests"]
        assert one["scores"][1]["dice_hard"] == old[name]["scores"][1]["dice_hard"]
        assert (
            len((out / "runs" / name / "events.jsonl").read_text().splitlines()) == 3
        )  # two epochs, finished


@pytest.mark.usefixtures("without_figures")
def test_a_folder_holds_one_plan_and_one_process(plan, tmp_path, client):
    path, out = plan(*TWO_CELLS), tmp_path / "out"
    run_study(path, out, client=client)
    other = plan(*TWO_CELLS, ("batch = 2", "batch = 4"), name="other.toml")
    with pytest.raises(RecipeError, match="holds unet-d1-s0 of another plan"):
        run_study(other, out, client=client)
    lock = Lock.take(out / "lock")
    assert lock is not None
    try:
        with pytest.raises(ComputeError, match="being worked on by another process"):
            run_study(path, out, client=client)
    finally:
        lock.close()


@pytest.mark.usefixtures("without_figures")
def test_more_seeds_may_be_added_on_a_scheduler_elsewhere_and_the_page_can_be_written_alone(
    plan, tmp_path, client, trained
):
    out, one_seed = tmp_path / "out", (("seeds = [0, 1, 2]", "seeds = [1]"), TWO_CELLS[1])
    run_study(plan(*one_seed), out, client=client)
    trained.clear()
    more = plan(*TWO_CELLS, name="more.toml")
    report = run_study(more, out, page_only=True)
    assert (report.done, report.missing, trained) == (1, 1, [])
    assert "2 training runs, 1 of them done, 1 still to be done." in report.page.read_text()
    assert run_study(more, out, scheduler=client.scheduler.address).done == 2
    assert trained == ["unet-d1-s0"]


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ('/test"', '/train"', RecipeError, "train is a test set, and unet is trained or validated on it"),
        ('/test"', '/nosuch"', Exception, "neither a folder or file that exists"),
        (
            "seeds = [0, 1, 2]",
            "seeds = [0]\ntraining_sizes = [7]",
            RecipeError,
            "7 micrographs .* there are 6 to",
        ),
        ("seeds = [0, 1, 2]", 'seeds = [0]\nfigure = ["m9"]', RecipeError, "figure: m9 is in no test set"),
        ("crop = 64", "crop = 128", RecipeError, "crop 128 is larger than the smallest micrograph"),
        ('/test"', '/validation"', Exception, "no dose is known, of 2 of 2 test micrographs"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_trained(plan, tmp_path, old, new, error, said):
    path = plan((old, new))
    with pytest.raises(error, match=said) as raised:
        run_study(path, tmp_path / "out")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out" / "runs").exists()


def test_a_test_set_of_boxes_is_refused_before_anything_is_trained(plan, sets):
    (sets / "boxed").mkdir()
    (sets / "boxed" / "a.png").touch()
    (sets / "boxed" / "a.boxes.txt").touch()
    (sets / "boxed" / "set.toml").write_text('labels = "boxes"\n')
    with pytest.raises(DatasetError, match=r"^boxed has a box round each particle and no mask"):
        run_study(plan(('/test"', '/boxed"')), sets / "out")


def test_sets_that_were_simulated_from_one_seed_are_not_test_and_training(plan, sets):
    for name in ("train", "test"):
        with (sets / name / "set.toml").open("a") as file:
            file.write("\n[details]\nseed = 5\n")
    with pytest.raises(
        RecipeError, match="are simulated from one seed, 5, so they may show the same specimens"
    ):
        run_study(plan(), sets / "out")


def test_a_scheduler_that_is_not_there_is_named(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(schedule, "ANSWER_S", 0.5)
    with pytest.raises(ComputeError, match=r"No scheduler answers at tcp://127.0.0.1:9;"):
        run_study(plan(), tmp_path / "out", scheduler="tcp://127.0.0.1:9")


def test_each_cell_gets_its_share_of_the_cores(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(8)))
    from workbench.study.cells import cells_of
    from workbench.study.plan import read_plan
    from workbench.study.work import Job

    for text, threads in (("threads = 1\n", 1), ("", 2)):
        read, _text = read_plan(plan(("threads = 1\n", text)))
        job = Job(cells_of(read)[0], tmp_path, (), "", (), tmp_path)
        assert study_module._with_threads(job, 4).cell.recipe.threads == threads
