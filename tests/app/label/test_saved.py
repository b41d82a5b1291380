"""What a session keeps of what to label next is checked before a region is shown."""

import json

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.app.label.saved import MOST_PROPOSALS
from workbench.errors import WorkbenchError

REGION = {"top": 0, "left": 0, "height": 8, "width": 8, "unsure": [], "contradiction": 0, "differ": 0}
PROPOSED = {"name": "a", "sha256": "", "origin": {"kind": "array", "path": ""}, "region": REGION, "why": ""}


def parsed(to_label):
    return parse_session(json.dumps({"to_label": to_label})).to_label


@pytest.mark.parametrize(
    "wrong", [{"top": -1}, {"left": -1}, {"height": 0}, {"width": 0}], ids=lambda wrong: next(iter(wrong))
)
@pytest.mark.parametrize("part", ["visited", "proposals"])
def test_a_region_begins_inside_its_micrograph_and_has_pixels(wrong, part):
    region = REGION | wrong
    to_label = {"visited": {"a": [region]}, "proposals": [PROPOSED | {"region": region}]}
    with pytest.raises(WorkbenchError, match=rf"to_label\.{part}.*begins inside its micrograph"):
        parsed({part: to_label[part]})


def test_a_list_is_no_longer_than_the_page_makes_it():
    assert len(parsed({"proposals": [PROPOSED] * MOST_PROPOSALS}).proposals) == MOST_PROPOSALS
    with pytest.raises(WorkbenchError, match=r"to_label\.proposals.*at most 12"):
        parsed({"proposals": [PROPOSED] * (MOST_PROPOSALS + 1)})


def test_what_was_visited_comes_back_as_regions():
    (region,) = parsed({"visited": {"a": [REGION]}}).visited["a"]
    assert (region.top, region.height) == (0, 8)
