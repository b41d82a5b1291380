"""What may be set of the particles."""

import pytest
from traitlets import TraitError

from workbench.app.particles.traits import ParticlesTraits
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("typed", "kept"), [("2 %", 0.02), ("2,5", 0.025), (" ± 4% ", 0.04), ("", None), ("%", None)]
)
def test_a_calibration_as_it_is_typed(typed, kept):
    traits = ParticlesTraits()
    traits.set_calibration(typed)
    assert traits.calibration == (None if kept is None else pytest.approx(kept))


@pytest.mark.parametrize("typed", ["two", "0", "-1 %", "100 %", "nan"])
def test_what_is_no_percentage_is_refused_and_changes_nothing(typed):
    traits = ParticlesTraits()
    traits.set_calibration("2 %")
    with pytest.raises(WorkbenchError, match="percentage"):
        traits.set_calibration(typed)
    assert traits.calibration == pytest.approx(0.02)


def test_sizes_that_no_particle_can_have_are_refused():
    traits = ParticlesTraits()
    traits.smallest = 3.0
    with pytest.raises(TraitError, match="No particle"):
        traits.largest = 2.0
    assert traits.largest is None
