"""Figure 1 on paper."""

import numpy as np
import pytest
from touching_spheres import micrograph_of_spheres

from workbench.errors import WorkbenchError
from workbench.figures.figure import figure, save_figure
from workbench.figures.palette import PARTICLES
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


def spheres():
    micrograph = micrograph_of_spheres()
    found = segment(micrograph, "otsu")
    return micrograph, found, found.label_image()


def test_particles_that_touch_are_drawn_in_colours_that_differ():
    micrograph, found, labels = spheres()
    image = drawn(figure(micrograph, [found, found], labels=[labels, None], opacity=1.0), 1)
    colours = {
        number: {tuple(pixel) for pixel in image[labels == number].tolist()} for number in (1, 2, 7, 8)
    }
    assert all(len(found) == 1 for found in colours.values())
    assert all(colours[one].isdisjoint(colours[other]) for one, other in ((1, 2), (1, 7), (2, 8), (7, 8)))
    assert np.array_equal(image[labels == 0], drawn(figure(micrograph), 0)[labels == 0])
    made = figure(micrograph, [found], labels=[labels], overlay="outline")
    assert len(made.axes[1].collections) == len(PARTICLES)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([], "need as many labels, not 0"),
        ([np.zeros((3, 3), int)], "the label image of Blur .* has"),
        ([np.zeros((160, 187))], "needs whole numbers"),
    ],
)
def test_what_is_no_label_image_is_refused(labels, why):
    micrograph, found, _ = spheres()
    with pytest.raises(WorkbenchError, match=why):
        figure(micrograph, [found], labels=labels)
