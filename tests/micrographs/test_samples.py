"""The bundled micrographs."""

from workbench.micrographs.samples import open_sample, sample_names


def test_the_samples_have_truth_and_pixel_size():
    assert sample_names() == ["easy", "low_dose", "touching"]
    for name in sample_names():
        micrograph, truth = open_sample(name)
        assert micrograph.shape == truth.shape
        assert micrograph.nm_per_px
        assert 0.01 < truth.mean() < 0.6
