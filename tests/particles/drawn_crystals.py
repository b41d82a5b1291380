"""Particles with the lattice of a crystal, drawn as sums of waves: for several tests."""

import math

import numpy as np

GOLD_NM = 0.40786
ROWS, COLUMNS = (axis - 80.0 for axis in np.mgrid[:160, :160].astype(float))
DRAWN = {
    (0, 1, 1): [(1, 1, -1), (1, -1, 1), (2, 0, 0)],
    (0, 0, 1): [(2, 0, 0), (0, 2, 0)],
    (1, 1, 2): [(1, 1, -1), (2, -2, 0)],
    (1, 1, 1): [(2, -2, 0), (0, 2, -2)],
}
"""Zone axes of a face-centred cubic crystal, with planes along them."""


def disc(radius: float = 33.0) -> np.ndarray:
    return np.hypot(ROWS, COLUMNS) < radius


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, ROWS.shape)


def wave(period_px: float, degrees: float, phase: float = 0.3) -> np.ndarray:
    """Fringes whose normal has an angle: 0 along a row of pixels, 90 up a column."""
    turn = math.radians(degrees)
    return np.cos(2 * np.pi * (COLUMNS * math.cos(turn) - ROWS * math.sin(turn)) / period_px + phase)


def crystal(
    zone: tuple[int, int, int], degrees: float, nm_per_px: float, lattice_nm: float = GOLD_NM
) -> np.ndarray:
    """The planes of a zone axis of a cubic crystal, turned by an angle."""
    axis = np.array(zone) / np.linalg.norm(zone)
    first = np.array(DRAWN[zone][0]) / np.linalg.norm(DRAWN[zone][0])
    second = np.cross(axis, first)
    image = np.zeros(ROWS.shape)
    for plane in DRAWN[zone]:
        along, across = np.dot(plane, first), np.dot(plane, second)
        period = lattice_nm / math.hypot(along, across) / nm_per_px
        image += wave(period, degrees + math.degrees(math.atan2(across, along)), degrees)
    return image


def micrograph(image: np.ndarray) -> np.ndarray:
    return (100 + image).astype(np.float32)
