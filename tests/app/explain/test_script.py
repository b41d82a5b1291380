"""What was explained, as lines of Python."""

import numpy as np
import pytest

from workbench.app.explain.script import explained_lines
from workbench.app.explain.targets import NetworkTarget
from workbench.explanation.targets import Target

SHAPE = (160, 200)


def lines(session, target, settings=None, corners=(), options=None):
    frozen = FakeTarget(target, settings)
    return explained_lines(
        session,
        [("unet", "gradient"), ("otsu", "gradient")],
        {"unet": frozen},
        list(corners),
        lambda _network, _method: options or {},
        {"unet": "unet"},
    )


class FakeTarget:
    """As much of a `NetworkTarget` as a script needs."""

    def __init__(self, target, settings):
        assert {"target", "settings"} <= set(NetworkTarget.__annotations__) | set(dir(NetworkTarget))
        self.target, self.settings = target, settings


@pytest.mark.parametrize(
    ("target", "corners", "said"),
    [
        (Target.pixel(SHAPE, (3, 4)), (), "(3, 4)"),
        (
            Target.region(np.ones(SHAPE, bool)),
            [(0, 0), (0, 9), (9, 9)],
            "wb.Target.inside(m.shape, [(0, 0), (0, 9), (9, 9)])",
        ),
    ],
    ids=["pixel", "region"],
)
def test_a_target_without_a_mask_is_said_by_its_place(session, target, corners, said):
    found = lines(session, target, corners=corners)
    assert found[2] == f'why = wb.explain(m, wb.load_network("unet"), {said}, method="gradient")'
    assert "why.trust(quick=True)" in found[3]
    assert len(found) == 4  # what has no target has no line


def test_a_particle_is_taken_from_the_mask_as_it_was_set(session):
    mask = session.postprocessed["unet"].mask
    target = Target.particle(mask, (80, 90))
    found = lines(session, target, session.settings("unet"))
    assert "wb.Target.particle(unet.mask(threshold=0.5), (80, 90))" in found[2]


def test_options_are_written_as_they_are_given(session):
    assert lines(session, Target.pixel(SHAPE, (3, 4)), options={"layer": "downs.0.0"})[2].endswith(
        """method="gradient", layer='downs.0.0')"""
    )


def test_nothing_explained_is_no_line(session):
    assert explained_lines(session, [], {}, [], lambda *_of: {}, {}) == []
