"""Loss and learning rate of each step, as ``curve.csv``: what the page draws while a run goes on."""

from __future__ import annotations

from pathlib import Path

from workbench.whole_files import read_whole, written_whole

CURVE = "curve.csv"
COLUMNS = ("step", "loss", "learning_rate")


def read_curve(folder: Path) -> list[tuple[int, float, float]]:
    """Return step, loss and learning rate of each step that a run has written; without what a crash cut short.

    Raises
    ------
    ComputeError
        If the file cannot be read now.
    """
    points = []
    for line in (read_whole(folder / CURVE) or "").splitlines(keepends=True):
        try:
            step, loss, rate = line.split(",")
            if line.endswith("\n"):
                points.append((int(step), float(loss), float(rate)))
        except ValueError:
            continue  # the line that names the columns
    return points


def keep_points(folder: Path, step: int) -> None:
    """Leave the points up to a step: those after it are written again by a run that is resumed.

    Raises
    ------
    OSError
        If there is no room.
    """
    kept = [point for point in read_curve(folder) if point[0] <= step]
    lines = [",".join(COLUMNS), *(f"{at},{loss:.6g},{rate:.6g}" for at, loss, rate in kept)]
    with written_whole(folder / CURVE) as half:
        half.write_text("\n".join(lines) + "\n", encoding="utf-8")
