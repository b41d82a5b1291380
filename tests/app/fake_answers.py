"""Small answers of the worker to Explain and Features, for `FakeCompute`: each is another one for anything else asked.

They are of the same classes as those of the worker, which a test over a real worker checks with `kind_of`::

    compute = FakeCompute(instead={**EXPLAINING, **FEATURES})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.compute import domain_check, explaining, features, network_comparison, receptive_fields
from workbench.compute.explaining import (
    Asked,
    FiguresFound,
    MapFound,
    MethodKnown,
    PackedTarget,
    SpectrumFound,
)
from workbench.compute.features import (
    EmbeddingFound,
    ExcitedFound,
    FeatureShown,
    LayerShown,
    MapsFound,
    Which,
    in_grey,
    png_of,
)
from workbench.compute.network_comparison import ComparisonFound, TuningFound
from workbench.compute.receptive_fields import FieldFound
from workbench.errors import ExplanationError
from workbench.explanation.trust_figures import Curves, Pointing, Randomised
from workbench.explanation.trust_report import Trust
from workbench.micrographs.micrograph import Micrograph

METHODS = [
    MethodKnown("grad_cam", "Grad-CAM", False, {"layer": ""}),
    MethodKnown("gradient", "Gradient", True, {}),
    MethodKnown("integrated_gradients", "Integrated gradients", True, {"steps": 50}),
]
LAYERS = {
    "unet": [
        LayerShown("downs.0.0", "Conv2d", 16, 1),
        LayerShown("downs.0.2", "ReLU", 16, 1),
        LayerShown("bottleneck.5", "ReLU", 256, 16),
        LayerShown("decoders.0.5", "ReLU", 16, 1, first=True),
    ],
    "fcn8s": [
        LayerShown("features.0", "Conv2d", 64, 1),
        LayerShown("features.1", "ReLU", 64, 1),
        LayerShown("relu7", "ReLU", 128, 32, first=True),
    ],
    "mixed_scale": [LayerShown("layers.0", "Conv2d", 4, 1), LayerShown("relus.0", "ReLU", 4, 1, first=True)],
}
"""Some of the layers of networks that ship."""
RINGS = np.linspace(0.1, 12.4, 64, dtype=np.float32)
LINES = {"111": 4.25, "200": 4.9, "220": 6.93}


def stem(network: str) -> str:
    """The name of a network that is asked for by its path."""
    return Path(network).stem


def drawn(*asked: object) -> np.random.Generator:
    """Random numbers that are others for anything else asked."""
    told = [
        f"{one.seen} {one.nm_per_px}"
        if isinstance(one, Micrograph)
        else one.digest
        if isinstance(one, PackedTarget)
        else repr(one)
        for one in asked
    ]
    return np.random.default_rng(list(repr(told).encode()))


# -- what a page asks in passing


def find_field(micrograph: Micrograph, network: str, *_how: Any, progress: Any, stop: Any) -> FieldFound:
    return FieldFound(5, 200.0)


def find_appearance(micrograph: Micrograph, given: Any, *, progress: Any, stop: Any) -> None:
    return None


# -- Explain


def list_methods(*, progress: Any, stop: Any) -> list[MethodKnown]:
    return METHODS


def list_mapped_layers(network: str, *, progress: Any, stop: Any) -> list[str]:
    return [layer.name for layer in LAYERS[stem(network)]]


def find_map(
    micrograph: Micrograph, target: PackedTarget, asked: Asked, *, progress: Any, stop: Any
) -> MapFound:
    layer, known = (
        dict(asked.options).get("layer"),
        list_mapped_layers(asked.network, progress=None, stop=None),
    )
    if layer and layer not in known:
        raise ExplanationError(f"UNet has no layer {layer!r} to map; choose one of {', '.join(known)}.")
    method = next(one for one in METHODS if one.name == asked.method)
    rng, (top, left, height, width) = drawn(micrograph, target, asked), target.box
    values = rng.normal(size=(height, width)).astype(np.float32)
    return MapFound(
        values if method.signed else np.abs(values),
        top,
        left,
        1,
        float(rng.normal()),
        0.1,
        method.name,
        method.title,
        method.signed,
        (),
        method.name == "grad_cam",
    )


def find_figures(
    micrograph: Micrograph, target: PackedTarget, asked: Asked, truth: Any, *, progress: Any, stop: Any
) -> FiguresFound:
    method = next(one for one in METHODS if one.name == asked.method)
    rng = drawn(micrograph, target, asked)
    steps = np.linspace(0, 1, 7)
    falling = [1 - steps ** rng.uniform(0.5, 2) for _order in range(3)]
    trust = Trust(
        method.title,
        Curves("deletion", steps, *falling),
        Curves("insertion", steps, *(1 - one for one in falling)),
        float(rng.uniform()),
        float(rng.uniform()),
        Randomised(("downs.0.0",), *rng.uniform(0, 0.1, size=(3, 1))),
        None if truth is None else Pointing(True, 0.0, 5.0, float(rng.uniform()), 0.1),
        seconds=0.1,
    )
    used, power = rng.normal(size=64).astype(np.float32), rng.uniform(size=64).astype(np.float32)
    share = float(rng.uniform())
    spectrum = SpectrumFound(
        RINGS,
        used,
        power,
        "1/nm",
        LINES,
        None,
        share,
        1 - share,
        f"lattice {share:.0%}, contrast {1 - share:.0%}",
        (f"{share:.0%} is lattice.",),
    )
    return FiguresFound(trust, spectrum, f"without lattice: {rng.uniform():.0%} stays")


# -- Features


def list_layers(which: Which, *, progress: Any, stop: Any) -> list[LayerShown]:
    return LAYERS[stem(which.network)]


def find_maps(micrograph: Micrograph, which: Which, layer: str, *, progress: Any, stop: Any) -> MapsFound:
    known = next(one for one in list_layers(which, progress=None, stop=None) if one.name == layer)
    step = known.stride * 0.04 / (micrograph.nm_per_px or 0.04)
    rng, shape = drawn(micrograph, which, layer), [round(edge / step) for edge in micrograph.shape]
    shown = []
    for rank, channel in enumerate(rng.permutation(known.features)[: features.SHOWN]):
        grey, low, high = in_grey(rng.normal(size=shape).astype(np.float32))
        shown.append(FeatureShown(int(channel), 2.0 - rank / 100, low, high, grey, png_of(grey)))
    return MapsFound(layer, known.features, 0, step, tuple(shown))


def find_excited(which: Which, layer: str, channel: int, *, progress: Any, stop: Any) -> ExcitedFound:
    rng = drawn(which, layer, channel)
    before, after = rng.uniform(0, 1), rng.uniform(1, 2)
    grey = in_grey(rng.normal(size=(16, 16)).astype(np.float32))[0]
    return ExcitedFound(layer, channel, before, after, 16, 0.04, png_of(grey))


def find_embedding(
    micrograph: Micrograph, which: Which, layer: str, places: Any, fitted: int, *, progress: Any, stop: Any
) -> EmbeddingFound:
    coordinates = drawn(micrograph, which, layer, fitted).normal(size=(places.shape[1], 2))
    return EmbeddingFound(layer, coordinates.astype(np.float32), (0.6, 0.3), places, 0.8)


def find_comparison(
    micrograph: Micrograph, which: Which, other: Which, *, progress: Any, stop: Any
) -> ComparisonFound:
    rng = drawn(micrograph, which, other)
    layers, others = (
        tuple(layer.name for layer in LAYERS[stem(one.network)] if layer.kind == "ReLU")
        for one in (which, other)
    )
    first, second = (_tuning(rng, LAYERS[stem(one.network)][0]) for one in (which, other))
    return ComparisonFound(
        rng.uniform(size=(len(layers), len(others))), layers, others, 3000, True, (first, second)
    )


def _tuning(rng: np.random.Generator, layer: LayerShown) -> TuningFound:
    angles, frequencies, selectivities = rng.uniform(size=(3, layer.features))
    return TuningFound(
        layer.name, 180 * angles, 12.5 * frequencies, selectivities, layer.features, "1/nm", 12.5
    )


ASIDE = {receptive_fields.find_field: find_field, domain_check.find_appearance: find_appearance}
EXPLAINING = {
    **ASIDE,
    explaining.list_methods: list_methods,
    explaining.list_layers: list_mapped_layers,
    explaining.find_map: find_map,
    explaining.find_figures: find_figures,
}
FEATURES = {
    **ASIDE,
    features.list_layers: list_layers,
    features.find_maps: find_maps,
    features.find_excited: find_excited,
    features.find_embedding: find_embedding,
    network_comparison.find_comparison: find_comparison,
}
"""By the function of the worker: what answers in its place."""


def kind_of(value: Any) -> Any:
    """All of an answer but its numbers: its class, that of each of its fields, and the kind of its arrays."""
    if is_dataclass(value):
        return type(value), {one.name: kind_of(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, np.ndarray):
        return value.dtype, value.ndim
    if isinstance(value, Mapping):
        return type(value), {repr(kind_of(one)) for pair in value.items() for one in pair}
    if isinstance(value, tuple | list):
        return type(value), {repr(kind_of(one)) for one in value}
    return type(value)
