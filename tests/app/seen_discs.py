"""A page over a stand-in for the worker, on which a network sees discs: four apart, a small one, one at the edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from changed_cards import one_output
from fake_answers import ASIDE
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.polling import works_aside
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph

PLACES = {
    "large": (40, 40),
    "left": (100, 60),
    "right": (100, 160),
    "faint": (150, 200),
    "small": (60, 200),
    "edge": (4, 110),
}
"""Row and column of the middle of each disc."""
RADII = {"large": 20, "left": 14, "right": 14, "faint": 12, "small": 4, "edge": 12}
HIGHEST = {"faint": 0.7}
"""Probability in the middle of a disc, where that is not 1."""
SHAPE = (200, 240)


def discs_seen(micrograph: Micrograph, *_asked: object) -> np.ndarray:
    """What a network answers: a probability that falls over some px at the rim of each disc."""
    rows, columns = np.mgrid[: micrograph.shape[0], : micrograph.shape[1]]
    seen = np.full(micrograph.shape, 0.05)
    for name, (row, column) in PLACES.items():
        inside = 1 / (1 + np.exp((np.hypot(rows - row, columns - column) - RADII[name]) / 1.5))
        seen = np.maximum(seen, HIGHEST.get(name, 1.0) * inside)
    return seen.astype(np.float32)


def micrograph_of(seed: int = 0, nm_per_px: float | None = 0.1) -> Micrograph:
    """Noise: what is seen in it does not depend on it."""
    pixels = np.random.default_rng(seed).normal(size=SHAPE).astype(np.float32)
    return Micrograph(pixels, nm_per_px, f"discs {seed}")


class Page:
    """A session with the stand-in below it.

    Attributes
    ----------
    session : Session
    fake : FakeCompute
    """

    def __init__(self, session: Session, fake: FakeCompute) -> None:
        self.session, self.fake = session, fake

    @property
    def particles(self) -> Any:
        """The state that is tested."""
        return self.session.particles

    def counted(self) -> None:
        """Wait until what is counted aside is counted; jobs stay unanswered."""
        wait_for(lambda: not works_aside())

    def rest(self) -> None:
        """Answer what waits, and wait until all that follows is done."""
        jobs = -1
        while jobs != len(self.fake.all()):
            jobs = len(self.fake.all())
            self.fake.work()
            self.counted()

    def number(self, name: str) -> int:
        """The number of a disc in what is found."""
        return int(self.particles.found.labels[PLACES[name]])

    def left_out(self) -> dict[str, str]:
        """By disc: why it does not count; empty: it does."""
        table = self.particles.found.table
        return {name: table["left_out"][self.number(name) - 1] for name in PLACES if self.number(name)}

    def why_none(self) -> dict[str, str]:
        """The same of those that do not count."""
        return {name: why for name, why in self.left_out().items() if why}


def page_of(tmp_path: Any, probability: Callable[..., np.ndarray] = discs_seen) -> Page:
    """A page on which nothing is open, with one network ticked whose mask is its threshold."""
    fake = FakeCompute(instead=ASIDE, probability=probability)
    session = Session(data=DataFolder(tmp_path), compute=fake)
    one_output(session, "unet")
    with session.history.paused():
        session.selected = ["unet"]
        session.thresholds = {"unet": 0.5}
    return Page(session, fake)
