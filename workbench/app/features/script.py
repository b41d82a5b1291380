"""The features that are shown, as lines of Python."""

from __future__ import annotations

import json

from workbench.app.core.context import Context
from workbench.compute.features import EmbeddingFound, ExcitedFound, MapsFound
from workbench.compute.network_comparison import ComparisonFound

SCRIPT_NAMES = ("features", "maps", "excited", "pixels", "alike", "first", "second", "tuned", "tuned_other")
"""What the lines call what they compute."""


def features_lines(
    session: Context,
    networks: tuple[str, str],
    layer: str,
    maps: MapsFound | None,
    excited: ExcitedFound | None,
    embedding: EmbeddingFound | None,
    compared: ComparisonFound | None,
) -> list[str]:
    """Return lines that compute what is shown of a layer of a network, and of another one beside it."""
    if maps is None and embedding is None and compared is None:
        return []
    layer, loaded = json.dumps(layer), session.version(networks[0]).loaded
    lines = ["", "# what its layers hold", "from workbench.explanation import features", ""]
    if maps is not None:
        lines.append(f"maps = features.mean_maps({loaded}, m, {layer})")
    if excited is not None:
        lines.append(f"excited = features.maximise({loaded}, {layer}, {excited.channel})")
    if embedding is not None:
        truth = ", truth=truth" if session.origin is not None and session.origin.kind == "sample" else ""
        lines.append(f"pixels = features.embed({loaded}, m, layer={layer}{truth})")
    if compared is not None:
        other = session.version(networks[1]).loaded
        lines += [
            f"first, second = {list(compared.layers)!r}, {list(compared.other_layers)!r}",
            f"alike = features.similarity({loaded}, {other}, m, first, second)",
            f"tuned = features.tune_filters({loaded}, {json.dumps(compared.tunings[0].layer)})",
            f"tuned_other = features.tune_filters({other}, {json.dumps(compared.tunings[1].layer)})",
        ]
    return lines
