"""Simulated micrographs of nanoparticles on amorphous carbon, with exact labels: multislice through abTEM.

One exit wave costs seconds, an image of it milliseconds, so a set takes several micrographs from each wave, at other
defoci, aberrations and doses. Everything follows from a seed: wave ``i`` of a set depends on ``(seed, i)`` alone.
"""

from workbench.micrographs.simulation.conditions import CONDITIONS, Conditions, find_conditions
from workbench.micrographs.simulation.drawing import (
    draw_optics,
    draw_specimen,
    draw_wave,
    illuminate,
    streams,
)
from workbench.micrographs.simulation.multislice import ExitWave, image_from_wave, simulate_exit_wave
from workbench.micrographs.simulation.optics import Optics
from workbench.micrographs.simulation.sets import simulate_set
from workbench.micrographs.simulation.specimen import Specimen, build_specimen
from workbench.micrographs.simulation.structure import Structure
from workbench.micrographs.simulation.structures import METALS, find_structure

__all__ = [
    "CONDITIONS",
    "METALS",
    "Conditions",
    "ExitWave",
    "Optics",
    "Specimen",
    "Structure",
    "build_specimen",
    "draw_optics",
    "draw_specimen",
    "draw_wave",
    "find_conditions",
    "find_structure",
    "illuminate",
    "image_from_wave",
    "simulate_exit_wave",
    "simulate_set",
    "streams",
]
