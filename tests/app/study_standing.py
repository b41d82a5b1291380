"""A study of two networks at two dilations, three seeds each, as it stands when some of its cells have ended."""

from workbench.study.overview import Overview, PlannedCell
from workbench.study.status import CellStatus, StudyStatus

COLOURS = {"A": "#000000", "B & C": "#ffffff"}


def cells(*dilations: int, sizes=(None,), seeds=(0, 1, 2)) -> tuple[PlannedCell, ...]:
    return tuple(
        PlannedCell(f"{kind}-d{d}-n{n}-s{s}", kind, "none", kind, str(d), n, s)
        for s in seeds
        for n in sizes
        for kind in ("A", "B & C")
        for d in dilations
        if n == sizes[0] or d == dilations[0]
    )


OVERVIEW = Overview("o", "", cells(1, 2), ("dose-20", "dose-80"), 24)


def standing(**of: CellStatus) -> StudyStatus:
    known = {name.replace("_", "-"): cell for name, cell in of.items()}
    return StudyStatus(
        "works", {one.name: known.get(one.name, CellStatus("waits")) for one in OVERVIEW.cells}
    )


HALF = standing(
    **{
        "A_d1_nNone_s0": CellStatus("done", 0.9),
        "A_d1_nNone_s1": CellStatus("done", 0.7),
        "A_d1_nNone_s2": CellStatus("trained", fraction=0.4),
        "A_d2_nNone_s0": CellStatus("failed", why="It <broke>."),
    }
)
