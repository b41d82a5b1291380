"""Where the minutes of the gate go: seconds and number of tests by group, of one run or of two beside each other.

    make test OPTIONS=--junitxml=/tmp/run.xml
    python benchmarks/gate_minutes.py /tmp/run.xml [--before /tmp/earlier.xml]

Tests run in several processes, so that the seconds of all groups together are as many times those on the clock. What a
fixture of a session takes is counted where it is asked for first.
"""

from __future__ import annotations

import argparse
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

GROUPS = (
    ("tests.browser", "pages in Chromium"),
    ("tests.test_notebooks", "lessons"),
    ("tests.app", "states of the page, panels, servers"),
    ("tests.training", "training"),
    ("tests.study", "studies"),
    ("tests.compute", "the worker"),
    ("tests.explanation", "explanation"),
    ("tests.micrographs", "files, sets, simulation"),
    ("tests.networks", "networks"),
    ("tests.segmentation", "segmentation"),
    ("tests.particles", "particles, lattices, distributions"),
    ("tests.batch", "batches"),
    ("tests.figures", "figures"),
    ("tests.report", "reports"),
    ("", "commands, the package itself"),
)


def by_group(path: Path) -> dict[str, tuple[float, int]]:
    """Return seconds and number of tests of each group."""
    seconds: dict[str, float] = defaultdict(float)
    number: dict[str, int] = defaultdict(int)
    for case in ET.parse(path).iter("testcase"):
        name = case.get("classname", "")
        group = next(told for start, told in GROUPS if name.startswith(start))
        seconds[group] += float(case.get("time", 0))
        number[group] += 1
    return {told: (seconds[told], number[told]) for _start, told in GROUPS}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--before", type=Path)
    asked = parser.parse_args()
    runs = [by_group(path) for path in (asked.before, asked.run) if path is not None]
    heads = ["minutes before", "tests before"] * (len(runs) == 2) + ["minutes", "tests"]
    print("| group | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for group in [told for _start, told in GROUPS] + ["all"]:
        cells = []
        for run in runs:
            rows = run.values() if group == "all" else [run[group]]
            cells += [f"{sum(row[0] for row in rows) / 60:.1f}", str(sum(row[1] for row in rows))]
        print(f"| {group} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
