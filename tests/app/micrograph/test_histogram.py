"""The histogram below the panes is of the network that is chosen, and its handle is the threshold."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.micrograph.histogram import STALE, Histogram
from workbench.app.session import Session
from workbench.figures.palette import colour_of
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.post_processing import HISTOGRAM_BINS

pytestmark = pytest.mark.filterwarnings("ignore:Passing unrecognized arguments")  # of bqplot

PIXELS = np.arange(400, dtype=np.float32).reshape(20, 20)
PROBABILITY = np.full((20, 20), 0.05, np.float32)
PROBABILITY[:5] = 0.95  # a quarter


@pytest.fixture
def compute():
    return FakeCompute(probability=lambda *_asked: PROBABILITY)


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet", "otsu"]
    made.current = "unet"
    made.show(Micrograph(PIXELS, 0.05, "m", marks=()))
    return made


@pytest.fixture
def histogram(session):
    return Histogram(session)


def test_bars_wait_for_an_answer_and_are_as_high_as_the_root_of_their_share(session, compute, histogram):
    assert histogram._title.value == f"{session.card('unet').label}: waiting"
    assert (histogram.bars.colors, histogram.bars.y.any()) == ([STALE], False)
    compute.work()
    assert histogram._title.value == session.card("unet").label
    assert histogram.bars.colors == [colour_of("unet")]
    session.set_colour("unet", "#123456")
    assert histogram.bars.colors == ["#123456"]
    heights = np.zeros(HISTOGRAM_BINS)
    heights[int(0.05 * HISTOGRAM_BINS)], heights[int(0.95 * HISTOGRAM_BINS)] = 1, np.sqrt(1 / 3)
    np.testing.assert_allclose(histogram.bars.y, heights)
    assert (histogram._x.min, histogram._x.max) == (0, 1)


def test_why_there_is_no_answer_is_said(session, compute, histogram):
    for job in compute.waiting("segment", "unet"):
        job.fail("It is <too> large.")
    assert "It is &lt;too&gt; large." in histogram._title.value


def test_bars_that_are_not_of_what_is_set_are_grey_and_say_so(session, compute, histogram):
    compute.work()
    session.dilation_cache.set("unet", 3)
    assert histogram._title.value.endswith(": not as set")
    assert histogram.bars.colors == [STALE]
    assert histogram.bars.y.max() == 1
    compute.work()
    assert histogram.bars.colors == [colour_of("unet")]
    assert "shown at 3" in histogram._title.value


def test_the_handle_and_the_threshold_move_each_other(session, compute, histogram):
    compute.work()
    histogram.handle.x = np.array([0.8])
    assert session.threshold("unet") == 0.8
    assert list(histogram.line.x) == [0.8, 0.8]
    session.set_threshold("unet", 0.3)
    assert (histogram.handle.x[0], list(histogram.line.x)) == (0.3, [0.3, 0.3])
    before = dict(session.thresholds)
    session.current = "otsu"
    assert histogram.handle.x[0] == pytest.approx(session.threshold("otsu"))
    assert session.thresholds == before  # to show one is not to set it


def test_a_handle_that_is_dragged_out_of_the_axis_comes_back_each_time(session, histogram):
    for _ in range(2):
        histogram.handle.x = np.array([-0.2])
        assert session.threshold("unet") == 0.005
        assert histogram.handle.x[0] == 0.005
    for _ in range(2):
        histogram.handle.x = np.array([1.2])
        assert histogram.handle.x[0] == session.threshold("unet") == 0.995


def test_the_intensity_is_that_of_the_file_between_its_extremes_without_a_threshold(session, histogram):
    histogram.which.value = "intensity"
    assert histogram._title.value == "Intensity, counts; drag what is shown as black and as white"
    assert not histogram.line.visible
    assert not histogram.handle.visible
    low, high = np.percentile(PIXELS, [0.1, 99.9])
    assert (histogram._x.min, histogram._x.max) == pytest.approx((low, high))
    counts = np.histogram(PIXELS, HISTOGRAM_BINS, (low, high))[0]
    np.testing.assert_allclose(histogram.bars.y, counts / counts.max())
    assert histogram._axis.tick_values == pytest.approx(np.linspace(low, high, 5))
    session.show(Micrograph(PIXELS + 1000, 0.05, "brighter", marks=()))
    assert histogram._x.min == pytest.approx(low + 1000)
    histogram.which.value = "probability"
    assert histogram.line.visible
    assert (histogram._x.min, histogram._x.max) == (0, 1)


def test_a_flat_micrograph_has_an_axis_too(session, histogram):
    histogram.which.value = "intensity"
    session.show(Micrograph(np.full((8, 8), 7, np.float32), None, "flat", marks=()))
    assert (histogram._x.min, histogram._x.max) == (7, 8)


def test_before_a_micrograph_is_open_there_is_nothing_to_show(tmp_path):
    empty = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    empty.selected = []
    histogram = Histogram(empty)
    histogram.which.value = "intensity"
    assert histogram.bars.y.max() == 1  # of one pixel that is none
    histogram.which.value = "probability"
    assert not histogram.bars.y.any()
    histogram.handle.x = np.array([0.7])  # of no network
    assert empty.thresholds == {}


def test_black_and_white_are_dragged_on_the_intensities_of_the_specimen_and_automatic_again(
    session, histogram
):
    with_bar = PIXELS.copy()
    with_bar[16:] = 10_000  # a data bar
    session.show(Micrograph(with_bar, 0.05, "m", marks=(Mark("data bar", 16, 20, 0, 20),)))
    assert not histogram.ends.visible
    histogram.which.value = "intensity"
    assert histogram.ends.visible
    assert histogram._x.max < 1000
    np.testing.assert_allclose(
        histogram.ends.x, np.percentile(session.micrograph.specimen, [1, 99]), rtol=0.01
    )
    middle = float(np.percentile(session.micrograph.specimen, 50))
    histogram.ends.x = np.array([middle, histogram.ends.x[1]])
    assert session.contrast == pytest.approx([50, 99], abs=0.5)
    histogram.ends.x = np.array([middle, middle])  # one handle pushed upon the other
    assert session.contrast[1] - session.contrast[0] >= 0.09
    histogram.automatic.click()
    assert session.contrast == [1.0, 99.0]
