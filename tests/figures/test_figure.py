"""Figure 1 on paper."""

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.figures.figure import figure, save_figure
from workbench.segmentation.segmenting import segment


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_a_figure_has_a_panel_for_the_micrograph_and_each_network(disc, tmp_path, form):
    answers = [segment(disc[0], name) for name in ("otsu", "bandpass")]
    made = figure(disc[0], answers)
    titles = [axes.get_title(loc) for axes in made.axes for loc in ("left", "center")]
    assert sum(bool(title) for title in titles) >= 3
    save_figure(made, tmp_path / f"f.{form}")
    assert (tmp_path / f"f.{form}").stat().st_size > 5_000


def test_an_unknown_form_is_refused(disc, tmp_path):
    made = figure(disc[0], [segment(disc[0], "otsu")])
    with pytest.raises(WorkbenchError):
        save_figure(made, tmp_path / "f.docx")


def drawn(made, pane):
    return made.axes[pane].images[0].get_array()


def test_it_is_drawn_as_on_the_page(disc):
    micrograph, answers = disc[0], [segment(disc[0], "otsu")]
    plain = drawn(figure(micrograph, answers), 0)
    assert np.allclose(drawn(figure(micrograph, answers, invert=True), 0), 1 - plain, atol=1e-6)
    assert np.allclose(drawn(figure(micrograph, answers, gamma=2), 0), plain**2, atol=1e-6)
    coloured = drawn(figure(micrograph, answers, colormap="viridis"), 0)
    assert coloured.shape == (*micrograph.shape, 3)
    assert (coloured[..., 0] != coloured[..., 2]).any()
    both, outline = (figure(micrograph, answers, overlay=how).axes[1] for how in ("both", "outline"))
    assert len(both.collections) == len(outline.collections) == 1
    assert (both.images[0].get_array() != outline.images[0].get_array()).any()


def test_an_unknown_colormap_is_refused(disc):
    with pytest.raises(WorkbenchError, match="no colormap 'nosuch'"):
        figure(disc[0], colormap="nosuch")
