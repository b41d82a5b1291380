"""What tests of the page's state share: time to wait."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    """Leave a busy machine the time that `waiting.wait_for` waits, more than once a test."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(1500))
