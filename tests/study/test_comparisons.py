"""Networks of a study that differ in one thing are compared, on what both have seen."""

import pandas as pd
import pytest

from workbench.study.comparisons import comparisons
from workbench.study.page_tables import comparison_tables
from workbench.study.plan import read_plan


def scores(values: dict[tuple[str, str, str, int], list[float]]) -> pd.DataFrame:
    """One row a network, start, dilation, seed and specimen."""
    return pd.DataFrame(
        [
            {
                "cell": f"{name}-{start}-{dilation}-{seed}",
                "network": name,
                "initialisation": start,
                "kind": f"{name}, {start}",
                "dilation": dilation,
                "training_size": 8,
                "seed": seed,
                "specimen": specimen,
                "dice_hard": value,
                "bin": "",
            }
            for (name, start, dilation, seed), found in values.items()
            for specimen, value in enumerate(found)
        ]
    )


@pytest.fixture
def read(plan):
    return read_plan(plan(("doses_e_per_A2 = [10, 100, 1000]\n", "")))[0]


def test_only_what_differs_in_one_thing_is_compared_on_seeds_and_specimens_that_both_have(read):
    table = comparisons(
        scores(
            {
                ("A", "none", "1", 0): [0.5, 0.7],
                ("A", "none", "1", 1): [0.5, 0.6],
                ("A", "none", "2", 0): [0.6, 0.8],
                ("B", "none", "1", 0): [0.8, 0.9],
                ("B", "edges", "1", 0): [0.9, 0.9],
                ("B", "edges", "1", 1): [0.9, 0.9],
            }
        ),
        read,
    )
    found = {
        (row["factor"], row["of"], row["against"]): (row["seeds"], round(row["difference"], 6))
        for row in table.to_dict("records")
    }
    a1, a2 = "A, none, dilation 1, 8 micrographs", "A, none, dilation 2, 8 micrographs"
    plain, edges = "B, none, dilation 1, 8 micrographs", "B, edges, dilation 1, 8 micrographs"
    assert found == {
        ("dilation", a2, a1): (1, 0.1),
        ("network", plain, a1): (1, 0.25),
        ("initialisation", edges, plain): (1, 0.05),
        ("network", edges, a1): (2, 0.325),
    }
    page = "\n".join(comparison_tables(table))
    assert "There are 4 intervals here" in page
    assert "Where there is one seed, the interval is over specimens alone" in page
    assert f"| {a2} | {a1} | **+0.100 [+0.100, +0.100]** |" in page


def test_networks_that_differ_in_nothing_or_in_everything_are_not_compared(read):
    table = comparisons(scores({("A", "none", "1", 0): [0.5], ("B", "none", "2", 0): [0.5]}), read)
    assert len(table) == 0
    assert "No two networks of this study differ in one thing only." in comparison_tables(table)
