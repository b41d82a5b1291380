"""What version 0.1.0 wrote opens: a session, a card with its weights, a run, a study. The files were made by it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_compute import FakeCompute
from study_plan import write_study
from waiting import wait_for

import workbench as wb
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import read_session
from workbench.app.session import Session
from workbench.networks.checkpoint import read_card
from workbench.study import page
from workbench.study.overview import overview
from workbench.study.status import Watcher
from workbench.training.loop import Run

OLD = Path(__file__).parent / "written_by_0_1_0"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder with the sets that the run and the study learned from, beside copies of both."""
    write_study(tmp_path, ("epochs = 60", "epochs = 1"), ("seeds = [0, 1]", "seeds = [0]"), name="study.toml")
    shutil.copytree(OLD / "run", tmp_path / "runs" / "old")  # as its recipe names it
    shutil.copytree(OLD / "study", tmp_path / "out" / "study")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_session_opens_with_all_that_was_set(tmp_path):
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    session.restore(read_session(OLD / "session.workbench.json"))
    wait_for(lambda: session.micrograph is not None)
    assert (session.micrograph.name, session.nm_per_px) == ("touching", 0.03)
    assert (session.selected, session.current) == (["unet", "otsu"], "unet")
    assert session.threshold("unet") == 0.62
    assert session.version("unet")[2:4] == ((1, 1, 2, 2, 4), 1.5)
    assert (session.min_area, session.min_area_unit) == (1.5, "nm2")
    assert session.fill_holes
    assert session.split_touching
    assert (session.overlay_mode, session.colormap, list(session.contrast)) == ("outline", "viridis", [2, 98])
    assert session.explain.methods == ["gradient"]
    assert session.features.view == "pixels"
    assert (session.trainings.draft.name, session.trainings.draft.epochs) == ("next", 7)


def test_a_session_that_is_saved_again_says_the_same_under_the_new_names():
    old = read_session(OLD / "session.workbench.json")
    written = old.model_dump()
    assert (written["selected"], written["current"]) == (["unet", "otsu"], "unet")
    assert type(old).model_validate_json(old.model_dump_json()) == old


def test_a_card_and_its_weights_load_and_give_a_probability():
    weights = OLD / "run" / "best.safetensors"
    card = read_card(weights)
    assert (card.architecture, card.options["base"], card.options["depth"], card.dilation) == (
        "unet",
        2,
        1,
        1,
    )
    micrograph = wb.open_sample("easy")[0]
    found = wb.segment(micrograph, wb.load_network(str(weights)), device="cpu")
    assert found.probability.shape == found.micrograph.shape
    assert 0 < np.ptp(found.probability) < 1


def test_a_run_opens_with_its_events(data):
    run = Run.open(data / "runs" / "old")
    assert [event["epoch"] for event in run.events("epoch")] == [0, 1]
    assert run.recipe().training_sets == ["sets/train"]
    before = run.checkpoint.read_bytes()
    run.resume()  # it had ended
    assert run.checkpoint.read_bytes() == before


def test_a_run_goes_on_where_it_was(data):
    folder = data / "runs" / "old"
    for name, old, new in (
        ("recipe.toml", "epochs = 2", "epochs = 3"),
        ("recipe.json", '"epochs": 2', '"epochs": 3'),
    ):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))
    events = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join(events[:-1]))  # without the one that says that it had ended
    Run.open(folder).resume()
    assert [event["epoch"] for event in Run.open(folder).events("epoch")] == [0, 1, 2]
    assert (folder / "events.jsonl").read_text().startswith(events[0] + events[1])


def test_a_study_stands_as_it_did_and_nothing_of_it_is_done_again(data, monkeypatch):
    monkeypatch.setattr(page, "_figures", lambda *_: [])
    monkeypatch.setattr(page, "_figure_1", lambda *_: [])
    planned = overview(
        (data / "study.toml").read_text(),
        "study.toml",
        data / "out" / "study",
        data,
        progress=lambda _done, _text: None,
        stop=lambda: False,
    ).cells
    status = Watcher(data / "out" / "study", planned).look()
    assert [cell.state for cell in status.cells.values()] == ["done"]
    trained = data / "out" / "study" / "runs"
    report = wb.run_study(data / "study.toml", out=data / "out" / "study")
    assert (report.done, report.failed, report.missing) == (1, {}, 0)
    assert not trained.exists()
