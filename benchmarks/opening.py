"""Milliseconds to open a micrograph, by format: files that this script writes, and those of a folder.

    python benchmarks/opening.py [FOLDER] [--against CHECKOUT] [--repeats 9]

Each file is opened once to warm the system's cache, then again and again; the table shows the median. Milliseconds are
those of the processor, of all its cores together. With the folder of another checkout, each of two processes opens the
same file in turn, so that a busy machine is busy for both, and the last column is the median ratio: above 1 this
checkout is slower.
"""

from __future__ import annotations

import argparse
import struct
import tempfile
from pathlib import Path

import h5py
import numpy as np
import tifffile
from paired import Paired
from scipy import ndimage

EDGE = 2048


def write_files(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 60000, (EDGE, EDGE)).astype("u2")
    stack = np.stack([pixels] * 8)
    np.save(folder / "uint16.npy", pixels)
    np.save(folder / "float32.npy", pixels.astype("f4"))
    np.save(folder / "stack of 8.npy", stack)
    tifffile.imwrite(folder / "plain.tif", pixels)
    tifffile.imwrite(folder / "deflate.tif", pixels, compression="zlib")
    tifffile.imwrite(folder / "stack of 8.tif", stack)
    write_compressed(folder)
    for name, array, mode in (
        ("uint16.mrc", pixels, 6),
        ("float32.mrc", pixels.astype("f4"), 2),
        ("stack of 8.mrc", stack, 6),
    ):
        head = bytearray(1024)
        sections = len(array) if array.ndim == 3 else 1
        struct.pack_into("<4i", head, 0, EDGE, EDGE, sections, mode)
        struct.pack_into("<3i", head, 28, EDGE, EDGE, sections)
        struct.pack_into("<3f", head, 40, EDGE, EDGE, sections)
        head[208:214] = b"MAP \x44\x44"
        (folder / name).write_bytes(bytes(head) + array.tobytes())
    with h5py.File(folder / "ncem.emd", "w") as file:
        file.attrs["version_major"], file.attrs["version_minor"] = 0, 2
        group = file.create_group("data/image")
        group.attrs["emd_group_type"] = 1
        group["data"] = pixels
        for place, name in enumerate("yx", 1):
            group[f"dim{place}"] = np.arange(EDGE) * 0.05
            group[f"dim{place}"].attrs.update({"name": np.bytes_(name), "units": np.bytes_("nm")})
    with h5py.File(folder / "image.hspy", "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.3"})
        group = file.create_group("Experiments/image")
        group.create_dataset("data", data=pixels, chunks=(256, EDGE), compression="gzip", shuffle=True)
        for place, name in enumerate("yx"):
            axis = {
                "name": name,
                "navigate": False,
                "size": EDGE,
                "scale": 0.05,
                "offset": 0.0,
                "units": "nm",
            }
            group.create_group(f"axis-{place}").attrs.update(axis)
        group.create_group("metadata/General").attrs["title"] = "image"
        group.create_group("original_metadata")


def write_compressed(folder: Path) -> None:
    """Write TIFF by most of the methods that programs have, with noise that is like a micrograph's."""
    noise = np.random.default_rng(1).normal(size=(EDGE, EDGE))
    noise += 4 * ndimage.gaussian_filter(noise, 2)
    shades = (1200 + 60 * noise).astype("u2")
    grey, floats = (shades // 8).clip(0, 255).astype("u1"), shades.astype("f4") / 7
    for name, array, options in (
        ("uint8", grey, {}),
        ("uint8, one row a strip", grey, {"rowsperstrip": 1}),
        ("uint16", shades, {}),
        ("uint16, predictor", shades, {"predictor": 2}),
        ("uint16, one row a strip", shades, {"rowsperstrip": 1}),
        ("uint16, big-endian", shades, {"byteorder": ">"}),
        ("uint16, tiles", shades, {"tile": (256, 256)}),
        ("float32", floats, {}),
        ("float32, predictor", floats, {"predictor": 3}),
        ("colours of 8 bit", np.dstack([grey] * 3), {"photometric": "rgb"}),
    ):
        tifffile.imwrite(folder / f"lzw, {name}.tif", array, compression="lzw", **options)
    for method in ("packbits", "zstd", "lzma"):
        tifffile.imwrite(folder / f"{method}.tif", shades, compression=method)
    tifffile.imwrite(folder / "jpeg.tif", grey, compression="jpeg")
    tifffile.imwrite(folder / "deflate, predictor.tif", shades, compression="zlib", predictor=2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--repeats", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        write_files(Path(made))
        files = sorted(Path(made).iterdir())
        files += sorted(path for path in asked.folder.iterdir() if path.is_file()) if asked.folder else []
        paired = Paired(
            "from workbench.micrographs.reading import open_micrograph",
            "pass",
            "open_micrograph(task)",
            asked.against,
            "time.process_time",
        )
        paired.table("file", ((path.name, str(path.resolve())) for path in files), asked.repeats)


if __name__ == "__main__":
    main()
