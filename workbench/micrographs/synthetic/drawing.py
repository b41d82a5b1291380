"""Scenes drawn at random: kind, support, lens, camera, what is burnt in. One generator decides everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.micrographs.synthetic.camera import Camera
from workbench.micrographs.synthetic.captions import draw_marks
from workbench.micrographs.synthetic.kinds import KINDS, Kind
from workbench.micrographs.synthetic.optics import Lens
from workbench.micrographs.synthetic.particle import Particle
from workbench.micrographs.synthetic.scene import Scene, SyntheticMicrograph, render
from workbench.micrographs.synthetic.support import Support

NARROWEST_PX, WIDEST_PX = 5.0, 400.0
Range = tuple[float, float]
_DEPTHS = {"oxide": (0.1, 0.45), "lacey": (0.02, 0.1)}
"""Ranges of the optical depth of supports, where they differ from those of a carbon film."""


def draw(
    rng: np.random.Generator,
    shape: tuple[int, int] = (256, 256),
    *,
    kinds: Sequence[str] = tuple(KINDS),
    widths_px: Range = (NARROWEST_PX, WIDEST_PX),
    inverted: float = 0.1,
    burnt_in: float = 0.5,
) -> SyntheticMicrograph:
    """Draw a micrograph with its truth.

    Parameters
    ----------
    rng : Generator
        Everything comes from it: the same state gives the same micrograph.
    shape : (int, int)
        Rows and columns.
    kinds : sequence of str
        Names in `KINDS`, of which one is drawn by its weight.
    widths_px : (float, float)
        Narrowest and widest median of a size distribution.
    inverted : float
        Chance of particles lighter than the background: dark field, or negative stain.
    burnt_in : float
        Chance of letters, a scale bar and other things that are burnt in.

    Returns
    -------
    SyntheticMicrograph

    Raises
    ------
    KeyError
        If there is no such kind.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.micrographs.synthetic import draw
    >>> drawn = draw(np.random.default_rng(3), (128, 128), kinds=["array"])
    >>> drawn.pixels.shape, int(drawn.labels.max()) == len(drawn.instances)
    ((128, 128), True)
    """
    scene = draw_scene(rng, shape, kinds=kinds, widths_px=widths_px, inverted=inverted, burnt_in=burnt_in)
    return render(scene, shape, rng)


def draw_scene(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    kinds: Sequence[str] = tuple(KINDS),
    widths_px: Range = (NARROWEST_PX, WIDEST_PX),
    inverted: float = 0.1,
    burnt_in: float = 0.5,
) -> Scene:
    """Draw what a micrograph shows; see `draw`."""
    weights = np.array([KINDS[name].weight for name in kinds])
    name = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    kind = KINDS[name]
    median = _median(kind, widths_px, rng)
    particles = kind.draw(shape, median, rng)
    how = "bright field"
    if rng.random() < inverted:
        how = "dark field" if rng.random() < 0.5 or kind.supports.get("oxide") else "negative stain"
    if how == "negative stain":
        particles = [_light(one) for one in particles]
    support = _support(name, kind, how, median, rng)
    if support.kind == "oxide" and particles:  # most particles lie on it
        chosen = rng.integers(len(particles), size=6)
        support = replace(support, places=tuple((particles[n].row, particles[n].column) for n in chosen))
    camera = _camera(name, support, how, rng)
    lens = _lens(name, how, rng)
    marks = draw_marks(shape, rng) if rng.random() < burnt_in else ()
    return Scene(tuple(particles), support, lens, camera, marks, name)


def _light(particle: Particle) -> Particle:
    """Return a particle of matter that absorbs little beside heavy stain, as of proteins and polymers."""
    material = particle.material
    return replace(
        particle,
        material=replace(
            material,
            mean_free_path_px=10 * material.mean_free_path_px,
            phase_per_px=0.2 * material.phase_per_px,
        ),
        crystal=None,
    )


def _median(kind: Kind, widths_px: Range, rng: np.random.Generator) -> float:
    low, high = (float(np.clip(end, *widths_px)) for end in kind.widths_px)
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _support(name: str, kind: Kind, how: str, median: float, rng: np.random.Generator) -> Support:
    names = tuple(kind.supports)
    chances = np.array([kind.supports[one] for one in names])
    chosen = names[int(rng.choice(len(names), p=chances / chances.sum()))]
    grainy = name == "lattice" or rng.random() < 0.2
    return Support(
        chosen,
        depth=_log(rng, *_DEPTHS.get(chosen, (0.02, 0.25))),
        grain=_log(rng, 0.06, 0.45)
        if grainy
        else float(rng.choice([0.0, _log(rng, 0.02, 0.1)], p=[0.3, 0.7])),
        grain_px=float(rng.uniform(0.4, 1.6)),
        unevenness=float(rng.choice([0.0, 0.05, 0.15])),
        scale_px=_log(rng, 60, 300)
        if chosen != "oxide"
        else float(np.clip(median * _log(rng, 4, 10), 40, 220)),
        contamination=0.0 if rng.random() < 0.6 else float(rng.uniform(0.1, 1)),
        stain=_log(rng, 0.3, 1.5) if how == "negative stain" else 0.0,
    )


def _lens(name: str, how: str, rng: np.random.Generator) -> Lens:
    defocus = _log(rng, 0.6, 7) if rng.random() < 0.85 else 0.0
    if name == "lattice":
        defocus = _log(rng, 0.8, 5)
    drift = float(rng.exponential(2)) if rng.random() < 0.1 else 0.0
    return Lens(
        fresnel_px=defocus if rng.random() < 0.75 else -defocus,
        coherence_px=float(rng.uniform(0.05, 0.5)),
        blur_px=float(rng.choice([0.0, rng.exponential(0.8), rng.uniform(1.5, 4)], p=[0.35, 0.57, 0.08])),
        drift_px=drift,
        drift_angle=float(rng.uniform(0, np.pi)),
        dark_field=how == "dark field",
    )


def _camera(name: str, support: Support, how: str, rng: np.random.Generator) -> Camera:
    dose = _log(rng, 8, 300) if name == "lattice" else _log(rng, 60, 20000)
    background = float(np.exp(-support.depth - support.stain)) if support.kind != "oxide" else 1.0
    black: float | None = background * float(rng.uniform(-0.4, 0.2))
    white: float | None = background * float(rng.uniform(1.05, 1.9))
    if rng.random() < 0.1:
        white = background * float(rng.uniform(0.85, 1.02))  # the background is saturated
    if how == "dark field" or rng.random() < 0.3:
        black = white = None
    return Camera(
        electrons_per_px=dose,
        readout=float(rng.uniform(0, 0.1 * dose**0.5)),
        psf_px=float(rng.choice([0.0, rng.uniform(0.4, 0.8), rng.uniform(0.8, 1.6)])),
        sharpened=float(rng.uniform(0.2, 1.5)) if rng.random() < 0.12 else 0.0,
        vignetting=float(rng.uniform(0, 0.3)) if rng.random() < 0.25 else 0.0,
        gradient=float(rng.exponential(0.1)) if rng.random() < 0.4 else 0.0,
        gradient_angle=float(rng.uniform(0, 2 * np.pi)),
        uneven=float(rng.exponential(0.03)) if rng.random() < 0.3 else 0.0,
        charging=float(rng.normal(0, 0.25)) if rng.random() < 0.12 else 0.0,
        black=black,
        white=white,
        gamma=_log(rng, 0.6, 1.6) if rng.random() < 0.3 else 1.0,
        jpeg=int(rng.integers(35, 96)) if rng.random() < 0.55 else None,
    )
