"""A trained network at another dilation, or without its last pools: the same weights, kernels spread wider."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, SupportsIndex, cast

import torch

from workbench.errors import NetworkError
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build, describe


def dilate(network: Network, dilation: SupportsIndex | Iterable[SupportsIndex]) -> Network:
    """Return the network with the same weights at another dilation.

    Parameters
    ----------
    network : Network
        Stays as it is.
    dilation : int or sequence of int
        One number for all convolutions, or one per level of the architecture.

    Returns
    -------
    Network
        Its weights are shared with ``network``; its card keeps ``trained_dilation``, the dilation that the weights
        were trained at. Scores are left out: they were measured at that one.

    Raises
    ------
    NetworkError
        If it is a classical method, or the dilation is not whole, out of range or has the wrong number of levels.

    Notes
    -----
    A kernel of k x k at dilation d covers (k - 1) d + 1 pixels: weights learned at one scale are applied at another.

    Examples
    --------
    >>> import workbench as wb
    >>> network = wb.dilate(wb.load_network("unet"), 2)
    >>> network.card.changed
    'trained at 1, shown at 2'
    """
    rates = whole_dilation(dilation)
    levels = len(getattr(network.module, "dilations", ()))
    if isinstance(rates, list) and len(rates) == levels and len(set(rates)) == 1:
        rates = rates[0]  # the same everywhere: one network, one name
    return _rebuilt(network, "no convolutions to dilate", dilation=rates)


def drop_pools(network: Network, pools: SupportsIndex) -> Network:
    """Return the network without its last pools: the dilation after each is doubled, its features get finer.

    Parameters
    ----------
    network : Network
        Of an architecture with the option ``dropped_pools``: ``fcn8s`` (at most 2) or ``unet`` (at most its depth).
        Stays as it is.
    pools : int
        How many are left out in all, counted from the deepest; 0: none.

    Returns
    -------
    Network
        Its weights are shared with ``network``; the stride is halved for each pool, and the receptive field stays
        nearly as it was. Scores are left out.

    Raises
    ------
    NetworkError
        If the network has no pools to drop, or the number is out of range.

    References
    ----------
    F. Yu, V. Koltun, ICLR 2016, arXiv 1511.07122.

    Examples
    --------
    >>> import workbench as wb
    >>> network = wb.load_network("unet")
    >>> network.module.stride, wb.drop_pools(network, 1).module.stride
    (16, 8)
    """
    module = network.module
    if isinstance(module, SegmentationModule) and "dropped_pools" not in module.options:
        raise NetworkError(f"{network.card.label} has no pools that can be dropped; fcn8s and unet have.")
    return _rebuilt(
        network,
        "no pools to drop",
        dropped_pools=_index(pools, "The number of pools to drop is a whole number"),
    )


def whole_dilation(dilation: object) -> int | list[int]:
    """Return a dilation as int or list of int; NumPy's whole numbers will do.

    Raises
    ------
    NetworkError
        If it is neither a whole number nor a list of them.
    """
    if isinstance(dilation, str | bytes | dict) or not isinstance(dilation, Iterable):
        return _index(dilation)
    return [_index(rate) for rate in dilation]


def _index(value: object, rule: str = "A dilation is a whole number from 1, or a list of them") -> int:
    try:
        if not isinstance(value, bool):
            return operator.index(cast(SupportsIndex, value))
    except TypeError:
        pass
    raise NetworkError(f"{rule}, not {value!r}; change it.")


def _rebuilt(network: Network, lacking: str, **changes: Any) -> Network:
    module, card = network.module, network.card
    if not isinstance(module, SegmentationModule):
        raise NetworkError(f"{card.label} is a classical method and has {lacking}; choose a network.")
    wanted = {**module.options, **changes}
    with torch.device("meta"):  # no weights are drawn only to be replaced
        rebuilt = build(card.architecture, **{**wanted, **describe(card.architecture).module.rebuild_options})
    rebuilt.options.update({**wanted, "dilation": rebuilt.dilation})
    rebuilt.load_state_dict(module.state_dict(), assign=True)
    dropped, trained_dropped = rebuilt.options.get("dropped_pools", 0), card.trained_dropped_pools
    if trained_dropped is None:
        trained_dropped = module.options.get("dropped_pools", 0)
    trained = card.dilation if card.trained_dilation is None else card.trained_dilation
    same = rebuilt.dilation == trained and dropped == trained_dropped
    changed = {
        "options": {key: value for key, value in rebuilt.options.items() if key != "dilation"},
        "dilation": rebuilt.dilation,
        "trained_dilation": trained,
        "trained_dropped_pools": None if dropped == trained_dropped else trained_dropped,
        "scores": card.scores if same else [],
    }
    return Network(rebuilt.eval(), card.model_copy(update=changed))
