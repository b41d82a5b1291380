"""Every format opens with the right shape and pixel size, or is refused with one sentence."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph

REAL = {
    "128x128-TEM_search.emi": ((128, 128), 5.2612),
    "128x128-TEM_search_1.ser": ((128, 128), 5.2612),
    "64x64_TEM_images_acquire.emi": ((64, 64), 6.2818),
    "64x64_TEM_images_acquire_1.ser": ((64, 64), 6.2818),
    "FEI-Helios-Ebeam-16bits.tif": ((471, 512), 3372.4),
    "HAADFscan.mrc": ((16, 16), 5.67913),
    "JEOL HAADF Image.dm4": ((112, 112), 1.24901),
    "SiO2 HAADF Image.hspy": ((128, 128), 8.55245),
    "TVIPS_bin4.tif": ((1024, 1024), 1.42080),
    "example_image.emd": ((3, 3), None),
    "fei_example_tem_stack.emd": ((3, 3), 0.0081729),
    "multi_signal.dm3": ((512, 512), 0.0177516),
    "test-2.dm3": ((2, 2), None),
    "test-2.dm4": ((2, 2), None),
    "test_STEM_image.dm3": ((68, 68), 0.248538),
    "test_loading_image_saved_with_DM.tif": ((68, 68), 168.6747),
    "test_loading_image_saved_with_imageJ.tif": ((68, 68), 168.6747),
    "test_loading_image_saved_with_imageJ_no_scale.tif": ((68, 68), None),
    "test_loading_image_saved_with_imageJ_stack.tif": ((68, 68), 168.6747),
    "test_stackbuilder_imagestack.dm3": ((2, 16), 59.98290),
}


REFUSED = {"COPYING.txt": "text file", "example2_v3.1.hspy": "diffraction pattern"}


@pytest.mark.parametrize("name", [*REAL, *REFUSED])
def test_real_files(real_files, name):
    path = real_files / "formats" / name
    if name in REFUSED:
        with pytest.raises(MicrographError, match=REFUSED[name]):
            open_micrograph(path)
        return
    shape, nm_per_px = REAL[name]
    opened = open_micrograph(path)
    assert opened.shape == shape
    assert opened.nm_per_px == (None if nm_per_px is None else pytest.approx(nm_per_px, rel=1e-4))
    assert opened.pixels.dtype == np.float32


def test_every_real_file_is_known_here(real_files):
    assert {path.name for path in (real_files / "formats").iterdir()} == REAL.keys() | REFUSED.keys()


def refusal(path) -> str:
    try:
        open_micrograph(path)
    except MicrographError as refused:
        return str(refused)
    return ""


def test_real_files_cut_short_are_refused_in_one_line(real_files, tmp_path):
    for path in sorted((real_files / "formats").iterdir()):
        data = path.read_bytes()
        for share in (0, 0.2, 0.6):
            cut = tmp_path / path.name
            cut.write_bytes(data[: int(len(data) * share)])
            said = refusal(cut)
            assert "\n" not in said
            assert not said or path.name in said


def test_real_micrographs_are_grey(real_files):
    opened = open_micrograph(real_files / "msa-em" / "images" / "image_0.png")
    assert opened.shape == (512, 512)
    assert opened.nm_per_px is None


def test_colour_becomes_grey(tmp_path):
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
    rgba = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    Image.fromarray(rgba).save(tmp_path / "a.png")
    assert np.array_equal(open_micrograph(tmp_path / "a.png").pixels, grey)
    Image.fromarray(np.dstack([np.full_like(grey, 200), 0 * grey, 0 * grey])).save(tmp_path / "red.png")
    assert open_micrograph(tmp_path / "red.png").pixels == pytest.approx(0.299 * 200)


def test_stacks_open_frame_by_frame(tmp_path):
    stack = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(tmp_path / "stack.tif", stack, imagej=True, metadata={"axes": "TYX"})
    (signal,) = list_contents(tmp_path / "stack.tif")
    assert (signal.frames, signal.height, signal.width) == (3, 20, 30)
    assert np.array_equal(open_micrograph(tmp_path / "stack.tif", frame=2).pixels, stack[2])
    with pytest.raises(MicrographError, match="frame"):
        open_micrograph(tmp_path / "stack.tif", frame=3)


def test_a_frame_of_a_large_stack_is_read_alone(tmp_path):
    # 6 GB that do not exist on the disk: reading all of it would not fit in the memory of a laptop
    header = np.lib.format.header_data_from_array_1_0(np.empty((0,), np.float32))
    header["shape"] = (1500, 1000, 1000)
    with (tmp_path / "large.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 1500 * 1000 * 1000 * 4)
    opened = open_micrograph(tmp_path / "large.npy", frame=1499)
    assert opened.shape == (1000, 1000)


def test_folders_spectra_and_missing_files_are_refused(tmp_path):
    with pytest.raises(MicrographError, match="folder"):
        open_micrograph(tmp_path)
    with pytest.raises(MicrographError):
        open_micrograph(tmp_path / "nosuch.dm3")
    np.save(tmp_path / "spectrum.npy", np.zeros(100))
    with pytest.raises(MicrographError):
        open_micrograph(tmp_path / "spectrum.npy")


@pytest.mark.parametrize("size", [0, -1, float("nan"), float("inf")])
def test_a_pixel_size_must_be_positive(tmp_path, size):
    np.save(tmp_path / "a.npy", np.zeros((4, 4)))
    with pytest.raises(MicrographError, match="positive"):
        open_micrograph(tmp_path / "a.npy", nm_per_px=size)
