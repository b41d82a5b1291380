"""Figures of trust that are made up."""

import numpy as np

from workbench.explanation.trust_figures import Curves, Randomised
from workbench.explanation.trust_report import Trust

ENDS = np.array([0.0, 1.0])


ANOTHER_MAP = Randomised(("out",), np.array([0.1]), np.array([0.2]), np.array([0.3]))


SAME_MAP = Randomised(("out",), np.array([0.9]), np.array([0.9]), np.array([0.9]))


BY_CHANCE = Randomised(("out",), np.array([0.6]), np.array([0.6]), np.array([0.6]), 0.7, 0.7)


def curve(kind: str, by_map: float, by_random: float, by_intensity: float) -> Curves:
    """Return curves that are level, so that each area is the number given."""
    return Curves(kind, ENDS, *(np.full(2, area) for area in (by_map, by_random, by_intensity)))


def figures(randomised: Randomised = ANOTHER_MAP, **changed) -> Trust:
    curves = curve("deletion", 0.2, 0.5, 0.1), curve("insertion", 0.8, 0.5, 0.4)
    known = {"pointing": None, "infidelity": None, "sensitivity": None} | changed
    return Trust(
        "Gradient",
        *known.pop("curves", curves),
        known.pop("infidelity"),
        known.pop("sensitivity"),
        randomised,
        known.pop("pointing"),
        **known,
    )
