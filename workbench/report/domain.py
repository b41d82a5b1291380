"""Whether the micrographs of a report lie inside what their networks were trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import NetworkError
from workbench.file_names import printable
from workbench.networks.card import Card
from workbench.networks.checkpoint import read_card
from workbench.networks.domain_check import unlike_training as unlike_training_of
from workbench.networks.loading import locate

if TYPE_CHECKING:
    from workbench.report.reported import ReportedMicrograph

_SHOWN = 4


def said_of_domain(micrographs: Sequence[ReportedMicrograph]) -> str:
    """Say in one line which micrographs are unlike the training of their network, and in what."""
    unlike: list[str] = []
    asked = 0
    for one in micrographs:
        warnings = unlike_training(one) if one.whole is None else one.whole.unlike
        if warnings is None:
            continue
        asked += 1
        if warnings:
            unlike.append(f"{printable(one.micrograph.name)}: {'; '.join(warnings)}")
    if not asked:
        return "not looked at: nothing is known of a training"
    of = f"{asked - len(unlike)} of {len(micrographs)}" if len(micrographs) > 1 or unlike else "yes"
    more = f", and {len(unlike) - _SHOWN} more" if len(unlike) > _SHOWN else ""
    return of + (f"; not {' / '.join(unlike[:_SHOWN])}{more}" if unlike else "")


def unlike_training(one: ReportedMicrograph) -> tuple[str, ...] | None:
    """Return in what a micrograph is unlike the training of its network; None where nothing is known of that."""
    card = one.segmentation.network if one.segmentation is not None else known_card(one.provenance)
    return None if card is None else unlike_training_of(card, one.micrograph)


def known_card(provenance: Mapping[str, Any]) -> Card | None:
    """Return the card of the network that a provenance names, where its weights are here and are the same."""
    name, digest = provenance.get("network"), provenance.get("weights_sha256")
    path = locate(str(name)) if name and digest else None
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest
        return read_card(path) if same else None
    except (OSError, NetworkError):
        return None
