"""What the tests of features share."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def noise():
    return Micrograph(np.random.default_rng(0).standard_normal((150, 170)).astype(np.float32), 0.04, "noise")
