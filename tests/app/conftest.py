"""What tests of the page's state share: one worker a file."""

import pytest

from workbench.compute import Compute


@pytest.fixture(scope="module")
def compute():
    with Compute() as started:
        yield started
