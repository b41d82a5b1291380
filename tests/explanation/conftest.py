"""What the tests of explanations share."""

import pytest
from small_networks import Tiny, network

from workbench.explanation.explainer import Explainer


@pytest.fixture
def explainer():
    return Explainer(network(Tiny()), "cpu")
