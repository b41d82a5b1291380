"""The tables of a study's page, in Markdown."""

import math

import pandas as pd

from workbench.study.page_tables import markdown, networks_table


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


def test_a_table_has_a_head_a_rule_and_a_line_a_row():
    assert markdown(["a", "b"], [["1", "2"], ["3", "4"]])[:4] == [
        "| a | b |",
        "|---|---|",
        "| 1 | 2 |",
        "| 3 | 4 |",
    ]
