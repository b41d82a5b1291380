"""Six journeys of a new user on the page, counted in actions and timed; and on the page as it was before.

    python benchmarks/journeys.py --before e680ca29   # writes docs/journeys.md; needs Chromium on the PATH

Each is driven by real clicks and keys in Chromium, on a page that is served anew, the shortest way that the page
offers. The page of ``--before`` is that of another commit, checked out beside this one and served by its own package.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from journey_driver import Driver
from journey_walks import JOURNEYS, Journey, write_files
from playwright.sync_api import Browser
from served_page import PATIENCE_MS, ROOT, SERVE, checked_out, chromium, opened, served

PAGE = ROOT / "docs" / "journeys.md"
WINDOW = {"width": 1440, "height": 900}


class Walk(NamedTuple):
    """A journey as it was gone."""

    way: str
    moments: dict[str, tuple[int, float]]


def walk(browser: Browser, checkout: Path, act: Callable[[Driver], None]) -> Walk:
    """Go one journey, on a page that is served anew and idle."""
    with tempfile.TemporaryDirectory() as made:
        write_files(Path(made) / "data")
        with served(checkout, SERVE, Path(made)) as (port, _log):
            context = browser.new_context(viewport=WINDOW, device_scale_factor=0.5, reduced_motion="reduce")
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"http://127.0.0.1:{port}/")
            hand = Driver(opened(page))
            hand.wait("document.querySelector('.hw-status').innerText.trim() === 'idle'")
            act(hand)
            context.close()
    return Walk(hand.way(), hand.moments)


def rows(journey: Journey, now: list[Walk], before: list[Walk]) -> list[str]:
    """Return a row of the table for each moment of a journey."""
    made = []
    for number, moment in enumerate(now[0].moments):
        cells = [f"{walks[0].moments[moment][0]}" for walks in (before, now)]
        for walks in (before, now):
            seconds = statistics.median(one.moments[moment][1] for one in walks)
            cells.append(f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}")
        heads = ("", "") if number else (journey.title, journey.lacks)
        made.append(f"| {heads[0]} | {moment} | {' | '.join(cells)} | {heads[1]} |")
    return made


def report(found: dict[str, tuple[list[Walk], list[Walk]]], before: str, repeats: int) -> str:
    """Return the page of docs."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    again = "" if repeats == 1 else f" --repeats {repeats}"
    median = "" if repeats == 1 else f", the median of {repeats}"
    lines = [
        "# Six journeys of a new user",
        "",
        "What somebody who wants a thing has to do for it, and how long it takes: on the page as it is (commit "
        f"{commit}), and as it was ({before}). An action is a click, a drag, a key, a text that is typed, or a turn "
        "of the wheel to what is not on the screen; a choice from a list that unfolds is two. It is the shortest way "
        f"that the page offers, gone by a hand that takes no time, so that the seconds are those of waiting{median}. "
        f"Written by `python benchmarks/journeys.py --before {before}{again}` on {datetime.date.today():%d %B %Y}: "
        f"{platform.machine()}, {os.cpu_count()} cores, no GPU, a window of {WINDOW['width']} x {WINDOW['height']} px "
        "that Chromium draws by software; micrographs of 512 x 512 px.",
        "",
        "| journey | until | actions before | now | seconds before | now | not offered before |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, walks in found.items():
        lines += rows(JOURNEYS[name], *walks)
    lines += ["", "## How they go"]
    for number, (name, (now, was)) in enumerate(found.items(), 1):
        journey = JOURNEYS[name]
        lines += ["", f"**{number}. {journey.title}.** {journey.goes}", ""]
        lines += [f"- now: {now[0].way}", f"- before: {was[0].way}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--before", metavar="COMMIT", required=True, help="the page of this commit, too")
    parser.add_argument("--repeats", type=int, default=1, help="go each journey so many times")
    parser.add_argument("--only", choices=JOURNEYS, action="append", help="print these, and write no page")
    asked = parser.parse_args()
    names = asked.only or list(JOURNEYS)
    found: dict[str, tuple[list[Walk], list[Walk]]] = {name: ([], []) for name in names}
    with checked_out(asked.before) as checkout, chromium() as browser:
        for name in [name for _ in range(asked.repeats) for name in names]:
            found[name][0].append(walk(browser, ROOT, JOURNEYS[name].now))
            found[name][1].append(walk(browser, checkout, JOURNEYS[name].before))
            print(name, *(walks[-1].moments for walks in found[name]), flush=True)
    text = report(found, asked.before, asked.repeats)
    if not asked.only:
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
