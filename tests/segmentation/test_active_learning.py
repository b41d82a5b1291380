"""Where a label would teach most, on arrays whose answer is known by hand."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.segmentation.active_learning import edge_in_px, most_uncertain, uncertain_regions
from workbench.segmentation.segmentation import Segmentation


def empty(shape=(128, 192)):
    return np.zeros(shape, np.float32)


def boxes(found):
    return [(one.top, one.left, one.height, one.width) for one in found]


def test_the_region_where_two_sure_networks_contradict_each_other_is_found():
    one, other = empty(), empty()
    one[32:64, 64:96] = 1
    (found,) = most_uncertain([one, other], [0.5, 0.5], edge_px=32)
    assert boxes([found]) == [(32, 64, 32, 32)]
    # the mean of 0 and 1 has an entropy of one bit, and neither network has any of its own
    assert found.score == pytest.approx(1)
    assert found.contradiction == pytest.approx(1)
    assert found.unsure == (0, 0)
    assert found.differ == 1
    assert found.why(["FCN8s", "U-Net"]) == "FCN8s and U-Net disagree on 100 %"


def test_a_network_is_least_sure_at_its_threshold():
    probability = empty()
    probability[:32, :32] = 0.5
    probability[96:, 160:] = 0.9
    first = most_uncertain([probability], [0.9], edge_px=32, count=1)[0]
    assert (first.top, first.left) == (96, 160)
    assert first.score == pytest.approx(1)
    assert first.why(["U-Net"]) == "U-Net is not sure"
    first = most_uncertain([probability], [0.5], edge_px=32, count=1)[0]
    assert (first.top, first.left) == (0, 0)


def test_the_entropy_is_that_of_the_definition():
    probability = np.full((32, 32), 0.25, np.float32)
    (found,) = most_uncertain([probability], [0.5], edge_px=32)
    assert found.score == pytest.approx(0.25 * 2 + 0.75 * np.log2(4 / 3))


def test_the_one_that_is_not_sure_is_named():
    sure, unsure = empty(), np.full((128, 192), 0.45, np.float32)
    (found,) = most_uncertain([sure, unsure], [0.5, 0.5], edge_px=500, count=3)
    assert boxes([found]) == [(0, 0, 128, 192)]  # smaller than the region: all of it
    assert found.unsure[0] == 0
    assert found.why(["FCN8s", "U-Net"]) == "U-Net is not sure"


def test_regions_do_not_overlap_and_come_by_doubt():
    rng = np.random.default_rng(1)
    probabilities = [rng.random((160, 200), np.float32) for _ in range(3)]
    found = most_uncertain(probabilities, [0.3, 0.5, 0.6], edge_px=48, count=50)
    covered = np.zeros((160, 200), int)
    for one in found:
        covered[one.box] += 1
    assert covered.max() == 1
    assert len(found) >= 6
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_a_score_is_the_mean_over_the_region_computed_pixel_by_pixel():
    rng = np.random.default_rng(2)
    probabilities = [rng.random((70, 101), np.float32) for _ in range(2)]

    def entropy(p):
        return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))

    total = entropy(np.mean(np.asarray(probabilities, np.float64), axis=0))
    for one in most_uncertain(probabilities, [0.5, 0.5], edge_px=33, count=4):
        assert one.score == pytest.approx(total[one.box].mean(), rel=1e-5)
        differ = (probabilities[0] > 0.5) != (probabilities[1] > 0.5)
        assert one.differ == pytest.approx(differ[one.box].mean())
    # and no window of the grid is better than the first
    best = max(
        total[top : top + 33, left : left + 33].mean()
        for top in [*range(0, 38, 8), 37]
        for left in [*range(0, 69, 8), 68]
    )
    assert most_uncertain(probabilities, [0.5, 0.5], edge_px=33, count=1)[0].score == pytest.approx(best)


def test_what_is_labelled_is_not_proposed_again():
    probability = empty()
    probability[32:64, 64:96] = 0.5
    probability[96:128, 160:192] = 0.45
    done = np.zeros(probability.shape, bool)
    done[32:64, 64:96] = True
    found = most_uncertain([probability], [0.5], edge_px=32, done=done)
    assert boxes(found) == [(96, 160, 32, 32)]


def test_no_doubt_or_everything_labelled_gives_nothing():
    assert most_uncertain([empty()], [0.5], edge_px=32) == []
    unsure = np.full((64, 64), 0.5, np.float32)
    assert most_uncertain([unsure], [0.5], edge_px=32, done=np.ones((64, 64), bool)) == []


def test_segmentations_are_taken_with_their_cards_threshold_and_pixel_size():
    micrograph = Micrograph(empty() + 1, 0.125, "m")
    probability = empty()
    probability[:32, :32] = 0.8
    card = Card(name="net", architecture="unet", threshold=0.8)
    (found,) = uncertain_regions([Segmentation(probability, card, micrograph)], count=1)
    assert boxes([found]) == [(0, 0, 32, 32)]  # 4 nm at 0.125 nm/px
    assert found.score == pytest.approx(1)
    assert edge_in_px(None) == 192


@pytest.mark.parametrize(
    ("probabilities", "thresholds", "edge_px", "said"),
    [
        ([], [], 32, "No network"),
        ([empty()], [0.5, 0.5], 32, "thresholds"),
        ([empty(), empty((5, 5))], [0.5, 0.5], 32, "one shape"),
        ([empty()], [1.0], 32, "between 0 and 1"),
        ([empty()], [0.5], 0, "edge"),
    ],
)
def test_what_makes_no_sense_is_said(probabilities, thresholds, edge_px, said):
    with pytest.raises(WorkbenchError, match=said):
        most_uncertain(probabilities, thresholds, edge_px=edge_px)
