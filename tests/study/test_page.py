"""What the tables of a study's page say, and what a worker that was ended leaves behind."""

import math
from pathlib import Path

import pandas as pd
import pytest
from distributed.scheduler import KilledWorker

from workbench.study import schedule
from workbench.study.cells import cells_of
from workbench.study.comparisons import comparisons
from workbench.study.page_tables import comparison_tables, networks_table
from workbench.study.plan import read_plan
from workbench.study.results import read_result
from workbench.study.work import Job


def network(**changed) -> dict:
    plain = {
        "network": "U-Net",
        "kind": "U-Net",
        "dilation": "1",
        "parameters": 7477,
        "field_px": 44,
        "field_nm": 2.2,
        "field_diameters": 1.25,
        "field_edges": 0.5,
        "seconds": 0.0411,
        "device": "cpu",
        "threads": 2,
    }
    return plain | changed


def test_a_network_is_described_with_units_and_what_is_not_known_is_said():
    page = networks_table(
        pd.DataFrame([network(), network(dilation="8", field_nm=math.nan, field_edges=1.2, seconds=12.34)])
    )
    assert page[2] == "| U-Net | 1 | 7 477 | 44 | 2.2 | 1.2 | 41 ms |"
    assert page[3] == "| U-Net | 8 | 7 477 | 44 | not known | 1.2 | 12.3 s |"
    assert "on cpu with 2 threads" in page[-2]
    assert page[-2].endswith("zeros to a network: U-Net at dilation 8.")
    assert "Wider" not in networks_table(pd.DataFrame([network()]))[-2]


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


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KilledWorker("task", None, 0), "Its process was ended, most likely for want of memory"),
        (OSError("no room\nat all"), "OSError: no room"),
    ],
)
def test_a_worker_that_was_ended_leaves_a_failed_cell(plan, tmp_path, error, said):
    class Future:
        def result(self):
            raise error

    cell = cells_of(read_plan(plan())[0])[0]
    outcome, why = schedule._outcome(Future(), Job(cell, tmp_path, (), "", (), Path()))
    result = read_result(tmp_path, cell.name)
    assert outcome == "failed"
    assert why.startswith(said)
    assert result is not None
    assert (result.status, result.why) == ("failed", why)
    assert result.is_of(cell)
