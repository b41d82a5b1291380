"""Runs as the page shows them, and the draft of the next one, without a browser."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.app.train.curves import unlike
from workbench.app.train.dataset_list import find_datasets
from workbench.app.train.draft import Draft, free_name
from workbench.app.train.panel import TrainPanel
from workbench.app.train.run_view import look_at, smoothed
from workbench.app.workbench import Workbench
from workbench.compute import Compute, worker
from workbench.figures.palette import colour_of
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff
from workbench.networks.loading import ZOO
from workbench.training.estimate import estimate

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start
QUICK = 'threads = 1\nworkers = 0\nprecision = "32"\ndevice = "cpu"'


def write_discs(folder: Path, count: int = 5, edge: int = 64) -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:edge, :edge]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        mask = np.hypot(rows - rng.uniform(20, edge - 20), columns - edge / 2) < 12
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledDataset.write_description(folder, name=folder.name)


@pytest.fixture
def session(compute, tmp_path):
    write_discs(tmp_path / "data" / "discs")
    made = Session(data=DataFolder(tmp_path / "data"), compute=compute)
    made.selected = ["otsu"]
    return made


@pytest.fixture
def draft(session):
    """A draft that can start, of six steps."""
    draft = session.trainings.draft
    with draft.hold_trait_notifications():
        draft.training_set, draft.options, draft.more = "discs", {"base": 2, "depth": 1}, QUICK
        draft.epochs, draft.steps_per_epoch, draft.crop, draft.batch = 2, 3, 32, 2
    wait_for(lambda: not draft.warning)
    return draft


def test_a_run_is_started_watched_and_its_network_runs(session, draft):
    trainings = session.trainings
    run = trainings.start()
    assert (trainings.chosen, trainings.view_of(run.name).alive) == (run.name, True)
    assert draft.name == f"{run.name}-2"
    run.wait(timeout=120)
    trainings.look()
    view = trainings.view_of(run.name)
    assert (view.word, view.epoch, view.step, view.has_network) == ("finished", 2, 6, True)
    session.select(run.name)
    session.open_sample("easy")
    wait_for(lambda: run.name in session.segmentations)
    assert f"wb.train({str(run.folder / 'recipe.toml')!r}" in script(session)


def test_a_page_that_is_opened_later_finds_the_run(session, draft, compute):
    run = session.trainings.start()
    later = Session(data=session.data, compute=compute).trainings
    later.look()
    assert later.chosen == run.name
    run.wait(timeout=120)
    later.look()
    assert later.view_of(run.name).status == "finished"


def test_an_estimate_comes_from_the_worker(draft):
    wait_for(lambda: draft.estimated.startswith("Estimate from one crop tried on"))
    assert "learns from 4 micrographs, validated on 1" in draft.estimated
    assert "6 steps" in draft.estimated


class Asked(Compute):
    """Hands nothing to a worker, and keeps what it was asked for."""

    def __init__(self):
        super().__init__("nowhere")
        self.asked = []

    def start(self):
        pass

    def _begin(self, follower):
        self.asked.append(follower)
        return follower.job

    def of(self, function):
        return [follower for follower in self.asked if follower.function is function]


def test_a_page_whose_train_panel_is_closed_tries_no_training_step(tmp_path):
    write_discs(tmp_path / "data" / "discs")
    compute = Asked()
    page = Workbench(data=tmp_path / "data", compute=compute)
    panel, draft = page.panels["train"], page.session.trainings.draft
    assert compute.of(worker.segment)  # Figure 1
    # whatever fills the draft, such as a session that was kept
    with draft.hold_trait_notifications():
        draft.training_set, draft.crop, draft.more = "discs", 32, QUICK
    wait_for(lambda: not draft.warning)
    draft.list_sets()
    wait_for(lambda: draft.sets)
    with draft._lock:
        assert (compute.of(estimate), draft.estimated) == ([], "")
    panel.set_open(True)
    wait_for(lambda: compute.of(estimate))
    for follower in compute.of(estimate):
        assert follower.needs_device  # not beside a network
        assert not follower.urgent  # nor before one
    wait_for(lambda: draft.estimated.startswith("estimating"))
    panel.set_open(False)
    assert compute.of(estimate)[-1].job.inbox.get(timeout=60) == ("stop", None)
    assert draft.estimated == ""


def test_no_estimate_is_said_to_be_made_once_the_panel_is_closed_during_a_check(tmp_path, monkeypatch):
    draft = Draft(DataFolder(tmp_path), Asked())
    monkeypatch.setattr(draft, "_in_background", lambda _look: None)  # the check is not through yet
    draft._estimate(0, None)
    draft.check()  # stops the estimate
    draft.estimating = False
    assert draft.estimated == ""


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("training_set", "", "Choose a set to learn from"),
        ("training_set", "empty", "holds no micrographs"),
        ("training_set", "single", "holds one micrograph only and cannot be split"),
        ("training_set", "nowhere", "nowhere"),
        ("training_set", "/", "outside the data folder"),
        ("crop", 128, "crop 128 is larger than the smallest micrograph, 64 px"),
        ("dilation", "one", "Dilation is a whole number"),
        ("name", "unet", "There is a network unet already"),
        ("start_from", "fcn8s", "fcn8s is a fcn8s, and its weights fit no unet"),
        ("more", "\nrotat = 1", "line 2 of More: rotat is not a key of a recipe"),
        ("more", "seed = ", "in line 1 of More"),
        ("epochs", 0, "epochs: input should be greater than or equal to 1"),
    ],
)
def test_what_cannot_start_says_why(session, draft, tmp_path, trait, value, said):
    write_discs(tmp_path / "data" / "single", count=1)
    for part in ("images", "labels"):
        (tmp_path / "data" / "empty" / part).mkdir(parents=True)
    setattr(draft, trait, value)
    wait_for(lambda: draft.warning)
    assert said in draft.warning
    assert session.trainings.start() is None
    assert said in session.message


def test_sets_are_found_a_few_folders_deep(session, tmp_path):
    write_discs(tmp_path / "data" / "deep" / "er" / "set")
    assert find_datasets(session.data) == [("discs", "discs"), ("deep/er/set", "deep/er/set")]


def test_fine_tuning_takes_over_what_the_card_knows(session):
    trainings = session.trainings
    trainings.draft.training_set = "discs"
    trainings.fine_tune_from("unet")
    recipe, card = trainings.draft.recipe(), session.card("unet")
    assert (recipe.start_from, recipe.architecture) == ("unet", "unet")
    assert recipe.options == card.options
    assert recipe.input_nm_per_px == card.input.nm_per_px
    assert recipe.name == "unet-tuned"


def test_a_draft_is_saved_with_the_page_and_what_does_not_fit_is_left_out(session, compute):
    session.trainings.draft.epochs, session.trainings.draft.more = 77, "seed = 4"
    saved = parse_session(session.state().model_dump_json())
    other = Session(data=session.data, compute=compute)
    other.restore(saved.model_copy(update={"draft": {**saved.draft, "crop": "large", "nonsense": 1}}))
    draft = other.trainings.draft
    assert (draft.epochs, draft.more, draft.crop) == (77, "seed = 4", 128)


def test_weights_to_start_from_lie_in_the_data_folder(session, draft, tmp_path):
    shutil.copy(ZOO / "unet.safetensors", tmp_path / "data" / "mine.safetensors")
    draft.start_from = "mine.safetensors"
    wait_for(lambda: not draft.warning)
    assert draft.recipe().start_from == str(tmp_path / "data" / "mine.safetensors")
    draft.start_from = "/etc/passwd"
    wait_for(lambda: "outside the data folder" in draft.warning)


def test_a_run_that_is_under_way_cannot_be_started_once_more(session, draft):
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    draft.name = run.name
    wait_for(lambda: "is being trained already" in draft.warning)
    session.trainings.stop()
    assert run.wait(timeout=120).status == "stopped"


def test_a_run_folder_that_is_deleted_is_said_and_leaves_the_list(session, draft, tmp_path):
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    wait_for(lambda: (run.beat and run.beat.phase) == "training")
    session.trainings.look()
    run.folder.rename(tmp_path / "bin")
    session.trainings.look()
    assert session.trainings.runs == []
    assert f"The folder of the run {run.name} was deleted" in session.message


def test_the_prediction_follows_the_last_epoch(session, draft):
    draft.epochs, draft.steps_per_epoch = 100_000, 3
    wait_for(lambda: not draft.warning)
    trainings = session.trainings
    run = trainings.start()
    wait_for(lambda: run.checkpoint.exists())
    trainings.look()
    trainings.following = True
    wait_for(lambda: session.micrograph is not None and session.truth is not None)
    wait_for(
        lambda: trainings.look() or run.name in session.segmentations
    )  # though an epoch ends many times meanwhile
    assert session.micrograph.shape == (64, 64)
    first = trainings.epochs_shown[run.name]
    assert trainings.weights(run.name).endswith("last.safetensors")
    wait_for(lambda: trainings.look() or trainings.epochs_shown.get(run.name, 0) > first)
    trainings.stop()
    run.wait(timeout=120)
    trainings.look()
    assert trainings.weights(run.name) == run.name


def test_the_panel_disables_what_makes_no_sense(session, draft):
    panel = TrainPanel(session, None)
    buttons = {name: panel.controls[name] for name in ("start_run", "pause", "stop", "resume")}
    draft.crop = 128
    wait_for(lambda: buttons["start_run"].disabled)
    assert "crop 128 is larger" in panel._warning.value
    draft.crop = 32
    wait_for(lambda: not buttons["start_run"].disabled)
    draft.epochs, draft.steps_per_epoch = 1, 100_000
    wait_for(lambda: not draft.warning)
    run = session.trainings.start()
    wait_for(lambda: not buttons["pause"].disabled)
    assert buttons["resume"].disabled
    buttons["pause"].click()
    wait_for(lambda: not buttons["resume"].disabled)
    assert buttons["pause"].disabled
    buttons["stop"].click()
    run.wait(timeout=120)
    wait_for(lambda: buttons["stop"].disabled and not buttons["resume"].disabled)


def test_smoothing_is_that_of_tensorboard():
    # by hand: 0.5 * 1 / 0.5; (0.5 * 0.5 + 0.5 * 3) / 0.75
    assert smoothed(np.array([1.0, 3.0]), 0.5) == pytest.approx([1.0, 1.75 / 0.75])


def test_names_count_on(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path))
    (tmp_path / "a").mkdir()
    assert (free_name("a"), free_name("b")) == ("a-2", "b")


def test_a_run_is_shown_as_it_was_left(tmp_path, session, draft):
    run = session.trainings.start()
    run.wait(timeout=120)
    run.log("failed", message="no room")
    assert (look_at(run).word, look_at(run).said) == ("failed", "no room")


def test_no_two_of_seven_curves_are_drawn_alike():
    names = [f"run {number}" for number in range(7)]
    colours = unlike(names)
    assert len(set(colours.values())) == 7
    assert colours["run 0"] == colour_of("run 0")
