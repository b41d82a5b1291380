"""The state is whole: the file before stays until the new one is on the disk, and what was written comes back."""

import errno
import os

import pytest
import torch

from workbench.errors import ComputeError
from workbench.networks.registry import build
from workbench.training.optimisation import running_mean
from workbench.training.state import Progress, load_state, save_state


def parts(seed: int):
    torch.manual_seed(seed)
    module = build("unet", base=2, depth=1)
    optimiser = torch.optim.Adam(module.parameters())
    module(torch.randn(1, 1, 16, 16)).sum().backward()
    optimiser.step()
    mean = running_mean(module, 0.9)
    mean.update_parameters(module)
    return module, optimiser, mean


def test_everything_comes_back(tmp_path):
    module, optimiser, mean = parts(0)
    at = Progress(step=7, parts=2, best=0.8, reference=0.75, waited=1, loss=0.3, seconds=2.0)
    save_state(tmp_path / "s.pt", at, module, optimiser, mean)
    others = parts(1)
    assert load_state(tmp_path / "s.pt", *others) == at
    for one, other in zip((module, mean), (others[0], others[2]), strict=True):
        theirs = other.state_dict()
        assert all(torch.equal(tensor, theirs[key]) for key, tensor in one.state_dict().items())
    one, other = optimiser.state_dict(), others[1].state_dict()
    assert one["param_groups"] == other["param_groups"]
    assert all(
        torch.equal(one["state"][k]["exp_avg_sq"], other["state"][k]["exp_avg_sq"]) for k in one["state"]
    )


def test_a_full_disk_leaves_the_state_before(tmp_path, monkeypatch):
    module, optimiser, _mean = parts(0)
    path = tmp_path / "s.pt"
    save_state(path, Progress(step=1), module, optimiser)
    before = path.read_bytes()

    def full(_number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ComputeError, match="No space left on device"):
        save_state(path, Progress(step=2), module, optimiser)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["s.pt"]


def test_the_file_is_on_the_disk_before_it_takes_the_name(tmp_path, monkeypatch):
    module, optimiser, _mean = parts(0)
    path, seen = tmp_path / "s.pt", []
    monkeypatch.setattr(os, "fsync", lambda number: seen.append((os.fstat(number).st_size, path.exists())))
    save_state(path, Progress(), module, optimiser)
    assert seen == [(path.stat().st_size, False)]


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk"])
def test_a_broken_state_is_said(tmp_path, content):
    module, optimiser, mean = parts(0)
    (tmp_path / "s.pt").write_bytes(content)
    with pytest.raises(ComputeError, match="cannot be read"):
        load_state(tmp_path / "s.pt", module, optimiser, mean)


def test_a_state_with_code_in_it_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "owned"),))

    module, optimiser, mean = parts(0)
    torch.save({"model": Evil()}, tmp_path / "s.pt")
    with pytest.raises(ComputeError):
        load_state(tmp_path / "s.pt", module, optimiser, mean)
    assert not (tmp_path / "owned").exists()
