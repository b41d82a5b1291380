"""What a session keeps of the rings is read before anything is drawn."""

import pytest

from workbench.app.core.session_reading import parse_session
from workbench.errors import WorkbenchError


def test_a_session_whose_rings_nobody_can_read_is_refused():
    with pytest.raises(WorkbenchError, match="rings: The lattice of kryptonite is not known here"):
        parse_session('{"rings": "Au, kryptonite"}')


def test_a_session_of_before_has_those_of_gold():
    saved = parse_session("{}")
    assert (saved.rings, saved.fourier_of, saved.fourier_box) == ("Au", "view", None)


def test_a_box_that_ends_before_it_begins_is_refused():
    with pytest.raises(WorkbenchError, match="the part ends before it begins"):
        parse_session('{"fourier_box": [5, 0, 5, 9]}')
