"""Where mistakes lie among the features: principal components of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from known_filters import ALONG_ROW, known, small_unet

from workbench.errors import ExplanationError
from workbench.explanation.features import (
    embed,
    principal_axes,
)
from workbench.micrographs.micrograph import Micrograph


def test_an_embedding_parts_what_differs_most():
    columns = np.mgrid[:96, :96][1]
    fringes = np.where(columns < 48, np.cos(2 * np.pi * ALONG_ROW[0] * columns), 0.0)
    shown = Micrograph(fringes.astype(np.float32), 0.04, "half")
    truth = columns < 48
    net = known()
    net.module.head.weight.data[:] = 1.0
    net.module.head.bias.data[:] = -0.1
    found = embed(net, shown, truth=truth, layer="first", components=2)
    assert found.explained[0] > 0.95
    assert found.explained.sum() == pytest.approx(1)
    assert found.coordinates.mean() == pytest.approx(0, abs=1e-4)
    assert found.coordinates[48, 10:38, 0].std() > 20 * found.coordinates[48, 66:, 0].std()
    # between bright fringes it misses particle; nothing is found where nothing is
    assert set(np.unique(found.kind[:, 10:38])) == {1, 2}
    assert set(np.unique(found.kind[:, 70:])) == {0}
    bright = found.where((found.coordinates[..., 0].max() * 0.9,), (np.inf,))
    assert (bright[:, 1] < 48).all()


def test_the_last_features_are_taken_unless_a_layer_is_named(noise):
    assert embed(small_unet(1), noise).layer == "decoders.0.5"
    with pytest.raises(ExplanationError, match="does not belong"):
        embed(small_unet(1), noise, truth=np.zeros((3, 3), np.bool_))


def test_principal_axes_are_those_of_the_singular_values():
    points = np.random.default_rng(0).standard_normal((200, 5)) * [5, 1, 3, 0.2, 0.1] + 7
    axes = principal_axes(points, 2)
    _left, values, right = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(axes.explained, (values**2 / (values**2).sum())[:2])
    np.testing.assert_allclose(np.abs(axes.directions.T @ right[:2].T), np.eye(2), atol=1e-9)
    assert axes.of(points).shape == (200, 2)
    assert principal_axes(points[:, :1], 2).of(points[:, :1]).shape == (200, 1)
