"""A file that another program writes to while it is read: one sentence, and the process lives."""

import os
import struct
import subprocess
import sys

import h5py
import numpy as np
import pytest
import tifffile

from workbench.errors import MicrographError
from workbench.micrographs.formats.opening import opened
from workbench.micrographs.reading import open_micrograph

PIXELS = np.random.default_rng(0).integers(0, 60000, (400, 500)).astype("u2")


def write_npy(path):
    np.save(path, PIXELS)


def write_mrc(path):
    head = bytearray(1024)
    struct.pack_into("<4i", head, 0, 500, 400, 1, 6)
    head[208:214] = b"MAP \x44\x44"
    path.write_bytes(bytes(head) + PIXELS.tobytes())


def write_tif(path):
    tifffile.imwrite(path, PIXELS)


def write_lzw(path):
    tifffile.imwrite(path, PIXELS, compression="zlib", rowsperstrip=10)


def write_emd(path):
    with h5py.File(path, "w") as file:
        file.attrs["version_major"] = 0
        group = file.create_group("data/a")
        group.attrs["emd_group_type"] = 1
        group["data"] = PIXELS


def write_hspy(path):
    with h5py.File(path, "w") as file:
        file.attrs["file_format_version"] = "3.3"
        group = file.create_group("Experiments/a")
        group.create_dataset("data", data=PIXELS, chunks=(10, 500))
        for place in range(2):
            group.create_group(f"axis-{place}").attrs.update({"name": "yx"[place], "navigate": False})
        group.create_group("metadata/General")
        group.create_group("original_metadata")


def write_ser(path):
    head = struct.pack("<HHHIIIIII", 0x4949, 0x0197, 0x0210, 0x4122, 0x4152, 1, 1, 30, 0) + struct.pack(
        "<II", 38, 0
    )
    path.write_bytes(
        head + struct.pack("<ddiddiHII", 0, 5e-11, 0, 0, 5e-11, 0, 2, 500, 400) + PIXELS[::-1].tobytes()
    )


def tag(name, kind, *words, data=b""):
    return (
        struct.pack(">bh", 21, len(name))
        + name
        + b"%%%%"
        + struct.pack(f">{1 + len(words)}i", kind, *words)
        + data
    )


def group(name, *tags):
    return struct.pack(">bh", 20, len(name)) + name + struct.pack(">bbi", 0, 0, len(tags)) + b"".join(tags)


def write_dm3(path):
    """Write as little of a DigitalMicrograph file as an image needs."""
    dimension = group(
        b"",
        tag(b"Origin", 1, 6, data=struct.pack("<f", 0)),
        tag(b"Scale", 1, 6, data=struct.pack("<f", 0.05)),
        tag(b"Units", 3, 20, 4, 2, data="nm".encode("utf-16-le")),
    )
    brightness = group(
        b"Brightness",
        tag(b"Origin", 1, 6, data=struct.pack("<f", 0)),
        tag(b"Scale", 1, 6, data=struct.pack("<f", 1)),
        tag(b"Units", 3, 20, 4, 1, data=" ".encode("utf-16-le")),
    )
    image = group(
        b"ImageData",
        group(b"Calibrations", brightness, group(b"Dimension", dimension, dimension)),
        tag(b"Data", 3, 20, 4, PIXELS.size, data=PIXELS.tobytes()),
        tag(b"DataType", 1, 3, data=struct.pack("<i", 10)),
        group(
            b"Dimensions",
            tag(b"", 1, 3, data=struct.pack("<i", 500)),
            tag(b"", 1, 3, data=struct.pack("<i", 400)),
        ),
    )
    images = group(
        b"ImageList", group(b"", image, group(b"ImageTags"), tag(b"Name", 3, 20, 4, 1, data=b"a\0"))
    )
    root = struct.pack(">bbi", 0, 0, 1) + images
    path.write_bytes(struct.pack(">3i", 3, len(root), 1) + root + bytes(8))


WRITERS = [write_npy, write_mrc, write_tif, write_lzw, write_emd, write_hspy, write_ser, write_dm3]


@pytest.fixture
def files(tmp_path):
    paths = []
    for write in WRITERS:
        paths.append(tmp_path / f"a.{write.__name__.removeprefix('write_')}")
        write(paths[-1])
    return paths


def test_the_files_of_this_test_can_be_read(files):
    for path in files:
        with opened(path) as contents:
            pixels = contents[0].read(0)
        assert np.array_equal(pixels, PIXELS), path.name


def test_one_that_is_cut_short_ends_no_process(files):
    code = """
import os, sys
from pathlib import Path
from workbench.errors import MicrographError
from workbench.micrographs.formats.opening import opened
for name in sys.argv[1:]:
    try:
        with opened(Path(name)) as contents:
            os.truncate(name, 5000)
            contents[0].read(0).astype("f4").sum()
        print(name, "was read")
    except MicrographError as error:
        print(error)
"""
    command = [sys.executable, "-c", code, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    said = "changed while it was read; open it again once it is written."
    assert done.stdout.splitlines() == [f"{path.name} {said}" for path in files]


def read_and_write(path):
    with opened(path) as contents:
        contents[0].read(0)
        with path.open("r+b") as file:
            file.seek(-5000, os.SEEK_END)
            file.write(bytes(10))
        os.utime(path, ns=(0, 10**18))  # as a clock of finer steps would show it


def test_one_that_is_written_anew_in_place_is_not_half_of_each(files):
    for path in files:
        with pytest.raises(MicrographError, match="changed while it was read"):
            read_and_write(path)


def test_one_that_is_deleted_or_replaced_while_it_is_read_has_changed(files, tmp_path):
    with pytest.raises(MicrographError, match="changed"), opened(files[0]):
        files[0].unlink()
    write_mrc(tmp_path / "other")
    with pytest.raises(MicrographError, match="changed"), opened(files[1]):
        (tmp_path / "other").replace(files[1])


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">i2", "<f8", ">f4", "<f4", "f2"])
def test_an_image_larger_than_what_is_read_at_a_time(tmp_path, dtype):
    values = np.random.default_rng(0).integers(0, 200, (700, 501)).astype(dtype)
    np.save(tmp_path / "a.npy", values)
    assert np.array_equal(open_micrograph(tmp_path / "a.npy").pixels, values.astype(np.float32))
