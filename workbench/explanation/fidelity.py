"""Infidelity and max-sensitivity: whether a map foretells what happens, and holds still under noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.deletion import answers, without_detail
from workbench.explanation.methods.registry import Method
from workbench.micrographs.micrograph import FloatImage

NOISE = 0.1
"""Largest change of a pixel, in standard deviations of the micrograph: far below what any dose leaves."""
_EDGES = (1 / 16, 1 / 3)
_NOTHING = 1e-6


def infidelity(
    problem: AttributionInput, found: FloatImage, method: Method, samples: int, seed: int, watch: Progress
) -> float | None:
    """Return what a map leaves unexplained of how the answer falls as squares are taken away.

    Squares of random size near the target are replaced as in `without_detail`. Foretold is the sum of the map over the
    square, times the change of intensity where the map is a derivative. The mean squared error of what is foretold, at
    the scale that fits best (equation 2 and section 3.2 of the paper), is divided by the mean square of what happened:
    0 where the map foretells all, 1 where it foretells nothing.

    Captum's `infidelity` with ``normalize=True`` is the numerator; it asks for the answer to the unchanged micrograph
    again with every sample, which doubles the time.

    Parameters
    ----------
    problem : AttributionInput
    found : (h, w) array
        The map.
    method : Method
    samples : int
        Squares.
    seed : int
    watch : Progress

    Returns
    -------
    float or None
        None where no square changed the answer.

    References
    ----------
    C.-K. Yeh et al., NeurIPS 2019, arXiv 1901.09392.
    """
    change = without_detail(problem) - problem.pixels
    share = -found * change if method.derivative else found
    away = list(squares(problem, np.random.default_rng(seed), samples))
    whole = float(problem.values(problem.image)[0])
    fell = whole - np.array(answers(problem, (problem.pixels + change * square for square in away), watch))
    foretold = np.array([float(share[square].sum(dtype=np.float64)) for square in away])
    happened = float(np.mean(fell**2))
    if happened <= (_NOTHING * max(1.0, abs(whole))) ** 2:
        return None
    said = float(np.mean(foretold**2))
    scale = float(np.mean(foretold * fell)) / said if said > 0 else 0.0
    return float(np.mean((scale * foretold - fell) ** 2)) / happened


def sensitivity(
    problem: AttributionInput,
    found: FloatImage,
    method: Method,
    options: Mapping[str, Any],
    samples: int,
    seed: int,
    watch: Progress,
) -> float | None:
    """Return the most that a map changes under faint noise, relative to itself (Frobenius norm).

    Noise is even within a tenth of a standard deviation of the micrograph.

    Parameters
    ----------
    problem : AttributionInput
    found : (h, w) array
        The map.
    method : Method
    options : mapping
        That it was given.
    samples : int
        Noisy copies, each explained anew.
    seed : int
    watch : Progress

    Returns
    -------
    float or None
        None where the map is empty.

    References
    ----------
    C.-K. Yeh et al., NeurIPS 2019, arXiv 1901.09392, definition 3.1 (there, not relative).
    """
    size = float(np.linalg.norm(found))
    if size == 0:
        return None
    rng = np.random.default_rng(seed)
    most = 0.0
    for number in range(samples):
        noise = rng.uniform(-NOISE, NOISE, found.shape).astype(np.float32)
        noisy = problem.image + torch.from_numpy(noise).to(problem.image.device)
        again = method.run(replace(problem, image=noisy), watch.part(number, samples), **options)
        most = max(most, float(np.linalg.norm(again - found)) / size)
    return most


def squares(
    problem: AttributionInput, rng: np.random.Generator, count: int
) -> Iterator[np.ndarray[Any, np.dtype[np.bool_]]]:
    """Yield (h, w) bool arrays, each a square whose centre lies in the target's box or half-way out to the window's."""
    height, width = problem.selected.shape
    target = [np.flatnonzero(problem.selected.any(axis=1 - axis)) for axis in (0, 1)]
    for _ in range(count):
        edge = max(1, round(rng.uniform(*_EDGES) * min(height, width)))
        square = np.zeros((height, width), np.bool_)
        rows, columns = (
            _span(rng.uniform(places[0] / 2, (places[-1] + length) / 2), edge)
            for places, length in zip(target, (height, width), strict=True)
        )
        square[rows, columns] = True
        yield square


def _span(centre: float, edge: int) -> slice:
    first = max(0, int(centre - (edge - 1) / 2))
    return slice(first, first + edge)
