"""The outline of a mask: closed lines around its pixels, in px from the corner of the array."""

import numpy as np
import pytest

from workbench.app.widgets import outlines as module
from workbench.app.widgets.outlines import many_outlines, outlines


def disc(shape, centre, radius):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(rows - centre[0], columns - centre[1]) < radius


def area(line):
    """The area within a closed line, by the shoelace formula."""
    x, y = np.array(line[::2]), np.array(line[1::2])
    return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2


def test_an_outline_runs_around_the_pixels():
    (line,) = outlines(np.pad(np.ones((6, 4), bool), ((3, 9), (5, 1))))
    x, y = line[::2], line[1::2]
    assert (min(x), max(x), min(y), max(y)) == (5, 9, 3, 9)
    assert area(line) == pytest.approx(24, abs=1)
    two = outlines(disc((90, 90), (20, 20), 8) | disc((90, 90), (60, 60), 12))
    assert sorted(area(line) for line in two) == pytest.approx([np.pi * 64, np.pi * 144], rel=0.08)


def test_a_hole_has_a_line_of_its_own():
    ring = disc((60, 60), (30, 30), 20) & ~disc((60, 60), (30, 30), 8)
    assert sorted(area(line) for line in outlines(ring)) == pytest.approx([np.pi * 64, np.pi * 400], rel=0.08)


def test_a_mask_at_the_edge_of_the_micrograph_is_closed_there():
    (line,) = outlines(np.ones((5, 7), bool))
    assert (min(line[::2]), max(line[::2]), min(line[1::2]), max(line[1::2])) == (0, 7, 0, 5)
    assert area(line) == pytest.approx(35, abs=1)


def test_an_outline_of_many_points_is_drawn_coarser(monkeypatch):
    mask = disc((90, 90), (45, 45), 40)
    (fine,) = outlines(mask)
    monkeypatch.setattr(module, "MOST_POINTS", len(fine) // 2 - 1)
    (coarse,) = outlines(mask)
    assert len(coarse) < len(fine)
    assert area(coarse) == pytest.approx(area(fine), rel=0.05)


def test_outlines_of_many_pieces_run_around_their_pixels(monkeypatch):
    centres = [(20, 20), (20, 70), (70, 20), (72, 70)]
    radii = [5, 8, 12, 14]
    pieces = [disc((110, 100), centre, radius) for centre, radius in zip(centres, radii, strict=True)]
    mask = np.any(pieces, axis=0)
    mask[100:, 40:60] = True  # at the edge
    mask[72, 70] = False  # a hole
    lines = many_outlines(mask)
    areas = sorted(area(line) for line in lines)
    assert areas == pytest.approx(sorted([0.5, 200, *(piece.sum() for piece in pieces)]), rel=0.02)
    x, y = (np.concatenate([line[start::2] for line in lines]) for start in (0, 1))
    assert (y.max(), x.min(), x.max()) == (110, 9, 84)
    # no corner lies between two others on one straight line
    for line in lines:
        corners = np.reshape(line, (-1, 2))
        steps = np.roll(corners, -1, axis=0) - corners
        after = np.roll(steps, -1, axis=0)
        assert (steps[:, 0] * after[:, 1] != steps[:, 1] * after[:, 0]).all()
    monkeypatch.setattr(module, "MOST_POINTS", sum(map(len, lines)) // 4)
    coarse = many_outlines(mask)
    assert len(coarse) == len(lines)
    assert sum(map(len, coarse)) < sum(map(len, lines))
    assert sorted(area(line) for line in coarse) == pytest.approx(areas, rel=0.12, abs=0.3)
