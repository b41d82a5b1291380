"""Simulating without its packages."""

import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.extra import simulate_extra


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it():
    said = r"Reading a CIF needs no_such_package, .*: pip install 'hrtem-workbench\[simulate\]'"
    with pytest.raises(WorkbenchError, match=said), simulate_extra("Reading a CIF"):
        import no_such_package  # noqa: F401


def test_any_other_mistake_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), simulate_extra():
        _ = 1 / 0
