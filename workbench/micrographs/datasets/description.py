"""What is written beside a labelled set, in ``set.toml``."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError, DatasetError
from workbench.micrographs.datasets.source import unreadable
from workbench.whole_files import written_whole


def read_description(path: Path) -> dict[str, Any]:
    """Return what the file says; nothing where there is none.

    Raises
    ------
    DatasetError
        If it is there but cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise DatasetError(f"{path} cannot be read: {broken}.") from broken


def write_description(folder: Path, *, details: dict[str, Any] | None = None, **entries: Any) -> None:
    """Write ``set.toml``, whole or not at all.

    Entries that are None are left out, ``details`` becomes a table of its own.

    Raises
    ------
    ComputeError
        If there is no room, or the folder is missing or protected.
    """
    lines = [f"{key} = {_toml(value)}" for key, value in entries.items() if value is not None]
    if details:
        lines += ["", "[details]"] + [f"{key} = {_toml(value)}" for key, value in details.items()]
    try:
        with written_whole(folder / "set.toml") as half:
            half.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ComputeError(
            f"set.toml was not written to {folder} ({(error.strerror or 'the file system refused').lower()}); "
            "make room there, or choose a folder of your own."
        ) from error


def _toml(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
