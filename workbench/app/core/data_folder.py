"""The folder that the file picker may show, and nothing outside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import MicrographError
from workbench.file_names import natural_key
from workbench.micrographs.reading import may_be_micrograph


@dataclass(frozen=True)
class Entry:
    """A line in the picker: a folder, or a file that looks like a micrograph."""

    name: str
    path: str
    folder: bool
    size_bytes: int = 0
    modified_ns: int = 0
    """When the file was written last, in nanoseconds since 1970; a folder's files may be younger than that."""


class DataFolder:
    """A folder whose readable micrographs may be listed and opened, subfolders included.

    Parameters
    ----------
    root : path, optional
        ``None``: the environment variable WORKBENCH_DATA, else the current folder.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        self.root = Path(root or os.environ.get("WORKBENCH_DATA") or Path.cwd()).resolve()

    def resolve(self, path: str | os.PathLike[str]) -> Path:
        """Return the real path of something inside the folder.

        Parameters
        ----------
        path : path
            Relative to the folder, or absolute.

        Raises
        ------
        MicrographError
            If it lies outside once symlinks and ``..`` are followed, or does not exist.
        """
        try:
            real = (self.root / path).resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as error:
            if not self._inside((self.root / path).absolute().parent):
                raise self._outside(path) from error
            raise MicrographError(f"{path}: there is no such file in {self.root}.") from error
        if not self._inside(real):
            raise self._outside(path)
        return real

    def relative(self, path: Path) -> str:
        """Return a path inside the folder as it is shown, with forward slashes; ``""`` for the folder."""
        shown = path.resolve().relative_to(self.root).as_posix()
        return "" if shown == "." else shown

    def entries(self, folder: str = "") -> list[Entry]:
        """List subfolders, then readable files, as people count (image_2 before image_10).

        Hidden ones and those that lead outside are left out.

        Raises
        ------
        MicrographError
            If the folder lies outside, does not exist or may not be read.
        """
        real = self.resolve(folder)
        try:
            children = sorted(real.iterdir(), key=lambda child: natural_key(child.name))
        except OSError as error:
            raise MicrographError(
                f"{folder or self.root}: the folder cannot be read ({error.strerror})."
            ) from error
        folders, files = [], []
        for child in children:
            if child.name.startswith("."):
                continue
            try:
                target = child.resolve(strict=True)
                if not self._inside(target):
                    continue
                shown = (Path(folder) / child.name).as_posix()
                if may_be_micrograph(child):
                    size, modified = _bytes(target), target.stat().st_mtime_ns
                    files.append(Entry(child.name, shown, False, size, modified))
                elif target.is_dir():
                    folders.append(Entry(child.name, shown, folder=True))
            except (OSError, RuntimeError):
                continue  # a dangling or circular link is no micrograph
        return folders + files

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root)

    def _outside(self, path: str | os.PathLike[str]) -> MicrographError:
        return MicrographError(
            f"{path}: lies outside the data folder {self.root}; start with --data to open another."
        )


def _bytes(path: Path) -> int:
    inside = path.rglob("*") if path.is_dir() else [path]  # a .zspy is a folder
    return sum(file.stat().st_size for file in inside if file.is_file())
