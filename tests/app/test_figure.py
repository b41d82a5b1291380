"""Figure 1 on paper."""

import pytest

from workbench.app.figure import figure, save_figure
from workbench.errors import WorkbenchError
from workbench.segmentation.segmenter import segment


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
