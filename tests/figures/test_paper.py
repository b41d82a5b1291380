"""Figures that show themselves."""

import io

import numpy as np
import pytest
from PIL import Image

from workbench.figures.figure import figure, save_figure
from workbench.figures.paper import PaperFigure
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import kind_of_result
from workbench.study.drawing import new_figure, save

NOISE = np.random.default_rng(0).normal(size=(20, 30))


def test_any_kernel_shows_a_figure_as_a_picture_whether_a_backend_was_chosen_or_not():
    from IPython.core.formatters import DisplayFormatter

    data, _metadata = DisplayFormatter().format(figure(Micrograph(NOISE, 0.05)))
    assert Image.open(io.BytesIO(data["image/png"])).size[0] > 100


@pytest.mark.parametrize("made", [lambda: figure(Micrograph(NOISE)), lambda: new_figure(2, 2)])
def test_every_figure_is_of_that_kind(made):
    assert isinstance(made(), PaperFigure)


def test_a_figure_that_was_written_is_no_micrograph(tmp_path):
    made = figure(Micrograph(NOISE, 0.05))
    save_figure(made, tmp_path / "1.png")
    made.savefig(tmp_path / "2.png")
    made.savefig(tmp_path / "3", format="png")
    png = save(new_figure(2, 2), tmp_path / "4")
    for path in (tmp_path / "1.png", tmp_path / "2.png", tmp_path / "3", png):
        assert kind_of_result(path) == "figure"
    save_figure(made, tmp_path / "1.svg")
    save_figure(made, tmp_path / "1.pdf")
