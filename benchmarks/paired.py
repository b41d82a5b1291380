"""Two checkouts of the package, timed in turn: a busy machine is busy for both."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

SERVE = """
import json, sys, time
{prepare}
for line in sys.stdin:
    task = json.loads(line)
    try:
        {before}
        start = {clock}()
        {measured}
        print(1e3 * ({clock}() - start), flush=True)
    except Exception:
        print("nan", flush=True)
"""


class Paired:
    """A process for each checkout that does what it is told, and says how many milliseconds that took.

    Parameters
    ----------
    prepare, before, measured : str
        Python: done once; done before each task, which is called ``task``; done and timed.
    against : Path, optional
        Folder of another checkout.
    clock : str
        ``time.perf_counter``, or ``time.process_time``: of the processor, for what waits for nothing.
    """

    def __init__(
        self,
        prepare: str,
        before: str,
        measured: str,
        against: Path | None = None,
        clock: str = "time.perf_counter",
    ) -> None:
        code = SERVE.format(prepare=prepare, before=before, measured=measured, clock=clock)
        self.checkouts = [HERE, *([against.resolve()] if against else [])]
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=checkout,
                env={**os.environ, "PYTHONPATH": str(checkout)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for checkout in self.checkouts
        ]

    def table(self, what: str, tasks: Iterable[tuple[str, object]], repeats: int) -> None:
        """Print a row a task: median milliseconds of each checkout, and the median of their ratios."""
        paired = len(self.checkouts) > 1
        print(f"| {what} | ms |" + (" ms, other checkout | ratio |" if paired else ""))
        print("|---|---|" + ("---|---|" if paired else ""))
        for name, task in tasks:
            for process in self._processes:
                _milliseconds(process, task)
            rows = []
            for turn in range(repeats):
                order = self._processes if turn % 2 else self._processes[::-1]
                took = {id(process): _milliseconds(process, task) for process in order}
                rows.append([took[id(process)] for process in self._processes])
            cells = [f"{statistics.median(column):.1f}" for column in zip(*rows, strict=True)]
            if paired:
                cells.append(f"{statistics.median(own / other for own, other in rows):.2f}")
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
        for process in self._processes:
            process.communicate()


def _milliseconds(process: subprocess.Popen[str], task: object) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(task) + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())
