"""Builds the jobs of Features, and the keys that their answers are kept under."""

from __future__ import annotations

from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.features.places import draw_places
from workbench.app.features.traits import FeaturesTraits
from workbench.compute.features import (
    EmbeddingFound,
    ExcitedFound,
    MapsFound,
    Which,
    find_embedding,
    find_maps,
)
from workbench.compute.network_comparison import ComparisonFound, find_comparison

Found = MapsFound | EmbeddingFound | ComparisonFound
Key = tuple[Any, ...]
"""All that an answer depends on."""
NOTHING: Key = ()


class FeatureRequests:
    """Says what is asked of the worker.

    Parameters
    ----------
    session : Context
    traits : FeaturesTraits
        What is to be shown.
    """

    def __init__(self, session: Context, traits: FeaturesTraits) -> None:
        self._session, self._traits = session, traits

    def which(self, name: str | None = None) -> Which:
        """Return a network as a job takes it, at the version that is asked for; by default the one that is shown."""
        return self._session.version(self._traits.network if name is None else name).which

    def shown_key(self) -> Key:
        """Return all that the answer shown depends on; empty while no micrograph is open."""
        session, traits = self._session, self._traits
        request = session.request(traits.network)
        if request is None:
            return NOTHING
        if traits.view == "networks":
            return traits.view, request, session.version(traits.other)
        return (
            traits.view,
            request,
            traits.layer,
            session.subject(Results).truth_key if traits.view == "pixels" else "",
        )

    def excited_key(self) -> Key:
        """Return all that the picture depends on which excites the feature that is shown large."""
        traits = self._traits
        return "excited feature", self._session.version(traits.network), traits.layer, traits.channel

    def work(self) -> tuple[Any, ...]:
        """Return the function that a job runs for what is shown, and its arguments."""
        session, traits, micrograph = self._session, self._traits, self._session.micrograph
        if traits.view == "pixels" and micrograph is not None:
            mask = session.postprocessed[traits.network].mask
            wrong = None if session.truth is None else mask != session.truth
            places = draw_places(micrograph.shape, wrong)
            return find_embedding, micrograph, self.which(), traits.layer, *places
        if traits.view == "networks":
            return find_comparison, micrograph, self.which(), self.which(traits.other)
        return find_maps, micrograph, self.which(), traits.layer


def bytes_held(_key: Key, found: Found | ExcitedFound) -> int:
    """Return what an answer takes in memory, roughly."""
    match found:
        case MapsFound():
            return found.nbytes
        case ExcitedFound():
            return len(found.png)
    return 1 << 16
