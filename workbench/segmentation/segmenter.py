"""Segmenter: a network on a device; micrograph in, probability and distance out, in tiles whose seams are exact."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

import numpy as np
import torch

from workbench.errors import ComputeError, Stopped
from workbench.micrographs.cleaning import prepare, rescale
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.classical import ClassicalMethod
from workbench.networks.module import SegmentationModule, to_distance, to_probability
from workbench.networks.network import Network
from workbench.segmentation.inference import ask_at_each_layer, bytes_per_pixel, for_inference, keep_memory
from workbench.segmentation.tiling import batches, pad_to_multiple, plan_tiles, read

MOST_TILE_PIXELS = 4096 * 2048
CPU_ACTIVATION_BYTES, GPU_ACTIVATION_BYTES = 1 << 29, 1 << 30
"""Largest activation of one tile; a network holds three or four of that size at a time."""
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
        self._module: SegmentationModule | None = None
        if isinstance(network.module, SegmentationModule):
            self._module = for_inference(network.module, self.device)
            self._bytes_per_pixel = bytes_per_pixel(self._module)
            ask_at_each_layer(self._module, self._asked)
            if self.device.type == "cpu":
                keep_memory()
        self._stop: Stop | None = None

    def probability(
        self, micrograph: Micrograph, *, progress: Progress | None = None, stop: Stop | None = None
    ) -> FloatImage:
        """Return the probability of particle for each pixel, (H, W) float32 in [0, 1]; see `both`."""
        return self._answers(micrograph, progress, stop, both=False)[0]

    def both(
        self,
        micrograph: Micrograph,
        *,
        scale: float | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> tuple[FloatImage, FloatImage | None]:
        """Return the probability of particle for each pixel, and the distance to the particle's rim.

        The input is prepared once for the whole micrograph, at the pixel size that the network knows where the card
        names one, mirrored at the bottom and right up to the network's stride, and cut into tiles on the pooling grid
        whose halo is the network's reach: the result is that of the whole image at once. It comes back on the
        micrograph's own grid.

        Parameters
        ----------
        micrograph : Micrograph
        scale : float, optional
            Factor on the network's pixels in place of the card's, see `workbench.at_scale`.
        progress : callable(fraction, text), optional
            Told after each tile.
        stop : callable() -> bool, optional
            Asked before each layer of each tile.

        Returns
        -------
        (H, W) float32 array in [0, 1], (H, W) float32 array in [0, 1] or None
            None where the network has one output, as classical methods have.

        Raises
        ------
        Stopped
            If ``stop`` said so.
        ComputeError
            If there is not enough memory for one tile.
        """
        found = self._answers(micrograph, progress, stop, both=True, scale=scale)
        return found[0], found[1] if len(found) > 1 else None

    def _answers(
        self,
        micrograph: Micrograph,
        progress: Progress | None,
        stop: Stop | None,
        *,
        both: bool,
        scale: float | None = None,
    ) -> list[FloatImage]:
        card = self.network.card
        if stop is not None and stop():
            raise Stopped(f"{card.label}: stopped.")
        if self._module is None:
            method = cast(ClassicalMethod, self.network.module)
            found = _without(micrograph, method.probability(micrograph.specimen, micrograph.nm_per_px))
            if progress is not None:
                progress(1.0, card.label)
            return [found]
        given = card.input if scale is None else card.input.model_copy(update={"scale": scale})
        step = given.step(micrograph.nm_per_px)
        prepared = prepare(
            micrograph.specimen, outliers=card.input.outliers, step=step, standardise=card.input.standardise
        )
        with self._lock:
            try:
                self._stop = stop
                answers = self._tiles(self._module, prepared, progress, both)
            except torch.OutOfMemoryError as error:
                raise ComputeError(
                    f"{card.label} does not fit in the memory of {self.device}; run it on the cpu."
                ) from error
            finally:
                self._stop = None
        return [_without(micrograph, rescale(found, 1 / step, micrograph.shape)) for found in answers]

    def _asked(self) -> None:
        if self._stop is not None and self._stop():
            raise Stopped(f"{self.network.card.label}: stopped.")

    @torch.inference_mode()
    def _tiles(
        self, module: SegmentationModule, prepared: FloatImage, progress: Progress | None, both: bool
    ) -> list[FloatImage]:
        height, width = prepared.shape
        padded = pad_to_multiple(prepared, module.stride)
        room = CPU_ACTIVATION_BYTES if self.device.type == "cpu" else GPU_ACTIVATION_BYTES
        most = min(MOST_TILE_PIXELS, int(room / self._bytes_per_pixel))
        plan = plan_tiles(padded.shape, stride=module.stride, reach=module.reach(), most_pixels=most)
        outs = [np.empty(padded.shape, np.float32) for _ in range(2 if both and module.distance else 1)]
        done = 0
        for group in batches(plan, most):
            windows = torch.from_numpy(read(padded, group)).to(self.device, memory_format=torch.channels_last)
            logits, distance = module.both(windows) if len(outs) > 1 else (module(windows), None)
            answers = [to_probability(logits)] + ([] if distance is None else [to_distance(distance)])
            for out, answer in zip(outs, answers, strict=True):
                for tile, part in zip(group, answer.float().cpu().numpy(), strict=True):
                    out[tile.kept] = part[tile.inner]
            done += len(group)
            if progress is not None:
                text = f"{self.network.card.label}, tile {done} of {len(plan.tiles)}"
                progress(done / len(plan.tiles), text)
        return [np.ascontiguousarray(out[:height, :width]) for out in outs]


def _without(micrograph: Micrograph, answer: FloatImage) -> FloatImage:
    """Take away what was found in the marks of a micrograph, in place."""
    for mark in micrograph.left_out:
        answer[mark.box] = 0
    return answer
