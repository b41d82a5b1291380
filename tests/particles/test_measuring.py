"""From mask or label image to table."""

import numpy as np
import pytest

from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.measuring import label_image, measure
from workbench.segmentation.masks import label_particles
from workbench.segmentation.segmentation import Segmentation

RNG = np.random.default_rng(0)
NOISE = Micrograph((1000 + RNG.normal(size=(96, 128))).astype(np.float32), 0.1, "noise")


def squares(*numbers: float) -> np.ndarray:
    """Return three squares, of which the first two touch."""
    labels = np.zeros(NOISE.shape)
    for number, box in zip(numbers, ((5, 5, 20), (5, 25, 30), (60, 70, 10)), strict=False):
        y, x, edge = box
        labels[y : y + edge, x : x + edge] = number
    return labels


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.int64, np.float32])
def test_each_number_of_a_label_image_is_a_particle_and_keeps_its_number(kind):
    table = measure(squares(3, 7, 5).astype(kind), NOISE, lattice=False)
    assert table["label"].tolist() == [3, 5, 7]
    assert table["area_nm2"].tolist() == pytest.approx([4, 1, 9])
    assert table["x_px"].tolist() == [14.5, 74.5, 39.5]


def test_a_number_in_two_pieces_is_one_particle():
    labels = squares(1, 2, 1).astype(int)
    table = measure(labels, NOISE, lattice=False)
    assert table["area_nm2"].tolist() == pytest.approx([5, 9])


def test_large_numbers_are_kept_as_they_are():
    table = measure(squares(1e9, 2e9, 7).astype(np.int64), NOISE, lattice=False)
    assert table["label"].tolist() == [7, 1_000_000_000, 2_000_000_000]


@pytest.mark.parametrize(
    "mask", [squares(1, 1, 1), squares(255, 255, 255).astype(np.uint8), squares(1, 1, 1) > 0]
)
def test_particles_that_touch_in_a_mask_are_one(mask):
    table = measure(mask, NOISE, lattice=False)
    assert table["label"].tolist() == [1, 2]
    assert table["area_nm2"].tolist() == pytest.approx([13, 1])


def test_a_label_image_of_a_mask_gives_the_same_table():
    mask = RNG.random(NOISE.shape) > 0.7
    labels = label_image(mask)
    assert np.array_equal(labels, label_particles(mask)[0])
    assert measure(labels, NOISE).equals(measure(mask, NOISE))


def test_an_empty_mask_gives_a_table_without_rows():
    for empty in (np.zeros(NOISE.shape, bool), np.zeros(NOISE.shape, np.uint16)):
        table = measure(empty, NOISE)
        assert len(table) == 0
        assert table["label"].dtype == np.int64
        assert table["touches_edge"].dtype == np.bool_


def test_what_is_no_mask_is_refused():
    with pytest.raises(WorkbenchError, match="neither a mask"):
        measure(NOISE.pixels, NOISE)
    with pytest.raises(WorkbenchError, match="does not belong"):
        measure(np.zeros((3, 3), bool), NOISE)


def test_the_confidence_of_a_particle_is_the_mean_probability_inside_it():
    labels = np.zeros(NOISE.shape, np.int32)
    labels[10:20, 10:30], labels[10:20, 30:50], labels[60:70, 5:9] = 1, 2, 7
    probability = np.random.default_rng(1).random(NOISE.shape, dtype=np.float32)
    table = measure(labels, NOISE, probability=probability, lattice=False)
    wanted = [probability[labels == number].mean(dtype=np.float64) for number in (1, 2, 7)]
    assert table["confidence"].tolist() == pytest.approx(wanted)
    found = Segmentation(probability, Card(name="net", architecture="unet"), NOISE)
    assert measure(labels, NOISE, probability=found, lattice=False).equals(table)
    plain = measure(labels, NOISE, lattice=False)
    assert plain.equals(table.drop(columns=["confidence", "rim_confidence"]))
    assert len(measure(np.zeros(NOISE.shape, bool), NOISE, probability=probability)["confidence"]) == 0
    with pytest.raises(WorkbenchError, match=r"probability of shape \(3, 3\)"):
        measure(labels, NOISE, probability=np.zeros((3, 3)))


def test_moments_are_those_of_each_particle_on_its_own():
    mask = RNG.random(NOISE.shape) > 0.6
    table = measure(mask, NOISE, lattice=False)
    labels, count = label_particles(mask)
    assert len(table) == count > 100
    for row in table.sample(20, random_state=0).itertuples():
        y, x = np.nonzero(labels == row.label)
        assert (row.y_px, row.x_px) == pytest.approx((y.mean(), x.mean()))
        assert row.area_nm2 == pytest.approx(y.size * 0.01)
        assert row.mean_intensity == pytest.approx(NOISE.pixels[y, x].mean(dtype=np.float64))
        moments = np.cov(y, x, bias=True) if y.size > 1 else np.zeros((2, 2))
        axes = 4 * np.sqrt(np.linalg.eigvalsh(moments + np.eye(2) / 12)) * 0.1
        assert (row.minor_axis_nm, row.major_axis_nm) == pytest.approx(tuple(axes))
        assert row.touches_edge == (y.min() == 0 or x.min() == 0 or y.max() == 95 or x.max() == 127)


def test_measuring_asks_for_a_stop_before_each_particle():
    mask = RNG.random(NOISE.shape) > 0.8
    asked = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 50

    with pytest.raises(Stopped):
        measure(mask, NOISE, stop=stop)
    assert len(asked) == 51
    assert len(measure(mask, NOISE, lattice=False)) > 300
