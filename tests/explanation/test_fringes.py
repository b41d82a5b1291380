"""Lattice or contrast: hand-made networks of which it is known what they use."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import ExplanationError
from workbench.explanation import windows
from workbench.explanation.bands import GOLD_NM, band_filter, band_per_nm
from workbench.explanation.explain import explain
from workbench.explanation.frequency_sums import FrequencySums, transform
from workbench.explanation.methods import registry
from workbench.explanation.outline import soft_outline
from workbench.explanation.targets import Target
from workbench.micrographs.information_limit import information_limit_per_nm
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.steps import Convolution

NM_PER_PX = 0.04
FRINGE_PX = GOLD_NM["111"] / NM_PER_PX
KERNEL = 49


class Square(nn.Module):
    def forward(self, x):
        return x**2


class FringesAndContrast(SegmentationModule):
    """Logit: ``fringes`` x squared amplitude of 111 fringes along the rows, plus ``contrast`` x smoothed intensity."""

    def __init__(self, fringes=0.0, contrast=0.0, offset=0.0):
        super().__init__(classes=1, dilation=1, levels=1, options={})
        at = np.arange(KERNEL) - KERNEL // 2
        rows, columns = np.meshgrid(at, at, indexing="ij")
        blob, wide = (np.exp(-(rows**2 + columns**2) / (2 * sigma**2)) for sigma in (4.0, 8.0))
        phase = 2 * np.pi * columns / FRINGE_PX
        waves = [blob * np.cos(phase), blob * np.sin(phase)]
        waves[0] -= blob * waves[0].sum() / blob.sum()  # no answer to an even micrograph
        self.waves = fixed(np.stack(waves) / blob.sum())
        self.smooth = fixed(wide[None] / wide.sum())
        self.square, self.fringes, self.contrast, self.offset = Square(), fringes, contrast, offset

    def path(self):
        return [Convolution(KERNEL)]

    def forward(self, x):
        amplitude = self.square(self.waves(x)).sum(1, keepdim=True)
        return self.fringes * amplitude + self.contrast * self.smooth(x) + self.offset


def fixed(kernels):
    layer = nn.Conv2d(1, len(kernels), KERNEL, padding=KERNEL // 2, bias=False)
    layer.weight.data = torch.from_numpy(kernels).float()[:, None]
    return layer


def network(**weights):
    card = Card(name="known", architecture="known", input=Input(standardise="none", outliers="none"))
    return Network(FringesAndContrast(**weights).eval(), card)


def particle(amplitude=1.0, level=1.0, radius=35, noise=0.0, nm_per_px=NM_PER_PX):
    """A disc of fringes on a level of its own above even surroundings; the mean is 0."""
    rows, columns = np.mgrid[:160, :160]
    inside = np.hypot(rows - 80, columns - 80) <= radius
    pixels = inside * (level + amplitude * np.cos(2 * np.pi * columns / FRINGE_PX))
    pixels = pixels + noise * np.random.default_rng(1).standard_normal(inside.shape)
    pixels = pixels - pixels.mean()
    return Micrograph(pixels.astype(np.float32), nm_per_px, "fringes"), Target("particle", inside, (80, 80))


def even_about_the_target():
    """Nothing but two specks in far corners, because an even micrograph is refused."""
    pixels = np.zeros((160, 160), np.float32)
    pixels[:3, :3], pixels[-3:, -3:] = 1, -1
    return Micrograph(pixels, NM_PER_PX, "even")


def explained(net, shown, method="integrated_gradients", **options):
    if method == "integrated_gradients":
        options = {"steps": 3, **options}  # Gauss's rule is exact for a quadratic answer
    return explain(shown[0], net, shown[1], method, device="cpu", **options)


def test_a_network_that_answers_to_fringes_uses_the_lattice_band():
    found = explained(network(fringes=1.0), particle(noise=0.1)).spectrum()
    assert found.lattice_share > 0.97
    assert abs(found.contrast_share) < 0.02
    ring = found.frequency_per_nm[found.used.argmax()]
    assert ring == pytest.approx(1 / GOLD_NM["111"], abs=0.25)


def test_a_network_that_answers_to_smoothed_intensity_uses_contrast():
    found = explained(network(contrast=1.0), particle(noise=0.1)).spectrum()
    assert found.contrast_share > 0.97
    assert abs(found.lattice_share) < 0.01
    assert found.lattice_share_of_micrograph > 0.2  # the fringes are there; they are not used


@pytest.mark.parametrize("level", [0.25, 1.0, -1.0])
def test_a_sum_of_both_is_split_as_its_two_terms(level):
    shown = particle(level=level)
    both = network(fringes=1.0, contrast=1.0)
    # each alone, on the same micrograph: the answers, not the maps
    fringes = explained(network(fringes=1.0), shown).value
    contrast = explained(network(contrast=1.0), shown).value
    found = explained(both, shown).spectrum()
    whole = abs(fringes) + abs(contrast)
    assert found.lattice_share == pytest.approx(fringes / whole, abs=0.03)
    # the sharp rim of the disc holds a few percent of what lies between the bands
    assert found.contrast_share == pytest.approx(contrast / whole, abs=0.05)
    assert abs(found.other_share) < 0.05
    assert found.value == pytest.approx(fringes + contrast, abs=0.03 * whole)


def test_one_pixel_of_a_linear_band_pass_filter_uses_the_lattice_band():
    class Linear(FringesAndContrast):
        def forward(self, x):
            return self.waves(x)[:, :1]

    net = Network(Linear().eval(), network().card)
    micrograph, _ = particle()
    for method in ("gradient", "gradient_x_input"):
        found = explain(micrograph, net, (80, 80), method, device="cpu").spectrum()
        assert abs(found.lattice_share) > 0.9  # against the answer where the fringe is dark


def test_the_power_of_the_product_takes_a_fringe_for_contrast():
    found = explained(network(fringes=1.0), particle(level=0.0)).spectrum()
    low = found.frequency_per_nm < 1
    lattice = np.abs(found.frequency_per_nm - 1 / GOLD_NM["111"]) < 1
    twice = np.abs(found.frequency_per_nm - 2 / GOLD_NM["111"]) < 1
    assert found.product[low].sum() > 0.5 * found.product.sum()
    assert found.product[twice].sum() > 0.1 * found.product.sum()
    assert found.product[lattice].sum() < 0.02 * found.product.sum()
    assert found.used[lattice].sum() > 0.95 * found.used.sum()


def test_terms_of_all_frequencies_add_up_to_the_sum_over_pixels():
    rng = np.random.default_rng(0)
    slope, image = rng.standard_normal((2, 50, 150))
    sums = FrequencySums(NM_PER_PX)
    x = transform(image)
    sums.add((transform(slope).conj() * x).real / x.size)
    assert sums.total == pytest.approx((slope * image).sum(), rel=1e-9)
    shares = sums.shares()
    assert sum(abs(share) for share in shares) == pytest.approx(1)
    signs = sums.map().sum(dtype=np.float64)
    assert signs == pytest.approx(sum(shares), abs=1e-4)


def test_white_noise_holds_as_much_lattice_as_the_band_has_area():
    noise = transform(np.random.default_rng(0).standard_normal((512, 512)))
    sums = FrequencySums(NM_PER_PX)
    sums.add(np.abs(noise) ** 2)
    low, high = band_per_nm("lattice", NM_PER_PX)
    area = math.pi * (high**2 - low**2) * NM_PER_PX**2
    assert sums.shares()[0] == pytest.approx(area, rel=0.02)


def test_a_map_that_only_says_where_weights_the_micrographs_own_power(monkeypatch):
    even = registry.Method(
        "even", "Even", lambda given, watch: np.ones_like(given.pixels), True, True, False, "place"
    )
    monkeypatch.setitem(registry._METHODS, "even", even)
    found = explained(network(contrast=1.0), particle(), "even").spectrum()
    np.testing.assert_allclose(found.used, found.micrograph, atol=1e-9)
    assert found.lattice_share == pytest.approx(found.lattice_share_of_micrograph)
    assert found.sentences[0].startswith("Of what this map highlights")


def test_without_a_pixel_size_no_frequency_is_called_lattice():
    found = explained(network(fringes=1.0), particle(nm_per_px=None)).spectrum()
    assert (found.lattice_share, found.contrast_share, found.frequency_per_nm) == (None, None, None)
    assert found.unit == "1/px"
    assert found.lines == {}
    assert "pixel size is not known" in found.line
    assert found.frequency[found.used.argmax()] == pytest.approx(1 / FRINGE_PX, abs=0.01)


def test_a_pixel_size_that_is_given_takes_the_place_of_one_that_is_not_known():
    known = explained(network(fringes=1.0), particle()).spectrum()
    given = explained(network(fringes=1.0), particle(nm_per_px=None)).spectrum(nm_per_px=NM_PER_PX)
    assert given.lattice_share == pytest.approx(known.lattice_share)
    assert given.lines == pytest.approx({name: 1 / spacing for name, spacing in GOLD_NM.items()})


def test_pixels_too_large_for_fringes_say_so():
    found = explained(network(contrast=1.0), particle(nm_per_px=0.2)).spectrum()
    assert found.lattice_share is None
    assert found.contrast_share is not None
    assert "cannot hold lattice fringes" in " ".join(found.sentences)
    assert "not resolved" in found.line


def test_a_particle_smaller_than_a_lattice_spacing_still_has_a_spectrum():
    found = explained(network(contrast=1.0), particle(radius=2)).spectrum()
    shares = (found.lattice_share, found.contrast_share, found.other_share)
    assert sum(abs(share) for share in shares) == pytest.approx(1)
    assert np.isfinite(found.used).all()


def test_a_constant_micrograph_has_nothing_to_share():
    shown = even_about_the_target(), particle()[1]
    found = explained(network(fringes=1.0, contrast=1.0), shown).spectrum()
    assert found.lattice_share is None
    assert "no attribution" in found.line
    assert math.isnan(found.inside)


def test_a_spectrum_travels_and_prints():
    found = explained(network(fringes=1.0), particle()).spectrum()
    again = pickle.loads(pickle.dumps(found))
    assert again.line == found.line
    assert json.loads(json.dumps(found.to_dict()))["lattice_share"] == pytest.approx(found.lattice_share)


def test_a_target_in_tiles_has_the_spectrum_of_the_whole(monkeypatch):
    net, shown = network(fringes=1.0, contrast=1.0), particle(noise=0.1)
    whole = explained(net, shown)
    monkeypatch.setattr(windows, "MOST_BYTES", 90 * 90 * 8 * 4)
    cut = explained(net, shown)
    assert len(cut.parts) > 1
    assert cut.spectrum().value == pytest.approx(whole.spectrum().value, rel=1e-3)
    assert cut.spectrum().lattice_share == pytest.approx(whole.spectrum().lattice_share, abs=0.01)
    assert cut.without("lattice").value_after == pytest.approx(whole.without("lattice").value_after, rel=0.02)


def test_without_the_lattice_a_fringe_detector_finds_nothing():
    shown = particle(level=1.0)
    found = explained(network(fringes=1.0, offset=-0.1), shown).without("lattice")
    empty = -0.1 * found.pixels
    assert found.value_after - empty < 0.05 * (found.value_before - empty)
    assert found.kept < 0.02
    assert found.mask_before > 0.9 * found.pixels
    assert found.removed == pytest.approx(math.sqrt(0.5), rel=0.1)  # of a cosine of amplitude 1
    assert found.value_control > found.value_before  # noise adds fringes of its own


def test_without_contrast_a_fringe_detector_finds_what_it_found():
    found = explained(network(fringes=1.0, offset=-0.1), particle()).without("contrast")
    assert found.value_after == pytest.approx(found.value_before, rel=0.02)
    assert found.kept > 0.98


def test_without_contrast_a_contrast_detector_finds_nothing():
    found = explained(network(contrast=1.0, offset=-0.5), particle()).without("contrast")
    assert found.value_after == pytest.approx(-0.5 * found.pixels, rel=0.1)
    assert found.kept < 0.02
    assert found.dice < 0.05


@pytest.mark.parametrize("band", ["lattice", "between"])
def test_without_the_lattice_a_contrast_detector_finds_what_it_found(band):
    found = explained(network(contrast=1.0, offset=-0.5), particle()).without(band)
    assert found.value_after == pytest.approx(found.value_before, abs=0.02 * found.pixels)
    assert found.kept > 0.97
    assert found.dice > 0.97


def test_the_same_seed_draws_the_same_control():
    made = explained(network(fringes=1.0), particle(noise=0.1))
    first, second = made.without("lattice", seed=3), made.without("lattice", seed=3)
    assert first == second
    assert made.without("lattice", seed=4).value_control != first.value_control
    assert pickle.loads(pickle.dumps(first)) == first
    assert json.loads(json.dumps(first.to_dict()))["kept"] == first.kept


def test_an_even_micrograph_has_no_band_to_remove():
    shown = even_about_the_target(), particle()[1]
    found = explained(network(contrast=1.0), shown).without("lattice")
    assert found.line == "no lattice to remove here"
    assert found.kept is None


def test_what_cannot_be_removed_is_said():
    with pytest.raises(ExplanationError, match="no known pixel size"):
        explained(network(contrast=1.0), particle(nm_per_px=None)).without("lattice")
    with pytest.raises(ExplanationError, match="cannot hold the lattice band"):
        explained(network(contrast=1.0), particle(nm_per_px=0.2)).without("lattice")
    with pytest.raises(ExplanationError, match="no band 'edges'"):
        explained(network(contrast=1.0), particle()).without("edges")


def test_a_soft_outline_is_one_on_the_target_and_fades_out():
    selected = np.zeros((60, 60), np.bool_)
    selected[30, 30] = True
    found = soft_outline(selected, 4, 10)
    assert found[30, 34] == 1
    assert found[30, 39] == pytest.approx(0.5, abs=1e-6)
    assert found[30, 44:].max() == pytest.approx(0, abs=1e-9)


def test_neighbouring_bands_add_up_and_only_contrast_lets_the_mean_through():
    at = np.linspace(0, 6, 61)
    rings = [band_filter(at, *ends) for ends in ((0, 1), (1, 3.6), (3.6, 7.7))]
    np.testing.assert_allclose(sum(rings), 1, atol=1e-6)
    assert [ring[0] for ring in rings] == pytest.approx([1, 0, 0], abs=1e-3)
    assert rings[0][10] == pytest.approx(0.5)


def test_the_information_limit_is_that_of_the_textbook_and_never_made_up(tmp_path):
    pixels = np.zeros((4, 4), np.float32)
    known = Micrograph(pixels, metadata={"voltage_kV": 300.0, "focal_spread_nm": 3.0})
    # 300 kV: 1.9687 pm; sqrt(pi x 0.0019687 x 3 / 2) = 0.0963 nm
    assert information_limit_per_nm(known) == pytest.approx(1 / 0.0963, rel=1e-3)
    assert information_limit_per_nm(Micrograph(pixels, metadata={"voltage_kV": 300.0})) is None
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "w1.json").write_text(
        json.dumps({"optics": {"voltage_kV": 300.0, "focal_spread_nm": 3.0}})
    )
    simulated = Micrograph(pixels, source=tmp_path / "images" / "w1.tif")
    assert information_limit_per_nm(simulated) == information_limit_per_nm(known)
    assert information_limit_per_nm(Micrograph(pixels, source=tmp_path / "images" / "w2.tif")) is None
