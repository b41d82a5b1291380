"""What `trust` returns."""

import json

import pytest
from trust_examples import SAME_MAP, figures

from workbench.explanation.trust_figures import Pointing
from workbench.explanation.trust_sentences import line, sentences


def test_the_report_says_what_the_figures_say():
    report = figures(SAME_MAP)
    assert report.line == line(report)
    assert report.sentences == sentences(report)
    assert report.to_dict()["failed"] is True


def test_a_report_as_plain_data_holds_all_of_it():
    told = figures(
        infidelity=0.25, pointing=Pointing(True, 0.0, 2.0, 0.4, 0.1), share_of_target=0.75, seconds=2.0
    )
    found = json.loads(json.dumps(told.to_dict(), allow_nan=False))
    assert found["method"] == "Gradient"
    assert found["line"] == told.line
    assert (found["failed"], found["depends_on_weights"], found["empty"]) == (False, True, False)
    assert (found["infidelity"], found["sensitivity"]) == (0.25, None)
    assert found["deletion"]["area"] == pytest.approx(0.2)
    assert found["insertion"]["area"] == pytest.approx(0.8)
    assert found["randomised"]["layers"] == ["out"]
    assert found["pointing"]["inside"] is True
    assert (found["share_of_target"], found["seconds"]) == (0.75, 2.0)
    assert figures(curves=(None, None)).to_dict()["deletion"] is None
