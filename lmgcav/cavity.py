r"""The atoms and the cavity mode of Eq. (1), and how Eq. (4) follows from it as κ/g grows.

Equation (1) has no drive. As Eq. (4) does, we add Ω J_x, which acts on the atoms directly and is
resonant with them, in the frame that rotates at their transition frequency:

.. math:: H = g(aJ^+ + a^\dagger J^-) - \Delta\, a^\dagger a + \Omega J_x, \qquad
          \text{jumps } \sqrt\kappa\, a .

**Elimination.** The mode obeys da/dt = -(κ/2 - iΔ) a - ig J⁻ + vacuum noise, and forgets within
1/κ, so a = -ig J⁻/(κ/2 - iΔ) [1 + O(rate/κ)], where the rates are those at which J⁻ changes: Ω and
NΓ. Put back into H and the jumps, this gives Eq. (2) with the χ and Γ of Eq. (3), the sign of χ
that of Δ. At fixed χ, Γ and Ω all four of g, κ, Δ follow from κ/g alone:

.. math:: g = \frac\Gamma4 \left[1 + \left(\frac{2\chi}{\Gamma}\right)^2\right] \frac\kappa g,
          \qquad \kappa = g\,\frac\kappa g, \qquad \Delta = \frac\chi\Gamma\,\kappa ,

so κ grows as (κ/g)², and the error of Eq. (4) falls as (g/κ)²: as Ng²/κ² when Ω is in proportion
to N. The start of the cavity in its vacuum costs an error of the same order.

**A drive through a mirror.** A steady field that drives the mode on resonance with the atoms adds
ε a† + ε* a to H instead of Ω J_x. With the atoms left out, the mode settles at
a₀ = -iε/(κ/2 - iΔ). In terms of b = a - a₀ this is, without approximation, the same master equation
with the drive g (a₀ J⁺ + a₀* J⁻) on the atoms: Ω J_x with Ω = 2g|a₀|, turned about z by the phase
of a₀. So Eq. (4) holds for it as it does here, if the field a₀ is there before the atoms. Switched
on at t = 0, the drive rises as 1 - exp[-(κ/2 - iΔ)t], an error of order Ω/κ, again (g/κ)². What
differs is the light: the mode holds |a₀|² = (Ω/2g)² photons beside those that the atoms emit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu
from scipy.special import gammaln, xlogy

from . import arguments
from .model import SOUTH_POLE, Model, bloch_vector, cavity_rates
from .moments import Moments, spin_moments

SOLVER = {"method": "vern7", "atol": 1e-12, "rtol": 1e-9, "nsteps": 10**7}
NEGLIGIBLE = 1e-8  # probability of a photon number that can be left out
SLOWEST = 1e-8  # decay over the largest rate from which a steady state has six digits


def cavity_parameters(model: Model, ratio: float) -> tuple[float, float, float]:
    """Cavity that Eq. (3) turns into the χ and Γ of ``model``, at a given κ/g.

    Parameters
    ----------
    model : Model
    ratio : float
        κ/g > 0.

    Returns
    -------
    g, kappa, Delta : float
        In the unit of the model's rates.

    Examples
    --------
    >>> from lmgcav import Model, cavity_rates
    >>> g, kappa, Delta = cavity_parameters(Model(N=4, chi=0.5, Omega=1, Gamma=1), ratio=20)
    >>> g, kappa, Delta, cavity_rates(g, kappa, Delta)
    (10.0, 200.0, 100.0, (0.5, 1.0))
    """
    arguments.instance("model", Model, model)
    ratio = arguments.positive("ratio", ratio)
    g = model.Gamma / 4 * (1 + model.twist**2) * ratio
    return g, g * ratio, g * ratio * model.twist / 2


def coherent_state(N, start):
    """Density matrix of the coherent state whose Bloch vector is ``start``."""
    import qutip

    x, y, z = bloch_vector(start)
    return qutip.spin_coherent(N / 2, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x), type="dm")


def _scaled(*rates):
    """Return the largest of the rates, and all in its unit: QuTiP drops what is below 1e-14."""
    unit = max(map(abs, rates))
    return unit, *(rate / unit for rate in rates)


def evolution(H, jump, rho, ts, observables):
    """Values of each of ``observables``, functions of ρ(t), at the times ``ts``."""
    import qutip

    rate = 2 * abs(H.full()).sum(0).max() + (abs(jump.full()) ** 2).sum(0).max()
    arguments.in_few_steps("ts[-1]", ts[-1], rate, H.shape[0] ** 2)
    grid, position = np.unique(np.append(0.0, ts), return_inverse=True)
    functions = [lambda t, rho, value=value: value(rho) for value in observables]
    result = qutip.mesolve(H, rho, grid, [jump], e_ops=functions, options=SOLVER)
    return [np.array(values)[position[1:]] for values in result.expect]


def eliminated_moments(model: Model, ts: ArrayLike, *, start: ArrayLike = SOUTH_POLE) -> Moments:
    """Moments of the spin under Eq. (4), by QuTiP: the reference for small N.

    Parameters
    ----------
    model : Model
        With N of at most a few dozen.
    ts : array_like, shape (n,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.

    Returns
    -------
    Moments
        With leading axis n.

    Examples
    --------
    >>> from lmgcav import Model
    >>> moments = eliminated_moments(Model(N=1, chi=0, Omega=0), ts=[0, 1], start=(0, 0, 1))
    >>> moments.mean[:, 2].round(3)  # exp(-Γt) - 1/2
    array([ 0.5  , -0.132])
    """
    import qutip

    arguments.instance("model", Model, model)
    ts = arguments.times(ts)
    size = (1000 + 70 * ts.size) * (model.N + 1) ** 2  # of the solver and of all states
    arguments.fits_in_memory(f"The dynamics of {model.N} atoms", size)
    rho = coherent_state(model.N, start)
    Jx, Jp, Jm = (qutip.jmat(model.N / 2, which) for which in "x+-")
    unit, chi, Omega, Gamma = _scaled(model.chi, model.Omega, model.Gamma)
    H = chi * Jp @ Jm + Omega * Jx
    (spin,) = evolution(H, np.sqrt(Gamma) * Jm, rho, unit * ts, [qutip.Qobj.full])
    return spin_moments(spin)


def photon_cutoff(N, g, kappa, duration):
    """Photon number that an empty cavity under Eq. (1) hardly ever reaches.

    As ‖J⁻‖ ≤ (N+1)/2, the factorial moments s_k² = <a†ᵏaᵏ> obey
    ds_k/dt ≤ k [(N+1)|g| s_{k-1} - κ s_k] / 2. So s_k ≤ s_1ᵏ, where s_1 is at most (N+1)|g|/κ and
    (N+1)|g|t/2, and the probability of n photons is at most s_1²ⁿ/n!.
    """
    s_1 = (N + 1) * abs(g) * min(1 / kappa, duration / 2)
    s_1 = min(s_1, 100.0)  # no memory holds so many photons
    n = max(int(s_1**2), 1)
    while xlogy(2 * n, s_1) - gammaln(n + 1) > np.log(NEGLIGIBLE):
        n += 1
    return n


def _hamiltonian_and_jump(N, g, kappa, Delta, Omega, photons):
    """Operators of Eq. (1) with the drive Ω J_x, for at most so many photons."""
    import qutip

    spin_one, mode_one = qutip.qeye(N + 1), qutip.qeye(photons + 1)
    a = qutip.tensor(spin_one, qutip.destroy(photons + 1))
    Jx, Jp = (qutip.tensor(qutip.jmat(N / 2, which), mode_one) for which in "x+")
    exchange = g * a @ Jp
    H = exchange + exchange.dag() - Delta * a.dag() @ a + Omega * Jx
    return H, np.sqrt(kappa) * a


def atom_cavity_moments(
    N: int,
    g: float,
    kappa: float,
    Delta: float,
    Omega: float,
    ts: ArrayLike,
    *,
    start: ArrayLike = SOUTH_POLE,
) -> Moments:
    """Moments of the spin under Eq. (1) with the drive Ω J_x, the cavity empty at time 0.

    Parameters
    ----------
    N : int
        Number of atoms, a few.
    g, kappa, Delta, Omega : float
        Coupling, linewidth κ > 0 and detuning of the cavity, and Rabi frequency of the drive.
    ts : array_like, shape (n,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.

    Returns
    -------
    Moments
        With leading axis n.

    Raises
    ------
    ValueError
        If an argument is out of range.
    MemoryError
        If so many atoms and photons would not fit in memory.
    RuntimeError
        If the highest photon number that was kept turns out to be populated.

    Examples
    --------
    >>> moments = atom_cavity_moments(1, 1, 20, 0, 0, ts=[0, 5], start=(0, 0, 1))
    >>> moments.mean[:, 2].round(3)  # Γ = 0.2, one lifetime: close to 1/e - 1/2 = -0.132
    array([ 0.5  , -0.128])
    """
    import qutip

    N = arguments.positive_integer("N", N)
    g, Delta = arguments.finite("g", g), arguments.finite("Delta", Delta)
    kappa, Omega = arguments.positive("kappa", kappa), arguments.finite("Omega", Omega)
    unit, g, kappa, Delta, Omega = _scaled(g, kappa, Delta, Omega)
    ts = unit * arguments.times(ts)
    photons = photon_cutoff(N, g, kappa, ts[-1])
    dimension = (N + 1) * (photons + 1)
    size = 1000 * dimension**2 + 70 * ts.size * ((N + 1) ** 2 + photons)
    arguments.fits_in_memory(f"{N} atoms with {photons} photons", size)

    H, jump = _hamiltonian_and_jump(N, g, kappa, Delta, Omega, photons)
    rho = qutip.tensor(coherent_state(N, start), qutip.fock_dm(photons + 1, 0))
    spin, light = evolution(
        H,
        jump,
        rho,
        ts,
        [lambda rho: rho.ptrace(0).full(), lambda rho: rho.ptrace(1).diag()],
    )
    reached = light[:, -1].max()
    if reached > NEGLIGIBLE:
        raise RuntimeError(
            f"Photon number {photons}, where we cut, is reached with probability {reached:.1e}"
        )
    return spin_moments(spin)


def atom_cavity_steady_moments(
    N: int, g: float, kappa: float, Delta: float, Omega: float
) -> Moments:
    """Moments of the spin in the steady state of Eq. (1) with the drive Ω J_x.

    Parameters
    ----------
    N : int
        Number of atoms, at most about six.
    g, kappa, Delta, Omega : float
        As in `atom_cavity_moments`.

    Returns
    -------
    Moments
        Photons are added until the highest number is there with a probability below 1e-8.

    Raises
    ------
    ValueError
        If an argument is out of range.
    MemoryError
        If so many atoms and photons would not fit in memory.
    ArithmeticError
        If the atoms or the light decay so slowly beside the largest rate that rounding decides.

    Examples
    --------
    >>> moments = atom_cavity_steady_moments(1, 1, 20, 0, 0.1)
    >>> moments.mean.round(3)  # Γ = 0.2 = 2Ω: <J_y> = ΓΩ/(Γ² + 2Ω²) = 1/3 = -<J_z>
    array([ 0.   ,  0.334, -0.333])
    """
    N = arguments.positive_integer("N", N)
    g, Delta = arguments.finite("g", g), arguments.finite("Delta", Delta)
    kappa, Omega = arguments.positive("kappa", kappa), arguments.finite("Omega", Omega)
    _, g, kappa, Delta, Omega = _scaled(g, kappa, Delta, Omega)
    slowest = min(kappa, cavity_rates(g, kappa, Delta)[1])
    if slowest < SLOWEST:
        raise ArithmeticError(
            f"The steady state was not solved: its decay is {slowest:.1g} of the largest rate, "
            f"and rounding leaves no digits below {SLOWEST:g}"
        )
    photons, reached = 2, 1.0
    while reached > NEGLIGIBLE:
        photons += 3
        work = f"The steady state of {N} atoms with {photons} photons"
        cube = ((N + 1) * (photons + 1)) ** 3  # the factorisation fills in
        arguments.fits_in_memory(work, 120 * cube)
        H, jump = _hamiltonian_and_jump(N, g, kappa, Delta, Omega, photons)
        rho = _steady_state(H, jump)
        reached = rho.ptrace(1).diag()[-1]
    return spin_moments(rho.ptrace(0).full())


def _steady_state(H, jump):
    """Density matrix that stands still.

    While QuTiP's own function solves, each warning is an error in all threads, that of the output
    included, which then loses lines.
    """
    import qutip

    L = qutip.liouvillian(H, [jump]).data.as_scipy()
    levels = H.shape[0]
    diagonal = (levels + 1) * np.arange(levels)
    trace = csc_array((np.ones(levels), (0 * diagonal, diagonal)), L.shape)  # in row 0
    one = np.eye(1, L.shape[0], dtype=complex)[0]
    rho = splu((L + trace).tocsc()).solve(one)  # its trace is 1, because that of Lρ vanishes
    return qutip.Qobj(rho.reshape(H.shape, order="F"), dims=H.dims)


def elimination_error(
    model: Model, ratios: ArrayLike, ts: ArrayLike, *, start: ArrayLike = SOUTH_POLE
) -> np.ndarray:
    """Largest distance of the Bloch vectors under Eq. (1), with Ω J_x, and Eq. (4).

    Falls as (g/κ)² at fixed χ, Γ and Ω.

    Parameters
    ----------
    model : Model
        N, χ, Γ and Ω, which stay fixed; N of a few.
    ratios : array_like, shape (r,)
        Values of κ/g.
    ts : array_like, shape (n,)
        Sorted times over which the largest distance is taken.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.

    Returns
    -------
    numpy.ndarray, shape (r,)
        Distance in units of N/2.

    Examples
    --------
    >>> from lmgcav import Model
    >>> model = Model.from_ratios(N=2, drive=1)
    >>> error = elimination_error(model, [20, 40], ts=[0, 0.5, 1, 2])
    >>> round(float(error[0] / error[1]), 1)
    4.0
    """
    reference = eliminated_moments(model, ts, start=start).bloch
    errors = []
    for ratio in arguments.axis("ratios", ratios):
        couplings = cavity_parameters(model, ratio)
        moments = atom_cavity_moments(model.N, *couplings, model.Omega, ts, start=start)
        errors.append(np.linalg.norm(moments.bloch - reference, axis=-1).max())
    return np.array(errors)
