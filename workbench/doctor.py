"""What is here and what is missing: versions, devices, memory, optional parts."""

from __future__ import annotations

import importlib.util
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = (
    "hrtem-workbench",
    "torch",
    "torchvision",
    "jupyterlab",
    "voila",
    "ipywidgets",
    "anywidget",
    "bqplot",
    "rosettasciio",
)
CONFLICTS = {
    "bqplot_gl": "keeps the histogram's handle from being dragged: pip uninstall bqplot-gl bqplot-image-gl"
}
OPTIONAL = {
    "abtem": "simulating micrographs: pip install 'hrtem-workbench[simulate]'",
    "hdf5plugin": ".hspy and .emd packed with Blosc, Zstandard and others: pip install 'hrtem-workbench[formats]'",
    "pyarrow": "tables of particles as Parquet: pip install 'hrtem-workbench[parquet]'",
    "zarr": ".zspy folders: pip install 'hrtem-workbench[formats]'",
}


def examine() -> list[str]:
    """Return one line for each thing that matters on this machine."""
    lines = [f"python          {platform.python_version()} on {platform.platform()}"]
    for name in PACKAGES:
        try:
            lines.append(f"{name:15} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name:15} missing: pip install {name}")
    lines += [f"{'device':15} {device}" for device in _devices()]
    free = shutil.disk_usage(Path.cwd()).free
    lines.append(f"{'memory':15} {psutil.virtual_memory().available / 2**30:.1f} GiB free")
    lines.append(f"{'disk':15} {free / 2**30:.1f} GiB free in {Path.cwd()}")
    for module, what in OPTIONAL.items():
        lines.append(f"{module:15} {'here' if importlib.util.find_spec(module) else 'missing, for ' + what}")
    lines += [f"{module:15} {what}" for module, what in CONFLICTS.items() if importlib.util.find_spec(module)]
    return lines


def _devices() -> list[str]:
    import torch

    found = [
        f"cuda:{index} {torch.cuda.get_device_name(index)}" for index in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, f"cpu, {psutil.cpu_count(logical=False)} cores, {torch.get_num_threads()} threads"]
