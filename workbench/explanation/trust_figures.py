"""How far a map can be trusted, in numbers. Knows neither torch nor a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

AGREEMENT = 0.5
"""Above this rank correlation or similarity, a map with all weights random is called the same map.

Measured with `unet` on a particle and a pixel of the bundled micrograph ``easy``: gradient x input and integrated
gradients have rank correlations up to 0.01 and similarities up to 0.4, guided backpropagation, which is known to fail,
0.68 and 0.70. Over the whole window, signs kept, on ``low_dose`` too: gradient and SmoothGrad up to 0.03, guided
backpropagation 0.61 to 0.72.
"""


@dataclass(frozen=True, eq=False)
class Curves:
    """The answer while pixels are taken away (deletion) or given back (insertion), in three orders.

    Parameters
    ----------
    kind : {"deletion", "insertion"}
    fractions : (n,) float array
        Of the window's pixels that were taken away or given back, from 0 to 1.
    by_map, by_random, by_intensity : (n,) float arrays
        The answer, 0 for the micrograph with all pixels replaced and 1 for the micrograph as it is (-1 where it
        answers less than the replaced one); in the order of the map, of random maps as smooth as it (their mean),
        and of how far a pixel differs from what replaces it.
    """

    kind: Literal["deletion", "insertion"]
    fractions: Floats
    by_map: Floats
    by_random: Floats
    by_intensity: Floats

    @property
    def area(self) -> float:
        """Area under the map's curve: the lower for deletion and the higher for insertion, the better."""
        return _area(self.by_map, self.fractions)

    @property
    def random_area(self) -> float:
        """Area under the curve of random order."""
        return _area(self.by_random, self.fractions)

    @property
    def intensity_area(self) -> float:
        """Area under the curve of the order of plain intensity."""
        return _area(self.by_intensity, self.fractions)

    @property
    def better_than_random(self) -> bool:
        """Whether the map finds what matters sooner than chance."""
        return self._better(self.random_area)

    @property
    def better_than_intensity(self) -> bool:
        """Whether the map finds what matters sooner than one who knows the micrograph but no network."""
        return self._better(self.intensity_area)

    def _better(self, other: float) -> bool:
        return self.area < other if self.kind == "deletion" else self.area > other

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and numbers, for JSON."""
        return {
            "fractions": self.fractions.tolist(),
            "by_map": self.by_map.tolist(),
            "by_random": self.by_random.tolist(),
            "by_intensity": self.by_intensity.tolist(),
            "area": self.area,
            "random_area": self.random_area,
            "intensity_area": self.intensity_area,
            "better_than_random": self.better_than_random,
            "better_than_intensity": self.better_than_intensity,
        }


def _area(values: Floats, at: Floats) -> float:
    """Return the area under a curve by the trapezium rule."""
    return float(np.sum(np.diff(at) * (values[1:] + values[:-1]) / 2))


@dataclass(frozen=True, eq=False)
class Randomised:
    """How alike the map stays while layers get random weights, from the answer down to the micrograph.

    Parameters
    ----------
    layers : tuple of str
        The last layer that was made random in each stage, with all above it; in the last stage all are.
    rank_correlation : (n,) float array
        Spearman's, at equal distance from the target, 1 for the same order and 0 for none; without its own sign, since
        a map that only turns with the sign of the last layer is the same map.
    absolute_rank_correlation : (n,) float array
        The same of the absolute values. Methods that multiply with the micrograph share its absolute values whatever
        the weights: about 0.5 is all that they can lose, so this is told but does not decide.
    similarity : (n,) float array
        Structural similarity (SSIM) of the absolute values where either map says something. This and the rank
        correlation are taken at the grain of the maps; see `workbench.explanation.agreement`.
    rank_by_chance, similarity_by_chance : float
        The most that random maps as smooth as the last one reach; 0 where the figure is below `AGREEMENT` anyway.
    """

    layers: tuple[str, ...]
    rank_correlation: Floats
    absolute_rank_correlation: Floats
    similarity: Floats
    rank_by_chance: float = 0.0
    similarity_by_chance: float = 0.0

    @property
    def depends_on_weights(self) -> bool:
        """Whether the map is another one once all weights are random."""
        return bool(max(self.rank_correlation[-1], self.similarity[-1]) <= AGREEMENT)

    @property
    def same_map(self) -> bool:
        """Whether the map stays the same once all weights are random, more than maps as smooth do by chance."""
        return any(
            bool(found > max(AGREEMENT, by_chance))
            for found, by_chance in (
                (self.rank_correlation[-1], self.rank_by_chance),
                (self.similarity[-1], self.similarity_by_chance),
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, for JSON."""
        return {
            "layers": list(self.layers),
            "rank_correlation": self.rank_correlation.tolist(),
            "absolute_rank_correlation": self.absolute_rank_correlation.tolist(),
            "similarity": self.similarity.tolist(),
            "rank_by_chance": self.rank_by_chance,
            "similarity_by_chance": self.similarity_by_chance,
        }


@dataclass(frozen=True)
class Pointing:
    """Whether the map points at the true particle.

    Parameters
    ----------
    inside : bool
        Whether its maximum lies in the true particle, or no further from it than the tolerance.
    distance_px : float
        From the maximum to the true particle, in the micrograph's pixels; 0 inside.
    tolerance_px : float
    share : float
        Of what speaks for the answer, how much lies inside the true particle.
    by_chance : float
        The same for a map that is even over the window: the particle's share of the area.
    """

    inside: bool
    distance_px: float
    tolerance_px: float
    share: float
    by_chance: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, for JSON."""
        return {
            "inside": self.inside,
            "distance_px": self.distance_px,
            "tolerance_px": self.tolerance_px,
            "share": self.share,
            "by_chance": self.by_chance,
        }


@dataclass(frozen=True, eq=False)
class TrustFigures:
    """The figures of all checks of one map.

    Parameters
    ----------
    title : str
        The method's, as on screen.
    deletion, insertion : Curves or None
        None where there is nothing to take away: an even micrograph, an empty map.
    infidelity : float or None
        What the map leaves unexplained of how the answer falls when squares are taken away: 0 all explained, 1
        nothing. None where no square changed the answer.
    sensitivity : float or None
        The most that the map changes, relative to itself, with noise of a tenth of a standard deviation.
    randomised : Randomised
    pointing : Pointing or None
        None without truth, or where the truth has no particle under the target.
    empty : bool
        Whether the map is 0 everywhere.
    share_of_target : float
        Of a target cut into parts, how much lies in the part that was measured; 1 for most targets.
    seconds : float
        That it took.
    """

    title: str
    deletion: Curves | None
    insertion: Curves | None
    infidelity: float | None
    sensitivity: float | None
    randomised: Randomised
    pointing: Pointing | None
    empty: bool = False
    share_of_target: float = 1.0
    seconds: float = 0.0

    @property
    def depends_on_weights(self) -> bool:
        """Whether the map is another one once all weights of the network are random."""
        return self.randomised.depends_on_weights

    @property
    def failed(self) -> bool:
        """Whether the map must be marked: it stays the same whatever the network has learned."""
        return not self.empty and self.randomised.same_map
