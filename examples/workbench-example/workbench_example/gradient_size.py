"""An attribution method: one decorated function."""

from __future__ import annotations

import torch

from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.registry import method
from workbench.micrographs.micrograph import FloatImage


@method("gradient_size", "Size of the gradient", signed=False, additive=False, kind="place")
def gradient_size(problem: AttributionInput, watch: Progress) -> FloatImage:
    """Return how strongly each pixel moves the answer, |dS/dx|, whichever way.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, ICLR workshop 2014, arXiv 1312.6034, section 3.
    """
    watch.tell(0.0)  # and stops here, if somebody pressed Stop
    image = problem.image.detach().requires_grad_()
    (found,) = torch.autograd.grad(problem.scorer(image).sum(), image)
    answer: FloatImage = found[0, 0].abs().cpu().float().numpy()
    return answer
