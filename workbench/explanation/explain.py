"""From a click to a map: one call for every method."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.errors import ExplanationError
from workbench.explanation.explanation import Explanation
from workbench.explanation.methods.registry import find_method
from workbench.explanation.problem import Problem, Watch, problems
from workbench.explanation.targets import Target
from workbench.micrographs.cleaning import rescale, rescaled_shape
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.network import Network, load_network
from workbench.segmentation.segmenter import choose_device


def explain(
    micrograph: Micrograph,
    network: Network | str,
    target: Target | tuple[int, int],
    method: str = "integrated_gradients",
    *,
    device: str = "auto",
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
    **options: Any,
) -> Explanation:
    """Say what in a micrograph made a network give an answer.

    Computed on the part of the micrograph that the target depends on, which is exact: so the time does not grow with
    the micrograph.

    Parameters
    ----------
    micrograph : Micrograph
    network : Network or str
        As `load_network` gives it, or its name.
    target : Target or (int, int)
        Row and column of a pixel, or one of `Target`'s: ``wb.Target.particle(mask, (y, x))``.
    method : str
        One of `workbench.explanation.methods.method_names`.
    device : str
        ``auto`` takes the fastest there is.
    progress : callable(fraction, text), optional
    stop : callable() -> bool, optional
        Asked before each layer of each pass.
    **options
        Of the method, such as ``steps=50``.

    Returns
    -------
    Explanation

    Raises
    ------
    ExplanationError
        If the target lies outside or has no pixels, the network is a classical method, there is no such method or
        option, or the target is too large for a method whose parts do not add up.
    NetworkError, ComputeError, Stopped
    """
    began = time.perf_counter()
    found = find_method(method)
    loaded = load_network(network) if isinstance(network, str) else network
    aim = target if isinstance(target, Target) else Target.pixel(micrograph.shape, target)
    watch = Watch(progress, stop, f"{loaded.card.label}, {found.title.lower()}")
    parts: list[tuple[Problem, FloatImage]] = []
    value = 0.0
    for number, (problem, count) in enumerate(
        problems(loaded, micrograph, aim, choose_device(device), watch)
    ):
        if count > 1 and not found.additive:
            raise ExplanationError(
                f"{found.title} of {aim.label} does not fit into memory at once; choose a smaller target."
            )
        value += float(problem.values(problem.image)[0])
        parts.append((problem, found.run(problem, watch.part(number, count), **options)))
    step = loaded.card.input.step(micrograph.nm_per_px)
    shown = _on_micrograph(parts, step, micrograph.shape)
    return Explanation(
        shown,
        aim,
        method,
        loaded.card,
        micrograph,
        value,
        dict(options),
        time.perf_counter() - began,
        tuple(parts),
    )


def _on_micrograph(
    parts: list[tuple[Problem, FloatImage]], step: float, shape: tuple[int, int]
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
