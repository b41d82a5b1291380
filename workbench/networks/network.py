"""A network is a module and its card."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.networks.card import Card

if TYPE_CHECKING:
    from workbench.networks.classical import ClassicalMethod
    from workbench.networks.module import SegmentationModule


@dataclass(frozen=True, eq=False)
class Network:
    """What can segment: a torch module, or a classical method, with its card.

    Parameters
    ----------
    module : SegmentationModule or ClassicalMethod
        In evaluation mode, on the CPU, float32.
    card : Card
        What it is and how its input is prepared.

    Examples
    --------
    >>> import workbench as wb
    >>> network = wb.load_network("mixed_scale")
    >>> network.card.label
    'Mixed-scale'
    >>> sum(parameter.numel() for parameter in network.module.parameters()) == network.card.parameters
    True
    """

    module: SegmentationModule | ClassicalMethod
    card: Card

    def _repr_html_(self) -> str:
        return self.card._repr_html_()

    def __repr__(self) -> str:
        return f"Network({self.card.name!r}, {self.card.architecture})"


_MOVED = ("load_network", "locate", "networks")
"""Version 0.1.0 had them here; they stay for a release."""


def __getattr__(name: str) -> Any:
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    now = __name__.rpartition(".")[0] + ".loading"
    warnings.warn(f"{name} is in {now} now", DeprecationWarning, stacklevel=2)
    return getattr(importlib.import_module(now), name)
