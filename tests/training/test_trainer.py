"""One run under way: its recipe reaches the weights, and a run that was stopped goes on to the same numbers."""

import errno
import os

import pytest
import torch

from workbench.errors import ComputeError, RecipeError, Stopped
from workbench.networks.loading import load_network
from workbench.networks.registry import build
from workbench.training import state, step, trainer
from workbench.training.loop import Run, train
from workbench.training.recipe import EarlyStopping, Loss, Optimiser, Schedule

pytestmark = pytest.mark.slow


def losses(run) -> list[float]:
    return [event["loss"] for event in run.events("epoch")]


def weights(run, file="last.safetensors"):
    return load_network(run.folder / file).module.state_dict()


def same(one, other) -> bool:
    return all(torch.equal(tensor, other[key]) for key, tensor in one.items())


@pytest.fixture(scope="module")
def trained_already():
    return {}


@pytest.fixture
def undisturbed(trained_already, tmp_path_factory):
    """Train a recipe on the sets of this file, which are always the same, or return the run of an earlier test."""

    def trained(recipe) -> Run:
        key = recipe.model_copy(update={"training_sets": [], "validation_sets": []}).model_dump_json()
        if key not in trained_already:
            trained_already[key] = train(recipe, runs=tmp_path_factory.mktemp("undisturbed"))
        return trained_already[key]

    return trained


def stop_after(steps: int):
    calls = []

    def stop() -> bool:
        calls.append(True)
        return len(calls) >= steps

    return stop


def test_the_card_says_how_the_training_micrographs_looked(short, discs, tmp_path):
    on_ten = short.model_copy(update={"training_sets": [discs("ten", 2, 10)], "epochs": 1})
    train(on_ten, runs=tmp_path / "runs")
    assert load_network("tiny").card.training_range.micrographs == 10


# asked after each of four steps and before each of three micrographs: 3 stops in an epoch, 6 within its validation
@pytest.mark.parametrize(
    ("asks", "precision", "epoch"), [(3, "32", 1), (4, "32", 1), (6, "32", 1), (9, "auto", 2)]
)
def test_a_stopped_run_resumes_to_the_same_bits(recipe, tmp_path, undisturbed, asks, precision, epoch):
    # Dropout, batch normalisation, Adam, running mean, early stopping, cosine: all that a run carries along.
    whole = recipe.model_copy(
        update={
            "epochs": 3,
            "steps_per_epoch": 4,
            "precision": precision,
            "ema": 0.9,
            "options": {"base": 4, "depth": 2, "dropout": 0.3},
            "early_stopping": EarlyStopping(patience=50),
        }
    )
    expected = undisturbed(whole)
    with pytest.raises(Stopped, match=f"was stopped in epoch {epoch}"):
        train(whole, runs=tmp_path / "parts", stop=stop_after(asks))
    assert len(losses(expected)) == 3
    run = train(whole, runs=tmp_path / "parts")
    assert losses(run) == losses(expected)
    for file in ("last.safetensors", "best.safetensors"):
        assert same(weights(run, file), weights(expected, file))
    kinds = [event["event"] for event in run.events()]
    assert [kinds.count(kind) for kind in ("stopped", "resumed", "epoch", "finished")] == [1, 1, 3, 1]


def test_a_crash_within_an_epoch_loses_no_more_than_the_last_state(recipe, tmp_path, monkeypatch):
    whole = recipe.model_copy(update={"epochs": 2, "steps_per_epoch": 5})
    expected = train(whole, runs=tmp_path / "whole")
    monkeypatch.setattr(trainer, "STATE_EVERY_S", 0.0)  # a state after every step
    steps = []

    def crash(done: float, _text: str) -> None:
        steps.append(done)
        if len(steps) == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(whole, runs=tmp_path / "parts", progress=crash)
    assert torch.load(tmp_path / "parts/tiny/state/last.pt", weights_only=True)["progress"]["step"] == 7
    run = train(whole, runs=tmp_path / "parts")
    assert losses(run) == losses(expected)
    assert same(weights(run), weights(expected))


def test_an_epoch_that_was_logged_but_not_kept_is_logged_once(short, tmp_path, monkeypatch):
    def crash(*_arguments) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "save_state", crash)
    with pytest.raises(KeyboardInterrupt):
        train(short, runs=tmp_path / "runs")
    monkeypatch.setattr(trainer, "save_state", state.save_state)
    assert len((tmp_path / "runs/tiny/events.jsonl").read_text().splitlines()) == 1
    run = train(short, runs=tmp_path / "runs")
    assert [event["epoch"] for event in run.events("epoch")] == [0, 1]


def test_the_same_seed_gives_the_same_network_whatever_the_workers(short, tmp_path, undisturbed):
    one = undisturbed(short)
    alike, other = (
        train(short.model_copy(update=update), runs=tmp_path / name)
        for name, update in (("b", {"workers": 2}), ("c", {"seed": 1}))
    )
    assert same(weights(one), weights(alike))
    assert losses(one) == losses(alike)
    assert losses(one) != losses(other)
    assert not list((alike.folder / "state").glob("*.tmp"))


@pytest.mark.parametrize(
    "update",
    [
        {"optimiser": Optimiser(kind="sgd")},
        {"optimiser": Optimiser(kind="adamw", weight_decay=0.5)},
        {"schedule": Schedule(kind="constant")},
        {"schedule": Schedule(warm_up_steps=5)},
        {"clip": 1e-3, "optimiser": Optimiser(kind="sgd")},
        {"loss": Loss(kind="focal")},
        {"loss": Loss(particle_weight="balanced")},
        {"dice_weight": 0.1},
        {"rates": {"": 0.5}},
        {"dilation": 2},
        {"ema": 0.9},
        {"precision": "bf16"},
    ],
    ids=str,
)
def test_every_option_reaches_the_weights(short, tmp_path, undisturbed, update):
    if "precision" in update and not getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)():
        pytest.skip("this CPU has no bf16")
    plain = undisturbed(short)
    changed = train(short.model_copy(update=update), runs=tmp_path / "changed")
    assert not same(weights(plain), weights(changed))


def test_clipping_bounds_the_step(short, tmp_path):
    plain = {
        "optimiser": Optimiser(kind="sgd", momentum=0.0),
        "schedule": Schedule(kind="constant"),
        "epochs": 1,
    }
    still = {**plain, "steps_per_epoch": 1, "clip": 1e-3, "learning_rate": 1.0}
    run = train(short.model_copy(update=still), runs=tmp_path / "runs")
    torch.manual_seed(short.seed)
    before = build("unet", base=4, depth=2)
    names = [name for name, _ in before.named_parameters()]
    after, start = weights(run), before.state_dict()
    moved = torch.cat([(after[name] - start[name]).flatten() for name in names]).norm()
    assert moved.item() == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_frozen_parts_stay_as_they_were(short, tmp_path, part):
    run = train(short.model_copy(update={"freeze": part}), runs=tmp_path / "runs")
    torch.manual_seed(short.seed)
    module = build("unet", base=4, depth=2)
    before, after = module.state_dict(), weights(run)
    encoder = {key for key in after if key.startswith(module.encoder)}
    stay = encoder if part == "encoder" else after.keys() - encoder
    assert stay
    assert all(torch.equal(after[key], before[key]) for key in stay)  # statistics of normalisation too
    assert not all(torch.equal(after[key], before[key]) for key in after.keys() - stay)


def test_training_starts_from_a_checkpoint_of_any_dilation(recipe, tmp_path):
    first = train(recipe, runs=tmp_path / "runs")
    more = {"name": "more", "epochs": 1, "steps_per_epoch": 1, "learning_rate": 1e-9, "dilation": [1, 1, 2]}
    more["start_from"] = str(first.checkpoint)
    second = train(recipe.model_copy(update=more), runs=tmp_path / "runs")
    best, begun = weights(first, "best.safetensors"), weights(second)
    assert torch.allclose(best["head.weight"], begun["head.weight"], atol=1e-6)
    assert load_network("more").card.trained_dilation == [1, 1, 2]


def test_the_running_mean_is_what_is_kept(short, tmp_path):
    run = train(short.model_copy(update={"ema": 0.999}), runs=tmp_path / "runs")
    kept = weights(run)
    state_of = torch.load(run.state_file, weights_only=True)
    assert torch.equal(kept["head.weight"], state_of["average"]["module.head.weight"])
    assert not torch.equal(kept["head.weight"], state_of["model"]["head.weight"])


def test_early_stopping_waits_as_long_as_it_was_told(recipe, tmp_path):
    patient = recipe.model_copy(
        update={
            "epochs": 10,
            "steps_per_epoch": 1,
            "learning_rate": 1e-12,  # nothing rises
            "early_stopping": EarlyStopping(patience=2, min_delta=0.05),
        }
    )
    run = train(patient, runs=tmp_path / "runs")
    dice = [event["dice_hard"] for event in run.events("epoch")]
    reference, since = -1.0, 0
    for value in dice[:-1]:
        reference, since = (value, 0) if value > reference + 0.05 else (reference, since + 1)
        assert since < 2
    assert len(dice) < 10
    assert len(losses(train(patient, runs=tmp_path / "runs"))) == len(dice)  # and it stays ended


def test_a_nan_loss_ends_the_run_and_keeps_the_last_good_state(short, tmp_path, monkeypatch):
    real = step.batch_sums
    calls = []

    def broken(*arguments, **names):
        calls.append(True)
        return real(*arguments, **names) * (float("nan") if len(calls) > 4 else 1.0)

    monkeypatch.setattr(step, "batch_sums", broken)
    with pytest.raises(
        RecipeError, match=r"the loss became NaN in step 5, epoch 2; the last good state is kept"
    ):
        train(short, runs=tmp_path / "runs")
    run = Run(tmp_path / "runs" / "tiny")
    kept = torch.load(run.state_file, weights_only=True)
    assert kept["progress"]["step"] == 3
    assert all(torch.isfinite(tensor).all() for tensor in kept["model"].values())
    assert run.status == "failed"
    with pytest.raises(ComputeError, match="became NaN"):
        run.wait()


def test_a_full_disk_ends_the_run_with_the_state_before_whole(short, tmp_path, undisturbed, monkeypatch):
    real, calls = state.write_whole, []

    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    def write(path, data):
        calls.append(path)
        if len(calls) == 2:
            with monkeypatch.context() as patched:
                patched.setattr(os, "fsync", full)
                real(path, data)
        real(path, data)

    monkeypatch.setattr(state, "write_whole", write)
    with pytest.raises(ComputeError, match="No space left on device"):
        train(short, runs=tmp_path / "runs")
    monkeypatch.setattr(state, "write_whole", real)
    assert torch.load(calls[0], weights_only=True)["progress"]["step"] == 3
    resumed = train(short, runs=tmp_path / "runs")
    assert losses(resumed) == losses(undisturbed(short))


def test_a_halved_batch_is_in_the_events_on_stderr_and_in_the_state(short, tmp_path, monkeypatch, capsys):
    real = step.batch_sums

    def small(logits, *arguments, **names):
        if len(logits) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(logits, *arguments, **names)

    monkeypatch.setattr(step, "batch_sums", small)
    plain = short.model_copy(update={"options": {"base": 4, "depth": 2, "norm": "none"}})
    run = train(plain, runs=tmp_path / "small")
    (event,) = run.events("halved")
    assert "4 crops of 64 px do not fit the memory of cpu: from here on 2 at a time" in event["message"]
    assert event["message"] in capsys.readouterr().err
    assert torch.load(run.state_file, weights_only=True)["progress"]["parts"] == 2
    monkeypatch.setattr(step, "batch_sums", real)
    assert losses(run) == pytest.approx(losses(train(plain, runs=tmp_path / "large")), abs=1e-5)
