"""Published weights become checkpoints: pickled PyTorch modules and Keras HDF5, read without running what is in them.

A pickle is a program. Here it runs on an interpreter that knows how to rebuild a tensor and, for every class of a
network, a stub that keeps the attributes it is given and does nothing else; any other name ends the import.
"""

from __future__ import annotations

import io
import os
import pickle
import re
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from workbench.errors import NetworkError
from workbench.networks.card import Card, Input
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.loading import SUFFIX, user_folder
from workbench.networks.registry import build

_STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
}
_NAME = re.compile(r"[^\W_][\w.+ -]*")


def import_published(path: str | os.PathLike[str], name: str) -> Path:
    """Convert published weights to a checkpoint in the user's folder; nothing in the file is executed.

    Parameters
    ----------
    path : path
        A whole residual U-Net pickled by ``torch.save`` (HRTEM generalisation, whatever its suffix), or the Keras
        HDF5 weights of the U-Net of Groschner et al.
    name : str
        Name of the checkpoint, without folder and suffix.

    Returns
    -------
    Path
        The .safetensors file.

    Raises
    ------
    NetworkError
        If the file is neither, is cut short, or asks for anything to be run; the name is refused if it is not one.
    ComputeError
        If the checkpoint cannot be written.
    """
    source = Path(path)
    if not _NAME.fullmatch(name):
        raise NetworkError(
            f"{name!r} is not a name for a network; use letters, digits, '-', '_' and '.', no folder."
        )
    if source.is_dir():
        raise NetworkError(f"{source} is a folder, not a file of weights; choose a file.")
    try:
        if zipfile.is_zipfile(source):
            module, card = _from_torch(source, name)
        elif h5py.is_hdf5(source):
            module, card = _from_keras(source, name)
        else:
            with source.open("rb"):
                raise NetworkError(
                    f"{source} is neither a zip written by torch.save nor a Keras HDF5 file, or it is cut short; "
                    "choose published weights, or download it again."
                )
    except FileNotFoundError as error:
        raise NetworkError(f"There is no file {source}; check the name.") from error
    except OSError as error:
        raise NetworkError(
            f"{source} cannot be read ({error.strerror or error}); download it again."
        ) from error
    target = user_folder() / f"{name}{SUFFIX}"
    save_checkpoint(target, module, card)
    return target


class _Stub:
    """Stands for a class of a network: keeps the state it is given."""

    def __init__(self, *_arguments: Any) -> None:
        self.state: Mapping[str, Any] = {}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.state = state


class _Reader(pickle.Unpickler):
    """A pickle interpreter that can make tensors, ordered dicts, sets and stubs, and call nothing else."""

    def __init__(self, archive: zipfile.ZipFile, root: str, source: Path) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}data.pkl")))
        self._archive, self._root, self._source = archive, root, source
        self._storages: dict[str, torch.Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) in (("__builtin__", "set"), ("builtins", "set")):
            return set
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_rest: tensor
        if module.startswith("torch.nn.modules.") or (
            module == "__main__" and name in ("UNet", "ResidualBlock")
        ):
            return _Stub
        raise NetworkError(
            f"{self._source} asks for {module}.{name} to be run, which no weights need; it is refused. "
            "Ask whoever sent it for a .safetensors file."
        )

    def persistent_load(self, pid: Any) -> torch.Tensor:
        _kind, dtype, key, _device, _size = pid
        if key not in self._storages:
            data = bytearray(self._archive.read(f"{self._root}data/{int(key)}"))
            self._storages[key] = torch.frombuffer(data, dtype=dtype)
        return self._storages[key]


def _tensor(
    storage: torch.Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_rest: Any
) -> torch.Tensor:
    return storage.as_strided(size, stride, offset).clone()


def _from_torch(source: Path, name: str) -> tuple[Any, Card]:
    try:
        with zipfile.ZipFile(source) as archive:
            inside = [entry for entry in archive.namelist() if entry.endswith("data.pkl")]
            if len(inside) != 1:
                raise NetworkError(
                    f"{source} is a zip, but not one written by torch.save; choose another file."
                )
            network = _Reader(archive, inside[0].removesuffix("data.pkl"), source).load()
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError) as error:
        raise NetworkError(f"{source} is damaged or cut short ({error}); download it again.") from error
    except (AttributeError, IndexError, RuntimeError) as error:
        raise NetworkError(f"{source} does not hold a network that can be read ({error}).") from error
    if not isinstance(network, _Stub):
        raise NetworkError(f"{source} does not hold a whole network; give the file with the pickled module.")
    state = {key: tensor for key, tensor in _walk(network) if isinstance(tensor, torch.Tensor)}
    blocks = sum(re.fullmatch(r"downs\.\d+\.conv1\.weight", key) is not None for key in state)
    pools = [
        stub.state["kernel_size"]
        for _key, stub in _walk(network)
        if isinstance(stub, _Stub) and "return_indices" in stub.state
    ]
    if not blocks or len(pools) < blocks or "final_conv.weight" not in state:
        raise NetworkError(
            f"{source} holds a network of another architecture; only residual U-Nets can be imported."
        )
    options = {
        "blocks": blocks,
        "filters": int(state["downs.0.conv1.weight"].shape[0]),
        "pools": [int(size) for size in pools[:blocks]],
        "classes": int(state["final_conv.weight"].shape[0]),
    }
    module = build("residual_unet", **options)
    _fill(module, state, source)
    card = Card(
        name=name,
        title=f"Residual U-Net ({name})",
        architecture="residual_unet",
        options=options,
        input=Input(standardise="zscore", outliers="xray"),
        trained_on=f"Published weights, imported from {source.name}.",
        attribution="github.com/ScottLabUCB/HRTEM-Generalization",
        licence="MIT",
    )
    return module, card


def _walk(stub: _Stub, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield parameters, buffers and stubs of a stubbed module by their names in its state dict."""
    for part in ("_parameters", "_buffers"):
        for name, tensor in (stub.state.get(part) or {}).items():
            yield f"{prefix}{name}", tensor
    for name, child in (stub.state.get("_modules") or {}).items():
        if isinstance(child, _Stub):
            yield f"{prefix}{name}", child
            yield from _walk(child, f"{prefix}{name}.")


def _from_keras(source: Path, name: str) -> tuple[Any, Card]:
    with h5py.File(source) as file:
        root = file.get("model_weights", file)
        if "layer_names" not in root.attrs:
            raise NetworkError(f"{source} is HDF5, but not Keras weights; choose another file.")
        order = [
            item.decode() if isinstance(item, bytes) else str(item) for item in root.attrs["layer_names"]
        ]
        layers = [(layer, _keras_layer(root, layer)) for layer in order]
    weighted = [(layer, arrays) for layer, arrays in layers if arrays]
    convolutions = [arrays for _layer, arrays in weighted if "kernel" in arrays]
    norms = [arrays for _layer, arrays in weighted if "gamma" in arrays]
    levels = (len(convolutions) - 3) // 3  # one a level down, two in the centre, two a level up, the head
    if levels < 1 or len(convolutions) != 3 * levels + 3 or len(norms) != len(convolutions) - 1:
        raise NetworkError(
            f"{source} holds {len(convolutions)} convolutions and {len(norms)} normalisations, which is not "
            "the U-Net of Groschner et al.; only that one can be imported from Keras."
        )
    options = {
        "filters": int(convolutions[0]["kernel"].shape[-1]),
        "depth": levels,
        "classes": int(convolutions[-1]["kernel"].shape[-1]),
    }
    module = build("groschner_unet", **options)
    convs = [layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d)]
    batches = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    names = {layer: key for key, layer in module.named_modules()}
    state: dict[str, torch.Tensor] = {}
    for layer, arrays in zip(convs, convolutions, strict=True):
        state[f"{names[layer]}.weight"] = torch.from_numpy(arrays["kernel"].transpose(3, 2, 0, 1).copy())
        state[f"{names[layer]}.bias"] = torch.from_numpy(arrays["bias"])
    for norm, arrays in zip(batches, norms, strict=True):
        key = names[norm]
        state[f"{key}.weight"], state[f"{key}.bias"] = map(
            torch.from_numpy, (arrays["gamma"], arrays["beta"])
        )
        state[f"{key}.running_mean"] = torch.from_numpy(arrays["moving_mean"])
        state[f"{key}.running_var"] = torch.from_numpy(arrays["moving_variance"])
        state[f"{key}.num_batches_tracked"] = torch.tensor(0)
    _fill(module, state, source)
    card = Card(
        name=name,
        title=f"U-Net, Groschner ({name})",
        architecture="groschner_unet",
        options=options,
        input=Input(standardise="minmax", outliers="median5"),
        trained_on=f"Published weights, imported from {source.name}.",
        attribution="C. K. Groschner, C. Choi, M. C. Scott, Microsc. Microanal. 27 (2021) 549",
    )
    return module, card


def _keras_layer(root: h5py.Group, layer: str) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return a layer's arrays by their short names: kernel, bias, gamma, beta, moving_mean, moving_variance."""
    found: dict[str, np.ndarray[Any, np.dtype[np.float32]]] = {}

    def keep(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[path.rpartition("/")[2].partition(":")[0]] = np.asarray(item, np.float32)

    if layer in root and isinstance(root[layer], h5py.Group):
        root[layer].visititems(keep)
    return found


def _fill(module: torch.nn.Module, state: dict[str, torch.Tensor], source: Path) -> None:
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise NetworkError(f"{source} does not fit the architecture it looks like: {reason}.") from error
    module.eval()
