"""What a network made of a micrograph: its mask, its particles one by one, and what does not belong together."""

import numpy as np
import pytest

from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.segmentation.masks import label_particles
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmentation import Segmentation

CARD = Card(name="net", title="Net", architecture="unet", threshold=0.7, smallest_diameter_px=4.0)
ROWS, COLUMNS = np.mgrid[:80, :80]


def found(nm_per_px=0.1, *, card=CARD, distance=None):
    """Return a square of 20 px with a hole, sure by 0.9, a square of 10 px, sure by 0.6, and a speck of 9 px."""
    probability = np.zeros((40, 60), np.float32)
    probability[5:25, 5:25] = 0.9
    probability[10:12, 10:12] = 0
    probability[25:35, 40:50] = 0.6
    probability[3:6, 50:53] = 0.9
    return Segmentation(
        probability, card, Micrograph(probability, nm_per_px, "m", marks=()), distance=distance
    )


def test_the_mask_is_above_the_threshold_of_the_card_without_specks_unless_another_is_asked_for():
    seg = found()
    assert seg.mask().sum() == 20 * 20 - 4
    assert seg.mask(0.5).sum() == 20 * 20 - 4 + 100
    assert seg.mask(0.6).sum() == 20 * 20 - 4  # greater, not as great
    assert seg.mask(min_area_nm2=0).sum() == 20 * 20 - 4 + 9
    assert seg.mask(min_area_nm2=0, fill_holes=True).sum() == 20 * 20 + 9


@pytest.mark.parametrize(("nm_per_px", "area"), [(0.1, 0.12), (None, 12)])
def test_the_smallest_area_is_in_nm2_or_in_px2_where_the_pixel_size_is_not_known(nm_per_px, area):
    seg = found(nm_per_px, card=CARD.model_copy(update={"smallest_diameter_px": None}))
    assert seg.mask().sum() == seg.mask(min_area_nm2=area * 0.7).sum() == 20 * 20 - 4 + 9
    assert seg.mask(min_area_nm2=area).sum() == 20 * 20 - 4
    assert seg.label_image().max() == 2
    assert seg.label_image(min_area_nm2=area).max() == 1


def test_particles_are_numbered_at_the_threshold_without_specks_and_with_their_holes_filled():
    seg = found()
    assert seg.label_image().max() == 1
    assert seg.label_image(0.5, min_area_nm2=0).max() == 3
    assert (seg.label_image(fill_holes=True) > 0).sum() == 20 * 20


def test_a_stop_is_heard_while_particles_are_parted():
    seg = found()
    with pytest.raises(Stopped):
        seg.mask(split_touching=True, stop=lambda: True)
    with pytest.raises(Stopped):
        seg.label_image(stop=lambda: True)


def test_a_probability_or_a_distance_of_another_shape_is_refused():
    seg = found()
    with pytest.raises(
        WorkbenchError, match=r"Net: probability of shape \(3, 3\) does not belong .*\(40, 60\)"
    ):
        Segmentation(np.zeros((3, 3), np.float32), CARD, seg.micrograph)
    with pytest.raises(WorkbenchError, match=r"Net: distance of shape \(3, 3\) does not belong .*\(40, 60\)"):
        found(distance=np.zeros((3, 3), np.float32))


def two_discs():
    """Return the labels of two discs that touch."""
    apart = [np.hypot(ROWS - 40, COLUMNS - column) for column in (26, 54)]
    inside = np.minimum(*apart) <= 15
    return np.where(inside, np.where(apart[0] <= apart[1], 1, 2), 0).astype(np.int32)


def test_one_output_parts_at_necks_and_says_that_it_has_no_distance():
    true = two_discs()
    probability = (true > 0).astype(np.float32)
    micrograph = Micrograph(probability, None, "m", marks=())
    seg = Segmentation(probability, Card(name="one", title="One", architecture="unet"), micrograph)
    numbers = seg.label_image()
    assert numbers.max() == 2
    assert np.array_equal(numbers > 0, true > 0)  # no line, and nothing lost
    assert np.array_equal(seg.label_image(by="necks"), numbers)
    with pytest.raises(WorkbenchError, match=r"One has one output.*part at necks, or choose a network"):
        seg.label_image(by="distance")
    with pytest.raises(WorkbenchError, match="not by 'colour'"):
        seg.label_image(by="colour")
    with pytest.raises(WorkbenchError, match="between 0 and 1, not 2"):
        seg.label_image(2)


def test_two_outputs_part_by_the_distance_unless_necks_are_asked_for():
    halves = np.zeros((60, 120), np.int32)
    halves[20:40, 10:60], halves[20:40, 60:110] = 1, 2  # a rod for whoever sees its outline only
    probability = (halves > 0).astype(np.float32)
    micrograph = Micrograph(probability, None, "m", marks=())
    seg = Segmentation(probability, CARD, micrograph, distance=rim_distance(halves))
    assert np.array_equal(seg.label_image(), halves)
    assert np.array_equal(seg.label_image(by="distance"), halves)
    assert seg.label_image(by="necks").max() == 1
    assert label_particles(seg.mask(split_touching=True))[1] == 2
    assert label_particles(seg.mask())[1] == 1


def test_it_says_which_network_answered_to_which_micrograph():
    assert repr(found()) == "Segmentation('Net' on 'm')"
