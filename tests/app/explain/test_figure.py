"""Explanations on paper: a pane a map, each with its target, its bar and how far to trust it."""

import numpy as np
import pytest
from fake_answers import find_figures

from workbench.app.explain.figure import FAILED, Shown, maps_figure
from workbench.compute.explaining import Asked, MapFound, PackedTarget
from workbench.errors import WorkbenchError
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card

SIZES = (("a", 3.0), ("b", 9.0))
COLOURS = {"a": "#0000DD", "b": "#882255"}


@pytest.fixture
def disc_micrograph():
    return Micrograph(np.random.default_rng(0).normal(size=(80, 90)).astype(np.float32), 0.04, "noise")


def disc(shape, centre, radius):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(rows - centre[0], columns - centre[1]) < radius


def test_the_figure_says_which_maps_share_a_scale(disc_micrograph):
    shape = disc_micrograph.shape
    target = Target.region(disc(shape, (40, 40), 10))
    shown = [
        Shown(
            Card(name=name, architecture="unet", title=name),
            "#E69F00",
            target,
            MapFound(
                np.full((20, 20), size, np.float32),
                30,
                30,
                1,
                0.0,
                0.0,
                method,
                method,
                False,
                (),
                method == "n",
            ),
        )
        for name, size in SIZES
        for method in "mn"
    ]
    bars = [
        axis.get_xlabel()
        for axis in maps_figure(disc_micrograph, shown).axes
        if axis.get_label() == "<colorbar>"
    ]
    assert sorted(bars) == [
        "raises the answer; one scale for all networks",
        *["raises the answer; scale of this network"] * 2,
    ]
    alone = [axis.get_xlabel() for axis in maps_figure(disc_micrograph, shown[:1]).axes]
    assert "raises the answer" in alone


def shown_map(micrograph, target, network="a", method="gradient", figures=None):
    found = MapFound(np.ones((20, 20), np.float32), 30, 30, 1, 0.0, 0.0, method, method, True)
    card = Card(name=network, architecture="unet", title=network)
    return Shown(card, COLOURS[network], target, found, figures)


def panes(figure):
    return {axis.get_title("left"): axis for axis in figure.axes if axis.get_title("left")}


def test_a_row_a_network_a_column_a_method_and_nothing_where_there_is_no_map(disc_micrograph):
    target = Target.region(disc(disc_micrograph.shape, (40, 40), 10))
    pairs = [("a", "gradient"), ("a", "lrp"), ("b", "lrp")]
    figure = maps_figure(disc_micrograph, [shown_map(disc_micrograph, target, *pair) for pair in pairs])
    assert list(panes(figure)) == ["a) a\ngradient", "b) a\nlrp", "d) b\nlrp"]
    assert [axis._left_title.get_color() for axis in panes(figure).values()] == [
        COLOURS["a"],
        COLOURS["a"],
        COLOURS["b"],
    ]


def test_what_is_known_of_a_map_is_written_below_it_and_one_that_fails_is_framed(disc_micrograph):
    from dataclasses import replace

    target = Target.region(disc(disc_micrograph.shape, (40, 40), 10))
    packed = PackedTarget.of(target)
    figures = find_figures(
        disc_micrograph, packed, Asked("a", None, 1.0, "gradient", ()), None, progress=None, stop=None
    )
    same = replace(figures.trust.randomised, rank_correlation=np.ones(1), similarity=np.ones(1))
    failing = replace(figures, trust=replace(figures.trust, randomised=same))
    assert failing.trust.failed
    known, unknown, failed = (
        panes(maps_figure(disc_micrograph, [shown_map(disc_micrograph, target, figures=one)]))[
            "a) a\ngradient"
        ]
        for one in (figures, None, failing)
    )
    assert "deletion" in known.get_xlabel()
    assert "no trust figures yet" in unknown.get_xlabel()
    assert known.xaxis.label.get_color() == "black"
    assert failed.xaxis.label.get_color() == FAILED


def test_a_pixel_is_marked_by_a_cross(disc_micrograph):
    target = Target.pixel(disc_micrograph.shape, (40, 45))
    (axis,) = panes(maps_figure(disc_micrograph, [shown_map(disc_micrograph, target)])).values()
    (cross,) = [line for line in axis.lines if line.get_marker() == "+"]
    assert (list(cross.get_xdata()), list(cross.get_ydata())) == ([45], [40])


def test_without_a_map_there_is_no_figure(disc_micrograph):
    with pytest.raises(WorkbenchError, match="There is no map to draw; explain something first"):
        maps_figure(disc_micrograph, [])
