"""The places of the embedding: what the mask makes of each, which one is open, and from there to the label's tools."""

import numpy as np
import pytest
from waiting import heard_of, rest

from workbench.app.features.places import KINDS
from workbench.errors import WorkbenchError


def test_places_are_coloured_by_truth_and_mask_as_it_is_now(session, pixels, fake):
    found = pixels.embedding
    mask, truth = session.postprocessed["unet"].mask, session.truth
    expected = mask.astype(int) + 2 * (truth & ~mask) + 2 * (~truth & mask)
    assert (pixels.kinds == expected[tuple(found.places)]).all()
    assert set(pixels.kinds) == {0, 1, 2, 3}
    before, heard = pixels.kinds, heard_of(pixels, "busy")
    session.set_threshold("unet", 0.8)
    rest(fake)
    assert session.postprocessed["unet"].settings.threshold == 0.8
    assert pixels.kinds is not before
    mask = session.postprocessed["unet"].mask
    rows, columns = found.places
    missed = (truth & ~mask)[rows, columns]
    assert missed.any()
    assert ((pixels.kinds == KINDS.index("missed particle")) == missed).all()
    assert heard == []
    assert pixels.embedding is found


def test_without_a_truth_places_are_coloured_by_the_mask(session, features, fake, disc):
    session.show(disc[0])
    features.view = "pixels"
    rest(fake)
    kinds = session.postprocessed["unet"].mask[tuple(features.embedding.places)]
    assert (features.kinds == kinds).all()
    assert set(kinds) == {False, True}


def test_of_another_micrograph_no_place_is_left(session, pixels, disc):
    pixels.go_to(0)
    session.open_sample("easy")
    assert (pixels.embedding, pixels.kinds, pixels.spots, pixels.opened) == (None, None, [], None)
    with pytest.raises(WorkbenchError, match="not computed yet"):
        pixels.go_to(0)


def test_from_a_point_to_its_place_and_to_the_tools_of_the_label(session, pixels):
    found = pixels.embedding
    index = len(pixels.kinds) - 1
    pixels.go_to(index)
    spot = pixels.opened
    assert (spot.row, spot.column) == tuple(found.places[:, index])
    assert spot.region.top <= spot.row < spot.region.top + spot.region.height
    assert session.region == spot.region  # the panes go there
    assert all(one.kind == spot.kind for one in pixels.spots)
    pixels.label_here().join()
    assert session.label.active
    proposal = session.active_learning.opened
    assert proposal.region == spot.region
    assert proposal.why == f"U-Net: {spot.name}"
    session.active_learning.leave_rest_out()
    assert (session.label.values == 2).sum() == session.truth.size - spot.region.height * spot.region.width
    session.label.wait()
    with pytest.raises(WorkbenchError, match=f"0 to {index}"):
        pixels.go_to(index + 1)
    with pytest.raises(WorkbenchError, match=f"0 to {index}"):
        pixels.go_to(-1)


def test_a_place_of_the_list_is_opened_by_its_key_and_again(pixels):
    pixels.go_to(0)
    heard = heard_of(pixels, "opened")
    last = pixels.spots[-1]
    pixels.open(last.key)
    pixels.open(last)
    assert heard == [last, last]  # the same one again is gone to again


def test_a_place_that_has_left_the_list_cannot_be_opened(pixels):
    pixels.go_to(0)
    before = pixels.spots[0]
    far = int(np.flatnonzero(pixels.kinds != before.kind)[0])
    pixels.go_to(far)
    with pytest.raises(WorkbenchError, match="not in the list any more"):
        pixels.open(before)
    assert pixels.opened.index == far


def test_without_an_open_place_there_is_nothing_to_label(pixels):
    with pytest.raises(WorkbenchError, match="Click a point first"):
        pixels.label_here()
