"""Plans of studies in the data folder, and the folder in which each was begun."""

from __future__ import annotations

import tomllib
from pathlib import Path

from workbench.app.core.data_folder import DataFolder
from workbench.errors import ComputeError, RecipeError, WorkbenchError
from workbench.process_files import read_process
from workbench.study.folder import CELLS, PLAN_FILE, PROCESS_FILE
from workbench.whole_files import why_unread

OUT = "out"
"""Folder in the data folder where studies are put that name no other."""
PLACES = ("", "studies")
MARKS = ("[[architectures]]", "test_sets")
"""What stands in each plan, and in no recipe and no description of a set."""
LONGEST_BYTES = 1 << 20


def find_plans(data: DataFolder) -> list[tuple[str, str]]:
    """Return label and path of each plan: in the data folder, in its ``studies/``, and of studies begun in ``out/``.

    A study that was begun is listed by itself only where its plan is not there any more, or was changed since.
    """
    found, texts = [], set()
    for place in PLACES:
        for path in sorted((data.root / place).glob("*.toml")):
            text = _text(path)
            if text and all(mark in text for mark in MARKS):
                found.append((path.relative_to(data.root).as_posix(), path.relative_to(data.root).as_posix()))
                texts.add(text)
    for folder in begun(data):
        text, shown = _text(folder / PLAN_FILE), (folder / PLAN_FILE).relative_to(data.root).as_posix()
        if text and text not in texts:
            found.append((f"{shown} (as it was begun)", shown))
    return found


def begun(data: DataFolder) -> list[Path]:
    """Return the folders in ``out/`` that hold a study."""
    return sorted(path.parent for path in (data.root / OUT).glob(f"*/{PLAN_FILE}"))


def under_way(data: DataFolder) -> tuple[str, str] | None:
    """Return plan and folder of the first study in ``out/`` that a process works on, whoever started it."""
    for folder in begun(data):
        try:
            if read_process(folder / PROCESS_FILE) is None:
                continue
        except ComputeError:  # nobody knows; the others may be
            continue
        text = _text(folder / PLAN_FILE)
        same = (path for _label, path in find_plans(data) if _text(data.root / path) == text)
        plan = next(same, (folder / PLAN_FILE).relative_to(data.root).as_posix())
        return plan, folder.relative_to(data.root).as_posix()
    return None


def usual_folder(data: DataFolder, plan: str) -> str:
    """Return where a study goes: to the folder in which this very plan was begun, else to ``out/`` and its name.

    Nothing where the plan cannot be read.
    """
    try:
        path, text = data.resolve(plan), read_text(data, plan)
    except WorkbenchError:
        return ""
    if path.name == PLAN_FILE and (path.parent / CELLS).is_dir():
        return data.relative(path.parent)
    same = [folder for folder in begun(data) if _text(folder / PLAN_FILE) == text]
    if same:
        return same[0].relative_to(data.root).as_posix()
    try:
        named = str(tomllib.loads(text)["name"])
    except (tomllib.TOMLDecodeError, KeyError):
        named = path.stem
    return f"{OUT}/{named.replace('/', '-') or 'study'}"


def read_text(data: DataFolder, plan: str) -> str:
    """Return a plan of the data folder as text.

    Raises
    ------
    RecipeError
        If none is named, or it cannot be read.
    MicrographError
        If it is not in the data folder.
    """
    if not plan:
        raise RecipeError("Choose a plan.")
    path = data.resolve(plan)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            f"{plan}: the plan cannot be read ({why_unread(error)}); choose a file in TOML."
        ) from error


def folder_inside(data: DataFolder, out: str) -> Path:
    """Return the folder of a study, which need not be there yet.

    Raises
    ------
    ComputeError
        If none is named, or it is the data folder itself or outside of it.
    """
    if not out.strip():
        raise ComputeError("Name a folder for the study, such as out/study.")
    path = (data.root / out.strip()).resolve()
    if path == data.root or not path.is_relative_to(data.root):
        raise ComputeError(f"{out}: choose a folder inside the data folder {data.root}.")
    return path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size < LONGEST_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""
