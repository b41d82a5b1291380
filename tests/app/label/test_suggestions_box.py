"""The box "Next to label": when it can look, what it says, and which region is marked."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_file import Origin
from workbench.app.label.suggestion import Suggestion
from workbench.app.label.suggestions_box import SAYS, SuggestionsBox
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.active_learning import UncertainRegion


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32), 0.05, "noise"))
    return made


@pytest.fixture
def box(session):
    return SuggestionsBox(session)


def suggestion(session, top=0, unsure=(0.5,)):
    region = UncertainRegion(top, 8, 16, 16, unsure, 0.0, 0.0)
    sha256 = session.micrograph.sha256
    return Suggestion("noise", sha256, Origin(kind="array"), region, "Otsu is not sure", b"picture")


def visible(widget):
    return widget.layout.display != "none"


def test_without_a_network_it_cannot_look_and_says_why(session, box):
    assert not box.here.disabled
    session.selected = []
    assert box.here.disabled
    assert box.folder.disabled
    assert box.here.tooltip == box.folder.tooltip == "Tick a network under Networks first"


def test_while_it_looks_it_says_how_far_it_is_and_can_be_stopped(session, box):
    learning = session.active_learning
    assert box.status.value == SAYS
    learning.status, learning.fraction, learning.busy = "a <b>", 0.25, True
    assert box.status.value == "looking at a &lt;b&gt;: 25 %"
    assert (visible(box.stop), visible(box.here), visible(box.folder)) == (True, False, False)
    learning.busy = False
    assert (visible(box.stop), visible(box.here), visible(box.folder)) == (False, True, True)


def test_each_region_says_where_it_is_and_why(session, box):
    session.active_learning.proposals = [suggestion(session), suggestion(session, top=20, unsure=())]
    first, second = box.list._items
    assert (first.name, first.text, first.png) == ("noise", "Otsu is not sure", b"picture")
    assert first.title.startswith("noise, rows 0 to 16, columns 8 to 24 px: Otsu is not sure; doubt ")
    assert "doubt" not in second.title


def test_the_region_that_was_opened_is_marked_and_the_rest_can_be_left_out(session, box):
    wanted = suggestion(session)
    session.active_learning.proposals = [wanted]
    assert not visible(box.rest)
    session.active_learning.opened = wanted
    assert box.list.chosen == wanted.key
    assert visible(box.rest)


def test_why_nothing_can_be_looked_for_is_said(session, box):
    session.micrograph = None
    box.here.click()
    assert session.message != ""
    assert not session.active_learning.busy
