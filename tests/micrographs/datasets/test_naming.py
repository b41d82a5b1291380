"""Names in a sentence."""

import pytest

from workbench.micrographs.datasets.naming import listed


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("", "none"),
        ("a", "a"),
        ("ab", "a and b"),
        ("abc", "a, b and c"),
        ("abcde", "a, b, c, d and e"),
        ("abcdefg", "a, b, c, d, e and 2 more"),
    ],
)
def test_a_handful_of_names_is_named_and_the_rest_counted(names, said):
    assert listed(list(names)) == said
