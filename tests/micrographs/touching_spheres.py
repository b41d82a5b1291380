"""An array of spheres that touch, drawn here, and networks that part them."""

from pathlib import Path

import numpy as np

from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.loading import networks

ROWS, COLUMNS, SPACING, RADIUS, MARGIN = 5, 6, 27, 15, 26
SPHERES = ROWS * COLUMNS


def micrograph_of_spheres():
    """Return an array in square contact, 3 px narrower than two radii apart, dark on bright, at 0.1 nm per px."""
    y, x = np.mgrid[: 2 * MARGIN + SPACING * (ROWS - 1), : 2 * MARGIN + SPACING * (COLUMNS - 1)]
    away = [(y - row) ** 2 + (x - column) ** 2 for row, column in centres_of_spheres()]
    thickness = np.sqrt(np.maximum(0, 1 - np.min(away, axis=0) / RADIUS**2))
    pixels = 100 - 50 * thickness + np.random.default_rng(0).normal(size=thickness.shape)
    return Micrograph(pixels.astype(np.float32), 0.1, "spheres")


def centres_of_spheres():
    """Return row and column of each, row by row."""
    return [
        (MARGIN + SPACING * row, MARGIN + SPACING * column)
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def nearest_sphere(rows, columns):
    """Return which sphere the centre of each particle lies nearest to."""
    away = [
        np.hypot(np.asarray(rows) - row, np.asarray(columns) - column) for row, column in centres_of_spheres()
    ]
    return np.argmin(away, axis=0).tolist()


def save_thick(path, smallest_diameter_px=None):
    """Save a network of two outputs to which dark is particle, and the darker the farther from the rim."""
    import torch

    from workbench.networks.checkpoint import save_checkpoint
    from workbench.networks.registry import build

    module = build("mixed_scale", depth=1, distance=True).eval()
    with torch.no_grad():
        for head, slope, shift in ((module.head, -10.0, 8.0), (module.distance_head, -0.5, 0.5)):
            head.weight[:] = torch.tensor([slope, 0.0])[None, :, None, None]
            head.bias[:] = shift
    card = Card(name="thick", architecture="mixed_scale", smallest_diameter_px=smallest_diameter_px)
    save_checkpoint(Path(path), module, card)
    return path


def parting_networks():
    """Return the names of networks that give a distance: that of `save_thick`, and the U-Net if it ships with one."""
    return ["thick", *(card.name for card in networks() if card.name == "unet" and card.distance)]
