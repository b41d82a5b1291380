"""The regions to label next, as lines of Python."""

from __future__ import annotations

from collections.abc import Mapping


def region_lines(thresholds: Mapping[str, float], edge: str, count: int) -> list[str]:
    """Return lines that find the regions of the open micrograph again; none without a network.

    Parameters
    ----------
    thresholds : mapping of str to float
        Of each selected network, by the variable that holds what it says.
    edge : str
        Such as ``edge_nm=20``.
    count : int
        Regions at most.
    """
    if not thresholds:
        return []
    limits = ", ".join(f"{threshold:g}" for threshold in thresholds.values())
    return [
        "",
        "# regions to label next, the most doubtful first",
        f"regions = wb.uncertain_regions([{', '.join(thresholds)}], [{limits}], {edge}, count={count})",
    ]
