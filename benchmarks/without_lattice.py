"""Particles without a lattice: what noise, optics, cameras and file formats put into a micrograph that is not fringes.

`KINDS` names each; a kind draws the pixels of one particle, given where the particle is. `particle` draws where, and
`one_of` both, the same for the same numbers.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Kind = Callable[[np.random.Generator, Bools], Floats]

KINDS: dict[str, Kind] = {}
SMALLEST_PX, LARGEST_PX = 20, 300
SHAPES = ("disc", "ellipse", "square", "rod", "triangle", "hexagon", "irregular", "cut by the frame")


def one_of(
    name: str, seed: int, number: int, largest: float = LARGEST_PX
) -> tuple[npt.NDArray[np.float32], Bools]:
    """Draw a particle without a lattice: its pixels and surroundings, and where it is. Small ones are more frequent."""
    rng = np.random.default_rng([seed, list(KINDS).index(name), number])
    diameter = SMALLEST_PX * (largest / SMALLEST_PX) ** (rng.random() ** 1.7)
    inside = particle(rng, SHAPES[number % len(SHAPES)], diameter)
    return (100 + KINDS[name](rng, inside)).astype(np.float32), inside


def kind(name: str) -> Callable[[Kind], Kind]:
    def enter(draw: Kind) -> Kind:
        KINDS[name] = draw
        return draw

    return enter


def particle(rng: np.random.Generator, shape: str, diameter: float) -> Bools:
    """Draw a particle of a shape, so many pixels across (that of the circle of its area), anyhow turned."""
    half = math.ceil(diameter * (1.6 if shape == "rod" else 1.05)) + 8
    rows, columns = (np.mgrid[-half : half + 1, -half : half + 1] + rng.uniform(-0.5, 0.5, (2, 1, 1))).astype(
        float
    )
    turn = rng.uniform(0, 2 * math.pi) * (rng.random() < 0.7)  # the others lie along the pixels
    u, v = columns * math.cos(turn) + rows * math.sin(turn), rows * math.cos(turn) - columns * math.sin(turn)
    radius = diameter / 2
    if shape in ("disc", "cut by the frame"):
        inside = np.hypot(u, v) < radius
    elif shape == "ellipse":
        aspect = math.sqrt(rng.uniform(1.2, 2.5))
        inside = np.hypot(u / aspect, v * aspect) < radius
    elif shape in ("square", "rod"):
        aspect = 1.0 if shape == "square" else rng.uniform(2.5, 5)
        side = radius * math.sqrt(math.pi / aspect)
        inside = (abs(u) < side * aspect / 2) & (abs(v) < side / 2)
    else:
        angle = np.arctan2(v, u)
        if shape == "irregular":
            rim = 1 + sum(
                rng.normal(0, 0.25 / n) * np.cos(n * angle + rng.uniform(0, 7)) for n in range(1, 7)
            )
            inside = np.hypot(u, v) < radius * np.maximum(rim, 0.3)
        else:
            corners = 3 if shape == "triangle" else 6
            sector = 2 * math.pi / corners
            height = radius * math.sqrt(math.pi / (corners * math.tan(sector / 2)))
            inside = np.hypot(u, v) * np.cos(angle % sector - sector / 2) < height
    found = ndimage.find_objects(inside.astype(np.uint8))[0]
    margin = math.ceil(diameter / 4) + 4
    y, x = (slice(max(0, s.start - margin), s.stop + margin) for s in found)
    inside = inside[y, x]
    if shape == "cut by the frame":
        inside = inside[int(inside.shape[0] * rng.uniform(0.35, 0.6)) :]
    return inside


def _coordinates(inside: Bools) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[: inside.shape[0], : inside.shape[1]].astype(float)
    y, x = np.nonzero(inside)
    return rows - y.mean(), columns - x.mean()


def _along(rng: np.random.Generator, inside: Bools) -> Floats:
    """Distance from the middle of the particle along some direction, as a share of its radius."""
    rows, columns = _coordinates(inside)
    turn = rng.uniform(0, 2 * math.pi) if rng.random() < 0.8 else rng.integers(4) * math.pi / 2
    return (columns * math.cos(turn) + rows * math.sin(turn)) / math.sqrt(inside.sum() / math.pi)


def _white(rng: np.random.Generator, inside: Bools) -> Floats:
    return rng.normal(0, 1, inside.shape)


def _contrast(rng: np.random.Generator, inside: Bools) -> Floats:
    """The particle darker than its surroundings, its rim as wide as a microscope's, in standard deviations."""
    return -rng.uniform(0, 6) * ndimage.gaussian_filter(inside.astype(float), rng.uniform(0.3, 2))


def camera_noise(rng: np.random.Generator, inside: Bools) -> Floats:
    """Noise of a camera: white, or as wide as its modulation transfer makes it."""
    noise = _white(rng, inside)
    if rng.random() < 0.5:
        noise = ndimage.gaussian_filter(noise, rng.uniform(0.3, 1.2))
        noise /= noise.std()
    return noise


@kind("white noise")
def white(rng: np.random.Generator, inside: Bools) -> Floats:
    return _white(rng, inside) + _contrast(rng, inside)


@kind("counted electrons")
def counted(rng: np.random.Generator, inside: Bools) -> Floats:
    expected = 10 ** rng.uniform(-0.7, 2) * (1 - rng.uniform(0, 0.6) * inside)
    return rng.poisson(expected).astype(float)


@kind("camera's modulation transfer")
def camera(rng: np.random.Generator, inside: Bools) -> Floats:
    ky, kx = np.fft.fftfreq(inside.shape[0])[:, np.newaxis], np.fft.fftfreq(inside.shape[1])
    k = np.hypot(ky, kx)
    how, width = rng.integers(3), rng.uniform(0.1, 0.5)
    transfer = (np.exp(-((k / width) ** 2)), 1 / (1 + (k / width) ** 2), np.exp(-k / width))[how]
    transfer = transfer * np.sinc(kx) * np.sinc(ky) if rng.random() < 0.5 else transfer
    noise = np.fft.ifft2(np.fft.fft2(_white(rng, inside)) * transfer).real
    return noise / noise.std() + _contrast(rng, inside) + rng.uniform(0, 0.3) * _white(rng, inside)


@kind("amorphous film, defocused")
def thon_rings(rng: np.random.Generator, inside: Bools) -> Floats:
    ky, kx = np.fft.fftfreq(inside.shape[0])[:, np.newaxis], np.fft.fftfreq(inside.shape[1])
    turn = rng.uniform(0, math.pi)
    stretch = 1 + rng.uniform(0, 0.15) * np.cos(2 * (np.arctan2(ky, kx) - turn))
    square = (ky**2 + kx**2) * stretch
    transfer = np.sin(rng.uniform(10, 120) * square + rng.uniform(0, 0.4)) * np.exp(
        -square / rng.uniform(0.03, 0.3)
    )
    film = np.fft.ifft2(np.fft.fft2(_white(rng, inside)) * transfer).real
    return film / film.std() + rng.uniform(0.1, 1.5) * _white(rng, inside) + _contrast(rng, inside)


@kind("step between two grains")
def grains(rng: np.random.Generator, inside: Bools) -> Floats:
    u = _along(rng, inside) - rng.uniform(-0.6, 0.6)
    radius = math.sqrt(inside.sum() / math.pi)
    step = 1 / (1 + np.exp(-np.clip(u * radius / rng.uniform(0.1, 2), -50, 50)))
    return camera_noise(rng, inside) + 10 ** rng.uniform(-0.5, 1.5) * step * inside + _contrast(rng, inside)


@kind("several grains and lamellae")
def lamellae(rng: np.random.Generator, inside: Bools) -> Floats:
    field = np.zeros(inside.shape)
    u = _along(rng, inside)
    for _ in range(rng.integers(2, 6)):
        across = u if rng.random() < 0.7 else _along(rng, inside)
        field += rng.normal(0, 1) * (across > rng.uniform(-0.9, 0.9))
    field = ndimage.gaussian_filter(field, rng.uniform(0.2, 1.5))
    return camera_noise(rng, inside) + 10 ** rng.uniform(-0.5, 1.2) * field * inside + _contrast(rng, inside)


@kind("bend contour")
def bend_contours(rng: np.random.Generator, inside: Bools) -> Floats:
    field = np.zeros(inside.shape)
    for _ in range(rng.integers(1, 4)):
        u, v = _along(rng, inside), _along(rng, inside)
        bent = u - rng.uniform(-0.7, 0.7) + rng.uniform(-0.4, 0.4) * v**2
        width = rng.uniform(0.04, 0.4)
        profile = np.exp(-((bent / width) ** 2) / 2)
        # Dynamical diffraction gives a contour a few weaker bands of its own.
        profile *= 1 + rng.uniform(0, 0.5) * np.cos(rng.uniform(1, 4) * bent / width)
        field -= 10 ** rng.uniform(-0.3, 1.2) * profile
    return camera_noise(rng, inside) + field * inside + _contrast(rng, inside)


@kind("gradients and wedges")
def gradients(rng: np.random.Generator, inside: Bools) -> Floats:
    u, v = _along(rng, inside), _along(rng, inside)
    field = u * 10 ** rng.uniform(-1, 1.7) + u * v * rng.uniform(-5, 5) + rng.uniform(-10, 10) * (u**2 + v**2)
    return camera_noise(rng, inside) + field + _contrast(rng, inside)


@kind("Fresnel rims")
def fresnel(rng: np.random.Generator, inside: Bools) -> Floats:
    depth = ndimage.distance_transform_edt(inside) - ndimage.distance_transform_edt(~inside)
    first = rng.uniform(2.5, 14)  # px, width of the first fringe
    phase = math.pi * (depth / first) ** 2
    reach = rng.uniform(1, 4) * first
    field = np.cos(phase + rng.uniform(0, 7)) * np.exp(-((depth / reach) ** 2))
    field = ndimage.gaussian_filter(field, rng.uniform(0.5, 1.2))
    return camera_noise(rng, inside) + 10 ** rng.uniform(-0.5, 1) * field + _contrast(rng, inside)


@kind("drift")
def drift(rng: np.random.Generator, inside: Bools) -> Floats:
    noise = _white(rng, inside)
    if rng.random() < 0.5:
        noise = ndimage.gaussian_filter(noise, rng.uniform(0.3, 2.5, 2))
        noise = _turned(noise, rng)
    else:
        length, turn = rng.uniform(1, 10), rng.uniform(0, math.pi)
        ky, kx = np.fft.fftfreq(inside.shape[0])[:, np.newaxis], np.fft.fftfreq(inside.shape[1])
        moved = np.sinc(length * (kx * math.cos(turn) + ky * math.sin(turn)))
        noise = np.fft.ifft2(np.fft.fft2(noise) * moved).real
    return noise / noise.std() + rng.uniform(0, 0.5) * _white(rng, inside) + _contrast(rng, inside)


def _turned(noise: Floats, rng: np.random.Generator) -> Floats:
    """Half of the time transposed, as the slow axis of a scan may be either."""
    if rng.random() < 0.5:
        return noise
    side = max(noise.shape)
    square = np.pad(noise, [(0, side - n) for n in noise.shape], mode="reflect")
    return square.T[: noise.shape[0], : noise.shape[1]]


@kind("row noise")
def row_noise(rng: np.random.Generator, inside: Bools) -> Floats:
    rows = rng.normal(0, 1, (inside.shape[0], 1))
    if rng.random() < 0.3:
        rows = ndimage.gaussian_filter1d(rows, rng.uniform(0.4, 2), axis=0)
    columns = rng.normal(0, 1, (1, inside.shape[1])) * rng.choice([0, 0, 1])
    rows = rows * (rng.random() < 0.8)
    return (
        camera_noise(rng, inside) + 10 ** rng.uniform(-0.7, 0.7) * (rows + columns) + _contrast(rng, inside)
    )


@kind("scan lines")
def scan_lines(rng: np.random.Generator, inside: Bools) -> Floats:
    """Lines that come again: mains hum, interlacing, the read-out ports of a camera; rows torn sideways."""
    row = np.arange(inside.shape[0])[:, np.newaxis]
    field = camera_noise(rng, inside) + _contrast(rng, inside)
    how = rng.integers(3)
    if how == 0:
        field = field + 10 ** rng.uniform(-0.7, 0.5) * np.cos(
            2 * np.pi * row / rng.uniform(2.3, 20) + rng.uniform(0, 7)
        )
    elif how == 1:
        period = rng.integers(2, 9)
        field = field + (10 ** rng.uniform(-0.7, 0.5) * rng.normal(0, 1, period))[row % period]
    else:
        shifts = np.rint(rng.normal(0, rng.uniform(0.5, 2), inside.shape[0])).astype(int)
        field = ndimage.gaussian_filter(field, rng.uniform(0.5, 2))
        field = np.stack([np.roll(line, shift) for line, shift in zip(field, shifts, strict=True)])
        field = field / field.std() + rng.uniform(0, 0.5) * _white(rng, inside)
    return field


RESAMPLINGS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "Lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


def _resized(rng: np.random.Generator, inside: Bools, name: str, scale: float, draw: Kind) -> Floats:
    """Draw at another size, so that resampling by ``scale`` gives the size asked for."""
    small = [max(4, round(n / scale)) for n in inside.shape]
    where = np.asarray(Image.fromarray(inside).resize(small[::-1], Image.Resampling.NEAREST))
    drawn = Image.fromarray(draw(rng, where).astype(np.float32))
    return np.asarray(drawn.resize(inside.shape[::-1], RESAMPLINGS[name])).astype(float)


def _plain(rng: np.random.Generator, inside: Bools) -> Floats:
    return camera_noise(rng, inside) + _contrast(rng, inside)


def _resampled(name: str, low: float, high: float) -> Kind:
    def draw(rng: np.random.Generator, inside: Bools) -> Floats:
        scale = math.exp(rng.uniform(math.log(low), math.log(high)))
        if rng.random() < 0.3:
            scale = float(rng.choice([s for s in (0.25, 0.5, 0.75, 1.25, 1.5, 2, 3, 4) if low <= s <= high]))
        return _resized(rng, inside, name, scale, _plain) + rng.choice([0, 0.1]) * _white(rng, inside)

    return draw


for _name in ("bilinear", "bicubic", "Lanczos"):
    KINDS[f"enlarged, {_name}"] = _resampled(_name, 1.05, 4)
    KINDS[f"reduced, {_name}"] = _resampled(_name, 0.25, 0.95)
KINDS["enlarged, nearest pixel"] = _resampled("nearest", 1.05, 4)


@kind("steps, contours and rims, enlarged")
def enlarged_structure(rng: np.random.Generator, inside: Bools) -> Floats:
    draw = (grains, bend_contours, inclusions, fresnel)[rng.integers(4)]
    name = str(rng.choice(["bilinear", "bicubic", "Lanczos", "nearest"]))
    return _resized(rng, inside, name, math.exp(rng.uniform(0.05, 1.4)), draw)


@kind("turned and sheared")
def turned(rng: np.random.Generator, inside: Bools) -> Floats:
    turn, order = rng.uniform(0, math.pi), int(rng.choice([1, 3]))
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    matrix = matrix @ np.array([[1, rng.uniform(-0.2, 0.2)], [0, rng.uniform(0.5, 1.2)]])
    middle = np.array(inside.shape) / 2
    field = _white(rng, inside)
    field = ndimage.affine_transform(field, matrix, middle - matrix @ middle, order=order, mode="mirror")
    return field + _contrast(rng, inside)


@kind("JPEG")
def jpeg(rng: np.random.Generator, inside: Bools) -> Floats:
    return _compressed(rng, _plain(rng, inside))


@kind("JPEG of steps, contours and gradients")
def jpeg_of_structure(rng: np.random.Generator, inside: Bools) -> Floats:
    draw = (grains, bend_contours, gradients, fresnel)[rng.integers(4)]
    return _compressed(rng, draw(rng, inside))


@kind("JPEG, then resized")
def jpeg_resized(rng: np.random.Generator, inside: Bools) -> Floats:
    name = str(rng.choice(["bilinear", "bicubic", "Lanczos"]))
    return _resized(rng, inside, name, math.exp(rng.uniform(-1, 0.8)), jpeg)


def _compressed(rng: np.random.Generator, field: Floats) -> Floats:
    # The corner of the picture, where the blocks of 8 x 8 begin, lies anywhere.
    before = rng.integers(0, 8, 2)
    wide = np.pad(field, [(n, 8) for n in before], mode="reflect")
    low, high = np.percentile(wide, [0.5, 99.5])
    grey = np.clip((wide - low) / max(high - low, 1e-9) * rng.uniform(60, 255), 0, 255)
    file = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(file, "jpeg", quality=int(rng.integers(15, 97)))
    back = np.asarray(Image.open(file)).astype(float)
    return back[before[0] : before[0] + field.shape[0], before[1] : before[1] + field.shape[1]]


@kind("few grey values, saturated, hot pixels")
def quantised(rng: np.random.Generator, inside: Bools) -> Floats:
    field = _plain(rng, inside)
    hot = rng.random(inside.shape) < 10 ** rng.uniform(-4, -2)
    field = np.where(hot, field + rng.uniform(5, 100), field)
    step = rng.uniform(0.2, 3)
    return np.clip(np.rint(field / step), -rng.integers(1, 6), rng.integers(1, 6)).astype(float)


@kind("denoised, sharpened")
def filtered(rng: np.random.Generator, inside: Bools) -> Floats:
    field = _plain(rng, inside)
    how = rng.integers(4)
    if how == 0:
        return ndimage.median_filter(field, int(rng.integers(2, 6)))
    if how == 1:
        return ndimage.uniform_filter(field, rng.integers(2, 7, 2))
    blurred = ndimage.gaussian_filter(field, rng.uniform(0.8, 4))
    if how == 2:
        return field + rng.uniform(0.5, 3) * (field - blurred)
    return ndimage.gaussian_filter(field, 0.7) - blurred


@kind("a smaller particle, a hole, a line inside")
def inclusions(rng: np.random.Generator, inside: Bools) -> Floats:
    field = np.zeros(inside.shape)
    for _ in range(rng.integers(1, 5)):
        u, v = _along(rng, inside) - rng.uniform(-0.8, 0.8), _along(rng, inside) - rng.uniform(-0.8, 0.8)
        size = rng.uniform(0.05, 0.6)
        field += rng.normal() * ((np.hypot(u, v) < size) if rng.random() < 0.7 else (abs(u) < size / 5))
    field = ndimage.gaussian_filter(field, rng.uniform(0.2, 1.5))
    return camera_noise(rng, inside) + 10 ** rng.uniform(-0.3, 1.3) * field + _contrast(rng, inside)
