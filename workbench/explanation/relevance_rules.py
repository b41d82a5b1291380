"""Rules of layer-wise relevance propagation, written so that autograd carries them from layer to layer.

What flows back is relevance divided by activation, c = R / a, and relevance is read off as R = a c. In this form a step
that is linear and has no weights of its own needs no rule. Its part of the answer is z = sum of w_i a_i, relevance in
proportion is R_i = w_i a_i R / z, so c_i = w_i c: the plain derivative. That holds for concatenation (c is split by
channels), slices and padding, sums (residual blocks, scores of several strides), the difference of two logits, factors,
mean pools, nearest and bilinear upsampling. A tensor that is used twice gets the sum of both. ReLU passes c where it is
open; where it is shut a = 0 and nothing arrives; a max-pool passes c to its winner. Nothing is divided by a sum that
may be zero, so all of these conserve relevance to rounding.

A layer with weights gets the rule: its answer z is written d * (z / d), where d holds the contributions that the rule
counts and the bracket is held constant. So c_i = sum over j of c_j (z_j / d_j) dd_j/da_i, whatever kind of layer it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import torch
from torch.overrides import TorchFunctionMode

Rule = Literal["epsilon", "gamma", "z+", "w2"]
Linear = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""A layer without its bias: activations and weights to answers."""


class Leaves(NamedTuple):
    """What relevance ends on beside the activations; all ones, so that R = c.

    Parameters
    ----------
    places : (N, 1, h, w) tensor
        Pixels, for the rule of the first layer, which does not go by their intensity.
    biases : () tensor
    rest : () tensor
        What no contribution takes: the share of epsilon.
    """

    places: torch.Tensor
    biases: torch.Tensor
    rest: torch.Tensor


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer with weights, and how relevance is shared among what enters it.

    Parameters
    ----------
    linear : callable(activations, weights)
    weight : tensor
    bias : tensor or None
        To be added to the answers.
    rule : {"epsilon", "gamma", "z+", "w2"}
        With contributions z_ij = a_i w_ij to z_j = sum over i of z_ij + b_j, relevance is shared in proportion to

        - epsilon: z_ij, of z_j + epsilon sign(z_j): what contradicts itself loses some.
        - gamma: z_ij + gamma z_ij', where ' keeps those of the sign of z_j. For positive activations that is the
          published rule, z_ij' = a_i w_ij+; but U-Nets concatenate features that no ReLU has touched, and then the
          sign of the weight is not that of the contribution.
        - z+: z_ij' alone; gamma without bound.
        - w2: w_ij squared, whatever the intensity.
    epsilon, gamma : float
    absorb : bool
        Whether a bias takes its share as one more contribution; if not, the others are given it.
    ask : callable
        Called before the layer is done on the way back; what it raises ends the way.

    References
    ----------
    S. Bach et al., PLoS ONE 10 (2015) e0130140: epsilon, equation 58; z+ is alpha = 1, beta = 0 of equation 60.
    G. Montavon et al., Pattern Recognition 65 (2017) 211: z+ and w2.
    G. Montavon et al., "Layer-Wise Relevance Propagation: An Overview", LNCS 11700 (2019) 193: epsilon and gamma,
    section 10.2.1.
    L. Andeol et al., arXiv 2106.04923 (2021): gamma for either sign.
    """

    linear: Linear
    weight: torch.Tensor
    bias: torch.Tensor | None
    rule: Rule
    epsilon: float
    gamma: float
    absorb: bool
    ask: Callable[[], None]

    def __call__(self, x: torch.Tensor, leaves: Leaves) -> torch.Tensor:
        """Return the answer as it is, whose derivative carries the rule."""
        answer: torch.Tensor = _Carried.apply(x, *leaves, self)
        return answer

    def plain(self, x: torch.Tensor) -> torch.Tensor:
        """Return the answer."""
        found = self.linear(x, self.weight)
        return found if self.bias is None else found + self.bias

    def rewritten(self, x: torch.Tensor, leaves: Leaves) -> torch.Tensor:
        """Return the answer as d (z / d), the bracket constant, and what is lacking."""
        if self.rule == "w2":
            answers = self.plain(x).detach()
            return carried(self.linear(leaves.places, self.weight.square()), answers, leaves.rest)
        alone = self.linear(x, self.weight)
        answers = (alone if self.bias is None else alone + self.bias).detach()
        bias = leaves.biases * self.bias if self.absorb and self.bias is not None else None
        counted = alone if bias is None else alone + bias
        if self.rule == "epsilon":
            return carried(counted, answers, leaves.rest, self.epsilon)
        speaking = self._of_the_sign(counted, x, bias)
        return carried(
            speaking if self.rule == "z+" else counted + self.gamma * speaking, answers, leaves.rest
        )

    def _of_the_sign(self, counted: torch.Tensor, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """Return the sum of the contributions that have the sign of their sum."""
        positive = self.linear(x.clamp(min=0), self.weight.clamp(min=0))
        if bool((x < 0).any()):  # half the work where all activations come from a ReLU
            positive = positive + self.linear(x.clamp(max=0), self.weight.clamp(max=0))
        if bias is not None:
            positive = positive + bias.clamp(min=0)
        return torch.where(counted > 0, positive, counted - positive)


def carried(
    counted: torch.Tensor, answers: torch.Tensor, rest: torch.Tensor, epsilon: float = 0.0
) -> torch.Tensor:
    """Return the answers z, with the derivative of d at z / (d + epsilon sign(d)); the rest gets what that leaves over.

    Where d is zero beside z nothing is carried.
    """
    d = counted.detach()
    d = d + epsilon * torch.where(d < 0, -1.0, 1.0).to(d)
    least = torch.finfo(d.dtype).eps * answers.abs()
    share = torch.where(d.abs() > least, answers / torch.where(d == 0, 1, d), 0)
    kept = counted * share
    return kept + rest * (answers - kept).detach()


class _Carried(torch.autograd.Function):
    """Keeps no more than a layer's input on the way forward: the rule is worked out on the way back."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        places: torch.Tensor,
        biases: torch.Tensor,
        rest: torch.Tensor,
        layer: Layer,
    ) -> torch.Tensor:
        ctx.save_for_backward(x, places, biases, rest)
        ctx.layer = layer
        return layer.plain(x)

    @staticmethod
    def backward(ctx: Any, *given: torch.Tensor) -> Any:
        layer: Layer = ctx.layer
        layer.ask()
        x, *leaves = (tensor.detach().requires_grad_() for tensor in ctx.saved_tensors)
        with torch.enable_grad():
            answer = layer.rewritten(x, Leaves(*leaves))
        found = torch.autograd.grad(answer, (x, *leaves), given, allow_unused=True)
        return (*found, None)


class RulesApply(TorchFunctionMode):
    """While it lasts, every convolution and batch normalisation in this thread passes relevance back by a rule.

    Functions are met where they are called, so it does not matter whether a layer is a module, and nothing has to be
    taken off the network afterwards.

    Parameters
    ----------
    choose : callable(input, weight) -> rule
    leaves : Leaves
    epsilon, gamma, absorb, ask
        As `Layer`'s.
    """

    def __init__(
        self,
        choose: Callable[[torch.Tensor, torch.Tensor], Rule],
        leaves: Leaves,
        *,
        epsilon: float,
        gamma: float,
        absorb: bool,
        ask: Callable[[], None],
    ) -> None:
        super().__init__()
        self._choose, self._leaves = choose, leaves
        self._epsilon, self._gamma, self._absorb, self._ask = epsilon, gamma, absorb, ask

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call the function, or the layer that takes its place."""
        del types
        kwargs = kwargs or {}
        if func in (torch.conv2d, torch.conv_transpose2d):
            return self._convolution(func, *args, **kwargs)
        if getattr(func, "__name__", "") == "batch_norm":
            return self._scale(func, *args, **kwargs)
        return func(*args, **kwargs)

    def _convolution(
        self,
        func: Callable[..., torch.Tensor],
        input: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> torch.Tensor:
        def linear(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
            return func(x, weights, None, *args, **kwargs)

        column = None if bias is None else bias[:, None, None]
        rule = self._choose(input, weight)
        layer = Layer(linear, weight, column, rule, self._epsilon, self._gamma, self._absorb, self._ask)
        return layer(input, self._leaves)

    def _scale(
        self, func: Callable[..., torch.Tensor], input: torch.Tensor, *args: Any, **kwargs: Any
    ) -> torch.Tensor:
        """A batch normalisation that no convolution took in: a factor, whose shift counts as a bias."""
        answers = func(input, *args, **kwargs)
        shift = func(torch.zeros_like(input[:1, :, :1, :1]), *args, **kwargs).detach()
        counted = answers - shift + (self._leaves.biases * shift if self._absorb else 0)
        return carried(counted, answers.detach(), self._leaves.rest, self._epsilon)
