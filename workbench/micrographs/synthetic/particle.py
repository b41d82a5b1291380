"""What a particle is: its outline, its matter, its lattice. Lengths are in pixels throughout."""

from __future__ import annotations

from dataclasses import dataclass, field

SHAPES = (
    "sphere",
    "facet",
    "cube",
    "rod",
    "wire",
    "plate",
    "core_shell",
    "hollow",
    "rough",
)


@dataclass(frozen=True)
class Material:
    """How matter changes the electron wave.

    Parameters
    ----------
    mean_free_path_px : float
        Thickness of which exp(-1) of the electrons pass the objective aperture: mass-thickness contrast.
    phase_per_px : float
        Phase shift of the wave per thickness: interaction constant times mean inner potential, in rad/px.
    core : float
        How many times as strong the core of ``core_shell`` is, in both.
    texture, texture_px : float
        Relative spread of the density inside, as of pores and grains, and how wide these are.
    """

    mean_free_path_px: float = 100.0
    phase_per_px: float = 0.03
    core: float = 4.0
    texture: float = 0.0
    texture_px: float = 4.0


@dataclass(frozen=True)
class Crystal:
    """How one particle diffracts.

    Parameters
    ----------
    extinction_px : float
        Extinction distance: thickness fringes repeat with it at the Bragg condition.
    deviation : float
        Excitation error times extinction distance, at the particle's centre; 0 is the Bragg condition.
    bend : float
        Change of that across the particle's width: bend contours.
    sectors : tuple of float
        Added to the deviation, one number a sector: two are a twin, five a multiply twinned particle.
    strength : float
        Part of the diffracted electrons that the aperture stops, from 0 to 1.
    fringes : tuple of (float, float, float)
        Lattice fringes: spacing in px, direction in radians, amplitude of the relative modulation.
    """

    extinction_px: float = 40.0
    deviation: float = 0.0
    bend: float = 0.0
    sectors: tuple[float, ...] = ()
    strength: float = 0.7
    fringes: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Particle:
    """One particle.

    Parameters
    ----------
    shape : str
        One of `SHAPES`.
    row, column : float
        Its centre in the frame; pixel i covers i to i + 1.
    width_px : float
        Diameter of the circle of equal area; of ``rod`` and ``wire`` how wide they are across.
    angle : float
        Rotation in radians.
    aspect : float
        Length over width.
    sides : int
        Corners of ``facet`` and ``plate``.
    irregular : float
        0: a regular polygon; up to 0.5: sides at uneven distances.
    rounding : float
        0: sharp corners; 1: none left.
    height : float
        Thickness over width.
    core : float
        Width of the core or the cavity over the whole width; of ``wire``, where above 0, a tube.
    roughness : float
        Relative spread of the radius of ``rough``.
    curve : float
        Bend of ``wire``: its sagitta over 100 px, in px.
    seed : int
        Of the irregular, the rough, and the texture.
    material : Material
    crystal : Crystal or None
        None: amorphous, or so thin that it shows no diffraction contrast.
    """

    shape: str
    row: float
    column: float
    width_px: float
    angle: float = 0.0
    aspect: float = 1.0
    sides: int = 6
    irregular: float = 0.0
    rounding: float = 0.2
    height: float = 1.0
    core: float = 0.0
    roughness: float = 0.0
    curve: float = 0.0
    seed: int = 0
    material: Material = field(default_factory=Material)
    crystal: Crystal | None = None
