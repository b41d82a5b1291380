"""Layer-wise relevance propagation: the answer is handed back, layer by layer, to what contributed to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.registry import method
from workbench.explanation.relevance_rules import Leaves, Rule, RulesApply
from workbench.micrographs.micrograph import FloatImage

RULES = ("composite", "epsilon", "gamma", "z+")
BIASES = ("absorb", "ignore")
MOST_MISSING = 0.01
"""Of all relevance; rounding is far below, a layer that is not followed far above."""


@dataclass(frozen=True, eq=False)
class Relevance:
    """Where the answer's relevance has gone: ``value == pixels.sum() + biases + rest`` to rounding.

    Parameters
    ----------
    pixels : (h, w) float tensor
    biases : float
        What biases of the layers have absorbed, which no pixel has caused.
    rest : float
        What epsilon has absorbed, of contributions that contradict each other; and, where biases are ignored,
        of answers that a bias alone had caused.
    value : float
        The answer: the sum of the logits of the target.
    """

    pixels: torch.Tensor
    biases: float
    rest: float
    value: float

    @property
    def missing(self) -> float:
        """What was not conserved, as a fraction of all relevance there is, whatever its sign."""
        sums = float(self.pixels.double().sum()), self.biases, self.rest
        whole = float(self.pixels.double().abs().sum()) + abs(self.biases) + abs(self.rest) + abs(self.value)
        return abs(self.value - sum(sums)) / whole if whole else 0.0


@method("lrp", "Layer-wise relevance propagation", signed=True, kind="product")
def lrp(
    problem: AttributionInput,
    watch: Progress,
    rule: str = "composite",
    epsilon: float = 1e-6,
    gamma: float = 0.25,
    biases: str = "absorb",
) -> FloatImage:
    """Return the relevance of each pixel, handed back from the logits by one rule for each layer.

    The rules, R_i = sum over j of (share of z_ij in z_j) R_j, are those of `relevance_rules.Layer`.

    Parameters
    ----------
    problem, watch
    rule : {"composite", "epsilon", "gamma", "z+"}
        One rule for all layers; or composite: gamma in the encoder, where many weak contributions contradict each other
        and the plain shares are noise, and epsilon above, where few features mean much and shall be told apart
        (Montavon et al. 2019, section 10.3). A layer that reads nothing but the micrograph has the w2 rule there, the
        one for inputs without bounds (section 10.3.2): intensity is counted from the mean, so any other rule would
        give a pixel of mean grey nothing; the rule for pixels within bounds would need the darkest and the
        brightest, which differ from window to window.
    epsilon : float
        In units of a layer's answers. Near 0, the rule epsilon gives gradient x input.
    gamma : float
        How much contributions of the answer's sign are favoured.
    biases : {"absorb", "ignore"}
        Whether biases keep their share, as published, so that the map sums to the answer without it (in a network with
        batch normalisation that may be most); or the pixels are given it, so that the map sums to the answer. The
        latter with gamma and z+ only: without its bias, an answer may be a difference of contributions near 0.

    References
    ----------
    S. Bach et al., PLoS ONE 10 (2015) e0130140, equations 56 to 60.
    G. Montavon, A. Binder, S. Lapuschkin, W. Samek, K.-R. Müller, "Layer-Wise Relevance Propagation: An Overview",
    LNCS 11700 (2019) 193, doi 10.1007/978-3-030-28954-6_10.
    """
    found = relevance(problem, watch, rule, epsilon, gamma, biases)
    if not found.missing <= MOST_MISSING:
        raise ExplanationError(
            f"{found.missing:.0%} of the relevance got lost in {type(problem.module).__name__}: it has a layer that "
            "relevance cannot be followed through; choose another method, such as integrated gradients."
        )
    answer: FloatImage = found.pixels.cpu().float().numpy()
    return answer


def relevance(
    problem: AttributionInput,
    watch: Progress,
    rule: str = "composite",
    epsilon: float = 1e-6,
    gamma: float = 0.25,
    biases: str = "absorb",
) -> Relevance:
    """Return the relevance of the pixels, and what biases and epsilon have absorbed; see `lrp`.

    Raises
    ------
    ExplanationError
        If an option has a value that cannot be.
    Stopped
    """
    _check(rule, epsilon, gamma, biases)
    watch.tell(0.0)
    image = problem.image.detach().requires_grad_()
    one = image.new_ones(())
    leaves = Leaves(*(leaf.requires_grad_() for leaf in (torch.ones_like(image), one, one.clone())))
    encoder = {
        id(tensor)
        for name, tensor in problem.module.named_parameters()
        if name.startswith(problem.module.encoder)
    }

    def choose(entering: torch.Tensor, weight: torch.Tensor) -> Rule:
        if rule != "composite":
            return rule  # type: ignore[return-value]
        if entering is image:
            return "w2"
        return "gamma" if id(weight) in encoder else "epsilon"

    with RulesApply(choose, leaves, epsilon=epsilon, gamma=gamma, absorb=biases == "absorb", ask=watch.ask):
        value = problem.scorer(image).sum()
    watch.tell(0.3)
    to_image, to_places, to_biases, to_rest = torch.autograd.grad(
        value, (image, *leaves), allow_unused=True, materialize_grads=True
    )
    pixels = (image * to_image + to_places).detach()[0, 0]
    return Relevance(pixels, float(to_biases), float(to_rest), float(value.detach()))


def _check(rule: str, epsilon: float, gamma: float, biases: str) -> None:
    for name, value, allowed in (("rule", rule, RULES), ("biases", biases, BIASES)):
        if value not in allowed:
            raise ExplanationError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    for name, number in (("epsilon", epsilon), ("gamma", gamma)):
        if not (math.isfinite(number) and number >= 0):
            raise ExplanationError(f"{name} must be 0 or a positive number, not {number}.")
    if biases == "ignore" and rule not in ("gamma", "z+"):
        raise ExplanationError(
            "Biases can be ignored with the rules gamma and z+ only; with others a few pixels would get all."
        )
