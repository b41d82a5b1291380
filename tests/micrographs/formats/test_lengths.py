"""The size of a pixel in nm, in whatever unit; what cannot be, and what is no image."""

import pytest

from workbench.micrographs.formats.content import Axis
from workbench.micrographs.formats.lengths import is_length, not_an_image, pixel_size, why_unknown


def axes(y, x=None, unit="nm", unit_x=None):
    return Axis(y, unit), Axis(y if x is None else x, unit if unit_x is None else unit_x)


@pytest.mark.parametrize(
    ("unit", "nm"),
    [
        ("nm", 1), ("[n_m]", 1), (" NM\0", 1), ("nanometers", 1), ("pm", 1e-3), ("Å", 0.1), ("\u212b", 0.1),
        ("Angstrom", 0.1), ("a", 0.1), ("um", 1e3), ("µm", 1e3), ("\u03bcm", 1e3), ("\\u00B5m", 1e3),
        ("\u00c2\u00b5m", 1e3),
        ("micron", 1e3), ("mm", 1e6), ("cm", 1e7), ("m", 1e9),
    ],
)  # fmt: skip
def test_every_unit_of_length_however_it_is_written(unit, nm):
    size = 2e-9 if unit == "m" else 2e-3 if unit in ("mm", "cm") else 0.2
    assert pixel_size(axes(size, unit=unit)) == pytest.approx(size * nm)
    assert is_length(unit)
    assert why_unknown(axes(size, unit=unit)) is None


@pytest.mark.parametrize("unit", [None, "", "px", "pixels", "1/nm", "inch", "eV"])
def test_what_is_no_length_gives_no_size_and_no_reason(unit):
    assert pixel_size(axes(0.2, unit=unit)) is None
    assert why_unknown(axes(0.2, unit=unit)) is None
    assert not is_length(unit)


def test_rows_and_columns_may_be_in_units_of_their_own_and_have_to_agree_within_a_percent():
    assert pixel_size(axes(0.2, 2.0, "nm", "Å")) == 0.2
    assert pixel_size(axes(0.2, 0.201)) == pytest.approx((0.2 * 0.201) ** 0.5)
    assert pixel_size(axes(0.2, 0.203)) is None
    assert why_unknown(axes(0.2, 0.203)) == (
        "the file gives pixels of 0.2 nm by 0.203 nm, but only square ones can be measured"
    )
    assert pixel_size((Axis(0.2, "nm"), Axis(None, "nm"))) is None


@pytest.mark.parametrize("wrong", [0.0, -0.1, float("nan"), float("inf"), 9e-6, 1.1e7])
def test_what_no_microscope_resolves_or_sees_is_said(wrong):
    assert pixel_size(axes(wrong)) is None
    assert why_unknown(axes(wrong)) == f"the file gives {wrong:.4g} nm, which cannot be"
    assert "cannot be" in why_unknown(axes(0.1, wrong))


@pytest.mark.parametrize("unit", ["1/nm", "nm^-1", "nm-1", "1/Å", "nm⁻¹", "m**-1", "mrad", "µrad", "°"])
def test_a_diffraction_pattern_is_told_by_either_axis(unit):
    for pair in (axes(0.1, unit=unit), axes(0.1, unit="nm", unit_x=unit)):
        assert not_an_image(pair).startswith(f"is a diffraction pattern (its axes are in {unit})")


def test_spectra_and_times_are_no_image_and_lengths_may_be():
    for unit in ("eV", "keV", "s", "ms"):
        assert not_an_image(axes(0.1, unit=unit)).startswith(
            f"is not an image of the specimen (an axis is in {unit})"
        )
    for unit in ("nm", None, "px", "m"):
        assert not_an_image(axes(0.1, unit=unit)) is None
