"""Lattice fringes are found where they are, and nowhere else."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.samples import open_sample
from workbench.particles.lattice.spacing import lattice_spacing_px, particle_spectrum, sure_fringes
from workbench.particles.measuring import measure

ROWS, COLUMNS = np.mgrid[:200, :200].astype(float)


def disc(radius: float) -> np.ndarray:
    return np.hypot(ROWS - 100, COLUMNS - 100) < radius


def rod(length: float, width: float, degrees: float) -> np.ndarray:
    turn = math.radians(degrees)
    u = (COLUMNS - 100) * math.cos(turn) + (ROWS - 100) * math.sin(turn)
    v = (ROWS - 100) * math.cos(turn) - (COLUMNS - 100) * math.sin(turn)
    return (abs(u) < length / 2) & (abs(v) < width / 2)


def fringes(spacing: float, degrees: float) -> np.ndarray:
    turn = math.radians(degrees)
    return np.cos(2 * np.pi * (COLUMNS * math.cos(turn) + ROWS * math.sin(turn)) / spacing + 1)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, ROWS.shape)


def spacing(pixels: np.ndarray, mask: np.ndarray) -> float:
    return measure(mask, Micrograph((100 + pixels).astype(np.float32), None, "m")).lattice_px.item()


def without_lattice():
    path = Path(__file__).parents[3] / "benchmarks" / "without_lattice.py"
    spec = importlib.util.spec_from_file_location("without_lattice", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DRAWN = without_lattice()


@pytest.mark.parametrize("period", [2.25, 2.5, 3.2, 4, 5.3, 8])
def test_fringes_are_found_within_a_percent_at_any_angle(period):
    mask = disc(35)
    found = {
        degrees: spacing(noise(degrees) + mask * (fringes(period, degrees) - 2), mask)
        for degrees in (0, 5, 22, 45, 60, 90, 133, 178)
    }
    assert found == pytest.approx(dict.fromkeys(found, period), rel=0.01)


@pytest.mark.parametrize("degrees", [0, 30, 90])
def test_fringes_across_and_along_a_rod_are_found(degrees):
    mask = rod(120, 30, 0)
    assert spacing(noise(degrees) + mask * fringes(3, degrees), mask) == pytest.approx(3, rel=0.01)


def test_the_spacing_of_a_table_is_in_nm():
    mask = disc(35)
    micrograph = Micrograph((noise(1) + mask * fringes(5, 20)).astype(np.float32), 0.0471, "m")
    assert measure(mask, micrograph).lattice_nm.item() == pytest.approx(0.2355, rel=0.01)
    assert math.isnan(measure(mask, micrograph, lattice=False).lattice_nm.item())


def test_fringes_in_half_of_a_particle_are_found():
    mask = disc(60)
    for degrees in (0, 40, 90):
        grain = mask & (ROWS < 100)
        found = spacing(noise(degrees) + 2 * grain * fringes(4, degrees), mask)
        assert found == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize("period", [2.02, 2.05, 2.1, 2.15, 2.19])
@pytest.mark.parametrize("contrast", [1, 3, 30])
def test_fringes_shorter_than_the_shortest_looked_for_are_not_reported_as_longer(period, contrast):
    mask = disc(40)
    found = [
        spacing(noise(degrees) + contrast * mask * fringes(period, degrees), mask)
        for degrees in (0, 17, 45, 71, 90)
    ]
    assert [value for value in found if not math.isnan(value)] == []


def test_nothing_is_found_in_what_is_all_the_same():
    mask = disc(40)
    assert math.isnan(spacing(np.zeros(ROWS.shape), mask))
    assert math.isnan(spacing(-30.0 * mask, mask))
    assert math.isnan(spacing(-3 * mask + 0.1 * COLUMNS, mask))


def test_the_strongest_fringes_are_reported():
    mask = disc(50)
    pixels = noise(3) + mask * (2 * fringes(4.1, 20) + fringes(3, 100))
    assert spacing(pixels, mask) == pytest.approx(4.1, rel=0.01)


def sure(pixels: np.ndarray, mask: np.ndarray, **options) -> list[float]:
    spectrum, corner = particle_spectrum((100 + pixels).astype(np.float32), mask)
    found = sure_fringes(spectrum, (100 + pixels).astype(np.float32), corner, 20, **options)
    return [1 / fringes.per_px for fringes in found]


def test_all_sets_of_fringes_are_found_the_strongest_first():
    mask = disc(50)
    pixels = noise(3) + mask * (2 * fringes(4.1, 20) + fringes(3, 100) + 0.7 * fringes(5.2, 60))
    assert sure(pixels, mask) == pytest.approx([4.1, 3, 5.2], rel=0.005)
    assert sure(pixels, mask)[0] == lattice_spacing_px((100 + pixels).astype(np.float32), mask)


def test_second_orders_come_last_and_only_where_they_are_asked_for():
    mask = disc(50)
    pixels = noise(4) + mask * (2 * fringes(9, 20) + fringes(4.5, 20) + fringes(4, 80))
    assert sure(pixels, mask) == pytest.approx([9, 4], rel=0.01)
    assert sure(pixels, mask, orders=True) == pytest.approx([9, 4, 4.5], rel=0.01)


def test_where_none_of_the_first_candidates_is_sure_no_later_one_is(monkeypatch):
    mask = disc(50)
    pixels = noise(5) + mask * (2 * fringes(4.1, 20) + fringes(3, 100))
    monkeypatch.setattr("workbench.particles.lattice.spacing.MOST_CANDIDATES", 0)
    assert sure(pixels, mask) == []


def test_the_second_harmonic_is_not_taken_for_the_lattice():
    mask = disc(50)
    pixels = noise(4) + mask * (2 * fringes(9, 20) + fringes(4.5, 20))
    assert spacing(pixels, mask) == pytest.approx(9, rel=0.01)


def test_scan_lines_go_on_beside_the_particle_and_fringes_do_not():
    mask = disc(35)
    lines = np.cos(2 * np.pi * ROWS / 4.3)
    assert math.isnan(spacing(noise(5) + 3 * lines, mask))
    assert spacing(noise(5) + 3 * lines * mask, mask) == pytest.approx(4.3, rel=0.01)


def test_a_particle_that_fills_the_frame_has_fringes_too():
    mask = np.ones(ROWS.shape, bool)
    for degrees in (0, 30, 90):
        assert spacing(noise(6) + fringes(5, degrees), mask) == pytest.approx(5, rel=0.01)


def test_specks_have_no_fringes():
    for radius in (0.6, 1, 2, 5):
        assert math.isnan(spacing(noise(7) + 5 * fringes(3, 10), disc(radius)))


@pytest.mark.parametrize("shape", [(1, 150), (150, 1), (2, 150), (150, 2), (3, 90)])
def test_lines_have_no_fringes(shape):
    mask = np.zeros(ROWS.shape, bool)
    mask[20 : 20 + shape[0], 20 : 20 + shape[1]] = True
    assert math.isnan(spacing(noise(8), mask))


@pytest.mark.parametrize("unit", [1e-12, 1e9])
def test_the_unit_of_the_intensities_does_not_matter(unit):
    mask = disc(35)
    pixels = (100 + noise(9) + mask * fringes(4, 20)) * unit
    found = measure(mask, Micrograph(pixels.astype(np.float32), None, "m")).lattice_px.item()
    assert found == pytest.approx(4, rel=0.01)


def test_surroundings_are_looked_at_where_there_are_some():
    mask = disc(35)
    pixels = (100 + noise(8) + 3 * np.cos(2 * np.pi * ROWS / 4.3)).astype(np.float32)
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    corner = (box[0].start, box[1].start)
    assert math.isnan(lattice_spacing_px(pixels, mask[box], corner))


def test_gold_of_the_bundled_micrographs_has_the_spacings_of_gold():
    micrograph, truth = open_sample("easy")
    table = measure(truth, micrograph)
    found = table.lattice_nm.dropna()
    assert len(found) >= 2
    gold = 0.4079 / np.sqrt([3, 4, 8, 11, 12, 16])
    for value in found:
        assert min(abs(value / gold - 1)) < 0.012


@pytest.mark.parametrize("name", list(DRAWN.KINDS))
def test_particles_without_a_lattice_have_no_spacing(name):
    """A few of the thousands of `benchmarks/lattice_false_alarms.py`, small ones."""
    found = {}
    for number in range(12):
        pixels, inside = DRAWN.one_of(name, 1, number, largest=90)
        value = measure(inside, Micrograph(pixels, None, "m")).lattice_px.max()
        if not math.isnan(value):
            found[number] = value
    assert found == {}


def test_a_particle_that_is_rim_all_over_has_no_fringes():
    """A mask of threads that hang together is one particle, wide in area and thin everywhere."""
    random = np.random.default_rng(0)
    threads = ndimage.gaussian_filter(random.normal(size=(512, 512)), 2) > -0.02
    pixels = random.normal(size=threads.shape) + np.sin(0.55 * np.arange(512))[:, np.newaxis]
    assert np.isnan(lattice_spacing_px(pixels.astype(np.float32), threads))
