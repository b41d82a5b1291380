"""Synthetic micrographs of what microscopes show besides gold at atomic resolution, fast enough to train on as drawn.

Particles are bodies of analytic geometry with a thickness along the beam; the wave behind them is known in closed form
(projection approximation), one transfer function makes the image. No atoms, no multislice: for those see
:mod:`workbench.micrographs.simulation`. Lengths are in pixels, as nobody knows the pixel size of most pictures.
"""

from workbench.micrographs.synthetic.burnt_in import BurntIn
from workbench.micrographs.synthetic.camera import Camera
from workbench.micrographs.synthetic.drawing import draw, draw_scene
from workbench.micrographs.synthetic.kinds import KINDS
from workbench.micrographs.synthetic.optics import Lens
from workbench.micrographs.synthetic.particle import SHAPES, Crystal, Material, Particle
from workbench.micrographs.synthetic.scene import Instance, Scene, SyntheticMicrograph, render
from workbench.micrographs.synthetic.support import SUPPORTS, Support

__all__ = [
    "KINDS",
    "SHAPES",
    "SUPPORTS",
    "BurntIn",
    "Camera",
    "Crystal",
    "Instance",
    "Lens",
    "Material",
    "Particle",
    "Scene",
    "Support",
    "SyntheticMicrograph",
    "draw",
    "draw_scene",
    "render",
]
