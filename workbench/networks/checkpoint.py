"""Weights and model card in one safetensors file: written whole or not at all, checked before use."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.errors import ComputeError, NetworkError
from workbench.micrographs.formats.raw import changed, unchanged
from workbench.networks.card import Card
from workbench.networks.network import Network
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    from workbench.networks.module import SegmentationModule

MOST_HEADER_BYTES = 100_000_000
_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2}


def save_checkpoint(
    path: str | os.PathLike[str], module: SegmentationModule, card: Card, *, half: bool = False
) -> Card:
    """Write weights and card to one file.

    The file is written under a temporary name and renamed, so that ``path`` never holds half a file.

    Parameters
    ----------
    path : path
        Ends in ``.safetensors``. Missing folders are made.
    module : SegmentationModule
        Its architecture, options, dilation and number of parameters replace those on the card.
    card : Card
        ``trained_dilation`` is the module's dilation where the card names none.
    half : bool
        Store float16, half the size; the network computes in float32 all the same.

    Returns
    -------
    Card
        As written.

    Raises
    ------
    ComputeError
        If the file cannot be written; a file that was there stays as it was.
    """
    import torch
    from safetensors.torch import save

    card = complete(card, module)
    tensors = {}
    for name, tensor in module.state_dict().items():
        tensor = tensor.detach().cpu().contiguous()
        tensors[name] = tensor.half() if half and tensor.is_floating_point() else tensor
        if tensor.is_floating_point() and not bool(torch.isfinite(tensors[name]).all()):
            raise NetworkError(
                f"{card.label}: {name} holds NaN, infinite values or values too large for a file; "
                f"{'save with half=False' if half else 'train again with a lower learning rate'}."
            )
    write_whole(Path(path), save(tensors, metadata={"card": card.model_dump_json()}))
    return card


def complete(card: Card, module: SegmentationModule) -> Card:
    """Return the card with what the module knows: architecture, options, dilation, number of parameters."""
    return card.model_copy(
        update={
            "architecture": module.architecture,
            "options": {key: value for key, value in module.options.items() if key != "dilation"},
            "dilation": module.dilation,
            "trained_dilation": module.dilation if card.trained_dilation is None else card.trained_dilation,
            "parameters": sum(tensor.numel() for tensor in module.parameters() if tensor.requires_grad)
            or sum(tensor.numel() for tensor in module.parameters()),
            "version": _version(),
        }
    )


def load_checkpoint(path: str | os.PathLike[str]) -> Network:
    """Read a network: the card is checked before any tensor, and every tensor against the architecture.

    Raises
    ------
    NetworkError
        If the file is not a whole checkpoint of a known architecture.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    from workbench.networks.registry import build, describe

    path = Path(path)
    header = _read_header(path)
    card = _card_of(header, path)
    entry = describe(card.architecture)
    with torch.device("meta"):  # no weights are drawn only to be replaced
        module = build(
            card.architecture, **{**card.options, **entry.module.rebuild_options, "dilation": card.dilation}
        )
    module.options.update({key: value for key, value in card.options.items() if key in entry.options})
    wanted = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    _check_tensors(header, wanted, path)
    try:
        tensors = load(_read_again(path, header))
    except (SafetensorError, OSError) as error:
        raise NetworkError(f"{path} cannot be read ({error}); copy or download it again.") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            tensors[name] = tensor.float()
            if not bool(torch.isfinite(tensors[name]).all()):
                raise NetworkError(
                    f"{path}: {name} holds NaN or infinite values; train or download it again."
                )
    module.load_state_dict(tensors, assign=True)
    return Network(module.eval(), card)


def read_card(path: str | os.PathLike[str]) -> Card:
    """Read the card alone, without torch and without reading a tensor.

    Raises
    ------
    NetworkError
        If the file is not a whole checkpoint with a card that this version reads.
    """
    path = Path(path)
    return _card_of(_read_header(path), path)


def replace_card(path: str | os.PathLike[str], card: Card) -> None:
    """Write another card into a checkpoint; its weights stay as they are, byte for byte.

    Raises
    ------
    NetworkError
        If the file is not a whole checkpoint.
    ComputeError
        If it cannot be written; it then stays as it was.
    """
    path = Path(path)
    header = _read_header(path)
    data = path.read_bytes()
    weights = data[8 + struct.unpack("<Q", data[:8])[0] :]
    header["__metadata__"] = {**header.get("__metadata__", {}), "card": card.model_dump_json()}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # weights begin at a multiple of 8 bytes, as the format has it
    write_whole(path, struct.pack("<Q", len(text)) + text + weights)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside it, then rename it: it is there whole, or as it was.

    Raises
    ------
    ComputeError
        If there is no room, no permission or no such drive.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path, sync=True) as half:
            half.write_bytes(data)
    except OSError as error:
        raise ComputeError(
            f"{path} could not be written ({error.strerror or error}); make room or choose another folder."
        ) from error


def _read_header(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise NetworkError(f"{path} is a folder, not a checkpoint; choose a .safetensors file.")
        if size == 0:
            raise NetworkError(f"{path} is empty; copy or download it again.")
        with path.open("rb") as file:
            start = file.read(8)
            _refuse_other_formats(start, path)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= MOST_HEADER_BYTES:
                raise NetworkError(f"{path} is not a safetensors file; choose a checkpoint of the workbench.")
            if length + 8 > size:
                raise NetworkError(
                    f"{path} is cut short, or not a safetensors file; copy or download it again."
                )
            text = file.read(length)
    except FileNotFoundError as error:
        raise NetworkError(f"There is no file {path}; check the name.") from error
    except PermissionError as error:
        raise NetworkError(f"{path} may not be read; change its permissions.") from error
    except OSError as error:
        raise NetworkError(f"{path} cannot be read ({error.strerror}); copy or download it again.") from error
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NetworkError(
            f"{path} is not a safetensors file; choose a checkpoint of the workbench."
        ) from error
    if not isinstance(header, dict) or not all(isinstance(entry, dict) for entry in header.values()):
        raise NetworkError(f"{path} is not a safetensors file; choose a checkpoint of the workbench.")
    _check_length(header, size - 8 - length, path)
    return header


def _read_again(path: Path, header: Mapping[str, Any]) -> bytes:
    """Read a checkpoint whose header was checked into memory: one that is mapped ends the process where it shrinks."""
    with unchanged(path, NetworkError):
        data = path.read_bytes()
    try:
        same = json.loads(data[8 : 8 + struct.unpack_from("<Q", data)[0]]) == header
    except (ValueError, struct.error, RecursionError):
        same = False
    if not same:
        raise NetworkError(changed(path))
    return data


def _refuse_other_formats(start: bytes, path: Path) -> None:
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        raise NetworkError(
            f"{path} is a pickled torch file, which can run code and is never loaded; convert it with "
            f"`workbench import {path} --as NAME`."
        )
    if start.startswith(b"\x89HDF"):
        raise NetworkError(
            f"{path} is an HDF5 file, not a checkpoint; convert it with `workbench import {path} --as NAME`."
        )


def _check_length(header: Mapping[str, Any], size: int, path: Path) -> None:
    end = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        shape, offsets, kind = entry.get("shape"), entry.get("data_offsets"), entry.get("dtype")
        if not (_whole_numbers(shape) and _whole_numbers(offsets) and len(offsets) == 2):
            raise NetworkError(
                f"{path} is not a valid safetensors file: {name} has no shape; choose another file."
            )
        if kind not in _BYTES:
            raise NetworkError(
                f"{path}: {name} is stored as {kind}, not as float16 or float32; save it again."
            )
        end = max(end, offsets[1])
    if end > size:
        raise NetworkError(
            f"{path} is cut short: {size:,} of {end:,} bytes of weights are there; copy or download it again."
        )


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, int) and item >= 0 for item in value)


def _card_of(header: Mapping[str, Any], path: Path) -> Card:
    text = header.get("__metadata__", {}).get("card")
    if not isinstance(text, str):
        raise NetworkError(
            f"{path} holds weights but no card that says what they belong to; "
            "choose a checkpoint of the workbench."
        )
    try:
        return Card.model_validate_json(text)
    except (ValidationError, RecursionError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "nested too deeply"
        raise NetworkError(
            f"The card in {path} cannot be read ({reason.removeprefix('Value error, ')}); "
            "use the version of workbench that wrote it, or choose another file."
        ) from error


def _check_tensors(header: Mapping[str, Any], wanted: Mapping[str, tuple[int, ...]], path: Path) -> None:
    found = {name: tuple(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}
    missing, extra = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing or extra:
        what = f"lacks {_some(missing)}" if missing else f"holds {_some(extra)} besides"
        raise NetworkError(
            f"{path} does not hold the network its card names: it {what}; copy or download it again."
        )
    for name, shape in wanted.items():
        if found[name] != shape:
            raise NetworkError(
                f"{path} does not hold the network its card names: {name} has shape {found[name]} instead of "
                f"{shape}; copy or download it again."
            )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _version() -> str:
    try:
        return metadata.version("hrtem-workbench")
    except metadata.PackageNotFoundError:
        return ""
