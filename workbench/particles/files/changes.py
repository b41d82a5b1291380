"""What a hand changed: particles of a label image against those of a former one, by how far they overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.particles.files.belonging import particles_text
from workbench.segmentation.particle_metrics import IOU, particle_overlaps


@dataclass(frozen=True)
class Changes:
    """Which particles are what they were.

    Attributes
    ----------
    unchanged : list of int
        Numbers of particles with the same pixels as before.
    changed : list of int
        Of those with other pixels that are the same particle: IoU above a half.
    new : list of int
        Of those that were not there before.
    gone : list of int
        Numbers in the former label image of those that are there no more.
    former : dict of int to int
        Of those unchanged and changed: the number that each had before.
    """

    unchanged: list[int]
    changed: list[int]
    new: list[int]
    gone: list[int]
    former: dict[int, int]

    @property
    def said(self) -> str:
        """In a few words, such as ``211 unchanged, 3 changed, 1 new (particle 218), 2 gone (particles 4 and 9)``."""
        told = [f"{len(self.unchanged)} unchanged"]
        for numbers, what in ((self.changed, "changed"), (self.new, "new"), (self.gone, "gone")):
            if numbers:
                told.append(f"{len(numbers)} {what} ({particles_text(numbers)})")
        return ", ".join(told)


def compare_particles(former: npt.NDArray[Any], now: npt.NDArray[Any], least: float = IOU) -> Changes:
    """Compare a label image with a former one of the same micrograph.

    Parameters
    ----------
    former, now : (H, W) array of whole numbers
        0 is background. Numbers need not be the same.
    least : float
        IoU above which a particle of both is the same one; at least 0.5, so that each has one partner at most.

    Returns
    -------
    Changes

    Raises
    ------
    WorkbenchError
        If shapes differ, or ``least`` is less than a half.

    Examples
    --------
    >>> before, after = np.array([[1, 1, 1, 0, 2]]), np.array([[1, 1, 0, 0, 5]])
    >>> compare_particles(before, after).said
    '1 unchanged, 1 changed (particle 1)'
    """
    former, now = np.asarray(former), np.asarray(now)
    if former.shape != now.shape:
        raise WorkbenchError(
            f"A label image of shape {now.shape} cannot be compared with one of shape {former.shape}; both must "
            "belong to the same micrograph."
        )
    if not 0.5 <= least < 1:
        raise WorkbenchError(
            f"Particles are the same above an IoU between 0.5 and 1, not {least:g}; change it."
        )
    ours, theirs = _numbers(now), _numbers(former)
    if not len(ours) or not len(theirs):
        return Changes([], [], ours.tolist(), theirs.tolist(), {})
    pairs = particle_overlaps(now, former).tocoo()
    same = pairs.data > least
    partner = dict(zip(ours[pairs.row[same]].tolist(), theirs[pairs.col[same]].tolist(), strict=True))
    whole = set(ours[pairs.row[pairs.data == 1]].tolist())
    kept = set(partner.values())
    return Changes(
        unchanged=sorted(whole),
        changed=sorted(partner.keys() - whole),
        new=[number for number in ours.tolist() if number not in partner],
        gone=[number for number in theirs.tolist() if number not in kept],
        former=partner,
    )


def keep_numbers(former: npt.NDArray[Any], now: npt.NDArray[Any], changes: Changes) -> npt.NDArray[np.int32]:
    """Return a label image in which particles that were there before have their former numbers.

    New ones keep theirs where it was not taken, else they are given the next that is free.

    Parameters
    ----------
    former, now : (H, W) array of whole numbers
    changes : Changes
        Of the two.
    """
    numbers = _numbers(now)
    taken = set(_numbers(former).tolist())
    after = max([*taken, *numbers.tolist()], default=0)
    table = np.zeros(int(numbers.max(initial=0)) + 1, np.int32)
    for number in numbers.tolist():
        if number in changes.former:
            table[number] = changes.former[number]
        elif number not in taken:
            table[number] = number
        else:
            after += 1
            table[number] = after
    renumbered: npt.NDArray[np.int32] = table[now]
    return renumbered


def _numbers(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    there = np.zeros(int(labels.max(initial=0)) + 1, np.bool_)
    there[labels.ravel()] = True
    there[0] = False
    return np.flatnonzero(there)
