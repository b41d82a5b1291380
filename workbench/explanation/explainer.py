"""Explainer: a network made ready once, and the micrographs it was shown last; click after click costs only the map."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.batches import no_memory, too_large
from workbench.explanation.explanation import Explanation
from workbench.explanation.methods.registry import find_method
from workbench.explanation.targets import Target
from workbench.explanation.windows import Seen, activation_bytes, problems, see
from workbench.micrographs.cleaning import rescale, rescaled_shape
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.segmentation.inference import ask_at_each_layer, for_inference, keep_memory
from workbench.segmentation.segmenter import choose_device

MICROGRAPHS_KEPT = 2


class Explainer:
    """Explains the answers of one network on micrographs of any size.

    The module is folded once, and the last two micrographs stay prepared, by the hash of their pixels: a second click
    pays for neither.

    Parameters
    ----------
    network : Network
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises
    ------
    ExplanationError
        If the network is a classical method.
    ComputeError
        If the device is not there.
    """

    def __init__(self, network: Network, device: str = "auto") -> None:
        if not isinstance(network.module, SegmentationModule):
            raise ExplanationError(
                f"{network.card.label} is a classical method: it has no gradient and no layers to explain."
            )
        self.network = network
        self.device = choose_device(device)
        self._module = for_inference(network.module, self.device)
        for parameter in self._module.parameters():
            parameter.requires_grad_(False)
        self._used = activation_bytes(self._module)
        self._seen: OrderedDict[tuple[str, float | None], Seen] = OrderedDict()
        self._lock = threading.Lock()
        # of its own thread: whoever asks the module of an explanation later is not stopped by what goes on here
        self._here = threading.local()
        ask_at_each_layer(self._module, self._asked)
        if self.device.type == "cpu":
            keep_memory()

    def explain(
        self,
        micrograph: Micrograph,
        target: Target | tuple[int, int],
        method: str = "integrated_gradients",
        *,
        progress: Callable[[float, str], None] | None = None,
        stop: Callable[[], bool] | None = None,
        **options: Any,
    ) -> Explanation:
        """Say what in a micrograph made the network give an answer; see `workbench.explain`.

        Parameters
        ----------
        micrograph : Micrograph
        target : Target or (int, int)
            Row and column of a pixel, or one of `Target`'s.
        method : str
            One of `workbench.explanation.methods.method_names`.
        progress : callable(fraction, text), optional
        stop : callable() -> bool, optional
            Asked before each layer of each pass.
        **options
            Of the method, such as ``steps=50``.

        Raises
        ------
        ExplanationError
            If the target lies outside or belongs to a micrograph of another shape, this one is even, there is no
            such method or option, or the target is too large for a method whose parts do not add up.
        ComputeError
            If not even one image fits into memory.
        Stopped
        """
        began = time.perf_counter()
        found = find_method(method)
        card = self.network.card
        aim = target if isinstance(target, Target) else Target.pixel(micrograph.shape, target)
        if aim.selected.shape != micrograph.shape:
            raise ExplanationError(
                f"The target belongs to a micrograph of shape {aim.selected.shape}, not to {micrograph.name} "
                f"of {micrograph.shape}; choose it again."
            )
        watch = Progress(progress, stop, f"{card.label}, {found.title.lower()}")
        parts: list[tuple[AttributionInput, FloatImage]] = []
        value = 0.0
        with self._lock:
            self._here.watch = watch
            try:
                watch.ask()
                seen = self._see(micrograph)
                for number, (problem, count) in enumerate(problems(self._module, seen, aim, self._used)):
                    if count > 1 and not found.additive:
                        raise ExplanationError(
                            f"{found.title} of {aim.label} does not fit into memory at once; choose a smaller target."
                        )
                    value += float(problem.values(problem.image)[0])
                    parts.append((problem, found.run(problem, watch.part(number, count), **options)))
            except (MemoryError, RuntimeError) as error:
                if not no_memory(error):
                    raise
                raise too_large(self.device, watch) from error
            finally:
                self._here.watch = None
        return Explanation(
            _on_micrograph(parts, seen.step, micrograph.shape),
            aim,
            method,
            card,
            micrograph,
            value,
            dict(options),
            time.perf_counter() - began,
            tuple(parts),
            tuple(watch.notes),
        )

    def _asked(self) -> None:
        watch: Progress | None = getattr(self._here, "watch", None)
        if watch is not None:
            watch.ask()

    def _see(self, micrograph: Micrograph) -> Seen:
        key = (micrograph.sha256, micrograph.nm_per_px)
        seen = self._seen.get(key)
        if seen is None:
            seen = see(micrograph, self.network.card, self._module.stride)
            self._seen[key] = seen
            while len(self._seen) > MICROGRAPHS_KEPT:
                self._seen.popitem(last=False)
        self._seen.move_to_end(key)
        return seen


def _on_micrograph(
    parts: list[tuple[AttributionInput, FloatImage]], step: float, shape: tuple[int, int]
) -> FloatImage:
    """Add the parts up and bring them to the micrograph's own grid, whose pixels share what one of the network's has.

    Pixels that were mirrored to fill up the pooling grid are no part of the micrograph: what falls on them is left out.
    """
    height, width = rescaled_shape(shape, step)
    total = np.zeros((height, width), np.float32)
    for problem, found in parts:
        rows, columns = problem.window
        inside = total[rows, columns]
        inside += found[: inside.shape[0], : inside.shape[1]]
    return rescale(total, 1 / step, shape) / np.float32(step**2)
