"""What the particles that are shown are of, and which number one has after something changed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from workbench.micrographs.micrograph import Micrograph
from workbench.particles.distribution import distribution
from workbench.particles.distribution_result import Distribution
from workbench.particles.particle_set import ParticleSet, corrected_and_selected
from workbench.particles.post_processing import Postprocessed
from workbench.particles.sample import WeightedBy
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation


class Asked(NamedTuple):
    """What the particles that are shown are of."""

    micrograph: Micrograph | None
    name: str
    made_of: Segmentation | None
    made: Postprocessed | None
    selection: Selection
    weighted_by: WeightedBy
    corrections: list[Any]

    def of_the_same(self, other: Asked) -> bool:
        """Say whether the other is of the same network on the same micrograph, at the same pixel size."""
        return self.micrograph is other.micrograph and self.name == other.name

    def measure(self, made_of: Segmentation, made: Postprocessed) -> tuple[ParticleSet, Distribution]:
        """Return the particles of a mask, corrected and selected as is asked, and the distribution of their sizes."""
        found = corrected_and_selected(
            made.labels, made.particles, made_of, made.settings.threshold, self.corrections, self.selection
        )
        rules = self.selection
        return found, distribution(found.table, rules.diameter, self.weighted_by, rules.edge)


def number_now(number: int, before: ParticleSet | None, now: ParticleSet) -> int:
    """Return the number of what most of a particle belongs to by now; 0: nothing."""
    if before is None or before.labels.shape != now.labels.shape:
        return number if number <= len(now.table) else 0
    if not number:
        return 0
    return int(np.bincount(now.labels[before.labels == number], minlength=1).argmax())
