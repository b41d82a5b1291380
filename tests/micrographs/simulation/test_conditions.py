"""Conditions: by name, or from a TOML file in which every mistake is named."""

import pytest

from workbench.errors import DatasetError
from workbench.micrographs.simulation.conditions import CONDITIONS, find_conditions


def test_a_file_changes_only_what_it_names(tmp_path):
    (tmp_path / "low.toml").write_text(
        'like = "full"\ndose_e_per_A2 = [20, 100]\nstructures = ["Pt", "x.cif"]\n'
    )
    found = find_conditions(tmp_path / "low.toml")
    assert found.name == "low"
    assert found.dose_e_per_A2 == (20, 100)
    assert found.structures == ("Pt", str(tmp_path / "x.cif"))
    assert found.nm_per_px == CONDITIONS["full"].nm_per_px


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("defocus = [0, 10]", "defocus is no setting"),
        ("touching = 2", "touching = 2: .*less than or equal to 1"),
        ("defocus_nm = [50, 10]", "the smaller one first"),
        ("nm_per_px = [0.02, 20]", "within 0.005 and 0.15"),
        ('shapes = ["teapot"]', "choose from wulff"),
        ('like = "nothing"', "none of training"),
        ("a = = 1", "is not TOML"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path, text, reason):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=rf"mine\.toml.*{reason}"):
        find_conditions(path)


def test_unknown_names_and_missing_files_are_refused(tmp_path):
    with pytest.raises(DatasetError, match="easy: no such conditions; choose one of training"):
        find_conditions("easy")
    with pytest.raises(DatasetError, match="cannot be read"):
        find_conditions(tmp_path / "missing.toml")


def test_full_covers_the_range_that_networks_are_judged_on():
    full = CONDITIONS["full"]
    assert full.nm_per_px == (0.015, 0.08)
    assert full.dose_e_per_A2 == (20, 2000)
    assert full.defocus_nm == (-20, 150)
    assert full.film_nm == (2, 10)
    assert full.diameters_nm == (1.5, 10)
    assert (min(full.voltages_kV), max(full.voltages_kV)) == (80, 300)
    assert set(full.structures) == {"Au", "Ag", "Pt", "Pd"}
    assert 0 < full.bare < full.corrected < 1
    assert 0 < full.aperture < 1
