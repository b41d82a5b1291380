"""A module as it runs fastest with the same answers: batch normalisation folded away, channels last, memory kept."""

from __future__ import annotations

import copy
import ctypes
import platform
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from workbench.networks.module import SegmentationModule

FOLDING_ERROR = 1e-4
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_KEPT_BYTES = 2**31 - 1


def for_inference(module: SegmentationModule, device: torch.device) -> SegmentationModule:
    """Return a copy of a module for inference on a device; the module stays as it is.

    In evaluation mode, batch normalisation is a scale and a shift for each channel: it is folded into the convolution
    before it. The folded copy is compared with the module on one small input, and the module is copied unfolded if any
    logit, or any distance of the second output, differs by more than 1e-4 of the largest.

    Parameters
    ----------
    module : SegmentationModule
        In evaluation mode, on any device.
    device : torch.device

    Returns
    -------
    SegmentationModule
        On the device, weights in channels-last order.
    """
    folded = _fold(copy.deepcopy(module).eval())
    if not _agree(module, folded):
        folded = copy.deepcopy(module).eval()
    folded.to(device)
    folded.to(memory_format=torch.channels_last)
    return folded


def _fold(module: SegmentationModule) -> SegmentationModule:
    """Fold every batch normalisation that follows a convolution among the children of one block."""
    for block in list(module.modules()):
        children = list(block.named_children())
        for (name, first), (next_name, second) in pairwise(children):
            if type(first) is nn.Conv2d and type(second) is nn.BatchNorm2d and not second.training:
                setattr(block, name, fuse_conv_bn_eval(first, second))
                setattr(block, next_name, nn.Identity())
    return module


@torch.inference_mode()
def _agree(module: SegmentationModule, folded: SegmentationModule) -> bool:
    if not any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules()):
        return True
    parameter = next(module.parameters())
    edge = 2 * module.stride
    image = torch.randn((1, 1, edge, edge), generator=torch.Generator().manual_seed(0)).to(parameter)
    for expected, found in zip(module.both(image), folded.both(image), strict=True):
        if expected is None or found is None:
            continue
        error = (found - expected).abs().max()
        if not error <= FOLDING_ERROR * max(1.0, float(expected.abs().max())):
            return False
    return True


@torch.inference_mode()
def bytes_per_pixel(module: SegmentationModule) -> float:
    """Return the size of the largest activation, in bytes for each pixel of the input, as float32.

    It is measured on one small input: what enters or leaves any layer counts.
    """
    largest = 0

    def look(_layer: nn.Module, given: tuple[object, ...], answer: object) -> None:
        nonlocal largest
        for value in (*given, answer):
            if isinstance(value, torch.Tensor):
                largest = max(largest, value.numel())

    hooks = [layer.register_forward_hook(look) for layer in module.modules()]
    try:
        edge = 2 * module.stride
        module.both(torch.zeros((1, 1, edge, edge), device=next(module.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    return 4 * largest / edge**2


def ask_at_each_layer(module: nn.Module, ask: Callable[[], None]) -> None:
    """Call ``ask()`` before each layer of every forward pass; what it raises ends the pass."""
    for layer in module.modules():
        if not any(layer.children()):
            layer.register_forward_pre_hook(lambda _layer, _given: ask())


@cache
def keep_memory() -> bool:
    """Let the C library keep freed memory for the next tile instead of handing it back; for the whole process.

    glibc maps every large block anew and hands it back when freed, and a network's activations are large: each tile
    would fault in all of its pages again, a fifth to a third of the time of a U-Net on two cores. Up to 2 GiB is kept.

    Returns
    -------
    bool
        Whether this C library listens; only glibc does.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL(None)
    try:
        mallopt = library.mallopt
    except AttributeError:
        return False
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES))
