"""The lattice of one particle on the page: pictures, words and tables, of what is chosen."""

import re

import numpy as np
import pytest
from drawn_lattices import NM_PER_PX
from widget_doings import Told

from workbench.app.particles.lattice_box import LatticeBox, words_html
from workbench.app.particles.lattice_state import PICK


@pytest.fixture
def box(crystals):
    return LatticeBox(crystals.session, lambda: None)


@pytest.fixture
def told(box):
    """What its two pictures send."""
    return Told(box.particle), Told(box.spectrum)


def choose(page, name):
    page.particles.chosen = page.number(name)
    page.counted()


def tables(content):
    return [
        [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
        for table in re.findall(r"<table>(.*?)</table>", content)
    ]


def test_where_none_is_chosen_it_says_how_to(box, crystals, told):
    assert PICK in box.words.value
    assert box.save.disabled
    choose(crystals, "large")
    assert not box.save.disabled
    crystals.particles.chosen = 0
    assert PICK in box.words.value
    assert [sent[-1][0].get("width", sent[-1][0].get("edge")) for sent in told] == [0, 0]


def test_it_has_the_particle_its_spectrum_with_rings_and_spots_and_tables(box, crystals, told):
    choose(crystals, "large")
    (particle, (grey,)), (spectrum, _greys) = (sent[-1] for sent in told)
    assert particle["width"] * particle["height"] == len(grey)
    assert (particle["pixel"], particle["in_nm"]) == (NM_PER_PX, True)
    corners = np.concatenate([np.reshape(line, (-1, 2)) for line in particle["lines"]])
    assert np.ptp(corners, axis=0) == pytest.approx([41, 41], abs=2)
    assert [ring["name"] for ring in spectrum["rings"]] == [
        f"{metals} {planes}" for planes in ("111", "200") for metals in ("Au, Ag", "Pt, Pd")
    ]
    assert spectrum["rings"][2]["per_px"] == pytest.approx(NM_PER_PX / 0.2041, rel=1e-3)
    assert len(spectrum["spots"]) == 2
    assert sorted(spot["angle_deg"] for spot in spectrum["spots"]) == pytest.approx([10, 100], abs=1)
    spots, phases = tables(box.words.value)
    assert [row[0] for row in spots] == ["1", "2"]
    assert all(row[1].startswith("0.20") for row in spots)
    assert [row[0] for row in phases][:2] in (["Au", "Ag"], ["Ag", "Au"])
    assert "zone axis [001]." in box.words.value
    count = len(crystals.particles.found.table)
    assert re.fullmatch(rf"Particle {crystals.number('large')} of {count}, (1.9|2.0)\d nm", box.title.value)


def test_silence_is_one_sentence_with_a_picture(box, crystals, told):
    choose(crystals, "right")
    assert "No lattice found: no spot at" in box.words.value
    assert tables(box.words.value) == []
    assert told[1][-1][0]["spots"] == []
    choose(crystals, "small")
    assert "No lattice found: the particle is" in box.words.value
    assert told[0][-1][0]["width"] > 0
    assert told[1][-1][0] == {"kind": "spectrum", "edge": 0}


def test_a_particle_at_the_edge_and_one_without_a_pixel_size_say_so(box, crystals, told):
    choose(crystals, "edge")
    assert "The edge of the micrograph cuts the particle" in box.words.value
    crystals.session.set_nm_per_px(None)
    crystals.rest()
    choose(crystals, "large")
    assert "The pixel size is not known" in box.words.value
    assert ">d, px</th>" in box.words.value
    assert (told[0][-1][0]["pixel"], told[0][-1][0]["in_nm"]) == (1.0, False)
    assert told[1][-1][0]["rings"] == []
    assert box.title.value.endswith(" px")


def test_it_is_grey_while_it_is_not_of_what_is_set(box, crystals, lattice):
    assert "hw-stale" not in box.box._dom_classes
    choose(crystals, "large")
    crystals.session.set_threshold("unet", 0.4)
    crystals.counted()
    assert "hw-stale" in box.box._dom_classes
    crystals.rest()
    assert "hw-stale" not in box.box._dom_classes
    lattice.stale = True
    assert "hw-stale" in box.box._dom_classes


def test_phases_that_are_typed_are_compared_and_what_is_none_is_refused(box, crystals, lattice, told):
    choose(crystals, "large")
    box.phases.value = "Ag"
    crystals.counted()
    assert [ring["name"] for ring in told[1][-1][0]["rings"]] == ["111", "200", "220", "311"]
    box.phases.value = "cu"
    crystals.counted()
    assert (lattice.phases, box.phases.value) == (["Cu"], "Cu")
    assert "fit none of Cu" in box.words.value
    box.phases.value = "gold"
    assert "gold is no phase known here" in crystals.session.message
    assert (lattice.phases, box.phases.value) == (["Cu"], "Cu")


def test_buttons_go_from_particle_to_particle(box, crystals):
    box.after.click()
    box.after.click()
    crystals.counted()
    assert box.title.value.startswith("Particle 2 of")
    box.before.click()
    crystals.counted()
    assert box.title.value.startswith("Particle 1 of")


def test_words_are_escaped(crystals, lattice):
    choose(crystals, "right")
    object.__setattr__(lattice.seen, "why_none", "a <b>")
    assert "a &lt;b&gt;." in words_html(lattice.seen)
