"""What is burnt into a picture is found, and what is specimen is not taken for it."""

from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from workbench.micrographs.mark_finding import find_marks
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.samples import open_sample, sample_names
from workbench.networks.loading import load_network
from workbench.segmentation.segmenting import segment

HEIGHT, WIDTH = 480, 512


@cache  # what is drawn on it is drawn on a copy
def particles(seed=0, shape=(HEIGHT, WIDTH), grey=(150, 90), noise=12):
    """Draw dark blurred discs on a noisy ground, as 8-bit grey levels."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    image = np.full(shape, grey[0], np.float64)
    for _ in range(12):
        row, column, radius = (random.uniform(0, edge) for edge in (*shape, 40))
        image[np.hypot(rows - row, columns - column) < radius + 8] = grey[1]
    return np.clip(ndimage.gaussian_filter(image, 1.5) + random.normal(0, noise, shape), 0, 255).astype(
        np.uint8
    )


def drawn(pixels, draw):
    """Draw on a picture; return it and where it was drawn."""
    image = Image.fromarray(pixels)
    draw(ImageDraw.Draw(image))
    after = np.asarray(image)
    return after.astype(np.float32), after != pixels


def letters(size):
    return ImageFont.load_default(size)


def covered(marks, shape):
    boxes = np.zeros(shape, bool)
    for mark in marks:
        boxes[mark.box] = True
    return boxes


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("rows", [24, 60])
@pytest.mark.parametrize("written", [True, False])
def test_a_data_bar_is_found_whatever_its_grey(ground, rows, written):
    def bar(draw):
        draw.rectangle((0, HEIGHT - rows, WIDTH, HEIGHT), fill=ground)
        if written:
            ink = 0 if ground else 255
            draw.text((10, HEIGHT - rows + 4), "HV 200 kV  mag 50 kx", fill=ink, font=letters(14))
            draw.line((380, HEIGHT - 8, 480, HEIGHT - 8), fill=ink, width=3)

    pixels, _ = drawn(particles(), bar)
    (mark,) = find_marks(pixels)
    assert mark.kind == "data bar"
    assert (mark.left, mark.right, mark.bottom) == (0, WIDTH, HEIGHT)
    assert HEIGHT - rows - 8 <= mark.top <= HEIGHT - rows


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("quality", [None, 80])
@pytest.mark.parametrize("factor", [1, 4])
def test_a_scale_bar_and_its_letters_are_found(ink, quality, factor):
    def bar(draw):
        draw.rectangle((340 * factor, 440 * factor, 470 * factor, 447 * factor), fill=ink)
        draw.text((370 * factor, 412 * factor), "200 nm", fill=ink, font=letters(22 * factor))

    pixels, where = drawn(particles(shape=(HEIGHT * factor, WIDTH * factor)), bar)
    if quality is not None:
        kept = BytesIO()
        Image.fromarray(pixels.astype(np.uint8)).save(kept, "JPEG", quality=quality)
        pixels = np.asarray(Image.open(kept)).astype(np.float32)
    boxes = covered(find_marks(pixels), pixels.shape)
    assert boxes[where].mean() > 0.95
    assert boxes.mean() < 0.05


def test_a_label_on_a_ground_of_its_own_and_a_letter_in_a_corner_are_found():
    def label(draw):
        draw.rectangle((0, 0, 70, 50), fill=255)
        draw.text((14, 4), "(a)", fill=0, font=letters(34))

    pixels, where = drawn(particles(), label)
    boxes = covered(find_marks(pixels), pixels.shape)
    assert boxes[where].all()
    assert boxes.mean() < 0.04
    pixels, where = drawn(particles(3), lambda draw: draw.text((12, 4), "B", fill=0, font=letters(44)))
    assert covered(find_marks(pixels), pixels.shape)[where].mean() > 0.9


@pytest.mark.parametrize("name", sample_names())
@pytest.mark.parametrize("ink", [0, 255])
def test_letters_are_found_amid_noise_that_reaches_their_grey(name, ink):
    micrograph, _ = open_sample(name)
    low, high = np.percentile(micrograph.pixels, [0.5, 99.5])
    grey = (20 + 215 * (micrograph.pixels - low) / (high - low)).clip(0, 255).astype(np.uint8)

    def label(draw):
        draw.text((12, 8), "(a)", fill=ink, font=letters(25))
        draw.rectangle((338, 460, 471, 468), fill=ink)
        draw.text((362, 418), "10 nm", fill=ink, font=letters(25))

    pixels, where = drawn(grey, label)
    boxes = covered(find_marks(pixels), pixels.shape)
    assert boxes[where & (pixels == ink)].mean() > 0.99
    assert boxes.mean() < 0.03


@pytest.mark.parametrize("name", sample_names())
def test_no_sample_has_a_mark(name):
    micrograph, _ = open_sample(name)
    assert find_marks(micrograph.pixels) == ()


def rods():
    random = np.random.default_rng(4)
    image = Image.new("L", (WIDTH, HEIGHT), 200)
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, angle = random.uniform(0, WIDTH), random.uniform(0, HEIGHT), random.uniform(0, np.pi)
        along = 26 * np.array([np.cos(angle), np.sin(angle)])
        draw.line((x - along[0], y - along[1], x + along[0], y + along[1]), fill=10, width=11)
    grey = ndimage.gaussian_filter(np.asarray(image, np.float32), 1.2)
    return np.clip(grey + random.normal(0, 6, grey.shape), 0, 255)


def vacuum():
    """Return a film whose ragged edge ends in white vacuum along the top, as of no bar."""
    random = np.random.default_rng(5)
    edge = 100 + ndimage.gaussian_filter1d(random.normal(0, 60, WIDTH), 8)
    picture = particles(5).astype(np.float32)
    picture[np.arange(HEIGHT)[:, None] < edge] = 255
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        particles(1).astype(np.float32),
        particles(2, grey=(220, 0), noise=2).astype(np.float32),
        rods(),
        vacuum(),
        np.random.default_rng(6).normal(size=(300, 400)),
        np.random.default_rng(7).poisson(3.0, (300, 400)),
        np.full((200, 200), 7.0),
        np.zeros((1, 1)),
        np.add.outer(np.sin(np.arange(256) / 1.3), np.zeros(256)),
    ],
    ids=["particles", "saturated", "rods", "vacuum", "noise", "counts", "constant", "pixel", "fringes"],
)
def test_specimen_is_no_mark(picture):
    assert covered(find_marks(picture), picture.shape).mean() < 0.002


@pytest.mark.parametrize(
    ("period", "angle", "seed"), [(4.1, 125, 0), (6, 171, 0), (9, 56, 1), (9, 148, 0), (9, 148, 1)]
)
def test_lattice_fringes_are_no_text(period, angle, seed):
    rows, columns = np.mgrid[:256, :256]
    across = rows * np.sin(np.deg2rad(angle)) + columns * np.cos(np.deg2rad(angle))
    particle = np.exp(-((np.hypot(rows - 128, columns - 120) / 50) ** 2))
    noise = np.random.default_rng(seed).normal(0, 15, rows.shape)
    pixels = 1000 + particle * (180 * np.cos(2 * np.pi * across / period) - 60) + noise
    assert find_marks(pixels) == ()


def test_a_micrograph_knows_what_is_left_out_and_can_be_told_otherwise():
    pixels, _ = drawn(particles(), lambda draw: draw.rectangle((0, 440, WIDTH, HEIGHT), fill=255))
    micrograph = Micrograph(pixels, 0.1)
    assert [mark.kind for mark in micrograph.left_out] == ["data bar"]
    whole = micrograph.with_marks(())
    assert whole.left_out == ()
    assert whole.specimen is whole.pixels
    assert whole.seen == whole.sha256 == micrograph.sha256 != micrograph.seen
    assert micrograph.with_nm_per_px(0.2).seen == micrograph.seen
    above = micrograph.cropped(0, micrograph.left_out[0].top)
    assert above.shape == (micrograph.left_out[0].top, WIDTH)
    assert above.left_out == ()


def test_nothing_is_found_in_a_mark_and_the_rest_as_without_it():
    clean = particles(8)
    pixels, where = drawn(clean, lambda draw: draw.rectangle((0, 440, WIDTH, HEIGHT), fill=0))
    found = segment(Micrograph(pixels, 0.1), "otsu")
    taken = segment(Micrograph(pixels, 0.1, marks=()), "otsu")
    alone = segment(Micrograph(clean[:430].astype(np.float32), 0.1), "otsu")
    assert not found.probability[where].any()
    assert taken.mask()[where].mean() > 0.9  # what happens without
    assert (found.mask()[:400] == alone.mask()[:400]).mean() > 0.98


def test_a_network_finds_nothing_in_a_mark():
    pixels, where = drawn(particles(8, (160, 160)), lambda draw: draw.rectangle((0, 140, 160, 160), fill=0))
    network = load_network("unet")
    assert (segment(Micrograph(pixels, 0.1, marks=()), network).probability[where] > 0.5).any()
    assert not segment(Micrograph(pixels, 0.1), network).probability[where].any()


def test_rods_along_the_rows_with_the_noise_of_the_picture_are_specimen():
    random = np.random.default_rng(0)
    pixels = random.normal(100, 3, (256, 256))
    for top in (40, 100, 160):
        pixels[top : top + 10, 50:150] -= 70
    assert find_marks(pixels) == ()
    pixels[200:210, 50:150] = 20
    assert [(mark.kind, mark.top) for mark in find_marks(pixels)] == [("scale bar", 198)]
