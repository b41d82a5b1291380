"""Checkpoints: written whole, read only when whole and right, each fault one sentence."""

import json
import os
import struct
from pathlib import Path

import pytest
import torch

from workbench.errors import ComputeError, NetworkError
from workbench.networks.card import Card, Score
from workbench.networks.checkpoint import load_checkpoint, read_card, save_checkpoint
from workbench.networks.registry import build


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    module = build("unet", base=4, depth=2, dilation=[1, 1, 2]).eval()
    card = Card(
        name="small",
        architecture="unet",
        threshold=0.4,
        scores=[Score(metric="dice_hard", value=0.9, set="s", split="test", micrographs=3)],
    )
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, module, card)
    return path, module


def test_a_checkpoint_gives_back_the_same_network(saved):
    path, module = saved
    network = load_checkpoint(path)
    image = torch.randn(1, 1, 32, 32)
    assert torch.equal(network.module(image), module(image))
    assert network.card.dilation == network.card.trained_dilation == [1, 1, 2]
    assert network.card.threshold == 0.4
    assert network.card.parameters == sum(tensor.numel() for tensor in module.parameters())
    assert read_card(path) == network.card


def test_half_precision_is_half_the_size_and_nearly_the_same(saved, tmp_path):
    path, module = saved
    save_checkpoint(tmp_path / "half.safetensors", module, read_card(path), half=True)
    image = torch.randn(1, 1, 32, 32)
    half = load_checkpoint(tmp_path / "half.safetensors").module(image)
    assert half.dtype == torch.float32
    assert torch.allclose(half, module(image), atol=2e-2)
    tensors = [(tmp_path / name).stat().st_size for name in ("half.safetensors", "small.safetensors")]
    assert tensors[0] < 0.75 * tensors[1]


def test_every_cut_is_refused_with_a_sentence(saved):
    path, _module = saved
    data = path.read_bytes()
    for length in (0, 4, 8, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(NetworkError) as refused:
            load_checkpoint(path)
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)


def change_card(path, change):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    card = json.loads(header["__metadata__"]["card"])
    change(card)
    header["__metadata__"]["card"] = json.dumps(card)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", 99, "card format 99 is not known"),
        ("architecture", "resnet", "no architecture called 'resnet'"),
        ("options", {"base": 8, "depth": 2}, "has shape"),
        ("options", {"base": 4, "depth": 3}, "lacks"),
        ("surprise", 1, "card in .* cannot be read"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(saved, key, value, said):
    path, _module = saved

    def change(card):
        card[key] = value
        if key == "options":
            card["dilation"] = 1

    change_card(path, change)
    with pytest.raises(NetworkError, match=said):
        load_checkpoint(path)


def test_nan_weights_are_not_saved(saved, tmp_path):
    path, module = saved
    with torch.no_grad():
        next(module.parameters()).fill_(torch.nan)
    with pytest.raises(NetworkError, match="NaN"):
        save_checkpoint(tmp_path / "nan.safetensors", module, read_card(path))
    assert not (tmp_path / "nan.safetensors").exists()


def test_a_full_disk_leaves_the_old_file(saved, monkeypatch):
    path, module = saved
    before = path.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ComputeError, match="No space left"):
        save_checkpoint(path, module, read_card(path))
    assert path.read_bytes() == before
    assert [child.name for child in path.parent.glob(".small*")] == []


def test_a_checkpoint_that_is_written_anew_while_it_is_read_is_told_and_one_that_shrinks_later_changes_nothing(
    saved, monkeypatch
):
    path, module = saved
    network = load_checkpoint(path)
    data = path.read_bytes()
    path.write_bytes(data[:5000])  # weights that were mapped would be gone now, and the process with them
    image = torch.randn(1, 1, 32, 32)
    assert torch.equal(network.module(image), module(image))
    path.write_bytes(data)
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: (path.write_bytes(data[:5000]), read(self))[1])
    with pytest.raises(NetworkError, match="changed while it was read"):
        load_checkpoint(path)
