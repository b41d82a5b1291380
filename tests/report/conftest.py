"""What the tests of reports share: micrographs with particles, and a distribution that stands in for a real one."""

from __future__ import annotations

import numpy as np
import pytest
from particle_scenes import make_scene

from workbench.figures.paper import PaperFigure
from workbench.report.reported import ReportedMicrograph

NUMBERS = {
    "diameter": "feret_min",
    "weighted_by": "number",
    "unit": "nm",
    "counted": 40,
    "total": 47,
    "median": 4.1234,
    "median_interval": [4.03, 4.21],
    "mean": 4.3,
    "mean_interval": None,
    "sd": 0.9,
    "gsd": 1.234,
    "gsd_interval": [1.2, 1.3],
    "lognormal": {"median": 4.12, "median_error": 0.05, "spread": 1.23, "spread_error": 0.02, "p": 0.0001},
    "normal": None,
    "below_100_nm": 1.0,
    "below_100_nm_interval": [0.9, 1.0],
    "histogram": {"edges": [1, 9], "shares": [1.0], "rule": "Freedman-Diaconis"},
    "verdict": {"kind": "log-normal", "sentence": "A log-normal describes it.", "fit": "log-normal"},
    "needed_for_2_percent": 319,
    "to_halve": 120,
    "notes": ["A note."],
}


class StandIn:
    """A distribution as reports ask for it."""

    def __init__(self, **changed):
        self.numbers = {**NUMBERS, **changed}
        self.drawn = []

    def to_dict(self):
        return self.numbers

    def plot(self, **options):
        self.drawn.append(options)
        figure = PaperFigure(2, 1)
        figure.subplots().plot([0, 1], [0, 1])
        return figure


@pytest.fixture
def distribution():
    return StandIn()


@pytest.fixture
def stand_in():
    """Make a distribution with some numbers changed."""
    return StandIn


@pytest.fixture
def reported():
    """A micrograph with five particles, of which one is left out at the edge, and its record."""
    scene = make_scene()
    known = {
        "micrograph": "scene",
        "network": "unet",
        "network_title": "U-Net",
        "weights_sha256": "ab" * 32,
        "dilation": 2,
        "trained_dilation": 1,
        "scale": 1.0,
        "cleaning": "threshold 0.45, holes filled",
        "selected": "at the edge: left out",
        "corrections": [["out", [[1.0, 2.0]]], ["out", [[3.0, 4.0]]], ["draw", [[1, 1], [2, 2], [3, 1]]]],
        "nm_per_px_from": "scale bar, 50 nm over 200 px",
        "version": "0.1.0",
        "versions": {"python": "3.11.7"},
        "command": "workbench measure a.tif --micrograph m.tif --out t.csv",
        "python": "import workbench as wb\nprint('<&>')",
    }
    scene.micrograph.metadata.update(voltage_kV=200.0, microscope="Titan", magnification=300_000.0)
    return ReportedMicrograph(scene.micrograph, scene.labels, scene.table, known)


@pytest.fixture
def empty(reported):
    """The same micrograph without a particle."""
    return ReportedMicrograph(
        reported.micrograph, np.zeros_like(reported.labels), reported.table.iloc[:0], reported.provenance
    )
