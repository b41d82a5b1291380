"""What the page itself saves is checked field by field; files of earlier versions are read."""

import pytest

from workbench.app.core.session_file import Origin, SessionState
from workbench.app.core.session_reading import parse_session
from workbench.errors import WorkbenchError

WRONG_FILES = [
    ('{"view": {"colormap": "nope"}}', "view.colormap"),
    ('{"view": {"contrast": [90, 10]}}', "view.contrast"),
    ('{"view": {"overlay_mode": "dots"}}', "view.overlay_mode"),
    ('{"view": {"gamma": 0}}', "view.gamma"),
    ('{"view": {"gamma": NaN}}', "view.gamma"),
    ('{"thresholds": {"unet": 7}}', "thresholds.unet"),
    ('{"thresholds": {"unet": NaN}}', "thresholds.unet"),
    ('{"scales": {"unet": 0}}', "scales.unet"),
    ('{"dilations": {"unet": [0]}}', "dilations.unet"),
    ('{"selected": ["otsu", "otsu"]}', "selected"),
    ('{"min_area_nm2": -3}', "min_area"),
    ('{"min_area_nm2": Infinity}', "min_area"),
    ('{"pixel_sizes": {"a.tif": 0}}', "pixel_sizes"),
    ('{"origin": {"kind": "sample", "path": "nope"}}', "origin"),
    ('{"origin": {"kind": "file"}}', "origin"),
    ('{"origin": {"kind": "file", "path": "a", "nm_per_px": Infinity}}', "origin.nm_per_px"),
    ('{"origin": {"kind": "file", "path": "a", "frame": -1}}', "origin.frame"),
]


@pytest.mark.parametrize(("text", "where"), WRONG_FILES, ids=[where for _text, where in WRONG_FILES])
def test_a_session_file_is_checked_whole_and_the_sentence_names_the_field(text, where):
    with pytest.raises(WorkbenchError, match="not a session") as refused:
        parse_session(text, "mine.workbench.json")
    assert where in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", '{"format": 2}', '{"surprise": 1}', '{"view": {"gamma": -1}}'])
def test_a_session_file_that_is_wrong_is_refused(text):
    with pytest.raises(WorkbenchError, match="not a session"):
        parse_session(text)


def test_keys_of_an_earlier_version_are_read():
    state = SessionState.model_validate({"ticked": ["otsu"], "active": "otsu", "min_area_nm2": 7})
    assert (state.selected, state.current, state.min_area) == (["otsu"], "otsu", 7)
    assert {"selected", "current", "min_area"} <= state.model_dump().keys()


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ({"kind": "sample", "path": "nope"}, "no sample 'nope'; there are"),
        ({"kind": "file"}, "a file has a path"),
        ({"kind": "file", "path": "a\0b"}, "a file has a path"),
        ({"kind": "file", "path": "a.tif", "rows": [8, 8]}, "the rows end before they begin"),
    ],
)
def test_what_could_not_be_opened_again_is_no_origin(origin, why):
    with pytest.raises(ValueError, match=why):
        Origin.model_validate(origin)
