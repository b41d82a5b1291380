"""Next to label without a browser: what a script may call, over a real worker or a stand-in for it."""

import io
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fake_compute import FakeCompute
from PIL import Image
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_file import Origin
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.label import active_learning
from workbench.app.label.active_learning import AT_MOST
from workbench.app.label.saved import ActiveLearningSaved
from workbench.app.label.suggestions_box import SuggestionsBox
from workbench.app.session import Session
from workbench.compute import regions
from workbench.compute.features import Which
from workbench.compute.regions import RegionsAsked
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff
from workbench.segmentation.active_learning import UncertainRegion

pytestmark = pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start
SHAPE, EDGE_NM = (160, 240), 3.2  # 64 px


def noisy(seed, row, column):
    """Discs in noise: one in clear contrast, and a faint one at (row, column)."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    pixels = 100 + 8 * np.random.default_rng(seed).normal(size=SHAPE)
    pixels -= 60 * (np.hypot(rows - 30, columns - 30) < 20)
    pixels -= 8 * (np.hypot(rows - row, columns - column) < 20)
    return pixels.astype(np.float32)


@pytest.fixture
def session(compute, tmp_path):
    for number, place in enumerate([(110, 60), (50, 180), (120, 200)]):
        write_tiff(tmp_path / f"m{number}.tif", noisy(number, *place), 0.05)
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["otsu", "bandpass"]
    made.active_learning.edge_nm = EDGE_NM
    made.open_file("m0.tif").join()
    return made


def test_the_open_micrograph_gives_regions_with_a_reason_and_a_picture(session):
    chosen = session.active_learning
    chosen.search_here().join()
    assert session.message == ""
    assert 1 <= len(chosen.proposals) <= chosen.per_micrograph
    first = chosen.proposals[0]
    assert first.name == "m0"
    assert (first.region.height, first.region.width) == (64, 64)
    assert "disagree on" in first.why or first.why.endswith("is not sure")
    assert Image.open(io.BytesIO(first.png)).size == (96, 96)
    assert not chosen.busy
    assert chosen.status == f"looked through {session.micrograph.name}"


def test_they_are_those_that_a_script_finds(session):
    from workbench import uncertain_regions

    session.active_learning.search_here().join()
    wait_for(lambda: len(session.segmentations) == 2)
    found = uncertain_regions(
        [session.segmentations[name] for name in session.selected], edge_nm=EDGE_NM, count=4
    )
    assert [one.region for one in session.active_learning.proposals] == found
    lines = script(session)
    assert "wb.uncertain_regions([otsu, bandpass]" in lines


def test_a_folder_is_looked_through_and_the_best_of_all_come_first(session):
    chosen = session.active_learning
    chosen.search_folder().join()
    assert chosen.status == "looked through 3 of 3 micrographs"
    assert {one.name for one in chosen.proposals} == {"m0", "m1", "m2"}
    scores = [one.region.score for one in chosen.proposals]
    assert scores == sorted(scores, reverse=True)
    assert len(chosen.proposals) <= AT_MOST


def test_a_region_of_another_micrograph_is_opened_with_the_tools_at_hand(session):
    chosen = session.active_learning
    chosen.search_folder().join()
    other = next(one for one in chosen.proposals if one.name == "m2")
    chosen.open(other.key).join()
    assert session.micrograph.name == "m2"
    assert session.label.active
    assert chosen.opened == other
    session.open_file("m1.tif").join()
    assert chosen.opened is None


def test_what_was_drawn_in_is_not_proposed_again_and_the_rest_can_be_left_out(session):
    chosen = session.active_learning
    chosen.search_here().join()
    first = chosen.proposals[0]
    chosen.open(first).join()
    row, column = first.region.top + 30, first.region.left + 30
    session.label.paint([(row, column)], size_px=11)
    chosen.search_here().join()
    assert first.key not in [one.key for one in chosen.proposals]

    chosen.leave_rest_out()
    values = session.label.values
    outside = np.ones(SHAPE, bool)
    outside[first.region.box] = False
    assert (values[outside] == 2).all()
    assert set(np.unique(values[first.region.box])) == {0, 1}
    session.label.undo()
    assert not (session.label.values == 2).any()
    session.label.wait()


def test_a_label_on_the_disk_counts_for_a_micrograph_that_is_not_open(session, compute, tmp_path):
    session.label.enclose([(0, 0), (0, 239), (159, 239), (159, 0)])
    session.label.wait()
    other = Session(data=DataFolder(tmp_path), compute=compute)
    other.selected = ["otsu", "bandpass"]
    other.active_learning.edge_nm = EDGE_NM
    other.open_file("m1.tif").join()
    other.active_learning.search_folder().join()
    assert {one.name for one in other.active_learning.proposals} == {"m1", "m2"}


def test_a_saved_session_lists_the_regions_again_and_leaves_out_what_is_gone(session, compute, tmp_path):
    chosen = session.active_learning
    chosen.search_folder().join()
    chosen.open(chosen.proposals[0]).join()
    text = session.state().model_dump_json()
    (tmp_path / "m1.tif").unlink()
    write_tiff(tmp_path / "m2.tif", noisy(7, 50, 50), 0.05)  # another micrograph by the same name
    again = Session(data=DataFolder(tmp_path), compute=compute)
    again.restore(parse_session(text))
    expected = [one.key for one in chosen.proposals if one.name == "m0"]
    assert expected
    wait_for(lambda: [one.key for one in again.active_learning.proposals] == expected)
    first = again.active_learning.proposals[0]
    assert (first.region, first.why) == next(
        (one.region, one.why) for one in chosen.proposals if one.name == "m0"
    )
    assert Image.open(io.BytesIO(first.png)).size == (96, 96)
    again.active_learning.open(first).join()
    assert again.micrograph.name == "m0"
    assert again.label.active


def test_a_region_outside_its_micrograph_or_a_file_outside_the_data_folder_is_left_out(
    session, compute, tmp_path, tmp_path_factory
):
    chosen = session.active_learning
    chosen.search_here().join()
    asked = chosen.asked()
    asked.proposals[0].region = replace(asked.proposals[0].region, top=SHAPE[0] - 10)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "m0.tif"
    elsewhere.write_bytes((tmp_path / "m0.tif").read_bytes())
    far = Origin(kind="file", path=str(elsewhere))
    asked.proposals = [
        asked.proposals[0],
        *asked.proposals[1:],
        asked.proposals[1].model_copy(update={"origin": far}),
    ]
    chosen.restore(ActiveLearningSaved(to_label=asked)).join()
    assert len(chosen.proposals) == len(asked.proposals) - 2 > 0

    # read from another folder alone
    asked.proposals = asked.proposals[-1:]
    chosen.restore(ActiveLearningSaved(to_label=asked)).join()
    assert chosen.proposals == []


def test_a_list_that_is_not_read_again_yet_is_saved_and_kept_behind_what_is_sent_there(session, monkeypatch):
    chosen = session.active_learning
    chosen.search_folder().join()
    saved = chosen.asked()
    assert len(saved.proposals) > 1
    go_on = threading.Event()
    read = active_learning.read_micrograph
    monkeypatch.setattr(active_learning, "read_micrograph", lambda *asked: go_on.wait(60) and read(*asked))

    reading = chosen.restore(ActiveLearningSaved(to_label=saved))
    assert chosen.proposals == []
    assert chosen.asked() == saved  # whoever saves the session now loses nothing

    own = replace(saved.proposals[0].region, top=1, left=1)
    chosen.propose(own, "sent by hand", b"").join()
    go_on.set()
    reading.join()
    kept = saved.proposals[: AT_MOST - 1]
    assert [one.region for one in chosen.proposals] == [own, *(one.region for one in kept)]
    assert chosen.asked().proposals[1:] == kept

    go_on.clear()
    reading = chosen.restore(ActiveLearningSaved(to_label=saved))
    looking = chosen.search_here()  # what was saved is of no interest any more
    go_on.set()
    reading.join()
    looking.join()
    assert {one.name for one in chosen.proposals} == {session.micrograph.name}


def test_stop_keeps_what_was_found(session):
    chosen = session.active_learning

    def after_the_first(change):
        if change["new"]:
            chosen.stop()

    chosen.observe(after_the_first, names="proposals")
    chosen.search_folder().join()
    assert {one.name for one in chosen.proposals} == {"m0"}
    assert chosen.status == "stopped; looked through 1 of 3 micrographs"
    assert not chosen.busy


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_looked_through(session, tmp_path):
    (tmp_path / "broken.dm3").write_bytes(b"not a micrograph")
    session.active_learning.search_folder().join()
    assert session.active_learning.status == "looked through 3 of 4 micrographs"
    assert "broken.dm3" in session.message


def test_what_cannot_be_looked_for_is_said(session, compute, tmp_path):
    with pytest.raises(WorkbenchError, match="not in the list"):
        session.active_learning.open("nothing")
    with pytest.raises(WorkbenchError, match="No region of this micrograph"):
        session.active_learning.leave_rest_out()
    session.selected = []
    with pytest.raises(WorkbenchError, match="No network is selected"):
        session.active_learning.search_here()
    empty = Session(data=DataFolder(tmp_path), compute=compute)
    with pytest.raises(WorkbenchError, match="No micrograph is open"):
        empty.active_learning.search_here()


# -- with a stand-in for the worker: what it is asked to look with


@pytest.fixture
def page(tmp_path):
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", noisy(len(name), 50, 50) + ord(name))
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["unet", "otsu"]
    made.open_file("a.npy").join()
    made.compute.work()
    return made


def searched_with(page, start):
    """The jobs that looking gives the worker, each answered with nothing."""
    looking = start()
    while looking.is_alive():
        for job in page.compute.waiting("find_regions"):
            job.answer([])
        looking.join(0.01)
    return page.compute.all("find_regions")


@pytest.mark.parametrize("where", ["search_here", "search_folder"])
def test_it_looks_with_the_networks_that_the_page_shows(page, where):
    page.dilation_cache.set("unet", [1, 1, 2, 2, 4])
    page.dilation_cache.set_scale("unet", 1.5)
    page.set_threshold("otsu", 0.7)
    jobs = searched_with(page, getattr(page.active_learning, where))
    assert len(jobs) == (1 if where == "search_here" else 2)
    for job in jobs:
        (unet, threshold), (otsu, other) = job.arguments[1].networks
        assert (unet.dilation, unet.scale, threshold) == ((1, 1, 2, 2, 4), 1.5, page.threshold("unet"))
        assert unet == page.version("unet").which
        assert (otsu.network, otsu.dilation, otsu.scale, other) == ("otsu", None, 1.0, 0.7)


@pytest.mark.parametrize("where", ["search_here", "search_folder"])
def test_it_looks_with_the_weights_of_the_epoch_that_is_followed(page, where):
    page.trainings.epochs_shown = {"unet": 3}
    for job in searched_with(page, getattr(page.active_learning, where)):
        (unet, _threshold), _otsu = job.arguments[1].networks
        assert unet.network.endswith("unet/last.safetensors")
        assert unet.network == page.version("unet").weights
    assert "last.safetensors" in script(page)


def test_it_looks_at_pixels_of_the_size_that_was_typed_or_shared(page, tmp_path):
    page.typed_sizes.kept.write(tmp_path / "b.npy", 0.2)
    page.set_nm_per_px(0.1)
    here, beside = searched_with(page, page.active_learning.search_folder)
    assert [job.micrograph.nm_per_px for job in (here, beside)] == [0.1, 0.2]
    assert beside.arguments[1].edge_px == round(page.active_learning.edge_nm / 0.2)
    page.typed_sizes.kept.write(tmp_path / "b.npy", None)
    page.share_pixel_size()
    jobs = searched_with(page, page.active_learning.search_folder)[2:]
    assert [job.micrograph.nm_per_px for job in jobs] == [0.1, 0.1]


def test_regions_that_were_found_with_other_networks_than_are_set_now_say_so(page):
    chosen = page.active_learning
    looking = chosen.search_here()
    wait_for(lambda: page.compute.waiting("find_regions"))
    region = UncertainRegion(0, 0, 64, 64, (0.5, 0.5), 0.0, 0.1)
    page.compute.waiting("find_regions")[0].answer([(region, b"")])
    looking.join()
    assert not chosen.outdated
    page.dilation_cache.set("unet", 2)
    assert chosen.outdated
    assert "than are set now" in SuggestionsBox(page).status.value
    page.undo()
    assert not chosen.outdated
    page.set_threshold("otsu", 0.7)
    assert chosen.outdated
    page.undo()
    assert not chosen.outdated
    size = page.nm_per_px
    page.set_nm_per_px(0.1)
    assert chosen.outdated  # to the networks the open micrograph is another one now
    page.set_nm_per_px(size)
    assert not chosen.outdated


def test_looking_that_was_stopped_with_all_else_is_begun_again(page):
    looking = page.active_learning.search_here()
    wait_for(lambda: page.compute.waiting("find_regions"))
    page.stop()
    looking.join()
    assert page.can_run_again
    page.retry()
    wait_for(lambda: page.compute.waiting("find_regions"))
    page.compute.waiting("find_regions")[0].answer([])
    wait_for(lambda: not page.active_learning.busy)
    assert not page.can_run_again


def test_the_former_names_still_search_and_warn(page):
    with pytest.warns(DeprecationWarning, match="search_here"):
        assert searched_with(page, page.active_learning.look_here)
    with pytest.warns(DeprecationWarning, match="search_folder"):
        assert searched_with(page, page.active_learning.look_in_folder)


def test_the_worker_runs_each_network_as_it_is_shown(monkeypatch):
    ran = []

    def segment(micrograph, network, device, dilation, scale, **_calls):
        ran.append((network, dilation, scale))
        return SimpleNamespace(probability=np.full(micrograph.shape, 0.5, np.float32))

    monkeypatch.setattr(regions.worker, "segment", segment)
    asked = RegionsAsked(((Which("unet", (1, 2), 1.5), 0.5), (Which("otsu", None, 1.0), 0.5)), 64, 1)
    regions.find_regions(
        Micrograph(noisy(0, 50, 50), 0.05), asked, None, progress=lambda *_told: None, stop=lambda: False
    )
    assert ran == [("unet", [1, 2], 1.5), ("otsu", None, 1.0)]
