"""Pixels as points: drawn by kind, clicked, and the one that is open marked."""

import numpy as np
from waiting import rest

from workbench.app.features.pixels_view import PixelsView


def test_a_click_on_a_point_goes_to_its_place_and_a_place_is_marked(session, features, fake):
    view = PixelsView(session)
    assert view.box.children == ()
    features.view = "pixels"
    rest(fake)
    found = features.embedding
    assert len(view.box.children) == 2
    counts = [int((features.kinds == kind).sum()) for kind in range(4)]
    assert all(counts)
    assert all(len(cloud.x) <= count for cloud, count in zip(view.clouds, counts, strict=True))
    cloud = view.clouds[1]
    assert list(cloud.opacities) == [0.7]  # those that lie below others are seen
    point = {"x": float(cloud.x[3]), "y": float(cloud.y[3])}
    cloud._handle_custom_msgs(cloud, {"event": "element_click", "data": point})
    spot = features.opened
    assert spot.kind == 1
    np.testing.assert_allclose(found.coordinates[spot.index], [point["x"], point["y"]])
    assert (view.here.x[0], view.list.chosen) == (point["x"], spot.key)
    assert not view.label.disabled
