"""On a worker: what in a micrograph made a network say so. Only arrays and numbers come back, which need no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from zict import LRU

from workbench.compute import worker
from workbench.errors import ExplanationError
from workbench.explanation.targets import Kind, Target
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph

if TYPE_CHECKING:
    from workbench.explanation.explainer import Explainer
    from workbench.explanation.explanation import Explanation
    from workbench.explanation.spectrum import UsedSpectrum
    from workbench.explanation.trust_report import Trust

LARGEST_SENT_PX = 1024
"""Longest edge of a map that goes to a page; a larger one goes as means over blocks."""
EXPLANATIONS: LRU[str, Explanation] = LRU(1 << 28, {}, weight=lambda _key, found: _bytes_held(found))
"""The last ones, for the figures that are asked for after the map."""
EXPLAINERS: LRU[str, Explainer] = LRU(4, {})
"""The last networks, folded and with their micrograph prepared."""


@dataclass(frozen=True)
class MethodKnown:
    """What a page shows of a method: name in code and on screen, whether its maps have signs, options and defaults."""

    name: str
    title: str
    signed: bool
    options: Mapping[str, Any] = field(default_factory=dict)


def list_methods(*, progress: Callable[[float, str], None], stop: Callable[[], bool]) -> list[MethodKnown]:  # noqa: ARG001
    """Return every method that this worker knows, by name."""
    from workbench.explanation.methods import find_method, method_names

    found = [find_method(name) for name in method_names()]
    return [MethodKnown(one.name, one.title, one.signed, dict(one.options)) for one in found]


@dataclass(frozen=True)
class PackedTarget:
    """A target as it travels: the box that holds it, one bit a pixel.

    Parameters
    ----------
    kind, at, sign
        As of `Target`.
    shape : (int, int)
        Of the micrograph.
    box : (int, int, int, int)
        Top, left, height and width.
    bits : bytes
    """

    kind: Kind
    at: tuple[int, int] | None
    sign: int
    shape: tuple[int, int]
    box: tuple[int, int, int, int]
    bits: bytes = field(repr=False)

    @classmethod
    def of(cls, target: Target) -> PackedTarget:
        """Pack a target."""
        rows, columns = box_of(target.selected)
        part = target.selected[rows, columns]
        height, width = target.selected.shape
        return cls(
            target.kind,
            target.at,
            target.sign,
            (height, width),
            (rows.start, columns.start, *part.shape),
            np.packbits(part).tobytes(),
        )

    def unpacked(self) -> Target:
        """Return the target."""
        top, left, height, width = self.box
        bits = np.unpackbits(np.frombuffer(self.bits, np.uint8), count=height * width)
        selected = np.zeros(self.shape, np.bool_)
        selected[top : top + height, left : left + width] = bits.reshape(height, width).astype(bool)
        return Target(self.kind, selected, self.at, self.sign)

    @property
    def digest(self) -> str:
        """What two targets of the same pixels share, wherever in them the click was."""
        told = f"{self.shape} {self.box} {self.sign} {self.kind == 'pixel'}".encode()
        return hashlib.sha256(told + self.bits).hexdigest()


@dataclass(frozen=True)
class Asked:
    """Which network, as `worker.network_at` takes it, and which method is asked."""

    network: str
    dilation: int | tuple[int, ...] | None
    scale: float
    method: str
    options: tuple[tuple[str, Any], ...] = ()
    device: str = "auto"


@dataclass(frozen=True, eq=False)
class MapFound:
    """A map as a page has it.

    Parameters
    ----------
    map : (h, w) float32 array
        Attribution; 0 beyond it.
    top, left : int
        Where it lies in the micrograph, in px.
    factor : int
        Edge of one of its pixels, in px of the micrograph: 1, but for very large ones.
    value : float
        The sum of the logits that is explained.
    seconds : float
    method, title : str
    signed : bool
    notes : tuple of str
        What happened on the way, such as that memory was short.
    own_scale : bool
        Whether its values are no share of the answer but in units of the network's own (Grad-CAM: of its layer), so
        that those of two networks cannot be compared.
    """

    map: FloatImage
    top: int
    left: int
    factor: int
    value: float
    seconds: float
    method: str
    title: str
    signed: bool
    notes: tuple[str, ...] = ()
    own_scale: bool = False

    @classmethod
    def of(cls, explanation: Explanation) -> MapFound:
        """Take out of an explanation what is to be shown."""
        from workbench.explanation.methods import find_method

        whole = explanation.map
        rows, columns = box_of(whole != 0) if whole.any() else box_of(explanation.target.selected)
        part = whole[rows, columns]
        factor = -(-max(part.shape) // LARGEST_SENT_PX)
        known = find_method(explanation.method)
        return cls(
            in_blocks(part, factor),
            rows.start,
            columns.start,
            factor,
            explanation.value,
            explanation.seconds,
            explanation.method,
            known.title,
            known.signed,
            explanation.notes,
            known.kind == "place",
        )

    def within(self, box: tuple[slice, slice]) -> FloatImage:
        """Return the map in rows and columns of the micrograph, in its pixels."""
        rows, columns = box
        shown = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        whole = self.map.repeat(self.factor, 0).repeat(self.factor, 1) if self.factor > 1 else self.map
        top, left = self.top - rows.start, self.left - columns.start
        first = [max(0, top), max(0, left)]
        last = [
            min(shown.shape[0], top + whole.shape[0]),
            min(shown.shape[1], left + whole.shape[1]),
        ]
        if first[0] < last[0] and first[1] < last[1]:
            shown[first[0] : last[0], first[1] : last[1]] = whole[
                first[0] - top : last[0] - top, first[1] - left : last[1] - left
            ]
        return shown


@dataclass(frozen=True, eq=False)
class SpectrumFound:
    """Which spatial frequencies an explanation draws on, as `workbench.explanation.spectrum.UsedSpectrum` says it.

    Parameters
    ----------
    frequency, used, micrograph : (n,) float arrays
        Middles of rings in ``unit``, and the profiles of what was used and of the micrograph.
    unit : str
    lines : mapping of str to float
        Lattice planes of gold, in ``unit``.
    limit : float or None
        The information limit, where it is known.
    lattice_share, contrast_share : float or None
    line : str
        One short line for under the map.
    sentences : tuple of str
    """

    frequency: FloatImage
    used: FloatImage
    micrograph: FloatImage
    unit: str
    lines: Mapping[str, float]
    limit: float | None
    lattice_share: float | None
    contrast_share: float | None
    line: str
    sentences: tuple[str, ...] = ()

    @classmethod
    def of(cls, used: UsedSpectrum) -> SpectrumFound:
        """Take out what a page shows."""
        return cls(
            np.asarray(used.frequency, np.float32),
            np.asarray(used.used, np.float32),
            np.asarray(used.micrograph, np.float32),
            used.unit,
            dict(used.lines),
            used.information_limit_per_nm,
            used.lattice_share,
            used.contrast_share,
            used.line,
            tuple(used.sentences),
        )


@dataclass(frozen=True, eq=False)
class FiguresFound:
    """What is known of a map: how far to trust it, which frequencies it draws on, what is left without the lattice."""

    trust: Trust
    spectrum: SpectrumFound
    removal: str


def find_map(
    micrograph: Micrograph,
    target: PackedTarget,
    asked: Asked,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> MapFound:
    """Explain a target by one method.

    Raises
    ------
    ExplanationError, NetworkError, ComputeError, Stopped
        As `workbench.explain`.
    """
    return MapFound.of(_explained(micrograph, target, asked, progress, stop))


def find_figures(
    micrograph: Micrograph,
    target: PackedTarget,
    asked: Asked,
    truth: BoolImage | None,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> FiguresFound:
    """Return how far a map can be trusted, and which frequencies it draws on; the map is made anew if it is not kept.

    Parameters
    ----------
    micrograph : Micrograph
    target : PackedTarget
    asked : Asked
    truth : (H, W) bool array, optional
        For the pointing game.

    Raises
    ------
    ExplanationError, NetworkError, ComputeError, Stopped
        As `workbench.explain`.
    """
    explanation = _explained(micrograph, target, asked, progress, stop)
    trust = explanation.trust(truth=truth, progress=progress, stop=stop, quick=True)
    used = explanation.spectrum()
    try:
        removal = explanation.without("lattice").line
    except ExplanationError:
        removal = ""  # the spectrum says why there is no such band
    return FiguresFound(trust, SpectrumFound.of(used), removal)


def _explained(
    micrograph: Micrograph,
    target: PackedTarget,
    asked: Asked,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> Explanation:
    path = Path(asked.network)
    weights = worker.file_hash(path) if path.is_file() else asked.network
    key = f"{micrograph.sha256} {micrograph.nm_per_px} {target.digest} {weights} {asked}"
    known = EXPLANATIONS.get(key)
    if known is None:
        explainer = _explainer(asked, weights)
        aim, options = target.unpacked(), dict(asked.options)
        known = explainer.explain(micrograph, aim, asked.method, progress=progress, stop=stop, **options)
        EXPLANATIONS[key] = known
    return known


def _bytes_held(explanation: Explanation) -> int:
    parts = sum(part.nbytes + problem.selected.nbytes * 5 for problem, part in explanation.parts)
    return explanation.map.nbytes + parts


def _explainer(asked: Asked, weights: str) -> Explainer:
    from workbench.explanation.explainer import Explainer

    place = worker.auto_device() if asked.device == "auto" else asked.device
    key = f"{weights} {asked.dilation} {asked.scale} {place}"
    found = EXPLAINERS.get(key)
    if found is None:
        dilation = list(asked.dilation) if isinstance(asked.dilation, tuple) else asked.dilation
        found = Explainer(worker.network_at(asked.network, dilation, asked.scale), place)
        EXPLAINERS[key] = found
    return found


def list_layers(
    network: str,
    *,
    progress: Callable[[float, str], None],  # noqa: ARG001
    stop: Callable[[], bool],  # noqa: ARG001
) -> list[str]:
    """Return the layers of a network that a method may look at, in the order in which they work."""
    from workbench.explanation.methods.class_activation import layers

    return list(layers(worker.network_at(network, None).module))


def box_of(selected: BoolImage) -> tuple[slice, slice]:
    """Return the rows and columns that hold all pixels of a mask that has some."""
    rows, columns = (np.flatnonzero(selected.any(axis=1 - axis)) for axis in (0, 1))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def in_blocks(image: FloatImage, factor: int) -> FloatImage:
    """Return means over blocks of ``factor`` x ``factor`` pixels; blocks at the far edges hold what is there."""
    if factor <= 1:
        return np.ascontiguousarray(image, np.float32)
    edges = [np.arange(0, edge, factor) for edge in image.shape]
    sums = np.add.reduceat(np.add.reduceat(image, edges[0], 0, dtype=np.float64), edges[1], 1)
    counts = np.outer(*(np.diff([*edge, length]) for edge, length in zip(edges, image.shape, strict=True)))
    return (sums / counts).astype(np.float32)
