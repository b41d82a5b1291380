"""From a segmentation to particles that count, corrected by hand."""

import numpy as np
import pandas as pd
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.measuring import measure
from workbench.particles.particle_set import corrected_and_selected, particles_of
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation

RNG = np.random.default_rng(4)


@pytest.fixture(name="segmentation")
def of_discs() -> Segmentation:
    y, x = np.mgrid[:200, :240]
    probability = np.full(y.shape, 0.05)
    for v, u, radius in (
        (40, 40, 20),
        (100, 60, 12),
        (100, 90, 20),
        (150, 200, 25),
        (5, 150, 12),
        (60, 200, 4),
    ):
        probability = np.maximum(probability, 1 / (1 + np.exp((np.hypot(y - v, x - u) - radius) / 1.5)))
    micrograph = Micrograph(RNG.normal(size=y.shape).astype(np.float32), 0.1, "discs")
    card = Card(name="net", architecture="unet", threshold=0.5)
    return Segmentation(probability.astype(np.float32), card, micrograph)


CUT = ("cut", [(70.0, 73.0), (130.0, 73.0)])
DRAW = ("draw", [(170.0, 20.0), (170.0, 60.0), (190.0, 60.0), (190.0, 20.0)])


def test_numbers_of_table_and_label_image_are_the_same(segmentation):
    found = particles_of(segmentation, corrections=[CUT, DRAW, ("out", [(40, 40)])], smallest=1.0)
    assert found.table["label"].tolist() == list(range(1, found.labels.max() + 1))
    sizes = np.bincount(found.labels.ravel())[1:]
    assert found.table["pixels"].tolist() == sizes.tolist()
    assert found.missed == ()
    reasons = found.table.set_index("label")["left_out"]
    assert reasons[found.labels[40, 40]] == "hand"
    assert reasons[found.labels[5, 150]] == "edge"
    assert reasons[found.labels[60, 200]] == "size"
    assert set(found.counted["label"]) == set(found.table["label"]) - set(reasons[reasons != ""].index)


def test_what_is_measured_after_a_correction_is_what_a_fresh_measuring_says(segmentation):
    found = particles_of(segmentation, corrections=[CUT, DRAW])
    fresh = measure(
        found.labels, segmentation.micrograph, probability=segmentation.probability, threshold=0.5
    )
    pd.testing.assert_frame_equal(found.table[fresh.columns], fresh, check_exact=True)


def test_the_page_that_corrects_a_mask_it_has_gives_the_rows_of_a_script(segmentation):
    from workbench.particles.post_processing import MaskSettings, post_process

    made = post_process(segmentation, MaskSettings(0.4, split_touching=True))
    rules = Selection(min_circularity=0.5)
    page = corrected_and_selected(made.labels, made.particles, segmentation, 0.4, [DRAW], rules)
    script = segmentation.particles(0.4, split_touching=True, corrections=[DRAW], min_circularity=0.5)
    pd.testing.assert_frame_equal(page.table, script.table, check_exact=True)
    assert np.array_equal(page.labels, script.labels)


def test_a_mask_without_particles_and_one_that_is_drawn_in_it(segmentation):
    empty = particles_of(segmentation, threshold=1.0)
    assert len(empty.table) == 0
    assert empty.labels.max() == 0
    drawn = particles_of(segmentation, threshold=1.0, corrections=[DRAW])
    assert drawn.table["label"].tolist() == [1]
    assert drawn.table["pixels"].tolist() == [21 * 41]
    assert drawn.table.attrs["unit"] == "nm"


def test_all_joined_into_one(segmentation):
    everywhere = [(5, 150), (60, 200), (150, 200), (100, 90), (100, 60), (40, 40)]
    found = particles_of(segmentation, corrections=[("join", everywhere)])
    assert found.table["label"].tolist() == [1]
    assert np.isnan(found.table["neighbour_distance_nm"][0])


def test_without_a_pixel_size_there_is_no_nm(segmentation):
    plain = Segmentation(
        segmentation.probability, segmentation.network, Micrograph(segmentation.micrograph.pixels, None, "px")
    )
    found = plain.particles(corrections=[CUT], smallest=30)
    assert not [name for name in found.table if name.endswith(("_nm", "_nm2"))]
    assert found.table.attrs["unit"] == "px"
    assert (found.counted["diameter_px"] >= 30).all()


def test_rules_that_are_none_are_refused(segmentation):
    with pytest.raises(WorkbenchError):
        segmentation.particles(edge="sometimes")
