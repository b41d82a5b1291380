"""What is transformed: what the panes show, while somebody looks, and of many the last."""

import threading

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.app.fourier import state
from workbench.errors import MicrographError, WorkbenchError
from workbench.micrographs.power_spectrum import power_spectrum


def test_nothing_is_computed_before_somebody_looks(session):
    session.fourier.view = (0, 0, 100, 100)
    session.wait(60)
    assert session.fourier.spectrum is None


def test_the_whole_micrograph_is_transformed_and_its_lattice_found(looked_at):
    fourier = looked_at.fourier
    assert fourier.spectrum.box == (slice(0, 256), slice(0, 256))
    (spot,) = fourier.spots
    assert spot.px * 0.04 == pytest.approx(0.2355, rel=0.002)
    assert spot.angle_deg == pytest.approx(30, abs=0.5)
    assert fourier.said == ""


def test_of_what_the_panes_show_the_last_is_transformed(looked_at, monkeypatch):
    begun, go = threading.Event(), threading.Event()
    boxes = []

    def slowly(pixels, box):
        boxes.append(box)
        begun.set()
        assert go.wait(60)
        return power_spectrum(pixels, box)

    monkeypatch.setattr(state, "power_spectrum", slowly)
    for top in (10, 20, 30):
        looked_at.fourier.view = (top, 0, top + 128, 128)
        assert begun.wait(60)
    go.set()
    looked_at.wait(60)
    assert boxes == [(slice(top, top + 128), slice(0, 128)) for top in (10, 30)]
    assert looked_at.fourier.spectrum.box == (slice(30, 158), slice(0, 128))


def test_another_micrograph_is_transformed_anew_and_as_a_whole(looked_at, lattice):
    looked_at.fourier.view = (0, 0, 100, 100)
    looked_at.wait(60)
    looked_at.show(lattice(shape=(200, 180)))
    looked_at.wait(60)
    assert looked_at.fourier.spectrum.box == (slice(0, 200), slice(0, 180))


def test_of_a_micrograph_that_is_gone_nothing_is_shown(looked_at, lattice, monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def slowly(pixels, box):
        if pixels.shape == (256, 256):
            begun.set()
            assert go.wait(60)
        return power_spectrum(pixels, box)

    monkeypatch.setattr(state, "power_spectrum", slowly)
    looked_at.fourier.view = (0, 0, 64, 64)
    assert begun.wait(60)
    seen = []
    looked_at.fourier.observe(lambda change: seen.append(change["new"]), names="spectrum")
    looked_at.show(lattice(shape=(100, 90)))
    go.set()
    looked_at.wait(60)
    assert [one and one.box for one in seen] == [None, (slice(0, 100), slice(0, 90))]


def test_too_few_pixels_are_said_and_more_are_transformed_again(looked_at):
    looked_at.fourier.view = (0, 0, 8, 200)
    looked_at.wait(60)
    assert looked_at.fourier.spectrum is None
    assert looked_at.fourier.spots == []
    assert "16 x 16 px at least, not 8 x 200" in looked_at.fourier.said
    looked_at.fourier.view = (0, 0, 64, 200)
    looked_at.wait(60)
    assert looked_at.fourier.said == ""


def test_what_goes_wrong_is_said_in_its_place(looked_at, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(state, "power_spectrum", fail)
    looked_at.fourier.view = (0, 0, 64, 64)
    looked_at.wait(60)
    assert looked_at.fourier.spectrum is None
    assert "there is not enough memory" in looked_at.fourier.said


def test_spacings_above_1_2_nm_are_those_of_particles(session, lattice):
    session.show(lattice(nm_per_px=0.3))  # the same fringes are 1.77 nm wide then
    session.fourier.active = True
    session.wait(60)
    assert session.fourier.spots == []
    session.show(lattice(nm_per_px=None))
    session.wait(60)
    assert len(session.fourier.spots) == 1


def test_rings_stay_as_they_were_where_what_is_typed_is_none(session):
    session.fourier.set_rings("Pt")
    with pytest.raises(MicrographError):
        session.fourier.set_rings("Pt, kryptonite")
    assert (session.fourier.rings_text, session.fourier.rings[0].name) == ("Pt", "Pt 111")


def test_rings_are_kept_with_the_session(session):
    session.fourier.set_rings("Ag, 0.335")
    saved = session.state()
    session.fourier.set_rings("Au")
    session.restore(saved)
    assert (session.fourier.rings_text, len(session.fourier.rings)) == ("Ag, 0.335", 5)


def test_a_box_is_transformed_wherever_the_panes_go_and_of_the_view_what_they_show(looked_at):
    fourier = looked_at.fourier
    fourier.set_box(20, 30, 148, 130)
    looked_at.wait(60)
    assert fourier.spectrum.box == (slice(20, 148), slice(30, 130))
    before = fourier.spectrum
    fourier.view = (0, 0, 64, 64)
    looked_at.wait(60)
    assert fourier.spectrum is before  # nothing was computed
    fourier.of = "view"
    looked_at.wait(60)
    assert fourier.spectrum.box == (slice(0, 64), slice(0, 64))
    assert fourier.box == (20, 30, 148, 130)  # to come back to
    fourier.of, fourier.box = "box", None  # none is drawn yet
    looked_at.wait(60)
    assert fourier.spectrum.box == (slice(0, 64), slice(0, 64))


def test_a_box_is_one_step_back_and_kept_with_the_session(session):
    fourier = session.fourier
    fourier.set_box(20, 30, 148, 130)
    saved = session.state().model_dump_json()
    fourier.set_box(0, 0, 50, 50)
    session.undo()
    assert (fourier.of, fourier.box) == ("box", (20, 30, 148, 130))
    session.undo()
    assert (fourier.of, fourier.box) == ("view", None)
    session.restore(parse_session(saved))
    assert (fourier.of, fourier.box) == ("box", (20, 30, 148, 130))


def test_a_box_stays_on_the_next_micrograph_if_that_has_it(session, lattice):
    session.fourier.set_box(20, 30, 148, 130)
    session.show(lattice(shape=(148, 130)))
    assert session.fourier.box == (20, 30, 148, 130)
    session.show(lattice(shape=(148, 129)))
    assert session.fourier.box is None


def test_a_box_that_ends_before_it_begins_is_refused(session):
    with pytest.raises(WorkbenchError, match="A region is"):
        session.fourier.set_box(20, 30, 20, 130)
    assert (session.fourier.of, session.fourier.box) == ("view", None)
