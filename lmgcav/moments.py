"""Means and second moments of the collective spin, and the squeezing of Eq. (12).

Axes are in the order x, y, z. Everything the paper plots but the Husimi distribution and the
spectrum is a function of these nine numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from . import arguments


@dataclass(frozen=True)
class Moments:
    """First and second moments of the spin of N atoms; leading axes (times, say) are free.

    Attributes
    ----------
    N : int
        Number of atoms.
    mean : numpy.ndarray, shape (..., 3)
        ``mean[..., a]`` = <J_a>.
    second : numpy.ndarray, shape (..., 3, 3)
        ``second[..., a, b]`` = <J_a J_b + J_b J_a> / 2.
    """

    N: int
    mean: np.ndarray
    second: np.ndarray

    @property
    def bloch(self) -> np.ndarray:
        """Bloch vector s = <J> / (N/2) of Sec. IV A, shape (..., 3)."""
        return self.mean / (self.N / 2)

    @property
    def covariance(self) -> np.ndarray:
        """Symmetrised covariance matrix of the spin, shape (..., 3, 3)."""
        return self.second - self.mean[..., :, None] * self.mean[..., None, :]


def moments_from_ladder(N, Jz, Jm, JpJm, JzJm, Jm2, Jz2):
    """Build `Moments` from <J_z>, <J^->, <J^+J^->, <J_z J^->, <J^- J^-> and <J_z²>."""
    transverse = JpJm - Jz
    xy = -np.imag(Jm2) / 2
    zm = JzJm + Jm / 2
    mean = np.stack([np.real(Jm), -np.imag(Jm), Jz], axis=-1)
    xx, yy = (transverse + np.real(Jm2)) / 2, (transverse - np.real(Jm2)) / 2
    zx, zy = np.real(zm), -np.imag(zm)
    rows = [xx, xy, zx], [xy, yy, zy], [zx, zy, Jz2]
    return Moments(N, mean, np.stack([np.stack(row, axis=-1) for row in rows], axis=-2))


def spin_moments(rho: ArrayLike) -> Moments:
    """Moments of a density matrix in the Dicke basis (row 0 is m = +N/2, as in QuTiP).

    Parameters
    ----------
    rho : array_like, shape (..., N+1, N+1)
        Also a ket, a column (N+1, 1); a `qutip.Qobj`, a sparse matrix, or a list of these.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If a matrix is not Hermitian or not of trace 1, within 1e-6.

    Examples
    --------
    >>> spin_moments([[0, 0], [0, 1]]).mean[2]  # one atom in its ground state
    np.float64(-0.5)
    """
    rho = arguments.density_matrices("rho", rho)
    N = rho.shape[-1] - 1
    m = N / 2 - np.arange(N + 1)
    ladder = np.sqrt(np.arange(1, N + 1) * np.arange(N, 0, -1.0))
    populations = np.real(np.diagonal(rho, 0, -2, -1))
    coherences = np.diagonal(rho, 1, -2, -1) * ladder
    return moments_from_ladder(
        N,
        Jz=populations @ m,
        Jm=coherences.sum(-1),
        JpJm=populations[..., :-1] @ ladder**2,
        JzJm=coherences @ m[1:],
        Jm2=np.diagonal(rho, 2, -2, -1) @ (ladder[:-1] * ladder[1:]),
        Jz2=populations @ m**2,
    )


def squeezing(moments: Moments) -> np.ndarray:
    """Wineland squeezing parameter ξ² of Eq. (12).

    ξ² = N min ΔJ_n² / |<J>|² over the directions n orthogonal to <J>: the smaller eigenvalue
    of the 2 × 2 covariance matrix in that plane. In decibels it is 10 log₁₀ ξ².

    Parameters
    ----------
    moments : Moments
        Leading axes broadcast.

    Returns
    -------
    numpy.ndarray, shape (...)
        1 for a coherent state, below 1 only if the atoms are entangled, infinite where <J> = 0.

    Notes
    -----
    A variance is a small difference of second moments: rounding leaves ξ² with a relative error
    of about 1e-16 N/ξ², which is 1e-8 for a million atoms and 1e-4 for 10⁹.

    References
    ----------
    Wineland et al., doi:10.1103/PhysRevA.46.R6797.

    Examples
    --------
    >>> squeezing(spin_moments([[0, 0, 0], [0, 0, 0], [0, 0, 1]]))  # both atoms de-excited
    np.float64(1.0)
    """
    arguments.instance("moments", Moments, moments)
    variance, length, _, _ = narrowest(moments)
    infinite = np.full_like(length, np.inf)
    return np.divide(moments.N * variance, length**2, out=infinite, where=length > 0)[()]


def squeezing_error(moments: Moments, error: ArrayLike | Moments) -> np.ndarray:
    """Error of ξ² that follows from that of the moments.

    Parameters
    ----------
    moments : Moments
        Leading axes broadcast.
    error : array_like, shape (...), or Moments
        Of each <J_a>/(N/2) and <J_a J_b + J_b J_a>/2/(N/2)², such as the ``error`` of a
        `StationaryState`; or the moments of a less exact computation. From two of these `evolve`
        has the ``squeezing_errors`` of a `Trajectory`.

    Returns
    -------
    numpy.ndarray, shape (...)
        Bound for the error of ξ², to first order in the turn of <J>, if all moments are off by as
        much as they may at once, or by as much as they differ; infinite where the length of <J>
        may be zero.

    Notes
    -----
    From an error ε of all moments it is about 3Nε/|s|², with the length |s| of the Bloch vector,
    because ξ² is N times a variance. Two computations differ much less in the variance, which is
    the same in all directions of <J>: so does the bound.

    Examples
    --------
    >>> from lmgcav import Model, evolve
    >>> run = evolve(Model.from_ratios(N=100, drive=1.9, twist=1.875), [0.02], tol=1e-8)
    >>> squeezing(run.moments).round(4), bool(squeezing_error(run.moments, run.errors)[0] < 1e-5)
    (array([0.5779]), True)
    >>> bool(run.squeezing_errors[0] < 1e-6)
    True
    """
    arguments.instance("moments", Moments, moments)
    variance, length, along, across = narrowest(moments)
    if isinstance(error, Moments):
        if error.N != moments.N or error.mean.shape != moments.mean.shape:
            arguments.refuse("error", "moments of as many atoms and in the same shape", error)
        shorter, wider = differing(moments, error, length, along, across)
    else:
        error = arguments.finite_array("error", error)
        if (error < 0).any() or error.shape not in ((), moments.mean.shape[:-1]):
            allowed = "at least 0, one number or one for each of the moments"
            arguments.refuse("error", allowed, error)
        shorter, wider = uncertain(moments, error, length, along, across)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = moments.N * (variance + wider) / (length - shorter) ** 2
    return np.where(length > shorter, most - squeezing(moments), np.inf)[()]


def uncertain(moments, error, length, along, across):
    """Change of |<J>| and of the variance across, if all moments are off by ``error``."""
    first, second = error * moments.N / 2, error * (moments.N / 2) ** 2
    width = abs(across).sum(-1)
    mixed = abs(np.einsum("...a,...ab,...b->...", across, moments.second, along))
    with np.errstate(divide="ignore", invalid="ignore"):
        wider = second * width**2 + 2 * first * width * mixed / length
    return first * abs(along).sum(-1), wider


def differing(moments, others, length, along, across):
    """Change of |<J>| and of the variance across, no less than to those of others.

    Of the variance, the change across and into the other direction in the plane, whose sum of
    squares is zero by accident only where both are, and what the turn of <J> mixes in.
    """
    covariance, change = moments.covariance, moments.covariance - others.covariance
    shift = np.linalg.norm(moments.mean - others.mean, axis=-1)
    to_across = np.einsum("...a,...ab->...b", across, change)
    in_plane = to_across - (to_across * along).sum(-1, keepdims=True) * along
    mixed = abs(np.einsum("...a,...ab,...b->...", across, covariance, along))
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = shift / length
        turned = 2 * turn * mixed + turn**2 * np.linalg.norm(covariance, axis=(-2, -1))
    return shift, np.linalg.norm(in_plane, axis=-1) + turned


def narrowest(moments):
    """Smallest variance across <J>, |<J>|, and the unit vectors along <J> and of the variance."""
    x, y, z = np.moveaxis(moments.mean, -1, 0)
    theta, phi = np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)
    zero = np.zeros_like(theta)
    e_theta = [np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi), -np.sin(theta)]
    e_phi = [-np.sin(phi), np.cos(phi), zero]
    e_r = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
    plane = np.stack([np.stack(e_theta, -1), np.stack(e_phi, -1)], axis=-2)
    variances, turns = np.linalg.eigh(plane @ moments.covariance @ plane.swapaxes(-1, -2))
    across = np.einsum("...i,...ia->...a", turns[..., 0], plane)
    return variances[..., 0], np.linalg.norm(moments.mean, axis=-1), np.stack(e_r, -1), across
