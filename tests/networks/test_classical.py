"""The classical methods, which a network has to beat."""

import numpy as np
import pytest

from workbench.micrographs.cleaning import prepare
from workbench.micrographs.samples import open_sample
from workbench.networks.classical import classical_method
from workbench.networks.loading import load_network, networks
from workbench.segmentation.metrics import dice_hard
from workbench.segmentation.segmenting import segment


def test_they_are_listed_beside_the_networks():
    cards = {card.name: card for card in networks()}
    assert {"otsu", "bandpass"} <= set(cards)
    assert cards["otsu"].kind == "classical"


@pytest.mark.parametrize("sign", [1, -1])
def test_otsu_finds_a_disc_dark_or_bright(disc, sign):
    micrograph, mask = disc
    pixels = micrograph.pixels if sign == 1 else 2000 - micrograph.pixels
    changed = type(micrograph)(pixels, micrograph.nm_per_px, "disc")
    found = segment(changed, "otsu")
    assert dice_hard(found.mask(), mask) > 0.95


def test_bandpass_finds_lattice_fringes_that_otsu_cannot_see():
    from workbench.micrographs.micrograph import Micrograph

    rows, columns = np.mgrid[:256, :256]
    mask = np.hypot(rows - 128, columns - 128) < 60
    fringes = np.sin(2 * np.pi * columns * 0.02152 / 0.235)
    noise = np.random.default_rng(0).normal(size=mask.shape)
    micrograph = Micrograph((100 + 10 * fringes * mask + 10 * noise).astype(np.float32), 0.02152, "fringes")
    dice = {name: dice_hard(segment(micrograph, name).mask(), mask) for name in ("otsu", "bandpass")}
    assert dice["bandpass"] > 0.85
    assert dice["otsu"] < 0.6


def test_a_constant_micrograph_has_no_particles():
    from workbench.micrographs.micrograph import Micrograph

    flat = Micrograph(np.full((64, 64), 7, np.float32), 0.02, "flat")
    for name in ("otsu", "bandpass"):
        assert not segment(flat, load_network(name)).mask().any()


@pytest.mark.parametrize("name", ["otsu", "bandpass"])
@pytest.mark.parametrize("sample", ["easy", "touching"])
def test_x_ray_hits_change_nothing_as_the_card_says(name, sample):
    micrograph, truth = open_sample(sample)
    assert load_network(name).card.input.outliers == "xray"
    pixels = micrograph.pixels.copy()
    where = np.random.default_rng(0).choice(pixels.size, 40, replace=False)
    pixels.ravel()[where] = pixels.mean() + 1000 * pixels.std()
    hit = type(micrograph)(pixels, micrograph.nm_per_px, "hit")
    expected = dice_hard(segment(micrograph, name).mask(), truth)
    assert dice_hard(segment(hit, name).mask(), truth) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", ["otsu", "bandpass"])
def test_they_see_what_their_card_says_of_the_input(name, disc):
    micrograph, _mask = disc
    method = classical_method(name)
    given = method.card.input
    prepared = prepare(micrograph.pixels, outliers=given.outliers, standardise=given.standardise)
    score = method.score(prepared, micrograph.nm_per_px)
    found = segment(micrograph, name).probability
    threshold = score[found > 0.5].min()
    if name == "otsu":  # the other fills holes afterwards
        assert np.array_equal(found > 0.5, score >= threshold)
    assert abs(prepared.mean()) < 1e-4
    assert prepared.std() == pytest.approx(1, abs=1e-4)
