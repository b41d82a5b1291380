"""What the kernel of a page costs: forked from a process that has imported the page, and begun as Jupyter begins it.

    python benchmarks/kernels.py [--pages 4]

Begins kernels as `workbench serve` does, with one worker for all, and makes a page in each. Seconds of the processor
and on the clock, and memory: PSS counts what processes share once in all. The first of each kind is left out of the
means. Linux only.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas
import psutil
from jupyter_client.manager import KernelManager

from workbench.app.serving.serve import surroundings

READY_S = 120


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=4)
    pages = parser.parse_args().pages
    rows: list[dict[str, float | str]] = []
    for forked in (False, True, False, True):
        with surroundings(Path.cwd(), forked_kernels=forked):
            rows += measured("forked" if forked else "begun anew", pages)
    print(pandas.DataFrame(rows).groupby("kernels").mean().round(2).to_string())


def measured(kind: str, pages: int) -> list[dict[str, float | str]]:
    """One row a page but the first, all of them open at once."""
    kernels, rows = [], []
    for number in range(pages):
        kernel = KernelManager(kernel_name="python3")
        begun = time.perf_counter()
        kernel.start_kernel()
        client = kernel.client()
        client.start_channels()
        client.wait_for_ready(timeout=READY_S)
        ready = time.perf_counter()
        reply = client.execute("import workbench as wb; page = wb.Workbench()", reply=True, timeout=READY_S)
        assert reply["content"]["status"] == "ok", reply["content"]
        made = time.perf_counter()
        kernels.append((kernel, client))
        if number:
            process = psutil.Process(kernel.provisioner.pid)
            rows.append(
                {
                    "kernels": kind,
                    "begins, s": ready - begun,
                    "makes the page, s": made - ready,
                    "processor, s": sum(process.cpu_times()[:2]),
                    "PSS, MB": process.memory_full_info().pss / 1e6,
                }
            )
    for kernel, client in kernels:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    return rows


if __name__ == "__main__":
    main()
