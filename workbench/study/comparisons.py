"""Which networks of a study are compared: those that differ in one thing, on the same seeds and micrographs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from workbench.study.plan import StudyPlan
from workbench.study.statistics import paired_interval
from workbench.study.tables import KIND, by_dose

FACTORS = {
    "initialisation": "Initialisation: learned weights against none",
    "dilation": "Dilation, against the first of the plan",
    "network": "Network, against the first of the plan",
    "training size": "Training set: fewer micrographs against the most",
}
"""What two networks differ in, and what the page calls it."""
Combination = tuple[Any, ...]
"""Values of the columns of `KIND`."""


def comparisons(scores: pd.DataFrame, plan: StudyPlan) -> pd.DataFrame:
    """Return a row for each pair that differs in one thing, and each bin of dose.

    Returns
    -------
    DataFrame
        ``factor``, ``of`` and ``against`` in words, ``dose``, ``difference`` of hard Dice, ``low``, ``high`` (95 %),
        ``freedom``, ``seeds`` and ``specimens`` that both have.
    """
    rows = []
    for dose, part in by_dose(scores, plan).items():
        tables = {
            key: group.pivot_table(index="seed", columns="specimen", values="dice_hard", aggfunc="mean")
            for key, group in part.groupby(KIND, sort=False)
        }
        for factor, one, other in _pairs(list(tables)):
            difference = (tables[one] - tables[other]).dropna(how="all").dropna(axis=1)
            if difference.empty:
                continue
            found = paired_interval(difference.to_numpy())
            rows.append(
                {
                    "factor": factor,
                    "of": described(one),
                    "against": described(other),
                    "dose": dose,
                    "difference": found.difference,
                    "low": found.low,
                    "high": found.high,
                    "freedom": found.freedom,
                    "seeds": difference.shape[0],
                    "specimens": difference.shape[1],
                }
            )
    columns = [
        "factor",
        "of",
        "against",
        "dose",
        "difference",
        "low",
        "high",
        "freedom",
        "seeds",
        "specimens",
    ]
    return pd.DataFrame(rows, columns=columns)


def described(combination: Combination) -> str:
    """Return a combination in words, such as ``fcn8s, edges, dilation 2, 16 micrographs``."""
    _network, _start, kind, dilation, size = combination
    return f"{kind}, dilation {dilation}, {size} micrographs"


def _pairs(known: list[Combination]) -> Iterator[tuple[str, Combination, Combination]]:
    """Yield what differs, one combination, and the one it is compared with; ``known`` is in the order of the plan."""
    most = max((one[4] for one in known), default=0)
    first_network = known[0][0] if known else ""
    for one in known:
        network, start, _kind, dilation, size = one
        if start != "none":
            yield from _found(
                "initialisation", one, known, network=network, start="none", dilation=dilation, size=size
            )
        first = next(other[3] for other in known if other[0] == network)
        if dilation != first:
            yield from _found("dilation", one, known, network=network, start=start, dilation=first, size=size)
        if network != first_network:
            yield from _found("network", one, known, network=first_network, dilation=dilation, size=size)
        if size != most:
            yield from _found(
                "training size", one, known, network=network, start=start, dilation=dilation, size=most
            )


def _found(
    factor: str, one: Combination, known: list[Combination], **wanted: Any
) -> Iterator[tuple[str, Combination, Combination]]:
    places = {"network": 0, "start": 1, "dilation": 3, "size": 4}
    for other in known:
        if all(other[places[key]] == value for key, value in wanted.items()):
            yield factor, one, other
            return
