"""A synthetic micrograph: what is said of it, and the picture with its truth that is made of that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import fft

from workbench.micrographs.micrograph import BoolImage, FloatImage
from workbench.micrographs.synthetic.burnt_in import BurntIn, burn
from workbench.micrographs.synthetic.camera import Camera, record, to_file, to_grey
from workbench.micrographs.synthetic.contrast import Box, Exit, add_particle
from workbench.micrographs.synthetic.optics import Lens, expose
from workbench.micrographs.synthetic.particle import Particle
from workbench.micrographs.synthetic.support import Support, add_grain, add_stain, add_support

MARGIN_PX = 16
"""Drawn beyond each edge, so that nothing repeats there; more where a transform is faster with it."""


@dataclass(frozen=True)
class Scene:
    """Everything that is said of a synthetic micrograph; its noise and textures come from a generator.

    Parameters
    ----------
    particles : tuple of Particle
        Their places are in pixels of the frame; they may lie beyond it in part or whole.
    support : Support
    lens : Lens
    camera : Camera
    marks : tuple of BurntIn
    kind : str
        What it was drawn as, see `workbench.micrographs.synthetic.kinds.KINDS`.
    """

    particles: tuple[Particle, ...] = ()
    support: Support = field(default_factory=Support)
    lens: Lens = field(default_factory=Lens)
    camera: Camera = field(default_factory=Camera)
    marks: tuple[BurntIn, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Instance:
    """One particle as far as the frame shows it.

    Parameters
    ----------
    box : (slice, slice)
        Rows and columns of the frame.
    mask : bool array
        Its pixels in the box: those whose centre lies inside its outline, but for what is burnt in. Where particles
        overlap, the pixel is in the mask of each.
    particle : Particle
    """

    box: Box
    mask: BoolImage
    particle: Particle


@dataclass(frozen=True, eq=False)
class SyntheticMicrograph:
    """A picture and its truth.

    Parameters
    ----------
    pixels : (H, W) float32 array
        Grey levels from 0 to 255.
    instances : list of Instance
        One a particle of which a pixel shows, in the order of the scene.
    burnt_in : (H, W) bool array
        Which pixels show no specimen.
    scene : Scene
    """

    pixels: FloatImage
    instances: list[Instance]
    burnt_in: BoolImage
    scene: Scene

    @cached_property
    def labels(self) -> npt.NDArray[np.uint16]:
        """(H, W): n where instance n (from 1) shows, 0 elsewhere; where several overlap, the smallest of them."""
        labels = np.zeros(self.pixels.shape, np.uint16)
        areas = [-int(np.count_nonzero(one.mask)) for one in self.instances]
        for number in np.argsort(areas, kind="stable"):
            one = self.instances[number]
            labels[one.box][one.mask] = number + 1
        return labels

    @property
    def mask(self) -> BoolImage:
        """(H, W): which pixels show any particle."""
        return self.labels > 0

    def masks(self) -> BoolImage:
        """Return the mask of each particle in the whole frame, (N, H, W)."""
        masks = np.zeros((len(self.instances), *self.pixels.shape), np.bool_)
        for mask, one in zip(masks, self.instances, strict=True):
            mask[one.box] = one.mask
        return masks


def render(scene: Scene, shape: tuple[int, int], rng: np.random.Generator) -> SyntheticMicrograph:
    """Make the picture of a scene.

    Parameters
    ----------
    scene : Scene
    shape : (int, int)
        Rows and columns of the frame.
    rng : Generator
        Textures and noise.

    Returns
    -------
    SyntheticMicrograph
    """
    canvas = (fft.next_fast_len(shape[0] + 2 * MARGIN_PX), fft.next_fast_len(shape[1] + 2 * MARGIN_PX))
    top, left = ((whole - part) // 2 for whole, part in zip(canvas, shape, strict=True))
    frame = (slice(top, top + shape[0]), slice(left, left + shape[1]))
    wave = Exit.of_vacuum(canvas)
    film = add_support(scene.support, wave, rng, (top, left))
    found = [(one, add_particle(one, wave, (top, left))) for one in scene.particles]
    covered = np.zeros(canvas, np.float32)
    if scene.support.stain > 0 or scene.camera.charging:
        for _one, drawn in found:
            if drawn is not None:
                covered[drawn[0]][drawn[1]] = 1
    if scene.support.stain > 0:
        add_stain(scene.support.stain, covered, wave, rng)
    add_grain(scene.support, film, wave, rng)
    intensity = np.ascontiguousarray(expose(wave, scene.lens)[frame])
    recorded = record(intensity, covered[frame], scene.camera, rng)
    camera = _exposed(scene.camera, recorded)
    grey = to_grey(recorded, camera)
    burnt = burn(grey, scene.marks)
    shown = (_instance(one, drawn, frame, burnt) for one, drawn in found if drawn is not None)
    instances = [one for one in shown if one is not None]
    return SyntheticMicrograph(to_file(grey, camera), instances, burnt, scene)


def _exposed(camera: Camera, recorded: FloatImage) -> Camera:
    """Return the camera with black and white points that were left to the picture."""
    if camera.black is not None and camera.white is not None:
        return camera
    low, high = (float(one) for one in np.percentile(recorded[::2, ::2], (0.3, 99.7)))
    return replace(
        camera,
        black=low if camera.black is None else camera.black,
        white=high if camera.white is None else camera.white,
    )


def _instance(
    particle: Particle, drawn: tuple[Box, BoolImage], frame: Box, burnt: BoolImage
) -> Instance | None:
    box, mask = drawn
    inside, within = [], []
    for where, edge in zip(box, frame, strict=True):
        first, last = max(where.start, edge.start), min(where.stop, edge.stop)
        if first >= last:
            return None
        inside.append(slice(first - where.start, last - where.start))
        within.append(slice(first - edge.start, last - edge.start))
    place = (within[0], within[1])
    shown = mask[inside[0], inside[1]] & ~burnt[place]
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if len(rows) == 0:
        return None
    tight = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    at = tuple(
        slice(int(p.start + t.start), int(p.start + t.stop)) for p, t in zip(place, tight, strict=True)
    )
    return Instance((at[0], at[1]), np.ascontiguousarray(shown[tight]), particle)
