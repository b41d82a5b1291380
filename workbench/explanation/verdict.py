"""Whether a map may be shown as what a network used: one sentence, of the figures of trust."""

from __future__ import annotations

from typing import Literal, NamedTuple

from workbench.explanation.trust_figures import TrustFigures

Level = Literal["good", "unsure", "bad"]


class Verdict(NamedTuple):
    """What can be concluded from a map.

    Attributes
    ----------
    level : {"good", "unsure", "bad"}
        Whether it may be shown as what the network used, with a word of caution, or not at all.
    sentence : str
    """

    level: Level
    sentence: str


def verdict(trust: TrustFigures) -> Verdict:
    """Return what can be concluded from a map, by its gravest fault.

    A map is no good where it is empty, where it stays the same with random weights (J. Adebayo et al., NeurIPS 2018),
    or where pixels taken away and given back in its order change the answer no faster than in a random one (V. Petsiuk
    et al., BMVC 2018). It is doubtful where it is too smooth for the first check, where only one of the two orders is
    better than a random one, or where plain intensity orders the pixels as well.
    """
    if trust.empty:
        return Verdict("bad", "This map is empty: it says nothing.")
    if trust.failed:
        return Verdict(
            "bad",
            "This map stays the same with random weights: it shows the micrograph, not what the network has learned. "
            "Do not show it.",
        )
    curves = [curve for curve in (trust.deletion, trust.insertion) if curve is not None]
    if not curves:
        return Verdict(
            "unsure", "Nothing can be taken away from this micrograph, so the map cannot be checked."
        )
    better = [curve.better_than_random for curve in curves]
    if not any(better):
        return Verdict(
            "bad", "This map is no better than chance at finding what the network used: do not show it."
        )
    if not trust.depends_on_weights:
        return Verdict(
            "unsure",
            "This map is so smooth that one of a network with random weights looks alike: conclude nothing from it "
            "alone.",
        )
    if not all(better):
        return Verdict(
            "unsure",
            "This map finds what the network used in one of two tests only: show it with both figures.",
        )
    if not all(curve.better_than_intensity for curve in curves):
        return Verdict(
            "unsure",
            "This map finds what the network used, but plain intensity finds it as well: say so where it is shown.",
        )
    return Verdict(
        "good",
        "This map finds what the network used, better than chance and than plain intensity, and depends on what it "
        "has learned.",
    )
