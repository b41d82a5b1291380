"""Which network is shown, and what exactly it is asked: whatever an answer depends on is its key."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import NamedTuple

from workbench.app.core.parameters import Parameters
from workbench.compute.features import Which
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.particle_scale import FittedScale

Dilation = int | tuple[int, ...]


class NetworkVersion(NamedTuple):
    """Which weights are shown, and how.

    Attributes
    ----------
    name : str
        As in the list of networks.
    weights : str
        Path of the file that is run; the name of a classical method.
    dilation : int or tuple of int or None
        None: as the card of the file says.
    scale : float
        Factor on the pixels that it is given.
    epoch : int or None
        Of a run that is followed; None: the file is the one that the list names.
    stamp : str
        Size and time of the file when it was last looked at: a file that is written anew holds another network.
        Empty where the epoch says which weights they are, and for a classical method.
    fitted : FittedScale or None
        What of ``scale`` comes from the width of the particles in the open micrograph, see `ParticleWidth`.
    """

    name: str
    weights: str
    dilation: Dilation | None
    scale: float
    epoch: int | None
    stamp: str = ""
    fitted: FittedScale | None = None

    @property
    def rates(self) -> int | list[int] | None:
        """The dilation as `Compute.segment` takes it."""
        return list(self.dilation) if isinstance(self.dilation, tuple) else self.dilation

    @property
    def network(self) -> str:
        """What `Compute.segment` takes: the name in the list, and for a run that is followed the file."""
        return self.name if self.epoch is None else self.weights

    @property
    def which(self) -> Which:
        """The network as jobs on a worker take it."""
        return Which(self.weights, self.dilation, self.scale)

    @property
    def loaded(self) -> str:
        """The Python that loads it, as a script of the page says it."""
        loaded = f"wb.load_network({json.dumps(self.network)})"
        if self.dilation is not None:
            loaded = f"wb.dilate({loaded}, {self.rates})"
        return f"wb.at_scale({loaded}, {self.scale:g})" if self.scale != 1 else loaded

    @property
    def as_trained(self) -> NetworkVersion:
        """The same weights, shown as their card says."""
        return self._replace(dilation=None, scale=1.0, fitted=None)

    @property
    def without_width(self) -> NetworkVersion:
        """The same for any micrograph, whatever the width of the particles in the open one."""
        return self if self.fitted is None else self._replace(scale=self.fitted.own(self.scale), fitted=None)

    def at(self, dilation: int | list[int] | None) -> NetworkVersion:
        """Return the same weights at another dilation; None: as their card says."""
        return self._replace(dilation=tuple(dilation) if isinstance(dilation, list) else dilation)


class Followed(NamedTuple):
    """Weights of a run that is at work: as they are after an epoch."""

    epoch: int
    weights: str


class Request(NamedTuple):
    """What an answer is the answer to: a version of a network on a micrograph whose pixels have a size."""

    version: NetworkVersion
    seen: str
    nm_per_px: float | None

    @classmethod
    def of(cls, version: NetworkVersion, micrograph: Micrograph | None) -> Request:
        """Return what a version is asked about a micrograph; without one, what nobody answers."""
        if micrograph is None:
            return cls(version, "", None)
        return cls(version, micrograph.seen, micrograph.nm_per_px)


class Versions:
    """Says which version of a network a page asks for.

    Parameters
    ----------
    page : Parameters
        Its networks, their dilations and scales, how wide particles are, and which networks are of runs at work.
    """

    def __init__(self, page: Parameters) -> None:
        self._page = page
        self._lock = threading.Lock()
        self._files: dict[str, tuple[str, str]] = {}

    def of(self, name: str) -> NetworkVersion:
        """Return the version of a network that is asked for."""
        page = self._page
        weights, stamp = self._file(name)
        dilation, followed = page.dilations.get(name), page.followed.get(name)
        epoch = None if followed is None else followed.epoch
        own, fitted = float(page.scales.get(name, 1.0)), self._fitted(name)
        return NetworkVersion(
            name,
            weights,
            tuple(dilation) if isinstance(dilation, list) else dilation,
            own if fitted is None else own * fitted.factor,
            epoch,
            "" if epoch is not None else stamp,  # written all the time while it is followed
            fitted,
        )

    def card(self, name: str) -> Card:
        """Return the card of a network, with the scale that it is shown at."""
        fitted = self._fitted(name)
        card = self._own_card(name)
        if fitted is None:
            return card
        return card.model_copy(update={"input": card.input.model_copy(update={"fitted": fitted.factor})})

    def _own_card(self, name: str) -> Card:
        card, scale = self._page.card(name), float(self._page.scales.get(name, 1.0))
        if card.input.scale == scale:
            return card
        return card.model_copy(update={"input": card.input.model_copy(update={"scale": scale})})

    def _fitted(self, name: str) -> FittedScale | None:
        width = self._page.particle_px
        if width is None or self._page.card(name).particle_px is None:
            return None
        return FittedScale.of(self._own_card(name), width)

    def look_again(self) -> None:
        """Look at the files anew when they are asked for next."""
        with self._lock:
            self._files.clear()

    def changed(self, version: NetworkVersion) -> bool:
        """Say whether the file of a version has been written anew since it was looked at."""
        return version.epoch is None and stamp_of(version.weights) != version.stamp

    def _file(self, name: str) -> tuple[str, str]:
        from workbench.networks.loading import locate

        followed = self._page.followed.get(name)
        weights = name if followed is None else followed.weights
        with self._lock:
            known = self._files.get(weights)
        if known is None:
            path = locate(weights)
            found = weights if path is None else str(path.resolve())
            known = (found, stamp_of(found))
            with self._lock:
                self._files[weights] = known
        return known


def stamp_of(weights: str) -> str:
    """Return size and time of a file; empty where there is none, as of a classical method."""
    try:
        found = Path(weights).stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"
