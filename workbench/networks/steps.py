"""Arithmetic on the steps of a network: the published receptive field, and what one output pixel really depends on.

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
from dataclasses import dataclass
from fractions import Fraction
from math import floor


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
