"""What a session keeps of what is explained is checked before anything is asked."""

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.app.explain.saved import MOST_CORNERS, Explained
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"explained": {"at": [1]}}', "explained.at: a click has a row and a column"),
        ('{"explained": {"at": [-1, 2]}}', "explained.at"),
        ('{"explained": {"at": [1, 2, 3]}}', "explained.at"),
        ('{"explained": {"percentile": 101}}', "explained.percentile"),
        ('{"explained": {"opacity": 2}}', "explained.opacity"),
        ('{"explained": {"kind": "everything"}}', "explained.kind"),
        ('{"explained": {"surprise": 1}}', "explained.surprise"),
    ],
)
def test_a_session_that_asks_for_what_cannot_be_explained_is_refused(text, where):
    with pytest.raises(WorkbenchError, match="not a session") as refused:
        parse_session(text)
    assert where in str(refused.value)


def test_a_free_hand_region_has_a_limited_number_of_corners():
    corners = [(0, 0)] * MOST_CORNERS
    assert len(Explained(line=corners).line) == MOST_CORNERS
    with pytest.raises(ValueError, match="at most 5000"):
        Explained(line=[*corners, (0, 0)])
