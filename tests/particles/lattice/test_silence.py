"""Why no lattice is found is said by what is true of the particle: its width, its pixels, what stands out of them."""

import numpy as np
import pytest
from drawn_crystals import COLUMNS, ROWS, disc, micrograph, noise, wave

from workbench.particles.lattice.silence import FAILED, why_no_lattice
from workbench.particles.lattice.spacing import Search, failed_test, particle_spectrum, sure_fringes

DISC = disc(38)


def test_a_small_particle_is_said_to_be_small_in_nm_where_they_are_known():
    image = micrograph(noise(0))
    assert why_no_lattice(image, disc(5)).startswith("the particle is 9.37 px")
    assert "px wide, and fringes are looked for from 13.2 px on" in why_no_lattice(image, disc(5))
    assert "nm wide, and fringes are looked for from 0.66 nm on" in why_no_lattice(
        image, disc(5), (0, 0), 0.05
    )


def test_a_narrow_particle_is_said_to_be_narrow():
    rod = (abs(ROWS) < 4) & (abs(COLUMNS) < 50)
    assert "px narrow, and 12 px are needed" in why_no_lattice(micrograph(noise(0)), rod)


def test_a_particle_without_contrast_is_said_to_have_none():
    assert why_no_lattice(micrograph(0 * ROWS), DISC) == "all of its pixels are alike"


def test_in_noise_nothing_stands_out():
    said = why_no_lattice(micrograph(noise(0)), DISC, (0, 0), 0.05)
    assert said.startswith("no spot at 0.11 to 0.63 nm stands out")


@pytest.mark.parametrize(
    ("drawn", "failed"),
    [
        (wave(11.5, 30) * (abs(COLUMNS) > 7.5), "place"),
        (wave(5, 0) * (COLUMNS < -5), "unsure"),
        (30 * np.sin(2 * np.pi * ROWS / 7), "lines"),
    ],
)
def test_what_stands_out_and_is_no_lattice_is_named_by_the_test_that_it_fails(drawn, failed):
    image = micrograph(noise(0) + drawn)
    assert why_no_lattice(image, DISC) == FAILED[failed]


def test_fringes_that_are_sure_fail_no_test():
    image = micrograph(noise(0) + 2 * DISC * wave(5, 30))
    spectrum, corner = particle_spectrum(image, DISC)
    (fringes,) = sure_fringes(spectrum, image, corner)
    assert failed_test(spectrum, fringes, image, corner, Search.of(spectrum)) == ""
