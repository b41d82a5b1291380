"""What a figure draws over the micrograph, and in which colours."""

import numpy as np
import pytest
from touching_spheres import micrograph_of_spheres

from workbench.errors import WorkbenchError
from workbench.figures.figure import figure
from workbench.figures.overlays import colours_of, filled, overlays_of
from workbench.figures.palette import PARTICLES, colour_of, rgb
from workbench.figures.pane import readable
from workbench.segmentation.segmenting import segment


def spheres():
    micrograph = micrograph_of_spheres()
    found = segment(micrograph, "otsu")
    return micrograph, found, found.label_image()


def drawn(made, pane):
    return made.axes[pane].images[0].get_array()


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


def test_a_mask_and_its_title_have_the_colour_that_was_chosen():
    micrograph, found, labels = spheres()
    made = figure(micrograph, [found, found], colours=["#553399", None], opacity=1.0)
    for pane, colour in ((1, "#553399"), (2, colour_of("otsu"))):
        assert np.allclose(drawn(made, pane)[labels > 0], rgb(colour), atol=1e-6)
        assert made.axes[pane]._left_title.get_color() == readable(colour)
    outlined = figure(micrograph, [found], colours=["#553399"], overlay="outline")
    (line,) = outlined.axes[1].collections
    assert tuple(line.get_edgecolor()[0][:3]) == pytest.approx(rgb("#553399"))


@pytest.mark.parametrize(
    ("colours", "why"),
    [
        ([], "1 segmentations need as many colours, not 0"),
        ("#553399", "as many colours, not one text"),
        (["purple"], "#RRGGBB"),
    ],
)
def test_what_are_no_colours_is_refused(colours, why):
    micrograph, found, _ = spheres()
    with pytest.raises(WorkbenchError, match=why):
        figure(micrograph, [found], colours=colours)


def test_two_networks_whose_names_ask_for_one_colour_are_told_apart():
    micrograph, found, _ = spheres()
    twin = next(name for name in map(str, range(999)) if colour_of(name) == colour_of("mine"))
    both = [
        type(found)(found.probability, found.network.model_copy(update={"name": name}), micrograph)
        for name in ("mine", twin)
    ]
    assert len(set(colours_of(both, None))) == 2
    assert len(set(colours_of([both[0], both[0]], None))) == 1  # one network is one, however often


def test_every_pixel_of_a_mask_belongs_to_one_overlay():
    numbers = np.zeros((6, 20), int)
    numbers[1:5, 1:5], numbers[1:5, 5:9], numbers[1:5, 12:16] = 1, 2, 3
    overlays = overlays_of(numbers > 0, numbers, "#553399", np.s_[::1, ::1])
    assert np.array_equal(sum(mask.astype(int) for _ink, mask in overlays), (numbers > 0).astype(int))
    ((ink, whole),) = overlays_of(numbers > 0, None, "#553399", np.s_[::2, ::2])
    assert (ink, whole.shape) == ("#553399", (3, 10))
    image = filled(np.zeros((6, 20, 3), np.float32), numbers == 1, "#FF0000", 0.5)
    assert image[2, 2].tolist() == [0.5, 0.0, 0.0]
    assert image.sum() == 0.5 * 16
