"""Exact dynamics against QuTiP's ``mesolve``, and alone at large N: time, memory and error."""

import time

import numpy as np
import qutip
from tables import measured, print_table

import lmgcav as lmg
from lmgcav.companion.paper import TWIST
from lmgcav.exact_dynamics import (
    PATIENCE,
    difference,
    initial_state,
    propagate,
    scaled_generator,
)

DRIVE = 2.17  # 2Ω/(NΓ) of point E
FORMS = {"default": {}, "dia": {"dtype": "dia"}, "matrix_form": {"matrix_form": True}}
INTEGRATORS = ["adams", "bdf", "lsoda", "dop853", "vern7", "vern9", "tsit5"]  # of QuTiP 5.3


def model_and_times(N, last=20.0, points=201):
    """Model of Fig. 7 and times up to ``last``/(NΓ)."""
    return lmg.Model.from_ratios(N=N, drive=DRIVE, twist=TWIST), np.linspace(0, last / N, points)


def seconds_and_result(function, *arguments, **options):
    start = time.process_time()  # of this process, whatever else the machine does
    result = function(*arguments, **options)
    return time.process_time() - start, result


def mesolve(model, ts, method, dtype=None, matrix_form=False):
    """Moments by QuTiP with one of its integrators, in one of its three forms."""
    H, c_ops = model.to_qutip()
    if dtype:
        H, c_ops = H.to(dtype), [c_op.to(dtype) for c_op in c_ops]
    psi = qutip.basis(model.N + 1, model.N)
    options = {"method": method, "nsteps": 10**7, "store_states": True, "matrix_form": matrix_form}
    states = qutip.mesolve(H, psi, ts, c_ops, options=options).states
    return lmg.spin_moments(np.array([state.full() for state in states]))


def largest_difference(moments, others):
    return float(difference(moments, others))


def against_mesolve(_):
    """Same times for all; each integrator and form of QuTiP for few atoms, the fastest for more.

    Its own tolerances: its explicit integrators take steps as long as they are stable, so that
    looser ones save nothing. The ratio is to the fastest `evolve` that is no less exact.
    """
    racers = [(method, form) for method in INTEGRATORS for form in FORMS]
    for N, fastest in (50, 6), (100, 3), (200, 0):
        model, ts = model_and_times(N, points=51)
        exact = lmg.evolve(model, ts, tol=1e-10).moments
        ours, rows = [], []
        for tol in (1e-4, 1e-6, 1e-7, 1e-8, 3e-10):
            seconds, trajectory = seconds_and_result(lmg.evolve, model, ts, tol=tol)
            ours.append((seconds, largest_difference(trajectory.moments, exact)))
            rows.append([f"lmgcav, tol={tol}", *ours[-1], ""])
        for method, form in racers:
            seconds, moments = seconds_and_result(mesolve, model, ts, method, **FORMS[form])
            error = largest_difference(moments, exact)
            even = min([t for t, e in ours if e <= error], default=np.nan)
            rows.append([f"{method}, {form}", seconds, error, seconds / even])
        columns = ["solver", "seconds", "error", "ratio"]
        print_table(f"Exact dynamics to t = 20/(NΓ), N = {N}", columns, rows)
        order = np.argsort([row[1] for row in rows[len(ours) :]])[:fastest]
        racers = [racers[i] for i in order]


def floor(model, ts, K):
    """Seconds for as many products with the generator as the Chebyshev bound asks for at K."""
    B2, c, _ = scaled_generator(model, K, 1.0)
    x = np.ones(B2.shape[0])
    repeats = 200
    seconds, _ = seconds_and_result(lambda: [B2 @ x for _ in range(repeats)])
    return c * ts[-1] * seconds / repeats


def large_numbers(options):
    """Time and memory against N, each in its own process, and the fitted exponent."""
    rows = []
    for N in (400, 1000, 2000, 10_000, *[100_000] * options.slow):
        _, row, megabytes = measured(one, N)
        rows.append([N, *row, megabytes])
    exponent = np.polyfit(*np.log(np.array(rows)[:, :2].T), 1)[0]
    columns = ["N", "seconds", "K", "error", "last run / floor", "MB"]
    print_table(f"To t = 20/(NΓ) alone; time grows as N^{exponent:.2f}", columns, rows)


def one(N):
    """Time, K, error and the ratio to the floor for N atoms."""
    model, ts = model_and_times(N)
    seconds, trajectory = seconds_and_result(lmg.evolve, model, ts, progress=False)
    K, start = trajectory.truncation, initial_state(N, lmg.SOUTH_POLE)
    plan = K, K, 1.0, PATIENCE
    alone, _ = seconds_and_result(propagate, model, plan, start, ts, 1e-6, False, False, 1.0)
    return seconds, K, float(trajectory.error), float(alone / floor(model, ts, K))


def long_times(_):
    """From 0.1/Γ to 5/Γ at N = 400."""
    rows = []
    for drive in (1.48, 1.76, 2.17, 3.86):
        model = lmg.Model.from_ratios(N=400, drive=drive, twist=TWIST)
        ts = np.linspace(0.1, 5, 200)
        seconds, trajectory = seconds_and_result(lmg.evolve, model, ts, progress=False)
        rows.append([drive, seconds, trajectory.truncation, float(trajectory.error)])
    columns = ["2Ω/(NΓ)", "seconds", "K", "error"]
    print_table("N = 400, t = 0.1/Γ to 5/Γ", columns, rows)


BENCHMARKS = [against_mesolve, large_numbers, long_times]
