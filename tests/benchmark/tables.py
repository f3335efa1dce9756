"""What every benchmark needs: a clock, a scale, and a table."""

import re
import time
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median


def timed(function, *arguments, repeats=5):
    """Median time of at most ``repeats`` runs, fewer when they take long, and the result."""
    seconds = []
    while len(seconds) < repeats and sum(seconds) < 3:
        start = time.perf_counter()
        result = function(*arguments)
        seconds.append(time.perf_counter() - start)
    return median(seconds), result


def print_table(title, columns, rows):
    """Print the rows aligned under their columns."""
    cells = [[f"{x:.3g}" if isinstance(x, float) else str(x) for x in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    print(f"\n{title}")
    for row in [columns, *cells]:
        print("  " + "  ".join(x.rjust(width) for x, width in zip(row, widths, strict=True)))


def measured(function, *arguments):
    """Median time, result, and peak memory in MB of a new process that calls the function."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (function, *arguments))


def _measure(function, *arguments):
    seconds, result = timed(partial(function, *arguments))
    # The kernel's count for this program; that of getrusage begins with the parent's peak.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return seconds, result, int(peak[1]) * 1024 / 1e6
