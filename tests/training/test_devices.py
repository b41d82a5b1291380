"""Precision and processes are chosen by what the device has; torch is left as it was."""

import pytest
import torch

from workbench.errors import ComputeError, RecipeError
from workbench.training.devices import choose_precision, make_fabric, reproducible


def test_bf16_on_a_gpu_only_where_it_has_it(monkeypatch):
    for there, auto in ((True, "bf16-mixed"), (False, "32-true")):
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation=True, there=there: there
        )
        assert choose_precision("auto", "cuda") == (auto, None)
        assert choose_precision("bf16", "cuda")[0] == auto
        assert choose_precision("32", "cuda") == ("32-true", None)


def test_bf16_on_a_cpu_only_where_it_has_it(monkeypatch):
    for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False, raising=False)
    assert choose_precision("auto", "cpu") == ("32-true", None)
    precision, said = choose_precision("bf16", "cpu")
    assert precision == "32-true"
    assert "no bf16" in said
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True, raising=False)
    assert choose_precision("bf16", "cpu") == choose_precision("auto", "cpu") == ("bf16-mixed", None)
    assert choose_precision("32", "cpu") == ("32-true", None)


def test_a_dilated_network_stays_in_32_bits_on_a_cpu(recipe, monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True, raising=False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: True)
    assert choose_precision("auto", "cpu", dilated=True) == ("32-true", None)
    precision, said = choose_precision("bf16", "cpu", dilated=True)
    assert (precision, said) == (
        "32-true",
        "on a CPU bf16 fails in dilated convolutions, so the run computes in 32 bits",
    )
    assert choose_precision("auto", "cuda", dilated=True)[0] == "bf16-mixed"
    plain = recipe.model_copy(update={"precision": "auto", "device": "cpu"})
    for changed, expected in (
        ({}, "bf16-mixed"),
        ({"dilation": 2}, "32-true"),
        ({"dilation": [1, 1, 2]}, "32-true"),
        ({"architecture": "mixed_scale", "options": {"depth": 3}}, "32-true"),
        ({"options": {"base": 4, "depth": 2, "dropped_pools": 1}}, "32-true"),
    ):
        fabric, _said = make_fabric(plain.model_copy(update=changed))
        assert fabric._precision.precision == expected


def test_a_device_that_is_not_there_is_said(recipe, monkeypatch):
    monkeypatch.setattr(torch, "empty", lambda *_a, **_n: (_ for _ in ()).throw(RuntimeError("no such")))
    with pytest.raises(ComputeError, match="'cuda' is not there"):
        make_fabric(recipe.model_copy(update={"device": "cuda"}))


def test_a_batch_that_cannot_be_shared_is_refused(recipe):
    with pytest.raises(
        RecipeError, match="batch of 4 cannot be shared among 3 processes; make it a multiple of 3"
    ):
        make_fabric(recipe.model_copy(update={"devices": 3, "device": "cpu"}))


def test_torchrun_says_how_many_processes_there_are(recipe, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "a")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setenv("WORLD_SIZE", "8")
    with pytest.raises(RecipeError, match="among 8 processes"):
        make_fabric(recipe.model_copy(update={"device": "cpu"}))


def test_threads_and_random_numbers_are_given_back_after_a_run(recipe):
    threads = torch.get_num_threads()
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    with reproducible(recipe.model_copy(update={"threads": threads + 1})):
        assert torch.get_num_threads() == threads + 1
        torch.manual_seed(0)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(1), expected)
