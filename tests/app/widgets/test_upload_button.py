"""Uploads come in pieces, whole or not at all, and what is too large is said."""

import pytest

from workbench.app.widgets.upload_button import UploadButton


class Uploading:
    """A button, what it says to its browser and to the person."""

    def __init__(self, largest=100):
        self.failed, self.answers = [], []
        self.button = UploadButton(
            "Upload…", self.failed.append, largest=largest, instead="put it in the data folder"
        )
        self.button.send = lambda message, buffers=None: self.answers.append(message)

    def piece(self, content, at, size, upload="a", name="one.tif"):
        message = {"kind": "piece", "id": upload, "name": name, "size": size, "at": at}
        self.button._heard(self.button, message, [memoryview(content)])

    def stop(self, upload="a"):
        self.button._heard(self.button, {"kind": "stop", "id": upload}, [])


@pytest.fixture
def uploading():
    return Uploading()


def test_a_file_comes_in_pieces(uploading):
    uploading.piece(b"abc", 0, 5)
    assert uploading.button.value == ()
    assert uploading.answers[-1] == {"kind": "next", "id": "a", "at": 3}
    uploading.piece(b"de", 3, 5)
    assert uploading.button.value == ({"name": "one.tif", "content": b"abcde"},)
    assert uploading.failed == []


def test_a_piece_that_comes_twice_or_too_early_does_no_harm(uploading):
    uploading.piece(b"abc", 0, 5)
    uploading.piece(b"abc", 0, 5)
    uploading.piece(b"xx", 4, 5)
    assert uploading.answers[-1]["at"] == 3
    uploading.piece(b"de", 3, 5)
    assert uploading.button.value[0]["content"] == b"abcde"
    uploading.button.value = ()
    uploading.piece(b"de", 3, 5)  # its answer was lost
    assert uploading.answers[-1]["at"] == 5
    assert uploading.button.value == ()


def test_what_was_stopped_half_way_leaves_nothing_in_the_next(uploading):
    uploading.piece(b"abc", 0, 5)
    uploading.stop()
    uploading.piece(b"12345", 0, 5, upload="b")
    assert uploading.button.value[0]["content"] == b"12345"


def test_an_empty_file_comes_as_empty(uploading):
    uploading.piece(b"", 0, 0)
    assert uploading.button.value[0]["content"] == b""


def test_a_file_that_is_too_large_is_said_with_the_limit_and_what_to_do(uploading):
    uploading.piece(b"abc", 0, 300 * 2**20, name="large.dm4")
    assert uploading.answers[-1]["kind"] == "stopped"
    (said,) = uploading.failed
    assert said == "large.dm4 has 300 MB; uploads end at 0 MB: put it in the data folder."
    assert uploading.button.value == ()


def test_what_the_browser_says_reaches_the_person(uploading):
    uploading.button._heard(uploading.button, {"kind": "failed", "why": "one.tif could not be read."}, [])
    assert uploading.failed == ["one.tif could not be read."]
