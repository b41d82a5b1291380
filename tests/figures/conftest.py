"""What the tests of figures share."""

import pytest

from workbench.figures import lettering


@pytest.fixture
def no_other_font(monkeypatch):
    monkeypatch.setattr(lettering, "_families_for", lambda missing: ([], frozenset()))
