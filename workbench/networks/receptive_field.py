"""How far a network sees: the receptive field of a network or module, and a micrograph that is smaller than it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.networks.steps import count, stride_of, support

if TYPE_CHECKING:
    from torch import nn

    from workbench.micrographs.micrograph import Micrograph
    from workbench.networks.card import Card
    from workbench.networks.network import Network


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

    Examples
    --------
    >>> from torch import nn
    >>> import workbench as wb
    >>> wb.receptive_field(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3, dilation=2))).pixels
    7
    >>> field = wb.receptive_field(wb.load_network("unet"))
    >>> field.pixels, field.nm
    (200, 8.0)
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
    fitted = ", scaled to the width of its particles" if network.card.input.fitted != 1 else ""
    return (
        f"{network.card.shown}: the receptive field of {pixels} px is larger than {micrograph.name}, "
        f"which the network sees as {micrograph.shape[0] / step:.0f} x {micrograph.shape[1] / step:.0f} px{fitted}."
    )
