"""The information limit, where voltage and focal spread are known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from workbench.micrographs.information_limit import information_limit_per_nm
from workbench.micrographs.micrograph import Micrograph


def test_the_information_limit_is_that_of_the_textbook_and_never_made_up(tmp_path):
    pixels = np.zeros((4, 4), np.float32)
    known = Micrograph(pixels, metadata={"voltage_kV": 300.0, "focal_spread_nm": 3.0})
    # 300 kV: 1.9687 pm; sqrt(pi x 0.0019687 x 3 / 2) = 0.0963 nm
    assert information_limit_per_nm(known) == pytest.approx(1 / 0.0963, rel=1e-3)
    assert information_limit_per_nm(Micrograph(pixels, metadata={"voltage_kV": 300.0})) is None
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "w1.json").write_text(
        json.dumps({"optics": {"voltage_kV": 300.0, "focal_spread_nm": 3.0}})
    )
    simulated = Micrograph(pixels, source=tmp_path / "images" / "w1.tif")
    assert information_limit_per_nm(simulated) == information_limit_per_nm(known)
    assert information_limit_per_nm(Micrograph(pixels, source=tmp_path / "images" / "w2.tif")) is None
