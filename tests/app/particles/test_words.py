"""What is said of a count: numbers with their units, and why the others do not count."""

import pytest

from workbench.app.particles.count import Count
from workbench.app.particles.words import (
    REASONS,
    fringes_text,
    left_out_text,
    length_text,
    rows_html,
    summary_text,
)
from workbench.particles.selection import Selection


def test_why_particles_do_not_count_is_said_with_how_many():
    assert left_out_text(Count(5, 2, {"edge": 2, "hand": 1})) == "left out: 2 at the edge, 1 by hand"
    assert left_out_text(Count(5, 5)) == ""


def test_each_reason_of_a_selection_has_words(looked_at, particles):
    particles.min_circularity, particles.min_confidence = 0.95, 0.68
    particles.set_sizes(None, 3.0)
    particles.toggle(100, 60)
    looked_at.counted()
    assert set(particles.count.left_out) <= set(REASONS)
    assert len(particles.count.left_out) >= 3
    assert isinstance(particles.selection, Selection)


def test_fringes_are_counted_in_particles_that_count(crystals):
    found = crystals.particles.found
    assert fringes_text(found) == "2 of 5"
    assert fringes_text(found._replace(table=found.table.drop(columns="d1_nm"))) == ""


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (4.1234, "nm", "4.12 nm"),
        (41.234, "nm", "41.2 nm"),
        (412.34, "nm", "412 nm"),
        (1234.5, "nm", "1.23 µm"),
        (0.41234, "nm", "0.412 nm"),
        (0.041234, "nm", "0.041 nm"),
        (41.234, "px", "41.2 px"),
        (1234.5, "px", "1234 px"),
        (0.0, "px", "0.00 px"),
    ],
)
def test_a_length_has_three_digits_and_its_unit(value, unit, said):
    assert length_text(value, unit) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, ""),
        (Count(), "no particle"),
        (Count(3, 0, {"edge": 3}), "0 of 3"),
        (Count(203, 187, {"edge": 16}, 4.12, "nm"), "187 of 203"),
        (Count(2, 2, {}, 41.26, "px"), "2 of 2"),
    ],
)
def test_a_count_in_a_few_words(count, said):
    assert summary_text(count) == said


def test_facts_are_a_list_whose_words_are_no_markup():
    made = rows_html([("<Counted>", "5 & more", 'says "how"')])
    assert made.startswith('<dl class="hw-facts">')
    assert "<dt>&lt;Counted&gt;</dt><dd>5 &amp; more</dd>" in made
    assert 'title="says &quot;how&quot;"' in made
    assert rows_html([]) == ""
