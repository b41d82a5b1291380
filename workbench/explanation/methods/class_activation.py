"""Class activation maps: the features of one layer, each weighted by how much the answer follows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn import functional

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.methods.registry import also_called, method
from workbench.micrographs.micrograph import FloatImage

MOST_NAMED = 60


@method("grad_cam", "Grad-CAM", signed=False, additive=False)
def grad_cam(problem: AttributionInput, watch: Progress, layer: str = "") -> FloatImage:
    """Return ReLU(sum over k of a_k A_k) of one layer, where a_k is the mean of dS/dA_k over its places.

    A_k are the features of the layer, S the sum of the logits of the target: for a segmentation network that is what
    Vinogradova et al. call Seg-Grad-CAM, and `seg_grad_cam` is this method's other name.

    Places that the gradient does not reach cannot have changed the answer: they are left out of the mean and are 0 in
    the map, so that it does not depend on how much of the micrograph lies around. Brought to pixels by bilinear
    interpolation; one place of a deep layer is as wide as the pooling grid there.

    Parameters
    ----------
    problem, watch
    layer : str
        One of `layers`; by default what `find_layer` says.

    Raises
    ------
    ExplanationError
        If there is no such layer: the message names those there are.

    References
    ----------
    R. R. Selvaraju et al., ICCV 2017, doi 10.1109/ICCV.2017.74, equations 1 and 2.
    K. Vinogradova, A. Dibrov, G. Myers, AAAI 2020, doi 10.1609/aaai.v34i10.7244, equation 2.
    """
    name = find_layer(problem.module, layer)
    watch.tell(0.0)
    features, gradient = _features(problem, name)
    places = _reached(gradient)
    found = torch.zeros_like(problem.image)
    if places is not None:
        rows, columns = places
        weights = gradient[:, :, rows, columns].mean(dim=(2, 3), keepdim=True)
        active = functional.relu((weights * features[:, :, rows, columns]).sum(1, keepdim=True))
        down, across = (found.shape[axis] // features.shape[axis] for axis in (2, 3))
        height, width = active.shape[2] * down, active.shape[3] * across
        top, left = rows.start * down, columns.start * across
        found[:, :, top : top + height, left : left + width] = functional.interpolate(
            active, (height, width), mode="bilinear", align_corners=False
        )
    answer: FloatImage = found[0, 0].cpu().float().numpy()
    return answer


also_called("seg_grad_cam", "grad_cam")


def layers(module: nn.Module) -> tuple[str, ...]:
    """Return the names of the layers that have a class activation map, in the order in which they work.

    Convolutions, transposed convolutions and ReLUs.
    """
    return tuple(name for name, _, _ in _walk(module))


def deepest_layer(module: nn.Module) -> str:
    """Return the last ReLU on the coarsest grid, or the last convolution there where no ReLU follows.

    What a ReLU lets through is the feature that the rest of the network sees; the convolution before it is not.
    """
    found = _walk(module)
    # the very last convolution turns features into logits
    inner = found[:-1] or found
    coarsest = min(size for _, _, size in inner)
    there = [(name, layer) for name, layer, size in inner if size == coarsest]
    active = [name for name, layer in there if isinstance(layer, nn.ReLU)]
    return (active or [name for name, _ in there])[-1]


def find_layer(module: nn.Module, name: str = "") -> str:
    """Return the name of a layer that exists; ``""`` stands for the architecture's own choice or `deepest_layer`.

    Raises
    ------
    ExplanationError
        If there is none of that name.
    """
    if not name:
        return str(getattr(module, "grad_cam_layer", "")) or deepest_layer(module)
    known = layers(module)
    if name not in known:
        told = ", ".join(known[:MOST_NAMED])
        more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
        raise ExplanationError(
            f"{type(module).__name__} has no layer {name!r} to map; choose one of {told}{more}."
        )
    return name


@torch.no_grad()
def _walk(module: nn.Module) -> list[tuple[str, nn.Module, int]]:
    """Return name, layer and number of places of each convolution and ReLU, in the order in which they work."""
    found: list[tuple[str, nn.Module, int]] = []
    hooks = []
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.ReLU):

            def note(layer: nn.Module, _given: object, answer: torch.Tensor, name: str = name) -> None:
                found.append((name, layer, answer.shape[2] * answer.shape[3]))

            hooks.append(layer.register_forward_hook(note))
    try:
        edge = 2 * getattr(module, "stride", 1)
        parameter = next(module.parameters())
        module(torch.zeros((1, 1, edge, edge), device=parameter.device, dtype=parameter.dtype))
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _features(problem: AttributionInput, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the features of a layer, (1, K, h, w), and the derivative of the answer with respect to them."""
    # no parameter asks for a gradient, so the image has to
    image = problem.image.detach().clone().requires_grad_()
    with _kept(problem.module.get_submodule(name)) as kept:
        answer = problem.scorer(image).sum()
    (gradient,) = torch.autograd.grad(answer, kept[0])
    return kept[0].detach(), gradient


@contextmanager
def _kept(layer: nn.Module) -> Iterator[list[torch.Tensor]]:
    kept: list[torch.Tensor] = []

    def keep(_layer: nn.Module, _given: object, answer: torch.Tensor) -> None:
        kept.append(answer)

    hook = layer.register_forward_hook(keep)
    try:
        yield kept
    finally:
        hook.remove()


def _reached(gradient: torch.Tensor) -> tuple[slice, slice] | None:
    """Return the rows and columns of the places where the gradient is not 0."""
    reached = (gradient[0] != 0).any(0)
    rows, columns = torch.nonzero(reached.any(1))[:, 0], torch.nonzero(reached.any(0))[:, 0]
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
