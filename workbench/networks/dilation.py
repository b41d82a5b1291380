"""A trained network at another dilation: the same weights, kernels spread over a wider neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from workbench.errors import NetworkError
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build, describe


def dilate(network: Network, dilation: int | Sequence[int]) -> Network:
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
        If it is a classical method, or the dilation is out of range or has the wrong number of levels.

    Notes
    -----
    A kernel of k x k at dilation d covers (k - 1) d + 1 pixels: weights learned at one scale are applied at another.
    """
    module, card = network.module, network.card
    if not isinstance(module, SegmentationModule):
        raise NetworkError(f"{card.label} has no convolutions to dilate; choose a network.")
    rates = dilation if isinstance(dilation, int) else list(dilation)
    options = {**module.options, **describe(card.architecture).module.rebuild_options, "dilation": rates}
    with torch.device("meta"):  # no weights are drawn only to be replaced
        dilated = build(card.architecture, **options)
    dilated.options.update({**module.options, "dilation": dilated.dilation})
    dilated.load_state_dict(module.state_dict(), assign=True)
    trained = card.dilation if card.trained_dilation is None else card.trained_dilation
    changed = {
        "dilation": dilated.dilation,
        "trained_dilation": trained,
        "scores": card.scores if dilated.dilation == trained else [],
    }
    return Network(dilated.eval(), card.model_copy(update=changed))
