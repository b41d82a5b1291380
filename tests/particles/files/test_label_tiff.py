"""A label image as TIFF: numbers, pixel size and record are there for other readers too."""

import json
import subprocess
import sys

import numpy as np
import pytest
import skimage.io
import tifffile

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.datasets.lone_mask import read_label
from workbench.micrographs.provenance import kind_of_result
from workbench.micrographs.reading import open_micrograph
from workbench.particles.files.label_tiff import read_label_tiff, write_label_tiff


@pytest.mark.parametrize(
    ("add", "dtype"), [(0, np.uint16), (65_000, np.uint16), (65_500, np.uint32), (9_000_000, np.uint32)]
)
def test_numbers_pixel_size_and_record_are_read_by_others_and_here(scene, tmp_path, add, dtype):
    labels = np.where(scene.labels > 0, scene.labels + add, 0)
    write_label_tiff(tmp_path / "l.tif", labels, scene.micrograph, provenance={"network": "unet"})
    for theirs in (tifffile.imread(tmp_path / "l.tif"), skimage.io.imread(tmp_path / "l.tif")):
        assert theirs.dtype == dtype
        assert np.array_equal(theirs, labels)
    with tifffile.TiffFile(tmp_path / "l.tif") as tiff:
        assert tiff.is_imagej
        assert tiff.imagej_metadata["unit"] == "nm"
        pixels, length = tiff.pages[0].tags["XResolution"].value
        assert length / pixels == pytest.approx(0.25)
        said = json.loads(tiff.imagej_metadata["Info"])
    assert said["network"] == "unet"
    assert said["pixels_sha256"] == scene.micrograph.sha256
    ours, known = read_label_tiff(tmp_path / "l.tif")
    assert np.array_equal(ours, labels)
    assert known == said
    assert open_micrograph(tmp_path / "l.tif").nm_per_px == 0.25
    assert kind_of_result(tmp_path / "l.tif") == "labels"
    assert np.array_equal(read_label(tmp_path / "l.tif").numbers, labels)


NAPARI = """
import sys
import numpy as np
from napari_builtins.io import napari_get_reader
for path in sys.argv[1:]:
    ((pixels,),) = napari_get_reader(path)(path)
    np.save(path + ".npy", pixels)
"""


def test_napari_reads_every_number(scene, tmp_path):
    """Its own reader is asked in a process of its own: its import warns, and warnings are errors here."""
    labels = {add: np.where(scene.labels > 0, scene.labels + add, 0) for add in (0, 65_000, 65_500)}
    for add, of_them in labels.items():
        write_label_tiff(tmp_path / f"l{add}.tif", of_them, scene.micrograph)
    files = [str(tmp_path / f"l{add}.tif") for add in labels]
    subprocess.run([sys.executable, "-c", NAPARI, *files], check=True)
    for file, of_them in zip(files, labels.values(), strict=True):
        theirs = np.load(f"{file}.npy")
        assert theirs.dtype.kind == "u"  # whole numbers: napari takes them for labels without a word
        assert np.array_equal(theirs, of_them)


@pytest.mark.parametrize("add", [0, 70_000])
def test_without_a_pixel_size_none_is_written(scene, tmp_path, add):
    labels = np.where(scene.labels > 0, scene.labels + add, 0)
    write_label_tiff(tmp_path / "l.tif", labels, scene.micrograph.with_nm_per_px(None))
    assert open_micrograph(tmp_path / "l.tif").nm_per_px is None


def test_a_label_image_without_particles_is_written_too(scene, tmp_path):
    write_label_tiff(tmp_path / "l.tif", np.zeros_like(scene.labels), scene.micrograph)
    assert not tifffile.imread(tmp_path / "l.tif").any()


def test_a_table_of_other_particles_is_refused_and_nothing_is_written(scene, tmp_path):
    with pytest.raises(WorkbenchError, match="do not belong together"):
        write_label_tiff(tmp_path / "l.tif", scene.labels, scene.micrograph, scene.table.iloc[1:])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("add", [0, 70_000])
def test_a_folder_that_is_not_there_is_said(scene, tmp_path, add):
    labels = np.where(scene.labels > 0, scene.labels + add, 0)
    with pytest.raises(ComputeError, match="does not exist"):
        write_label_tiff(tmp_path / "gone" / "l.tif", labels, scene.micrograph)
