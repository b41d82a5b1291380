"""Deletion and insertion: how the answer falls, and comes back, as pixels go in the order of a map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.registry import Method
from workbench.explanation.trust_figures import Curves, Floats
from workbench.micrographs.micrograph import FloatImage

BLUR = 0.25
"""Width of the blur, as a share of the window's shorter edge."""
FEWEST_AT_ONCE = 4
"""Windows in one pass, however much memory there is: stop is asked between passes."""
_NO_CHANGE = 1e-6

Ranks = npt.NDArray[np.int64]


def without_detail(problem: AttributionInput) -> FloatImage:
    """Return what replaces a pixel that is taken away, (h, w): the micrograph under a wide blur.

    A Gaussian a quarter as wide as the window, edges mirrored, so wide that it leaves no lattice and no particle (the
    answer of the networks that ship falls to that for background), and keeps the slow changes of brightness. It has no
    edge of its own, and neither has what is replaced by it, but where the particle's own contrast ends; the mean of the
    whole micrograph would make a step wherever support or illumination are uneven.
    """
    pixels = problem.pixels
    found: FloatImage = ndimage.gaussian_filter(pixels, BLUR * min(pixels.shape), mode="reflect")
    return found


def evidence(found: FloatImage, method: Method) -> FloatImage:
    """Return how much each pixel speaks for the answer, from a map.

    The map itself, so that what speaks for the answer comes first and what speaks against it last: the answer is a sum
    of logits with a sign. For a derivative it is the absolute value, because its sign says only whether a pixel would
    have to become brighter or darker.
    """
    return np.abs(found) if method.derivative else found


@dataclass(frozen=True)
class Steps:
    """At which fractions curves are taken: Chebyshev's points, dense at both ends, where curves fall and rise.

    Parameters
    ----------
    count : int
        Steps from 0 to 1.
    random : int
        Random orders whose curves are averaged.
    """

    count: int
    random: int

    @property
    def fractions(self) -> Floats:
        """From 0 to 1, the same from both ends."""
        found: Floats = (1 - np.cos(np.pi * np.arange(self.count + 1) / self.count)) / 2
        return found


def curves(
    problem: AttributionInput, speaks_for: FloatImage, steps: Steps, seed: int, watch: Progress
) -> tuple[Curves, Curves] | None:
    """Return deletion and insertion curves of a map, and of random and plain orders beside it.

    Random order is that of random maps with the power spectrum of the map itself (its phases drawn anew), so they are
    as smooth as it: single pixels in random order would act as noise, which no map looks like. Plain order is that of
    how far a pixel lies from what replaces it, the furthest first, dark or bright: what one would take away who does
    not know the network.

    Parameters
    ----------
    problem : AttributionInput
    speaks_for : (h, w) array
        As `evidence` gives it: the largest goes first.
    steps : Steps
    seed : int
        Of the random orders, and of the order among equal values.
    watch : Progress

    Returns
    -------
    (deletion, insertion), or None
        None where the micrograph is answered as the one without detail, or the map is even: no order, no curves.

    References
    ----------
    V. Petsiuk, A. Das, K. Saenko, BMVC 2018, arXiv 1806.07421, section 4.1.
    """
    blurred = without_detail(problem)
    ends = problem.values(torch.cat([problem.image, _images(problem, [blurred])]))
    whole, nothing = (float(value) for value in ends)
    size = max(abs(whole), abs(nothing), 1.0)
    if abs(whole - nothing) <= _NO_CHANGE * size or np.ptp(speaks_for) == 0:
        return None
    rng = np.random.default_rng(seed)
    plain = np.abs(problem.pixels - blurred)
    orders = [_ranks(speaks_for, rng), _ranks(plain, rng)]
    orders += [_ranks(as_smooth_as(speaks_for, rng), rng) for _ in range(steps.random)]
    inner = steps.fractions[1:-1]
    jobs = [(order, "deletion") for order in orders] + [(order, "insertion") for order in orders[:2]]
    found = []
    for number, (order, kind) in enumerate(jobs):
        values = _values(problem, blurred, order, inner, kind == "insertion", watch)
        first, last = (whole, nothing) if kind == "deletion" else (nothing, whole)
        found.append((np.array([first, *values, last]) - nothing) / abs(whole - nothing))
        watch.tell((number + 1) / len(jobs))
    by_random = np.mean(found[2 : 2 + steps.random], axis=0)
    # what stays when a random order's first pixels go are the last of it: given back in reversed order, which is as
    # random, so the same answers read from the end are a curve of insertion
    return (
        Curves("deletion", steps.fractions, found[0], by_random, found[1]),
        Curves("insertion", steps.fractions, found[-2], by_random[::-1].copy(), found[-1]),
    )


def answers(problem: AttributionInput, pixels: Iterator[FloatImage], watch: Progress) -> list[float]:
    """Return the answer to each of a row of (h, w) images, few at once so that stop is heard."""
    most = min(problem.most_at_once, FEWEST_AT_ONCE)
    found: list[float] = []
    waiting: list[FloatImage] = []
    for image in pixels:
        waiting.append(image)
        if len(waiting) == most:
            watch.ask()
            found += problem.values(_images(problem, waiting)).tolist()
            waiting = []
    if waiting:
        watch.ask()
        found += problem.values(_images(problem, waiting)).tolist()
    return found


def _values(
    problem: AttributionInput,
    blurred: FloatImage,
    ranks: Ranks,
    fractions: Floats,
    back: bool,
    watch: Progress,
) -> list[float]:
    """Return the answer with these fractions of the first pixels taken away, or only they given back."""
    taken, kept = (blurred, problem.pixels) if not back else (problem.pixels, blurred)
    return answers(
        problem, (np.where(ranks < round(part * ranks.size), taken, kept) for part in fractions), watch
    )


def _ranks(values: FloatImage, rng: np.random.Generator) -> Ranks:
    """Return the place of each pixel, the largest value first; equal values in random order."""
    order = np.lexsort((rng.random(values.size), -values.ravel()))
    ranks = np.empty(values.size, np.int64)
    ranks[order] = np.arange(values.size)
    return ranks.reshape(values.shape)


def as_smooth_as(values: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Return a random image with the power spectrum of another."""
    noise = np.fft.rfft2(rng.normal(size=values.shape))
    phases = noise / np.maximum(np.abs(noise), np.finfo(np.float64).tiny)
    found = np.fft.irfft2(np.abs(np.fft.rfft2(values - values.mean())) * phases, s=values.shape)
    return found.astype(np.float32)


def _images(problem: AttributionInput, pixels: list[FloatImage]) -> torch.Tensor:
    stacked = np.stack(pixels).astype(np.float32, copy=False)[:, None]
    return torch.from_numpy(stacked).to(problem.image.device)
