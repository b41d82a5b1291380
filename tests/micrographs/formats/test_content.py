"""What a reader found in a file."""

import numpy as np
import pytest

from workbench.micrographs.formats.content import Axis, Content, Unreadable, never_read


@pytest.mark.parametrize(
    ("shape", "frames"), [((4, 5), 1), ((3, 4, 5), 3), ((2, 3, 4, 5), 6), ((0, 4, 5), 0)]
)
def test_frames_are_all_but_the_last_two_axes(shape, frames):
    content = Content("a", shape, np.dtype("u2"), never_read)
    assert content.frames == frames
    assert content.axes == (Axis(None, None), Axis(None, None))
    assert (content.original(), content.known, content.refused, content.preview) == ({}, {}, None, False)


def test_pixels_of_what_is_refused_are_never_read():
    with pytest.raises(Unreadable, match="holds no image"):
        never_read(0)
