"""One particle as a person looks at it: its square of the micrograph, its spectrum, the lattice that the table has."""

import math

import numpy as np
import pytest
from drawn_crystals import crystal, disc, micrograph, noise, wave

from workbench.errors import DatasetError, WorkbenchError
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.lattice.one_particle import lattice_of_particle
from workbench.particles.measuring import measure

NM = 0.05
DISC = disc(38)
LABELS = np.zeros((160, 160), np.int32)
LABELS[DISC] = 2
LABELS[:9, :40] = 1


def of(image, nm_per_px=NM, number=2, labels=LABELS, **options):
    return lattice_of_particle(labels, number, Micrograph(micrograph(image), nm_per_px, "m"), **options)


@pytest.fixture(scope="module")
def gold():
    return of(noise(1) + 1.5 * DISC * crystal((0, 1, 1), 33, NM))


def test_it_has_the_lattice_that_the_table_has(gold):
    image = noise(1) + 1.5 * DISC * crystal((0, 1, 1), 33, NM)
    row = measure(LABELS, Micrograph(micrograph(image), NM, "m")).iloc[1]
    assert (
        (gold.lattice.phase, gold.lattice.zone_axis)
        == (row["phase"], row["zone_axis"])
        == ("Au or Ag", "[011]")
    )
    assert gold.lattice.two[0].nm == pytest.approx(row["d1_nm"])
    assert gold.lattice.compared[:2] == gold.lattice.pair
    assert len(gold.lattice.compared) == len(gold.lattice.matches[0].planes) == 3
    assert (gold.why_none, gold.cut, gold.ringed) == ("", False, ("Au", "Ag"))


def test_a_spot_lies_in_its_spectrum_where_its_spacing_and_direction_say(gold):
    grey, step = gold.spectrum_picture(384)
    middle = grey.shape[0] // 2
    assert grey.shape[0] % 2 == 1
    for one in gold.lattice.sets:
        turn = math.radians(one.angle_deg)
        row = middle - round(math.sin(turn) / one.px / step)
        column = middle + round(math.cos(turn) / one.px / step)
        assert grey[row, column] > np.percentile(grey, 99)
    assert middle * step == pytest.approx(0.5, rel=0.02)  # 0.05 nm/px over 0.1 nm


def test_the_part_of_the_micrograph_is_a_square_with_the_particle_in_its_middle(gold):
    assert gold.pixels.shape == gold.inside.shape
    assert gold.pixels.shape[0] == gold.pixels.shape[1]
    assert gold.inside.sum() == DISC.sum()
    rows, columns = np.nonzero(gold.inside)
    assert (rows.mean() + gold.corner[0], columns.mean() + gold.corner[1]) == pytest.approx((80, 80))
    grey, step = gold.picture(40)
    assert max(grey.shape) <= 40
    assert step == 3
    assert (grey.min(), grey.max()) == (0, 255)


def test_a_particle_at_the_edge_says_so_and_its_square_stays_within():
    seen = of(noise(1), number=1)
    assert seen.cut
    assert seen.corner[0] == seen.corner[1] == 0
    assert seen.pixels.shape == (52, 52)


def test_a_bar_that_lies_over_it_cuts_it_too():
    made = Micrograph(micrograph(noise(1)), NM, "m", marks=(Mark("data bar", 110, 160, 0, 160),))
    assert lattice_of_particle(LABELS, 2, made).cut


def test_a_tiny_particle_has_no_spectrum_and_says_why():
    labels = np.zeros((160, 160), np.int32)
    labels[disc(5)] = 1
    seen = of(noise(1), number=1, labels=labels)
    assert seen.spectrum is None
    assert seen.spectrum_picture(384) is None
    assert "wide, and fringes are looked for" in seen.why_none
    assert seen.ringed == ()


def test_where_nothing_fits_the_first_phase_is_ringed_and_without_a_pixel_size_none():
    image = noise(1) + 1.5 * DISC * wave(4.7, 20)
    assert of(image).ringed == ("Au",)
    assert of(image, phases=["MgO", "Cu", "MgO"]).phases == ("MgO", "Cu")
    assert of(image, phases=["MgO", "Cu"]).ringed == ("MgO",)
    assert of(image, None).ringed == ()


def test_finer_fringes_than_are_drawn_as_a_rule_are_in_the_picture():
    seen = of(noise(1) + 2 * DISC * wave(2.5, 20), 0.03)
    (one,) = seen.lattice.sets
    assert one.nm < 0.1
    grey, step = seen.spectrum_picture(384)
    assert grey.shape[0] // 2 * step > 1 / one.px


def test_no_particle_and_no_phase_are_refused():
    for number in (0, 7):
        with pytest.raises(WorkbenchError, match=f"no particle number {number}"):
            of(noise(1), number=number)
    with pytest.raises(DatasetError, match="no such phase"):
        of(noise(1), phases=["gold"])


def test_pixels_that_are_all_alike_are_drawn_grey():
    seen = of(0 * noise(1))
    assert (seen.picture(384)[0] == 128).all()
    assert seen.why_none == "all of its pixels are alike"
