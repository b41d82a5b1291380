"""Guided backpropagation: the gradient, with what speaks against the answer cut off at every ReLU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.gradients import as_map, gradients_of
from workbench.explanation.methods.registry import method
from workbench.micrographs.micrograph import FloatImage

OTHER_SWITCHES = (
    "Threshold", "Clamp", "ClampMin", "Maximum", "Hardtanh", "LeakyRelu", "Elu", "Gelu", "Silu", "PreluKernel",
    "RreluWithNoise", "Softplus", "Mish", "Hardswish",
)  # fmt: skip
"""What autograd calls activations that stand where a ReLU could, and that have no guided gradient."""


@method("guided_backprop", "Guided backpropagation", signed=True, additive=False, kind="gradient")
def guided_backprop(problem: AttributionInput, watch: Progress) -> FloatImage:
    """Return the gradient in which every ReLU lets back only what is positive: R' = [f > 0] [R > 0] R.

    f is what enters the ReLU, R what comes back to it from above. It shows edges sharply, and hardly
    changes when the weights above do (J. Adebayo et al., NeurIPS 2018, arXiv 1810.03292): see its line of trust.

    Raises
    ------
    ExplanationError
        If the network has a ReLU that is no module: hooks do not see it, and the answer would be the plain gradient.

    References
    ----------
    J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller, ICLR workshop 2015, arXiv 1412.6806, figure 1.
    """
    refuse_hidden_relus(problem)
    watch.tell(0.0)
    with _guided(problem.module):
        return as_map(gradients_of(problem, problem.image))


@contextmanager
def _guided(module: nn.Module) -> Iterator[None]:
    """Let only what is positive come back to each ReLU that is passed meanwhile; autograd itself applies [f > 0]."""

    def cut(_layer: nn.Module, _given: object, answer: torch.Tensor) -> None:
        if answer.requires_grad:
            # it goes with the answer
            answer.register_hook(lambda back: back.clamp(min=0))  # type: ignore[no-untyped-call]

    hooks = [layer.register_forward_hook(cut) for layer in module.modules() if isinstance(layer, nn.ReLU)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def refuse_hidden_relus(problem: AttributionInput) -> None:
    """Compare the ReLUs that a small image passes on its way with those that are modules.

    Raises
    ------
    ExplanationError
        If there are more, or activations of another kind.
    """
    module = problem.module
    seen = 0

    def count(_layer: nn.Module, _given: object, _answer: object) -> None:
        nonlocal seen
        seen += 1

    hooks = [layer.register_forward_hook(count) for layer in module.modules() if isinstance(layer, nn.ReLU)]
    edge = 2 * getattr(module, "stride", 1)
    image = torch.zeros((1, 1, edge, edge), device=problem.image.device, requires_grad=True)
    try:
        answer = module(image)
    finally:
        for hook in hooks:
            hook.remove()
    names = [name.removesuffix("0").removesuffix("1").removesuffix("Backward") for name in _graph(answer)]
    others = sorted({name for name in names if name in OTHER_SWITCHES})
    hidden = names.count("Relu") - seen
    if others or hidden > 0:
        what = (
            f"{hidden} ReLU that is no module"
            if hidden > 0
            else f"an activation other than ReLU ({others[0]})"
        )
        raise ExplanationError(
            f"{type(module).__name__} has {what}: guided backpropagation would pass it by and give the plain gradient "
            "there; write it as nn.ReLU, or choose another method."
        )


def _graph(answer: torch.Tensor) -> Iterator[str]:
    """Yield the name of every step that autograd would take back from an answer, each step once."""
    waiting, known = [answer.grad_fn], {answer.grad_fn}
    while waiting:
        step = waiting.pop()
        if step is None:
            continue
        yield step.name()
        for before, _ in step.next_functions:
            if before not in known:
                known.add(before)
                waiting.append(before)
