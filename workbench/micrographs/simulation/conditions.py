"""What simulated sets are drawn from: named conditions, and a person's own as a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import DatasetError
from workbench.micrographs.simulation.particles import ALL_SHAPES, SHAPES


def _ordered(given: tuple[float, float]) -> tuple[float, float]:
    if given[0] > given[1]:
        raise ValueError("a range is two numbers, the smaller one first")
    return given


def _within(low: float, high: float) -> AfterValidator:
    """Check that a range lies within limits beyond which atoms or pixels would not fit into memory."""

    def check(given: tuple[float, float]) -> tuple[float, float]:
        if not low <= _ordered(given)[0] <= given[1] <= high:
            raise ValueError(f"the range must lie within {low:g} and {high:g}")
        return given

    return AfterValidator(check)


def _known(given: tuple[str, ...]) -> tuple[str, ...]:
    strange = [shape for shape in given if shape not in ALL_SHAPES]
    if strange or not given:
        raise ValueError(f"choose from {', '.join(ALL_SHAPES)}")
    return given


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Conditions(BaseModel):
    """What a simulated set is drawn from: ranges are uniform, except the dose, which is log-uniform.

    See :class:`workbench.micrographs.simulation.optics.Optics` for the parameters of the microscope.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = "training"
    nm_per_px: Annotated[Range, _within(0.005, 0.15)] = (0.018, 0.035)
    wide: Chance = Field(
        0.3,
        description="chance of a field about 31 nm across: 0.05 to 0.065 nm/px, 6 to 16 particles",
    )
    particles: Annotated[tuple[int, int], _within(0, 200)] = Field(
        (1, 4), description="how many, where coverage does not say"
    )
    coverage: Annotated[Range, _within(0, 1)] | None = Field(
        None, description="part of the field that particles cover, at least one"
    )
    diameters_nm: Annotated[Range, _within(0.5, 40)] = (1.5, 7.0)
    spread: Chance | None = Field(
        None, description="each specimen has a mean diameter, and up to this relative spread around it"
    )
    structures: tuple[str, ...] = Field(("Au",), min_length=1, description="metals by symbol, or .cif files")
    shapes: Annotated[tuple[str, ...], AfterValidator(_known)] = SHAPES
    grown_together: bool = Field(False, description="particles in each other's way are grown together")
    rounding: Chance = Field(0.0, description="chance that a particle's corners are taken off")
    film_nm: Annotated[Range, _within(0, 40)] = (2.0, 8.0)
    bare: Chance = Field(0.0, description="chance of no film at all")
    touching: Chance = 0.3
    zone_axis: Chance = 0.35
    film_edge: Chance = 0.2
    graphite: Chance = 0.15
    wavy: bool = Field(False, description="graphitic layers are short and wavy")
    unevenness: Chance = Field(0.0, description="the film is thinner in places, by up to this share")
    empty: Chance = 0.03
    voltages_kV: tuple[Annotated[float, Field(ge=20, le=1500)], ...] = Field(
        (80.0, 120.0, 200.0, 300.0), min_length=1
    )
    configurations: int = Field(1, ge=1, le=64, description="frozen phonons, averaged incoherently")
    sampling_nm: Annotated[float, Field(gt=0)] | None = Field(
        None, description="the wave is sampled at least so finely, whatever the pixel size"
    )
    dose_e_per_A2: Annotated[Range, _within(0.1, 1e6)] = (20.0, 2000.0)
    defocus_nm: Range = (-20.0, 100.0)
    corrected: Chance = 0.6
    aperture: Chance = Field(0.4, description="chance of an objective aperture")
    aperture_mrad: Annotated[Range, _within(0.5, 100)] = (7.0, 20.0)
    astigmatism_nm: float = Field(6.0, ge=0)
    drift_nm: float = Field(0.06, ge=0)
    vibration_nm: float = Field(0.0, ge=0, description="largest spread of the image by vibration and fields")
    psf_tail: Chance = Field(0.0, description="largest part of the signal that the scintillator spreads far")
    fixed_pattern: Chance = Field(0.0, description="largest spread of the pixels' gain")
    uneven: Chance = 0.25
    spikes: Chance = 0.3


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
"""Bright field through an objective aperture, thin carbon, as published sets of gold."""
SUPPORTED = LOW_CONTRAST.model_copy(
    update={
        "name": "supported",
        "nm_per_px": (0.018, 0.04),
        "particles": (1, 4),
        "diameters_nm": (1.8, 9.0),
        "film_nm": (1.0, 4.5),
        "touching": 0.3,
        "voltages_kV": (80.0, 120.0, 200.0, 300.0),
        "dose_e_per_A2": (50.0, 2000.0),
        "defocus_nm": (-10.0, 100.0),
        "aperture": 0.75,
        "aperture_mrad": (8.0, 20.0),
        "uneven": 0.2,
        "spikes": 0.2,
    }
)
"""Around LOW_CONTRAST on every side, for training."""
WIDE = SUPPORTED.model_copy(
    update={
        "name": "wide",
        "wide": 1.0,
        "diameters_nm": (1.5, 7.0),
        "defocus_nm": (0.0, 200.0),
        "dose_e_per_A2": (30.0, 1500.0),
    }
)
"""Fields of about 33 nm with many particles, some far from focus and with bright fringes around them, for training."""
FIELD = SUPPORTED.model_copy(
    update={
        "name": "field",
        "nm_per_px": (0.03, 0.045),
        "particles": (2, 7),
        "defocus_nm": (-10.0, 140.0),
    }
)
"""Between SUPPORTED and WIDE in field of view and number of particles, for training."""
FULL = Conditions(
    name="full",
    nm_per_px=(0.015, 0.08),
    wide=0.0,
    coverage=(0.05, 0.35),
    diameters_nm=(1.5, 10.0),
    spread=0.5,
    structures=("Au", "Ag", "Pt", "Pd"),
    shapes=ALL_SHAPES,
    grown_together=True,
    rounding=0.6,
    film_nm=(2.0, 10.0),
    wavy=True,
    unevenness=0.3,
    bare=0.08,
    empty=0.02,
    voltages_kV=(80.0, 100.0, 120.0, 200.0, 300.0),
    sampling_nm=0.045,
    defocus_nm=(-20.0, 150.0),
    aperture=0.5,
    astigmatism_nm=8.0,
    drift_nm=0.08,
    vibration_nm=0.05,
    psf_tail=0.25,
    fixed_pattern=0.02,
)
"""The whole range that the networks are judged on: four metals, every shape, 0.015 to 0.08 nm/px, 20 to 2000 e/A2."""
CONDITIONS = {
    conditions.name: conditions for conditions in (TRAINING, LOW_CONTRAST, SUPPORTED, FIELD, WIDE, FULL)
}


def find_conditions(name: str | Path) -> Conditions:
    """Return conditions by name, or from a TOML file.

    A file names what differs from the conditions that its ``like`` names (``training`` where it does not say)::

        like = "full"
        structures = ["Au", "zirconia.cif"]
        dose_e_per_A2 = [20, 200]

    Paths of CIFs in it are relative to the file.

    Parameters
    ----------
    name : str or Path
        One of ``CONDITIONS``, or a path that ends in ``.toml``.

    Raises
    ------
    DatasetError
        If there are no such conditions, or the file says what cannot be used.
    """
    if str(name) in CONDITIONS:
        return CONDITIONS[str(name)]
    path = Path(name)
    if path.suffix.lower() != ".toml":
        raise DatasetError(
            f"{name}: no such conditions; choose one of {', '.join(CONDITIONS)}, or give a .toml file."
        )
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({(error.strerror or 'error').lower()}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise DatasetError(f"{path} is not TOML: {broken}.") from broken
    like = given.pop("like", "training")
    if like not in CONDITIONS:
        raise DatasetError(f"{path}: like = {like!r} is none of {', '.join(CONDITIONS)}.")
    try:
        conditions = Conditions(**CONDITIONS[like].model_dump() | {"name": path.stem} | given)
    except ValidationError as wrong:
        raise DatasetError(f"{path}: {_sentence(wrong)}") from wrong
    return conditions.model_copy(
        update={"structures": tuple(_beside(path, structure) for structure in conditions.structures)}
    )


def _beside(path: Path, structure: str) -> str:
    return str(path.parent / structure) if structure.lower().endswith(".cif") else structure


def _sentence(wrong: ValidationError) -> str:
    parts: list[str] = []
    for error in wrong.errors():
        key = ".".join(str(place) for place in error["loc"])
        if error["type"] == "extra_forbidden":
            parts.append(f"{key} is no setting (there are {', '.join(_settings())})")
        else:
            parts.append(f"{key} = {error['input']!r}: {_lowered(error['msg'])}")
    return "; ".join(parts) + "."


def _settings() -> list[Any]:
    return ["like", *Conditions.model_fields]


def _lowered(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
