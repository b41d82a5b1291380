"""Part a set by specimen: at random, or so that every part covers the whole range of doses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def random_parts(
    groups: Sequence[list[Item]], fractions: Sequence[float], rng: np.random.Generator
) -> list[list[list[Item]]]:
    """Deal groups out at random, each whole.

    Parameters
    ----------
    groups : sequence of lists
        One list a specimen.
    fractions : sequence of float
        Share of the groups in each part, rounded; they sum to 1.
    rng : numpy.random.Generator

    Returns
    -------
    list of lists of groups
        One list a fraction; empty where there are too few groups.
    """
    order = rng.permutation(len(groups))
    edges = np.round(np.cumsum([0, *fractions]) * len(groups)).astype(int)
    return [[groups[i] for i in order[a:b]] for a, b in pairwise(edges)]


def none_empty(parts: list[list[list[Item]]]) -> list[list[list[Item]]]:
    """Return the parts with one group of the largest in each that is empty; as they are where there are too few."""
    parts = [list(part) for part in parts]
    if sum(map(len, parts)) >= len(parts):
        for part in parts:
            if not part:
                part.append(max(parts, key=len).pop())
    return parts


def stratified_parts(
    groups: Sequence[list[Item]],
    keys: Sequence[float],
    fractions: Sequence[float],
    rng: np.random.Generator,
) -> list[list[list[Item]]]:
    """Deal groups out so that every part takes its share along the whole range of a key.

    The groups are sorted by key and cut into strata as long as the smallest part needs to get one group of each
    (1 / fraction); within a stratum the order is random. Then each group goes to the part that is furthest
    behind its share.

    Parameters
    ----------
    groups : sequence of lists
        One list a specimen.
    keys : sequence of float
        One a group, such as the logarithm of its dose.
    fractions : sequence of float
        Share of the groups in each part; they sum to 1.
    rng : numpy.random.Generator

    Returns
    -------
    list of lists of groups
        One list a fraction; empty where there are too few groups.
    """
    shares = np.asarray(fractions, float)
    stratum = int(np.ceil(1 / shares.min() - 1e-9))
    ranked = np.argsort(keys, kind="stable")
    strata = [ranked[start : start + stratum] for start in range(0, len(ranked), stratum)]
    order = [int(i) for ranks in strata for i in rng.permutation(ranks)]
    parts: list[list[list[Item]]] = [[] for _ in fractions]
    for count, index in enumerate(order, start=1):
        behind = shares * count - [len(part) for part in parts]
        parts[int(behind.argmax())].append(groups[index])
    return parts
