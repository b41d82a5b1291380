"""How far a map can be trusted: what `trust` returns. Read on a page without torch."""

from __future__ import annotations

from typing import Any

from workbench.explanation.trust_figures import TrustFigures
from workbench.explanation.trust_sentences import line, sentences
from workbench.explanation.verdict import Verdict, verdict


class Trust(TrustFigures):
    """How far a map can be trusted: the figures of all checks, and what they say."""

    @property
    def verdict(self) -> Verdict:
        """What can be concluded from the map, in one sentence."""
        return verdict(self)

    @property
    def line(self) -> str:
        """One short line for under the map."""
        return line(self)

    @property
    def sentences(self) -> list[str]:
        """The same at length, for a tooltip or a report."""
        return sentences(self)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain lists, numbers and words, for JSON."""
        return {
            "method": self.title,
            "verdict": self.verdict._asdict(),
            "line": self.line,
            "failed": self.failed,
            "depends_on_weights": self.depends_on_weights,
            "deletion": None if self.deletion is None else self.deletion.to_dict(),
            "insertion": None if self.insertion is None else self.insertion.to_dict(),
            "infidelity": self.infidelity,
            "sensitivity": self.sensitivity,
            "randomised": self.randomised.to_dict(),
            "pointing": None if self.pointing is None else self.pointing.to_dict(),
            "empty": self.empty,
            "share_of_target": self.share_of_target,
            "seconds": self.seconds,
        }
