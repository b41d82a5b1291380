"""Which weights a network on the command line is: its name or its file, and the hash of what is in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import NetworkError
from workbench.file_names import names_of_path
from workbench.networks.classical import classical_method
from workbench.networks.loading import SUFFIX, ZOO, locate


@dataclass(frozen=True)
class Weights:
    """What ``--network`` says.

    Parameters
    ----------
    given : str
        A name, a .safetensors file or the folder of a run.
    names : tuple of str
        What the network can be called, the shortest first.
    file : Path or None
        None for a classical method.
    ships : bool
        Whether it comes with the package: then it is the same wherever that is installed.
    """

    given: str
    names: tuple[str, ...]
    file: Path | None
    ships: bool = False

    @classmethod
    def of(cls, given: str) -> Weights:
        """Return what a name or path stands for, as `load_network` takes it."""
        if classical_method(given) is not None:
            return cls(given, (given,), None, True)
        found = locate(given)
        if found is not None:
            return cls(given, (given,), found, ZOO in found.parents)
        path = Path(given).expanduser()
        if (path / f"best{SUFFIX}").is_file():
            named = path.absolute().with_name(path.absolute().name + SUFFIX)
            return cls(given, tuple(names_of_path(named, suffix=False)), path / f"best{SUFFIX}")
        return cls(given, tuple(names_of_path(path.absolute(), suffix=False)), path)

    @property
    def identity(self) -> str:
        """What two ways to name one network share."""
        return self.given if self.file is None else str(self.file.resolve())

    def sha256(self) -> str:
        """Return the hash of the file; empty for a classical method.

        Raises
        ------
        NetworkError
            If it cannot be read.
        """
        if self.file is None:
            return ""
        try:
            with self.file.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise NetworkError(
                f"{self.file} cannot be read ({error.strerror or error}); check the name."
            ) from error
