"""The lattice of a particle on paper: rings and spots where they belong, words that say what was found."""

import math

import numpy as np
import pytest
from figure_files import page_mm, texts_of_svg
from matplotlib.patches import Circle

from workbench.errors import WorkbenchError
from workbench.figures.figure import save_figure
from workbench.figures.lattice import figure_lattice
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.lattice.one_particle import lattice_of_particle

NM = 0.05
ROWS, COLUMNS = np.mgrid[:120, :120] - 60.0
DISC = np.hypot(ROWS, COLUMNS) < 45


def wave(nm, degrees):
    turn = math.radians(degrees)
    return np.cos(2 * np.pi * (COLUMNS * math.cos(turn) - ROWS * math.sin(turn)) * NM / nm)


def of(*waves, nm_per_px=NM, particle=DISC):
    noise = np.random.default_rng(0).normal(size=ROWS.shape)
    pixels = (noise + 2 * DISC * sum((wave(*one) for one in waves), 0 * ROWS)).astype(np.float32)
    return lattice_of_particle(particle.astype(np.int32), 1, Micrograph(pixels, nm_per_px, "m"))


GOLD = ((0.2039, 20), (0.2039, 110))


def circles(axis):
    return [patch for patch in axis.patches if isinstance(patch, Circle)]


def test_rings_have_the_radii_of_the_planes_and_spots_lie_at_the_fringes():
    made = figure_lattice(of(*GOLD))
    rings = [one for one in circles(made.axes[1]) if one.center == (0, 0)]
    assert [one.radius for one in rings] == pytest.approx(
        [NM / nm for nm in (0.2357, 0.2041, 0.1443, 0.1231)], rel=1e-3
    )
    at = [one.center for one in circles(made.axes[1]) if one.center != (0, 0)]
    wanted = [
        (sign * NM / nm * math.cos(math.radians(turn)), sign * NM / nm * math.sin(math.radians(turn)))
        for nm, turn in GOLD
        for sign in (1, -1)
    ]
    assert sorted(at) == [pytest.approx(place, abs=2e-3) for place in sorted(wanted)]


@pytest.mark.parametrize("width_mm", [85, 180])
def test_it_is_as_wide_on_paper_as_asked_and_says_what_was_found(tmp_path, width_mm):
    made = figure_lattice(of(*GOLD), width_mm=width_mm)
    save_figure(made, tmp_path / "f.pdf")
    assert page_mm((tmp_path / "f.pdf").read_bytes())[0] == pytest.approx(width_mm, abs=0.1)
    save_figure(made, tmp_path / "f.svg")
    said = " ".join(texts_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8")))
    for words in (
        "(a) Particle 1",
        "(b) Power spectrum",
        "zone axis [001].",
        "1: 0.204",
        "rings: Au, Ag",
        "111",
    ):
        assert words in said


def test_without_a_pixel_size_there_is_no_ring_and_spacings_are_in_px():
    made = figure_lattice(of(*GOLD, nm_per_px=None))
    assert all(one.center != (0, 0) for one in circles(made.axes[1]))
    assert "px" in made.axes[1].get_xlabel()
    assert "nm" not in made.axes[1].get_xlabel()


def test_a_particle_without_a_lattice_is_drawn_with_why():
    tiny = np.hypot(ROWS, COLUMNS) < 5
    made = figure_lattice(of(particle=tiny))
    assert made.axes[1].get_title(loc="left") == "(b) No spectrum"
    assert made.axes[0].get_xlabel().replace("\n", " ").startswith("No lattice found: the particle is 0.46")
    assert not circles(made.axes[1])


def test_a_width_that_no_paper_has_is_refused():
    with pytest.raises(WorkbenchError, match="mm wide on paper"):
        figure_lattice(of(), width_mm=3)
