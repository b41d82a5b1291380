"""Colours for particles that lie next to others, such that neighbours differ: numbers, which page and figures draw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

COLOURS = 7
"""How many there are; see `workbench.figures.palette.PARTICLES`."""

NEAR_PX = (1, 3)
"""Neighbours have pixels so far apart, along rows, columns or diagonals: across a line between them, too."""

MOST_PARTICLES = 50_000
"""Of noise that is taken for particles there are more, and to colour them would take longer than to measure them."""

MOST_ROUNDS = 100
"""Far more than are needed, but where particles touch more than seven others that touch each other."""


def colour_numbers(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Return the number of a colour for each particle of a label image that has neighbours, another one than theirs.

    One that lies alone is told from others by its place: it has 0, the colour of its network. Of the others each begins
    with its number modulo seven. Of those that clash with a neighbour, in each round the ones that are drawn first
    among their neighbours take the first colour that fewest of these have, until none clashes. Where seven colours are
    not enough some clash still, and among more than 50,000 particles nobody looks.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        0 is background, other numbers are particles.

    Returns
    -------
    (largest number + 1,) uint8 array
        By the number of a particle: 1 to 7, 0 for one that lies alone and for the background;
        ``colour_numbers(labels)[labels]`` is an image.

    Examples
    --------
    >>> colour_numbers(np.array([[1, 1, 2, 0, 0, 0, 3]]))
    array([0, 1, 2, 0], dtype=uint8)

    References
    ----------
    M. Luby, SIAM J. Comput. 15, 1036 (1986), doi 10.1137/0215074 (independent sets by random priorities).
    """
    count = int(labels.max(initial=0))
    found = np.zeros(count + 1, np.uint8)
    found[1:] = np.arange(count) % COLOURS + 1
    if count > MOST_PARTICLES:
        return found
    pairs = _neighbours(labels)
    alone = np.ones(count + 1, bool)
    alone[pairs] = False
    found[alone] = 0
    both = np.concatenate([pairs, pairs[:, ::-1]])
    random = np.random.default_rng(0)
    for _ in range(MOST_ROUNDS):
        clashes = pairs[found[pairs[:, 0]] == found[pairs[:, 1]]]
        if not len(clashes):
            break
        priority = np.zeros(count + 1, np.int64)
        priority[clashes] = random.permutation(count + 1)[clashes] + 1
        changes = priority > 0
        changes[both[priority[both[:, 0]] < priority[both[:, 1]], 0]] = False  # a neighbour comes first
        one, other = both[changes[both[:, 0]]].T
        taken = np.bincount(one * COLOURS + found[other] - 1, minlength=(count + 1) * COLOURS)
        found[changes] = taken.reshape(-1, COLOURS)[changes].argmin(axis=1) + 1
    return found


def _neighbours(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Return pairs of particles that lie next to each other, (N, 2), the larger number first, sorted and each once."""
    height, width = labels.shape
    size = int(labels.max(initial=0)) + 1
    found = [np.empty(0, np.int64)]
    for far in NEAR_PX:
        for down, right in ((0, far), (far, 0), (far, far), (far, -far)):
            left = max(-right, 0)
            one = labels[: max(height - down, 0), left : max(width - max(right, 0), left)]
            other = labels[down:, left + right : left + right + one.shape[1]]
            apart = np.flatnonzero((one != other) & (one != 0) & (other != 0))
            both = np.stack([one.ravel()[apart], other.ravel()[apart]]).astype(np.int64)
            found.append(np.unique(both.max(axis=0) * size + both.min(axis=0)))
    codes = np.unique(np.concatenate(found))
    return np.stack([codes // size, codes % size], axis=1)
