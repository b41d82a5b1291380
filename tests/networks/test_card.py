"""What a card says of the input."""

import pytest

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
