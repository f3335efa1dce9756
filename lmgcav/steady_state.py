r"""The steady state of Eq. (9), ρ ∝ (J⁻ - α*)⁻¹ (J⁺ - α)⁻¹, and its moments in closed form.

The trace of Eq. (9) is a sum of positive terms t_0 … t_N with the ratio

.. math:: \frac{t_n}{t_{n-1}} = \frac{n\,[(N+1)^2 - n^2]}{|\alpha|^2\,(4n + 2)},

so that p_n = t_n / Σ t is a probability distribution, and all moments are short sums of it:

.. math::
   \langle J_z\rangle = -\tfrac12 \sum_n n\,p_n, \qquad
   \langle (J^-)^k\rangle = (\alpha^*)^k (1 - p_0 - \dots - p_{k-1}).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from . import arguments
from .model import Model
from .moments import Moments, moments_from_ladder, squeezing

NEGLIGIBLE = -60.0  # logarithm of a term that the sums can do without, relative to the largest


def steady_weights(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Distribution p_n of the terms in the trace of Eq. (9), where it matters.

    Parameters
    ----------
    model : Model

    Returns
    -------
    n : numpy.ndarray
        Consecutive integers within 0 … N: tens of √N below Ω_c, up to 10 N^(2/3) at Ω_c.
    p : numpy.ndarray
        Their weights, which sum to 1; what is left out is below 1e-16.
    """
    N = arguments.instance("model", Model, model).N
    if model.alpha == 0:
        return np.array([N]), np.array([1.0])
    log_alpha2 = 2 * np.log(abs(model.alpha))
    center = round(np.sqrt(max((N + 1) ** 2 - 4 * abs(model.alpha) ** 2, 1)) - 1)
    half_width = 64
    while True:
        first, last = max(center - half_width, 0), min(center + half_width, N)
        arguments.fits_in_memory(f"The steady state of N = {N} atoms", 80 * (last - first))
        n = np.arange(first + 1.0, last + 1)
        log_ratio = np.log(n) + np.log((N + 1 - n) * (N + 1 + n) / (4 * n + 2)) - log_alpha2
        below, above = np.split(log_ratio, [center - first])
        log_p = np.concatenate([-np.cumsum(below[::-1])[::-1], [0.0], np.cumsum(above)])
        log_p -= log_p.max()
        if (first == 0 or log_p[0] < NEGLIGIBLE) and (last == N or log_p[-1] < NEGLIGIBLE):
            p = np.exp(log_p)
            return np.arange(first, last + 1), p / p.sum()
        half_width *= 2


def steady_moments(model: Model) -> Moments:
    """Exact first and second moments of the steady state, Eq. (9).

    Parameters
    ----------
    model : Model
        Any drive and twist, N up to 10⁷ and beyond.

    Returns
    -------
    Moments

    Raises
    ------
    MemoryError
        If the terms would not fit in memory.

    Notes
    -----
    The number of terms grows as √N below Ω_c and as N^(2/3) at Ω_c; above it is independent of N.

    Examples
    --------
    >>> from lmgcav import Model, squeezing
    >>> m = Model.from_ratios(N=1000, drive=0.97397)  # Fig. 2: best for N = 1000
    >>> round(10 * float(np.log10(squeezing(steady_moments(m)))), 3)
    -6.364
    """
    arguments.instance("model", Model, model)
    N, j = model.N, model.N / 2
    n, p = steady_weights(model)
    at_least = [p[n >= k].sum() for k in range(3)]  # Σ p_n over n ≥ k, free of cancellation
    lowering = np.conj(model.alpha)
    Jz = -(n @ p) / 2
    JpJm = abs(lowering) ** 2 * at_least[1]
    return moments_from_ladder(
        N,
        Jz=Jz,
        Jm=lowering * at_least[1],
        JpJm=JpJm,
        JzJm=lowering * Jz,
        Jm2=lowering**2 * at_least[2],
        Jz2=j * (j + 1) - JpJm + Jz,
    )


def steady_state(model: Model) -> np.ndarray:
    """Density matrix of the steady state, Eq. (9).

    Parameters
    ----------
    model : Model
        Any drive and twist; the result takes 16 (N + 1)² bytes.

    Returns
    -------
    numpy.ndarray, complex, shape (N+1, N+1)
        In the Dicke basis, row 0 is m = +N/2.

    Raises
    ------
    MemoryError
        If it would not fit in memory.

    Examples
    --------
    >>> from lmgcav import Model
    >>> steady_state(Model(N=1, chi=0, Omega=0)).real
    array([[0., 0.],
           [0., 1.]])
    """
    arguments.instance("model", Model, model)
    N = model.N
    arguments.fits_in_memory(f"The steady state of N = {N} atoms", 4 * 16 * (N + 1) ** 2)
    if model.alpha == 0:
        rho = np.zeros((N + 1, N + 1), complex)
        rho[N, N] = 1
        return rho
    # (J⁻ - α*)⁻¹ is lower triangular with entries exp(L_i - L_k) times a phase, so the product
    # with its adjoint needs only the running sum over k of exp(-2 L_k), kept in logarithms.
    i = np.arange(1, N + 1)
    L = np.cumsum(np.append(0, np.log(i * (N + 1.0 - i)) / 2 - np.log(abs(model.alpha))))
    S = np.logaddexp.accumulate(-2 * L)
    L -= np.logaddexp.reduce(2 * L + S) / 2
    index = np.arange(N + 1)
    phase = np.exp(1j * np.angle(model.alpha) * index)
    magnitude = L[:, None] + L + S[np.minimum(index[:, None], index)]
    return np.exp(magnitude) * phase[:, None] * phase.conj()


def best_squeezing(N: int) -> tuple[float, float]:
    """Smallest steady-state ξ² that any drive reaches, and that drive (Fig. 2c).

    By Eq. (9) both depend on N alone, not on χ or Γ.

    Parameters
    ----------
    N : int
        Number of atoms, at least 2 (one atom has no squeezing).

    Returns
    -------
    ratio : float
        The best Ω/Ω_c.
    xi2 : float
        The ξ² of Eq. (12) there.

    Raises
    ------
    ValueError
        If N is below 2, or above 3e10, where the sums have more than 10⁷ terms.

    Notes
    -----
    The optimum lies at Ω_c - Ω ~ N^(-2/3) Ω_c up to logarithms, so the search runs over
    (1 - Ω/Ω_c) N^(2/3).

    Examples
    --------
    >>> ratio, xi2 = best_squeezing(200)
    >>> round(ratio, 3)  # caption of Fig. 10
    0.938
    """
    N = arguments.positive_integer("N", N)
    if N < 2:
        arguments.refuse("N", "at least 2", N)
    scale, most = N ** (2 / 3), arguments.MOST_STEPS
    if scale > most:
        arguments.refuse("N", f"at most {most**1.5:.2g}, where the sums have {most:.0e} terms", N)

    def xi2(distance):
        return squeezing(steady_moments(Model.from_ratios(N=N, drive=1 - distance / scale)))

    best = minimize_scalar(
        xi2, bounds=(0, min(scale, 20)), method="bounded", options={"xatol": 1e-6}
    )
    return float(1 - best.x / scale), float(best.fun)
