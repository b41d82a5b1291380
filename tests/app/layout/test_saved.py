"""What a session keeps of the layout."""

import pytest
from pydantic import ValidationError

from workbench.app.layout.saved import HIGHEST_PX, Laid, LayoutSaved


def test_a_session_that_says_nothing_of_the_layout_leaves_it():
    assert LayoutSaved().layout is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"dock_px": -1},
        {"dock_px": HIGHEST_PX + 1},
        {"drawer": "a" * 101},
        {"view_mode": "pile"},
        {"width": 3},
    ],
)
def test_what_no_page_can_be_is_refused(wrong):
    assert Laid().dock_px == 0
    with pytest.raises(ValidationError):
        Laid(**wrong)
