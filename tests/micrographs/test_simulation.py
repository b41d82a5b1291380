"""Simulated micrographs: the same seed gives the same micrograph, and the mask is where the gold is."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets import LabelledSet, read_all
from workbench.micrographs.samples import open_sample, sample_names
from workbench.micrographs.simulation import simulate_set
from workbench.micrographs.simulation.optics import electron_wavelength_nm


def test_the_wavelength_of_electrons():
    # Reimer and Kohl, Transmission Electron Microscopy, table 2.2
    assert electron_wavelength_nm(200) == pytest.approx(2.508e-3, rel=1e-3)
    assert electron_wavelength_nm(300) == pytest.approx(1.969e-3, rel=1e-3)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    return [
        simulate_set(folder / name, 2, 7, conditions="sim-low-contrast", images_per_wave=1)
        for name in ("one", "two")
    ]


def test_the_same_seed_gives_the_same_set(simulated):
    one, two = (read_all(labelled.micrographs) for labelled in simulated)
    for (first, first_mask), (second, second_mask) in zip(one, two, strict=True):
        assert np.array_equal(first.pixels, second.pixels)
        assert np.array_equal(first_mask, second_mask)


def test_particles_are_darker_than_the_film_and_masks_hold_them(simulated):
    for micrograph, mask in read_all(simulated[0].micrographs):
        assert micrograph.shape == (512, 512)
        assert 0.018 <= micrograph.nm_per_px <= 0.03
        assert 0.01 < mask.mean() < 0.8
        assert micrograph.pixels[mask].mean() < micrograph.pixels[~mask].mean()


def test_a_folder_that_holds_a_set_is_not_written_over(simulated):
    with pytest.raises(DatasetError, match="already holds"):
        simulate_set(simulated[0].folder, 1, 0)


def test_micrographs_of_one_specimen_are_never_parted(tmp_path):
    from workbench.micrographs.writing import write_tiff

    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
        for specimen in range(6):
            for shot in range(3):
                write_tiff(tmp_path / part / f"s{specimen}_{shot}.tif", np.eye(8, dtype=np.float32), 0.02)
    LabelledSet.write_description(tmp_path, name="x", group_by=r"^(s\d+)_")
    parts = LabelledSet(tmp_path).split(0, (0.5, 0.5))
    specimens = [{pair.name.split("_")[0] for pair in part} for part in parts]
    assert not specimens[0] & specimens[1]
    assert sum(map(len, parts)) == 18


def test_an_image_without_a_label_is_named(tmp_path):
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "images" / "a.tif").touch()
    with pytest.raises(DatasetError, match="a has no label"):
        LabelledSet(tmp_path)


def test_the_samples_have_truth_and_pixel_size():
    assert sample_names() == ["easy", "low_dose", "touching"]
    for name in sample_names():
        micrograph, truth = open_sample(name)
        assert micrograph.shape == truth.shape
        assert micrograph.nm_per_px
        assert 0.01 < truth.mean() < 0.6
