"""Figure 1 of a study shows the masks that were kept, each beside its Dice, and leaves out what was not."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib_scalebar.scalebar import ScaleBar

from workbench.micrographs.micrograph import Micrograph
from workbench.study import figure_1
from workbench.study.figure_1 import draw_figure_1
from workbench.study.results import masks_file

TRUTH = np.zeros((40, 60), bool)
TRUTH[10:30, 10:30] = True
HALF = TRUTH & (np.arange(60) < 20)


def evaluated(micrograph=None, truth=TRUTH, dose=123.4):
    micrograph = micrograph or Micrograph(np.where(TRUTH, 1.0, 5.0).astype(np.float32), 0.1, "m0", marks=())
    pair = SimpleNamespace(read=lambda: (micrograph, truth), dose_e_per_A2=dose)
    return SimpleNamespace(shown="gold/m0", pair=pair)


def cell(kind, rates):
    return SimpleNamespace(name=f"{kind}-{rates}", kind=kind, rates=rates)


CELLS = [cell(kind, rates) for kind in ("unet", "fcn8s", "lost") for rates in ("1", "2", "8")]


def kept(out, **masks):
    """Keep masks of cells by their names, with _ for -."""
    for name, mask in masks.items():
        path = masks_file(out, name.replace("_", "-"))
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{"gold/m0": mask})


def panes(figure):
    return {axis.get_title(loc="left"): axis for axis in figure.axes if axis.get_title(loc="left")}


def test_a_row_a_network_a_column_a_dilation_and_nothing_of_what_was_not_kept(drawn, tmp_path):
    kept(tmp_path, unet_1=TRUTH, unet_2=HALF, fcn8s_2=~TRUTH)
    path = draw_figure_1(tmp_path, tmp_path, evaluated(), CELLS)
    assert path == tmp_path / "figure-1-gold-m0.png"
    figure = drawn["figure-1-gold-m0"]
    assert len(figure.axes) == 2 * 3  # two networks; the micrograph and two dilations
    found = panes(figure)
    assert list(found) == [
        "gold/m0\n123 e/Å²",
        "unet, dilation 1\nDice 1.000",
        "unet, dilation 2\nDice 0.667",  # half of the truth: 2 x 200 / (200 + 400)
        "fcn8s, dilation 2\nDice 0.000",
    ]
    assert not any(axis.axison for axis in figure.axes)


def test_nothing_is_drawn_where_no_mask_was_kept(drawn, tmp_path):
    assert draw_figure_1(tmp_path, tmp_path, evaluated(), CELLS) is None
    path = masks_file(tmp_path, "unet-1")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("damaged")
    np.savez(masks_file(tmp_path, "unet-2"), other=TRUTH)
    assert draw_figure_1(tmp_path, tmp_path, evaluated(), CELLS) is None
    assert drawn == {}


def test_the_mask_is_a_tint_on_the_micrograph_and_the_truth_an_outline(drawn, tmp_path):
    kept(tmp_path, unet_1=HALF)
    draw_figure_1(tmp_path, tmp_path, evaluated(), CELLS)
    first, second = panes(drawn["figure-1-gold-m0"]).values()
    image = np.asarray(second.images[0].get_array())
    grey = np.asarray(first.images[0].get_array())
    np.testing.assert_allclose(image[~HALF], np.repeat(grey[..., None], 3, 2)[~HALF])
    assert np.ptp(image[HALF], axis=1).min() > 0.05  # no longer grey
    assert len(second.collections) == 1
    assert len(first.collections) == 0


@pytest.mark.parametrize("truth", [np.zeros_like(TRUTH), np.ones_like(TRUTH)])
def test_a_truth_without_an_edge_has_no_outline(drawn, tmp_path, truth):
    kept(tmp_path, unet_1=HALF)
    draw_figure_1(tmp_path, tmp_path, evaluated(truth=truth, dose=None), CELLS)
    first, second = panes(drawn["figure-1-gold-m0"])
    assert first == "gold/m0"  # no dose is known
    assert len(panes(drawn["figure-1-gold-m0"])[second].collections) == 0


@pytest.mark.parametrize(("nm_per_px", "dx", "units"), [(0.1, 0.2, "nm"), (None, 2, "px")])
def test_a_large_micrograph_is_drawn_coarser_with_the_scale_bar_of_what_is_drawn(
    drawn, tmp_path, monkeypatch, nm_per_px, dx, units
):
    monkeypatch.setattr(figure_1, "LARGEST_DRAWN_PX", 30)
    kept(tmp_path, unet_1=TRUTH)
    flat = Micrograph(np.full((40, 60), 7, np.float32), nm_per_px, "m0", marks=())
    draw_figure_1(tmp_path, tmp_path, evaluated(flat), CELLS)
    first = next(iter(panes(drawn["figure-1-gold-m0"]).values()))
    image = np.asarray(first.images[0].get_array())
    assert image.shape == (20, 30)
    assert (image == 0.5).all()  # a flat picture is grey
    (bar,) = [artist for artist in first.artists if isinstance(artist, ScaleBar)]
    assert (bar.dx, bar.units) == (pytest.approx(dx), units)
