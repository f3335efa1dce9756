r"""The Husimi distribution of Eq. (13).

In the Dicke basis the spin coherent state is, up to a phase,
⟨m|θ,φ⟩ = d_m(θ) e^{-imφ} with d_m² the binomial distribution of j + m = 0 … N for the
probability cos²(θ/2). So the distribution is a Fourier series in φ,

.. math:: Q(\theta, \phi) = \frac{N+1}{4\pi} \sum_q A_q(\theta)\, e^{iq\phi}, \qquad
          A_q(\theta) = \sum_m d_m \,\rho_{m,m-q}\, d_{m-q} .

Only the m within a few √N of (N/2) cos θ matter: a small block of ρ for each θ. For multipoles
the coherent state is c_kq = w_k √(4π) Y_kq*(θ, φ), and A_q is a sum over the ranks k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import arguments
from .multipoles import Multipoles, coherent_weights, harmonics

NEGLIGIBLE = -40.0  # logarithm of an amplitude d_m that no sum can feel


def amplitudes(N, theta):
    """Amplitudes d_m(θ) ≥ 0 of the coherent state at φ = 0, where they matter.

    Parameters
    ----------
    N : int
        Number of atoms.
    theta : float
        Angle from +z, within 0 … π.

    Returns
    -------
    first : int
        Row of the Dicke basis (row 0 is m = +N/2) that the first amplitude belongs to.
    d : numpy.ndarray
        Consecutive amplitudes, with Σ d² = 1; what is left out is below 1e-17.
    """
    # From the peak outwards every logarithm starts near zero, so nothing cancels at large N.
    row = np.arange(N)
    with np.errstate(divide="ignore"):  # log 0 = -inf is the north pole
        log_ratio = np.log(np.tan(theta / 2)) + np.log((N - row) / (row + 1)) / 2
    peak = round(N * np.sin(theta / 2) ** 2)
    before, after = np.split(log_ratio, [peak])
    log_d = np.concatenate([-np.cumsum(before[::-1])[::-1], [0.0], np.cumsum(after)])
    kept = np.flatnonzero(log_d > NEGLIGIBLE)
    d = np.exp(log_d[kept])
    return kept[0], d / np.linalg.norm(d)


def azimuthal_components(rho, theta):
    """Components A_q(θ) of the Fourier series in φ, for q ≥ 0; A_{-q} is the conjugate.

    Parameters
    ----------
    rho : numpy.ndarray, shape (N+1, N+1)
        Hermitian.
    theta : numpy.ndarray, shape (n,)

    Returns
    -------
    numpy.ndarray, complex, shape (n, N+1)
    """
    A = np.zeros((theta.size, len(rho)), complex)
    for row, angle in zip(A, theta, strict=True):
        first, d = amplitudes(len(rho) - 1, angle)
        n, kept = d.size, slice(first, first + d.size)
        skewed = np.zeros(n * (2 * n + 1), complex)
        skewed[: 2 * n * n].reshape(n, 2 * n)[:, :n] = d[:, None] * rho[kept, kept] * d
        row[:n] = skewed.reshape(n, 2 * n + 1).sum(0)[:n]  # its columns are the diagonals
    return A


def multipole_components(state, theta):
    """`azimuthal_components` of `Multipoles` of rank K, shape (n, K+1)."""
    c = coherent_weights(state.N, state.K)[:, None] * state.c
    rows = [(c * harmonics(state.K, np.cos(t), np.sin(t))).sum(0) for t in theta]
    return np.array(rows).reshape(theta.size, state.K + 1)


def husimi(state: Multipoles | ArrayLike, theta: ArrayLike, phi: ArrayLike) -> np.ndarray:
    """Husimi distribution Q(θ, φ) = (N+1)/(4π) ⟨θ,φ|ρ|θ,φ⟩ of Eq. (13).

    The coherent state |θ,φ⟩ is the eigenstate of n·J with eigenvalue N/2, for the direction
    n = (sin θ cos φ, sin θ sin φ, cos θ). The integral of Q over the sphere is 1.

    Parameters
    ----------
    state : array_like, shape (N+1, N+1), or Multipoles
        Density matrix in the Dicke basis, row 0 is m = +N/2, or ket, in the forms that
        `spin_moments` takes; or one state as multipoles, whose number of ranks K, not N, sets the
        time it takes.
    theta : array_like, shape (n,)
        Angles from +z within 0 … π; the south pole, all atoms de-excited, is π.
    phi : array_like, shape (p,)
        Angles from +x towards +y.

    Returns
    -------
    numpy.ndarray, shape (n, p)
        Q on the grid, to within rounding of its possible maximum (N+1)/(4π).

    Raises
    ------
    ValueError
        If an argument is not of this form.
    MemoryError
        If the grid would not fit in memory.

    Examples
    --------
    >>> from lmgcav import Model, steady_state
    >>> rho = steady_state(Model.from_ratios(N=400, drive=0))
    >>> husimi(rho, [0, np.pi], [0])  # at the poles; the second is 401 / (4π)
    array([[ 0.        ],
           [31.91056609]])
    """
    if isinstance(state, Multipoles):
        components, N, terms, shape = multipole_components, state.N, state.K + 1, state.c.shape
    else:
        state = arguments.density_matrices("state", state)
        components, N, terms, shape = azimuthal_components, len(state) - 1, len(state), state.shape
    if len(shape) != 2:
        arguments.refuse("state.shape", "that of one state, without leading axes", shape)
    theta, phi = arguments.axis("theta", theta), arguments.axis("phi", phi)
    if ((theta < 0) | (theta > np.pi)).any():
        arguments.refuse("theta", "angles from 0 to π", theta)
    n, p = theta.size, phi.size
    size = 16 * (terms * (n + p) + 2 * n * p)
    arguments.fits_in_memory(f"The Husimi distribution on {n} × {p} points", size)
    A = components(state, theta)
    A[:, 1:] *= 2  # q and -q together
    return (N + 1) / (4 * np.pi) * np.real(A @ np.exp(1j * np.outer(np.arange(terms), phi)))
