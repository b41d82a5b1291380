"""An explanation hands each question on to the module that answers it."""

import numpy as np
import pytest

from workbench.explanation import explanation as module
from workbench.explanation.explanation import Explanation
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card

MICROGRAPH = Micrograph(np.arange(30, dtype=np.float32).reshape(5, 6), None, "m", marks=())
CARD = Card(name="net", architecture="unet", title="Net")


@pytest.fixture
def made():
    return Explanation(
        MICROGRAPH.pixels / 30, Target.pixel((5, 6), (2, 3)), "gradient", CARD, MICROGRAPH, 1.0
    )


def test_it_says_what_it_explains(made):
    assert repr(made) == "Explanation(gradient of pixel at 2, 3, Net, 'm')"


def test_to_numpy_it_is_its_map(made):
    assert np.shares_memory(np.asarray(made), made.map)
    assert np.asarray(made, dtype=np.float64).dtype == np.float64
    assert (made.options, made.parts, made.notes, made.seconds) == ({}, (), (), 0.0)


@pytest.mark.parametrize(
    ("ask", "function", "given", "options"),
    [
        (lambda made: made.trust(quick=True), "trust", (), {"quick": True}),
        (lambda made: made.spectrum(), "used_spectrum", (None,), {}),
        (lambda made: made.spectrum(0.04), "used_spectrum", (0.04,), {}),
        (lambda made: made.without(), "without_band", ("lattice",), {}),
        (lambda made: made.without("contrast", seed=3), "without_band", ("contrast",), {"seed": 3}),
    ],
)
def test_each_question_is_asked_of_the_map(made, monkeypatch, ask, function, given, options):
    asked = []
    monkeypatch.setattr(
        module, function, lambda *given, **options: asked.append((given, options)) or "answer"
    )
    assert ask(made) == "answer"
    assert asked == [((made, *given), options)]


def test_a_plot_is_drawn_with_mask_and_options(made, monkeypatch):
    drawn = []
    monkeypatch.setattr(made.__class__, "_figure", lambda self, **options: drawn.append((self, options)))
    made.plot(percentile=99)
    made.plot("mask")
    assert drawn == [(made, {"mask": None, "percentile": 99}), (made, {"mask": "mask"})]
