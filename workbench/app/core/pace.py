"""How fast networks ran before, and so how long they would take."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.app.core.context import Context
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.segmentation.segmentation import Segmentation

FEWEST_PX = 1 << 16
"""A smaller micrograph takes its time for other things."""
CPU_PX_PER_S, GPU_PX_PER_S = 3e5, 3e7
"""Of a network that has not run yet: about what FCN8s reaches on two cores, and on a GPU of a few years ago."""


class Pace:
    """Pixels per second of each network, as it sees them: the most that it reached while this page was open.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self._reached: dict[str, float] = {}

    def note(self, name: str, found: Segmentation) -> None:
        """Take down how long a network took; nothing for a small micrograph."""
        pixels = pixels_seen(found.network, found.micrograph)
        if pixels >= FEWEST_PX and found.seconds > 0:
            self._reached[name] = max(self._reached.get(name, 0.0), pixels / found.seconds)

    def seconds(self, names: Iterable[str]) -> float:
        """Return how long networks would take for the open micrograph, one after the other.

        A network that has not run yet is taken to be as slow as the slowest that has, and no faster than is usual.
        Classical methods are not counted.
        """
        session = self._session
        if session.micrograph is None:
            return 0.0
        usual = (
            CPU_PX_PER_S if session.device.startswith(("cpu", "mps")) or not session.device else GPU_PX_PER_S
        )
        slowest = min([usual, *self._reached.values()])
        cards = {name: session.card_as_shown(name) for name in names}
        return sum(
            pixels_seen(card, session.micrograph) / self._reached.get(name, slowest)
            for name, card in cards.items()
            if card.kind == "network"
        )


def pixels_seen(card: Card, micrograph: Micrograph) -> float:
    """Return how many pixels a network is given of a micrograph: after it was resampled to the network's pixel size."""
    height, width = micrograph.shape
    return float(height * width / card.input.step(micrograph.nm_per_px) ** 2)


def time_said(seconds: float) -> str:
    """Return a time in words, such as ``about 40 s`` or ``about 3 min``."""
    return f"about {10 * round(seconds / 10):d} s" if seconds < 95 else f"about {round(seconds / 60):d} min"
