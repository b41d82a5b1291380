"""Methods that follow the gradient of the answer: plain, times input, smoothed, integrated."""

from __future__ import annotations

import torch

from workbench.errors import ExplanationError
from workbench.explanation.methods.registry import method
from workbench.explanation.problem import Problem, Watch
from workbench.micrographs.micrograph import FloatImage


@method("gradient", "Gradient", signed=True, kind="gradient")
def gradient(problem: Problem, watch: Watch) -> FloatImage:
    """Return the derivative of the answer with respect to each pixel, dS/dx.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, ICLR workshop 2014, arXiv 1312.6034, section 3 (there, in absolute value).
    """
    watch.tell(0.0)
    return _map(_gradients(problem, problem.image))


@method("gradient_x_input", "Gradient x input", signed=True, kind="product")
def gradient_x_input(problem: Problem, watch: Watch) -> FloatImage:
    """Return x dS/dx, where x is standardised: intensity counted from the mean of the micrograph.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Shcherbina, A. Kundaje, arXiv 1605.01713 (2016), equation 4.
    """
    watch.tell(0.0)
    return _map(_gradients(problem, problem.image) * problem.image)


@method("smoothgrad", "SmoothGrad", signed=True, kind="gradient")
def smoothgrad(
    problem: Problem, watch: Watch, samples: int = 20, noise: float = 0.15, seed: int = 0
) -> FloatImage:
    """Return the mean gradient over noisy copies of the micrograph.

    Parameters
    ----------
    problem, watch
    samples : int
        Copies.
    noise : float
        Standard deviation of the noise, as a fraction of the range of intensities in the window.
    seed : int

    References
    ----------
    D. Smilkov et al., arXiv 1706.03825 (2017), equation 1 of section 3.
    """
    _at_least("samples", samples, 1)
    generator = torch.Generator().manual_seed(seed)
    sigma = noise * float(problem.image.max() - problem.image.min())
    total, done = torch.zeros_like(problem.image), 0
    while done < samples:
        count = min(problem.most_at_once, samples - done)
        shape = (count, *problem.image.shape[1:])
        drawn = torch.randn(shape, generator=generator).to(problem.image.device)
        total += _gradients(problem, problem.image + sigma * drawn).sum(0, keepdim=True)
        done += count
        watch.tell(done / samples)
    return _map(total / samples)


@method("integrated_gradients", "Integrated gradients", signed=True, complete=True, kind="product")
def integrated_gradients(problem: Problem, watch: Watch, steps: int = 50) -> FloatImage:
    """Return the gradient integrated along the straight way from the mean intensity to the micrograph, times input.

    (x - x') times the integral of dS/dx at x' + a (x - x') over a from 0 to 1, by Gauss-Legendre's rule. The baseline
    x' is 0: an even micrograph of the same mean. The map sums to S(x) - S(x') (completeness).

    Parameters
    ----------
    problem, watch
    steps : int
        Points of the rule.

    References
    ----------
    M. Sundararajan, A. Taly, Q. Yan, ICML 2017, arXiv 1703.01365, equation 1.
    """
    import numpy as np

    _at_least("steps", steps, 1)
    places, weights = np.polynomial.legendre.leggauss(steps)
    at = torch.from_numpy((places + 1) / 2).float().to(problem.image.device)[:, None, None, None]
    share = torch.from_numpy(weights / 2).float().to(problem.image.device)[:, None, None, None]
    total, done = torch.zeros_like(problem.image), 0
    while done < steps:
        part = slice(done, done + problem.most_at_once)
        total += (_gradients(problem, at[part] * problem.image) * share[part]).sum(0, keepdim=True)
        done = min(steps, part.stop)
        watch.tell(done / steps)
    return _map(total * problem.image)


def _gradients(problem: Problem, images: torch.Tensor) -> torch.Tensor:
    """Return dS/dx of each of (N, 1, h, w) images."""
    images = images.detach().requires_grad_()
    (found,) = torch.autograd.grad(problem.scorer(images).sum(), images)
    return found


def _map(found: torch.Tensor) -> FloatImage:
    answer: FloatImage = found[0, 0].detach().cpu().float().numpy()
    return answer


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ExplanationError(f"{name} must be at least {least}, not {value}.")
