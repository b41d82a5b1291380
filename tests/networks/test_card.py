"""What a card says of the input."""

import pytest

from workbench.networks.card import Input


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
