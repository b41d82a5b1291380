"""Strokes between browser and Python: each is drawn once, and told when it is on the disk."""

import threading

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.label.link import LabelLink
from workbench.app.session import Session
from workbench.app.viewer.viewer import Viewer
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.micrograph import Micrograph


def grains(name="grains", level=0.0):
    return Micrograph(np.full((60, 80), level, np.float32), 0.05, name)


class Linked:
    """A session with a label, and what its viewer sends to the browser."""

    def __init__(self, folder, micrograph):
        self.sent = []
        self.session = Session(data=DataFolder(folder), compute=FakeCompute())
        self.session.selected = []
        self.session.show(micrograph)
        self.viewer = Viewer()
        self.viewer.send = lambda message, buffers=None: self.sent.append(message)
        self.link = LabelLink(self.session, self.viewer)
        self.session.label.active = True

    def stroke(self, name, **changed):
        """Say what a browser says when a stroke has ended; it was drawn along a row."""
        message = {
            "kind": "stroke",
            "id": name,
            "of": self.session.label.file_key,
            "tool": "brush",
            "points": [10, 10, 10, 40],
            "size": 5,
            "value": 1,
            "seen": self.viewer.labels_sent,
            "sum": None,
            **changed,
        }
        self.viewer._heard(self.viewer, message, [])

    def kept(self):
        self.session.label.wait()
        return [name for message in self.sent if message["kind"] == "kept" for name in message["ids"]]


@pytest.fixture
def linked(tmp_path):
    return Linked(tmp_path, grains())


def test_a_stroke_is_told_once_it_is_on_the_disk(linked, monkeypatch):
    may, write = threading.Event(), LabelFile.write

    def slowly(self, *arguments):
        assert may.wait(60)
        write(self, *arguments)

    monkeypatch.setattr(LabelFile, "write", slowly)
    linked.stroke("a")
    assert [message for message in linked.sent if message["kind"] == "kept"] == []
    may.set()
    assert linked.kept() == ["a"]
    assert (tifffile.imread(linked.session.label.path) == 1).sum() > 100


def test_a_stroke_that_could_not_be_written_is_not_told_until_it_is(linked, monkeypatch):
    def full(*_arguments):
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(LabelFile, "write", full)
        linked.stroke("a")
        assert linked.kept() == []
    linked.stroke("b", points=[30, 10, 30, 40])
    assert linked.kept() == ["a", "b"]


def test_a_stroke_that_is_sent_again_is_drawn_once(linked):
    linked.stroke("a")
    linked.stroke("b", tool="eraser", value=0)
    linked.session.label.wait()
    linked.stroke("a")  # the browser did not hear that it was kept
    assert not linked.session.label.values.any()
    assert linked.kept().count("a") == 2
    assert linked.session.label.can_undo


def test_a_stroke_that_changes_nothing_is_told_too(linked):
    linked.stroke("a", tool="eraser", value=0)
    assert linked.kept() == ["a"]


def test_a_stroke_for_another_micrograph_waits_for_it(linked):
    first = linked.session.label.file_key
    linked.session.show(grains("other", 1.0))
    linked.stroke("a", of=first)
    assert not linked.session.label.values.any()
    assert linked.kept() == []
    linked.session.show(grains())
    linked.stroke("a", of=first)
    assert linked.session.label.values.any()
    assert linked.kept() == ["a"]


def test_the_browser_hears_which_label_it_shows(linked):
    first = linked.session.label.file_key
    labels = [message for message in linked.sent if message["kind"] in ("label", "no label")]
    assert {message["of"] for message in labels} == {first}
    linked.session.show(grains("other", 1.0))
    labels = [message for message in linked.sent if message["kind"] in ("label", "no label")]
    assert labels[-1]["of"] == linked.session.label.file_key != first


def test_strokes_of_an_earlier_page_are_drawn_and_said(tmp_path):
    before = Linked(tmp_path, grains())
    name = before.session.label.file_key
    linked = Linked(tmp_path, grains())  # a new kernel
    linked.stroke("a", of=name, earlier=True)
    linked.stroke("b", of=name, earlier=True, points=[30, 10, 30, 40])
    assert (linked.session.label.values == 1).sum() > 200
    assert "2 strokes" in linked.session.message
    assert linked.kept() == ["a", "b"]
    linked.session.label.undo()
    assert linked.session.label.values[10, 20] == 1
    assert linked.session.label.values[30, 20] == 0


def test_a_stroke_that_can_not_be_drawn_is_not_held_for_ever(linked):
    linked.stroke("a", tool="hammer")
    assert "hammer" in linked.session.message
    assert linked.kept() == ["a"]
