r"""The spectrum of the Liouvillian of Eq. (4), Sec. V: :math:`\mathcal{L} r = \lambda r`.

On the real coordinates of `Multipoles` the Liouvillian is a real sparse matrix of (N+1)² rows.
Its first row is zero, because the trace is conserved: this gives λ = 0, and all other eigenvalues
are those of the rest M, without first row and column. Those nearest zero are the largest of
:math:`M^{-1}`, which Arnoldi's method finds with one LU factorisation of M.

With left and right eigenvectors, :math:`l^T M = \lambda l^T` and :math:`M r = \lambda r`, an error
of size ε in M moves λ by up to κε, and a computed pair is exact for an M off by its residual:

.. math::
   \kappa = \frac{\|l\|\,\|r\|}{|l^T r|}, \qquad
   |\delta\lambda| \le \kappa\,\frac{\|M r - \lambda r\| + u\,\||M|\,|r|\|}{\|r\|},

to first order; u = 1.1e-16 is the rounding of the entries of M. For Ω < NΓ/2, κ grows
exponentially with N, and most levels come in clusters of four: one well conditioned, three nearly
defective. Rounding spreads the three over a circle whose middle, and with it one of their κ, looks
well conditioned, so that a level gets the error of any neighbour from which it cannot be told
apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, eigs

from . import arguments
from .mean_field import fixed_points
from .model import SOUTH_POLE, Dynamics, Model, any_model
from .multipoles import Multipoles, factorised, generator, regular
from .stationary import SINGLE

CONVERGED = 1e-12  # residual of M⁻¹ relative to its eigenvalue, where Arnoldi's method may stop
STAGNANT = 1e-9  # below this, it also stops when rounding lets the residual fall no further
BLOCK = 2  # vectors that Arnoldi's method advances together, because many levels are double
OSCILLATIONS = 10  # eigenvalues that `gaps` looks at around each frequency of mean field
CONVERGED = 1e-12  # relative error of these: the last digits would take as many solves again
REPEATED = 1e-4  # relative change of the gaps at a higher rank, whose own error is far smaller
MIXED = 1e-2  # overlap of two pairs of vectors, relative to their own, that makes them a cluster
SIGNS = 4  # nonzero entries in each column of the sketch
ROUNDINGS = 1.5 * np.finfo(float).eps  # in each entry of 𝓛, which takes three operations
DOUBTFUL = 1e-2  # relative error above which a level is not to be trusted
REAL = 1e-6  # imaginary part relative to |λ| below which an eigenvalue counts as real


class Gaps(NamedTuple):
    """The two gaps of Fig. 12, rates: slowest decay and smallest frequency."""

    real: float
    imaginary: float


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues nearest zero with their left and right eigenvectors.

    Attributes
    ----------
    model : Model or Lindbladian
    values : numpy.ndarray, complex, shape (n,)
        As from `eigenvalues`.
    right, left : numpy.ndarray, complex, shape ((N+1)², n)
        Eigenvectors in the real coordinates of `Multipoles`, with |r| = 1 and l^T r = 1.
    condition : numpy.ndarray, shape (n,)
        κ ≥ 1: how far an eigenvalue moves if the Liouvillian is off by 1, to first order. That
        of the middle level of a cluster can be far too small.
    error : numpy.ndarray, shape (n,)
        Estimate of |δλ|, a rate: the bound to first order, plus the difference between the λ of
        the left and the right eigenvector, plus the distance to the farthest neighbour, within
        a percent, whose own error covers this level; the k-th root of that, in units of |λ|,
        where k levels coincide within their errors. Tens of times too large as a rule, and many
        thousands of times in a cluster.
    """

    model: Model | Dynamics
    values: np.ndarray
    right: np.ndarray = field(repr=False)
    left: np.ndarray = field(repr=False)
    condition: np.ndarray
    error: np.ndarray

    @property
    def trusted(self) -> np.ndarray:
        """Which eigenvalues have an error below one percent, shape (n,)."""
        return trusted(self.values, self.error, self.model.rate)

    @cached_property
    def modes(self) -> Multipoles:
        """Hermitian parts of the right eigenvectors as `Multipoles` with a leading axis n.

        They are states up to sign, scale and, all but the first, an admixture of the steady state.
        """
        return Multipoles.from_coordinates(self.model.N, self.right.real.T)

    def amplitudes(self, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
        """Weight of each mode in the motion of the Bloch vector from a coherent state.

        Parameters
        ----------
        start : array_like, shape (3,), default SOUTH_POLE

        Returns
        -------
        numpy.ndarray, complex, shape (n, 3)
            A with s(t) = Σ_j A_j exp(λ_j t), as far as the n modes carry it.
        """
        return self._weights(start)[:, None] * self._bloch

    def amplitude_errors(self, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
        """Estimate of the error of each of the `amplitudes`.

        A residual of 𝓛 mixes modes, to first order by its size over the distance of their levels;
        so do the roundings of 𝓛. Levels that cannot be told apart have the errors of each other,
        and cannot be told by their amplitudes either; the sum over all of them is far better
        known. A few times too large as a rule, and far more where an amplitude is negligible.

        Parameters
        ----------
        start : array_like, shape (3,), default SOUTH_POLE

        Returns
        -------
        numpy.ndarray, shape (n, 3)
        """
        L = generator(self.model, self.model.N)
        apart = np.maximum(abs(self.values[:, None] - self.values), np.finfo(float).tiny)
        np.fill_diagonal(apart, np.inf)
        remainder = L @ self.right - self.values * self.right
        rounding = ROUNDINGS * np.linalg.norm(abs(L) @ abs(self.right), axis=0)
        found = abs(self.left.T @ remainder) + self.condition[:, None] * rounding
        mixed = found / apart  # share of each right vector (rows) in the others (columns)
        skew = abs(self.left.T @ self.right - np.eye(self.values.size))
        weights, bloch = abs(self._weights(start)), abs(self._bloch)
        of_weights = (mixed + skew) @ weights + np.finfo(float).eps * self.condition
        errors = of_weights[:, None] * bloch + weights[:, None] * (mixed.T @ bloch)
        largest = errors + weights[:, None] * bloch
        near = apart <= np.maximum(self.error[:, None], self.error)
        np.fill_diagonal(near, near.any(1))
        of_others = [np.where(near, each, 0).max(1) for each in largest.T]
        return np.maximum(errors, np.transpose(of_others))

    def _weights(self, start):
        """Coefficient of each right eigenvector in a coherent state."""
        state = Multipoles.coherent(self.model.N, start, K=self.model.N).coordinates
        complete = self.values.size == state.size  # then they give the start to rounding
        return np.linalg.solve(self.right, state) if complete else self.left.T @ state

    @property
    def _bloch(self):
        """Bloch vector of each right eigenvector, complex, shape (n, 3)."""
        parts = self.right[:9].T  # ranks k ≤ 2, all that the moments need
        real, imaginary = (
            Multipoles.from_coordinates(self.model.N, part).moments.bloch
            for part in (parts.real, parts.imag)
        )
        return real + 1j * imaginary


def eigenvalues(model: Model | Dynamics, count: int = 150) -> np.ndarray:
    """Eigenvalues of the Liouvillian of Eq. (4) that are nearest to zero.

    Parameters
    ----------
    model : Model or Lindbladian
    count : int, default 150
        How many, 0 included. One more is returned where ``count`` would separate a conjugate
        pair (a few more among equal pairs), fewer where there are only (N+1)².

    Returns
    -------
    numpy.ndarray, complex, shape (count,)
        Rates, ascending |λ|, each pair of conjugates together.

    Raises
    ------
    ValueError
        If ``count`` is no positive integer.
    MemoryError
        If the factorisation would not fit in memory: about 4 kB for each of (N+1)² unknowns.

    See Also
    --------
    spectrum : The same with error bars. For Ω < NΓ/2 they are needed: from N = 50 on, many of
        the levels have no correct digit.

    Examples
    --------
    >>> from lmgcav import Model
    >>> eigenvalues(Model(N=2, chi=0, Omega=0, Gamma=1), count=4).real.round(12)
    array([ 0., -1., -1., -1.])
    """
    any_model(model)
    count = arguments.positive_integer("count", count)
    if _undriven(model):
        values = _undriven_eigenvalues(model)
        return values[_leading(values, count)]
    return _eigenvalues(model, model.N, count)


def spectrum(model: Model | Dynamics, count: int = 150) -> Spectrum:
    """Eigenvalues nearest to zero with eigenvectors, condition numbers and error bars.

    Parameters
    ----------
    model : Model or Lindbladian
        With Ω ≠ 0; without drive the Liouvillian has no complete set of eigenvectors.
    count : int, default 150
        As for `eigenvalues`.

    Returns
    -------
    Spectrum
        Takes twice the time of `eigenvalues`.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError
        If the factorisation would not fit in memory.
    ArithmeticError
        If the drive is so weak that eigenvectors coincide.

    Examples
    --------
    >>> from lmgcav import Model
    >>> levels = spectrum(Model.from_ratios(N=20, drive=2.5, twist=1.875), count=5)
    >>> levels.values.real.round(4), levels.trusted.all()
    (array([ 0.    , -0.5408, -1.6819, -3.3869, -5.6329]), np.True_)
    """
    from scipy.optimize import linear_sum_assignment  # slow to import

    any_model(model)
    count = arguments.positive_integer("count", count)
    if _undriven(model):
        arguments.refuse("model.Omega", "nonzero for eigenvectors", model.Omega)
    M, source, order, solve = _factorised(model, model.N, count, 100)
    values, vectors = _nearest(M, solve, count, "N")
    chosen = _leading(values, count - 1)
    values, right = values[chosen], vectors(chosen)
    others, vectors = _nearest(M, solve, count, "T")
    partner = linear_sum_assignment(abs(values[:, None] - others))[1]
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            left = _biorthogonal(vectors(partner), right)
        except np.linalg.LinAlgError:
            left = np.full_like(right, np.nan)
        condition = np.linalg.norm(left, axis=0)
    if not np.isfinite(condition).all():
        raise ArithmeticError("The eigenvectors were not solved: so weak a drive hardly parts them")
    rounding = np.finfo(float).eps / 2 * np.linalg.norm(abs(M) @ abs(right), axis=0)
    residual = np.linalg.norm(M @ right - values * right, axis=0) + rounding
    error = condition * residual + abs(values - others[partner])  # found apart from each other
    error = _within_clusters(values, error, model.rate)
    error = _of_coinciding(values, error, model.rate)

    steady = np.append(1, -solve(source, "N"))
    trace = np.zeros(steady.size)
    trace[0] = np.linalg.norm(steady)
    right = np.vstack([np.zeros(values.size), right])
    left = np.vstack([source @ left / values, left])  # l^T L = λ l^T in the column of the trace
    back = np.append(0, 1 + np.argsort(order))
    return Spectrum(
        model,
        np.append(0, values),
        np.column_stack([steady / trace[0], right])[back],
        np.column_stack([trace, left])[back],
        np.append(trace[0], condition),
        np.append(0.0, error),
    )


def trusted(values: ArrayLike, error: ArrayLike, Gamma: float = 1.0) -> np.ndarray:
    """Whether levels are known to a percent of |λ|, or of Γ where that is larger.

    Parameters
    ----------
    values : array_like, complex, shape (...)
        Levels, such as ``Spectrum.values``; NaN is never trusted.
    error : array_like, float, shape (...)
        Their errors.
    Gamma : float, default 1
        Rate Γ, in the same unit.

    Returns
    -------
    numpy.ndarray of bool, shape (...)

    Examples
    --------
    >>> trusted([-2.0, -2.0, 0.0], [0.01, 0.03, 0.01])
    array([ True, False,  True])
    """
    values, error = arguments.as_array(values), arguments.as_array(error)
    for name, array, kinds in ("values", values, "iufc"), ("error", error, "iuf"):
        if array.dtype.kind not in kinds or array.shape != values.shape:
            arguments.refuse(name, "an array of numbers, one for each level", array)
    return error <= DOUBTFUL * np.maximum(abs(values), arguments.positive("Gamma", Gamma))


def gaps(model: Model | Dynamics, count: int = 40) -> Gaps:
    """Gaps of Fig. 12: the slowest decay and the smallest frequency near zero.

    Parameters
    ----------
    model : Model or Lindbladian
    count : int, default 40
        Number of eigenvalues nearest zero among which to look.

    Returns
    -------
    Gaps
        ``real``, the smallest -Re λ > 0, and ``imaginary``, the smallest Im λ > 0; rates.

    Notes
    -----
    An oscillation can be slow to decay and yet far from zero. So ``real`` is the smallest also of
    the 10 eigenvalues nearest to each frequency of a fixed point in mean field, where that lies
    beyond the ``count``; so is ``imaginary`` if all the ``count`` are real (infinite if all these
    are, too). A slower decay of a mode near neither zero nor such a frequency is not excluded;
    there was none in 552 models of 12 and 14 atoms, with 2Ω/(NΓ) from 0.05 to 12 and |2χ/Γ| up to
    60, all of whose eigenvalues were computed.
    For a `Lindbladian`, whose mean field is not solved, only the ``count`` are looked at.

    Truncated at rank K < N, the Liouvillian has spurious eigenvalues besides those that converge
    exponentially in K. They move with K: gaps that a higher rank repeats are free of them. Near
    Ω_c a rank of about 16 √N is enough; below, often none but N, which is exact.

    Real eigenvalues go down to zero on both sides of Ω_c. What opens near Ω_c is the gap between
    them and the slowest oscillation. Well below Ω_c oscillations come in at any frequency, and
    ``imaginary`` depends on ``count``; below NΓ/2, and for |2χ/Γ| above about 10 also beyond, it is
    rounding noise.

    Examples
    --------
    >>> from lmgcav import Model
    >>> found = gaps(Model.from_ratios(N=60, drive=2.1, twist=1.875))
    >>> round(found.real, 3), round(found.imaginary, 2)
    (0.557, 19.27)
    """
    any_model(model)
    count = arguments.positive_integer("count", count)
    if count == 1:
        arguments.refuse("count", "at least 2, for the first is 0", count)
    if _undriven(model):
        values = _undriven_eigenvalues(model)
        order = _order(values)
        return _gaps(values[order[:count]], values[order[count:]])
    before = np.nan
    for K in _ranks(model.N):
        near = _eigenvalues(model, K, count)
        found = _gaps(near, _oscillations(model, K, near))
        if np.allclose(found, before, rtol=REPEATED, atol=0):
            break
        before = found
    return found


def mean_field_eigenvalues(model: Model, order: int) -> dict:
    """Eigenvalues of the Liouvillian that mean field predicts from Eqs. (22) and (24), large N.

    A density of classical spins near a fixed point with eigenvalues μ₁, μ₂ decays with the rates
    n₁μ₁ + n₂μ₂, n ≥ 0, where it is stable; an unstable direction μ > 0 contributes -nμ with
    n ≥ 1, the rate at which the flow thins it out.

    Parameters
    ----------
    model : Model
    order : int
        Largest n₁ and n₂.

    Returns
    -------
    dict
        Complex arrays, rates, by the name of the fixed point in `fixed_points`.
    """
    order = arguments.positive_integer("order", order)
    arguments.fits_in_memory(f"A lattice of order {order}", 4 * 48 * (order + 1) ** 2)
    predicted = {}
    for point in fixed_points(model):
        unstable = point.eigenvalues.real > 0
        first, second = np.where(unstable, -point.eigenvalues, point.eigenvalues)
        n1, n2 = (np.arange(lowest, order + 1) for lowest in unstable.astype(int))
        predicted[point.name] = np.add.outer(first * n1, second * n2).ravel()
    return predicted


def pseudospectrum(model: Model | Dynamics, points: ArrayLike) -> np.ndarray:
    """Smallest ε for which each point is an eigenvalue of some 𝓛 + E with |E| = ε.

    Parameters
    ----------
    model : Model or Lindbladian
    points : array_like, complex, shape (...)
        Points of the complex plane, rates.

    Returns
    -------
    numpy.ndarray, shape (...)
        Smallest singular value of 𝓛 - z in the norm Tr ρ², a rate, to about a percent. One LU
        factorisation a point.
    """
    any_model(model)
    points = arguments.finite_complex("points", points)
    size = 5000 * (model.N + 1) ** 2  # as for `eigenvalues`, but complex
    arguments.fits_in_memory(f"The pseudospectrum of N = {model.N} atoms", size)
    L = generator(model, model.N).astype(complex).tocsc()
    one = eye_array(L.shape[0], format="csc")
    start = np.random.default_rng(0).normal(size=L.shape[0]) + 0j
    result = np.empty(points.size)
    for index, z in enumerate(points.ravel()):
        try:
            factors = factorised(L - z * one)[2]
        except RuntimeError:  # exactly singular: z is an eigenvalue
            result[index] = 0.0
            continue
        v, growth = start / np.linalg.norm(start), 0.0
        for _ in range(100):
            v = factors.solve(factors.solve(v), "H")
            with np.errstate(over="ignore", invalid="ignore"):
                growth, before = np.linalg.norm(v), growth
            if not np.isfinite(growth):  # z is an eigenvalue to rounding
                growth = np.inf
                break
            v /= growth
            if abs(growth - before) < 1e-2 * growth:
                break
        result[index] = growth**-0.5
    return result.reshape(points.shape)


def _ranks(N):
    """Ranks at which to truncate, each with about twice the coordinates of the last; N ends them.

    There is no lower rank, or at least two, because only a second one can confirm the first.
    """
    ranks = [int(8 * np.sqrt(N * 2**step)) for step in range(20)]
    ranks = [K for K in ranks if K < 0.8 * N]
    return [*ranks, N] if len(ranks) > 1 else [N]


def _gaps(near, others):
    """Gaps of the eigenvalues nearest zero, of which the first is 0, and of others further out."""
    slowest = max([*near.real[1:], *others.real], default=-np.inf)
    frequencies = [each.imag[each.imag > REAL * abs(each)] for each in (near[1:], others)]
    lowest = frequencies[0] if frequencies[0].size else frequencies[1]
    return Gaps(float(-slowest), float(min(lowest, default=np.inf)))


def _oscillations(model, K, near):
    """Eigenvalues next to the frequencies of mean field that lie beyond those nearest zero.

    The Liouvillian is truncated at rank K. All eigenvalues, where these are as easy to find.
    """
    M = generator(model, K)[1:, 1:].tocsc()
    if _dense(M.shape[0], OSCILLATIONS):
        return np.linalg.eigvals(M.toarray())
    found = [np.empty(0, complex)]
    for point in fixed_points(model) if isinstance(model, Model) else ():
        frequency = abs(point.eigenvalues.imag).max()
        within = abs(point.eigenvalues).max() <= abs(near[-1])
        if within or point.kind in ("source", "saddle"):
            continue
        arguments.fits_in_memory(f"The gaps of N = {model.N} atoms", 5000 * M.shape[0])
        shifted = M.astype(complex) - 1j * frequency * eye_array(M.shape[0])
        factors = factorised(shifted.tocsc())[2]
        inverse = LinearOperator(M.shape, factors.solve, dtype=complex)
        start = np.random.default_rng(0).normal(size=M.shape[0]) + 0j
        settings = {"ncv": 4 * OSCILLATIONS, "tol": CONVERGED, "return_eigenvectors": False}
        largest = eigs(inverse, OSCILLATIONS, v0=start, **settings)
        found.append(1j * frequency + 1 / largest)
    return np.concatenate(found)


def _eigenvalues(model, K, count):
    """Eigenvalues as from `eigenvalues`, of the Liouvillian truncated at rank K."""
    M, _, _, solve = _factorised(model, K, count, 24)
    values = np.append(0, _nearest(M, solve, count, "N")[0])
    return values[_leading(values, count)]


def _undriven(model):
    """Whether this is Eq. (4) with Ω = 0."""
    return isinstance(model, Model) and model.Omega == 0


def _undriven_eigenvalues(model):
    """All eigenvalues for Ω = 0, where 𝓛 is triangular in the Dicke basis: its diagonal."""
    N = model.N
    arguments.fits_in_memory(f"The spectrum of N = {N} atoms", 150 * (N + 1) ** 2)
    excitations = np.arange(N + 1.0)
    decay = excitations * (N + 1 - excitations)  # <J⁺J⁻>
    left, right = np.meshgrid(decay, decay)
    return (0.0 - model.Gamma / 2 * (left + right) - 1j * model.chi * (left - right)).ravel()


def _order(values):
    """Order of ascending |λ|, in which conjugates, whose |λ| are equal, stand together."""
    return np.lexsort([values.imag, abs(values.imag), abs(values)])


def _leading(values, count):
    """Order of the first ``count``, or of a few more to be closed under conjugation."""
    order = _order(values)
    while count < order.size and np.sign(values[order[:count]].imag).sum() != 0:
        count += 1
    return order[:count]


def _factorised(model, K, count, kept):
    """Return M up to rank K, the first column of 𝓛 below the trace, their order, and M⁻¹.

    M and the column are in the order in which `factorised` eliminates. ``kept`` is how many bytes
    each component of each eigenvector will take.

    Raises
    ------
    MemoryError
        If the factors and ``count`` eigenvectors would not fit.
    """
    size = (K + 1) ** 2 - 1
    needed = size * (3000 + kept * min(count, size) + (110 * size if _dense(size, count) else 0))
    untouched = size * (8000 + 16 * min(count, size))  # that SuperLU and Arnoldi's method set aside
    arguments.fits_in_memory(f"The spectrum of N = {model.N} atoms", needed, untouched)
    L = generator(model, K).tocsc()
    try:
        M, order, factors = regular(*factorised(L[1:, 1:]))
    except RuntimeError:  # singular
        arguments.refuse("model", SINGLE, model)
    return M, L[1:, [0]].toarray()[order, 0], order, factors.solve


def _dense(size, count):
    """Whether all eigenvalues are found at once, as fast as a few."""
    return size <= 4 * count + 40


def _nearest(M, solve, count, side):
    """Eigenvalues of M nearest zero, at least ``count``, and their vectors as a function.

    Parameters
    ----------
    M : scipy.sparse.csc_array
    solve : callable
        Applies M⁻¹ with ``side`` = "N", its transpose with "T".
    count : int
    side : str
        "N" for right eigenvectors, "T" for left.

    Returns
    -------
    values : numpy.ndarray, complex, ascending |λ|
    vectors : callable
        Eigenvectors of the values with the given indices, as normalised columns.
    """
    if _dense(M.shape[0], count):
        values, columns = np.linalg.eig(M.toarray() if side == "N" else M.T.toarray())
        order = _order(values)
        return values[order].astype(complex), lambda chosen: columns[:, order[chosen]]
    values, basis, coefficients = _arnoldi(lambda v: solve(v, side), M.shape[0], count)

    def vectors(chosen):
        lifted = np.empty((M.shape[0], len(chosen)), complex)
        lifted.real = basis.T @ coefficients.real[:, chosen]
        lifted.imag = basis.T @ coefficients.imag[:, chosen]
        return lifted / np.linalg.norm(lifted, axis=0)

    return values, vectors


def _biorthogonal(left, right):
    """Left eigenvectors combined so that l_i^T r_j = δ_ij among all that mix.

    Where levels nearly coincide, only the space that their vectors span is found well, and left
    and right vectors are different bases of it. A complete set is biorthogonalised as a whole.
    """
    if left.shape[0] == left.shape[1]:
        return np.linalg.inv(right).T
    overlap = left.T @ right
    size = np.sqrt(abs(np.diag(overlap)))
    mixed = np.sqrt(abs(overlap * overlap.T)) > MIXED * np.outer(size, size)
    cluster = connected_components(mixed, directed=False)[1]
    for each in range(cluster.max(initial=-1) + 1):
        members = np.flatnonzero(cluster == each)
        left[:, members] = np.linalg.solve(overlap[np.ix_(members, members)], left[:, members].T).T
    return left


def _within_clusters(values, error, Gamma):
    """Errors with the distance to the farthest neighbour from which a level cannot be told apart.

    Neighbours are within a percent, and the level is within their error.
    """
    apart = abs(values[:, None] - values)
    reach = np.minimum(error, DOUBTFUL * np.maximum(abs(values), Gamma)[:, None])
    return error + np.where(apart <= reach, apart, 0).max(1, initial=0)


def _of_coinciding(values, error, Gamma):
    """Errors of levels that coincide within them: k such may be one level that is defective.

    An error δ splits it by δ^(1/k), in units of the coupling, which is of the order of |λ|.
    """
    size = np.maximum(abs(values), Gamma)
    near = abs(values[:, None] - values) <= error[:, None] + error
    near &= trusted(values, error, Gamma) | np.eye(error.size, dtype=bool)
    relative = np.minimum(error / size, 1)
    return np.maximum(error, size * relative ** (1 / near.sum(1)))


def _sketch(rows, size):
    """Random sparse matrix (rows, size) that keeps the norms of a few vectors, within a percent.

    Orthogonalising the images of the Krylov vectors, which are short, in place of the vectors
    themselves saves three quarters of the memory traffic, which is what Arnoldi's method costs.
    """
    rng = np.random.default_rng(0)
    entries = rng.choice([-1.0, 1.0], SIGNS * size) / np.sqrt(SIGNS)
    places = rng.integers(0, rows, SIGNS * size, dtype=np.int32)
    return csc_array((entries, places, np.arange(0, entries.size + 1, SIGNS)), (rows, size))


def _arnoldi(inverse, size, count):
    """Largest eigenvalues of ``inverse`` by Arnoldi's method, as their reciprocals.

    Returns
    -------
    values : numpy.ndarray, complex, shape (count,)
        Ascending |λ|.
    basis : numpy.ndarray, shape (m, size)
    coefficients : numpy.ndarray, complex, shape (m, count)
        The eigenvectors are basis.T @ coefficients.
    """
    most = min(size, 4 * count + 100) // BLOCK * BLOCK
    S = _sketch(most + 100, size)
    V = np.empty((most + BLOCK, size))  # in rows, which multiply fastest
    P = np.empty((most + BLOCK, most + 100))  # V @ S.T, with orthonormal rows
    H = np.zeros((most + BLOCK, most))
    v = inverse(np.random.default_rng(1).normal(size=(size, BLOCK))).T
    worst, check = np.inf, 2 * count + 20 + count // 6
    for m in range(0, most + 1, BLOCK):
        new = slice(m, m + BLOCK)
        columns, length = np.linalg.qr(S @ v.T)
        P[new], V[new] = columns.T, np.linalg.inv(length.T) @ v
        if m:
            H[new, m - BLOCK : m] = length
        if m >= check or m == most:
            theta, Y = np.linalg.eig(H[:m, :m])
            order = _order(1 / theta)[:count]
            residuals = np.linalg.norm(length @ Y[-BLOCK:, order], axis=0)
            previous, worst = worst, max(residuals / abs(theta[order]))
            stagnant = worst > previous / 2 or m == most
            if worst < CONVERGED or (stagnant and worst < STAGNANT):
                return 1 / theta[order] + 0, V[:m], Y[:, order].astype(complex)  # -0 + 0 = 0
            if m == most:
                raise ArithmeticError(f"Arnoldi's method left a residual of {worst:.0e}")
            check = m + 8 + count // 8
        v = inverse(V[new].T).T
        image = (S @ v.T).T
        for _ in range(2):  # once more, for what rounding has left
            overlap = image @ P[: m + BLOCK].T
            image -= overlap @ P[: m + BLOCK]
            H[: m + BLOCK, new] += overlap.T
        v = v - H[: m + BLOCK, new].T @ V[: m + BLOCK]
