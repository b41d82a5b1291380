"""What a Dask worker of ours keeps and runs: arrays and networks by hash, one job at a time per device.

It is loaded into each worker as a Dask preload, so that torch is imported in the background before
the first job asks for it.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy.typing as npt
from zict import LRU

from workbench.compute.packing import Failure, Missing, Probability, Task, WasStopped, keys_in, unpack
from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.micrograph import Micrograph

LOG = logging.getLogger(__name__)

ARRAY_BYTES = 1 << 30
RESULT_BYTES = 1 << 29
NETWORKS_KEPT, SEGMENTERS_KEPT = 4, 8
SECONDS_BETWEEN_REPORTS = 0.1

ARRAYS: LRU[str, npt.NDArray[Any]] = LRU(ARRAY_BYTES, {}, weight=lambda _key, array: array.nbytes)
RESULTS: LRU[str, Probability] = LRU(
    RESULT_BYTES, {}, weight=lambda _key, answer: sum(array.nbytes for array in answer.arrays.values())
)
NETWORKS: LRU[str, Any] = LRU(NETWORKS_KEPT, {})
SEGMENTERS: LRU[str, Any] = LRU(SEGMENTERS_KEPT, {})
STOPPED: OrderedDict[str, None] = OrderedDict()
HASHES: dict[tuple[str, int, int], str] = {}


def run(task: Task, *arrays: npt.NDArray[Any]) -> Any:
    """Run a task and return its value, or `Missing`, `Failure` or `WasStopped`; never raises."""
    from distributed import get_worker

    in_hand = dict(zip(task.sent, arrays, strict=True))
    missing = _take(task, in_hand)
    # Only now: keeping what was sent may push out what else the task needs.
    for key, array in zip(task.sent, arrays, strict=True):
        ARRAYS[key] = array
    worker = get_worker()
    own_key = worker.get_current_task()
    told = -1.0

    def stop() -> bool:
        return task.job in STOPPED or _let_go(worker, own_key)

    def progress(fraction: float, text: str = "") -> None:
        nonlocal told
        now = time.monotonic()
        if fraction >= 1 or now - told >= SECONDS_BETWEEN_REPORTS:
            told = now
            worker.log_event(task.topic, {"job": task.job, "fraction": float(fraction), "text": str(text)})

    if stop():
        return WasStopped()
    if missing:
        return Missing(missing)
    arguments = tuple(unpack(argument, in_hand.__getitem__) for argument in task.arguments)
    progress(0.0)
    try:
        return task.function(*arguments, progress=progress, stop=stop)
    except Stopped:
        return WasStopped()
    except WorkbenchError as error:
        return Failure(str(error))
    except MemoryError:
        return Failure(
            f"{task.what} failed: there is not enough memory; close other programs or crop the micrograph."
        )
    except Exception as error:
        LOG.debug("%s failed", task.what, exc_info=True)
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        return Failure(f"{task.what} failed: {type(error).__name__}: {reason}")


def _let_go(worker: Any, key: Any) -> bool:
    """Say whether the scheduler wants a task no more: its client has cancelled it, or was lost with its page."""
    known = worker.state.tasks.get(key)
    return known is None or known.state == "cancelled"


def _take(task: Task, in_hand: dict[str, npt.NDArray[Any]]) -> tuple[str, ...]:
    """Add to what a task was sent what is kept of the arrays that it needs; return the keys of those that are not."""
    missing: list[str] = []
    for key in keys_in(task.arguments):
        kept = in_hand.get(key)
        if kept is None:
            kept = ARRAYS.get(key)
        if kept is None:
            missing.append(key)
        else:
            in_hand[key] = kept
    return tuple(missing)


def request_stop(job: str) -> None:
    """Make the job's ``stop()`` true, now or when it starts; run on every worker by the client."""
    STOPPED[job] = None
    while len(STOPPED) > 1000:
        STOPPED.popitem(last=False)


def segment(
    micrograph: Micrograph,
    network: str,
    device: str,
    dilation: int | list[int] | None = None,
    scale: float = 1.0,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> Probability:
    """Segment with a network that stays loaded; an answer that is still kept is returned at once.

    Parameters
    ----------
    micrograph : Micrograph
    network : str
        Path of a checkpoint, or the name of a classical method.
    device : str
        ``auto``: the device of this worker.
    dilation : int or list of int, optional
        Show the weights at this dilation; ``None``: as they were trained.
    scale : float
        Factor on the pixels that the network is given.
    """
    place = auto_device() if device == "auto" else device
    path = Path(network)
    weights = file_hash(path) if path.is_file() else network
    # a classical method measures in nm, so its answer depends on the pixel size too
    key = f"probability:{micrograph.seen}:{micrograph.nm_per_px}:{weights}:{dilation}:{scale}:{place}"
    known = RESULTS.get(key)
    if known is None:
        segmenter = segmenter_at(network, dilation, scale, place, progress)
        began = time.perf_counter()
        found, distance = segmenter.both(micrograph, progress=progress, stop=stop)
        seconds = time.perf_counter() - began
        known = Probability(key, found, segmenter.network.card, seconds, str(segmenter.device), distance)
        RESULTS[key] = known
    ARRAYS.update(known.arrays)
    return known


def segmenter_at(
    network: str,
    dilation: int | list[int] | None,
    scale: float,
    place: str,
    progress: Callable[[float, str], None],
) -> Any:
    """Return what runs a network on a device, as `network_at` gives it; it stays loaded."""
    from workbench.segmentation.segmenter import Segmenter

    path = Path(network)
    key = f"{file_hash(path) if path.is_file() else network} {dilation} {scale} {place}"
    segmenter = SEGMENTERS.get(key)
    if segmenter is None:
        progress(0.0, f"loading {path.stem}")
        segmenter = Segmenter(network_at(network, dilation, scale), place)
        SEGMENTERS[key] = segmenter
    return segmenter


def network_at(network: str, dilation: int | list[int] | None, scale: float = 1.0) -> Any:
    """Return a network, loaded once, at a dilation (``None``: as it was trained) and at a scale (1: its own).

    Parameters
    ----------
    network : str
        Path of a checkpoint, or the name of a classical method.
    """
    from workbench.networks.dilation import dilate
    from workbench.networks.loading import load_network
    from workbench.networks.scale import at_scale

    path = Path(network)
    weights = file_hash(path) if path.is_file() else network
    loaded = NETWORKS.get(weights)
    if loaded is None:
        loaded = load_network(network)
        NETWORKS[weights] = loaded
    shown = loaded if dilation is None else dilate(loaded, dilation)
    return shown if scale == 1 else at_scale(shown, scale)


def device_here(asked: str) -> str:
    """Return the device that is meant: ``auto`` and ``cuda`` are, in a worker, the GPU of the worker's number."""
    from distributed import get_worker

    if asked not in ("auto", "cuda"):
        return asked
    try:
        get_worker()
    except ValueError:  # no worker at all
        return asked
    return auto_device()


def auto_device() -> str:
    """Return the device of this worker: with several GPUs, the one of the worker's number."""
    import torch
    from distributed import get_worker

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    name = str(get_worker().name)
    if count > 1 and name.isdecimal():
        return f"cuda:{int(name) % count}"
    return "auto"


def describe(*, progress: Callable[[float, str], None], stop: Callable[[], bool]) -> str:  # noqa: ARG001
    """Say what this worker computes on, such as ``cpu, 2 cores`` or ``cuda:0 H100``."""
    import torch

    if torch.cuda.is_available():
        place = auto_device().replace("auto", "cuda:0")
        name = torch.cuda.get_device_name(place).removeprefix("NVIDIA ").split(" 80GB")[0]
        return f"{place} {name}"
    if torch.backends.mps.is_available():
        return "mps"
    cores = torch.get_num_threads()
    return f"cpu, {cores} core" + ("" if cores == 1 else "s")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, computed again only when its size or date changed."""
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns)
    if key not in HASHES:
        with path.open("rb") as file:
            HASHES[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return HASHES[key]


def dask_setup(worker: Any) -> None:
    """Prepare a fresh worker; Dask calls this on each start, also after one was killed.

    An interrupt from the keyboard is meant for the page or the server, which then ends its workers in order.
    """
    del worker
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_warm_up, name="warm up", daemon=True).start()


def _warm_up() -> None:
    for module in ("torch", "workbench.networks.loading", "workbench.segmentation.segmenter"):
        try:
            importlib.import_module(module)
        except ImportError:
            LOG.debug("%s cannot be imported yet", module, exc_info=True)
