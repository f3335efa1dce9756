r"""The light that leaves the cavity, as far as Eq. (4) knows it.

With the mode eliminated, :math:`\sqrt\kappa\,a = -i\sqrt\Gamma\,J^-` up to a phase: the flux of
photons is Γ⟨J⁺J⁻⟩, and what a detector sees are correlation functions of J⁺ and J⁻ at different
times. By the regression theorem they follow from Eq. (4) alone,

.. math:: \langle A(t)\,B(t+\tau)\,C(t)\rangle = \mathrm{Tr}\,[B\,e^{L\tau}(C\rho(t)A)],

where CρA is no state, but a sum of two Hermitian operators. The spectrum is that of the steady
state, ω being counted from the drive: a coherent line and

.. math:: S(\omega) = \frac\Gamma\pi \mathrm{Re}\,\mathrm{Tr}\,[J^-(-i\omega - L)^{-1}
          (\rho J^+ - \langle J^+\rangle\rho)].

In the steady state of Eq. (9) the light of one instant is known in closed form: with the
distribution p_n of `lmgcav.steady_state`, :math:`\langle (J^+)^k (J^-)^k\rangle = |\alpha|^{2k}
(1 - p_0 - \dots - p_{k-1})`, which does not depend on χ at a given α.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import eye_array

from . import arguments
from .exact_dynamics import check_tolerance, evolve, initial_state, rank, resized
from .lindbladian import SPIN
from .model import Dynamics, Model, any_model
from .multipoles import Multipoles, factorised, generator, spin_products
from .stationary import null_state, null_vector_at, stationary_state
from .steady_state import steady_moments, steady_weights

GROWTH = 1.3  # of the rank from one computation to the next
BLOCK = 4  # vectors from each factorisation of a resolvent
SMALLEST = 1e-290  # of the numbers that keep their digits
FEW = 8  # frequencies that are solved one by one
SMALL = 200  # unknowns, likewise
MOST = 400  # vectors of a Krylov space
DEPENDENT = 1e-12  # length that a vector has beyond others which rounding alone tells it from
SAFETY = 10  # over the error where the residual is largest, and over what rounding of a state does
ROUNDING = 1e-15  # of each coordinate of an operator; a state has coordinates of 1 at most
NEGLIGIBLE = 1e-14  # size of a Hermitian part that rounding alone has left


@dataclass(frozen=True)
class Correlation:
    """A correlation function of two times.

    Attributes
    ----------
    taus : numpy.ndarray, shape (T,)
        Delays τ, in the inverse unit of the rates.
    values : numpy.ndarray, complex, shape (T,)
        ⟨A(t) B(t+τ) C(t)⟩ in units of ħ = 1: powers of the spin.
    error : float
        Largest error of any of them, as found by a second computation.
    """

    taus: np.ndarray
    values: np.ndarray
    error: float


@dataclass(frozen=True)
class Emission:
    """Spectrum of the light that the steady state emits.

    Attributes
    ----------
    omegas : numpy.ndarray, shape (n,)
        Frequencies from that of the drive, in the unit of the rates; positive is blue.
    incoherent : numpy.ndarray, shape (n,)
        Photons per unit of time and of ω.
    coherent : float
        Photons per unit of time in the line at ω = 0.
    error : float
        Largest error of ``incoherent``, as found by a computation at another rank.
    """

    omegas: np.ndarray
    incoherent: np.ndarray
    coherent: float
    error: float


def photon_flux(model: Model | Dynamics) -> float:
    """Photons that leave the cavity in the steady state, Γ⟨J⁺J⁻⟩ per unit of time.

    Parameters
    ----------
    model : Model or Lindbladian
        With a jump operator √Γ J⁻.

    Returns
    -------
    float
        A rate; for a `Lindbladian` to within 1e-8 ΓN²/4.

    Examples
    --------
    >>> photon_flux(Model(N=1, chi=0, Omega=1e6)).round(6)  # half excited, it emits Γ/2
    np.float64(0.5)
    """
    any_model(model)
    if not isinstance(model, Model):
        return flux(emitting(model), stationary_state(model, 1e-8).moments)
    n, p = steady_weights(model)
    return model.Gamma * abs(model.alpha) ** 2 * p[n >= 1].sum()


def emitting(model):
    """Return a model, or refuse it if it has no jump operator √Γ J⁻."""
    if not getattr(any_model(model), "Gamma", 0):
        arguments.refuse("model", "one with a jump operator √Γ J⁻", model)
    return model


def flux(model, moments):
    """Γ⟨J⁺J⁻⟩ with J⁺J⁻ = J_x² + J_y² + J_z."""
    return model.Gamma * (moments.second[:2, :2].trace() + moments.mean[2])


def coherence(model: Model, order: int = 2) -> float:
    """Coherence g⁽ᵏ⁾(0) = ⟨(J⁺)ᵏ(J⁻)ᵏ⟩ / ⟨J⁺J⁻⟩ᵏ of the light of the steady state.

    Parameters
    ----------
    model : Model
        Any drive and twist; at Ω = 0 it is the limit of weak drive.
    order : int, default 2
        k; 2 tells bunched light (above 1) from antibunched.

    Returns
    -------
    float
        1 for coherent light; 0 where no k photons can leave at once, k > N.

    Raises
    ------
    ValueError
        If an argument is out of its range, or Ω so large that the probabilities underflow.

    Examples
    --------
    >>> model = Model.from_ratios(N=300, drive=3)
    >>> round(coherence(model), 3)
    1.189
    """
    arguments.instance("model", Model, model)
    order = arguments.positive_integer("order", order)
    n, p = steady_weights(model)
    one, many = p[n >= 1].sum(), p[n >= order].sum()
    if one**order < SMALLEST:
        arguments.refuse("model.Omega", f"smaller for the order {order}", model.Omega)
    return float(many / one**order)


def correlation(
    model: Model | Dynamics,
    taus: ArrayLike,
    first: str,
    second: str,
    third: str = "",
    *,
    state: Multipoles | ArrayLike | None = None,
    tol: float = 1e-6,
) -> Correlation:
    """Correlation ⟨A(t) B(t+τ) C(t)⟩ of the spin, by the regression theorem.

    Parameters
    ----------
    model : Model or Lindbladian
    taus : array_like, shape (T,)
        Sorted delays from 0 on, in the inverse unit of the rates.
    first, second, third : str
        The operators A, B and C as products of x, y, z, + and - (J_x, …, J⁺, J⁻) from left to
        right: "+-" is J⁺J⁻. B has one factor or two; A and C any number, "" is 1.
    state : Multipoles, optional
        The state at the time t; the steady state unless given.
    tol : float, default 1e-6
        Bound for the error over (N/2) to the power of the number of factors.

    Returns
    -------
    Correlation

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError, RuntimeError
        As from `evolve`.

    Examples
    --------
    >>> model = Model.from_ratios(N=40, drive=3)
    >>> pairs = correlation(model, [0, 1], "+", "+-", "-")  # two photons, τ apart
    >>> (pairs.values.real * model.Gamma**2 / photon_flux(model) ** 2).round(3)
    array([1.187, 1.019])
    """
    any_model(model)
    taus, tol = arguments.times(taus), arguments.positive("tol", tol)
    A, B, C = (_factors(*pair) for pair in (("first", first), ("second", second), ("third", third)))
    if not 1 <= len(B) <= 2:
        arguments.refuse("second", "one factor or two", second)
    found, moments = steady(model, tol)
    rest = found.state
    shared = len(A + B + C) if state is None else 0  # an error of the spin in so many factors
    state = rest if state is None else initial_state(model.N, state)
    scale, unit = (model.N / 2) ** len(B), (model.N / 2) ** (len(A) + len(C))
    x = _product(C, state, A)
    still = resized(rest.coordinates, rank(x))
    trace = np.sqrt(model.N + 1) * x[0]
    settled = _expectation(B, moments)
    values = np.full(taus.size, trace * settled)
    error = (abs(trace) + shared * unit) * scale * found.error
    for factor, part in (1, x.real), (1j, x.imag):  # Hermitian both
        deviation = part - part[0] / still[0] * still
        size = float(np.linalg.norm(deviation) / np.linalg.norm(still))
        if size > NEGLIGIBLE * unit:
            begin = Multipoles.from_coordinates(model.N, still + deviation / size)
            run = evolve(model, taus, begin, tol=tol * unit / (2 * size), progress=False)
            values += factor * size * (_expectation(B, run.moments) - settled)
            error += size * scale * (run.error + found.error)
    check_tolerance(tol, error / (scale * unit))
    return Correlation(taus, values, error)


def steady(model, tol):
    """Steady state of a rank that leaves out much less than ``tol``, and its moments.

    Those of Eq. (4) are known in closed form; of its state, too, what is cut off is missing.
    """
    found = null_state(model, tol / 10)
    return found, steady_moments(model) if isinstance(model, Model) else found.moments


def emission_spectrum(model: Model | Dynamics, omegas: ArrayLike, tol: float = 1e-6) -> Emission:
    """Spectrum of the light of the steady state.

    Parameters
    ----------
    model : Model or Lindbladian
        With a jump operator √Γ J⁻.
    omegas : array_like, shape (n,)
        Frequencies from that of the drive, in the unit of the rates.
    tol : float, default 1e-6
        Bound for the error, over the `photon_flux` in a bandwidth of NΓ.

    Returns
    -------
    Emission
        Its incoherent part, integrated over all ω, and its coherent one make up the
        `photon_flux`. Any number of frequencies takes some tens of factorisations.

    Raises
    ------
    ValueError
        If an argument is out of its range, or ``tol`` cannot be met.
    MemoryError
        If the factorisations would not fit in memory.

    Notes
    -----
    Well below Ω_c the state is nearly an eigenstate of J⁻, and its incoherent light falls
    exponentially with N: soon it is below the error.

    Examples
    --------
    >>> triplet = emission_spectrum(Model(N=1, chi=0, Omega=10), [-10, 0, 10])  # Mollow
    >>> (triplet.incoherent / triplet.incoherent[1]).round(2)
    array([0.33, 1.  , 0.33])
    """
    emitting(model)
    omegas, tol = arguments.axis("omegas", omegas), arguments.positive("tol", tol)
    if omegas.size == 0:
        arguments.refuse("omegas", "at least one frequency", omegas)
    scale = photon_flux(model) / (model.N * model.Gamma)
    if scale == 0:  # no drive, no light
        return Emission(omegas, 0 * omegas, 0.0, 0.0)
    found, moments = steady(model, tol)
    coherent = model.Gamma * abs(_expectation(_factors("", "-"), moments)) ** 2
    state, rounding, found = found.state, found.error, None
    while True:
        K, before = state.K, found
        x = _product([], state, _factors("", "+"))
        x -= x[0] / state.coordinates[0] * resized(state.coordinates, rank(x))
        found, error = _resolvent(model, resized(x, K), omegas, tol * scale / 3)
        if before is not None:
            error += abs(found - before).max()
        if K == model.N:
            error += SAFETY * rounding * photon_flux(model) / model.Gamma
        if error <= tol * scale and (K == model.N or before is not None):
            return Emission(omegas, found, float(coherent), float(error))
        if K == model.N:
            allowed = f"above the error of {error / scale:.1e} that is reached"
            arguments.refuse("tol", allowed, tol)
        state, rounding = null_vector_at(model, min(model.N, int(GROWTH * K) + 1))


def _resolvent(model, x, omegas, tol):
    """(Γ/π) Re Tr[J⁻ (-iω - L)⁻¹ X] for the traceless X of complex coordinates x, and its error.

    For many frequencies by Galerkin's method on a rational Krylov space: a few vectors from a
    factorisation at the frequency with the largest residual, until what it gives was foreseen.
    """
    L, x = generator(model, rank(x))[1:, 1:].astype(complex), x[1:]
    dipole = -model.Gamma / np.pi * np.sqrt(model.N * (model.N + 1) * (model.N + 2) / 12)

    def spectrum(y):  # Tr J⁻Y
        return dipole * (y[..., 1] + 1j * y[..., 2]).real

    if x.size <= SMALL or omegas.size <= FEW:
        rows = np.array([_solutions(L, x, omega, 0)[:, :3] for omega in omegas])
        found, disturbance = spectrum(rows).T
        return found, abs(disturbance).max()
    V, found, worst, error = np.empty((0, x.size)), 0 * omegas, np.argmin(abs(omegas)), np.inf
    while True:
        block = _solutions(L, x, omegas[worst], BLOCK)
        y, disturbance = spectrum(block[:2])
        error, before = SAFETY * abs(y - found[worst]) + abs(disturbance), error
        if max(error, before) <= tol or len(V) > MOST:
            return found, max(error, before)
        new = _orthonormal(np.delete(block, 1, 0), V)
        if not len(new):  # the space contains the solutions
            return found, error
        V = np.vstack([V, new])
        c, residual = _galerkin(L, x, V, omegas)
        found, worst = spectrum(c @ V[:, :3]), np.argmax(residual)


def _solutions(L, x, omega, powers):
    """(-iω - L)⁻¹ times x, times what rounding may have added to x, and more powers of it on x."""
    one = eye_array(L.shape[0], format="csr")
    _, order, factors = factorised((-1j * omega * one - L).tocsc())
    sources = [x, ROUNDING * np.random.default_rng(0).choice([-1, 1], x.size)]
    rows = np.empty((2 + powers, x.size), complex)
    for i, row in enumerate(rows):
        source = sources[i] if i < 2 else rows[i - 1 if i > 2 else 0]
        row[order] = factors.solve(source[order] + 0j)
        if i > 1:
            row /= np.linalg.norm(row)
    return rows


def _galerkin(L, x, V, omegas):
    """Solutions c of -(iω + L) c·V = x within the rows of V, and the squares of their residuals."""
    image = (L @ V.T).T
    H, b = V.conj() @ image.T, V.conj() @ x
    c = np.array([np.linalg.solve(-1j * omega * np.eye(len(V)) - H, b) for omega in omegas])
    parts = np.vstack([x, V, image])
    amounts = np.hstack([np.ones((omegas.size, 1)), 1j * omegas[:, None] * c, c])
    gram = parts.conj() @ parts.T
    return c, np.einsum("ij,jk,ik->i", amounts.conj(), gram, amounts).real


def _orthonormal(block, V):
    """Orthonormal rows for what the rows of ``block`` add to the orthonormal rows of V."""
    block = block / np.linalg.norm(block, axis=1, keepdims=True)
    for _ in range(2):  # once more, for what rounding has left
        columns, lengths = np.linalg.qr((block - (block @ V.conj().T) @ V).T)
        block = columns.T[abs(np.diag(lengths)) > DEPENDENT]
    return block


def _factors(name, word):
    """Spin operators of a product, as components along x, y, z."""
    if not isinstance(word, str) or not {*word} <= {*SPIN}:
        arguments.refuse(name, "a product of x, y, z, + and -", word)
    return [np.array(SPIN[letter]) for letter in word]


def _product(left, state, right):
    """Complex coordinates of the operator left · state · right."""
    K = min(state.N, state.K + len(left) + len(right))
    anticommutators, commutators = spin_products(state.N, K)
    x = resized(state.coordinates, K).astype(complex)
    for sign, factors in (1, left[::-1]), (-1, right):
        for factor in factors:
            x = sum(
                v / 2 * (plus @ x + sign * 1j * (turn @ x))
                for v, plus, turn in zip(factor, anticommutators, commutators, strict=True)
                if v
            )
    return x


def _expectation(factors, moments):
    """⟨J_v⟩ of one factor v, or ⟨J_v J_w⟩ of two, shape (...)."""
    if len(factors) == 1:
        return moments.mean @ factors[0]
    v, w = factors
    return np.einsum("...ab,a,b", moments.second, v, w) + 0.5j * moments.mean @ np.cross(v, w)
