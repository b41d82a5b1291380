"""The figure of a page is what its panes show, in their order and colours."""

import numpy as np
from fake_compute import FakeCompute

from workbench.app.export.page_figure import DRAWN_BY, counted, page_figure, shown_masks, waited_for
from workbench.app.session import Session
from workbench.figures.pane import readable


def titles(made):
    return [axis.get_title("left") for axis in made.axes]


def test_without_a_micrograph_there_is_none():
    assert page_figure(Session(compute=FakeCompute())) is None


def test_panes_stand_as_on_the_page_and_as_was_chosen_for_paper(session, compute):
    session.select("otsu")
    compute.work()
    session.set_colour("unet", "#553399")
    made = page_figure(session)
    assert titles(made) == ["a) touching", "b) U-Net, threshold 0.45", "c) Blur + Otsu, threshold 0.5"]
    assert made.axes[1]._left_title.get_color() == readable("#553399")
    session.move_to("otsu", 0)
    session.export.set_title("", "")
    session.export.set_title("unet", "Ours")
    session.export.region, session.export.letters = (10, 20, 60, 90), "A"
    made = page_figure(session)
    assert titles(made) == ["A", "B Blur + Otsu, threshold 0.5", "C Ours"]
    assert made.axes[0].images[0].get_array().shape == (50, 70, 3)
    assert page_figure(session, largest_px=35).axes[0].images[0].get_array().shape == (25, 35, 3)


def test_a_mask_that_is_still_made_is_waited_for_and_the_one_before_is_what_is_shown(session, compute):
    assert waited_for(session) == []
    ((name, found, before),) = shown_masks(session)
    assert name == "unet"
    assert np.array_equal(before.mask, found.probability > before.settings.threshold)
    session.split_touching = True
    assert waited_for(session) == ["unet"]
    assert shown_masks(session)[0][2] is before
    compute.work()
    assert waited_for(session) == []
    assert shown_masks(session)[0][2] is not before


def test_particles_are_those_that_are_counted(session):
    ((name, _found, shown),) = shown_masks(session)
    labels, table = counted(session, name, shown)
    assert set(np.unique(labels)) - {0} == set(table["label"])


def test_it_depends_on_traits_of_the_page(session):
    assert [name for name in DRAWN_BY if not session.has_trait(name)] == []
