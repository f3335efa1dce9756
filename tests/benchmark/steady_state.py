"""Import, steady state and Husimi distribution, and agreement with QuTiP."""

import subprocess
import sys
from statistics import median

import numpy as np
import qutip
from tables import print_table, timed

import lmgcav as lmg
from lmgcav.companion.paper import TWIST
from lmgcav.husimi import amplitudes

DRIVE = 0.9 * np.hypot(1, TWIST)  # 2Ω/(NΓ): below the transition, where the state is squeezed


def paper_model(N):
    return lmg.Model.from_ratios(N=N, drive=DRIVE, twist=TWIST)


def qutip_steady_state(model):
    """By a sparse direct solution, its default and the fastest of its methods."""
    return qutip.steadystate(*model.to_qutip())


def import_time(_):
    """Time of ``import lmgcav`` in a new interpreter, next to that of what it needs."""
    rows = []
    clock = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    for modules in ("numpy", "numpy, scipy.optimize", "lmgcav"):
        command = [sys.executable, "-c", clock.format(modules)]
        runs = [float(subprocess.check_output(command)) for _ in range(5)]
        rows.append([f"import {modules}", median(runs)])
    print_table("Import", ["statement", "seconds"], rows)


def steady_moments(_):
    """Moments of Eq. (9) against QuTiP's ``steadystate``; then alone."""
    rows = []
    for N in (50, 100, 200):
        model = paper_model(N)
        ours, moments = timed(lmg.steady_moments, model)
        theirs, rho = timed(qutip_steady_state, model)
        difference = abs(moments.bloch - lmg.spin_moments(rho.full()).bloch).max()
        rows.append([N, ours, theirs, theirs / ours, float(difference)])
    columns = ["N", "lmgcav", "steadystate", "ratio", "difference of <J>/(N/2)"]
    print_table("Steady moments", columns, rows)
    rows = [[10**k, timed(lmg.steady_moments, paper_model(10**k))[0]] for k in range(3, 8)]
    print_table("Steady moments, large N", ["N", "lmgcav"], rows)


def steady_state(_):
    """Density matrix of Eq. (9) against QuTiP's ``steadystate``; then alone."""
    rows = []
    for N in (50, 100, 200):
        ours, rho = timed(lmg.steady_state, paper_model(N))
        theirs, expected = timed(qutip_steady_state, paper_model(N))
        difference = abs(rho - expected.full()).max()
        rows.append([N, ours, theirs, theirs / ours, float(difference)])
    columns = ["N", "lmgcav", "steadystate", "ratio", "difference"]
    print_table("Density matrix of the steady state", columns, rows)
    rows = [[N, timed(lmg.steady_state, paper_model(N))[0]] for N in (400, 1000, 4000)]
    print_table("Density matrix, large N", ["N", "lmgcav"], rows)


def husimi(options):
    """Equation (13) against ``qutip.spin_q_function``; then alone."""
    cases = [(50, 20, 40), (100, 20, 40), (200, 20, 40)]
    if options.slow:
        cases.append((400, 60, 120))
    rows = []
    for N, n, p in cases:
        theta, phi = np.linspace(0, np.pi, n), np.linspace(-np.pi, np.pi, p)
        rho = lmg.steady_state(paper_model(N))
        ours, Q = timed(lmg.husimi, rho, theta, phi)
        theirs, (expected, *_) = timed(qutip.spin_q_function, qutip.Qobj(rho), theta, phi)
        difference = abs(Q - (N + 1) / (4 * np.pi) * expected.T).max()
        rows.append([N, f"{n} × {p}", ours, theirs, theirs / ours, float(difference)])
    columns = ["N", "grid", "lmgcav", "spin_q_function", "ratio", "difference"]
    print_table("Husimi distribution", columns, rows)

    theta, phi = np.linspace(0, np.pi, 60), np.linspace(-np.pi, np.pi, 120)
    first, d = amplitudes(10_000, 2.0)
    kept = slice(first, first + d.size)
    coherent = np.zeros((10_001, 10_001))
    coherent[kept, kept] = np.outer(d, d)
    states = [lmg.steady_state(paper_model(400)), lmg.steady_state(paper_model(1000)), coherent]
    rows = [[len(rho) - 1, timed(lmg.husimi, rho, theta, phi)[0]] for rho in states]
    print_table("Husimi distribution, large N, 60 × 120", ["N", "lmgcav"], rows)


BENCHMARKS = [import_time, steady_moments, steady_state, husimi]
