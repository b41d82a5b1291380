"""Methods that follow the gradient of the answer: plain, times input, smoothed, integrated."""

from __future__ import annotations

import numpy as np
import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.batches import in_batches
from workbench.explanation.methods.registry import method
from workbench.explanation.position_seeded import anchored
from workbench.micrographs.micrograph import FloatImage


@method("gradient", "Gradient", signed=True, kind="gradient")
def gradient(problem: AttributionInput, watch: Progress) -> FloatImage:
    """Return the derivative of the answer with respect to each pixel, dS/dx.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, ICLR workshop 2014, arXiv 1312.6034, section 3 (there, in absolute value).
    """
    watch.tell(0.0)
    return as_map(gradients_of(problem, problem.image))


@method("gradient_x_input", "Gradient x input", signed=True, kind="product")
def gradient_x_input(problem: AttributionInput, watch: Progress) -> FloatImage:
    """Return (x - x') dS/dx, where x' is the mean intensity of the micrograph: 0 where it is standardised so.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Shcherbina, A. Kundaje, arXiv 1605.01713 (2016), equation 4.
    """
    watch.tell(0.0)
    return as_map(gradients_of(problem, problem.image) * (problem.image - problem.mean))


@method("smoothgrad", "SmoothGrad", signed=True, kind="gradient")
def smoothgrad(
    problem: AttributionInput, watch: Progress, samples: int = 20, noise: float = 0.15, seed: int = 0
) -> FloatImage:
    """Return the mean gradient over noisy copies of the micrograph: mean of dS/dx at x + N(0, s^2).

    The noise belongs to a place in the micrograph, so that a window or tile sees what the whole micrograph would.

    Parameters
    ----------
    problem, watch
    samples : int
        Copies.
    noise : float
        s, as a fraction of the range of intensities of the micrograph.
    seed : int

    References
    ----------
    D. Smilkov et al., arXiv 1706.03825 (2017), equation 1 of section 3.
    """
    _at_least("samples", samples, 1)
    _at_least("seed", seed, 0)
    if not (np.isfinite(noise) and noise >= 0):
        raise ExplanationError(f"noise must be at least 0, not {noise}.")
    total = torch.zeros_like(problem.image)

    def add(part: slice) -> None:
        nonlocal total
        drawn = np.stack([noise_of(problem, seed, number) for number in range(part.start, part.stop)])
        noisy = torch.from_numpy(noise * problem.span * drawn)[:, None].to(problem.image)
        total = total + gradients_of(problem, problem.image + noisy).sum(0, keepdim=True)

    in_batches(problem, samples, add, watch)
    return as_map(total / samples)


def noise_of(problem: AttributionInput, seed: int, number: int) -> FloatImage:
    """Return the noise of one copy of the micrograph in the window, (h, w), of standard deviation 1."""
    return anchored(
        *problem.window,
        (seed, number),
        lambda generator, shape: generator.standard_normal(shape, np.float32),
    )


@method("integrated_gradients", "Integrated gradients", signed=True, complete=True, kind="product")
def integrated_gradients(problem: AttributionInput, watch: Progress, steps: int = 50) -> FloatImage:
    """Return the gradient integrated along the straight way from the mean intensity to the micrograph, times input.

    (x - x') times the integral of dS/dx at x' + a (x - x') over a from 0 to 1, by Gauss-Legendre's rule. The baseline
    x' is an even micrograph of the same mean. The map sums to S(x) - S(x') (completeness).

    Parameters
    ----------
    problem, watch
    steps : int
        Points of the rule.

    References
    ----------
    M. Sundararajan, A. Taly, Q. Yan, ICML 2017, arXiv 1703.01365, equation 1.
    """
    _at_least("steps", steps, 1)
    places, weights = np.polynomial.legendre.leggauss(steps)
    at = torch.from_numpy((places + 1) / 2).float().to(problem.image.device)[:, None, None, None]
    share = torch.from_numpy(weights / 2).float().to(problem.image.device)[:, None, None, None]
    way = problem.image - problem.mean
    total = torch.zeros_like(way)

    def add(part: slice) -> None:
        nonlocal total
        found = gradients_of(problem, problem.mean + at[part] * way)
        total = total + (found * share[part]).sum(0, keepdim=True)

    in_batches(problem, steps, add, watch)
    return as_map(total * way)


def gradients_of(problem: AttributionInput, images: torch.Tensor) -> torch.Tensor:
    """Return dS/dx of each of (N, 1, h, w) images."""
    images = images.detach().requires_grad_()
    (found,) = torch.autograd.grad(problem.scorer(images).sum(), images)
    return found


def as_map(found: torch.Tensor) -> FloatImage:
    """Return the first of (N, 1, h, w) images as an array."""
    answer: FloatImage = found[0, 0].detach().cpu().float().numpy()
    return answer


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ExplanationError(f"{name} must be at least {least}, not {value}.")
