"""The picture that a feature answers to most strongly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import Progress
from workbench.explanation.features.layers import activations, check_layer, ready
from workbench.micrographs.micrograph import FloatImage
from workbench.networks.network import Network


@dataclass(frozen=True, eq=False)
class Maximised:
    """A picture made so that a feature answers to it.

    Parameters
    ----------
    picture : (h, w) float32 array
        In standard deviations of a micrograph, in the network's pixels.
    answers : (steps,) array
        Mean of the feature before each step.
    layer : str
    channel : int
    """

    picture: FloatImage
    answers: npt.NDArray[np.float64]
    layer: str
    channel: int

    def __repr__(self) -> str:
        return (
            f"Maximised({self.layer}, filter {self.channel}: {self.answers[0]:.3g} to {self.answers[-1]:.3g})"
        )


def maximise(
    network: Network,
    layer: str,
    channel: int,
    *,
    size_px: int = 128,
    steps: int = 100,
    rate: float = 0.05,
    jitter_px: int = 8,
    energy: float = 1e-2,
    roughness: float = 1e-2,
    seed: int = 0,
    watch: Progress | None = None,
    device: str = "cpu",
) -> Maximised:
    """Climb the mean of a feature from weak noise, and keep the picture calm.

    Adam on ``mean of the feature - energy x mean square - roughness x total variation``; before each step the picture
    is shifted at random, going round at the edges, so that nothing is tied to the pooling grid.

    Parameters
    ----------
    network : Network
    layer : str
        One of `layer_names`.
    channel : int
        Which filter of it, from 0.
    size_px : int
        Edge; made a multiple of the stride of the network.
    steps : int
    rate : float
        Of Adam.
    jitter_px : int
        Largest shift.
    energy, roughness : float
        Weights of the mean square and of the mean absolute difference of neighbours.
    seed : int
        Of noise and shifts; the same seed gives the same picture on the same machine.
    watch : Progress, optional
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer or filter, or the network is a classical method.
    Stopped
        If the watch was told to stop.

    References
    ----------
    D. Erhan, Y. Bengio, A. Courville, P. Vincent, University of Montreal report 1341 (2009); C. Olah, A. Mordvintsev,
    L. Schubert, Distill (2017), doi 10.23915/distill.00007: jitter and total variation.
    """
    check_layer(network, layer)
    module, watch = ready(network, device), watch or Progress()
    edge = -(-size_px // module.stride) * module.stride
    generator = torch.Generator().manual_seed(seed)
    picture = 0.1 * torch.randn((1, 1, edge, edge), generator=generator)
    picture = picture.to(next(module.parameters()).device).requires_grad_()
    optimiser = torch.optim.Adam([picture], lr=rate)
    answers = []
    for number in range(steps):
        watch.tell(number / steps)
        shift = torch.randint(-jitter_px, jitter_px + 1, (2,), generator=generator).tolist()
        shown = torch.roll(picture, shift, (2, 3))
        maps = activations(module, shown, [layer])[layer]
        if not 0 <= channel < maps.shape[1]:
            raise ExplanationError(
                f"{layer} of {network.card.label} has filters 0 to {maps.shape[1] - 1}, not {channel}."
            )
        answer = maps[:, channel].mean()
        variation = shown.diff(dim=2).abs().mean() + shown.diff(dim=3).abs().mean()
        optimiser.zero_grad()
        (energy * shown.square().mean() + roughness * variation - answer).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        answers.append(float(answer.detach()))
    found: FloatImage = picture.detach()[0, 0].cpu().numpy()
    return Maximised(found, np.array(answers), layer, channel)
