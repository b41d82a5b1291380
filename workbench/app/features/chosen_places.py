"""The places of the embedding: what the mask makes of each, which one is open, and others that are like it."""

from __future__ import annotations

import threading

from workbench.app.core.context import Context
from workbench.app.features.places import Spot, kinds_of, spots_of
from workbench.app.features.traits import FeaturesTraits
from workbench.app.label.active_learning import ActiveLearning
from workbench.errors import WorkbenchError


class ChosenPlaces(FeaturesTraits):
    """Opens places in the panes, and hands them to the label's tools."""

    _session: Context

    def go_to(self, index: int) -> None:
        """Open a place of the embedding in the panes, and look for others like it.

        Parameters
        ----------
        index : int
            Of the place, among `embedding`.

        Raises
        ------
        WorkbenchError
            If there is no such place.
        """
        session, found = self._session, self.embedding
        if found is None or self.kinds is None or session.micrograph is None:
            raise WorkbenchError("The pixels are not computed yet.")
        if not 0 <= index < len(self.kinds):
            raise WorkbenchError(f"There are places 0 to {len(self.kinds) - 1}, not {index}.")
        postprocessed = session.postprocessed.get(self.network)
        self.spots = spots_of(
            session.micrograph,
            found,
            self.kinds,
            index,
            None if postprocessed is None else postprocessed.mask,
            session.truth,
        )
        self.open(self.spots[0])

    def open(self, spot: Spot | str) -> None:
        """Open one of `spots`, or the one of a key, in the panes.

        Raises
        ------
        WorkbenchError
            If it is not among them.
        """
        key = spot if isinstance(spot, str) else spot.key
        found = next((listed for listed in self.spots if listed.key == key), None)
        if found is None:
            raise WorkbenchError("This place is not in the list any more; click a point.")
        self.opened = None  # the same one again is gone to again
        self.opened = found

    def label_here(self) -> threading.Thread:
        """Take the label's tools in hand at the place that is open, and put it into the list of Next to label.

        Returns
        -------
        Thread
            Ends when it is shown.

        Raises
        ------
        WorkbenchError
            If no place is open.
        """
        spot = self.opened
        if spot is None:
            raise WorkbenchError("Click a point first.")
        label = self._session.card(self.network).label
        return self._session.subject(ActiveLearning).propose(spot.region, f"{label}: {spot.name}", spot.png)

    def _set_kinds(self, _change: object = None) -> None:
        """Say of each place whether the mask, as it is now, is right there."""
        session, found, micrograph = self._session, self.embedding, self._session.micrograph
        postprocessed = session.postprocessed.get(self.network)
        if found is None or micrograph is None:
            self.kinds = None
        elif postprocessed is not None and postprocessed.mask.shape == micrograph.shape:
            self.kinds = kinds_of(found.places, postprocessed.mask, session.truth)
