"""The table below the panes."""

from types import SimpleNamespace

import numpy as np
import pytest

from workbench.app.scores import Scores


@pytest.mark.parametrize(
    ("masked", "said"),
    [
        (5, "The 5 networks disagree on 50.0 % of the pixels."),
        (4, "The 4 networks that have a mask disagree on 40.0 % of the pixels."),
        (1, ""),
    ],
)
def test_the_sentence_says_whose_masks_are_compared(masked, said):
    names = [f"net{number}" for number in range(5)]
    # each finds another tenth of the pixels
    tuned = {
        name: SimpleNamespace(mask=np.arange(100).reshape(10, 10) // 10 == number)
        for number, name in enumerate(names[:masked])
    }
    session = SimpleNamespace(ticked=names, tuned=tuned)
    assert Scores._disagreement(SimpleNamespace(_session=session)) == said
