"""Whatever the arguments, a function returns what an invariant confirms, or refuses by name.

Hypothesis draws arguments, good ones and limiting cases, and replaces one of them by a hostile
value now and then. The examples are few and always the same. To search longer, with others at
each run: ``LMGCAV_FUZZ=1000 pytest tests/test_fuzz.py`` for a thousand examples of each function.
"""

import importlib
import inspect
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import lmgcav as lmg
from lmgcav import arguments, cavity, photons
from lmgcav.mean_field import flow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")

EXAMPLES = int(os.environ.get("LMGCAV_FUZZ", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or 40,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,  # time_limit also ends what hangs
    suppress_health_check=[*HealthCheck],
)
SECONDS = 300  # of processor time, which only what hangs takes
MEMORY = 1 << 30  # bytes that the examples may take
DOCUMENTED = [
    (ValueError, r"Argument \w"),
    (MemoryError, r".* needs \S+ GB, but \S+ GB are free"),
    (ArithmeticError, r".* (was|were) not solved: |Arnoldi's method left a residual"),
    (RuntimeError, r"Argument (tol|hours) must be above"),  # evolve, average_inversion
    (RuntimeError, r"Argument model must be one whose result converges"),  # evolve
    (RuntimeError, r"Photon number .* is reached"),  # atom_cavity_moments
]
RESULTS = {
    "Correlation",
    "Emission",
    "Moments",
    "Record",
    "Spectrum",
    "StartAverage",
    "StationaryState",
    "SweepError",
    "Trajectory",
    "SOUTH_POLE",
}  # not called by readers
FLAGS = {"states", "progress"}  # whether they are true is for Python to say
CASES = {}
SAVED = Path(tempfile.mkdtemp()) / "run.npz"


# What is drawn


class OnAGraphicsCard:
    """A tensor that makes no array, as those of PyTorch."""

    def __array__(self, *arguments, **options):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


HOSTILE = st.sampled_from(
    [
        *(None, "x", "nan", b"1", True, object(), {}, len, np.ma.masked, np.datetime64("2020")),
        *(0, 1, -1, 3, 10**9, -(10**9), 10**18, 10**400, 0.5, 1e-300, 5e-324, 1e300, 1j),
        *(np.nan, np.inf, -np.inf, np.float32(2), np.int64(5), np.array("a"), np.array(1.0)),
        *([], [1, 2, 3], [[1], [1, 2]], [np.nan], [1e308] * 3, [0, 0, 1], [0.0, 1e9]),
        *(np.zeros(0), np.zeros((2, 2)), np.ones((3, 3)), np.full((2, 2), np.nan)),
        *(np.full((2, 2), 1e300), np.full((2, 2), 1e308 + 1e308j), np.zeros((0, 2, 2))),
        *(np.ma.masked_array([0.0, 1.0], [False, True]), 1e30, 1e-30, 1e60, -1e60),
        *(csr_array(np.eye(3)), csr_array((2, 2), dtype=complex), Fraction(1, 3), Decimal("2.5")),
        *({1, 2}, range(3), ..., np.array([None, 1]), np.array(["1", "2"]), lmg.Model, "+-"),
        *([[1, 0], [0, 0]], [[0.0], [1.0]], {"x": 1.0}, {1: "x"}, [{"z": 1.0}], np.int8(-1)),
        *(OnAGraphicsCard(), np, [[[[]]]]),
    ]
)
FEW = st.integers(1, 9)
ATOMS = FEW | st.sampled_from([10**3, 10**5, 10**7, 10**9, 10**15])
EXTREMES = st.sampled_from([0.0, -0.0, 1e-300, -1e-40, 1e-9, 1.0, 1e9, 1e40, -1e50])
RATES = st.floats(-4, 4) | EXTREMES
POSITIVE = st.floats(0.1, 4) | st.sampled_from([1e-60, 1e-20, 1e-6, 1.0, 1e6, 1e20, 1e60])
INSTANTS = st.floats(0, 2) | st.sampled_from([0.0, 1e-300, 1e-9, 30.0, 1e9, 1e60])
TIMES = st.lists(INSTANTS, min_size=1, max_size=4).map(sorted)
AXES = st.sampled_from([s * e for e in np.eye(3) for s in (1.0, -1.0)])
ANGLES = st.floats(0, np.pi)
STARTS = st.builds(lmg.coherent, ANGLES, st.floats(-7, 7)) | AXES


@st.composite
def models(draw, N=ATOMS):
    drive, twist, atoms, Gamma = draw(RATES), draw(RATES), draw(N), draw(POSITIVE)
    try:
        return lmg.Model.from_ratios(N=atoms, drive=drive, twist=twist, Gamma=Gamma)
    except ValueError:
        reject()


@st.composite
def density_matrices(draw):
    dimension = draw(FEW) + 1
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    A = rng.normal(size=(dimension, draw(FEW), 2)) @ [1, 1j]
    rho = A @ A.conj().T
    return rho / np.trace(rho)


SMALL = models(N=FEW)
OTHERS = st.builds(
    lmg.Lindbladian,
    N=FEW,
    H=st.fixed_dictionaries({"x": st.floats(-3, 3), "zz": st.floats(-1, 1)}),
    jumps=st.sampled_from([[{"-": 1.0}], [{"+": 0.7}, {"-": 0.3}, {"z": 0.5j}], [{"xy": 0.2}]]),
)
COLUMN = st.lists(st.floats(-4, 4), min_size=3, max_size=3)
ORDINARY = st.builds(lmg.Model.from_ratios, N=FEW, drive=st.floats(-3, 3), twist=st.floats(-3, 3))
SCATTERINGS = st.builds(
    lmg.Scattering, **dict.fromkeys(["decay", "dephasing", "loss"], RATES.map(abs))
)


# What must hold


def case(function, /, **strategies):
    """Declare the check of what a function returns, for arguments that are drawn like this."""

    def declare(check):
        CASES[function.__qualname__, function.__module__] = function, strategies, check
        return check

    return declare


def close(a, b, atol=1e-8, **options):
    np.testing.assert_allclose(a, b, atol=atol, **options)


def are_moments(moments, trace=1.0, rtol=1e-6):
    j = moments.N / 2
    total = np.trace(moments.second, axis1=-2, axis2=-1)
    close(total, trace * j * (j + 1) + 0 * total, rtol=rtol)
    assert (np.linalg.norm(moments.bloch, axis=-1) <= 1 + rtol).all()


@case(lmg.Model, N=ATOMS, chi=RATES, Omega=RATES, Gamma=POSITIVE)
def _(model, chi, Omega, **_rest):
    close(model.alpha * (model.Gamma - 2j * model.chi), 1j * model.Omega, atol=1e-99, rtol=1e-9)
    assert model.Omega_c >= model.N * model.Gamma / 2


@case(lmg.Model.from_ratios, N=ATOMS, drive=RATES, twist=RATES, Gamma=POSITIVE)
def _(model, drive, twist, **_rest):
    close([model.drive, model.twist], [drive, twist], atol=1e-59, rtol=1e-9)


@case(lmg.cavity_rates, g=RATES, kappa=POSITIVE, Delta=RATES)
def _(rates, g, kappa, Delta):
    chi, Gamma = rates
    close(np.multiply(chi, kappa), np.multiply(Gamma, Delta), rtol=1e-9)
    assert np.all(Gamma >= 0)


@case(lmg.coherent, theta=RATES, phi=RATES)
def _(start, **_rest):
    close(np.linalg.norm(start), 1)


@case(lmg.steady_moments, model=models())
def _(moments, model):
    are_moments(moments)
    rate = model.N**2 * (abs(model.chi) + model.Gamma) + model.N * abs(model.Omega)
    assert (abs(lmg.mean_rates(model, moments)) <= 1e-9 * rate).all()


@case(lmg.steady_weights, model=models())
def _(found, model):
    n, p = found
    close(p.sum(), 1)
    close(-(n @ p) / 2, lmg.steady_moments(model).mean[2], atol=1e-8 * model.N)


@case(lmg.steady_state, model=models())
def _(rho, model):
    close(rho, rho.conj().T)
    close(lmg.spin_moments(rho).bloch, lmg.steady_moments(model).bloch)


@case(lmg.stationary_state, model=SMALL | OTHERS, tol=st.sampled_from([1e-60, 1e-12, 1e-3]))
def _(found, model, tol):
    assert found.error <= tol
    are_moments(found.moments)
    if isinstance(model, lmg.Model):
        close(found.moments.bloch, lmg.steady_moments(model).bloch, atol=2 * tol)


@case(lmg.photon_flux, model=models())
def _(flux, model):
    expected = model.Gamma * lmg.steady_moments(model).second[:2, :2].trace()
    expected += model.Gamma * lmg.steady_moments(model).mean[2]  # J⁺J⁻ = J_x² + J_y² + J_z
    close(flux, expected, atol=1e-9 * model.Gamma * model.N**2)


@case(lmg.coherence, model=models(), order=FEW)
def _(ratio, model, order):
    assert 0 <= ratio <= math.factorial(order)
    assert ratio > 0 or order > model.N


@case(
    lmg.correlation,
    model=ORDINARY,
    taus=st.lists(st.floats(0, 2), min_size=1, max_size=3).map(sorted),
    first=st.text("xyz+-", max_size=2),
    second=st.text("xyz+-", min_size=1, max_size=2),
    third=st.text("xyz+-", max_size=2),
    tol=st.sampled_from([1e-8, 1e-3]),
)
def _(found, model, taus, first, second, third, tol):
    unit = (model.N / 2) ** len(first + second + third)
    assert found.error <= tol * unit
    assert (abs(found.values) <= 4 ** len(first + second + third) * unit).all()


@case(
    lmg.emission_spectrum,
    model=SMALL,
    omegas=st.lists(RATES, min_size=1, max_size=3),
    tol=st.sampled_from([1e-60, 1e-8, 1e-3]),
)
def _(found, model, omegas, tol):
    assert found.error <= tol * lmg.photon_flux(model) / (model.N * model.Gamma)
    assert (found.incoherent >= -found.error).all()


@case(lmg.counting_record, model=models(), ts=TIMES, start=STARTS, seed=FEW)
def _(run, model, ts, **_rest):
    are_moments(run.moments)
    assert (np.diff(run.seen) >= 0).all()
    assert (run.seen <= ts[-1] * (1 + 1e-9)).all()


@case(lmg.homodyne_record, model=models(), ts=TIMES, start=STARTS, phase=RATES, seed=FEW)
def _(run, **_rest):
    are_moments(run.moments)
    close(np.linalg.norm(run.state), 1)


@case(lmg.fisher_information, state=density_matrices())
def _(F, state):
    N = len(state) - 1
    values = np.linalg.eigvalsh(F)
    assert -1e-9 <= values[0] <= values[-1] <= N**2 * (1 + 1e-9)


@case(lmg.spin_products, N=ATOMS, K=FEW)
def _(products, N, K):
    anticommutators, commutators = products
    for plus, turn in zip(anticommutators, commutators, strict=True):
        assert abs(plus - plus.T).max() <= 1e-9 * N
        assert abs(turn + turn.T).max() <= 1e-9 * N


@case(lmg.multiplications, N=ATOMS, K=FEW)
def _(sides, N, K):
    for left, right in zip(*sides, strict=True):
        assert abs(left - left.conj().T).max() <= 1e-9 * N
        assert abs(left - right.conj()).max() <= 1e-9 * N


PRODUCTS = st.text("xyz+-", max_size=2)
POLYNOMIALS = st.dictionaries(PRODUCTS, RATES | st.complex_numbers(max_magnitude=3), max_size=3)


@case(
    lmg.Lindbladian,
    N=ATOMS,
    H=st.dictionaries(st.sampled_from(["", "x", "z", "zz", "+-", "xyx"]), RATES, max_size=3),
    jumps=st.lists(POLYNOMIALS | HOSTILE, max_size=2),
)
def _(model, N, **_rest):
    assert model.rate >= 0
    if N < 10:
        L = model.generator(N).toarray()
        size = abs(L).max()
        assert (L[0] == 0).all()
        assert np.linalg.eigvals(L / (size or 1)).real.max() <= 1e-3


OTHER = lmg.Lindbladian(N=9, H={"x": 1.0, "zz": 0.3}, jumps=[{"-": 1.0}, {"xy": 0.1}])


@case(OTHER.generator, K=FEW)
def _(L, K):
    assert L.shape == ((K + 1) ** 2, (K + 1) ** 2)


@case(lmg.Multipoles.from_operator, matrix=density_matrices(), K=st.none() | FEW)
def _(state, matrix, K):
    if K is None:
        close(state.density_matrix, matrix)


@case(lmg.best_squeezing, N=ATOMS)
def _(best, N):
    ratio, xi2 = best
    assert 0 < xi2 <= 1
    assert -1e-9 <= ratio <= 1


@case(lmg.squeezing, moments=st.builds(lmg.spin_moments, density_matrices()))
def _(xi2, moments):
    assert xi2 > -1e-9


@case(lmg.squeezing_error, moments=st.builds(lmg.spin_moments, density_matrices()), error=POSITIVE)
def _(found, moments, error):
    assert found >= 0
    assert found >= lmg.squeezing_error(moments, 0.0) - 1e-9


RUN = lmg.evolve(lmg.Model(N=3, chi=0.5, Omega=4.0), [0.0, 0.5])
lmg.save(SAVED, RUN)


@case(lmg.save, path=st.sampled_from(["a.npz", "no/a.npz", "a"]), trajectory=st.just(RUN))
def _(_nothing, path, **_rest):
    assert (lmg.load(path)[0].moments.mean == RUN.moments.mean).all()


@case(lmg.load, path=st.sampled_from([str(SAVED), "no.npz", "a"]))
def _(found, path):
    assert (found[0].moments.mean == RUN.moments.mean).all()


@case(lmg.spin_moments, rho=density_matrices())
def _(moments, rho):
    are_moments(moments, np.trace(rho, axis1=-2, axis2=-1).real)


@case(
    lmg.husimi,
    state=density_matrices() | st.builds(lmg.Multipoles.coherent, ATOMS, STARTS, K=FEW),
    theta=st.lists(ANGLES, max_size=3),
    phi=st.lists(RATES, max_size=3),
)
def _(Q, state, theta, phi):
    assert Q.shape == (len(theta), len(phi))
    if isinstance(state, np.ndarray):
        close(Q, lmg.husimi(lmg.Multipoles.from_density_matrix(state), theta, phi))


@case(lmg.mean_field, model=models(), ts=TIMES, start=STARTS)
def _(s, model, ts, start):
    close(np.linalg.norm(s, axis=-1), 1)
    close(s * [1, -1, 1], lmg.mean_field(*opposite(model, ts, start)), atol=1e-5)


def opposite(model, ts, start):
    """Arguments with -χ and -Ω, for which s_y has the other sign."""
    return replace(model, chi=-model.chi, Omega=-model.Omega), ts, start * np.array([1, -1, 1])


@case(lmg.displacement, model=ORDINARY, ts=TIMES, start=STARTS)
def _(path, model, ts, start):
    b, velocity = path.T
    close(velocity**2 + lmg.potential(model, b, start), 1, atol=1e-6)


@case(lmg.s_plus, model=models(), b=RATES, start=STARTS)
def _(s, model, b, start):
    close(abs(s) ** 2, lmg.potential(model, b, start))


@case(lmg.potential, model=models(), b=RATES, start=STARTS)
def _(V, model, start, **_rest):
    assert np.all(V >= 0)
    close(lmg.potential(model, 0, start), np.hypot(*start[:2]) ** 2, atol=1e-6)


@case(lmg.critical_drive, twist=RATES, start=STARTS)
def _(drive, twist, start):
    assert np.all((drive >= 1) & (drive <= np.hypot(1, twist)))


@case(lmg.oscillates, drive=RATES.map(abs), twist=RATES, start=STARTS)
def _(oscillating, drive, twist, start):
    border = lmg.critical_drive(twist, start)
    apart = (np.array(drive) >= 0) & (abs(drive - border) > 1e-9 * border)
    assert np.all(oscillating == (drive > border), where=apart)


@case(lmg.oscillating_fraction, drive=RATES, twist=RATES)
def _(fraction, drive, twist):
    assert -1e-9 <= fraction <= 1 + 1e-9


@case(lmg.basin_boundary, drive=st.floats(-4, 4), twist=RATES, points=FEW)
def _(curve, **_rest):
    close(np.linalg.norm(curve, axis=-1), 1, atol=1e-6)


@case(lmg.turning_points, model=models(), start=STARTS)
def _(ends, model, start):
    assert ends[0] <= 0 <= ends[1]


@case(lmg.period, model=models(), start=STARTS)
def _(time, model, start):
    assert time > 0


@case(lmg.long_time_average, model=models(), start=STARTS)
def _(s, model, start):
    assert np.linalg.norm(s) <= 1 + 1e-6


@case(lmg.fixed_points, model=models())
def _(points, model):
    for point in points:
        close(np.linalg.norm(point.s), 1)
        rate = abs(model.Omega) + model.Omega_c
        assert (abs(flow(model, point.s)) <= 1e-9 * rate).all()


@case(lmg.mean_rates, model=models(), moments=st.builds(lmg.spin_moments, density_matrices()))
def _(rates, **_rest):
    assert rates.shape == (3,)


@case(
    lmg.evolve,
    model=SMALL | OTHERS,
    ts=TIMES,
    start=STARTS,
    tol=st.sampled_from([1e-60, 1e-14, 1e-8, 1e-3]),
    states=st.booleans(),
    progress=st.just(value=False),
    hours=st.just(1e-5),
)
def _(trajectory, tol, **_rest):
    assert trajectory.error <= tol
    are_moments(trajectory.moments, rtol=1e-5 + 10 * tol)


@case(lmg.raising, k=st.integers(1, 9), q=st.integers(-9, 9), N=ATOMS)
def _(coefficient, k, q, N):
    assert np.all((coefficient >= 0) & (coefficient <= N + 1))


@case(lmg.generator, model=SMALL | OTHERS, K=FEW)
def _(L, model, K):
    assert L.shape == ((K + 1) ** 2, (K + 1) ** 2)
    assert (L.toarray()[0] == 0).all()  # the trace is conserved


def are_eigenvalues(values, model):
    size = abs(lmg.generator(model, model.N)).sum(1).max()
    assert (np.diff(abs(values)) >= -1e-9 * size).all()
    assert values[0] == 0
    close(values.imag.sum() / size, 0)
    assert (values.real <= 1e-6 * size).all()


@case(lmg.eigenvalues, model=SMALL | OTHERS, count=FEW)
def _(values, model, count):
    are_eigenvalues(values, model)


@case(lmg.spectrum, model=SMALL | OTHERS, count=FEW)
def _(levels, model, count):
    are_eigenvalues(levels.values, model)
    assert (levels.condition >= 1 - 1e-9).all()


@case(lmg.trusted, values=COLUMN, error=COLUMN, Gamma=POSITIVE)
def _(known, values, error, Gamma):
    for value, off, is_known in zip(values, error, known, strict=True):
        assert is_known == (off <= 0.01 * max(abs(value), Gamma))


@case(lmg.gaps, model=SMALL | OTHERS, count=st.integers(2, 9))
def _(found, model, count):
    assert found.imaginary > 0


@case(lambda start: LEVELS.amplitudes(start), start=STARTS)
def _(amplitudes, start):
    close(amplitudes.sum(0), start, atol=1e-6)


LEVELS = lmg.spectrum(lmg.Model(N=3, chi=0.5, Omega=4.0), count=16)
SPECTRUM = importlib.import_module("lmgcav.spectrum")  # lmgcav.spectrum is the function


@case(SPECTRUM.mean_field_eigenvalues, model=models(), order=FEW)
def _(predicted, model, order):
    assert [*predicted] == [point.name for point in lmg.fixed_points(model)]


@case(SPECTRUM.pseudospectrum, model=ORDINARY, points=st.lists(st.complex_numbers(max_magnitude=9)))
def _(size, model, points):
    assert (size >= 0).all()


@case(
    lmg.average_inversion,
    model=SMALL,
    window=POSITIVE,
    theta=st.lists(ANGLES, min_size=1, max_size=3),
    phi=st.lists(RATES, min_size=1, max_size=3),
    tol=POSITIVE,
)
def _(average, model, window, theta, phi, tol):
    assert average.error <= tol
    assert (abs(average.values) <= 1 + average.error).all()
    fastest = abs(model.Omega) + model.Gamma * (model.N + 1) ** 2 / (2 * model.N)
    fallen = abs(average.values.T - np.cos(theta))  # at most by the mean time at that rate
    assert (fallen <= fastest * window / 2 + average.error).all()


@case(lmg.orbit_diffusion, model=models(), modes=st.integers(1, 30))
def _(life, model, modes):
    assert life.rates.shape == (modes,)
    assert (np.diff(life.rates) >= 0).all()
    if abs(model.Omega) > model.Omega_c:
        close(life.rates[0] / model.Gamma, 0)
    else:
        assert life.rates[0] > 0


LIFE = lmg.orbit_diffusion(lmg.Model.from_ratios(N=400, drive=2.09, twist=1.875))


@case(LIFE.survival, ts=TIMES, start=STARTS)
def _(found, ts, start):
    resolved = found[np.array(ts) * LIFE.rates[5] > 1]
    assert ((resolved >= -1e-5) & (resolved <= 1 + 1e-5)).all()  # what 30 modes are worth
    assert (np.diff(resolved) <= 1e-5).all()
    assert found.any() <= lmg.oscillates(2.09, 1.875, start)


@case(LIFE.slowest_rate, N=ATOMS)
def _(rate, N):
    assert rate < LIFE.rates[0]  # the spin is lost behind the separatrix
    close((LIFE.rates[0] - rate) * np.sqrt(N), LIFE.rates[0] - LIFE.slowest_rate(1))


@case(lmg.envelope, N=ATOMS, chi=RATES, Gamma=POSITIVE, ts=TIMES, tol=POSITIVE)
def _(Jz, N, chi, Gamma, ts, tol):
    assert (abs(Jz) <= N / 2 * (1 + tol)).all()
    close(Jz, lmg.envelope(N, -chi, Gamma, ts, tol=tol), rtol=1e-9)


@case(lmg.early_envelope, N=ATOMS, chi=RATES, Gamma=POSITIVE, ts=TIMES)
@case(lmg.characteristic_envelope, N=ATOMS, chi=RATES, Gamma=POSITIVE, ts=TIMES)
def _(Jz, N, **_rest):
    assert (abs(Jz) <= N / 2).all()


@case(lmg.large_N_envelope, N=ATOMS, chi=RATES, Gamma=POSITIVE, ts=TIMES)
def _(Jz, **_rest):
    assert (Jz <= 0).all()


@case(lmg.decay_time, N=ATOMS, chi=RATES, Gamma=POSITIVE)
def _(time, N, chi, Gamma):
    close(lmg.envelope(N, chi, Gamma, [time]) / N, -0.5 / np.e, atol=1e-4)


@case(lmg.Multipoles.coherent, N=ATOMS, start=STARTS, K=st.none() | FEW)
def _(state, N, start, K):
    if K is None:
        close([state.purity, *state.moments.bloch], [1, *start])


@case(lmg.Multipoles.from_density_matrix, rho=density_matrices(), K=st.none() | FEW)
def _(state, rho, K):
    if K is None:
        close(state.density_matrix, rho)


# Light


@case(photons.linewidth, model=models(), ratio=POSITIVE)
def _(kappa, **_rest):
    assert kappa > 0


@case(
    photons.mean_field_with_light,
    model=models(),
    kappa=POSITIVE,
    ts=TIMES,
    start=STARTS,
    light=st.complex_numbers(max_magnitude=3) | EXTREMES,
)
def _(found, **_rest):
    close(np.linalg.norm(found[0], axis=-1), 1, atol=1e-6)


@case(
    photons.eigenvalues_with_light,
    model=models(),
    kappa=POSITIVE,
    point=st.sampled_from(lmg.fixed_points(lmg.Model.from_ratios(N=2, drive=1.8, twist=1.9))),
)
def _(values, **_rest):
    assert (np.diff(abs(values)) >= 0).all()
    close(values.imag.sum() / abs(values[-1]), 0)


@case(photons.sideband_rates, model=models(), kappa=POSITIVE)
def _(rates, **_rest):
    assert min(rates) >= 0


@case(photons.magnetisation, model=models(), kappa=POSITIVE)
def _(s_x, model, kappa):
    assert abs(s_x) <= 1 + 1e-9
    assert s_x * model.drive * model.twist >= -1e-9


LENGTH = st.floats(0.1, 9)


@case(photons.decays, drive=POSITIVE, twist=RATES, ratio=POSITIVE, light=RATES, length=LENGTH)
def _(ends, drive, twist, ratio, **_rest):
    assert ends.shape == np.broadcast_shapes(*map(np.shape, (drive, twist, ratio)))


@case(
    photons.critical_drive_with_light, twist=RATES, ratio=POSITIVE, tolerance=POSITIVE,
    length=LENGTH,
)  # fmt: skip
def _(drive, twist, **_rest):
    assert ((drive >= 0) & (drive <= np.hypot(1, twist))).all()


@case(photons.critical_shift, twist=RATES)
def _(shift, twist):
    assert np.isfinite(shift)


PAIR = st.integers(1, 2)
CAVITIES = {"N": PAIR, "g": RATES, "kappa": POSITIVE, "Delta": RATES, "Omega": RATES}


@case(cavity.cavity_parameters, model=models(), ratio=POSITIVE)
def _(found, model, ratio):
    g, kappa, Delta = found
    if np.isfinite([kappa, Delta]).all():
        close([kappa / g / ratio, Delta / kappa / model.twist if model.twist else 0.5], [1, 0.5])


@case(cavity.eliminated_moments, model=models(N=PAIR), ts=TIMES, start=STARTS)
@case(cavity.atom_cavity_moments, **CAVITIES, ts=TIMES, start=STARTS)
@case(cavity.atom_cavity_steady_moments, **CAVITIES)
def _(moments, **_rest):
    are_moments(moments)


@case(
    cavity.elimination_error,
    model=models(N=st.just(1)),
    ratios=st.lists(st.floats(5, 50), max_size=1),
    ts=TIMES,
    start=STARTS,
)
def _(errors, ratios, **_rest):
    assert errors.shape == (len(ratios),)
    assert ((errors >= 0) & (errors <= 2 + 1e-6)).all()


# Single atoms and experiments


@case(lmg.Scattering, decay=POSITIVE, dephasing=POSITIVE, loss=POSITIVE)
def _(scattering, **_rest):
    assert scattering.decay >= 0


DISTURBED = {"model": models(), "scattering": SCATTERINGS, "ts": TIMES, "start": STARTS}


@case(lmg.scattered_moments, **DISTURBED)
def _(moments, ts, **_rest):
    assert (np.linalg.norm(moments.bloch, axis=-1) <= 1 + 1e-5).all()
    assert np.linalg.eigvalsh(moments.covariance).min() >= -1e-4 * moments.N**2


@case(lmg.product_generator, model=SMALL, scattering=SCATTERINGS)
def _(matrix, **_rest):
    assert (matrix.toarray()[0] == 0).all()  # the product of factors 1 stays 1


@case(lmg.scattered_mean_field, **DISTURBED)
def _(s, **_rest):
    assert (np.linalg.norm(s, axis=-1) <= 1 + 1e-6).all()


@case(
    lmg.sampled_moments,
    **DISTURBED,
    samples=FEW | st.just(10**9),
    seed=st.none() | st.integers(0, 9),
)
def _(moments, ts, **_rest):
    assert moments.mean.shape == (len(ts), 3)


@case(
    lmg.extrema,
    ts=st.lists(RATES, min_size=4, max_size=8, unique=True).map(sorted),
    values=st.lists(RATES, min_size=4, max_size=8),
)
def _(found, ts, **_rest):
    places, heights = found
    assert places.shape == heights.shape
    assert ((places >= ts[0]) & (places <= ts[-1])).all()


@case(
    lmg.fall_time,
    ts=st.lists(st.floats(0, 9), min_size=4, max_size=8, unique=True).map(sorted),
    values=st.lists(POSITIVE, min_size=4, max_size=8),
    rate=RATES,
)
def _(time, ts, **_rest):
    assert ts[0] <= time <= ts[-1] or time == np.inf


@case(lmg.gaussian_moments, **DISTURBED, noise=st.booleans(), largest=st.just(0.1))
def _(moments, **_rest):
    assert (np.linalg.norm(moments.bloch, axis=-1) <= 1 + 1e-5).all()


LENGTHS = dict.fromkeys(["finesse", "waist", "wavelength", "kappa", "gamma"], POSITIVE)


@case(lmg.coupling, **LENGTHS)
def _(g, kappa, gamma, finesse, **_rest):
    assert g > 0


@case(
    lmg.Experiment, N=ATOMS, g=POSITIVE, kappa=POSITIVE, Delta=RATES, Omega=RATES,
    scattering=SCATTERINGS,
)  # fmt: skip
@case(
    lmg.Experiment.tuned, N=ATOMS, detuning=RATES, ratio=RATES, g=POSITIVE, kappa=POSITIVE,
    scattering=SCATTERINGS,
)  # fmt: skip
def _(experiment, **_rest):
    try:
        assert min(experiment.stages().values()) > 0
        assert 0 < experiment.best_squeezing(9)[0] <= 1
        assert all(number >= 0 for number in experiment.assumptions().values())
    except Exception as error:
        if not is_documented(error):
            raise


# Sweeps


def one(x, y):
    return 1.0


class AtOnce(Executor):
    """Does its work here and now."""

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_result(function(*args, **kwargs))
        return future


VALUES = st.lists(RATES, min_size=1, max_size=3) | HOSTILE


@case(
    lmg.sweep,
    function=st.just(one),
    grid=st.fixed_dictionaries({"x": VALUES, "y": VALUES}),
    executor=st.none() | st.builds(AtOnce),
    store=st.none() | st.just("store"),
    progress=st.just(value=False),
)
def _(result, grid, **_rest):
    assert np.all(result == 1)
    assert result.dims == tuple(grid)


# The tests


def is_documented(error):
    return any(isinstance(error, k) and re.match(text, str(error)) for k, text in DOCUMENTED)


def arrays(value):
    """Yield all the numbers in a result."""
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, dict):
        value = value.values()
    if isinstance(value, (list, tuple, type({}.values()))):
        for item in value:
            yield from arrays(item)
    elif np.asarray(value).dtype.kind in "fc":
        yield np.asarray(value)


@contextmanager
def time_limit():
    def stop(*_):
        raise TimeoutError(f"still running after {SECONDS} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.fixture
def limited(monkeypatch, tmp_path):
    """Little memory and few steps, so that nothing takes long."""
    import resource

    pages = int(arguments._read("/proc/self/statm").split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    monkeypatch.setattr(arguments, "MOST_STEPS", 1000)
    monkeypatch.chdir(tmp_path)  # for stores
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("name", CASES, ids="-".join)
def test_whatever_the_arguments_the_answer_is_right_or_a_documented_error(name):
    function, strategies, is_right = CASES[name]
    replaced = [argument for argument in strategies if argument not in FLAGS]
    answered = []

    @SETTINGS
    @given(
        st.fixed_dictionaries(strategies),
        st.just({}) | st.dictionaries(st.sampled_from(replaced), HOSTILE, max_size=1),
    )
    def run(drawn, hostile):
        given_arguments = drawn | hostile
        with time_limit(), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                result = function(**given_arguments)
            except Exception as error:
                if not is_documented(error):
                    raise
                return
            assert not any(np.isnan(array).any() for array in arrays(result))
            is_right(result, **given_arguments)
            answered.append(True)

    run()
    assert answered


def test_every_public_function_is_covered():
    covered = {(name.split(".")[0], module) for name, module in CASES}
    assert {(n, getattr(lmg, n).__module__) for n in {*lmg.__all__} - RESULTS} <= covered
    for module in (photons, SPECTRUM):
        functions = inspect.getmembers(module, inspect.isfunction)
        own = {name for name, f in functions if f.__module__ == module.__name__ and name[0] != "_"}
        assert {(name, module.__name__) for name in own} <= covered


GROWING = """
import importlib
import resource
from pathlib import Path

import numpy as np
import scipy.optimize

import lmgcav as lmg
from lmgcav import photons
from lmgcav.sweeps import results

spectrum = importlib.import_module("lmgcav.spectrum")
SOUTH = lmg.SOUTH_POLE


def model(N, drive=2.0):
    return lmg.Model.from_ratios(N=N, drive=drive, twist=1.5)


def times(n):
    return np.linspace(0, 1e-5, n)


few, alone = model(4), lmg.Scattering(loss=1.0)
tuned = lmg.Experiment.tuned(N=1000, detuning=0.5, ratio=0.4, g=1e4, kappa=1e6)
calls = {
    "steady_state": (300, lambda n: lmg.steady_state(model(n))),
    "steady_moments": (10**7, lambda n: lmg.steady_moments(model(n, drive=1.8))),
    "best_squeezing": (10**10, lambda n: lmg.best_squeezing(n)),
    "husimi": (400, lambda n: lmg.husimi(np.eye(2) / 2, np.zeros(n), np.zeros(n))),
    "Multipoles.coherent": (3000, lambda n: lmg.Multipoles.coherent(n, SOUTH)),
    "density_matrix": (200, lambda n: lmg.Multipoles.coherent(n, SOUTH, K=3).density_matrix),
    "evolve": (1000, lambda n: lmg.evolve(model(n), [0, 1e-3 / n], tol=1e-2)),
    "evolve, times": (10**4, lambda n: lmg.evolve(few, times(n), tol=1e-2)),
    "evolve, states": (700, lambda n: lmg.evolve(model(20), times(n), states=True)),
    "eigenvalues": (50, lambda n: lmg.eigenvalues(model(n), 5)),
    "eigenvalues, many": (9, lambda n: lmg.eigenvalues(model(n), 10**6)),
    "eigenvalues, undriven": (100, lambda n: lmg.eigenvalues(model(n, drive=0.0), 5)),
    "spectrum": (50, lambda n: lmg.spectrum(model(n), 5)),
    "gaps": (50, lambda n: lmg.gaps(model(n))),
    "pseudospectrum": (30, lambda n: spectrum.pseudospectrum(model(n), [1j])),
    "mean_field_eigenvalues": (200, lambda n: spectrum.mean_field_eigenvalues(few, n)),
    "envelope": (10**4, lambda n: lmg.envelope(400, 1.0, 1.0, times(n))),
    "basin_boundary": (10**4, lambda n: lmg.basin_boundary(1.5, 1.8, n)),
    "mean_field": (10**4, lambda n: lmg.mean_field(few, times(n))),
    "displacement": (10**4, lambda n: lmg.displacement(few, times(n))),
    "mean_field_with_light": (10**4, lambda n: photons.mean_field_with_light(few, 3.0, times(n))),
    "magnetisation": (10**5, lambda n: photons.magnetisation(model(n), 1e3 * n)),
    "decays": (10**4, lambda n: photons.decays(np.linspace(1, 2, n), 1.0, 2.0, length=0.1)),
    "scattered_moments": (8, lambda n: lmg.scattered_moments(model(n), alone, [0, 1e-3 / n])),
    "scattered_moments, times": (200, lambda n: lmg.scattered_moments(model(10), alone, times(n))),
    "scattered_mean_field": (10**4, lambda n: lmg.scattered_mean_field(few, alone, times(n))),
    "sampled_moments": (10**4, lambda n: lmg.sampled_moments(few, alone, [1e-9], samples=n)),
    "gaussian_moments": (10**4, lambda n: lmg.gaussian_moments(few, alone, times(n))),
    "Experiment.best_squeezing": (10**4, lambda n: tuned.best_squeezing(n)),
    "counting_record": (100, lambda n: lmg.counting_record(model(n), [1e-9 / n])),
    "homodyne_record, times": (10**4, lambda n: lmg.homodyne_record(few, times(n))),
    "sweep": (200, lambda n: lmg.sweep(lambda a, b: 0.0, {"a": range(n), "b": range(n)})),
}
for name, (n, call) in calls.items():
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (100 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    try:
        while n < 10**12:
            call(n)
            n *= 2
    except MemoryError as error:
        print(f"{name}: {error}")
"""


def test_growing_computations_are_refused_before_memory_runs_out():
    run = [sys.executable, "-c", GROWING]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    said = subprocess.run(run, check=True, capture_output=True, text=True, env=environment).stdout
    assert len(said.splitlines()) == 32
    for line in said.splitlines():
        assert re.search(r"needs \d+\.\d GB, but \d+\.\d GB are free$", line), line
