"""The run that a person is about to start: checked with each change, estimated while it is looked at."""

import shutil

import pytest
from fake_compute import FakeCompute
from training_set import write_discs
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.session import Session
from workbench.app.train.draft import Draft, free_name
from workbench.errors import WorkbenchError
from workbench.networks.loading import ZOO
from workbench.training.estimate import Estimate


@pytest.fixture
def worker():
    return FakeCompute()


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


def test_weights_to_start_from_lie_in_the_data_folder(session, draft, tmp_path):
    shutil.copy(ZOO / "unet.safetensors", tmp_path / "data" / "mine.safetensors")
    draft.start_from = "mine.safetensors"
    wait_for(lambda: not draft.warning)
    assert draft.recipe().start_from == str(tmp_path / "data" / "mine.safetensors")
    draft.start_from = "/etc/passwd"
    wait_for(lambda: "outside the data folder" in draft.warning)


def test_fine_tuning_takes_over_what_the_card_knows(session):
    trainings = session.trainings
    trainings.draft.training_set = "discs"
    trainings.fine_tune_from("unet")
    recipe, card = trainings.draft.recipe(), session.card("unet")
    assert (recipe.start_from, recipe.architecture) == ("unet", "unet")
    assert recipe.options == card.options
    assert recipe.input_nm_per_px == card.input.nm_per_px
    assert recipe.name == "unet-tuned"


def test_train_at_this_dilation_fills_the_draft(session):
    draft = session.trainings.draft
    session.dilation_cache.set("unet", 4)
    session.trainings.train_at("unet")
    card = session.card("unet")
    assert (draft.architecture, draft.dilation, draft.start_from) == ("unet", "4", "")
    assert draft.options == card.options
    assert draft.name == "unet-dilation-4"
    assert f"input_nm_per_px = {card.input.nm_per_px}" in draft.more
    assert session.trainings.brought == 1
    session.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    session.trainings.train_at("unet")
    assert (draft.dilation, draft.name) == ("1, 1, 2, 2, 4", "unet-dilation-1-1-2-2-4")
    with pytest.raises(WorkbenchError, match="no convolutions"):
        session.trainings.train_at("otsu")


def test_a_draft_is_saved_with_the_page_and_what_does_not_fit_is_left_out(session, worker):
    session.trainings.draft.epochs, session.trainings.draft.more = 77, "seed = 4"
    saved = parse_session(session.state().model_dump_json())
    other = Session(data=session.data, compute=worker)
    other.restore(saved.model_copy(update={"draft": {**saved.draft, "crop": "large", "nonsense": 1}}))
    draft = other.trainings.draft
    assert (draft.epochs, draft.more, draft.crop) == (77, "seed = 4", 128)


def test_names_count_on(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path))
    (tmp_path / "a").mkdir()
    assert (free_name("a"), free_name("b")) == ("a-2", "b")


def test_no_estimate_is_said_to_be_made_once_the_panel_is_closed_during_a_check(tmp_path, monkeypatch):
    draft = Draft(DataFolder(tmp_path), FakeCompute())
    monkeypatch.setattr(draft, "_in_background", lambda _look: None)  # the check is not through yet
    draft._estimate(0, None)
    draft.check()  # stops the estimate
    draft.estimating = False
    assert draft.estimated == ""


def estimate_of(draft):
    """Return the estimate of what is set now: checks of what was set before may have begun others."""
    wait_for(lambda: draft._job is not None)
    return draft._job


def test_a_draft_that_can_start_is_estimated_behind_the_networks(draft, worker):
    job = estimate_of(draft)
    assert draft.estimated == "estimating time and memory…"
    assert job in worker.all("estimate")
    assert (job.options["urgent"], job.options["needs_device"]) == (False, True)
    job.answer(Estimate(600.0, 1.2, 1 << 30, "cpu", 1000, (4, 1)))
    assert draft.estimated.startswith("Estimate from one crop tried on cpu: 10 min (1.2 s a step, 6 steps)")


def test_an_estimate_of_what_was_typed_before_is_not_shown(draft, worker):
    worker.stops_at_once = False
    early = estimate_of(draft)
    draft.crop = 128  # larger than the micrographs
    wait_for(lambda: draft.warning)
    assert early.stop_asked
    early.answer(Estimate(600.0, 1.2, 1 << 30, "cpu", 1000, (4, 1)))
    assert draft.estimated == ""


def test_why_there_is_no_estimate_is_why_the_run_cannot_start(draft):
    estimate_of(draft).fail("no memory")
    assert (draft.warning, draft.estimated) == ("no memory", "")


def test_the_recipe_is_what_the_form_says_and_what_is_typed_below_it(draft, tmp_path):
    draft.dilation, draft.more = "1, 2", "seed = 4"
    recipe = draft.recipe()
    assert (recipe.dilation, recipe.seed, recipe.epochs) == ([1, 2], 4, 2)
    assert list(recipe.training_sets) == [str(tmp_path / "data" / "discs")]
    assert recipe.split is not None
    draft.validation_set = "discs"
    assert list(draft.recipe().validation_sets) == [str(tmp_path / "data" / "discs")]


def test_architectures_are_asked_for_when_there_is_a_panel_to_show_them(draft, worker):
    draft.open()
    (job,) = worker.waiting("describe_architectures")
    job.answer({"unet": {"title": "U-Net", "summary": "", "options": {}}})
    assert list(draft.architectures) == ["unet"]
