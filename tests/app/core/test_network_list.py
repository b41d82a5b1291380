"""The list of networks: its order, which is that of the panes, and colours that change hands."""

import pytest

from workbench.app.core.network_list import in_order, moved_to, swapped

THERE = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("order", "selected", "listed"),
    [
        ([], [], "abcd"),
        (["d", "b"], [], "dbac"),  # who is not named comes behind
        ([], ["c", "a"], "cbad"),  # panes change places among each other
        (["d", "c", "b", "a"], ["b", "d"], "bcda"),
        (["gone", "b"], ["gone"], "bacd"),  # a run that was deleted
    ],
)
def test_rows_stand_as_ordered_and_those_with_a_pane_as_their_panes(order, selected, listed):
    assert "".join(in_order(THERE, order, selected)) == listed


@pytest.mark.parametrize(
    ("name", "place", "listed"),
    [("a", 2, "bcad"), ("d", 0, "dabc"), ("b", 1, "abcd"), ("a", 99, "bcda"), ("d", -1, "dabc")],
)
def test_one_has_the_place_that_it_is_given_and_beyond_the_ends_the_last_one(name, place, listed):
    assert "".join(moved_to(THERE, name, place)) == listed


def test_a_colour_that_another_has_changes_hands():
    shown = {"a": "#111111", "b": "#222222", "c": "#333333"}
    assert swapped(shown, "a", "#222222") == {"a": "#222222", "b": "#111111"}
    assert swapped(shown, "a", "#444444") == {"a": "#444444"}
