"""What a session keeps of the particles is read before anything is counted; what is broken is refused by a sentence."""

import json

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.app.particles.saved import MOST_CORRECTIONS
from workbench.errors import WorkbenchError

KEPT = {"ab12": {"unet": [["cut", [[1.0, 2.0], [3.0, 4.5]]], ["out", [[7.0, 8.0]]]]}}


def parsed(**said):
    return parse_session(json.dumps(said), "a.workbench.json")


def test_corrections_are_read_as_they_were_written():
    read = parsed(corrections=KEPT)
    assert read.corrections == KEPT
    assert parse_session(read.model_dump_json()).corrections == KEPT


def test_a_session_of_before_counts_all_that_the_edge_does_not_cut():
    read = parsed()
    assert read.corrections == {}
    assert read.counted.model_dump() == {
        "diameter": "equal_circle",
        "smallest": None,
        "largest": None,
        "size_unit": "",
        "min_confidence": 0.0,
        "min_circularity": 0.0,
        "edge": "weights",
        "weighted_by": "number",
        "calibration": None,
    }


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (["slice", [[1, 2], [3, 4]]], "'slice'"),
        (["cut", [[1, 2]]], "To cut takes 2 to 20000 places, not 1"),
        (["draw", [[1, 2], [3, 4]]], "To draw takes 3"),
        (["out", [["left", 2]]], "pairs of y and x"),
        (["out", [[1, 2, 3]]], "pairs of y and x"),
        (["out", [[None, 2]]], "pairs of y and x"),
        (["out"], "A correction is a kind and places"),
        ("out", "A correction is a kind and places"),
        (7, "A correction is a kind and places"),
        ([["out"], [[1, 2]]], "By hand one can"),
        ({"kind": "out", "places": [[1, 2]]}, "By hand one can"),
    ],
)
def test_a_broken_correction_is_refused_by_one_sentence(broken, said):
    with pytest.raises(WorkbenchError) as refused:
        parsed(corrections={"ab12": {"unet": [broken]}})
    (line,) = str(refused.value).splitlines()
    assert line.startswith("a.workbench.json is not a session of this version: corrections.ab12.unet.0")
    assert said in line


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_place_that_is_no_number_is_refused(number):
    with pytest.raises(WorkbenchError, match="not a session of this version"):
        parse_session(f'{{"corrections": {{"ab12": {{"unet": [["out", [[{number}, 2]]]]}}}}}}')


def test_more_corrections_than_a_hand_makes_are_refused():
    with pytest.raises(WorkbenchError, match=r"corrections\.ab12\.unet"):
        parsed(corrections={"ab12": {"unet": [["out", [[1, 2]]]] * (MOST_CORRECTIONS + 1)}})


@pytest.mark.parametrize(
    "broken",
    [
        {"smallest": 3.0, "largest": 2.0},
        {"smallest": -1.0},
        {"min_confidence": 1.5},
        {"edge": "sometimes"},
        {"diameter": "mean"},
        {"size_unit": "inch"},
        {"colour": "red"},
    ],
)
def test_rules_that_nobody_can_set_are_refused(broken):
    with pytest.raises(WorkbenchError, match="not a session of this version: counted"):
        parsed(counted=broken)
