"""Segmenter: a network on a device; micrograph in, probability out, in tiles whose seams are exact."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import torch

from workbench.errors import ComputeError, Stopped
from workbench.micrographs.cleaning import prepare
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.classical import ClassicalMethod
from workbench.networks.module import SegmentationModule, to_probability
from workbench.networks.network import Network, load_network
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.tiling import batches, pad_to_multiple, plan_tiles, read

CPU_TILE_PIXELS = 1024 * 1024
GPU_TILE_PIXELS = 4096 * 2048
Progress = Callable[[float, str], None]
Stop = Callable[[], bool]


def choose_device(device: str = "auto") -> torch.device:
    """Return the device to run on: CUDA, else Apple's MPS, else the CPU, where ``auto``.

    Raises
    ------
    ComputeError
        If the device asked for is not there.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError) as error:
        raise ComputeError(f"The device {device!r} is not there; use cpu or auto.") from error
    return chosen


class Segmenter:
    """Runs one network on micrographs of any size.

    Parameters
    ----------
    network : Network
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises
    ------
    ComputeError
        If the device is not there.
    """

    def __init__(self, network: Network, device: str = "auto") -> None:
        self.network = network
        self.device = (
            choose_device(device) if isinstance(network.module, SegmentationModule) else torch.device("cpu")
        )
        self._lock = threading.Lock()
        if isinstance(network.module, SegmentationModule):
            network.module.eval().to(self.device)
            network.module.to(memory_format=torch.channels_last)

    def probability(
        self, micrograph: Micrograph, *, progress: Progress | None = None, stop: Stop | None = None
    ) -> FloatImage:
        """Return the probability of particle for each pixel.

        The input is prepared once for the whole micrograph, mirrored at the bottom and right up to the network's
        stride, and cut into tiles on the pooling grid whose halo is the network's reach: the result is that of
        the whole image at once.

        Parameters
        ----------
        micrograph : Micrograph
        progress : callable(fraction, text), optional
            Told after each tile.
        stop : callable() -> bool, optional
            Asked before each tile.

        Returns
        -------
        (H, W) float32 array in [0, 1]

        Raises
        ------
        Stopped
            If ``stop`` said so.
        ComputeError
            If there is not enough memory for one tile.
        """
        card, module = self.network.card, self.network.module
        if stop is not None and stop():
            raise Stopped(f"{card.label}: stopped.")
        if isinstance(module, ClassicalMethod):
            found = module.probability(micrograph.pixels, micrograph.nm_per_px)
            if progress is not None:
                progress(1.0, card.label)
            return found
        prepared = prepare(
            micrograph.pixels, outliers=card.input.outliers, standardise=card.input.standardise
        )
        with self._lock:
            try:
                return self._tiles(module, prepared, progress, stop)
            except torch.OutOfMemoryError as error:
                raise ComputeError(
                    f"{card.label} does not fit in the memory of {self.device}; run it on the cpu."
                ) from error

    @torch.inference_mode()
    def _tiles(
        self, module: SegmentationModule, prepared: FloatImage, progress: Progress | None, stop: Stop | None
    ) -> FloatImage:
        height, width = prepared.shape
        padded = pad_to_multiple(prepared, module.stride)
        most = CPU_TILE_PIXELS if self.device.type == "cpu" else GPU_TILE_PIXELS
        plan = plan_tiles(padded.shape, stride=module.stride, reach=module.reach(), most_pixels=most)
        out = np.empty(padded.shape, np.float32)
        done = 0
        for group in batches(plan, most):
            if stop is not None and stop():
                raise Stopped(f"{self.network.card.label}: stopped after {done} of {len(plan.tiles)} tiles.")
            windows = torch.from_numpy(read(padded, group)).to(self.device, memory_format=torch.channels_last)
            answers = to_probability(module(windows)).float().cpu().numpy()
            for tile, answer in zip(group, answers, strict=True):
                out[tile.kept] = answer[tile.inner]
            done += len(group)
            if progress is not None:
                text = f"{self.network.card.label}, tile {done} of {len(plan.tiles)}"
                progress(done / len(plan.tiles), text)
        return np.ascontiguousarray(out[:height, :width])


def segment(
    micrograph: Micrograph,
    network: Network | str,
    device: str = "auto",
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Segmentation:
    """Run a network on a micrograph, in this process.

    Parameters
    ----------
    micrograph : Micrograph
    network : Network or str
        As `load_network` gives it, or its name.
    device : str
        ``auto`` takes the fastest there is.
    progress, stop
        See `Segmenter.probability`.

    Returns
    -------
    Segmentation

    Raises
    ------
    NetworkError, ComputeError, Stopped
    """
    loaded = load_network(network) if isinstance(network, str) else network
    segmenter = Segmenter(loaded, device)
    began = time.perf_counter()
    found = segmenter.probability(micrograph, progress=progress, stop=stop)
    seconds = time.perf_counter() - began
    return Segmentation(found, loaded.card, micrograph, seconds, str(segmenter.device))
