"""Phases are read as a person types them, and kept with the session."""

import json

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.app.particles.lattice_saved import FIRST_PHASES, read_phases
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Au", ["Au"]),
        ("au; PT , Au,", ["Au", "Pt"]),
        ("TiO2  anatase, GAMMA-AL2O3", ["TiO2 anatase", "gamma-Al2O3"]),
        ("", ["Au", "Ag", "Pt", "Pd", "Cu"]),
        (" ; ", ["Au", "Ag", "Pt", "Pd", "Cu"]),
    ],
)
def test_names_are_read_in_whichever_case(typed, read):
    assert read_phases(typed) == read


def test_what_is_no_phase_is_refused_with_those_that_are():
    with pytest.raises(WorkbenchError, match=r"gold is no phase known here; choose from Au, .*MgO"):
        read_phases("Au, gold")


def test_a_session_has_them_and_one_of_before_the_first():
    assert parse_session("{}", "a").lattice_phases == FIRST_PHASES
    assert parse_session(json.dumps({"lattice_phases": "MgO"}), "a").lattice_phases == "MgO"
    with pytest.raises(WorkbenchError, match="gold is no phase"):
        parse_session(json.dumps({"lattice_phases": "gold"}), "a")
