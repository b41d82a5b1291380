"""A labelled set as one folder: pictures, and beside each a file of the same stem that says where its particles are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import DatasetError
from workbench.micrographs.datasets.description import read_description
from workbench.micrographs.datasets.folder import readable_files
from workbench.micrographs.datasets.naming import listed
from workbench.micrographs.datasets.source import unreadable
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph


class BesideSource:
    """Pictures of a folder with what is known of each in a file beside it: ``a.png`` and ``a`` + `ending`.

    Parameters
    ----------
    folder : Path
    files : collection of str, optional
        Names of the files in it that are of the set, where others lie beside them.
    name : str, optional
        What it is called; by default as the folder.

    Raises
    ------
    DatasetError
        If the folder is empty or closed to the user, or a picture or a file beside one is missing.
    """

    ending: ClassVar[str]

    def __init__(
        self, folder: Path, *, files: Collection[str] | None = None, name: str | None = None
    ) -> None:
        self.folder = folder
        self.name = name or folder.resolve().name
        self._pictures = readable_files(folder, files)
        try:
            there = {path.name for path in folder.iterdir() if files is None or path.name in files}
        except OSError as error:
            raise unreadable(folder, error) from error
        beside = {file.removesuffix(self.ending) for file in there if file.endswith(self.ending)}
        if not self._pictures and not beside:
            raise DatasetError(f"{folder} holds no micrographs.")
        lonely = sorted(self._pictures.keys() ^ beside)
        if lonely:
            raise DatasetError(
                f"{folder}: {listed(lonely)} {'has' if len(lonely) == 1 else 'have'} no picture or no file "
                f"*{self.ending} beside it; add what is missing or move the rest away."
            )

    @cached_property
    def names(self) -> Sequence[str]:
        """Stems of the pictures, sorted."""
        return sorted(self._pictures)

    @cached_property
    def description(self) -> dict[str, Any]:
        """What ``set.toml`` says."""
        return read_description(self.folder / "set.toml")

    def micrograph(self, index: int, nm_per_px: float | None) -> Micrograph:
        """Open one picture."""
        return open_micrograph(self._pictures[self.names[index]], nm_per_px=nm_per_px)

    def dose(self, index: int) -> float | None:
        """Return what the picture's file says of the dose."""
        dose = self.micrograph(index, None).metadata.get("dose_e_per_A2")
        return None if dose is None else float(dose)

    def beside(self, index: int) -> Path:
        """Return the file beside one picture."""
        return self.folder / f"{self.names[index]}{self.ending}"
