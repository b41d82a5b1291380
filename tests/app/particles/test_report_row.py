"""The fields for the report show what is stated, take what is typed, and say what the file knows."""

import numpy as np
import pytest

from workbench.app.particles.report_row import HINTS, ReportRow
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def make():
    return {}


@pytest.fixture
def row(bare, make):
    return ReportRow(bare.session, make)


def test_what_is_typed_is_stated(bare, row, make):
    make["sample"].value = " Pt on carbon "
    make["note"].value = "two\nlines"
    assert bare.session.report.keywords() == {"sample": "Pt on carbon", "note": "two\nlines"}
    assert make["sample"].value == "Pt on carbon"


def test_what_is_stated_is_shown(bare, row, make):
    for name in HINTS:
        setattr(bare.session.report, name, f"some {name}")
    assert {name: make[name].value for name in HINTS} == {name: f"some {name}" for name in HINTS}


def test_an_empty_field_of_the_microscope_says_what_the_file_knows(bare, row, make):
    assert make["microscope"].placeholder == "not stated"
    known = Micrograph(np.eye(64, dtype=np.float32), 0.1, "a", metadata={"microscope": "Titan"})
    bare.session.show(known)
    assert make["microscope"].placeholder == "Titan, by the file"
    assert bare.session.report.keywords() == {}
