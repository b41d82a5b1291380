"""How a micrograph looks to a network, measured on the worker: half a second for one of 4096 x 4096."""

from __future__ import annotations

from collections.abc import Callable

from workbench.micrographs.appearance import Appearance
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Input


def find_appearance(
    micrograph: Micrograph,
    given: Input,
    *,
    progress: Callable[[float, str], None],  # noqa: ARG001
    stop: Callable[[], bool],  # noqa: ARG001
) -> Appearance | None:
    """Return noise, contrast and skewness of a micrograph, prepared as a network's card says."""
    from workbench.networks.domain_check import appearance_of

    return appearance_of(micrograph, given)
