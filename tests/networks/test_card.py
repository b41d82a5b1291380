"""What a card says of the input."""

import numpy as np
import pytest
from pydantic import ValidationError

from workbench.networks.card import Card, Input


@pytest.mark.parametrize(
    ("wanted", "micrograph", "step"),
    [
        (0.04, 0.02, 2.0),
        (0.04, 0.064, 0.625),
        (0.04, 0.0405, 1.0),  # near enough to be taken as it is
        (0.04, None, 1.0),
        (None, 0.02, 1.0),
        (0.04, 10.0, 0.5),  # never enlarged more than twice
        (0.04, 1e-5, 16.0),  # a pixel size that cannot be right does not leave a single pixel
    ],
)
def test_the_step_from_the_micrograph_to_the_pixels_that_the_network_knows(wanted, micrograph, step):
    assert Input(nm_per_px=wanted).step(micrograph) == pytest.approx(step)


@pytest.mark.parametrize(
    ("wanted", "micrograph", "doubtful"),
    [
        (None, 0.03, False),
        (None, 0.09, False),  # within 1.5 times of what it was trained on
        (None, 0.1, True),
        (None, 0.01, True),
        (None, None, False),
        (0.04, 0.01, False),  # it is brought to 0.04 nm/px
        (0.04, 0.2, True),  # it would have to be enlarged five times
    ],
)
def test_a_micrograph_of_another_scale_than_the_training_is_doubted(wanted, micrograph, doubtful):
    card = Card(
        name="n", title="Net", architecture="unet", nm_per_px=(0.018, 0.065), input=Input(nm_per_px=wanted)
    )
    said = card.scale_warning(micrograph)
    assert bool(said) is doubtful
    assert not doubtful or ("Net" in said and f"{micrograph:g}" in said)


@pytest.mark.parametrize(
    ("knows", "nm_per_px", "said", "area"),
    [
        (None, 0.1, "0.4 nm", 0.16),
        (None, None, "4 px", 16),
        (0.2, 0.1, "0.8 nm", 0.64),  # it sees the micrograph shrunk to half
        (0.2, None, "4 px", 16),
        (0.2, 10.0, "20 nm", 400),  # enlarged twice and no further
    ],
)
def test_specks_are_as_small_as_the_card_says_in_the_pixels_that_the_network_sees(
    knows, nm_per_px, said, area
):
    card = Card(name="n", architecture="unet", smallest_diameter_px=4, input=Input(nm_per_px=knows))
    assert card.smallest_area(nm_per_px) == pytest.approx(np.pi / 4 * area)
    assert card.specks_left_out(nm_per_px) == f"particles under {said} are left out"


def test_a_card_without_a_smallest_diameter_leaves_nothing_out():
    card = Card(name="n", architecture="unet")
    assert (card.smallest_area(0.1), card.specks_left_out(0.1)) == (0, "")


@pytest.mark.parametrize("diameter", [0, -1, float("inf")])
def test_a_smallest_diameter_is_a_length(diameter):
    with pytest.raises(ValidationError, match="smallest_diameter_px"):
        Card(name="n", architecture="unet", smallest_diameter_px=diameter)
