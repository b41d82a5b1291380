"""Pixel sizes that people typed, kept beside the data, so that whoever opens the data sees the same numbers."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import platformdirs
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from workbench.app.core.beside_data import alone, login
from workbench.errors import MicrographError
from workbench.whole_files import written_whole

NAME = "pixel-sizes.json"
LOCK_NAME = ".pixel-sizes.lock"


class TypedSize(BaseModel):
    """A pixel size that a person typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nm_per_px: float = Field(gt=0, allow_inf_nan=False)
    by: str = Field("", description="login name of who typed it")
    at: AwareDatetime
    scale_bar: str = Field("", description="of which its caption gave the size, such as 50 nm over 212 px")

    @property
    def said(self) -> str:
        """Who typed it, and when."""
        how = f"from the scale bar ({self.scale_bar})," if self.scale_bar else "typed"
        return f"{how}{f' by {self.by}' if self.by else ''} on {self.at:%Y-%m-%d}"


class SizeShown(NamedTuple):
    """The pixel size of the open micrograph, and where it comes from; what undo takes back.

    Attributes
    ----------
    nm_per_px : float or None
        None: it is not known.
    typed : float or None
        As a person typed it; None: as the file says, or not known.
    unknown : bool
        Whether a person said that it is not known.
    scale_bar : str
        The scale bar that gave it; empty where none did.
    kept : bool
        Whether it stands beside the data.
    """

    nm_per_px: float | None
    typed: float | None = None
    unknown: bool = False
    scale_bar: str = ""
    kept: bool = False


class _Sizes(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    sizes: dict[str, TypedSize] = Field(
        default_factory=dict,
        description="path of a file, or of a folder whose files know none, relative to this file",
    )


class PixelSizes:
    """The file ``pixel-sizes.json`` of a data folder; the user's own where that cannot be written.

    Parameters
    ----------
    root : Path
        The data folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[str, TypedSize] = {}

    def read(self) -> dict[str, TypedSize]:
        """Return absolute path of a file or folder -> what was typed for it; of two the later one. Kept as ``known``.

        Raises
        ------
        MicrographError
            If a file of sizes is there and is not one.
        """
        found: dict[str, TypedSize] = {}
        for file in (_own_file(), self.root / NAME):
            for name, size in _read(file).sizes.items():
                path = os.path.normpath(file.parent / name)
                if path not in found or found[path].at <= size.at:
                    found[path] = size
        self.known = found
        return found

    def why_other(self, path: str, nm_per_px: float | None) -> str:
        """Say that a file is shown with another size than stands beside the data; empty where it is not."""
        size = self.known.get(path)
        if size is None or nm_per_px == size.nm_per_px:
            return ""
        shown = "no pixel size" if nm_per_px is None else f"{nm_per_px:.6g} nm/px"
        return (
            f"{Path(path).name} is shown with {shown}, as asked; "
            f"beside the data stand {size.nm_per_px:.6g} nm/px, {size.said}."
        )

    def write(self, path: str | os.PathLike[str], nm_per_px: float | None, scale_bar: str = "") -> None:
        """Keep a size for a file or a folder, and the scale bar that gave it; ``None``: forget it.

        Raises
        ------
        MicrographError
            If neither the data folder nor the user's own can be written, or their file is damaged.
        """
        size = None
        if nm_per_px is not None:
            now = datetime.now().astimezone()
            size = TypedSize(nm_per_px=nm_per_px, by=login(), at=now, scale_bar=scale_bar)
        beside, own = self.root / NAME, _own_file()
        inside = Path(path).is_relative_to(self.root)
        try:
            if inside:
                try:
                    _change(beside, Path(path), size)
                except OSError:
                    if size is None and str(path) in _absolute(beside):
                        raise  # what stands beside the data cannot be taken back from elsewhere
                else:
                    if str(path) in _absolute(own):
                        _change(own, Path(path), None)
                    return
            _change(own, Path(path), size)
        except OSError as error:
            raise MicrographError(
                f"The pixel size holds for this page but was not kept for the next one: {error.filename or own} cannot "
                f"be written ({(error.strerror or 'the file system refused').lower()})."
            ) from error


def _own_file() -> Path:
    named = os.environ.get("WORKBENCH_PIXEL_SIZES")
    return Path(named) if named else platformdirs.user_data_path("hrtem-workbench") / NAME


def _absolute(file: Path) -> set[str]:
    return {os.path.normpath(file.parent / name) for name in _read(file).sizes}


def _read(file: Path) -> _Sizes:
    try:
        return _Sizes.model_validate_json(file.read_bytes())
    except OSError:
        return _Sizes()  # there is none, or it is not for this user
    except ValidationError as error:
        raise MicrographError(
            f"{file} is damaged, so the pixel sizes that were typed are not known here; mend it or move it away."
        ) from error


def _change(file: Path, path: Path, size: TypedSize | None) -> None:
    """Write a size into a file of sizes, under a lock, whole."""
    if not file.exists() and size is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with alone(file.parent / LOCK_NAME):
        sizes = _read(file).sizes
        name = Path(os.path.relpath(path, file.parent)).as_posix()
        if size is None:
            sizes.pop(name, None)
        else:
            sizes[name] = size
        with written_whole(file) as half:
            half.write_text(
                _Sizes(sizes=dict(sorted(sizes.items()))).model_dump_json(indent=1) + "\n", "utf-8"
            )
