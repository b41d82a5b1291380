"""Every format opens with the right shape and pixel size, or is refused with one sentence."""

import os
import socket

import numpy as np
import pytest
import tifffile
from PIL import Image

from workbench.errors import MicrographError
from workbench.micrographs.formats import opening
from workbench.micrographs.reading import list_contents, open_micrograph
from workbench.micrographs.writing import write_tiff

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


def test_tiff_written_here_keeps_pixels_and_pixel_size(tmp_path):
    pixels = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    write_tiff(tmp_path / "a.tif", pixels, 0.02152)
    opened = open_micrograph(tmp_path / "a.tif")
    assert np.array_equal(opened.pixels, pixels)
    assert opened.nm_per_px == pytest.approx(0.02152, rel=1e-6)


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "i2", "<i4", ">f4", "f8", "?"])
def test_npy_of_every_number(tmp_path, dtype):
    values = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    np.save(tmp_path / "a.npy", values)
    assert np.array_equal(open_micrograph(tmp_path / "a.npy").pixels, values.astype(np.float32))


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">i2", "<f8", ">f4", "<f4", "f2"])
def test_an_image_larger_than_what_is_read_at_a_time(tmp_path, dtype):
    values = np.random.default_rng(0).integers(0, 200, (700, 501)).astype(dtype)
    np.save(tmp_path / "a.npy", values)
    assert np.array_equal(open_micrograph(tmp_path / "a.npy").pixels, values.astype(np.float32))


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


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.dm3", b"", "empty"),
        ("text.tif", b"this is no micrograph\n" * 10, "text"),
        ("noise.dm4", bytes(range(256)) * 40, "noise.dm4"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "cut.png"),
        ("cut.emd", b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "cut.emd"),
    ],
)
def test_broken_files_are_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MicrographError, match=said) as refused:
        open_micrograph(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_a_wrong_suffix_is_no_obstacle(tmp_path):
    write_tiff(tmp_path / "a.tif", np.ones((4, 6), np.float32), 0.1)
    (tmp_path / "a.tif").rename(tmp_path / "a.dm3")
    assert open_micrograph(tmp_path / "a.dm3").shape == (4, 6)


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


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7), (2, 3, 5, 7), (3, 5, 7, 1)])
def test_npy_in_both_orders_frame_by_frame(tmp_path, shape, order):
    values = np.random.default_rng(0).integers(0, 999, shape)
    np.save(tmp_path / "a.npy", np.asarray(values, order=order))
    (signal,) = list_contents(tmp_path / "a.npy")
    frames = [open_micrograph(tmp_path / "a.npy", frame=frame).pixels for frame in range(signal.frames)]
    assert np.array_equal(np.stack(frames), values.reshape(-1, 5, 7))


def test_a_library_that_is_not_installed_is_named_and_no_file_called_damaged(tmp_path, monkeypatch):
    def read(_path, _stack):
        raise ModuleNotFoundError("No module named 'blosc'", name="blosc.codecs")

    monkeypatch.setitem(opening._READERS, "npy", read)
    np.save(tmp_path / "a.npy", np.zeros((4, 4)))
    with pytest.raises(MicrographError, match="needs blosc, which is not installed here; pip install blosc"):
        open_micrograph(tmp_path / "a.npy")


@pytest.mark.parametrize("read", [open_micrograph, list_contents])
def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch, read):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    os.mkfifo(tmp_path / "pipe.tif")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.tif")
        for name in ("pipe.tif", "socket.tif", "/dev/null"):
            with pytest.raises(MicrographError, match="no file but a pipe"):
                read(tmp_path / name)
    with pytest.raises(MicrographError, match="no name"):
        read("a\0.tif")
