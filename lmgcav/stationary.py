r"""The steady state of any collective model: the null vector of its generator, :math:`L\rho = 0`.

For Eq. (4) it is known in closed form (`steady_state`); here it serves to check the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import arguments
from .exact_dynamics import (
    check_tolerance,
    difference,
    norm,
    norms_beyond,
    null_vector,
    steady_error,
)
from .model import Dynamics, Model, any_model
from .moments import Moments
from .multipoles import Multipoles, generator

GROWTH = 1.3  # of the rank from one computation to the next
SINGLE = "one that has a single steady state, which rounding does not hide"


@dataclass(frozen=True)
class StationaryState:
    """Steady state as a null vector, with the error that its moments may have.

    Attributes
    ----------
    state : Multipoles
        Of trace 1, cut off at a rank that is high enough for its moments.
    error : float
        Largest error of any <J_a>/(N/2) and <J_a J_b + J_b J_a>/2/(N/2)²: the difference from a
        computation at a lower rank, and what rounding of the generator changes.
    """

    state: Multipoles
    error: float

    @property
    def moments(self) -> Moments:
        """Means and second moments of the spin, as `Moments`."""
        return self.state.moments


def stationary_state(model: Model | Dynamics, tol: float = 1e-6) -> StationaryState:
    """Steady state of a model by the null vector of its generator.

    Parameters
    ----------
    model : Model or Lindbladian
        With a single steady state.
    tol : float, default 1e-6
        Bound for the error of each <J_a>/(N/2) and each second moment over (N/2)².

    Returns
    -------
    StationaryState

    Raises
    ------
    ValueError
        If an argument is out of its range, or there are several steady states.
    MemoryError
        If the factorisation would not fit in memory.
    RuntimeError
        If ``tol`` cannot be met.

    Examples
    --------
    Thermal light of n photons a mode and no drive: populations in the ratio n / (n + 1).

    >>> from lmgcav import Lindbladian
    >>> n = 0.5
    >>> bath = Lindbladian(N=2, H={}, jumps=[{"-": (n + 1) ** 0.5}, {"+": n**0.5}])
    >>> stationary_state(bath).state.density_matrix.diagonal().real.round(6)  # 1, 3, 9 in 13
    array([0.076923, 0.230769, 0.692308])
    """
    any_model(model)
    tol = arguments.positive("tol", tol)
    found = null_state(model, tol)
    check_tolerance(tol, found.error)
    return found


def null_state(model, tol):
    """`StationaryState` of a rank that leaves out less than ``tol``, or of the highest."""
    N, before, known = model.N, None, isinstance(model, Model)
    K = min(N, int(4 * np.sqrt(N)) + 8)
    while True:
        arguments.fits_in_memory(f"The steady state of N = {N} atoms", 3000 * (K + 1) ** 2)
        state, rounding = null_vector_at(model, K)
        error = rounding + (difference(state.moments, before) if before and not known else 0)
        x = state.coordinates
        tail = norms_beyond(x)[int(0.9 * K)] / norm(x)
        if K == N or ((before or known) and max(error, tail**2) < tol):
            return StationaryState(state, float(error if K < N else rounding))
        before, K = state.moments, min(N, int(GROWTH * K) + 1)


def null_vector_at(model, K):
    """Null vector at rank K, as `Multipoles` of trace 1, and the error from rounding."""
    L, first = generator(model, K), 1 / np.sqrt(model.N + 1)
    try:
        x = null_vector(L, first)
        error = steady_error(model, L, x)
    except RuntimeError:  # singular
        x, error = np.full(9, np.inf), np.inf
    if K == model.N and not norm(x) < 1 + 1e-3:  # of a state it is at most 1
        arguments.refuse("model", SINGLE, model)
    return Multipoles.from_coordinates(model.N, x), error
