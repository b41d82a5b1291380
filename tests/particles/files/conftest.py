"""What the tests of files share: a micrograph with particles of all kinds, and their table."""

import pytest
from particle_scenes import make_scene


@pytest.fixture
def scene():
    """Particles 1, 2, 5, 17 and 300, of which the one at the edge is left out."""
    return make_scene()
