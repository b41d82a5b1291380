"""The mean of a network and of one that was trained on from it: it keeps most of what either does best.

Training on with another kind of picture costs some of what was learned before. Where the second set of weights began
as the first, their mean loses less of both (Wortsman et al. 2022, Robust fine-tuning of zero-shot models, CVPR,
arXiv:2109.01903).
"""

from __future__ import annotations

import copy

from workbench.errors import NetworkError
from workbench.networks.network import Network


def average(first: Network, second: Network, share: float = 0.5) -> Network:
    """Return the network whose every weight is ``(1 - share)`` of the first's and ``share`` of the second's.

    Parameters
    ----------
    first : Network
        What the second was trained on from.
    second : Network
        Layers that the first does not have, such as those of a second output, are as they are here; so is the card.
    share : float
        In [0, 1]: 0 are the weights of the first, 1 those of the second.

    Raises
    ------
    NetworkError
        If the second cannot have begun as the first, or if they normalise batches: the running mean and variance of a
        mean of weights are no mean of theirs.
    """
    import torch

    if not 0 <= share <= 1:
        raise NetworkError(f"The share of the second network is a number from 0 to 1, not {share:g}.")
    if not isinstance(first.module, torch.nn.Module) or not isinstance(second.module, torch.nn.Module):
        raise NetworkError("A classical method has no weights of which there could be a mean.")
    before, after = first.module.state_dict(), second.module.state_dict()
    if first.card.architecture != second.card.architecture or any(
        name not in after or after[name].shape != tensor.shape for name, tensor in before.items()
    ):
        raise NetworkError(
            f"{second.card.label} cannot have begun as {first.card.label}: their layers are not the same."
        )
    if any(isinstance(layer, torch.nn.modules.batchnorm._BatchNorm) for layer in second.module.modules()):
        raise NetworkError(
            f"{second.card.label} normalises batches: the running mean and variance of a mean of weights are no mean "
            "of theirs."
        )
    mean = {
        name: torch.lerp(before[name], tensor, share) if name in before else tensor.clone()
        for name, tensor in after.items()
    }
    module = copy.deepcopy(second.module)
    module.load_state_dict(mean)
    return Network(module.eval(), second.card)
