"""What shows itself names who draws it."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from workbench.shown import Shown


@pytest.fixture
def drawn(monkeypatch):
    """Give a module that draws, and what it was given."""
    given = []

    def draw(thing, *arguments, **options):
        given.append((thing, arguments, options))
        return SimpleNamespace(_repr_png_=lambda: b"\x89PNG")

    module = ModuleType("who_draws")
    module.draw = draw
    monkeypatch.setitem(sys.modules, "who_draws", module)
    return given


def test_it_is_drawn_by_the_function_that_it_names(drawn):
    class Thing(Shown):
        _drawn_by = "who_draws.draw"

    thing = Thing()
    thing._figure(3, percentile=99)
    assert drawn == [(thing, (3,), {"percentile": 99})]
    assert thing._repr_png_() == b"\x89PNG"
    assert drawn[1] == (thing, (), {})
