"""Lengths in words."""

import pytest

from workbench.micrographs.length_text import length_text


@pytest.mark.parametrize(
    ("nm", "text"),
    [
        (0.02, "0.02 nm"),
        (0.23456, "0.235 nm"),
        (999.4, "999 nm"),
        (999.6, "1 µm"),
        (1000, "1 µm"),
        (12_345, "12.3 µm"),
        (999_600, "1 mm"),
        (25e6, "25 mm"),
    ],
)
def test_three_digits_in_the_unit_that_suits(nm, text):
    assert length_text(nm) == text
