"""Lengths in words."""

import pytest

from workbench.errors import MicrographError
from workbench.micrographs.length_text import length_nm, length_text


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


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        ("50 nm", 50),
        ("50nm", 50),
        ("0.2 um", 200),
        ("0,2 µm", 200),
        ("1 µM", 1000),
        ("200 Å", 20),
        ("5 pm", 0.005),
    ],
)
def test_a_length_is_read_with_its_unit(text, nm):
    assert length_nm(text) == nm


@pytest.mark.parametrize("text", ["", "50", "nm", "0 nm", "-5 nm", "1.2.3 nm", "5 px", "1e400 nm", "5 nm 3"])
def test_what_is_no_length_is_said_to_be_none(text):
    with pytest.raises(MicrographError, match="number with its unit"):
        length_nm(text)
    assert length_nm("3", unit="nm") == 3
