"""Settings become a mask, a table and scores; each score of what its definition says."""

import numpy as np
import pytest

from workbench.errors import Stopped
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.post_processing import MaskSettings, post_process
from workbench.segmentation.masks import label_particles
from workbench.segmentation.metrics import dice_both, dice_hard, dice_soft, iou, scores
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmentation import Segmentation

RNG = np.random.default_rng(0)
TRUTH = np.zeros((60, 80), bool)
TRUTH[10:40, 20:60] = True
MICROGRAPH = Micrograph(RNG.normal(size=TRUTH.shape).astype(np.float32), 0.1, "m")
PROBABILITY = np.clip(np.where(TRUTH, 0.8, 0.1) + 0.1 * RNG.normal(size=TRUTH.shape), 0, 1).astype(np.float32)
FOUND = Segmentation(PROBABILITY, Card(name="net", architecture="unet"), MICROGRAPH)


def test_soft_dice_and_that_of_both_classes_are_of_the_probability():
    found = post_process(FOUND, MaskSettings(0.75, min_area_nm2=1.0, fill_holes=True), TRUTH)
    assert found.scores["dice_soft"] == dice_soft(PROBABILITY, TRUTH) < 0.9
    assert found.scores["dice_both"] == dice_both(PROBABILITY, TRUTH)
    other = post_process(FOUND, MaskSettings(0.3), TRUTH)
    assert other.scores["dice_soft"] == found.scores["dice_soft"]


def test_the_other_scores_are_of_the_cleaned_mask():
    found = post_process(FOUND, MaskSettings(0.75, min_area_nm2=1.0, fill_holes=True), TRUTH)
    assert found.scores["dice_hard"] == dice_hard(found.mask, TRUTH) != dice_hard(PROBABILITY, TRUTH, 0.75)
    assert found.scores["iou"] == iou(found.mask, TRUTH)
    assert scores(PROBABILITY, TRUTH, 0.75)["dice_hard"] == dice_hard(PROBABILITY, TRUTH, 0.75)


def test_a_stop_is_heard_while_particles_are_measured_and_parted():
    speckled = Segmentation(RNG.random(TRUTH.shape, dtype=np.float32), FOUND.network, MICROGRAPH)
    for split_touching in (False, True):
        asked = []

        def stop(asked=asked) -> bool:
            asked.append(None)
            return len(asked) > 10

        with pytest.raises(Stopped):
            post_process(speckled, MaskSettings(0.8, split_touching=split_touching), TRUTH, stop=stop)
        assert len(asked) == 11


def test_a_stop_is_heard_within_a_noisy_mask_that_is_nearly_one_particle():
    noise = np.random.default_rng(0).random((300, 300), dtype=np.float32)
    found = Segmentation(noise, FOUND.network, Micrograph(noise, 0.1, "noise"))
    particles, asked = label_particles(found.probability > 0.3)[1], []
    assert particles < 10

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 100

    with pytest.raises(Stopped):
        post_process(found, MaskSettings(0.3, split_touching=True), stop=stop)
    assert len(asked) == 101


def test_each_particle_has_a_confidence():
    found = post_process(FOUND, MaskSettings(0.5))
    labels, count = label_particles(found.mask)
    wanted = [PROBABILITY[labels == number].mean(dtype=np.float64) for number in range(1, count + 1)]
    assert count > 0
    assert found.particles["confidence"].tolist() == pytest.approx(wanted)


def test_a_data_bar_counts_in_no_statistic():
    bar = np.zeros((12, TRUTH.shape[1]), np.float32)
    alone = post_process(FOUND, MaskSettings(0.5), TRUTH)
    micrograph = Micrograph(
        np.vstack([MICROGRAPH.pixels, bar + 9]), 0.1, "m", marks=(Mark("data bar", 60, 72, 0, 80),)
    )
    found = post_process(
        Segmentation(np.vstack([PROBABILITY, bar]), FOUND.network, micrograph),
        MaskSettings(0.5),
        np.vstack([TRUTH, bar > 0]),
    )
    assert micrograph.specimen_px == TRUTH.size
    assert np.array_equal(found.histogram, alone.histogram)
    assert found.particles.equals(alone.particles)
    assert found.scores["dice_hard"] == alone.scores["dice_hard"]


SMALLEST = Card(name="net", architecture="unet", smallest_diameter_px=4.0)


def speckled(distance=None):
    """Return a square, two that touch, and a speck of 9 px, found by a network that leaves specks out."""
    mask = np.zeros((60, 80), bool)
    mask[10:30, 10:30] = mask[35:50, 10:25] = mask[35:50, 25:40] = mask[5:8, 70:73] = True
    found = np.where(mask, np.float32(0.9), np.float32(0.1))
    return Segmentation(found, SMALLEST, Micrograph(found, 0.1, "m"), distance=distance)


@pytest.mark.parametrize(("min_area_nm2", "count"), [(None, 2), (0.0, 3), (0.09, 3), (3.0, 2), (4.1, 1)])
def test_specks_are_left_out_as_the_card_says_unless_another_area_is_asked_for(min_area_nm2, count):
    found = post_process(speckled(), MaskSettings(0.5, min_area_nm2))
    assert len(found.particles) == count == found.labels.max()
    assert label_particles(found.mask)[1] == count
    assert ("particles under 0.4 nm are left out as on its card" in found.settings.said(SMALLEST, 0.1)) == (
        min_area_nm2 is None
    )


def test_particles_of_a_network_of_two_outputs_are_counted_by_its_distance_and_the_mask_stays_whole():
    whole = speckled()
    apart = np.zeros(whole.probability.shape, np.int32)
    apart[10:30, 10:30], apart[35:50, 10:25], apart[35:50, 25:40], apart[5:8, 70:73] = 1, 2, 3, 4
    found = post_process(speckled(rim_distance(apart)), MaskSettings(0.5))
    assert np.array_equal(found.labels, np.where(apart == 4, 0, apart))
    assert found.labels.dtype == np.uint16
    assert found.particles.label.tolist() == [1, 2, 3]
    assert found.particles.area_nm2.tolist() == pytest.approx([4.0, 2.25, 2.25])
    assert label_particles(found.mask)[1] == 2
