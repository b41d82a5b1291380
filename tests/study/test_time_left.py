"""How long a study still takes, from how long cells like those that are left took."""

from typing import NamedTuple

import pytest

from workbench.study.time_left import say_left, seconds_left


class Cell(NamedTuple):
    network: str
    initialisation: str = "none"
    rates: str = "1"


def test_before_the_first_cell_is_done_nothing_is_known():
    assert seconds_left([], [(Cell("a"), 0.0)], 1) is None
    assert say_left(None) == ""


def test_a_cell_takes_as_long_as_the_closest_that_are_done():
    took = [(Cell("a"), 100.0), (Cell("a", rates="2"), 300.0), (Cell("b"), 10.0)]
    assert seconds_left(took, [(Cell("a"), 0.0)], 1) == 100  # the same dilation
    assert seconds_left(took, [(Cell("a", rates="4"), 0.0)], 1) == 200  # the same network and start
    assert seconds_left(took, [(Cell("a", "edges", "4"), 0.0)], 1) == 200  # the same network
    assert seconds_left(took, [(Cell("c"), 0.0)], 1) == pytest.approx(410 / 3)  # none alike


def test_what_is_done_of_a_cell_is_not_waited_for_and_workers_share_the_rest():
    took = [(Cell("a"), 100.0)]
    assert seconds_left(took, [(Cell("a"), 0.75)], 1) == 25
    assert seconds_left(took, [(Cell("a"), 0.0)] * 4, 2) == 200
    assert seconds_left(took, [(Cell("a"), 0.0)], 8) == 100  # one cell is not shared
    assert seconds_left(took, [], 2) == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "about 1 s left"),
        (89, "about 89 s left"),
        (90, "about 2 min left"),
        (3600, "about 60 min left"),
        (7200, "about 2.0 h left"),
    ],
)
def test_a_time_is_said_in_words(seconds, said):
    assert say_left(seconds) == said
