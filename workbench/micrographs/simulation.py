"""Simulated micrographs of gold nanoparticles on amorphous carbon, with exact masks: multislice through abTEM.

One exit wave costs seconds, an image of it milliseconds, so a set takes several micrographs from each wave, at other
defoci, aberrations and doses. Everything follows from a seed: wave ``i`` of a set depends on ``(seed, i)`` alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DatasetError, Stopped, WorkbenchError
from workbench.micrographs.datasets import LabelledSet
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.micrographs.optics import ComplexImage, Optics, expose, record
from workbench.micrographs.specimen import Specimen, build_specimen, particle_mask

PIXELS = 512
PADDED = 576
"""The wave is computed on a larger cell than the micrograph shows, so that most particles may be cut by the frame."""
SLICE_ANGSTROM = 4.0

Range = tuple[float, float]


@dataclass(frozen=True)
class Conditions:
    """What a simulated set is drawn from: ranges are uniform, except the dose, which is log-uniform.

    ``wide`` is the chance of a field about 31 nm across (0.05 to 0.065 nm/px, 6 to 16 particles) in place of one
    at ``nm_per_px``. See :class:`workbench.micrographs.optics.Optics` for the rest.
    """

    name: str = "training"
    nm_per_px: Range = (0.018, 0.035)
    wide: float = 0.3
    particles: tuple[int, int] = (1, 4)
    diameters_nm: Range = (1.5, 7.0)
    film_nm: Range = (2.0, 8.0)
    touching: float = 0.3
    zone_axis: float = 0.35
    film_edge: float = 0.2
    graphite: float = 0.15
    empty: float = 0.03
    voltages_kV: tuple[float, ...] = (80.0, 120.0, 200.0, 300.0)
    dose_e_per_A2: Range = (20.0, 2000.0)
    defocus_nm: Range = (-20.0, 100.0)
    corrected: float = 0.6
    aperture: float = 0.4
    aperture_mrad: Range = (7.0, 20.0)
    astigmatism_nm: float = 6.0
    drift_nm: float = 0.06
    uneven: float = 0.25
    spikes: float = 0.3


TRAINING = Conditions()
LOW_CONTRAST = Conditions(
    name="sim-low-contrast",
    nm_per_px=(0.018, 0.03),
    wide=0.0,
    particles=(1, 3),
    diameters_nm=(3.0, 8.0),
    film_nm=(1.0, 3.0),
    touching=0.2,
    film_edge=0.0,
    graphite=0.0,
    empty=0.0,
    voltages_kV=(200.0, 300.0),
    dose_e_per_A2=(100.0, 1200.0),
    defocus_nm=(10.0, 90.0),
    corrected=0.7,
    aperture=1.0,
    aperture_mrad=(9.0, 16.0),
    uneven=0.1,
    spikes=0.0,
)
"""Bright field through an objective aperture, thin carbon, as published sets of gold: blur + Otsu scores near 0.8."""
SUPPORTED = replace(
    LOW_CONTRAST,
    name="supported",
    nm_per_px=(0.018, 0.04),
    particles=(1, 4),
    diameters_nm=(1.8, 9.0),
    film_nm=(1.0, 4.5),
    touching=0.3,
    voltages_kV=(80.0, 120.0, 200.0, 300.0),
    dose_e_per_A2=(50.0, 2000.0),
    defocus_nm=(-10.0, 100.0),
    aperture=0.75,
    aperture_mrad=(8.0, 20.0),
    uneven=0.2,
    spikes=0.2,
)
"""Around LOW_CONTRAST on every side, for training."""
WIDE = replace(
    SUPPORTED,
    name="wide",
    wide=1.0,
    diameters_nm=(1.5, 7.0),
    defocus_nm=(0.0, 200.0),
    dose_e_per_A2=(30.0, 1500.0),
)
"""Fields of about 33 nm with many particles, some far from focus and with bright fringes around them, for training."""
FIELD = replace(
    SUPPORTED,
    name="field",
    nm_per_px=(0.03, 0.045),
    particles=(2, 7),
    defocus_nm=(-10.0, 140.0),
)
"""Between SUPPORTED and WIDE in field of view and number of particles, for training."""
CONDITIONS = {conditions.name: conditions for conditions in (TRAINING, LOW_CONTRAST, SUPPORTED, FIELD, WIDE)}


@dataclass(frozen=True, eq=False)
class ExitWave:
    """The electron wave behind a specimen, and where its particles are.

    Parameters
    ----------
    wave : (N, N) complex64 array
        Unit incident amplitude.
    mask : (N, N) bool array
        Exact label; see :func:`workbench.micrographs.specimen.particle_mask`.
    nm_per_px, voltage_kV : float
        Pixel size and acceleration voltage.
    parameters : dict
        How the specimen was made, JSON-able.
    """

    wave: ComplexImage
    mask: BoolImage
    nm_per_px: float
    voltage_kV: float
    parameters: dict[str, Any] = field(default_factory=dict)


def simulate_exit_wave(specimen: Specimen, voltage_kV: float, *, pixels: int = PADDED) -> ExitWave:
    """Send a plane wave through a specimen by multislice.

    Parameters
    ----------
    specimen : Specimen
        The atoms.
    voltage_kV : float
        Acceleration voltage.
    pixels : int
        Samples along each edge of the cell.

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
    the Nyquist frequency; atoms of gold carry one frozen set of thermal displacements.
    """
    abtem, atoms_class = _abtem()
    positions = np.concatenate([specimen.gold, specimen.carbon]) * 10
    numbers = np.concatenate([np.full(len(specimen.gold), 79), np.full(len(specimen.carbon), 6)])
    cell = [specimen.cell_nm * 10, specimen.cell_nm * 10, specimen.height_nm * 10]
    atoms = atoms_class(numbers=numbers, positions=positions, cell=cell, pbc=True)
    with abtem.config.set({"device": "cpu", "precision": "float32", "fftw.threads": 1}):
        potential = abtem.Potential(
            atoms,
            gpts=pixels,
            slice_thickness=SLICE_ANGSTROM,
            projection="infinite",
            parametrization="kirkland",
        )
        waves = abtem.PlaneWave(energy=voltage_kV * 1e3).multislice(potential, lazy=False)
        wave = np.asarray(waves.array, np.complex64)
    # abTEM's first axis is x; a micrograph's rows are y.
    return ExitWave(
        np.ascontiguousarray(wave.T),
        particle_mask(specimen, pixels),
        specimen.cell_nm / pixels,
        voltage_kV,
        specimen.parameters | {"voltage_kV": voltage_kV, "pixels": pixels},
    )


def image_from_wave(
    wave: ExitWave, optics: Optics, seed: int, *, name: str = "simulated", crop: int = PIXELS
) -> tuple[Micrograph, BoolImage]:
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
    Micrograph, (crop, crop) bool array
        Counts, and the exact label.
    """
    optics = replace(optics, voltage_kV=wave.voltage_kV)
    counts = record(
        expose(wave.wave, wave.nm_per_px, optics, crop=crop),
        wave.nm_per_px,
        optics,
        np.random.default_rng(seed),
    )
    start = (wave.mask.shape[0] - crop) // 2
    metadata = {"dose_e_per_A2": optics.dose_e_per_A2, "voltage_kV": optics.voltage_kV}
    micrograph = Micrograph(counts.astype(np.float32), wave.nm_per_px, name, None, metadata)
    return micrograph, wave.mask[start : start + crop, start : start + crop].copy()


def simulate_set(
    out: str | Path,
    count: int,
    seed: int,
    *,
    conditions: Conditions | str = TRAINING,
    images_per_wave: int = 2,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> LabelledSet:
    """Simulate a labelled set into a folder: ``images/``, ``labels/``, ``truth/`` (JSON) and ``set.toml``.

    Parameters
    ----------
    out : path
        Folder; made if missing, and must hold no set yet.
    count : int
        How many micrographs, 512 x 512.
    seed : int
        The same seed gives the same set.
    conditions : Conditions or str
        What to draw from, or the name of one of ``CONDITIONS``.
    images_per_wave : int
        Micrographs taken of each specimen.
    progress : callable, optional
        Called with the fraction done and a sentence after each micrograph.
    stop : callable, optional
        Asked before each exit wave.

    Returns
    -------
    LabelledSet

    Raises
    ------
    DatasetError
        If the folder already holds a set.
    Stopped
        If ``stop`` says so; what was written stays.
    """
    from workbench.micrographs.writing import write_tiff

    if isinstance(conditions, str):
        if conditions not in CONDITIONS:
            raise DatasetError(f"{conditions}: no such conditions; choose one of {', '.join(CONDITIONS)}.")
        conditions = CONDITIONS[conditions]
    if count < 1 or images_per_wave < 1:
        raise DatasetError(
            f"A simulated set needs at least one micrograph a wave, not {count} at {images_per_wave}."
        )
    folder = Path(out)
    if (folder / "set.toml").exists():
        raise DatasetError(f"{folder} already holds a labelled set; name another folder.")
    for part in ("images", "labels", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    written = 0
    for index in range(-(-count // images_per_wave)):
        if stop is not None and stop():
            raise Stopped(f"The simulation was stopped after {written} of {count} micrographs.")
        rng = np.random.default_rng([seed, index])
        wave = draw_wave(conditions, rng)
        for shot in range(min(images_per_wave, count - written)):
            name = f"sim{seed}_{index:04d}_{shot}"
            optics = draw_optics(conditions, wave, rng)
            noise_seed = int(rng.integers(2**31))
            micrograph, mask = image_from_wave(wave, optics, noise_seed, name=name)
            counts = micrograph.pixels.astype(np.uint16)
            write_tiff(folder / "images" / f"{name}.tif", counts, micrograph.nm_per_px)
            write_tiff(folder / "labels" / f"{name}.tif", mask, micrograph.nm_per_px)
            truth = {
                "name": name,
                "seed": [seed, index],
                "noise_seed": noise_seed,
                "nm_per_px": wave.nm_per_px,
                "optics": optics.as_dict(),
                "specimen": wave.parameters,
            }
            (folder / "truth" / f"{name}.json").write_text(json.dumps(truth, indent=1))
            written += 1
            if progress is not None:
                progress(written / count, f"{written} of {count} micrographs simulated")
    LabelledSet.write_description(
        folder,
        name=conditions.name,
        licence="CC0-1.0",
        citation="Simulated by HRTEM Workbench with abTEM (Madsen & Susi, Open Research Europe 2021, 1:24).",
        nm_per_px=None,
        group_by=r"^(sim\d+_\d+)_",
        details={"seed": seed, "images_per_wave": images_per_wave, **asdict(conditions)},
    )
    return LabelledSet(folder)


def draw_wave(conditions: Conditions, rng: np.random.Generator) -> ExitWave:
    """Draw a specimen from the conditions and compute its exit wave."""
    wide = rng.random() < conditions.wide
    nm_per_px = float(rng.uniform(0.05, 0.065) if wide else rng.uniform(*conditions.nm_per_px))
    field_nm = nm_per_px * PADDED
    low, high = conditions.diameters_nm
    particles = int(
        rng.integers(6, 17) if wide else rng.integers(conditions.particles[0], conditions.particles[1] + 1)
    )
    if rng.random() < conditions.empty:
        particles = 0
    specimen = build_specimen(
        rng,
        cell_nm=field_nm,
        particles=particles,
        diameters_nm=(low, min(high, 0.5 * field_nm)),
        thickness_nm=float(rng.uniform(*conditions.film_nm)),
        touching=conditions.touching,
        zone_axis=conditions.zone_axis,
        edge=bool(rng.random() < conditions.film_edge),
        graphite=bool(rng.random() < conditions.graphite),
    )
    return simulate_exit_wave(specimen, float(rng.choice(conditions.voltages_kV)))


def draw_optics(conditions: Conditions, wave: ExitWave, rng: np.random.Generator) -> Optics:
    """Draw microscope and camera settings from the conditions."""
    corrected = rng.random() < conditions.corrected
    low, high = np.log(conditions.dose_e_per_A2)
    aperture = float(rng.uniform(*conditions.aperture_mrad)) if rng.random() < conditions.aperture else None
    return Optics(
        voltage_kV=wave.voltage_kV,
        defocus_nm=float(rng.uniform(*conditions.defocus_nm)),
        cs_um=float(rng.uniform(-15, 15) if corrected else rng.uniform(500, 1300)),
        focal_spread_nm=float(rng.uniform(2, 5) if corrected else rng.uniform(3, 9)),
        convergence_mrad=float(rng.uniform(0.03, 0.2)),
        astigmatism_nm=float(rng.uniform(0, conditions.astigmatism_nm)),
        astigmatism_deg=float(rng.uniform(0, 180)),
        aperture_mrad=aperture,
        drift_nm=float(rng.uniform(0, conditions.drift_nm)),
        drift_deg=float(rng.uniform(0, 180)),
        dose_e_per_A2=float(np.exp(rng.uniform(low, high))),
        psf_px=float(rng.uniform(0, 1.3)),
        gain=float(rng.uniform(5, 40)),
        readout=float(rng.uniform(1, 12)),
        offset=float(rng.uniform(0, 200)),
        uneven=float(rng.uniform(0, conditions.uneven)) if rng.random() < 0.6 else 0.0,
        uneven_seed=int(rng.integers(2**31)),
        spikes=int(rng.integers(1, 12)) if rng.random() < conditions.spikes else 0,
    )


def _abtem() -> tuple[Any, Any]:
    try:
        import abtem
        from ase import Atoms
    except ImportError as missing:
        raise WorkbenchError(
            f"Simulating micrographs needs {missing.name}, which is not installed; "
            "install it with: pip install 'hrtem-workbench[simulate]'."
        ) from missing
    return abtem, Atoms
