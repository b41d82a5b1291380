"""The data sets that a run can learn from: those of the data folder, and public ones that are here."""

from __future__ import annotations

from workbench.app.core.data_folder import DataFolder

MOST_FOLDERS = 2000
DEEPEST = 3


def find_datasets(data: DataFolder) -> list[tuple[str, str]]:
    """Return label and path of each folder with images/ and labels/ inside a data folder, a few folders deep."""
    from workbench.micrographs.datasets.public_sets import public_dataset, public_dataset_names

    found, waiting, seen = [], [(data.root, 0)], 0
    while waiting and seen < MOST_FOLDERS:
        folder, depth = waiting.pop(0)
        seen += 1
        if (folder / "images").is_dir() and (folder / "labels").is_dir():
            path = data.relative(folder)
            found.append((path or folder.name, path or "."))
            continue
        if depth < DEEPEST:
            try:
                inside = sorted(path for path in folder.iterdir() if path.is_dir())
            except OSError:
                continue
            waiting += [
                (path, depth + 1)
                for path in inside
                if not path.name.startswith(".") and path.resolve().is_relative_to(data.root)
            ]
    here = [name for name in public_dataset_names() if public_dataset(name).folder.is_dir()]
    return found + [(f"{name} (public)", name) for name in here]
