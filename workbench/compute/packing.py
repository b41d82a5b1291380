"""What travels between a page and a worker: arrays go once and are then called by their hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph, own
from workbench.networks.card import Card
from workbench.segmentation.segmentation import Segmentation

SMALL_BYTES = 1 << 16


@dataclass(frozen=True)
class ArrayKey:
    """Stands for an array that the worker keeps or is sent."""

    key: str


@dataclass(frozen=True)
class PackedMicrograph:
    """A micrograph without its pixels and without what the file said."""

    pixels: ArrayKey
    sha256: str
    nm_per_px: float | None
    name: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class PackedSegmentation:
    """A segmentation without its arrays."""

    probability: ArrayKey
    network: Card
    micrograph: PackedMicrograph
    seconds: float
    device: str
    distance: ArrayKey | None = None


@dataclass(frozen=True)
class Missing:
    """Answer of a worker that does not keep what the job needs."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Failure:
    """Answer of a job that failed, as the sentence for the person."""

    sentence: str


@dataclass(frozen=True)
class WasStopped:
    """Answer of a job that saw its stop."""


@dataclass(frozen=True)
class Probability:
    """Answer of a network, with the key under which the worker keeps the array."""

    key: str
    probability: npt.NDArray[np.float32]
    network: Card
    seconds: float
    device: str
    distance: npt.NDArray[np.float32] | None = None

    @property
    def arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """The arrays by the keys under which they are kept."""
        more = {} if self.distance is None else {f"{self.key}:distance": self.distance}
        return {self.key: self.probability, **more}


@dataclass(frozen=True)
class Task:
    """One job: ``function(*arguments, progress=, stop=)`` with arrays replaced by keys."""

    job: str
    topic: str
    what: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    sent: tuple[str, ...] = ()


def pack(value: Any, key_of: Callable[[npt.NDArray[Any]], str], arrays: dict[str, npt.NDArray[Any]]) -> Any:
    """Replace arrays by keys.

    Parameters
    ----------
    value : object
        Arrays, micrographs, segmentations, and lists and tuples of them are looked into; all else stays.
    key_of : callable
        Gives the key of an array.
    arrays : dict
        The arrays found are added to it, by key.
    """
    match value:
        case np.ndarray():
            if value.nbytes < SMALL_BYTES or value.dtype.hasobject:
                return value
            key = key_of(value)
            arrays[key] = value
            return ArrayKey(key)
        case Micrograph():
            key = f"pixels:{value.sha256}"
            arrays[key] = value.pixels
            return PackedMicrograph(ArrayKey(key), value.sha256, value.nm_per_px, value.name, value.left_out)
        case Segmentation():

            def keyed(array: npt.NDArray[np.float32]) -> ArrayKey:
                key = key_of(array)
                arrays[key] = array
                return ArrayKey(key)

            return PackedSegmentation(
                keyed(value.probability),
                value.network,
                pack(value.micrograph, key_of, arrays),
                value.seconds,
                value.device,
                None if value.distance is None else keyed(value.distance),
            )
        case list() | tuple() if type(value) in (list, tuple):
            return type(value)(pack(item, key_of, arrays) for item in value)
    return value


def keys_in(value: Any) -> list[str]:
    """Return the keys of all arrays that `unpack` will ask for."""
    match value:
        case ArrayKey(key):
            return [key]
        case PackedMicrograph():
            return keys_in(value.pixels)
        case PackedSegmentation():
            return [*keys_in(value.probability), *keys_in(value.distance), *keys_in(value.micrograph)]
        case list() | tuple() if type(value) in (list, tuple):
            return [key for item in value for key in keys_in(item)]
    return []


def unpack(value: Any, array_of: Callable[[str], npt.NDArray[Any]]) -> Any:
    """Put arrays back where their keys stand; raises what ``array_of`` raises for a key it does not know."""
    match value:
        case ArrayKey(key):
            return array_of(key)
        case PackedMicrograph():
            pixels = own(unpack(value.pixels, array_of))
            micrograph = Micrograph(pixels, value.nm_per_px, value.name, marks=value.marks)
            vars(micrograph)["sha256"] = value.sha256  # spares hashing again what the client has hashed
            return micrograph
        case PackedSegmentation():
            return Segmentation(
                unpack(value.probability, array_of),
                value.network,
                unpack(value.micrograph, array_of),
                value.seconds,
                value.device,
                unpack(value.distance, array_of),
            )
        case list() | tuple() if type(value) in (list, tuple):
            return type(value)(unpack(item, array_of) for item in value)
    return value
