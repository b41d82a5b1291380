"""The spectrum, and its spots as a table: in nm where the pixel size is known, else in pixels."""

import re
import threading

import pytest
from widget_doings import Told

from workbench.app.fourier import state
from workbench.app.fourier.box import FourierBox, spots_html
from workbench.micrographs.lattice_rings import Ring
from workbench.micrographs.power_spectrum import power_spectrum
from workbench.particles.lattice.spots import Spot

SPOTS = [Spot(5.9, 0.002, 30.04, 151.0), Spot(10.0, 0.13, 90.0, 4.0)]


def cells(table):
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]


def test_a_spot_has_its_spacing_with_its_error_its_direction_and_the_ring_that_is_near():
    table = spots_html(SPOTS, [Ring("Au 111", 0.2355), Ring("Au 200", 0.2039)], 0.04)
    assert "Spacing, nm" in table
    assert cells(table) == [
        ["1", "0.23600(8)", "30.0°", "151", "Au 111 +0.2 %"],
        ["2", "0.400(5)", "90.0°", "4", ""],
    ]


def test_without_a_pixel_size_spacings_are_in_pixels_and_no_ring_is_near():
    table = spots_html(SPOTS, [Ring("Au 111", 0.2355)], None)
    assert "Spacing, px" in table
    assert cells(table)[0] == ["1", "5.900(2)", "30.0°", "151", ""]


def test_a_ring_that_fits_to_the_last_digit_is_not_less_than_nothing_away():
    assert (
        cells(spots_html([Spot(5.887, 0.002, 0, 9)], [Ring("Au 111", 0.2355)], 0.04))[0][-1]
        == "Au 111 +0.0 %"
    )


def test_where_nothing_stands_out_that_is_said():
    assert "No spot stands out of the noise" in spots_html([], [], 0.04)


def test_the_picture_goes_out_to_a_tenth_of_a_nm_with_rings_and_spots_in_it(session):
    box = FourierBox(session)
    told = Told(box.view)
    assert "will stand here" in box.title.value
    session.fourier.active = True
    session.wait(60)
    message, buffers = told[-1]
    assert message["edge"] ** 2 == len(buffers[0])
    assert message["edge"] // 2 * message["step"] == pytest.approx(0.4, rel=0.02)  # 0.04 nm/px over 0.1 nm
    assert message["rings"][0]["name"] == "Au 111"
    assert message["rings"][0]["per_px"] == pytest.approx(0.04 / 0.2355, rel=1e-3)
    (spot,) = message["spots"]
    assert (spot["per_px"], spot["angle_deg"]) == pytest.approx((0.04 / 0.2355, 30), rel=0.01)
    assert "whole micrograph, 256 × 256 px" in box.title.value
    assert "Au 111" in box.table.value


def test_a_part_is_named_by_its_place_and_rings_are_drawn_anew(looked_at):
    box = FourierBox(looked_at)
    told = Told(box.view)
    looked_at.fourier.view = (16, 32, 144, 200)
    looked_at.wait(60)
    assert "168 × 128 px at row 16, column 32" in box.title.value
    looked_at.fourier.set_rings("0.3")
    assert [ring["name"] for ring in told[-1][0]["rings"]] == ["0.3 nm"]


def test_why_there_is_none_stands_in_its_place(looked_at):
    box = FourierBox(looked_at)
    told = Told(box.view)
    looked_at.fourier.view = (0, 0, 8, 8)
    looked_at.wait(60)
    assert "16 x 16 px at least" in box.title.value
    assert told[-1] == ({"kind": "spectrum", "edge": 0}, [])
    assert box.table.value == ""


def test_what_is_of_before_is_grey_until_what_is_shown_now_is_there(looked_at, monkeypatch):
    box = FourierBox(looked_at)
    begun, go = threading.Event(), threading.Event()

    def slowly(pixels, part):
        begun.set()
        assert go.wait(60)
        return power_spectrum(pixels, part)

    monkeypatch.setattr(state, "power_spectrum", slowly)
    assert "hw-stale" not in box.box._dom_classes
    looked_at.fourier.view = (0, 0, 64, 64)
    assert begun.wait(60)
    assert "hw-stale" in box.box._dom_classes
    go.set()
    looked_at.wait(60)
    assert "hw-stale" not in box.box._dom_classes


def test_a_box_is_named_with_its_size_in_nm_where_that_is_known(looked_at, lattice):
    box = FourierBox(looked_at)
    looked_at.fourier.set_box(16, 32, 144, 200)
    looked_at.wait(60)
    assert "of the box, 168 × 128 px (6.72 × 5.12 nm) at row 16, column 32" in box.title.value
    looked_at.show(lattice(nm_per_px=None))
    looked_at.wait(60)
    assert "of the box, 168 × 128 px at row 16, column 32" in box.title.value
