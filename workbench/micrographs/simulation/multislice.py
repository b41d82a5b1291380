"""The electron wave behind a specimen, by multislice through abTEM, and micrographs of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from workbench.micrographs.micrograph import Micrograph, own
from workbench.micrographs.simulation.camera import record
from workbench.micrographs.simulation.extra import simulate_extra
from workbench.micrographs.simulation.labels import LabelImage, particle_labels
from workbench.micrographs.simulation.optics import ComplexImage, Optics, expose
from workbench.micrographs.simulation.specimen import Specimen
from workbench.micrographs.simulation.structure import FloatArray

PIXELS = 512
PADDED = 576
"""The wave is computed on a larger cell than the micrograph shows, so that most particles may be cut by the frame."""
SLICE_ANGSTROM = 4.0


@dataclass(frozen=True, eq=False)
class ExitWave:
    """The electron wave behind a specimen, and where its particles are.

    Parameters
    ----------
    wave : (C, M, M) complex64 array
        Unit incident amplitude; one wave for each frozen set of thermal displacements.
    labels : (N, N) uint16 array
        Exact labels; see :func:`workbench.micrographs.simulation.labels.particle_labels`. M is a multiple of N.
    nm_per_px, voltage_kV : float
        Pixel size of the labels and of the camera, and acceleration voltage.
    parameters : dict
        How the specimen was made, JSON-able.
    """

    wave: ComplexImage
    labels: LabelImage
    nm_per_px: float
    voltage_kV: float
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def oversampling(self) -> int:
        """Samples of the wave along the edge of a pixel."""
        return int(self.wave.shape[-1] // self.labels.shape[0])


def simulate_exit_wave(
    specimen: Specimen,
    voltage_kV: float,
    *,
    pixels: int = PADDED,
    oversampling: int = 1,
    configurations: int = 1,
    rng: np.random.Generator | None = None,
) -> ExitWave:
    """Send a plane wave through a specimen by multislice.

    Parameters
    ----------
    specimen : Specimen
        The atoms.
    voltage_kV : float
        Acceleration voltage.
    pixels : int
        Pixels of the camera along each edge of the cell.
    oversampling : int
        Samples of the wave along the edge of a pixel.
    configurations : int
        Frozen phonons: how many sets of thermal displacements of the particles' atoms; the first is the specimen's.
        The carbon is kept as it is: its disorder is far larger than its vibration.
    rng : numpy.random.Generator, optional
        Draws the further sets.

    Returns
    -------
    ExitWave

    Raises
    ------
    WorkbenchError
        If abTEM is not installed.

    Notes
    -----
    Projected atomic potentials of Kirkland's parametrisation, slices 0.4 nm thick, scattering kept to two thirds of
    the Nyquist frequency.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    waves = [_transmit(specimen, specimen.atoms, voltage_kV, pixels * oversampling)]
    for _ in range(configurations - 1):
        moved = specimen.at_rest + rng.normal(0, specimen.structure.vibration_nm, specimen.at_rest.shape)
        waves.append(_transmit(specimen, moved, voltage_kV, pixels * oversampling))
    return ExitWave(
        np.stack(waves),
        particle_labels(specimen, pixels),
        specimen.cell_nm / pixels,
        voltage_kV,
        specimen.parameters
        | {
            "voltage_kV": voltage_kV,
            "pixels": pixels,
            "oversampling": oversampling,
            "configurations": configurations,
        },
    )


def image_from_wave(
    wave: ExitWave, optics: Optics, seed: int, *, name: str = "simulated", crop: int = PIXELS
) -> tuple[Micrograph, LabelImage]:
    """Form and record one micrograph of an exit wave.

    Parameters
    ----------
    wave : ExitWave
        From :func:`simulate_exit_wave`.
    optics : Optics
        Microscope and camera; its voltage is replaced by the wave's.
    seed : int
        The noise.
    name : str
        Name of the micrograph.
    crop : int
        Edge of the micrograph in pixels; the centre of the wave is kept.

    Returns
    -------
    Micrograph, (crop, crop) uint16 array
        Counts, and the exact labels, numbered as in ``wave.labels``.
    """
    optics = replace(optics, voltage_kV=wave.voltage_kV)
    sampling = wave.nm_per_px / wave.oversampling
    counts = record(
        expose(wave.wave, sampling, optics, crop=crop, binning=wave.oversampling),
        wave.nm_per_px,
        optics,
        np.random.default_rng(seed),
    )
    start = (wave.labels.shape[0] - crop) // 2
    metadata = {"dose_e_per_A2": optics.dose_e_per_A2, "voltage_kV": optics.voltage_kV}
    micrograph = Micrograph(own(counts), wave.nm_per_px, name, None, metadata)
    return micrograph, wave.labels[start : start + crop, start : start + crop].copy()


def _transmit(specimen: Specimen, particles: FloatArray, voltage_kV: float, samples: int) -> ComplexImage:
    abtem, atoms_class = _abtem()
    if len(particles) + len(specimen.carbon) == 0:
        return np.ones((samples, samples), np.complex64)
    positions = np.concatenate([particles, specimen.carbon]) * 10
    numbers = np.concatenate([specimen.numbers, np.full(len(specimen.carbon), 6)])
    cell = [specimen.cell_nm * 10, specimen.cell_nm * 10, specimen.height_nm * 10]
    atoms = atoms_class(numbers=numbers, positions=positions, cell=cell, pbc=True)
    settings = {
        "device": "cpu",
        "precision": "float32",
        "fftw.threads": 1,
        # A measured plan differs from run to run in the last bits, and then in the noise that is drawn.
        "fftw.planning_effort": "FFTW_ESTIMATE",
    }
    with abtem.config.set(settings):
        potential = abtem.Potential(
            atoms,
            gpts=samples,
            slice_thickness=SLICE_ANGSTROM,
            projection="infinite",
            parametrization="kirkland",
        )
        waves = abtem.PlaneWave(energy=voltage_kV * 1e3).multislice(potential, lazy=False)
        wave = np.asarray(waves.array, np.complex64)
    # abTEM's first axis is x; a micrograph's rows are y.
    return np.ascontiguousarray(wave.T)


def require_abtem() -> None:
    """Raise a WorkbenchError that names the extra, if abTEM or ASE is not installed."""
    _abtem()


def _abtem() -> tuple[Any, Any]:
    with simulate_extra():
        import abtem
        from ase import Atoms
    return abtem, Atoms
