"""A map on paper: its colours, the part of the micrograph that is shown."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from workbench.errors import WorkbenchError
from workbench.explanation.explain import explain
from workbench.explanation.explanation import Explanation
from workbench.explanation.targets import Target
from workbench.figures.explanation import explanation_figure, frame_of, limits_of
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.network import Network
from workbench.networks.registry import build


@pytest.fixture
def small() -> Network:
    torch.manual_seed(0)
    return Network(build("unet", base=2, depth=2).eval(), Card(name="small", architecture="unet"))


def test_the_colours_of_a_signed_map_are_symmetric_about_0_and_a_map_of_zeros_can_be_drawn(small, disc):
    map_ = np.array([[-4, 0], [1, 2]], np.float32)
    assert limits_of(map_, True, 100) == (-4, 4)
    assert limits_of(map_, False, 100) == (0, 4)
    assert limits_of(np.zeros((2, 2), np.float32), True, 99) == (-1, 1)
    for method in ("gradient", "grad_cam"):
        found = explain(disc[0], small, (80, 90), method)
        low, high = explanation_figure(found).axes[2].images[0].get_clim()
        assert high > 0
        assert low == (-high if method == "gradient" else 0)


def test_the_frame_holds_all_that_can_change_the_answer_and_the_target(small, disc):
    for at in ((80, 90), (0, 0), (159, 199)):
        found = explain(disc[0], small, Target.pixel(disc[0].shape, at), "gradient")
        rows, columns = frame_of(found)
        assert rows.start <= at[0] < rows.stop
        assert columns.start <= at[1] < columns.stop
        assert rows.stop <= 160
        assert columns.stop <= 200
        outside = found.map.copy()
        outside[rows, columns] = 0
        assert not outside.any()


def made(shape=(200, 300), windows=(), nm_per_px=None, **card):
    """An explanation of which only the windows are known."""
    micrograph = Micrograph(
        np.arange(np.prod(shape), dtype=np.float32).reshape(shape), nm_per_px, "m", marks=()
    )
    parts = tuple((SimpleNamespace(window=window), None) for window in windows)
    target = Target.pixel(shape, (100, 100))
    known = Card(name="net", architecture="unet", **card)
    return Explanation(micrograph.pixels / 6e4, target, "gradient", known, micrograph, 1.0, parts=parts)


def test_a_frame_is_around_all_parts_at_least_64_px_and_within_the_micrograph():
    assert frame_of(made()) == np.s_[0:200, 0:300]  # where nothing is known, all
    assert frame_of(made(windows=[np.s_[10:90, 20:120]])) == np.s_[10:90, 20:120]
    assert frame_of(made(windows=[np.s_[10:90, 20:120], np.s_[50:130, 5:60]])) == np.s_[10:130, 5:120]
    assert frame_of(made(windows=[np.s_[100:120, 100:121]])) == np.s_[78:142, 79:143]
    assert frame_of(made(windows=[np.s_[0:8, 292:300]])) == np.s_[0:36, 264:300]
    assert frame_of(made(windows=[np.s_[0:208, 0:304]])) == np.s_[0:200, 0:300]


def test_a_frame_is_in_the_pixels_of_the_micrograph_whatever_the_network_saw():
    found = made(windows=[np.s_[10:60, 20:81]], nm_per_px=0.05, input={"nm_per_px": 0.1})
    assert frame_of(found) == np.s_[20:120, 40:162]


def test_the_mask_has_to_be_that_of_the_micrograph():
    with pytest.raises(WorkbenchError, match="the mask of"):
        explanation_figure(made(), np.zeros((3, 3), bool))


def test_a_target_of_a_few_pixels_is_a_cross_at_its_middle():
    drawn = explanation_figure(made(windows=[np.s_[60:160, 50:150]]))
    for axis in drawn.axes[1:3]:
        (cross,) = axis.lines
        assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (100, 100)
    assert drawn.axes[0].patches[0].get_bbox().bounds == (49.5, 59.5, 100, 100)
