"""Traits of the particles: which count, what was done by hand, and what came of it."""

from __future__ import annotations

from typing import Any, get_args

from traitlets import Bool, Dict, Enum, Float, HasTraits, Instance, Int, List, TraitError, Unicode, validate

from workbench.app.particles.count import Count
from workbench.errors import WorkbenchError
from workbench.particles.band import Band
from workbench.particles.distribution_result import Distribution
from workbench.particles.particle_set import ParticleSet
from workbench.particles.sample import WeightedBy
from workbench.particles.selection import Diameter, EdgeRule, Selection


class ParticlesTraits(HasTraits):
    """Which particles count, and which do not and why; computes nothing.

    Attributes
    ----------
    active : bool
        Whether anybody looks: else nothing is computed, but what an export asks for.
    diameter, smallest, largest, min_confidence, min_circularity, edge
        As of `workbench.particles.selection.Selection`; of all micrographs and networks.
    size_unit : str
        Unit of ``smallest`` and ``largest``; they are not looked at where the micrograph has another one.
    corrections : dict
        Hash of a micrograph's pixels -> name of a network -> corrections as `Correction.plain` gives them.
    tool : {"pick", "cut", "join", "draw"}
        What a click or a drag in the panes does.
    found : ParticleSet or None
        Those of the network that is tuned.
    count : Count or None
        How many of them count; while a threshold moves it comes before ``found``.
    weighted_by : {"number", "area", "volume"}
        What a particle counts in the distribution.
    calibration : float or None
        Relative standard uncertainty of the magnification, as a person typed it; None: not stated.
    distribution : Distribution or None
        Of those that count.
    compares : bool
        Whether ``band`` is asked for: how far the result depends on threshold and network.
    comparing : bool
        Whether ``band`` is being made.
    brushed : list of two float, or empty
        Diameters between which particles are marked.
    stale : bool
        Whether ``found`` is not of what is set: that is being made, or was stopped.
    chosen, pointed : int
        Number of the particle that is chosen, and of the one that is pointed at; 0: none.
    has_hand : bool
        Whether a click or a drag in the panes is meant for particles.
    """

    active = Bool(False)
    diameter = Enum(get_args(Diameter), "equal_circle")
    smallest = Float(None, allow_none=True, min=0.0)
    largest = Float(None, allow_none=True, min=0.0)
    size_unit = Enum(["", "nm", "px"], "")
    min_confidence = Float(0.0, min=0.0, max=1.0)
    min_circularity = Float(0.0, min=0.0, max=1.0)
    edge = Enum(get_args(EdgeRule), "weights")
    weighted_by = Enum(get_args(WeightedBy), "number")
    calibration = Float(None, allow_none=True)
    corrections: Dict[str, Any] = Dict()
    tool = Enum(["pick", "cut", "join", "draw"], "pick")
    found = Instance(ParticleSet, allow_none=True)
    of = Unicode(help="name of the network that found is of")
    count = Instance(Count, allow_none=True)
    distribution = Instance(Distribution, allow_none=True)
    compares = Bool(False)
    comparing = Bool(False)
    band = Instance(Band, allow_none=True)
    brushed: List[Any] = List()
    stale = Bool(False)
    has_hand = Bool(False)
    chosen = Int(0)
    pointed = Int(0)

    def set_calibration(self, typed: str) -> None:
        """Say how uncertain the magnification is, as it is typed: ``2 %``, ``2``; empty: not stated.

        Raises
        ------
        WorkbenchError
            If it is no share of a hundred between 0 and 100.
        """
        text = typed.replace("%", "").replace(",", ".").replace("±", "").strip()
        try:
            percent = float(text) if text else None
        except ValueError:
            percent = -1.0
        if percent is not None and not 0 < percent < 100:
            raise WorkbenchError(
                f"The uncertainty of the magnification is a percentage, such as 2 %, not {typed!r}; change it."
            )
        self.calibration = None if percent is None else percent / 100

    @validate("smallest", "largest")
    def _some_size(self, given: Any) -> float | None:
        sizes = {"smallest": self.smallest, "largest": self.largest, given["trait"].name: given["value"]}
        try:
            Selection(**sizes)
        except WorkbenchError as error:
            raise TraitError(str(error)) from error
        value: float | None = given["value"]
        return value
