r"""Averages over a time for all coherent starts at once, by the Heisenberg picture: Figs. 5 and 7.

What a start s has on the average over a window T is linear in it, so that one observable has it
for all starts,

.. math::
   \overline{\langle J_z\rangle}(s) = \langle s|A|s\rangle, \qquad
   A = \frac1T \int_0^T e^{\mathcal L^\dagger t} J_z\,dt,

and on the real coordinates of `lmgcav.Multipoles` the adjoint of Eq. (4) is the transpose. The
integral over a step is that of the coefficients of the expansion in `lmgcav.exact_dynamics`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import arguments
from .exact_dynamics import (
    GROWTH,
    LONGEST_STEP,
    check_memory,
    check_tolerance,
    coefficients,
    expansion,
    rounding,
    scaled_generator,
)
from .husimi import husimi
from .model import Model
from .multipoles import Multipoles

NODES = 150  # of Gauss's quadrature over a step, whose coefficients turn by less than 200


class StartAverage(NamedTuple):
    """Average over a window for a grid of starts.

    Attributes
    ----------
    values : numpy.ndarray, shape (n, p)
        <J_z>/(N/2).
    truncation : int
        Rank K at which the multipoles were cut off.
    error : float
        Largest difference from a computation with a smaller K, and a bound for rounding, which
        alone is left where K = N.
    """

    values: np.ndarray
    truncation: int
    error: float


def average_inversion(
    model: Model, window: float, theta: ArrayLike, phi: ArrayLike, tol: float = 1e-3
) -> StartAverage:
    """Average of the exact <J_z>/(N/2) over a time, for a grid of coherent starts.

    Parameters
    ----------
    model : Model
    window : float
        Time from 0 on, in the inverse unit of the rates.
    theta : array_like, shape (n,)
        Angles of the starts from +z within 0 … π.
    phi : array_like, shape (p,)
        Angles from +x towards +y.
    tol : float, default 1e-3
        Bound for the error.

    Returns
    -------
    StartAverage

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError
        If the computation would not fit in memory.
    RuntimeError
        If ``tol`` cannot be met.

    Examples
    --------
    >>> from lmgcav import Model
    >>> decay = Model(N=1, chi=0, Omega=0)  # <J_z> = -1/2 + e^{-Γt} for the start +z
    >>> average = average_inversion(decay, 2, [0, np.pi], [0])
    >>> average.values.ravel().round(6)  # the first is -e^{-2}
    array([-0.135335, -1.      ])
    """
    arguments.instance("model", Model, model)
    window, tol = arguments.positive("window", window), arguments.positive("tol", tol)
    K, before = int(np.sqrt(2 * model.N * max(-np.log10(tol), 1))) + 2, np.inf
    while True:
        K = min(K, model.N)
        x, turned = _averaged_observable(model, window, K)
        observable = Multipoles.from_coordinates(model.N, x)
        values = 4 * np.pi / (model.N + 1) * husimi(observable, theta, phi)
        rounded = rounding(model.N, turned)
        error = rounded + (0 if K == model.N else abs(values - before).max())
        if error <= tol:
            return StartAverage(values, K, float(error))
        if rounded > tol or K == model.N:
            check_tolerance(tol, error)
        before, K = values, int(GROWTH * K) + 1


def _averaged_observable(model, window, K):
    """Real coordinates of A above, for J_z/(N/2), at rank K, and how far phases turn at most."""
    check_memory(model.N, K, 2)
    B2, c, slope, growth = scaled_generator(model, K, 1.0)
    arguments.in_few_steps("window", window, c / LONGEST_STEP, (K + 1) ** 2)
    B2 = B2.T.tocsr()
    steps = int(np.ceil(c * window / LONGEST_STEP))
    u, weights = np.polynomial.legendre.leggauss(NODES)
    terms = coefficients(c * window / steps * np.append((1 + u) / 2, 1), slope, growth)
    terms = np.array([weights @ terms[:-1] / 2, terms[-1]])
    y, total = np.zeros((K + 1) ** 2), 0.0
    y[1] = np.sqrt((model.N + 1) * (model.N + 2) / (3 * model.N))  # J_z = n T_10
    for _ in range(steps):
        (average, y), _ = expansion(B2, y, terms, y.size)
        total += average / steps
    return total, c * window
