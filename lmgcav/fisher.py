r"""Quantum Fisher information of the spin: what a rotation can be measured with.

For a rotation about the axis n, the state Σ_i p_i |i⟩⟨i| allows a variance of the angle of no less
than 1/(nᵀFn), with

.. math:: F_{ab} = 2 \sum_{p_i + p_j > 0} \frac{(p_i - p_j)^2}{p_i + p_j}
          \mathrm{Re}\,\langle i|J_a|j\rangle\langle j|J_b|i\rangle .

A product state has nᵀFn ≤ N. More proves entanglement, where the squeezing ξ² of Eq. (12), which
uses mean and variance of the spin alone, may see none: N/ξ² is a lower bound of the largest nᵀFn.

References
----------
Braunstein and Caves, doi:10.1103/PhysRevLett.72.3439; Pezzé and Smerzi,
doi:10.1103/PhysRevLett.102.100401.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import arguments
from .multipoles import Multipoles


def fisher_information(state: Multipoles | ArrayLike) -> np.ndarray:
    """Quantum Fisher information of a state about rotations of the spin.

    Parameters
    ----------
    state : array_like, shape (N+1, N+1), or Multipoles
        One state: a density matrix in the Dicke basis, row 0 is m = +N/2; or multipoles.

    Returns
    -------
    numpy.ndarray, shape (3, 3)
        Matrix F over the axes x, y, z; its largest eigenvalue is the Fisher information of the
        best rotation: at most N without entanglement, at most N² at all.

    Raises
    ------
    ValueError
        If it is no Hermitian matrix of trace 1.
    MemoryError
        If its eigenvectors would not fit in memory.

    Notes
    -----
    Exact up to rounding, of about 1e-13 N². Takes a diagonalisation, a second for N = 1000.

    Examples
    --------
    >>> N = 10
    >>> ghz = np.zeros((N + 1, N + 1))
    >>> ghz[[0, 0, N, N], [0, N, 0, N]] = 1 / 2
    >>> fisher_information(ghz).round(9)
    array([[ 10.,   0.,   0.],
           [  0.,  10.,   0.],
           [  0.,   0., 100.]])
    """
    rho = state.density_matrix if isinstance(state, Multipoles) else state
    rho = arguments.density_matrices("state", rho, 1e-9)
    if rho.ndim > 2:
        arguments.refuse("state.shape", "that of one state, without leading axes", rho.shape)
    N = len(rho) - 1
    arguments.fits_in_memory(f"The Fisher information of N = {N} atoms", 100 * (N + 1) ** 2)
    p, vectors = np.linalg.eigh(rho)
    p = np.clip(p, 0, None)  # rounding leaves zeros of either sign
    total = np.add.outer(p, p)
    weights = np.divide(np.subtract.outer(p, p) ** 2, total, where=total > 0, out=0 * total)
    m = N / 2 - np.arange(N + 1)
    ladder = np.sqrt(np.arange(1, N + 1) * np.arange(N, 0, -1.0))[:, None]
    raised = np.zeros_like(vectors)
    raised[:-1] = ladder * vectors[1:]
    plus, z = vectors.conj().T @ raised, vectors.conj().T @ (m[:, None] * vectors)
    spin = [(plus + plus.conj().T) / 2, (plus - plus.conj().T) / 2j, z]
    return np.array([[2 * (weights * a * b.conj()).real.sum() for b in spin] for a in spin])
