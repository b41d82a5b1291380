"""Numbers in words."""

import pytest

from workbench.particles.wording import (
    decimals,
    html_table,
    left_out_text,
    number,
    with_error,
    with_interval,
)


def test_a_number_has_the_digits_that_its_interval_leaves_it():
    assert with_interval(4.1234, (4.03, 4.21), "nm") == "4.12 nm, 95 % [4.03, 4.21]"
    assert with_interval(412.34, (403.0, 421.0), "nm") == "412 nm, 95 % [403, 421]"
    assert with_interval(3.9931, (3.976, 4.0101)) == "3.993, 95 % [3.976, 4.010]"
    assert with_interval(4.1234, None, "nm") == "4.12 nm"
    assert with_interval(None, None, "nm") == "–"
    assert number(0.0) == "0.00"
    assert decimals(5.0, (5.0, 5.0)) == 2


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (0.23512, 0.0009, "0.2351(9)"),
        (0.23512, 0.00014, "0.23512(14)"),
        (0.23512, 0.00196, "0.235(2)"),
        (0.23512, 0.03, "0.24(3)"),
        (5.9, 0.002, "5.900(2)"),
        (123.4, 15.0, "123(15)"),
        (0.2355, 0.0, "0.2355"),
        (0.2355, 1.0, "0.2355"),
    ],
)
def test_the_error_of_the_last_digits_stands_in_brackets(value, error, said):
    assert with_error(value, error) == said


def test_what_was_left_out_is_told_the_most_first():
    assert left_out_text({"hand": 4, "edge": 12, "dust": 4}) == "12 cut by the edge, 4 dust, 4 by hand"
    assert left_out_text({}) == ""


def test_a_table_escapes_what_others_wrote_and_leaves_empty_rows_away():
    page = html_table("a <b>", [("x", "1 < 2"), ("y", "")], ["so & so"])
    assert "a &lt;b&gt;" in page
    assert "1 &lt; 2" in page
    assert ">y<" not in page
    assert page.endswith("<p>so &amp; so</p>")
