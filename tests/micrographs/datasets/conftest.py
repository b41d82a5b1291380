"""What the tests of labelled sets share."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def stacks() -> tuple[np.ndarray, np.ndarray]:
    """Return (6, 20, 24) float32 images and bool masks with one rectangle each, of 4 x (2 + i) pixels."""
    images = np.random.default_rng(0).normal(100, 10, (6, 20, 24)).astype(np.float32)
    masks = np.zeros(images.shape, bool)
    for index, mask in enumerate(masks):
        mask[3:7, 5 : 7 + index] = True
    return images, masks
