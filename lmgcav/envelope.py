r"""Envelope of the oscillations in the normal phase, the appendix, Eqs. (A1)-(A11).

A strong drive turns the spin about x, and Eq. (4), averaged over the turn, is Eq. (A1):

.. math:: \dot\rho = -\tfrac{i\chi}2 [J_x^2, \rho] + \tfrac\Gamma2 [J_x, [\rho, J_x]]
          + \tfrac\Gamma4 [J_y, [\rho, J_y]] + \tfrac\Gamma4 [J_z, [\rho, J_z]] .

It is symmetric under rotations about x, so <J_z> needs only the N matrix elements of Eq. (A5),
which couple as a chain. Here they are combined into the spherical tensors T_k1 about x, a chain
again, of ranks k = 1 … N with a_k = a_k1 of `multipoles`:

.. math:: \dot w_k = -\tfrac\Gamma4 [k(k+1) + 1]\, w_k
          + \tfrac\chi2 (a_k w_{k-1} - a_{k+1} w_{k+1}), \qquad
          \langle J_z\rangle = -\tfrac N2 \sum_k b_k w_k(t), \quad w_k(0) = \delta_{k1} .

The weights b_k are those of the south pole: zero for even k, and

.. math:: b_1 = 1, \qquad b_k = \frac{a_{k-1}}{a_k}\,\frac{N+1-k}{N+k}\, b_{k-2} .

This is the Heisenberg picture: J_z climbs the ranks as k ≈ (N+1) sin(χt/2), and the decay, which
grows as k², stops it at k ~ (χN/Γ)^(1/3). So a few hundred ranks are enough for a million atoms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from . import arguments
from .extrema import fall_time
from .multipoles import raising

DEPTH = 36  # J_z is followed up the ranks until the decay has cost it a factor e^-36


def envelope(N: int, chi: float, Gamma: float, ts: ArrayLike, *, tol: float = 1e-9) -> np.ndarray:
    """Inversion <J_z>(t) of Eq. (A1) from the south pole.

    Parameters
    ----------
    N : int
        Number of atoms.
    chi : float
        Exchange rate χ, either sign.
    Gamma : float
        Decay rate Γ > 0.
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    tol : float, default 1e-9
        Largest error of <J_z>/(N/2), at least 1e-12. The error of leaving out high ranks is
        bounded rigorously, that of the time steps is controlled step by step.

    Returns
    -------
    numpy.ndarray, shape (t,)
        From -N/2 on; even in χ.

    Raises
    ------
    ValueError
        If an argument is out of range.
    MemoryError
        If the ranks and times needed would not fit, which can happen for Γ ≪ χ only.

    Notes
    -----
    A chain of 6 (χN/Γ)^(1/3) ranks is stepped a few |χ|Nt times, in 0.2 s for 10⁶ atoms.

    Examples
    --------
    >>> envelope(400, 0.9375, 1.0, [0, 0.05, 0.1]).round(4)
    array([-200.    , -121.8922,   -7.0179])
    """
    N, chi, Gamma, ts = _checked(N, chi, Gamma, ts)
    tol = arguments.positive("tol", tol)
    if not 1e-12 <= tol < 1:
        arguments.refuse("tol", "at least 1e-12 and below 1", tol)
    ts, order = np.unique(Gamma * np.append(0, ts), return_inverse=True)
    if ts.size == 1:
        return np.full(order.size - 1, -N / 2)
    front = (N + 1) * np.sin(min(abs(chi) / Gamma * ts[-1], np.pi) / 2)
    front += 8 * np.cbrt(front)  # ahead of it the weights fall like an Airy function
    K = 16 + int(min(front, np.cbrt(6 * DEPTH * N * abs(chi) / Gamma)))
    while True:
        K = min(K, N)
        relative, lost = _inversion(N, chi / Gamma, ts, K, tol)
        if lost <= tol / 2:
            return -N / 2 * relative[order[1:]]
        K *= 2


def _checked(N, chi, Gamma, ts):
    return (
        arguments.positive_integer("N", N),
        arguments.finite("chi", chi),
        arguments.positive("Gamma", Gamma),
        arguments.times(ts),
    )


def _inversion(N, chi, ts, K, tol):
    """Return Σ b_k w_k(t) over the ranks k ≤ K, for Γ = 1, and a bound of what the others add.

    The chain only damps, so the ∫ |χ a_{K+1} w_K / 2| dt that leaves it at its end never counts
    for more than that. Once ``w`` is so short that the sum cannot reach ``tol`` again, it is zero.
    """
    arguments.fits_in_memory(f"The envelope of N = {N} atoms", 8 * (ts.size + 50) * (K + 1))
    k = np.arange(1, K + 1)
    decay = (k * (k + 1.0) + 1) / 4
    hop = chi / 2 * raising(k + 1, 1, N)  # from k to k + 1
    b = south_pole(N, K)
    size = np.linalg.norm(b)

    def rates(t, w):
        dw = np.append(-decay * w[:K], abs(hop[-1] * w[K - 1]))  # the last entry is what leaves
        dw[1:K] += hop[:-1] * w[: K - 1]
        dw[: K - 1] -= hop[:-1] * w[1:K]
        return dw

    def remains(t, w):
        return np.linalg.norm(w[:K]) * size - tol / 10

    remains.terminal = True
    w = np.zeros(K + 1)
    w[0] = 1
    stable = 3 / (decay[-1] + 2 * abs(hop).max())  # beyond, interpolation between steps is off
    end = min(ts[-1], _extinction(N, chi, size / tol))
    arguments.in_few_steps("Gamma * ts[-1]", end, 1 / stable, K)
    limits = {"rtol": tol / 10, "atol": tol / 100 / size, "max_step": stable}
    run = solve_ivp(rates, ts[[0, -1]], w, "DOP853", t_eval=ts, events=remains, **limits)
    relative = np.zeros(ts.size)
    relative[: run.t.size] = b @ run.y[:K]
    return relative, size * run.y[K, -1]


def _extinction(N, chi, ratio):
    """Time, for Γ = 1, in which the envelope falls by about ``ratio``."""
    fall = np.log(10 * ratio)
    climbing = np.cbrt(48 * fall / max(N * abs(chi), 1) ** 2)  # as in Eq. (A4), while χt is small
    return climbing if abs(chi) * climbing < 1 else 4 * fall / 3


def south_pole(N, K):
    """Weights b_k of the ranks 1 … K in <J_z>, relative to b_1, shape (K,)."""
    k = np.arange(3, K + 1, 2)
    b = np.zeros(K)
    b[0] = 1
    ratio = raising(k - 1, 1, N) / raising(k, 1, N) * (N + 1 - k) / (N + k)
    b[2::2] = np.cumprod(ratio)
    return b


def early_envelope(N: int, chi: float, Gamma: float, ts: ArrayLike) -> np.ndarray:
    """Inversion <J_z>(t) of Eq. (A11), for χt, Γt ≪ 1.

    Parameters
    ----------
    N, chi, Gamma, ts
        As in `envelope`.

    Returns
    -------
    numpy.ndarray, shape (t,)
        Where it falls to 1/e, it is off by a fraction of order N^(-2/3).
    """
    N, chi, Gamma, ts = _checked(N, chi, Gamma, ts)
    with np.errstate(over="ignore"):  # long after it has ended
        exponent = -3 * Gamma * ts / 4 - N * (chi * ts) ** 2 / 8
        return -N / 2 * np.exp(exponent - chi**2 * Gamma * N * (N + 2) * ts**3 / 48)


def characteristic_envelope(N: int, chi: float, Gamma: float, ts: ArrayLike) -> np.ndarray:
    """Inversion <J_z>(t) of Eq. (A10), the characteristic of Eq. (A9) without its ∂²/∂k² and k⁴.

    Parameters
    ----------
    N, chi, Gamma, ts
        As in `envelope`.

    Returns
    -------
    numpy.ndarray, shape (t,)
        Off by the same order N^(-2/3) as Eq. (A11), with a smaller factor.

    Notes
    -----
    The factor cos(χt/2) is printed; it comes from counting m from 0 and not from its mean -1/2,
    and the exact solution has none.
    """
    N, chi, Gamma, ts = _checked(N, chi, Gamma, ts)
    u = Gamma * ts
    left = -np.expm1(-u)
    with np.errstate(over="ignore"):  # long after it has ended
        series = -(u**3) * (2 / 3 - u / 2 + 7 * u**2 / 30 - u**3 / 12)  # where the terms cancel
        climb = np.where(u < 0.01, series, left * (2 + left) - 2 * u)  # e^-2u - 4e^-u + 3 - 2u
        exponent = -3 * u / 4 + N * (chi / Gamma) ** 2 * ((N + 2) * climb / 32 - left**2 / 8)
    return -N / 2 * np.exp(exponent) * np.cos(chi * ts / 2)


def large_N_envelope(N: int, chi: float, Gamma: float, ts: ArrayLike) -> np.ndarray:
    r"""Inversion <J_z>(t) to order N^(-2/3): Eq. (A11) with every term of that order.

    .. math:: -\frac N2 \exp\left[-y - \frac{(N-1)\chi^2t^2}8
              - \Gamma t\left(\frac34 - \frac{7y}8 + \frac{6y^2}{35}\right)\right],
              \qquad y = \frac{(N+1)^2\chi^2\Gamma t^3}{48}

    Parameters
    ----------
    N, chi, Gamma, ts
        As in `envelope`.

    Returns
    -------
    numpy.ndarray, shape (t,)
        Where it falls to 1/e, it is off by a fraction of order 1/N. Not in the paper.

    Notes
    -----
    For χt, Γt ≪ 1 and y of order 1. The paper has 3/4 of the 7/8 in Eq. (A10), and no y².
    """
    N, chi, Gamma, ts = _checked(N, chi, Gamma, ts)
    with np.errstate(over="ignore"):
        y = np.minimum((N + 1) ** 2 * chi**2 * Gamma * ts**3 / 48, 1e50)  # long after it has ended
    exponent = -y - (N - 1) * (chi * ts) ** 2 / 8
    exponent = exponent - Gamma * ts * (3 / 4 - 7 * y / 8 + 6 * y**2 / 35)
    return -N / 2 * np.exp(np.minimum(exponent, 0))  # above 0 for Γt > 1 only


def decay_time(N: int, chi: float, Gamma: float) -> float:
    """Time at which the envelope of Eq. (A1) has fallen to 1/e of its start.

    Parameters
    ----------
    N, chi, Gamma
        As in `envelope`.

    Returns
    -------
    float
        In the inverse unit of the rates: 4/(3Γ) for χ = 0, √(8/N)/χ for Γ → 0 at large N, and
        proportional to N^(-2/3) between them.

    Examples
    --------
    >>> round(decay_time(400, 0.0, 0.5), 6)
    2.666667
    """
    N, chi, Gamma, _ = _checked(N, chi, Gamma, [0])
    rates = 3 * Gamma / 4, abs(chi) * np.sqrt(N / 8), np.cbrt(chi**2 * Gamma * N**2 / 48)
    end = 1.1 / max(rates)
    while True:
        ts = np.linspace(0, end, 201)
        time = fall_time(ts, envelope(N, chi, Gamma, ts) / (N / 2))
        if time <= end:
            return time
        end *= 1.5
