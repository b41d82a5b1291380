"""What is not opened says what it is and what to do, and nothing that is not so."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.reading import open_micrograph


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(MicrographError) as refused:
        open_micrograph(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.tif", b"II*\0")
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.tif"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("a.mrc.gz", gzip.compress(b"x" * 2000, mtime=0), "gunzip -k a.mrc.gz"),
        ("a.tif.gz", gzip.compress(b"II*\0", mtime=0), "gunzip -k a.tif.gz"),
        ("a.map.bz2", bz2.compress(b"x"), "bunzip2 -k a.map.bz2"),
        ("a.dm4.xz", lzma.compress(b"x"), "unxz -k a.dm4.xz"),
        ("a.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 20, "zstd -d a.zst"),
        ("a.zip", zipped(), "unzip a.zip"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 30, "7z x a.7z"),
        ("a.tar", tarred(), "tar -xf a.tar"),
    ],
)
def test_packed_files_say_how_to_unpack_them(tmp_path, name, content, how):
    said = refusal(tmp_path / name, content)
    assert "unpack it first" in said
    assert how in said
    assert "micrograph itself" not in said


def test_several_arrays_in_one_file_are_named(tmp_path):
    file = io.BytesIO()
    np.savez(file, a=np.zeros((3, 3)))
    assert ".npy" in refusal(tmp_path / "a.npz", file.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x20ftypheic" + b"\0" * 40, "HEIC"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 40, "film"),
        (b"RIFF\0\0\0\0AVI LIST", "film"),
        (b"8BPS\0\x01" + b"\0" * 40, "Photoshop"),
        (b"BM words that begin like a picture\xff\xfe\xfd", "no format that is known"),
    ],
)
def test_other_files_are_named(tmp_path, content, said):
    assert said in refusal(tmp_path / "a.bin", content)
