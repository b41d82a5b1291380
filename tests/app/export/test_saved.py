"""What a session keeps of how the figure is on paper."""

import pytest
from pydantic import ValidationError

from workbench.app.export.saved import ExportSaved, OnPaper


def test_a_session_that_says_nothing_of_it_has_it_as_at_first():
    assert ExportSaved().export == OnPaper(width_mm=None, letters="a)", bar_nm=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width_mm": 5},
        {"width_mm": 2000},
        {"letters": "b"},
        {"bar_nm": 0},
        {"colour": "red"},
        {"bar_corner": "top"},
        {"titles": ["a"]},
        {"region": (0, 0, 5)},
        {"region": (5, 0, 5, 9)},
        {"region": (-1, 0, 5, 9)},
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        OnPaper(**wrong)
