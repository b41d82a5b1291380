"""Options that several commands share: what is opened, and what is said of what is left aside."""

import numpy as np
import pytest
import tifffile

from workbench.command_options import open_as_asked, signal_of
from workbench.errors import MicrographError
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph


@pytest.mark.parametrize(
    ("given", "taken"), [(None, None), ("3", 3), ("HAADF", "HAADF"), ("-1", "-1"), ("", "")]
)
def test_a_signal_is_a_number_where_a_number_was_given(given, taken):
    assert signal_of(given) == taken
    assert type(signal_of(given)) is type(taken)


@pytest.fixture
def stack(tmp_path):
    frames = np.random.default_rng(0).integers(0, 99, (3, 20, 30)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a\nb.tif", frames, imagej=True, metadata={"axes": "TYX"})
    return tmp_path / "a\nb.tif", frames


def test_the_first_frame_of_a_stack_is_taken_with_a_word_and_another_without(stack, capsys):
    path, frames = stack
    opened = open_as_asked(path, None, None, 0.05, done="segmented")
    assert np.array_equal(opened.pixels, frames[0])
    assert opened.nm_per_px == 0.05
    said = capsys.readouterr().err
    assert said == "a\\x0ab.tif holds 3 frames; the first one is segmented, --frame chooses another.\n"
    assert np.array_equal(open_as_asked(path, 2, "0", None, done="segmented").pixels, frames[2])
    assert open_as_asked(path, 0, None, None, done="segmented").shape == (20, 30)
    assert capsys.readouterr().err == ""


def test_what_cannot_be_opened_so_is_refused(stack):
    path, _ = stack
    with pytest.raises(MicrographError, match="there is no frame 3"):
        open_as_asked(path, 3, None, None, done="segmented")
    with pytest.raises(MicrographError, match="no signal 'HAADF'"):
        open_as_asked(path, 0, "HAADF", None, done="segmented")


def test_what_is_burnt_in_is_left_out_with_a_word_unless_it_is_kept_or_plays_no_part(
    stack, capsys, monkeypatch
):
    path, _ = stack
    marks = (Mark("data bar", 15, 20, 0, 30), Mark("text", 0, 3, 0, 9), Mark("text", 4, 7, 0, 9))
    marked = Micrograph(np.ones((20, 30), np.float32), None, "m", None, {"frames": 1}, marks=marks)
    monkeypatch.setattr("workbench.micrographs.reading.open_micrograph", lambda *_given, **_options: marked)
    assert open_as_asked(path, None, None, None, done="segmented").left_out == marks
    assert capsys.readouterr().err == (
        "a\\x0ab.tif: left out, as burnt into the picture: data bar, 2 x text; --keep-marks takes it for specimen.\n"
    )
    assert open_as_asked(path, None, None, None, done="segmented", keep_marks=True).left_out == ()
    assert open_as_asked(path, None, None, None, done="measured") is marked
    assert capsys.readouterr().err == ""
