"""A target in the part of the prepared micrograph that can change it: what every method is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import psutil
import torch
from torch import nn

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.networks.module import SegmentationModule

SHARE_OF_MEMORY = 0.25
"""Of what is free, for the activations of one pass with gradient."""
MOST_BYTES = 4 << 30


class Progress:
    """Tells how far a method is, and ends it when asked.

    Parameters
    ----------
    progress : callable(fraction, text), optional
    stop : callable() -> bool, optional
    text : str
        What is told, such as ``U-Net, integrated gradients``.
    """

    def __init__(
        self,
        progress: Callable[[float, str], None] | None = None,
        stop: Callable[[], bool] | None = None,
        text: str = "",
    ) -> None:
        self._progress, self._stop, self.text = progress, stop, text
        self._from, self._share = 0.0, 1.0
        self.notes: list[str] = []

    def ask(self) -> None:
        """Raise `Stopped` if the person pressed stop."""
        if self._stop is not None and self._stop():
            raise Stopped(f"{self.text}: stopped.")

    def tell(self, fraction: float) -> None:
        """Say which fraction is done, and ask."""
        self.ask()
        if self._progress is not None:
            told = ", ".join([self.text, *self.notes[-1:]])
            self._progress(self._from + self._share * fraction, told)

    def note(self, text: str) -> None:
        """Keep something that the person should know; it is told with the progress, and once the map is there."""
        self.notes.append(text)

    def part(self, number: int, of: int) -> Progress:
        """Return the watch of one of several equal parts."""
        part = Progress(self._progress, self._stop, self.text)
        part.notes = self.notes
        part._share = self._share / of
        part._from = self._from + number * part._share
        return part


class Scorer(nn.Module):
    """The sum of the logits of a target, with its sign: a module with one number for each image.

    Where the network has two classes, the logit is that of particle minus that of background, whose sigmoid is the
    probability that the page shows.

    Parameters
    ----------
    module : SegmentationModule
    weights : (h, w) tensor
        1 in the target (-1 for the background), 0 elsewhere.
    """

    def __init__(self, module: nn.Module, weights: torch.Tensor) -> None:
        super().__init__()
        self.module = module
        self.weights: torch.Tensor
        self.register_buffer("weights", weights)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return one number for each of (N, 1, h, w) images."""
        return (one_logit(self.module(images)) * self.weights).sum(dim=(1, 2))


def one_logit(logits: torch.Tensor) -> torch.Tensor:
    """Return the logit of particle (N, H, W) from logits (N, 1 or 2, H, W)."""
    return logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]


@dataclass(frozen=True, eq=False)
class AttributionInput:
    """A target, and all of the prepared micrograph that it depends on.

    A method sees nothing but this. The window is cut on the pooling grid and holds the exact support of every pixel of
    the target, so the answer within it, and every derivative of it, is that of the whole micrograph.

    Parameters
    ----------
    module : SegmentationModule
        A copy of the network's, batch normalisation folded into its convolutions, in evaluation mode; each layer a
        module used once. Whoever hangs hooks on it takes them away again.
    image : (1, 1, h, w) float32 tensor
        What the network sees there.
    selected : (h, w) bool array
        The target, in the network's pixels.
    sign : {1, -1}
    window : (slice, slice)
        Where it lies in the prepared micrograph; it may end up to a stride beyond its last row and column, in mirrored
        pixels that fill up the pooling grid.
    nm_per_px : float or None
        Edge of the network's pixel.
    bytes_per_pixel : float
        Of all activations of one pass.
    mean : float
        Of the whole prepared micrograph: what stands for nothing in methods that take something out. 0 where the
        network's card has micrographs standardised to a mean of 0.
    span : float
        Of the whole prepared micrograph: largest intensity minus smallest.
    """

    module: SegmentationModule
    image: torch.Tensor
    selected: BoolImage
    sign: int
    window: tuple[slice, slice]
    nm_per_px: float | None
    bytes_per_pixel: float
    mean: float = 0.0
    span: float = 1.0

    @property
    def pixels(self) -> FloatImage:
        """What the network sees in the window, (h, w) float32."""
        found: FloatImage = self.image[0, 0].detach().cpu().numpy()
        return found

    @property
    def scorer(self) -> Scorer:
        """The number that is explained, as a module: (N, 1, h, w) images to (N,)."""
        weights = torch.from_numpy(self.selected.astype(np.float32)) * self.sign
        return Scorer(self.module, weights.to(self.image.device)).eval()

    @property
    def most_at_once(self) -> int:
        """How many windows fit into memory in one pass with gradient; at least 1."""
        room = min(MOST_BYTES, SHARE_OF_MEMORY * free_bytes(self.image.device))
        return max(1, int(room / (self.bytes_per_pixel * self.selected.size)))

    def values(self, images: torch.Tensor) -> torch.Tensor:
        """Return the number of each of (N, 1, h, w) images, (N,), without gradient, as many at once as fit."""
        scorer = self.scorer
        with torch.no_grad():
            return torch.cat([scorer(part) for part in torch.split(images, self.most_at_once)])

    def with_module(self, module: SegmentationModule) -> AttributionInput:
        """Return the same target of another module of the same architecture, such as one with random weights."""
        return replace(self, module=module)


def free_bytes(device: torch.device) -> float:
    """Return how much memory of a device is free now."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    return float(psutil.virtual_memory().available)
