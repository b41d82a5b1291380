"""A batch as a table: a row a micrograph, and for each network how many particles it found and their median."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.app.widgets.table import Column
from workbench.batch.status import BatchStatus, FoundOfNetwork, MicrographStatus

DIGITS = {"nm": 2, "px": 1}


@dataclass(frozen=True)
class Rows:
    """What a `Table` is shown.

    Attributes
    ----------
    columns : tuple of Column
    cells : tuple of lists
        By column: numbers, NaN where there is none, or words.
    failed : tuple of str
        Why a micrograph failed; empty: it did not.
    """

    columns: tuple[Column, ...] = ()
    cells: tuple[list[float] | list[str], ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def numbers(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """What each row is called: its place, from 1."""
        return np.arange(1, len(self.failed) + 1)


def rows_of(standing: BatchStatus, labels: Mapping[str, str]) -> Rows:
    """Return the rows of a batch, in its own order.

    Parameters
    ----------
    standing : BatchStatus
    labels : mapping of str to str
        Name of a network -> what it is called on screen; what is missing is called by its name.
    """
    all_of_it = standing.micrographs
    made: list[tuple[Column, list[float] | list[str]]] = [
        (
            Column("micrograph", "micrograph", "A click opens it on the page", -1),
            [one.title for one in all_of_it],
        ),
        (Column("state", "state", "Waits, done, or why it failed", -1), [state_of(one) for one in all_of_it]),
    ]
    for at, network in enumerate(networks_in(standing)):
        made += _of_network(standing, network, labels.get(network, network), at)
    made.append(
        (
            Column("training", "training", "Whether it is like what the networks were trained on", -1),
            [verdict_of(one, labels) for one in all_of_it],
        )
    )
    return Rows(
        tuple(column for column, _cells in made),
        tuple(cells for _column, cells in made),
        tuple(one.why or "failed" if one.state == "failed" else "" for one in all_of_it),
    )


def networks_in(standing: BatchStatus) -> list[str]:
    """Return the networks that found something, as they come."""
    return list(dict.fromkeys(found.network for one in standing.micrographs for found in one.found))


def state_of(micrograph: MicrographStatus) -> str:
    """Return how a micrograph stands, in words."""
    return f"failed: {micrograph.why}" if micrograph.state == "failed" else micrograph.state


def verdict_of(micrograph: MicrographStatus, labels: Mapping[str, str]) -> str:
    """Return whether a micrograph is like the training of its networks, else in what it is not."""
    if all(found.outside is None for found in micrograph.found):
        return ""  # nothing was found, or by what was never trained
    outside: dict[tuple[str, ...], list[str]] = {}
    for found in micrograph.found:
        if found.outside:
            outside.setdefault(found.outside, []).append(labels.get(found.network, found.network))
    if not outside:
        return "inside"
    said = [f"outside of {' and '.join(names)}: {' '.join(why)}" for why, names in outside.items()]
    return "; ".join(said)


def _of_network(
    standing: BatchStatus, network: str, label: str, at: int
) -> list[tuple[Column, list[float] | list[str]]]:
    """Return the columns of one network; lengths in nm and in px have one each."""
    found = [_found_by(one, network) for one in standing.micrographs]
    counts = [math.nan if one is None else float(one.particles) for one in found]
    columns: list[tuple[Column, list[float] | list[str]]] = [
        (Column(f"count{at}", label, f"Particles that {label} found", 0), list(counts))
    ]
    done = [one for one in standing.micrographs if one.found]
    for unit in dict.fromkeys(one.unit for one in done):
        medians = [
            math.nan if one is None or one.median is None or micrograph.unit != unit else one.median
            for one, micrograph in zip(found, standing.micrographs, strict=True)
        ]
        about = f"Median diameter of the circle of the same area, {label}"
        columns.append((Column(f"median{at}{unit}", f"median, {unit}", about, DIGITS[unit]), medians))
    return columns


def _found_by(micrograph: MicrographStatus, network: str) -> FoundOfNetwork | None:
    return next((found for found in micrograph.found if found.network == network), None)
