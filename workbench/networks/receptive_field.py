"""How far a network sees: the published receptive field, and what one output pixel really depends on.

A network describes its deepest way from micrograph to answer as a list of steps, its path. Two numbers
follow:

- the receptive field as the literature counts it: a convolution adds ``(k - 1) * d * j``, a pool adds
  ``(p - 1) * j`` and multiplies the stride ``j`` by ``p``, upsampling divides it and adds nothing, and the
  decoder adds at its own stride;
- the support of one output pixel: exactly which input pixels it depends on. It varies with the pixel's place
  in the pooling grid, and its widest one-sided reach is the halo that a tile needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from workbench.micrographs.micrograph import Micrograph
    from workbench.networks.card import Card
    from workbench.networks.network import Network


@dataclass(frozen=True)
class Convolution:
    """A k x k convolution with "same" padding and the given dilation."""

    kernel: int = 3
    dilation: int = 1
    name: str = ""


@dataclass(frozen=True)
class Pool:
    """Pooling over ``size`` x ``size`` pixels that do not overlap."""

    size: int
    name: str = ""


@dataclass(frozen=True)
class Upsample:
    """Upsampling in which each output pixel depends on one input pixel: nearest, or 2x2 up-convolution."""

    factor: int
    name: str = ""


@dataclass(frozen=True)
class Bilinear:
    """Bilinear upsampling by ``factor``: each output pixel depends on two input pixels along each axis."""

    factor: int
    name: str = ""


@dataclass(frozen=True)
class UpConvolution:
    """A 2x2 up-convolution whose pool was dropped: an output pixel depends on itself and on the one ``step`` before."""

    step: int = 1
    name: str = ""


Step = Convolution | Pool | Upsample | Bilinear | UpConvolution


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of a network, by the published convention.

    Parameters
    ----------
    pixels : int
        Edge of the square of input pixels, at the output.
    nm : float or None
        The same in nanometres: at the pixel size that the card has micrographs resampled to, else at the middle of
        those it was trained on; ``None`` where the card names none.
    at : dict of str to int
        Pixels after the named steps on the way, such as ``bottleneck`` or ``pool4``.
    by_position : tuple of int
        How many input pixels along one axis an output pixel really depends on: the different numbers over the places
        that it can have in the pooling grid. Empty for modules that are not of the registry; see
        :func:`~workbench.networks.gradient_support.gradient_support`.
    """

    pixels: int
    nm: float | None = None
    at: dict[str, int] = field(default_factory=dict)
    by_position: tuple[int, ...] = ()


def receptive_field(network: Network | nn.Module) -> ReceptiveField:
    """Return the receptive field of a network or module, counted as the publications do.

    Parameters
    ----------
    network : Network or torch module
        With a :class:`~workbench.networks.network.Network`, its card gives the pixel size. A module that is not of the
        registry is run once on an empty image, see :func:`~workbench.networks.tracing.trace_field`.

    Raises
    ------
    NetworkError
        If the network is a classical method, which has no receptive field of this kind, or the module holds a layer
        whose field this does not know.
    """
    from workbench.errors import NetworkError
    from workbench.networks.classical import ClassicalMethod
    from workbench.networks.module import SegmentationModule
    from workbench.networks.network import Network

    module = network.module if isinstance(network, Network) else network
    if isinstance(module, ClassicalMethod):
        raise NetworkError(f"{module.name} is a classical method, not a network: it has no receptive field.")
    if not isinstance(module, SegmentationModule):
        from workbench.networks.tracing import trace_field

        return ReceptiveField(trace_field(module))
    path = module.path()
    pixels, at = count(path)
    size = _pixel_size(network.card) if isinstance(network, Network) else None
    places = (support(path, pixel) for pixel in range(stride_of(path)))
    widths = tuple(sorted({high - low + 1 for low, high in places}))
    return ReceptiveField(pixels, None if size is None else pixels * size, at, widths)


def _pixel_size(card: Card) -> float | None:
    """Return the pixel size in nm that a network asks for, else the middle of what it was trained on."""
    size = card.input.nm_per_px
    if size is None and card.nm_per_px is not None:
        size = sum(card.nm_per_px) / 2
    return None if size is None else size * card.input.scale


def wider_than(network: Network, micrograph: Micrograph) -> str:
    """Say that a network sees more than the whole micrograph; empty where it does not.

    What it would see beyond the edge is zeros: such a network works, but its answer is one about that too.
    """
    from workbench.networks.module import SegmentationModule

    if not isinstance(network.module, SegmentationModule):
        return ""
    pixels = count(network.module.path())[0]
    step = network.card.input.step(micrograph.nm_per_px)
    seen = min(micrograph.shape) / step
    if pixels <= seen:
        return ""
    return (
        f"{network.card.shown}: the receptive field of {pixels} px is larger than {micrograph.name}, "
        f"which the network sees as {micrograph.shape[0] / step:.0f} x {micrograph.shape[1] / step:.0f} px."
    )


def count(path: Sequence[Step]) -> tuple[int, dict[str, int]]:
    """Return the receptive field in pixels by the published convention, and after each named step."""
    size, stride, at = 1, 1, {}
    for step in path:
        match step:
            case Convolution():
                size += (step.kernel - 1) * step.dilation * stride
            case Pool():
                size += (step.size - 1) * stride
                stride *= step.size
            case Upsample() | Bilinear():
                stride //= step.factor
            case UpConvolution():
                pass  # upsampling adds nothing
        if step.name:
            at[step.name] = size
    return size, at


def stride_of(path: Sequence[Step]) -> int:
    """Return the total downsampling at the bottom of the path: the period of the pooling grid, in pixels."""
    stride, widest = 1, 1
    for step in path:
        match step:
            case Pool():
                stride *= step.size
            case Upsample() | Bilinear():
                stride //= step.factor
            case Convolution() | UpConvolution():
                pass
        widest = max(widest, stride)
    return widest


def support(path: Sequence[Step], pixel: int) -> tuple[int, int]:
    """Return the first and last input pixel along one axis that the output pixel at ``pixel`` depends on.

    The image is taken as endless; pixel 0 lies at the start of the pooling grid.
    """
    low = high = pixel
    for step in reversed(path):
        match step:
            case Convolution():
                low -= (step.kernel - 1) // 2 * step.dilation
                high += (step.kernel - 1) // 2 * step.dilation
            case Pool():
                low, high = low * step.size, high * step.size + step.size - 1
            case Upsample():
                low, high = low // step.factor, high // step.factor
            case UpConvolution():
                low -= step.step
            case Bilinear():
                if step.factor > 1:  # centres of pixels coincide: x_in = (x_out + 1/2) / factor - 1/2
                    low = floor(Fraction(2 * low + 1, 2 * step.factor) - Fraction(1, 2))
                    high = floor(Fraction(2 * high + 1, 2 * step.factor) - Fraction(1, 2)) + 1
    return low, high


def reach_of(path: Sequence[Step]) -> int:
    """Return the widest one-sided distance in pixels from an output pixel to an input pixel it depends on."""
    ends = ((pixel, *support(path, pixel)) for pixel in range(stride_of(path)))
    return max(max(pixel - low, high - pixel) for pixel, low, high in ends)
