"""Record what a point costs: ``python lmgcav/companion/recorded/record_costs.py``.

Writes costs.npz beside this file, with its provenance: tables of time on one core (seconds) and
peak memory (MB) against N, each point in a process of its own. It takes a few minutes and 2 GB.
"""

import os
import platform
import re
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import lmgcav as lmg
from lmgcav.companion import recorded
from lmgcav.companion.paper import POINTS, TWIST

DRIVE = POINTS["E"]
SIZES = {
    "steady": [10**3, 10**4, 10**5, 10**6, 10**7],
    "dynamics": [100, 200, 400, 1000, 2000, 4000, 10_000],
    "spectrum": [50, 100, 200, 400],
}


def steady(N):
    """Moments of the steady state."""
    lmg.steady_moments(lmg.Model.from_ratios(N=N, drive=DRIVE, twist=TWIST))


def dynamics(N):
    """Moments along three mean-field periods, to 1e-6."""
    model = lmg.Model.from_ratios(N=N, drive=DRIVE, twist=TWIST)
    lmg.evolve(model, np.linspace(0, 20 / N, 201), progress=False)


def spectrum(N):
    """150 eigenvalues nearest to zero."""
    lmg.eigenvalues(lmg.Model.from_ratios(N=N, drive=DRIVE, twist=TWIST), 150)


def cost(kind, N):
    """Seconds of this process that a point takes, and the peak memory of the process in MB."""
    start = time.process_time()
    globals()[kind](N)
    seconds = time.process_time() - start
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return [seconds, int(peak[1]) * 1024 / 1e6]


def main(folder=recorded.FOLDER):
    """Record all tables, each with the columns N, seconds, MB."""
    points = [(kind, N) for kind, sizes in SIZES.items() for N in sizes]
    options = {"mp_context": get_context("spawn"), "max_tasks_per_child": 1}
    with ProcessPoolExecutor(1, **options) as pool:
        found = lmg.sweep(cost, {("kind", "N"): points}, executor=pool)
    rows = np.column_stack([found.N, found])
    tables = {kind: rows[found.kind == kind] for kind in SIZES}
    (folder / "costs.npz").unlink(missing_ok=True)  # nothing of another machine stays
    machine = {"machine": platform.machine(), "cores": os.cpu_count()}
    recorded.save("costs", tables, folder, twist=TWIST, drive=DRIVE, **machine)


if __name__ == "__main__":
    main()
