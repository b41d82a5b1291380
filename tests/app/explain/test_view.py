"""Which part of a micrograph maps are shown on, on which scale, and how a target is outlined."""

import numpy as np
import pytest

from workbench.app.explain.view import ExplainView, full_colour, scale_bar
from workbench.compute.explaining import MapFound
from workbench.explanation.targets import Target

SIZES = (("a", 3.0), ("b", 9.0))


def disc(shape, centre, radius):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(rows - centre[0], columns - centre[1]) < radius


def found(values, top, left):
    return MapFound(np.asarray(values, np.float32), top, left, 1, 0.0, 0.0, "gradient", "Gradient", True)


def test_the_view_is_a_square_around_all_targets_within_the_micrograph():
    shape = (400, 600)
    targets = [Target.region(disc(shape, (200, 300), 50)), Target.region(disc(shape, (200, 310), 50))]
    view = ExplainView.around(targets, shape)
    assert view.rows.stop - view.rows.start == view.columns.stop - view.columns.start
    assert (view.rows.start + view.rows.stop) / 2 == pytest.approx(200, abs=1)
    assert (view.columns.start + view.columns.stop) / 2 == pytest.approx(305, abs=1)
    corner = ExplainView.around([Target.pixel(shape, (0, 599))], shape)
    assert (corner.rows.start, corner.columns.stop) == (0, 600)
    whole = ExplainView.around([Target.background(disc(shape, (200, 300), 9))], shape)
    assert (whole.rows, whole.columns, whole.step) == (slice(0, 400), slice(0, 600), 2)


def test_what_lies_outside_the_view_is_told_as_a_share():
    view = ExplainView(slice(0, 10), slice(0, 10), 1)
    assert view.outside(found([[1.0, -3.0]], 4, 9)) == pytest.approx(0.75)
    assert view.outside(found([[1.0, -3.0]], 4, 4)) == 0


def test_full_colour_is_the_same_for_all_networks_of_a_method():
    one, other = (
        np.linspace(-1, 1, 201, dtype=np.float32)[None],
        np.linspace(-4, 4, 201, dtype=np.float32)[None],
    )
    nothing = np.zeros((2, 2), np.float32)
    limits = full_colour({("a", "m"): one, ("b", "m"): other, ("a", "n"): nothing}, 100)
    assert limits == {("a", "m"): 4.0, ("b", "m"): 4.0, ("a", "n"): 1.0}
    assert full_colour({("a", "m"): one}, 50)["a", "m"] == pytest.approx(0.5)


def test_maps_in_units_of_the_network_have_a_scale_each():
    maps = {(name, method): np.full((2, 2), size, np.float32) for name, size in SIZES for method in "mn"}
    limits = full_colour(maps, 99, {"n"})
    assert limits == {("a", "m"): 9.0, ("b", "m"): 9.0, ("a", "n"): 3.0, ("b", "n"): 9.0}


def test_a_scale_bar_is_a_round_length_of_at_most_a_third():
    view = ExplainView(slice(0, 100), slice(0, 100), 1)
    share, text = scale_bar(view, 0.04)
    assert (text, share) == ("1 nm", pytest.approx(0.25))
    assert scale_bar(view, None) == (pytest.approx(0.2), "20 px")
    assert scale_bar(view, 3000)[1] == "100 µm"
