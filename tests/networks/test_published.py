"""Import of published weights: the right numbers, and nothing that is in the file is run."""

import os
import pickle
import zipfile
from collections import OrderedDict

import h5py
import numpy as np
import pytest
import torch

from workbench.errors import NetworkError
from workbench.networks.loading import load_network
from workbench.networks.published import import_published
from workbench.networks.registry import build


def test_published_residual_unet_answers_as_published(real_files):
    published = real_files / "published"
    imported = import_published(published / "UNet_5nmAu330kX423eUTC_fold0_seed962_model.h5", "au5")
    network = load_network("au5")
    assert imported.name == "au5.safetensors"
    assert network.card.parameters == 130_682
    with np.load(published / "expected_logits_image_0.npz") as expected:
        with torch.inference_mode():
            logits = network.module(torch.from_numpy(expected["input"].astype(np.float32))[None, None])
        assert np.abs(logits[0].numpy() - expected["logits"]).max() < 1e-4


class UNet(torch.nn.Module):
    """Has the parts of the published class, under its name."""

    def __init__(self, source):
        super().__init__()
        for name in ("downs", "pools", "bottleneck", "ups", "final_conv"):
            setattr(self, name, getattr(source, name))


def saved_as_published(path, pools, monkeypatch):
    import __main__
    import workbench.networks.residual_unet as ours

    torch.manual_seed(1)
    module = build("residual_unet", blocks=len(pools), pools=pools).eval()
    copy = UNet(module)
    monkeypatch.setattr(__main__, "UNet", UNet, raising=False)
    monkeypatch.setattr(__main__, "ResidualBlock", ours.ResidualBlock, raising=False)
    monkeypatch.setattr(UNet, "__module__", "__main__")
    monkeypatch.setattr(ours.ResidualBlock, "__module__", "__main__")
    torch.save(copy, path)
    return module


def test_a_pickled_module_becomes_the_same_network(tmp_path, monkeypatch):
    module = saved_as_published(tmp_path / "model.h5", [2, 4], monkeypatch)
    import_published(tmp_path / "model.h5", "mine")
    imported = load_network("mine")
    assert imported.card.options["pools"] == [2, 4]
    image = torch.randn(1, 1, 32, 32)
    assert torch.equal(imported.module(image), module(image))


class Evil:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (self.target,)


@pytest.mark.parametrize("whole", [True, False])
def test_a_pickle_with_code_is_refused_and_not_run(tmp_path, whole):
    target = tmp_path / "was-run"
    payload = pickle.dumps(OrderedDict(a=Evil(str(target))) if whole else Evil(str(target)), protocol=2)
    with zipfile.ZipFile(tmp_path / "evil.pth", "w") as archive:
        archive.writestr("archive/data.pkl", payload)
    with pytest.raises(NetworkError, match="mkdir to be run"):
        import_published(tmp_path / "evil.pth", "evil")
    assert not target.exists()


def test_a_file_cut_short_is_refused(tmp_path, monkeypatch):
    saved_as_published(tmp_path / "model.h5", [2, 2], monkeypatch)
    data = (tmp_path / "model.h5").read_bytes()
    for length in (0, 10, len(data) // 2, len(data) - 30):
        (tmp_path / "cut.h5").write_bytes(data[:length])
        with pytest.raises(NetworkError, match="cut"):
            import_published(tmp_path / "cut.h5", "cut")


@pytest.mark.parametrize("name", ["", "a/b", "../a", ".hidden", "a\\b"])
def test_names_with_folders_are_refused(tmp_path, name):
    with pytest.raises(NetworkError, match="not a name"):
        import_published(tmp_path / "nosuch", name)


def test_keras_weights_of_the_groschner_unet(tmp_path):
    torch.manual_seed(2)
    module = build("groschner_unet").eval()
    convolutions = [layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d)]
    norms = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for norm in norms:
        torch.nn.init.uniform_(norm.running_mean)
        torch.nn.init.uniform_(norm.running_var, 0.5, 2)
    names = []
    with h5py.File(tmp_path / "keras.h5", "w") as file:
        for number, layer in enumerate(convolutions):
            last = number == len(convolutions) - 1
            name = "final_layer" if last else f"conv2d_{number + 40}"
            group = file.create_group(f"{name}/{name}")
            group["kernel:0"] = layer.weight.detach().numpy().transpose(2, 3, 1, 0)
            group["bias:0"] = layer.bias.detach().numpy()
            names.append(name)
            if not last:
                name, norm = f"batch_normalization_{number + 40}", norms[number]
                group = file.create_group(f"{name}/{name}")
                group["gamma:0"], group["beta:0"] = norm.weight.detach(), norm.bias.detach()
                group["moving_mean:0"], group["moving_variance:0"] = norm.running_mean, norm.running_var
                file.create_group(f"activation_{number}")
                names += [name, f"activation_{number}"]
        file.attrs["layer_names"] = [name.encode() for name in names]
    import_published(tmp_path / "keras.h5", "groschner")
    network = load_network("groschner")
    assert (network.card.input.standardise, network.card.input.outliers) == ("minmax", "median5")
    image = torch.rand(1, 1, 32, 32)
    assert torch.allclose(network.module(image), module(image), atol=1e-6)


def test_hdf5_that_is_no_network_is_refused(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["images"] = np.zeros((3, 3))
    with pytest.raises(NetworkError, match="not Keras weights"):
        import_published(tmp_path / "data.h5", "x")
