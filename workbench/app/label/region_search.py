"""Searches micrographs for uncertain regions on the worker, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from workbench.app.core.context import Context
from workbench.app.core.session_file import Origin
from workbench.app.core.versions import NetworkVersion
from workbench.app.label.suggestion import Suggestion
from workbench.compute import Compute
from workbench.compute.features import Which
from workbench.compute.regions import RegionsAsked, find_regions
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.active_learning import UncertainRegion, edge_in_px

Read = Callable[[Path], Micrograph]
Unread = tuple[Origin, Micrograph | None]
"""A micrograph that is open already, or where to read it."""


def asked_networks(
    session: Context, names: Iterable[str], *, alone: bool
) -> tuple[tuple[NetworkVersion, float], ...]:
    """Return networks as they are shown, with their thresholds.

    Parameters
    ----------
    session : Context
    names : iterable of str
    alone : bool
        Whether the open micrograph is searched alone; the others of a folder have particles of another width.
    """
    versions = [session.version(name) for name in names]
    return tuple(
        (version if alone else version.without_width, session.threshold(version.name)) for version in versions
    )


class SearchOptions(NamedTuple):
    """What is searched for: with which networks, and how large and how many the regions are."""

    networks: tuple[tuple[Which, float], ...]
    """Each with its threshold."""
    labels: tuple[str, ...]
    """Names of the networks on screen."""
    edge_nm: float
    edge_px: int
    per_micrograph: int


@dataclass
class SearchOutcome:
    """How a pass went, when it has ended or was stopped."""

    total: int
    searched: int = 0
    name: str = "this micrograph"
    """Of the last micrograph."""
    refused: list[str] = field(default_factory=list)
    """A sentence for each micrograph that could not be searched."""

    def status(self, *, stopped: bool, found: bool) -> str:
        """Return in a few words how it ended."""
        ended = "stopped; " if stopped else ""
        if not self.searched and self.total <= 1:
            return ended.rstrip("; ")
        counted = f"{self.searched} of {self.total} micrographs" if self.total > 1 else self.name
        nothing = "" if found or not self.searched else ": no doubt outside what is labelled"
        return f"{ended}looked through {counted}{nothing}"

    @property
    def warning(self) -> str:
        """Why micrographs could not be searched; empty where all could."""
        if len(self.refused) < 2:
            return "".join(self.refused)
        return f"{len(self.refused)} could not be looked at; {self.refused[0]}"


class RegionSearch:
    """Searches micrographs for uncertain regions; blocks the thread that runs it, and can be stopped by any other.

    Parameters
    ----------
    compute : Compute
    options : SearchOptions
    read : callable(Path) -> Micrograph
        Opens a file as the page would.
    labelled : callable(Micrograph) -> (H, W) bool array or None
        Says which pixels are labelled already.
    """

    def __init__(
        self,
        compute: Compute,
        options: SearchOptions,
        read: Read,
        labelled: Callable[[Micrograph], BoolImage | None],
    ) -> None:
        self._compute, self._options, self._read, self._labelled = compute, options, read, labelled
        self._lock = threading.Lock()
        self._job: Any = None
        self.stopped = False

    def stop(self) -> None:
        """Stop; what was found stays."""
        with self._lock:
            self.stopped = True
            job = self._job
        if job is not None:
            job.stop()

    def run(
        self,
        micrographs: Iterable[Unread],
        total: int,
        show_progress: Callable[[int, int, float, str], None],
        take: Callable[[Micrograph, list[Suggestion]], None],
    ) -> SearchOutcome:
        """Search one micrograph after the other; copies of one that was searched are left out.

        Parameters
        ----------
        micrographs : iterable of (Origin, Micrograph or None)
        total : int
            How many there are.
        show_progress : callable(number, total, fraction, name)
        take : callable(Micrograph, list of Suggestion)
            Given what was found in each.
        """
        outcome = SearchOutcome(total)
        seen: set[str] = set()
        for origin, given in micrographs:
            if self.stopped:
                break
            try:
                micrograph = given if given is not None else self._read(Path(origin.path))
                if micrograph.sha256 in seen:  # a copy of another, or the sample that is open
                    outcome.total -= 1
                    continue
                seen.add(micrograph.sha256)
                outcome.name = micrograph.name
                show = partial(show_progress, outcome.searched + len(outcome.refused), outcome.total)
                show(0.0, micrograph.name)
                found = self._regions(micrograph, show)
            except WorkbenchError as error:
                outcome.refused.append(str(error))
                continue
            if found is None:
                break
            outcome.searched += 1
            take(
                micrograph,
                [
                    Suggestion(
                        micrograph.name,
                        micrograph.sha256,
                        origin,
                        region,
                        region.why(list(self._options.labels)),
                        png,
                    )
                    for region, png in found
                ],
            )
        return outcome

    def _regions(
        self, micrograph: Micrograph, show: Callable[[float, str], None]
    ) -> list[tuple[UncertainRegion, bytes]] | None:
        """Let the worker search one micrograph and wait for it; None if it was stopped."""
        answer: list[Any] = []
        why: list[str] = []
        options = self._options
        edge = edge_in_px(micrograph.nm_per_px, options.edge_nm, options.edge_px)
        labelled = self._labelled(micrograph)
        with self._lock:
            if self.stopped:
                return None
            job = self._job = self._compute.submit(
                find_regions,
                micrograph,
                RegionsAsked(options.networks, edge, options.per_micrograph),
                labelled,
                what=f"Looking through {micrograph.name}",
                needs_device=True,
                on_progress=lambda fraction, _text: show(fraction, micrograph.name),
                on_done=answer.append,
                on_error=why.append,
            )
        job.wait()
        self._job = None
        if why:
            raise WorkbenchError(why[0])
        return answer[0] if answer else None
