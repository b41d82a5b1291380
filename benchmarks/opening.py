"""Milliseconds to open a micrograph, by format: files that this script writes, and those of a folder.

    python benchmarks/opening.py [FOLDER] [--against CHECKOUT] [--repeats 9]

Each file is opened once to warm the system's cache, then again and again; the table shows the median. With the folder
of another checkout, each of two processes opens the same file in turn, so that a busy machine is busy for both, and
the last column is the median ratio: above 1 this checkout is slower.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import tifffile

EDGE = 2048
SERVE = """
import json, sys, time
from workbench.micrographs.reading import open_micrograph
for line in sys.stdin:
    start = time.perf_counter()
    try:
        open_micrograph(json.loads(line))
        print(1e3 * (time.perf_counter() - start), flush=True)
    except Exception:
        print("nan", flush=True)
"""


def write_files(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 60000, (EDGE, EDGE)).astype("u2")
    stack = np.stack([pixels] * 8)
    np.save(folder / "uint16.npy", pixels)
    np.save(folder / "float32.npy", pixels.astype("f4"))
    np.save(folder / "stack of 8.npy", stack)
    tifffile.imwrite(folder / "plain.tif", pixels)
    tifffile.imwrite(folder / "deflate.tif", pixels, compression="zlib")
    tifffile.imwrite(folder / "stack of 8.tif", stack)
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


def serve(checkout: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", SERVE]
    return subprocess.Popen(
        command, cwd=checkout, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def milliseconds(process: subprocess.Popen[str], path: Path) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(str(path)) + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--repeats", type=int, default=9)
    asked = parser.parse_args()
    checkouts = [Path(__file__).resolve().parents[1], *([asked.against.resolve()] if asked.against else [])]
    with tempfile.TemporaryDirectory() as made:
        write_files(Path(made))
        files = sorted(Path(made).iterdir())
        files += sorted(path for path in asked.folder.iterdir() if path.is_file()) if asked.folder else []
        processes = [serve(checkout) for checkout in checkouts]
        print("| file | ms |" + (" ms, other checkout | ratio |" if asked.against else ""))
        print("|---|---|" + ("---|---|" if asked.against else ""))
        for path in files:
            for process in processes:
                milliseconds(process, path)
            rows = []
            for turn in range(asked.repeats):
                order = processes if turn % 2 else processes[::-1]
                took = {id(process): milliseconds(process, path) for process in order}
                rows.append([took[id(process)] for process in processes])
            cells = [f"{statistics.median(column):.1f}" for column in zip(*rows, strict=True)]
            if asked.against:
                cells.append(f"{statistics.median(own / other for own, other in rows):.2f}")
            print(f"| {path.name} | {' | '.join(cells)} |", flush=True)
        for process in processes:
            process.communicate()


if __name__ == "__main__":
    main()
