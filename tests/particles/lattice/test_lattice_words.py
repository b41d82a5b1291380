"""What is said of a lattice: no more than was found."""

import re

import numpy as np
import pytest
from drawn_crystals import COLUMNS, crystal, disc, micrograph, noise, wave

from workbench.micrographs.micrograph import Micrograph
from workbench.particles.lattice.lattice_words import (
    cautions,
    notes,
    phase_rows,
    plane_text,
    spot_rows,
    verdict,
)
from workbench.particles.lattice.one_particle import lattice_of_particle

NM = 0.05
DISC = disc(38)
GOLD = noise(1) + 1.5 * DISC * crystal((0, 1, 1), 33, NM)


def of(image, nm_per_px=NM, particle=DISC, **options):
    return lattice_of_particle(
        particle.astype(np.int32), 1, Micrograph(micrograph(image), nm_per_px, "m"), **options
    )


def test_of_gold_phase_and_zone_axis_are_named_with_planes_and_chances():
    seen = of(GOLD)
    assert verdict(seen) == "Au or Ag, zone axis [011]."
    rows = spot_rows(seen)
    assert [row.number for row in rows] == ["1", "2", "3"]
    assert all(re.fullmatch(r"0\.2\d+\(\d+\)", row.spacing) for row in rows)
    assert sorted(re.sub("[^0-9]", "", row.plane) for row in rows) == ["002", "111", "111"]
    assert {row.what for row in rows} == {"its own"}
    compared = {row.phase: row for row in phase_rows(seen)}
    assert set(compared) == {"Au", "Ag", "Pt", "Pd", "Cu"}
    assert [compared[name].said for name in ("Au", "Ag", "Cu")] == ["fits", "fits", "does not fit"]
    assert compared["Cu"].wider.startswith("+12.")
    assert compared["Cu"].spacings == "< 0.1 %"
    assert compared["Au"].zone == "[011]"
    assert cautions(seen) == []
    assert not any(row.wider.startswith("−0.0") for row in compared.values())
    said = " ".join(notes(seen))
    assert "ratio is 1.15" in said
    assert "angle 54." in said
    assert "Rings: Au, Ag." in said


def test_without_a_pixel_size_spacings_are_in_px_and_nothing_is_compared():
    seen = of(GOLD, None)
    assert "no phase is named, as the pixel size is not known" in verdict(seen)
    assert all(4 < float(row.spacing.split("(")[0]) < 5 for row in spot_rows(seen))
    assert phase_rows(seen) == []
    said = " ".join([*cautions(seen), *notes(seen)])
    assert "spacings are in px, and no phase is compared" in said
    assert "ratio is 1.15" in said
    assert "Rings" not in said


def test_phases_that_do_not_fit_are_not_named():
    seen = of(GOLD, phases=["Cu", "CeO2"])
    assert verdict(seen) == "Fringes of a lattice, which fit none of Cu, CeO2."
    assert {row.said for row in phase_rows(seen)} <= {"does not fit", "no planes near"}
    assert len(phase_rows(seen)) == 2
    assert all(row.plane == "" for row in spot_rows(seen))
    assert "Rings: Cu, for comparison only." in notes(seen)


def test_one_set_of_fringes_names_no_phase_and_says_why():
    seen = of(noise(1) + 1.5 * DISC * wave(4.7, 20))
    assert verdict(seen) == "One set of fringes only: no phase is named from it."
    assert "Malm and O'Keefe" in " ".join(cautions(seen))
    assert phase_rows(seen) == []


def test_a_second_order_is_called_so():
    rows = spot_rows(of(noise(1) + 2 * DISC * (wave(6, 20) + wave(3, 20))))
    assert [row.what for row in rows] == ["its own", "order 2 of no. 1"]


def test_two_grains_are_called_so():
    left = COLUMNS < 0
    seen = of(noise(1) + 3 * DISC * np.where(left, wave(5, 20), wave(4, 110)))
    assert "as of two grains or a twin" in verdict(seen)
    assert {row.what for row in spot_rows(seen)} == {"grain 1", "grain 2"}


def test_fringes_of_the_support_are_called_so():
    seen = of(noise(1) + 1.5 * wave(6.8, 20))
    assert verdict(seen).startswith("Fringes of the support")
    assert [row.what for row in spot_rows(seen)] == ["graphite of the support"]


def test_silence_has_a_reason_and_the_edge_is_named():
    seen = of(noise(1))
    assert verdict(seen).startswith("No lattice found: no spot at 0.11 to 0.63 nm stands out")
    assert (spot_rows(seen), phase_rows(seen)) == ([], [])
    cut = of(noise(1), particle=np.roll(DISC, 60, axis=1))
    assert any("edge of the micrograph cuts the particle" in said for said in cautions(cut))


@pytest.mark.parametrize(("plane", "said"), [((1, -1, 1), "(1-11)"), ((0, 0, 12), "(0 0 12)")])
def test_planes_are_in_round_brackets(plane, said):
    assert plane_text(plane) == said
