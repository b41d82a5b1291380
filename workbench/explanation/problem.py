"""A target in the part of the prepared micrograph that can change it: what every method is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import psutil
import torch
from torch import nn

from workbench.errors import ExplanationError, Stopped
from workbench.explanation.targets import Target
from workbench.micrographs.cleaning import prepare, rescale
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.receptive_field import support
from workbench.segmentation.inference import ask_at_each_layer, for_inference
from workbench.segmentation.tiling import pad_to_multiple, plan_tiles

SHARE_OF_MEMORY = 0.25
"""Of what is free, for the activations of one pass with gradient."""
MOST_BYTES = 4 << 30


class Watch:
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

    def ask(self) -> None:
        """Raise `Stopped` if the person pressed stop."""
        if self._stop is not None and self._stop():
            raise Stopped(f"{self.text}: stopped.")

    def tell(self, fraction: float) -> None:
        """Say which fraction is done, and ask."""
        self.ask()
        if self._progress is not None:
            self._progress(self._from + self._share * fraction, self.text)

    def part(self, number: int, of: int) -> Watch:
        """Return the watch of one of several equal parts."""
        part = Watch(self._progress, self._stop, self.text)
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
class Problem:
    """A target, and all of the prepared micrograph that it depends on.

    A method sees nothing but this. The window is cut on the pooling grid and holds the exact support of every pixel of
    the target, so the answer within it, and every derivative of it, is that of the whole micrograph.

    Parameters
    ----------
    module : SegmentationModule
        A copy of the network's, batch normalisation folded into its convolutions, in evaluation mode; each layer a
        module used once. Whoever hangs hooks on it takes them away again.
    image : (1, 1, h, w) float32 tensor
        What the network sees there: standardised, so 0 is the mean of the micrograph.
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
    """

    module: SegmentationModule
    image: torch.Tensor
    selected: BoolImage
    sign: int
    window: tuple[slice, slice]
    nm_per_px: float | None
    bytes_per_pixel: float

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
        room = min(MOST_BYTES, SHARE_OF_MEMORY * _free_bytes(self.image.device))
        return max(1, int(room / (self.bytes_per_pixel * self.selected.size)))

    def values(self, images: torch.Tensor) -> torch.Tensor:
        """Return the number of each of (N, 1, h, w) images, (N,), without gradient, as many at once as fit."""
        scorer = self.scorer
        with torch.no_grad():
            return torch.cat([scorer(part) for part in torch.split(images, self.most_at_once)])

    def with_module(self, module: SegmentationModule) -> Problem:
        """Return the same target of another module of the same architecture, such as one with random weights."""
        return replace(self, module=module)


def problems(
    network: Network, micrograph: Micrograph, target: Target, device: torch.device, watch: Watch
) -> Iterator[tuple[Problem, int]]:
    """Yield a target as problems that fit into memory, each with how many there are in all.

    Most targets are one: a window around them. One that is spread over a large micrograph is cut into tiles, whose
    parts of the target do not overlap; the sum of the logits is the sum over them.

    Raises
    ------
    ExplanationError
        If the network is a classical method, or the target belongs to a micrograph of another shape.
    """
    module, card = network.module, network.card
    if not isinstance(module, SegmentationModule):
        raise ExplanationError(
            f"{card.label} is a classical method: it has no gradient and no layers to explain."
        )
    if target.selected.shape != micrograph.shape:
        raise ExplanationError(
            f"The target belongs to a micrograph of shape {target.selected.shape}, not to {micrograph.name} "
            f"of {micrograph.shape}; choose it again."
        )
    step = card.input.step(micrograph.nm_per_px)
    prepared = prepare(
        micrograph.pixels, outliers=card.input.outliers, step=step, standardise=card.input.standardise
    )
    selected = _on_grid(target, step, (prepared.shape[0], prepared.shape[1]))
    padded = pad_to_multiple(prepared, module.stride)
    ready = for_inference(module, device)
    for parameter in ready.parameters():
        parameter.requires_grad_(False)
    used = _activation_bytes(ready)
    ask_at_each_layer(ready, watch.ask)
    most = int(min(MOST_BYTES, SHARE_OF_MEMORY * _free_bytes(device)) / used)
    windows = list(_windows(module, selected, (padded.shape[0], padded.shape[1]), most))
    nm_per_px = None if micrograph.nm_per_px is None else micrograph.nm_per_px * step
    for (rows, columns), part in windows:
        image = torch.from_numpy(np.ascontiguousarray(padded[rows, columns]))[None, None].to(device)
        yield Problem(ready, image, part, target.sign, (rows, columns), nm_per_px, used), len(windows)


def _windows(
    module: SegmentationModule, selected: BoolImage, shape: tuple[int, int], most: int
) -> Iterator[tuple[tuple[slice, slice], BoolImage]]:
    """Yield windows on the pooling grid, each with its own part of the target."""
    whole = np.zeros(shape, np.bool_)
    whole[: selected.shape[0], : selected.shape[1]] = selected
    rows, columns = (_span(module, np.flatnonzero(whole.any(axis=1 - axis)), shape[axis]) for axis in (0, 1))
    if (rows.stop - rows.start) * (columns.stop - columns.start) <= most:
        yield (rows, columns), whole[rows, columns]
        return
    plan = plan_tiles(shape, stride=module.stride, reach=module.reach(), most_pixels=most)
    for tile in plan.tiles:
        part = np.zeros(plan.window, np.bool_)
        part[tile.inner] = whole[tile.kept]
        if part.any():
            yield tile.window, part


def _span(module: SegmentationModule, places: np.ndarray, length: int) -> slice:
    """Return the rows (or columns) that answers at these places depend on, out to the pooling grid."""
    path, stride = module.path(), module.stride
    first = support(path, int(places[0]))[0] // stride * stride
    last = -(-(support(path, int(places[-1]))[1] + 1) // stride) * stride
    return slice(max(0, first), min(length, last))


def _on_grid(target: Target, step: float, shape: tuple[int, int]) -> BoolImage:
    """Return the target in the network's pixels; one that is smaller than a pixel keeps the pixel of its centre."""
    if step == 1:
        return target.selected
    found: BoolImage = rescale(target.selected.astype(np.float32), step, shape) > 0.5
    if target.kind == "pixel" or not found.any():
        found = np.zeros(shape, np.bool_)
        centre = [(where.mean() + 0.5) / step for where in np.nonzero(target.selected)]
        found[min(int(centre[0]), shape[0] - 1), min(int(centre[1]), shape[1] - 1)] = True
    return found


@torch.no_grad()
def _activation_bytes(module: SegmentationModule) -> float:
    """Return the size of all activations together, in bytes for each pixel of the input, as float32."""
    total = 0

    def look(_layer: nn.Module, _given: object, answer: object) -> None:
        nonlocal total
        if isinstance(answer, torch.Tensor):
            total += answer.numel()

    hooks = [layer.register_forward_hook(look) for layer in module.modules() if not any(layer.children())]
    try:
        edge = 2 * module.stride
        module(torch.zeros((1, 1, edge, edge), device=next(module.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    # concatenated and padded copies, and gradients on the way back, beside what the layers return
    return 2 * 4 * total / edge**2


def _free_bytes(device: torch.device) -> float:
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    return float(psutil.virtual_memory().available)
