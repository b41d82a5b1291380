"""Which weights a network on the command line is."""

import hashlib

import pytest

from workbench.batch.weights import Weights
from workbench.errors import NetworkError
from workbench.networks.loading import ZOO


def test_a_classical_method_has_no_file_and_is_the_same_everywhere():
    otsu = Weights.of("otsu")
    assert (otsu.names, otsu.file, otsu.ships) == (("otsu",), None, True)
    assert (otsu.identity, otsu.sha256()) == ("otsu", "")


def test_a_network_that_ships_keeps_its_name():
    unet = Weights.of("unet")
    assert (unet.names, unet.ships) == (("unet",), True)
    assert unet.file.parent == ZOO


def test_a_file_is_called_by_its_stem_and_folders(tmp_path):
    file = tmp_path / "x" / "best.safetensors"
    file.parent.mkdir()
    file.write_bytes(b"weights")
    found = Weights.of(str(file))
    assert found.names[:2] == ("best", "x.best")
    assert not any("safetensors" in name for name in found.names)
    assert (found.file, found.ships) == (file, False)
    assert found.sha256() == hashlib.sha256(b"weights").hexdigest()


def test_a_run_is_called_by_its_folder_and_is_its_best_weights(tmp_path):
    run = tmp_path / "runs.2" / "first.1"
    run.mkdir(parents=True)
    (run / "best.safetensors").write_bytes(b"")
    found = Weights.of(str(run))
    assert found.names[:2] == ("first.1", "runs.2.first.1")
    assert found.file == run / "best.safetensors"
    assert found.identity == Weights.of(str(run / ".." / "first.1" / "best.safetensors")).identity


def test_a_file_that_is_not_there_cannot_be_hashed(tmp_path):
    with pytest.raises(NetworkError, match=r"gone.safetensors cannot be read \(No such file or directory\)"):
        Weights.of(str(tmp_path / "gone.safetensors")).sha256()
