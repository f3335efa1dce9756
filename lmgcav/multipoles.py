r"""The state as spherical-tensor components c_kq, and the generator of Eq. (4) acting on them.

With orthonormal spherical tensors T_kq of the spin N/2, :math:`\rho = \sum_{kq} c_{kq} T_{kq}`,
:math:`c_{k,-q} = (-1)^q c_{kq}^*`, and Eq. (4) couples each component to its four neighbours:

.. math::
   \dot c_{kq} = &-\left[i\chi q + \tfrac\Gamma2 \left(k(k+1) - q^2\right)\right] c_{kq} \\
     &+ \left(i\chi q - \tfrac\Gamma2 (k+1)\right) a_{kq}\, c_{k-1,q}
      + \left(i\chi q + \tfrac\Gamma2 k\right) a_{k+1,q}\, c_{k+1,q} \\
     &- \tfrac{i\Omega}2 \left[\lambda_{k,q-1}\, c_{k,q-1} + \lambda_{kq}\, c_{k,q+1}\right], \\
   a_{kq} = &\sqrt{\frac{(k^2-q^2)\,((N+1)^2-k^2)}{4k^2-1}}, \qquad
   \lambda_{kq} = \sqrt{(k-q)(k+q+1)}.

A state that is smooth on the sphere needs the ranks k ≤ K with K of a few √N only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import splu

from . import arguments
from .model import Dynamics, Model, any_model, bloch_vector
from .moments import Moments, moments_from_ladder

FILL = 225  # entries of the factors for each unknown, and what their making takes, up to N = 500
PIVOT = 1e-4  # of the largest entry in its column, below which a diagonal entry is no pivot
SINGULAR = 1e-2  # largest part of a state that rounding may add


@dataclass(frozen=True)
class Multipoles:
    """State of N atoms as multipoles c_kq of rank k ≤ K ≤ N; leading axes (times, say) are free.

    Attributes
    ----------
    N : int
        Number of atoms.
    c : numpy.ndarray, complex, shape (..., K+1, K+1)
        ``c[..., k, q]`` = Tr(T_kq† ρ) for 0 ≤ q ≤ k, zero for q > k. In the phase convention
        J_z = n T_10 and J_+ = -√2 n T_11 with n² = N(N+1)(N+2)/12.

    Examples
    --------
    >>> state = Multipoles.coherent(1000, [0, 0, -1])
    >>> state.K, state.c.shape
    (285, (286, 286))
    >>> state.moments.bloch.round(12) + 0.0
    array([ 0.,  0., -1.])
    """

    N: int
    c: np.ndarray

    @property
    def K(self) -> int:
        """Highest rank kept."""
        return self.c.shape[-1] - 1

    @property
    def purity(self) -> np.ndarray:
        """Purity Tr ρ², shape (...)."""
        return (self.coordinates**2).sum(-1)[()]

    @property
    def moments(self) -> Moments:
        """Means and second moments of the spin, as `Moments`; they need the ranks k ≤ 2."""
        N, n = self.N, np.sqrt(self.N * (self.N + 1) * (self.N + 2) / 12)
        c = truncated(self.c, 2)
        trace, Jz = np.sqrt(N + 1) * c[..., 0, 0].real, n * c[..., 1, 0].real
        a_21 = raising(2, 1, N)
        Jm, anticommutator = -np.sqrt(2) * n * c[..., 1, 1], -np.sqrt(2) * n * a_21 * c[..., 2, 1]
        Jz2 = n / 2 * (raising(2, 0, N) * c[..., 2, 0] + raising(1, 0, N) * c[..., 0, 0]).real
        return moments_from_ladder(
            N,
            Jz=Jz,
            Jm=Jm,
            JpJm=N / 2 * (N / 2 + 1) * trace - Jz2 + Jz,
            JzJm=(anticommutator - Jm) / 2,
            Jm2=np.sqrt(2) * n * a_21 * c[..., 2, 2],
            Jz2=Jz2,
        )

    @property
    def coordinates(self) -> np.ndarray:
        """Real coordinates x, shape (..., (K+1)²), with Tr ρ² = Σ x².

        Ordered by rank, so that truncation keeps the first entries: c_k0, then √2 Re c_kq and
        √2 Im c_kq for q = 1 … k.
        """
        k, q, position = layout(self.K)
        x = np.empty((*self.c.shape[:-2], (self.K + 1) ** 2))
        coherence = q > 0
        x[..., position[~coherence]] = self.c[..., k[~coherence], 0].real
        values = np.sqrt(2) * self.c[..., k[coherence], q[coherence]]
        x[..., position[coherence]], x[..., position[coherence] + 1] = values.real, values.imag
        return x

    @classmethod
    def from_coordinates(cls, N: int, x: ArrayLike) -> Multipoles:
        """State from its real `coordinates`."""
        K = round(np.sqrt(x.shape[-1])) - 1
        k, q, position = layout(K)
        c = np.zeros((*x.shape[:-1], K + 1, K + 1), complex)
        coherence = q > 0
        c[..., k[~coherence], 0] = x[..., position[~coherence]]
        position = position[coherence]
        values = (x[..., position] + 1j * x[..., position + 1]) / np.sqrt(2)
        c[..., k[coherence], q[coherence]] = values
        return cls(N, c)

    @classmethod
    def coherent(cls, N: int, start: ArrayLike, K: int | None = None) -> Multipoles:
        """Coherent state with the unit Bloch vector ``start``, up to rank K.

        Without K, up to 9√N, beyond which the components are below 1e-16.
        """
        N, (x, y, z) = arguments.positive_integer("N", N), bloch_vector(start)
        K = int(np.ceil(9 * np.sqrt(N))) if K is None else arguments.positive_integer("K", K)
        K = min(K, N)
        arguments.fits_in_memory(f"A coherent state of rank K = {K}", 80 * (K + 1) ** 2)
        phase = np.exp(-1j * np.arctan2(y, x) * np.arange(K + 1))
        return cls(N, coherent_weights(N, K)[:, None] * harmonics(K, z, np.hypot(x, y)) * phase)

    @classmethod
    def from_density_matrix(cls, rho: ArrayLike, K: int | None = None) -> Multipoles:
        """State from a density matrix, shape (..., N+1, N+1), in the Dicke basis.

        Also from a ket, in the forms that `spin_moments` takes, which are Hermitian of trace 1.
        """
        return cls.from_operator(arguments.density_matrices("rho", rho), K)

    @classmethod
    def from_operator(cls, matrix: ArrayLike, K: int | None = None) -> Multipoles:
        """Multipoles of a Hermitian matrix of any trace, shape (..., N+1, N+1)."""
        rho = arguments.square_matrices("matrix", matrix)
        if not (abs(rho - rho.conj().swapaxes(-1, -2)) <= 1e-6 * abs(rho).max(initial=0)).all():
            arguments.refuse("matrix", "Hermitian", matrix)
        N = rho.shape[-1] - 1
        K = N if K is None else min(arguments.positive_integer("K", K), N)
        size = 16 * (K + 1) ** 2 * int(np.prod(rho.shape[:-2])) + 60 * (N + 1) ** 2
        arguments.fits_in_memory(f"The multipoles of N = {N} atoms", size)
        c = np.zeros((*rho.shape[:-2], K + 1, K + 1), complex)
        for q in range(K + 1):
            c[..., q:, q] = np.diagonal(rho, q, -2, -1) @ tensor_diagonals(N, q)[:, : K + 1 - q]
        return cls(N, c)

    @property
    def density_matrix(self) -> np.ndarray:
        """Density matrix in the Dicke basis, complex, shape (..., N+1, N+1).

        Takes seconds for N = 1000, and memory for a few (N+1)² complex numbers a state.
        """
        N, leading = self.N, self.c.shape[:-2]
        size = 3 * 16 * (N + 1) ** 2 * int(np.prod(leading))
        arguments.fits_in_memory(f"A density matrix of N = {N} atoms", size)
        rho = np.zeros((*leading, N + 1, N + 1), complex)
        for q in range(self.K + 1):
            row = np.arange(N + 1 - q)
            values = self.c[..., q:, q] @ tensor_diagonals(N, q)[:, : self.K + 1 - q].T
            rho[..., row, row + q], rho[..., row + q, row] = values, values.conj()
        return rho

    def __len__(self):
        """Count the states along the leading axis."""
        if self.c.ndim == 2:
            raise TypeError("This is one state, without a leading axis")
        return len(self.c)

    def __getitem__(self, index):
        """Select states along the leading axes: ``states[-1]`` is the last."""
        c = self.c[index]
        if self.c.ndim == 2 or c.shape[-2:] != self.c.shape[-2:]:
            raise IndexError(f"There are {self.c.ndim - 2} leading axes to select states along")
        return Multipoles(self.N, c)

    def to_qobj(self):
        """Density matrix as a `qutip.Qobj`; QuTiP must be installed."""
        from qutip import Qobj

        if self.c.ndim > 2:
            raise ValueError("to_qobj converts one state: select one along the leading axes first")
        return Qobj(self.density_matrix)


def truncated(c, K):
    """Return the components c_kq of rank k ≤ K, with zeros where c has none."""
    kept = c[..., : K + 1, : K + 1]
    missing = K + 1 - kept.shape[-1]
    return np.pad(kept, [(0, 0)] * (c.ndim - 2) + [(0, missing)] * 2)


def raising(k: ArrayLike, q: ArrayLike, N: int) -> float | np.ndarray:
    """Return a_kq, the matrix element of {J_z, ·} between T_{k-1,q} and T_kq.

    Parameters
    ----------
    k, q : int or array_like of int
        Rank 1 ≤ k ≤ N + 1, where a_kq is 0, and component |q| ≤ k.
    N : int
        Number of atoms.

    Returns
    -------
    float or numpy.ndarray

    Examples
    --------
    >>> print(raising(1, 0, N=1))  # J_z σ_z + σ_z J_z = 1 with T_00 = 1/√2 and T_10 = σ_z/√2
    1.0
    """
    k, q = arguments.finite_array("k", k), arguments.finite_array("q", q)
    N = arguments.positive_integer("N", N)
    if (k < 1).any() or (k > N + 1).any():
        arguments.refuse("k", "from 1 to N + 1", k)
    if (abs(q) > k).any():
        arguments.refuse("q", "at most k in size", q)
    return np.sqrt((k**2 - q**2) * ((N + 1.0) ** 2 - k**2) / (4 * k**2 - 1))


def layout(K):
    """Rank k, component q and position among the real coordinates of each c_kq, k ≤ K, q ≥ 0."""
    k, q = np.array(np.tril_indices(K + 1), np.int32)  # half the memory traffic of int64
    return k, q, k**2 + np.maximum(2 * q - 1, 0)


def coherent_weights(N, K):
    """Factors w_k of a coherent state c_kq = w_k √(4π) Y_kq*(θ, φ), shape (K+1,).

    <N/2| T_k0 |N/2> = N! √(2k+1) / √((N-k)! (N+k+1)!) = w_k √(2k+1), from the ratio of successive
    k: logarithms of factorials would lose the digits that N! has in front of the point.
    """
    k = np.arange(1.0, K + 1)
    return np.cumprod(np.append(1 / np.sqrt(N + 1), np.sqrt((N + 1 - k) / (N + 1 + k))))


def harmonics(K, cos_theta, sin_theta):
    """Spherical harmonics √(4π) Y_kq(θ, 0), shape (..., K+1, K+1) with zeros for q > k.

    Upwards in k, which is stable; `scipy.special.sph_legendre_p_all` returns NaN for k > 645.
    """
    cos_theta, sin_theta = np.asarray(cos_theta)[..., None], np.asarray(sin_theta)[..., None]
    Y = np.zeros((*np.shape(cos_theta)[:-1], K + 1, K + 1))
    Y[..., 0, 0] = 1
    q = np.arange(K + 1)
    step = np.sqrt(np.maximum(q[:, None] ** 2 - q**2, 0) / (4 * q[:, None] ** 2 - 1.0))  # [k, q]
    for k in range(1, K + 1):
        below = cos_theta * Y[..., k - 1, :k]
        if k > 1:
            below = below - step[k - 1, :k] * Y[..., k - 2, :k]
        Y[..., k, :k] = below / step[k, :k]
        Y[..., k, k] = -np.sqrt(1 + 1 / (2 * k)) * sin_theta[..., 0] * Y[..., k - 1, k - 1]
    return Y


def tensor_diagonals(N, q):
    """Matrix elements <m| T_kq |m-q>, shape (N+1-q, N+1-q): m falling from N/2, k rising from q.

    They are the eigenvectors of the tridiagonal Σ_a [J_a, [J_a, ·]] with eigenvalues k(k+1);
    that {J_z, ·} has positive elements a_kq between them fixes their signs.
    """
    row = np.arange(N + 1 - q)
    m = N / 2 - row
    hop = row[:-1] + 1.0
    ladder = np.sqrt(hop * (N + 1 - hop) * (hop + q) * (N + 1 - hop - q))
    tensors = eigh_tridiagonal(N / 2 * (N + 2) - 2 * m * (m - q), -ladder)[1]
    first = (-1) ** q * np.sign(tensors[:, 0].sum())
    steps = np.sign(np.einsum("mk,m,mk->k", tensors[:, 1:], 2 * m - q, tensors[:, :-1]))
    return tensors * np.cumprod(np.append(first, steps))


def generator(model: Model | Dynamics, K: int) -> csr_array:
    """Matrix of Eq. (4) on the real coordinates of `Multipoles`, truncated at rank K.

    Parameters
    ----------
    model : Model or Lindbladian
    K : int
        1 ≤ K ≤ N; K = N is exact. A smaller K gives the leading block of a larger one.

    Returns
    -------
    scipy.sparse.csr_array, shape ((K+1)², (K+1)²)

    Examples
    --------
    >>> from lmgcav import Model
    >>> generator(Model(N=1, chi=0, Omega=0), 1).toarray()  # Bloch equations: c_00, c_10, Re, Im
    array([[ 0. ,  0. ,  0. ,  0. ],
           [-1. , -1. ,  0. ,  0. ],
           [ 0. ,  0. , -0.5,  0. ],
           [ 0. ,  0. ,  0. , -0.5]])
    """
    N = any_model(model).N
    if arguments.positive_integer("K", K) > N:
        arguments.refuse("K", f"at most N = {N}", K)
    if not isinstance(model, Model):
        return model.generator(K)
    chi, Omega, Gamma = model.chi, model.Omega, model.Gamma
    size = 450 * (K + 1) ** 2
    arguments.fits_in_memory(f"The generator of N = {N} atoms at rank K = {K}", size)
    k, q, _ = layout(K)
    twisting = 1j * chi * q
    stencil = [
        (k, q, -twisting - Gamma / 2 * (k * (k + 1) - q**2)),
        (k - 1, q, (twisting - Gamma / 2 * (k + 1)) * raising(np.maximum(k, 1), q, N)),
        (k + 1, q, (twisting + Gamma / 2 * k) * raising(k + 1, q, N)),
        *((k, component, Omega * turn) for component, turn in turning(k, q)),
    ]
    return assembled(stencil, K)


def turning(k, q):
    """Neighbours q ∓ 1 of each c_kq, with their coefficients in -i[J_x, ·]."""
    lowered = np.sqrt((k + q) * (k - q + 1.0)) * np.where(q == 1, np.sqrt(2), 1)
    raised = np.sqrt((k - q) * (k + q + 1.0)) * np.where(q == 0, np.sqrt(2), 1)
    return (q - 1, -0.5j * lowered), (q + 1, -0.5j * raised)


def spin_products(N: int, K: int) -> tuple[list[csr_array], list[csr_array]]:
    """Anticommutators {J_a, X} and commutators -i[J_a, X] on the real coordinates, a = x, y, z.

    Both of a Hermitian X are Hermitian, and J_a X = ({J_a, X} + [J_a, X]) / 2.

    Parameters
    ----------
    N : int
    K : int
        1 ≤ K ≤ N. Commutators keep the rank; anticommutators lose what would have rank K + 1.

    Returns
    -------
    anticommutators, commutators : list of scipy.sparse.csr_array, shape ((K+1)², (K+1)²)

    Examples
    --------
    >>> anticommutators, commutators = spin_products(1, 1)
    >>> commutators[2].toarray()  # turns Re c_11 into -Im c_11
    array([[ 0.,  0.,  0.,  0.],
           [ 0.,  0.,  0.,  0.],
           [ 0.,  0.,  0.,  1.],
           [ 0.,  0., -1.,  0.]])
    """
    if arguments.positive_integer("K", K) > arguments.positive_integer("N", N):
        arguments.refuse("K", f"at most N = {N}", K)
    arguments.fits_in_memory(f"The products of the spin at rank K = {K}", 1000 * (K + 1) ** 2)
    k, q, _ = layout(K)
    z = assembled([(k, q, -1j * q)], K)
    x = assembled([(k, component, turn) for component, turn in turning(k, q)], K)
    y = z @ x - x @ z  # [J_a, J_b] = iε_abc J_c
    below, above = raising(np.maximum(k, 1), q, N), raising(k + 1, q, N)
    plus_z = assembled([(k - 1, q, below + 0j), (k + 1, q, above + 0j)], K)
    plus_x = y @ plus_z - plus_z @ y
    plus_y = z @ plus_x - plus_x @ z
    return [plus_x, plus_y, plus_z], [x, y, z]


def assembled(stencil, K):
    """Matrix on the real coordinates that adds coefficient c[rank, component] to each c_kq.

    Parameters
    ----------
    stencil : list of (rank, component, coefficient)
        Arrays over k and q as in `layout`.
    K : int

    Returns
    -------
    scipy.sparse.csr_array, shape ((K+1)², (K+1)²)
    """
    size = (K + 1) ** 2
    _, q, position = layout(K)
    rows, columns, values = [], [], []
    for rank, component, coefficient in stencil:
        inside = (rank <= K) & (component >= 0) & (component <= rank)
        source = rank**2 + np.maximum(2 * component - 1, 0)
        real, imaginary = coefficient.real, coefficient.imag
        for i, j, value in (0, 0, real), (0, 1, -imaginary), (1, 0, imaginary), (1, 1, real):
            # populations (q = 0) have no imaginary part
            keep = inside & (value != 0) & (q >= i) & (component >= j)
            rows.append(position[keep] + i)
            columns.append(source[keep] + j)
            values.append(value[keep])
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return coo_array(entries, shape=(size, size)).tocsr()


def factorised(matrix):
    """LU factorisation of a matrix that couples near k and q only, as the generator does.

    Parameters
    ----------
    matrix : scipy.sparse.csc_array
        On the real coordinates of `Multipoles`, the first of which may be missing.

    Returns
    -------
    permuted : scipy.sparse.csc_array
        The matrix with its rows and columns in the order of elimination.
    order : numpy.ndarray, int
        The index that each of them had.
    factors : scipy.sparse.linalg.SuperLU
        Of the permuted matrix, sparse as long as pivots are rarely exchanged.
    """
    size = matrix.shape[0]
    missing = (math.isqrt(size - 1) + 1) ** 2 - size
    position = np.arange(missing, missing + size)
    k = np.sqrt(position).astype(int)
    q = (position - k**2 + 1) // 2
    row, column = matrix.indices, np.repeat(np.arange(size), np.diff(matrix.indptr))
    reach = max(abs(each[row] - each[column]).max(initial=1) for each in (k, q))
    entry = matrix.dtype.itemsize + matrix.indices.itemsize
    needed = (FILL * reach + FILL / 9 * reach**2) * entry * size
    arguments.fits_in_memory(f"The factorisation of {size} unknowns", needed)
    order = dissection(k, q, np.arange(size), reach)
    permuted = matrix[order][:, order]
    return permuted, order, splu(permuted, permc_spec="NATURAL", diag_pivot_thresh=PIVOT)


def regular(matrix, order, factors):
    """Return a factorised matrix unless rounding alone may keep it from being singular.

    Raises
    ------
    RuntimeError
        As of an exactly singular one: of what rounding adds, its inverse makes as much as a state.
    """
    largest = abs(matrix).max(1).toarray().ravel()
    noise = np.finfo(float).eps * largest * np.random.default_rng(0).normal(size=largest.size)
    if not abs(factors.solve(noise)).max() < SINGULAR:
        raise RuntimeError("Matrix is singular to rounding")
    return matrix, order, factors


def dissection(k, q, chosen, reach=1):
    """Order in which to eliminate the chosen coordinates: two halves, then what separates them.

    The matrix couples points of the plane of k and q up to the reach only, so that no entry of
    the factors connects the halves.
    """
    if chosen.size < 20 * reach**2:
        return chosen
    along = max(k[chosen], q[chosen], key=np.ptp)
    middle = np.sort(along)[along.size // 2]
    below, above = along < middle, along >= middle + reach
    halves = [dissection(k, q, chosen[side], reach) for side in (below, above)]
    return np.concatenate([*halves, chosen[~below & ~above]])
