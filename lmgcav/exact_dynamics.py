r"""Exact quantum dynamics of Eq. (4) in the multipole representation, Sec. IV B.

Short times: with d half the width of the spectrum of the generator L along the real axis and c
its reach along the imaginary axis, a step τ of up to 200/c is the expansion

.. math::
   e^{L\tau} = e^{-d\tau} \sum_n (2 - \delta_{n0})\, J_n(c\tau)\, F_n(B), \qquad
   B = (L + d)/c, \quad F_{n+1} = 2 B F_n + F_{n-1},

in Bessel functions J_n and Chebyshev polynomials F_n(B) = iⁿ T_n(-iB). Its moments at any
number of times within the step need only the nine leading entries of the F_n.

Long times: what is left of the distance to the steady state decays by itself, as

.. math::
   \rho(t) = \rho_\infty + e^{Lt} (\rho - \rho_\infty), \qquad L\rho_\infty = 0 .

Its slow modes are found by Arnoldi's method with (1 - γL)⁻¹; for few atoms e^{Lt} is a small dense
matrix. Trace-preserving positive maps never lengthen the trace norm of a difference of two
states, so that once ρ is as close to ρ_∞ as the tolerance, it is ρ_∞ at all later times.

Of another model (`lmgcav.lindbladian`) L is known as a matrix alone. An ellipse around its field of
values, whose extent Lanczos' method finds, bounds the F_n, and steps are so short that they magnify
rounding little. What is left at late times includes all that does not decay.

References
----------
Tal-Ezer and Kosloff, doi:10.1063/1.448136; van den Eshof and Hochbruck, doi:10.1137/040605461;
Zhou and Li, doi:10.1016/j.laa.2010.06.034 (bounds by Lanczos' method).
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal, expm
from scipy.sparse import eye_array

from . import arguments
from .mean_field import flow
from .model import SOUTH_POLE, Dynamics, Model, any_model, bloch_vector
from .moments import Moments, squeezing_error
from .multipoles import Multipoles, factorised, generator, regular
from .steady_state import steady_moments

BLOCK = 16  # polynomials that are added up together
LONGEST_STEP = 200.0  # c τ; the polynomials F_n magnify rounding errors from twice that on
MAGNIFIED = 3.0  # logarithm of how much they may magnify them within a step of any generator
LANCZOS = 30  # products for a bound of the field of values
DIVERGED = 1e6  # norm of what no state is: too low a rank for this generator
ATTEMPTS = 6  # ranks, after which each must halve the change
TIMES_IN_STEP = 256  # at most, for the memory that their coefficients take
NEGLIGIBLE = 1e-15  # size of a term of the expansion that is left out
PATIENCE = 6000  # products with L that cost as much as an attempt with Arnoldi's method
SUBSPACE = 160  # largest dimension in Arnoldi's method, and of a dense matrix
CHECK_EVERY = 20  # dimensions between two convergence checks there
GROWTH = 1.2  # of K from one computation to the next, at least
SAFETY = 100.0  # over what one rounding of all entries changes, of the many that made them
RELAXED = 40.0  # ΓT after which no deviation from the steady state is left, roughly


@dataclass(frozen=True)
class Trajectory:
    """Moments of the spin along a solution of Eq. (4), with the error they may have.

    Attributes
    ----------
    ts : numpy.ndarray, shape (T,)
        Times, in the inverse unit of the rates.
    moments : Moments
        Means and second moments; the leading axis is time.
    truncation : int
        Rank K at which the multipoles were cut off.
    error : float
        Largest error of any <J_a>/(N/2) and <J_a J_b + J_b J_a>/2/(N/2)² at any of the times: the
        difference from a second computation, and a bound for what both share by rounding. The
        numbers in the model, the start and the times are taken to be exact.
    states : Multipoles or None
        The states, leading axis time, where they were asked for.
    errors : numpy.ndarray, shape (T,)
        The error at each of the times.
    squeezing_errors : numpy.ndarray, shape (T,)
        That of ξ² at each of the times, from the same two computations.
    """

    ts: np.ndarray
    moments: Moments
    truncation: int
    error: float
    states: Multipoles | None = None
    errors: np.ndarray | None = field(default=None, repr=False)
    squeezing_errors: np.ndarray | None = field(default=None, repr=False)


def evolve(
    model: Model | Dynamics,
    ts: ArrayLike,
    start: ArrayLike | Multipoles = SOUTH_POLE,
    tol: float = 1e-6,
    *,
    states: bool = False,
    progress: bool = True,
    hours: float = 1.0,
) -> Trajectory:
    """Exact solution of Eq. (4) at the times ``ts``, Figs. 7 to 10.

    Parameters
    ----------
    model : Model or Lindbladian
    ts : array_like, shape (T,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like or Multipoles, default SOUTH_POLE
        State at time 0: the unit Bloch vector of a coherent state, such as
        ``coherent(theta, phi)``; a ket or a density matrix in the Dicke basis, as an array, a
        `qutip.Qobj` or a sparse matrix; or `Multipoles`. Three real numbers are a Bloch vector: a
        ket of N = 2 is complex or a column.
    tol : float, default 1e-6
        Bound for the error of each <J_a>/(N/2) and each second moment over (N/2)².
    states : bool, default False
        Whether to return the states as well, 8 (K+1)² bytes each in the computation and 16 in
        the result.
    progress : bool, default True
        Whether to show a progress bar after two seconds, where tqdm is installed.
    hours : float, default 1.0
        Longest stepping to begin with. Only many turns of many atoms almost without dissipation,
        where there are no slow modes to go on with, take that long.

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError
        If the computation would not fit in memory.
    RuntimeError
        If ``tol`` cannot be met, or not within ``hours``; or if the model leads to states so rough
        that the result does not converge with the rank.
    KeyboardInterrupt
        At Ctrl-C; its attribute ``trajectory`` has the times that were reached, with an infinite
        error because nothing has checked them (None if there are none).

    Notes
    -----
    The rank K is raised until two successive computations agree to ``tol``; the better of them is
    returned. Where K = N is reached, and nothing is cut off, the second computation takes other
    steps. Rounding turns a phase by its share of the phase, so that the error grows with the turns
    made, 10⁻¹⁰ after 10⁵ of them, until the spin has come to rest.

    Examples
    --------
    >>> from lmgcav import Model
    >>> trajectory = evolve(Model.from_ratios(N=100, drive=2.17, twist=1.875), [0, 0.05, 0.2])
    >>> trajectory.moments.bloch[:, 2].round(5)
    array([-1.     ,  0.76258,  0.02207])
    >>> bool(trajectory.error < 1e-6)
    True
    """
    any_model(model)
    ts, tol = arguments.times(ts), arguments.positive("tol", tol)
    arguments.fits_in_memory(f"A trajectory at {ts.size} times", 3000 * ts.size)
    options = tol, states, progress, arguments.positive("hours", hours)
    N, start = model.N, initial_state(model.N, start)
    K = late = first_truncation(start, tol)
    before, stretch, patience, finished, errors = None, 1.0, PATIENCE, False, []
    while True:
        plan = K, late, stretch, patience
        run, wanted, patience = propagate(model, plan, start, ts, *options)
        errors_in_time = run.error + (differences(run.moments, before) if before else 0 * ts)
        error = errors_in_time.max()
        if before and error <= tol:
            of_squeezing = squeezing_error(run.moments, before)
            of_squeezing += squeezing_error(run.moments, run.error)
            return replace(run, error=error, errors=errors_in_time, squeezing_errors=of_squeezing)
        if run.error > tol or finished:
            check_tolerance(tol, error)
        errors.append(error)
        if K < N and len(errors) > ATTEMPTS and not errors[-1] < errors[-2] / 2:
            unlike = f"with the rank, but at K = {K} of N = {N} it still changes by {error:.1e}"
            raise RuntimeError(f"Argument model must be one whose result converges {unlike}")
        finished = K == N  # nothing is cut off; one more computation, with other steps
        stretch = 1.1 if finished else 1.0  # they expose the error of the expansion
        K = min(N, max(int(GROWTH * K), int(np.sqrt(K * wanted))) + 1)  # moments need less
        before = run.moments
        late = min(N, max(K, int(1.1 * run.truncation) + 1))


def initial_state(N, start):
    """Return ``start``, in any of the forms that `evolve` takes, as `Multipoles` of N atoms."""
    if isinstance(start, Multipoles):
        state = start
    elif not arguments.holds_matrix(start) and is_bloch_vector(N, arguments.as_array(start)):
        return Multipoles.coherent(N, bloch_vector(start))
    else:
        column = arguments.as_array(start)[:, None] if np.ndim(start) == 1 else start
        rho = arguments.density_matrices("start", column, 1e-9)
        if rho.ndim == 2 and np.linalg.eigvalsh(rho)[0] < -1e-6:  # where QuTiP rounds, too
            arguments.refuse("start", "positive where it is a matrix", start)
        state = Multipoles.from_operator(rho)
    trace_error = state.c[..., 0, 0] * np.sqrt(state.N + 1) - 1
    if state.N != N or state.c.ndim != 2 or not abs(trace_error) < 1e-9:
        arguments.refuse("start", f"one state of N = {N} atoms with trace 1", start)
    return state


def is_bloch_vector(N, start):
    """Whether a start is the Bloch vector of a coherent state, if anything, and not a ket.

    Three real numbers are a Bloch vector, for N = 2 as well.
    """
    ket = start.ndim == 1 and start.size == N + 1 and (start.size != 3 or start.dtype.kind == "c")
    return start.ndim != 2 and not ket


def first_truncation(start, tol):
    """Rank K to begin with: typical for ``tol``, and no less than the initial state needs.

    Errors at the next rank fall as 10^(-K²/2N - K/100), slower where the trajectory passes
    near a saddle point: the coherent state has a width of √N, the observables have none.
    """
    digits, square, linear = max(-np.log10(tol), 1), 0.5 / start.N, 0.01
    typical = int(2 * digits / (linear + np.sqrt(linear**2 + 4 * square * digits))) + 2
    tail = max(0.1, np.sqrt(tol))
    return min(start.N, max(typical, int((norms_beyond(start.coordinates) > tail).sum())))


def difference(moments, others):
    """Largest difference of two `Moments`, in units of N/2 and (N/2)²."""
    return differences(moments, others).max()


def differences(moments, others):
    """`difference` at each of the times, shape (...)."""
    mean = abs(moments.bloch - others.bloch).max(-1)
    return np.maximum(
        mean, abs(moments.second - others.second).max((-2, -1)) / (moments.N / 2) ** 2
    )


def propagate(model, plan, start, ts, tol, states, progress, hours):
    """Solve Eq. (4) by the plan (K, late, stretch, patience).

    K is the highest rank in stepping, and ``late`` that where Arnoldi's method takes over, tried
    after as many products as the patience says. Returns the `Trajectory`, its error that of
    rounding and of Arnoldi's method only, the rank that its states reach (K if there were no
    long times, where that matters), and the patience that was needed.
    """
    K, late, stretch, patience = plan
    N, truncation, error = model.N, K, 0.0
    check_memory(N, K, 2 * len(ts) if states else 0)  # as real numbers and as complex ones
    B2, c, slope, growth = scaled_generator(model, K, stretch)
    longest = longest_step(np.sinh(growth), slope)
    x, t, rows, products = resized(start.coordinates, K), 0.0, [], 0
    kept = (K + 1) ** 2 if states else min((K + 1) ** 2, 9)
    reach, wanted, began, turned = K, K, time.monotonic(), c * ts[-1]
    try:
        with progress_bar(ts[-1], f"Eq. (4), N = {N}, K = {K}", progress) as advance:
            while len(rows) < len(ts):
                steps = max(np.ceil((ts[-1] - t) * c / longest), 1)
                end = ts[-1] if steps == 1 else t + (ts[-1] - t) / steps
                within = ts[len(rows) : np.searchsorted(ts, end, side="right")][:TIMES_IN_STEP]
                if len(within) == TIMES_IN_STEP:
                    end = within[-1]
                weights = coefficients(c * (np.append(within, end) - t), slope, growth)
                found, x = expansion(B2, x, weights, kept)
                rows += [*found[:-1]]
                advance(end - t)
                t, products = end, products + weights.shape[1]
                if not norm(x) < DIVERGED:
                    rows += [np.full(kept, np.nan)] * (len(ts) - len(rows))
                    wanted = 2 * K
                    break
                reach = max(reach, rank_needed(x, tol))
                if products > patience and (ts[-1] - t) * c > 2 * PATIENCE:
                    found = late_times(model, late, x, ts[len(rows) :] - t, tol, progress)
                    if found:
                        steady, weights, basis, error = found
                        later = ts[len(rows) :] * norm(weights)
                        turned = c * max([*ts[: len(rows)][-1:], *later])
                        rows += [*steady[:kept] + weights @ basis[:, :kept]]
                        truncation, wanted = rank(steady), reach
                        break
                    patience *= 2
                    relaxed = RELAXED / model.rate if model.rate else np.inf
                    left = min(ts[-1], max(relaxed, 2 * t)) - t
                    check_hours(hours, (time.monotonic() - began) * (1 + left / t))
    except KeyboardInterrupt as interruption:
        reached = trajectory(N, ts, rows, K, np.inf, states) if rows else None
        interruption.trajectory = reached
        interruption.add_note("Times reached: sys.last_value.trajectory (None if there are none)")
        raise
    error += rounding(N, turned)
    return trajectory(N, ts, rows, truncation, error, states), wanted, patience


def trajectory(N, ts, rows, truncation, error, states):
    """Trajectory of the real coordinates ``rows``, at as many of the times."""
    kept = truncation if states else min(N, 2)
    state = Multipoles.from_coordinates(N, np.stack([resized(row, kept) for row in rows]))
    ts = ts[: len(rows)]
    return Trajectory(ts, state.moments, truncation, error, state if states else None)


def largest_frequency(model, K):
    """Reach of the spectrum of L along the imaginary axis, a rate.

    A ripple of wave number K is carried along by the flow of Eq. (15); the terms without N are
    those that the mean field leaves out.
    """
    theta, phi = np.linspace(0, np.pi, 41)[:, None], np.linspace(0, 2 * np.pi, 80)
    sphere = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi
    speed = np.sqrt((flow(model, sphere) ** 2).sum(0)).max()
    return K * (speed + abs(model.chi) + model.Gamma / 2)


def rank(x):
    """Rank K to which real coordinates x, shape (..., (K+1)²), reach."""
    return math.isqrt(x.shape[-1]) - 1


def resized(x, K):
    """Real coordinates cut off at rank K, or filled up to it with zeros."""
    missing = max((K + 1) ** 2 - x.shape[-1], 0)
    return np.pad(x[..., : (K + 1) ** 2], [(0, 0)] * (x.ndim - 1) + [(0, missing)])


def norms_beyond(x):
    """Norms of the components of ranks ≥ k, for k = 0 … K."""
    weights = np.add.reduceat(x**2, np.arange(rank(x) + 1) ** 2)
    return np.sqrt(np.cumsum(weights[::-1])[::-1])


def scaled_generator(model, K, stretch):
    """Matrix 2(L + d)/c of the expansion, c, d/c and the growth a of F_n as exp(an).

    ``stretch`` enlarges c. For Eq. (4) sinh(a) = d/c; else a is that of an ellipse which holds the
    `field_of_values`.
    """
    L = generator(model, K)
    if isinstance(model, Model):
        d = model.Gamma * K * (K + 1) / 4
        c = stretch * max(largest_frequency(model, K), d)
        growth = np.arcsinh(d / c)
    else:
        least, most, frequency = field_of_values(L)
        d, half = -(least + most) / 2, (most - least) / 2
        c, growth = ellipse(half, frequency, d, stretch)
    return (2 / c) * (L + d * eye_array((K + 1) ** 2, format="csr")), c, d / c, growth


def ellipse(half, frequency, d, stretch):
    """Distance c of the foci and growth a of an ellipse around |Re| ≤ half, |Im| ≤ frequency.

    The larger c, the flatter is the ellipse, and the longer are the steps: the fewest products.
    """
    c = stretch * (max(half, frequency) or 1.0) * np.geomspace(0.5, 2, 13)
    b = 1 - (frequency**2 + half**2) / c**2
    sinh = np.sqrt((np.hypot(b, 2 * half / c) - b) / 2)
    longest = longest_step(sinh, d / c)
    best = np.argmin(c * (1 + 15 * longest ** (-2 / 3)))  # J_n falls off some ³√(cτ) beyond cτ
    return c[best], np.arcsinh(sinh[best])


def longest_step(sinh, slope):
    """Longest step c τ, for sinh(a) of the growth a and slope = d/c."""
    return MAGNIFIED / np.maximum(sinh - slope, MAGNIFIED / LONGEST_STEP)


def field_of_values(L):
    """Bounds of Re x†Lx from below and above, and of its |Im|, over all |x| = 1."""
    return *extent((L + L.T) / 2, 1), extent((L - L.T) / 2, -1)[1]


def extent(A, sign):
    """Bounds of the eigenvalues of A = Aᵀ, or of iA where A = -Aᵀ and the sign is -1.

    Lanczos' values lie within; with their residuals they are bounds in practice. If one is far too
    small, rounding grows so much that two computations differ by more than is tolerated.
    """
    v = np.random.default_rng(0).normal(size=A.shape[0])
    before, v, length, diagonal, beside = 0 * v, v / norm(v), 0.0, [], []
    while len(diagonal) < min(LANCZOS, len(v)) and (length or not diagonal):
        w = A @ v - sign * length * before
        diagonal.append(v @ w if sign > 0 else 0.0)
        w -= diagonal[-1] * v
        length = norm(w)
        beside.append(length)
        before, v = v, w / (length or 1.0)
    values, vectors = eigh_tridiagonal(diagonal, beside[:-1])
    residuals = length * abs(vectors[-1])
    return (values - residuals).min(), (values + residuals).max()


def coefficients(phases, slope, growth):
    """Coefficients of F_0, F_1, … in exp(Lτ) for phases = cτ, shape (T, n), and slope = d/c.

    F_n grows as exp(an), a being the growth. On a circle of that radius J_n(cτ) exp(an - dτ) are
    the Fourier coefficients of a function below 1, or a few times that where sinh(a) > d/c, so
    that rounding errors do not grow.
    """
    n = np.arange(int(phases.max() * max(2, 4 * np.sinh(growth))) + 100)
    u = np.exp(growth + np.pi * 1j / len(n) * np.arange(2 * len(n)))
    scaled = np.fft.fft(np.exp(phases[:, None] * ((u - 1 / u) / 2 - slope)), norm="forward").real
    largest = np.exp(phases.max() * max(np.sinh(growth) - slope, 0))
    size = abs(scaled[:, n]).max(0)
    small = size < NEGLIGIBLE * largest
    beyond = np.flatnonzero(small & (n > max(phases.max(), size.argmax())))  # rounding alone
    n = n[: beyond[0] if beyond.size else None]
    scaled = scaled[:, n]
    return np.where(n > 0, 2, 1) * np.exp(-growth * n) * scaled


def expansion(B2, x, weights, kept):
    """First ``kept`` entries of Σ_n weights[:, n] F_n(B) x, and all of them for the last row."""
    rows, end = np.zeros((len(weights), kept)), np.zeros(len(x))
    F = np.empty((BLOCK + 2, len(x)))
    F[0], F[1] = x, 0.5 * (B2 @ x)
    for start in range(0, weights.shape[1], BLOCK):
        block = weights[:, start : start + BLOCK]
        count = block.shape[1]
        for n in range(count):
            np.add(B2 @ F[n + 1], F[n], out=F[n + 2])
        rows += block @ F[:count, :kept]
        end += block[-1] @ F[:count]
        F[:2] = F[count : count + 2]
    return rows, end


def rank_needed(x, tol):
    """Rank beyond which the components of x would be negligible, from those that it has."""
    tail, K = np.sqrt(tol) / 3, rank(x)  # moments are in error by about the square of the tail
    norms = norms_beyond(x)
    inner, outer = int(0.6 * K), int(0.9 * K)
    if norms[outer] < tail:
        return int((norms > tail).sum())
    slope = np.log(norms[inner] / norms[outer]) / max(outer - inner, 1)
    return outer + int(min(np.log(norms[outer] / tail) / max(slope, 1e-6), 2 * K))


def norm(x):
    """Euclidean norms along the last axis."""
    return np.sqrt((x**2).sum(-1))


def rounding(N, turned):
    """Error of the moments by rounding, where the phases of what is left have ``turned`` so far."""
    return np.finfo(float).eps * np.sqrt(N + 1) * (50 + 3 * turned)


def late_times(model, K, x, ts, tol, progress):
    """States exp(L ts) x, as the steady state and what is left of the distance to it.

    Returns the steady state ((K+1)²,), weights (T, m) and an orthonormal basis (m, (K+1)²) of the
    distance, and their error; None where no method has converged. Where x is resolved but the
    last state is not, K is raised until it is.
    """
    resolved = rank_needed(x, tol) <= rank(x)
    while True:
        check_memory(model.N, K, SUBSPACE)
        found = approach(model, resized(x, K), ts, tol, progress)
        if not (found and resolved and K < model.N):
            return found
        steady, weights, basis, _ = found
        wanted = rank_needed(steady + weights[-1] @ basis, tol)
        if wanted <= K:
            return found
        K = min(model.N, int(np.clip(wanted, 1.1 * K + 1, 2 * K)))


def approach(model, x, ts, tol, progress):
    """Solve Eq. (4) at the rank of x from there on; returns as `late_times` does."""
    if model.rate == 0:
        return None
    L = generator(model, rank(x))
    try:
        steady = null_vector(L, x[0])
        error = steady_error(model, L, steady)
    except RuntimeError:  # dissipation so weak that rounding hides it
        if isinstance(model, Model):
            return None
        steady, error = np.full_like(x, np.inf), np.inf
    if isinstance(model, Model):
        if rank(x) < model.N:
            error = min(error, tol / 10)  # if more, K is too small, and a larger one will show it
    elif not (error < tol and norm(steady) < x[0] * np.sqrt(2 * model.N + 2)):
        steady = np.zeros_like(x)  # there are several: all modes are kept
        error = np.finfo(float).eps * abs(L).sum(1).max() * ts[-1]
        check_tolerance(tol, error)
    away = np.sqrt(model.N + 1) * norm(x - steady)  # no less than the trace norm
    if away < tol / 100:
        return steady, np.zeros((len(ts), 1)), np.zeros((1, len(x))), error + away
    if len(x) <= SUBSPACE:
        dense = L.toarray()
        distance = np.array([exponential(t * dense) @ (x - steady) for t in ts])
        if not np.isfinite(distance).all():
            return None
        return steady, distance, np.eye(len(x)), error
    found = slow_modes(model, L, x - steady, ts, tol, progress)
    return found and (steady, found[0], found[1], found[2] + error)


def steady_error(model, L, steady):
    """Error of the moments of a null vector of L: by Eq. (9), or by what rounding of L does."""
    moments = Multipoles.from_coordinates(model.N, steady[:9]).moments
    if isinstance(model, Model):
        return difference(moments, steady_moments(model))
    signs = np.random.default_rng(0).choice([-1, 1], L.nnz)
    L = L.copy()
    L.data *= 1 + np.finfo(float).eps * signs
    others = Multipoles.from_coordinates(model.N, null_vector(L, steady[0])[:9]).moments
    return SAFETY * difference(moments, others)


def exponential(A):
    """Exponential of a matrix, from that of A/2ⁿ of norm ½: SciPy's own n can lose two digits."""
    doublings = max(int(np.frexp(2 * np.linalg.norm(A, 1))[1]), 0)
    with np.errstate(over="ignore", invalid="ignore"):  # of what rounding lets grow for ever
        return np.linalg.matrix_power(expm(np.ldexp(A, -doublings)), 2**doublings)


def null_vector(L, first):
    """Vector that L maps to zero, with the given first entry; the first row of L is zero."""
    matrix, order, factors = regular(*factorised(L[1:, 1:].tocsc()))
    right, rest = -first * L[1:, [0]].toarray()[order, 0], np.empty(matrix.shape[0])
    rest[order] = factors.solve(right)
    return np.append(first, rest)


def slow_modes(model, L, x, ts, tol, progress):
    """Arnoldi's method with (1 - γL)⁻¹ on x of trace zero: weights, basis and error, or None."""
    N, size = model.N, len(x)
    gamma = 10 / (N * model.rate)  # between the fast and the slow modes; not critical
    _, order, factors = factorised((eye_array(size) - gamma * L).tocsc())
    largest = min(SUBSPACE, size - 1)
    V, H = np.empty((largest + 1, size)), np.zeros((largest + 1, largest))
    scale, before = norm(x), None
    w = np.empty(size)
    V[0] = x / scale
    with progress_bar(largest, f"slow modes, K = {rank(x)}", progress) as advance:
        for m in range(1, largest + 1):
            w[order] = factors.solve(V[m - 1, order])
            length = norm(w)
            for _ in range(2):  # the second pass restores orthogonality
                overlaps = V[:m] @ w
                w -= overlaps @ V[:m]
                H[:m, m - 1] += overlaps
            H[m, m - 1] = norm(w)
            advance(1)
            closed = H[m, m - 1] < 1e-13 * length  # the subspace contains the solution
            V[m] = 0 if closed else w / H[m, m - 1]
            if closed or m % CHECK_EVERY == 0 or m == largest:
                try:
                    weights = scale * projected_exponential(H[:m, :m], gamma, ts)
                except np.linalg.LinAlgError:  # rates so large that rounding hides their inverse
                    return None
                if not np.isfinite(weights).all():  # before convergence rates may be positive
                    if closed:
                        return None
                    continue
                moments = Multipoles.from_coordinates(N, weights @ V[:m, :9]).moments
                error = difference(moments, before) if before else np.inf
                if closed or error < tol / 10:
                    return weights, V[:m], 0.0 if closed else error
                if m >= 60 and error > (tol / 10) ** (m / largest):
                    return None  # at this rate it will not converge
                before = moments
    return None


def projected_exponential(H, gamma, ts):
    """First column of exp(t (1 - H⁻¹)/γ) for each t of ``ts``, shape (T, m)."""
    rates, modes = np.linalg.eig((np.eye(len(H)) - np.linalg.inv(H)) / gamma)
    first = np.linalg.solve(modes, np.eye(len(H))[0])
    with np.errstate(over="ignore", invalid="ignore"):
        return ((np.exp(np.multiply.outer(ts, rates)) * first) @ modes.T).real


def check_memory(N, K, rows):
    """Refuse ranks up to K with so many states at a time where memory is short."""
    size = 8 * (K + 1) ** 2 * (60 + 3 * rows)  # the matrix, its construction, and the rows
    arguments.fits_in_memory(f"The dynamics of N = {N} atoms at rank K = {K}", size)


def check_tolerance(allowed, error):
    """Refuse a tolerance below the error that is reached."""
    if not error <= allowed:
        needed = f"above the error of {error:.1e} that is reached"
        raise RuntimeError(f"Argument tol must be {needed}, but tol = {allowed}")


def check_hours(allowed, seconds):
    """Refuse to go on for so many seconds where that is longer than the hours allowed."""
    hours = seconds / 3600
    if hours > allowed:
        needed = f"above the {hours:.2g} hours that it takes to step to the last time"
        raise RuntimeError(f"Argument hours must be {needed}, but hours = {allowed}")


@contextmanager
def progress_bar(total, label, wanted):
    """Yield a function that reports progress: a bar after two seconds, where tqdm is installed."""
    start, done, bar = time.monotonic(), 0.0, None

    def advance(step):
        nonlocal done, bar
        done += step
        if bar is None and wanted and time.monotonic() - start > 2:
            bar = new_bar(float(total), label)
        if bar is not None:
            bar.update(min(done, total) - bar.n)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.close()


def new_bar(total, label):
    """Return a bar of tqdm, which takes half a second to import, or None where it is missing."""
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    form = "{desc}: {percentage:3.0f} %|{bar}| {elapsed}<{remaining}"
    return tqdm(total=total, desc=label, leave=False, bar_format=form)
