"""What every architecture keeps to, so that the rest of the workbench need not know which one it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.steps import Step, reach_of, stride_of

MOST_DILATION = 256
DISTANCE = "distance"
"""Option of an architecture for the second output; the names of that output's layers begin with it."""


class SegmentationModule(nn.Module):
    """Base of all architectures: prepared micrographs in, logits of the same height and width out.

    A subclass calls this constructor first, builds plain ``nn`` modules (each used once, no in-place ReLU:
    methods that explain a network hang hooks on them) and implements :meth:`path` and ``forward``, and
    :meth:`both` where it takes the option ``distance``.

    Logits and distance are two answers, never channels of one: ``forward`` gives the logits alone, so that nobody
    takes a logit and a distance for two classes. What explains or measures a network asks ``forward``; what parts
    particles or trains asks :meth:`both`.

    Parameters
    ----------
    classes : {1, 2}
        1: one logit, sigmoid. 2: softmax, class 1 is particle.
    dilation : int or sequence of int
        Dilation of the convolutions: one number for all, or one per level.
    levels : int
        How many numbers ``dilation`` may have.
    options : mapping
        The other constructor options, JSON-able.
    distance : bool, optional
        Whether there is a second output, the distance to the particle's own rim (see :meth:`both`). None: the
        architecture has no such option.

    Attributes
    ----------
    stride : int
        Total downsampling; height and width of the input must be multiples of it.
    options : dict
        All constructor options, ``dilation`` included: ``type(module)(**module.options)`` is the same network
        with fresh weights.

    Raises
    ------
    NetworkError
        If an option is out of range.
    """

    architecture: ClassVar[str] = ""
    """Name in the registry, set by the decorator."""

    rebuild_options: ClassVar[Mapping[str, Any]] = {}
    """Options that only say where starting weights come from, at the value that fetches none."""

    encoder: ClassVar[tuple[str, ...]] = ()
    """Prefixes of the parameters of the encoder, deepest level included; all others are the decoder's."""

    grad_cam_layer: str = ""
    """The layer that Grad-CAM looks at unless told (docs/explain.md); empty: the last ReLU on the coarsest grid."""

    def __init__(
        self,
        *,
        classes: int,
        dilation: int | Sequence[int],
        levels: int,
        options: Mapping[str, Any],
        distance: bool | None = None,
    ) -> None:
        super().__init__()
        self.classes = whole("classes", classes, 1, 2)
        self.dilations = spread("dilation", dilation, levels)
        self.dilation: int | list[int] = dilation if isinstance(dilation, int) else list(dilation)
        self.options: dict[str, Any] = {**options, "classes": self.classes, "dilation": self.dilation}
        if distance is not None:
            self.options[DISTANCE] = one_of(DISTANCE, distance, (True, False))

    def path(self) -> list[Step]:
        """Return the steps of the deepest way from micrograph to answer, for receptive field and reach."""
        raise NotImplementedError

    @property
    def distance(self) -> bool:
        """Whether there is a second output, see :meth:`both`."""
        return self.options.get(DISTANCE) is True

    def both(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return logits (N, classes, H, W) and the distance to the rim (N, H, W); None where there is one output.

        The distance is that to the nearest rim pixel of the particle that a pixel lies in, 0 there and outside, over
        the largest in the particle: 1 in its middle (:func:`workbench.segmentation.rim_distance.rim_distance`). It is
        a regression without an activation: :func:`to_distance` brings it into [0, 1].

        References
        ----------
        P. Naylor et al., IEEE TMI 38 (2019) 448, doi 10.1109/TMI.2018.2865709.
        """
        if self.distance:
            raise NotImplementedError(f"{self.architecture} takes the option distance but has no both().")
        return self(x), None

    @property
    def stride(self) -> int:
        """Total downsampling in pixels."""
        return stride_of(self.path())

    def reach(self) -> int:
        """Return the widest one-sided reach in pixels: a tile on the pooling grid with this halo is exact."""
        return reach_of(self.path())

    def check_input(self, x: torch.Tensor) -> None:
        """Check the shape of what the network is given.

        Raises
        ------
        NetworkError
            If ``x`` is not (N, 1, H, W), or H or W is not a multiple of the stride: the message says which
            padding would fix it.
        """
        if x.ndim != 4 or x.shape[1] != 1:
            raise NetworkError(
                f"{self.architecture} takes micrographs of shape (N, 1, height, width), not {tuple(x.shape)}"
                "; add the two leading axes."
            )
        height, width = int(x.shape[2]), int(x.shape[3])
        stride = self._stride
        if height % stride or width % stride or not height or not width:
            rows, columns = -height % stride or stride * (not height), -width % stride or stride * (not width)
            raise NetworkError(
                f"{self.architecture} needs height and width that are multiples of {stride}, "
                f"not {height} x {width}; pad {rows} rows and {columns} columns to {height + rows} x {width + columns}."
            )

    @property
    def _stride(self) -> int:
        # The path is walked once; forward asks for every tile.
        if "_known_stride" not in self.__dict__:
            self.__dict__["_known_stride"] = self.stride
        return int(self.__dict__["_known_stride"])


class OneHeadEach(SegmentationModule):
    """Base of architectures whose outputs are each one convolution of the same features.

    A subclass makes the convolution to the logits, ``distance_head`` where there is a second output (else None), and
    implements :meth:`features`.
    """

    logits_head: ClassVar[str] = "head"
    """Name of the convolution to the logits."""

    distance_head: nn.Conv2d | None

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what both outputs are made of, (N, channels, H, W), for prepared micrographs (N, 1, H, W)."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (N, classes, H, W) for prepared micrographs (N, 1, H, W)."""
        logits: torch.Tensor = self.get_submodule(self.logits_head)(self.features(x))
        return logits

    def both(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return logits and distance, see :meth:`SegmentationModule.both`."""
        features = self.features(x)
        distance = None if self.distance_head is None else self.distance_head(features)[:, 0]
        return self.get_submodule(self.logits_head)(features), distance


def to_probability(logits: torch.Tensor) -> torch.Tensor:
    """Turn logits (N, 1 or 2, H, W) into probability of particle (N, H, W): sigmoid, or softmax's class 1."""
    if logits.shape[1] == 1:
        return torch.sigmoid(logits[:, 0])
    # Softmax over two classes is the sigmoid of their difference, and a tenth of the work.
    return torch.sigmoid(logits[:, 1] - logits[:, 0])


def to_distance(answer: torch.Tensor) -> torch.Tensor:
    """Bring the second output of :meth:`SegmentationModule.both` into [0, 1]."""
    return answer.clamp(0, 1)


def initialise_he(module: nn.Module) -> None:
    """Draw the weights of convolutions from He's normal distribution (He et al. 2015); biases start at 0.

    On the device ``meta`` nothing is drawn: there is nothing to draw, and torch would load its compiler for it, for
    almost two seconds.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and not layer.weight.is_meta:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def whole(name: str, value: object, least: int, most: int) -> int:
    """Return an option that must be a whole number between two bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise NetworkError(
            f"The option {name} must be a whole number from {least} to {most}, not {value!r}; change it."
        )
    return value


def fraction(name: str, value: object) -> float:
    """Return an option that must be a number from 0 to below 1, such as a dropout rate."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise NetworkError(f"The option {name} must be a number from 0 to below 1, not {value!r}; change it.")
    return float(value)


def one_of(name: str, value: object, allowed: Sequence[object]) -> Any:
    """Return an option that must be one of a few values."""
    if value not in allowed or isinstance(value, bool) is not isinstance(allowed[0], bool):
        raise NetworkError(
            f"The option {name} must be one of {', '.join(map(str, allowed))}, not {value!r}; change it."
        )
    return value


def spread(name: str, value: object, levels: int) -> list[int]:
    """Return one number per level from one number for all or a list with one per level."""
    if isinstance(value, list | tuple):
        if len(value) != levels:
            raise NetworkError(
                f"The option {name} takes one number or {levels} (one per level), not {len(value)}; "
                "change the list."
            )
        return [whole(name, number, 1, MOST_DILATION) for number in value]
    return [whole(name, value, 1, MOST_DILATION)] * levels
