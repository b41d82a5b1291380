"""What is explained of each network: which pixels, of which mask, and why it is not what was asked for."""

from dataclasses import replace

import numpy as np
import pytest
from waiting import rest

from workbench.app.explain import targets
from workbench.app.explain.targets import (
    KINDS,
    WITHOUT_CLICK,
    choose_target,
    choose_targets,
    covers,
    simplified,
    target_ready,
)
from workbench.errors import ExplanationError
from workbench.micrographs.labelling.shapes import polygon

INSIDE, OUTSIDE = (80, 90), (0, 0)


@pytest.fixture
def disc_of_the_network(session):
    return session.postprocessed["unet"].mask


def test_a_particle_is_all_of_it_wherever_in_it_the_click_is(session, disc_of_the_network):
    for at in (INSIDE, (85, 100)):
        chosen = choose_target(session, "unet", "particle", at)
        assert (chosen.target.selected == disc_of_the_network).all()
        assert chosen.target.at == at
        assert chosen.settings == session.settings("unet")
        assert (chosen.remark, chosen.label) == ("", f"particle at {at[0]}, {at[1]}, mask at 0.5")


def test_of_particles_that_touch_the_one_is_explained_that_the_click_is_in(session, disc_of_the_network):
    made = session.postprocessed["unet"]
    parted = np.where(made.labels, 1 + (np.arange(made.labels.shape[1]) > INSIDE[1]), 0).astype(np.uint16)
    session.postprocessed = {"unet": replace(made, labels=parted)}
    chosen = choose_target(session, "unet", "particle", INSIDE).target.selected
    assert np.array_equal(chosen, parted == 1)
    assert 0 < chosen.sum() < disc_of_the_network.sum()


@pytest.mark.parametrize("kind", ["particle", "rim"])
def test_where_no_particle_is_the_pixel_is_explained_and_the_remark_says_so(session, kind):
    chosen = choose_target(session, "unet", kind, OUTSIDE)
    assert (chosen.target.kind, chosen.target.at) == ("pixel", OUTSIDE)
    assert chosen.remark == "U-Net sees no particle here, so the pixel is explained."
    assert chosen.settings is None
    assert "mask" not in chosen.label


def test_the_rim_is_a_part_of_the_particle_and_the_background_none(session, disc_of_the_network):
    rim = choose_target(session, "unet", "rim", INSIDE).target.selected
    assert rim.any()
    assert not rim[INSIDE]
    assert 0 < (rim & disc_of_the_network).sum() < disc_of_the_network.sum()
    background = choose_target(session, "unet", "background", OUTSIDE)
    assert (background.target.selected == ~disc_of_the_network).all()
    particles = choose_target(session, "unet", "particles", OUTSIDE)
    assert (particles.target.selected == disc_of_the_network).all()
    assert background.settings == particles.settings == session.settings("unet")


@pytest.mark.parametrize("kind", ["pixel", "region"])
def test_a_pixel_and_a_region_ask_no_mask(session, kind):
    session.postprocessed = {}
    chosen = choose_target(session, "unet", kind, INSIDE, [(10, 10), (10, 14), (12, 14), (12, 10)])
    assert chosen.settings is None
    assert chosen.target.selected.sum() == (1 if kind == "pixel" else 3 * 5)


def test_a_target_stays_when_the_threshold_moves(session, fake):
    chosen = choose_target(session, "unet", "particle", INSIDE)
    session.set_threshold("unet", 0.8)
    rest(fake)
    later = choose_target(session, "unet", "particle", INSIDE)
    assert later.target.selected.sum() < chosen.target.selected.sum()
    assert (chosen.label[-3:], later.label[-3:]) == ("0.5", "0.8")
    assert later.packed.digest != chosen.packed.digest


def test_what_travels_is_the_same_target(session):
    for kind in KINDS:
        chosen = choose_target(session, "unet", kind, INSIDE, [(10, 10), (10, 14), (12, 14)])
        unpacked = chosen.packed.unpacked()
        assert (unpacked.selected == chosen.target.selected).all()
        assert (unpacked.kind, unpacked.at, unpacked.sign) == (
            chosen.target.kind,
            chosen.target.at,
            chosen.target.sign,
        )


def test_a_classical_method_and_an_empty_target_are_refused_each_in_a_sentence(session, fake):
    session.selected = ["unet", "otsu", "fcn8s"]
    job = fake.waiting("segment", "fcn8s")[0]
    job.answer(job.segmentation(np.zeros(job.micrograph.shape, np.float32)))
    rest(fake)
    chosen, refusals = choose_targets(session, session.selected, "particles", (0, 0))
    assert list(chosen) == ["unet"]
    assert refusals["otsu"].startswith("Blur + Otsu is a classical method")
    assert set(refusals) == {"otsu", "fcn8s"}
    with pytest.raises(ExplanationError, match="classical method"):
        choose_target(session, "otsu", "pixel", (0, 0))


def test_a_reason_that_nobody_thought_of_is_a_refusal_too(session):
    session.postprocessed = {}
    chosen, refusals = choose_targets(session, ["unet"], "particle", INSIDE)
    assert chosen == {}
    assert refusals == {"unet": "Nothing can be chosen here: KeyError: 'unet'."}


def test_a_target_is_ready_when_the_mask_of_what_is_set_is_there(session, fake):
    assert all(target_ready(session, "unet", kind) for kind in KINDS)
    session.set_threshold("unet", 0.8)
    with_mask = ("particle", "rim", *WITHOUT_CLICK)
    assert not any(target_ready(session, "unet", kind) for kind in with_mask)
    assert all(target_ready(session, "unet", kind) for kind in ("pixel", "region"))
    assert target_ready(session, "otsu", "particle")  # it is refused at once
    rest(fake)
    assert all(target_ready(session, "unet", kind) for kind in KINDS)


def test_a_line_keeps_its_corners_and_loses_what_lies_between_them():
    square = [(0, 0), (0, 20), (20, 20), (20, 0)]
    between = [(0, column) for column in range(1, 20)]
    assert simplified([square[0], *between, *square[1:]]) == square
    assert simplified([(3, 4), (5, 6)]) == [(3, 4), (5, 6)]
    assert simplified([]) == []


def test_a_line_of_too_many_corners_loses_as_many_as_a_session_cannot_hold(monkeypatch):
    monkeypatch.setattr(targets, "MOST_CORNERS", 40)
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    lengths = 100 + 5 * (np.arange(400) % 2)  # teeth that no straight line comes within a pixel of
    line = np.stack([lengths * np.sin(angles), lengths * np.cos(angles)], axis=1).round() + 150
    corners = simplified(line)
    assert 8 <= len(corners) <= 40
    whole, kept = (polygon((300, 300), one).mask.sum() for one in (line.astype(int), corners))
    assert kept == pytest.approx(whole, rel=0.1)


@pytest.mark.parametrize(
    ("corners", "held"),
    [
        ([], False),
        ([(-9, -9), (-9, -4), (-4, -4)], False),
        ([(200, 0), (200, 9), (220, 9)], False),
        ([(-9, -9), (-9, 30), (30, 30), (30, -9)], True),
        ([(5, 5), (5, 9), (9, 9)], True),
    ],
)
def test_a_line_that_holds_no_pixel_of_the_micrograph_is_known(corners, held):
    assert covers((160, 200), corners) is held
