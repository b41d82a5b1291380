"""Micrographs, answers and cards show themselves in a notebook, and are arrays to NumPy."""

import io
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib_scalebar.scalebar import ScaleBar
from PIL import Image

from workbench.explanation.explanation import Explanation
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Score
from workbench.networks.loading import load_network
from workbench.segmentation.segmentation import Segmentation

CARD = Card(name="half", architecture="unet", title="Half & half", threshold=0.5)


def halves(nm_per_px=0.05):
    """Return a micrograph that is dark at the left and bright at the right."""
    pixels = np.zeros((60, 80), np.float32)
    pixels[:, 40:] = 7
    return Micrograph(pixels, nm_per_px, name="halves", marks=())


def answer():
    micrograph = halves()
    return Segmentation((micrograph.pixels > 0) * np.float32(0.75), CARD, micrograph)


def explanation():
    micrograph = halves()
    target = Target.pixel(micrograph.shape, (30, 50))
    return Explanation(micrograph.pixels - 3.5, target, "gradient", CARD, micrograph, 1.0)


def picture(thing):
    from IPython.core.formatters import DisplayFormatter

    data, _metadata = DisplayFormatter().format(thing)
    return np.asarray(Image.open(io.BytesIO(data["image/png"])).convert("L")).astype(float)


@pytest.mark.parametrize("make", [halves, answer, explanation])
def test_the_last_line_of_a_cell_is_a_picture(make):
    assert min(picture(make()).shape) > 100


def test_the_picture_of_a_micrograph_is_the_micrograph():
    shown = picture(halves())
    height, width = shown.shape
    left, right = shown[height // 2, width // 4], shown[height // 2, 3 * width // 4]
    assert (left, right) == (0, 255)


@pytest.mark.parametrize(("nm_per_px", "unit"), [(0.05, "nm"), (None, "px")])
def test_a_plot_has_a_scale_bar_in_nm_or_px(nm_per_px, unit):
    made = halves(nm_per_px).plot()
    bars = [artist for artist in made.axes[0].artists if isinstance(artist, ScaleBar)]
    assert [(bar.dx, bar.units) for bar in bars] == [(nm_per_px or 1, unit)]
    assert made.axes[0].get_title(loc="left") == "halves"


def test_a_plot_goes_into_axes_of_ones_own():
    mine = Figure()
    left, right = mine.subplots(1, 2)
    assert halves().plot(right) is mine
    assert (len(left.images), len(right.images)) == (0, 1)
    assert right.images[0].get_extent() == [-0.5, 79.5, 59.5, -0.5]


def test_the_plot_of_an_answer_shows_the_mask_at_the_threshold_that_is_asked():
    titles = [axes.get_title(loc="left") for axes in answer().plot(0.6).axes]
    assert titles == ["a) halves", "b) Half & half, threshold 0.6"]


@pytest.mark.parametrize(
    ("make", "array"), [(halves, "pixels"), (answer, "probability"), (explanation, "map")]
)
def test_numpy_takes_each_for_its_array(make, array):
    thing = make()
    assert np.shares_memory(np.asarray(thing), getattr(thing, array))
    copied = np.array(thing)
    assert copied.flags.writeable
    assert not np.shares_memory(copied, getattr(thing, array))
    assert np.asarray(thing, dtype=np.float64).dtype == np.float64
    np.testing.assert_array_equal(thing, getattr(thing, array))


def test_a_card_is_a_table_that_escapes_what_others_wrote():
    score = Score(metric="dice_hard", value=0.905, set="full", split="test", micrographs=104)
    card = CARD.model_copy(update={"trained_on": "<b>gold</b>", "scores": [score], "parameters": 1940000})
    page = card._repr_html_()
    assert "<caption>Half &amp; half</caption>" in page
    assert "&lt;b&gt;gold&lt;/b&gt;" in page
    assert "0.905 (test, 104 micrographs)" in page
    assert "1,940,000" in page
    assert repr(card) == "Card('half', unet)"


def test_a_network_shows_its_card():
    network = load_network("otsu")
    assert network._repr_html_() == network.card._repr_html_()


def test_a_picture_loads_neither_torch_nor_widgets():
    code = (
        "import sys, workbench as wb; m, _ = wb.open_sample('easy')\n"
        "assert repr(m) and 'matplotlib' not in sys.modules\n"
        "assert m._repr_png_()[1:4] == b'PNG' and wb.networks()[0]._repr_html_()\n"
        "print({'torch', 'ipywidgets', 'matplotlib.pyplot'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (said.stdout.strip(), said.stderr) == ("set()", "")
