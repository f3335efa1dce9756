"""What a second process gains in a sweep, and what a store costs."""

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tables import print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST

N = 250


def late_inversion(drive):
    """Mean of <Jz>/(N/2) over the window 10/(NΓ) … 20/(NΓ)."""
    model = lmg.Model.from_ratios(N=N, drive=drive, twist=TWIST)
    trajectory = lmg.evolve(model, np.linspace(10, 20, 201) / N, progress=False)
    return trajectory.moments.bloch[:, 2].mean()


def square(x):
    """Nothing that takes time."""
    return x**2


def seconds_with(processes, drives):
    """Time of the sweep in a pool whose processes have started."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        lmg.sweep(late_inversion, {"drive": drives[:processes]}, executor=pool, progress=False)
        start = time.perf_counter()
        lmg.sweep(late_inversion, {"drive": drives}, executor=pool, progress=False)
        return time.perf_counter() - start


def speed_up(_):
    """Forty points of exact dynamics in one process and in two."""
    drives = np.linspace(1.5, 2.5, 40)
    one, two = seconds_with(1, drives), seconds_with(2, drives)
    rows = [[1, one, one / 40, 1.0], [2, two, two / 40, one / two]]
    columns = ["processes", "seconds", "per point", "speed-up"]
    print_table(f"40 points of exact dynamics, N = {N}, to t = 20/(NΓ)", columns, rows)


def store(_):
    """A thousand points that cost nothing, without a store, with a new one and with a full one."""
    grid = {"x": range(1000)}
    with tempfile.TemporaryDirectory() as folder:
        without, _ = timed(lambda: lmg.sweep(square, grid), repeats=1)
        new, _ = timed(lambda: lmg.sweep(square, grid, store=folder), repeats=1)
        again, _ = timed(lambda: lmg.sweep(square, grid, store=folder), repeats=1)
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        blocks = sum(512 * path.stat().st_blocks for path in files)
    columns = ["no store", "new store", "full store", "files", "bytes", "bytes on disk"]
    print_table("1000 points", columns, [[without, new, again, len(files), size, blocks]])


BENCHMARKS = [speed_up, store]
