r"""Light scattering and atom loss: Eq. (4) with what happens to single atoms, Sec. VI.

Each atom decays at the rate γ, loses its phase at the rate γ_φ, and leaves at the rate γ_l, where
a lost atom is one in a third state, which neither light nor the other atoms see:

.. math:: \dot\rho = \mathcal L\rho + \sum_j \left(\gamma\,\mathcal D[\sigma^-_j]
          + \tfrac{\gamma_\varphi}2\,\mathcal D[\sigma^z_j]
          + \gamma_l\,\mathcal D[|l\rangle\langle\uparrow|_j]
          + \gamma_l\,\mathcal D[|l\rangle\langle\downarrow|_j]\right)\rho, \qquad
          \mathcal D[L]\rho = L\rho L^\dagger - \tfrac12\{L^\dagger L, \rho\} .

**Exact.** The total spin is no longer conserved, but all atoms stay alike. So the state is given by
the mean values of the products of σ_x on n_x atoms, σ_y on n_y, σ_z on n_z and the projector on
l on n_l others: of order N³ numbers, N⁴ with loss. A product A changes as

.. math:: \mathcal L^\dagger A = i\Omega\,[J_x, A]
          + \left(\tfrac\Gamma2 + i\chi\right)[J^+, A]\,J^- + \text{h.c. of the last},

which takes nothing but the commutator with σ⁺ and the product with σ⁻ of one atom, summed over
the atoms.

**Sampled.** For large N the light is a random classical field: the Bloch vector s of the atoms that
are left, per atom at the start, precesses about

.. math:: B_x + iB_y = \Omega + N\left(\chi + \tfrac{i\Gamma}2\right)s_+ + \sqrt\Gamma\,\zeta(t),
          \qquad B_z = \chi,

with white noise ζ whose two parts have the variance dt in a time dt (Stratonovich), and starts with
the quantum variance 1/N of its two transverse components: the truncated Wigner approximation. Its
first moments obey Eq. (14). Single atoms add damping, and the noise that keeps σ_a² = 1 for each
atom that is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from . import arguments
from .mean_field import EQUATIONS, flow, solution
from .model import SOUTH_POLE, Model, bloch_vector
from .moments import Moments

UP, DOWN, LOST = np.eye(3)
RAISING = np.outer(UP, DOWN)
FACTORS = (  # of the products, in this order
    np.eye(3),
    RAISING + RAISING.T,
    1j * (RAISING.T - RAISING),
    np.diag(UP - DOWN),
    np.diag(LOST),
)
STEPS = 40  # of a sampled path in the time of its fastest turn


@dataclass(frozen=True, kw_only=True)
class Scattering:
    """Rates at which single atoms are disturbed, in the unit of the `Model`; all zero at first.

    Parameters
    ----------
    decay : float
        Rate γ at which an excited atom decays by itself.
    dephasing : float
        Rate γ_φ at which the coherence of an atom decays, beside the γ/2 of its decay.
    loss : float
        Rate γ_l at which an atom leaves: the number of atoms falls as exp(-γ_l t).

    Raises
    ------
    ValueError
        If a rate is negative or not finite.
    """

    decay: float = 0.0
    dephasing: float = 0.0
    loss: float = 0.0

    def __post_init__(self):
        for name in ("decay", "dephasing", "loss"):
            rate = arguments.finite(name, getattr(self, name))
            if rate < 0:
                arguments.refuse(name, "at least 0", rate)
            object.__setattr__(self, name, rate)


def scattered_moments(
    model: Model, scattering: Scattering, ts: ArrayLike, start: ArrayLike = SOUTH_POLE
) -> Moments:
    """Moments of the spin under Eq. (4) with disturbed single atoms, without approximation.

    Parameters
    ----------
    model : Model
        N up to about 40, up to about 25 with loss.
    scattering : Scattering
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.

    Returns
    -------
    Moments
        With leading axis t. N is the number of atoms at the start.

    Raises
    ------
    ValueError
        If an argument is out of range.
    MemoryError
        If so many products would not fit in memory.

    Examples
    --------
    >>> from lmgcav import Model
    >>> alone = Model(N=1, chi=0, Omega=0)
    >>> moments = scattered_moments(alone, Scattering(decay=2), [0, 1], start=(0, 0, 1))
    >>> moments.mean[:, 2].round(4)  # exp(-3) - 1/2: Γ and γ are added
    array([ 0.5   , -0.4502])
    """
    ts, start, fastest = checked(model, scattering, ts, start)
    n = products(model, scattering, ts.size)
    arguments.in_few_steps("ts[-1]", ts[-1], model.N * fastest, len(n))
    matrix = product_generator(model, scattering)
    first = np.prod(np.array([1, *start, 0])[: n.shape[1]] ** n, axis=1)
    limits = {"rtol": 1e-7, "atol": 1e-9}
    means = solution("moments", lambda t, x: matrix @ x, first, ts, **limits)
    return moments_of_products(n, means)


def checked(model, scattering, ts, start):
    """Return ``ts`` and ``start`` as arrays and the largest rate, or refuse them."""
    arguments.instance("model", Model, model)
    arguments.instance("scattering", Scattering, scattering)
    ts, start = arguments.times(ts), bloch_vector(start)
    alone = scattering.decay + scattering.dephasing + scattering.loss
    return ts, start, max(abs(model.Omega), model.Omega_c) + alone


def products(model, scattering, times=1):
    """Numbers of factors 1, σ_x, σ_y, σ_z (and |l><l| with loss) in each product, a row each."""
    N, modes = model.N, 5 if scattering.loss else 4
    size = 400 * (N + 1) ** (modes - 1) + 20 * math.comb(N + modes - 1, modes - 1) * times
    arguments.fits_in_memory(f"All products of {N} atoms", size)
    counts = np.indices((N + 1,) * (modes - 1)).reshape(modes - 1, -1).T
    counts = counts[counts.sum(1) <= N]
    return np.column_stack([N - counts.sum(1), counts])


def coefficients(operator):
    """Write an operator of one atom in terms of `FACTORS`, complex, shape (5,)."""
    (uu, ud), (du, dd) = operator[:2, :2]
    one = (uu + dd) / 2
    return np.array([one, (ud + du) / 2, 1j * (ud - du) / 2, (uu - dd) / 2, operator[2, 2] - one])


def table(change):
    """Matrix of a linear map of the operators of one atom: change(σ_a) = Σ_b table[a, b] σ_b."""
    return np.array([coefficients(change(factor.astype(complex))) for factor in FACTORS])


def dissipation(jump):
    """Table of the rate of change of the operators of one atom that ``jump`` causes."""
    number = jump.T @ jump
    return table(lambda A: jump.T @ A @ jump - (number @ A + A @ number) / 2).real


def single_atom_table(model, scattering):
    """Table of the rate of change of the operators of one atom by drive and disturbances."""
    Jx = (RAISING + RAISING.T) / 2
    return (
        model.Omega * table(lambda A: 1j * (Jx @ A - A @ Jx)).real
        + scattering.decay * dissipation(RAISING.T)
        + scattering.dephasing / 2 * dissipation(np.diag(UP - DOWN))
        + scattering.loss * dissipation(np.outer(LOST, UP))
        + scattering.loss * dissipation(np.outer(LOST, DOWN))
    )


def summed(one_atom, n):
    """Matrix, on the mean values of the products n, of a map of one atom summed over the atoms."""
    position = np.zeros((n[0].sum() + 1,) * (n.shape[1] - 1), int)
    position[tuple(n.T[1:])] = np.arange(len(n))
    rows, columns, values = [], [], []
    for old, new in zip(*np.nonzero(one_atom[: n.shape[1], : n.shape[1]]), strict=True):
        row = np.flatnonzero(n[:, old])
        changed = n[row]
        changed[:, old] -= 1
        changed[:, new] += 1
        rows.append(row)
        columns.append(position[tuple(changed.T[1:])])
        values.append(n[row, old] * one_atom[old, new])
    shape = len(n), len(n)
    if not rows:
        return csr_array(shape)
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_array(entries, shape=shape)


def product_generator(model: Model, scattering: Scattering) -> csr_array:
    """Matrix of the linear equations that `scattered_moments` solves.

    Its eigenvalues are those of Eq. (4) with disturbed single atoms, on what N equal atoms share.

    Parameters
    ----------
    model : Model
    scattering : Scattering

    Returns
    -------
    scipy.sparse.csr_array
        Of the rate of change of the mean values of all symmetrised products of operators of
        single atoms, (N+1)(N+2)(N+3)/6 without loss.

    Examples
    --------
    >>> from lmgcav import Model
    >>> alone = Model(N=1, chi=0, Omega=0)
    >>> product_generator(alone, Scattering(decay=2)).diagonal()  # of 1, σ_z, σ_y, σ_x
    array([ 0. , -3. , -1.5, -1.5])
    """
    arguments.instance("model", Model, model)
    n = products(model, arguments.instance("scattering", Scattering, scattering))
    commutator = table(lambda A: RAISING @ A - A @ RAISING)  # with σ⁺
    emission = summed(commutator, n) @ summed(table(lambda A: A @ RAISING.T), n)
    collective = ((model.Gamma + 2j * model.chi) * emission).real.copy()
    return collective + summed(single_atom_table(model, scattering), n)


def moments_of_products(n, x):
    """Moments of the spin from the mean values x of the products n, shape (..., size)."""
    N, modes = n[0].sum().item(), n.shape[1]
    others = n[:, 1:]

    def value(*factors):
        counts = np.bincount(factors, minlength=modes)[1:]
        return x[..., np.flatnonzero((others == counts).all(1))[0]]

    mean = np.stack([value(a) for a in (1, 2, 3)], axis=-1) * N / 2
    present = 1 - value(4) if modes == 5 else np.ones(x.shape[:-1])
    second = N / 4 * present[..., None, None] * np.eye(3)
    if N > 1:
        pairs = [[value(a, b) for b in (1, 2, 3)] for a in (1, 2, 3)]
        second = second + N * (N - 1) / 4 * np.moveaxis(np.array(pairs), (0, 1), (-2, -1))
    return Moments(N, mean, second)


def sampled_moments(
    model: Model,
    scattering: Scattering,
    ts: ArrayLike,
    start: ArrayLike = SOUTH_POLE,
    *,
    samples: int = 2000,
    seed: int = 0,
) -> Moments:
    """Moments of the spin as averages over random classical paths, for large N.

    Parameters
    ----------
    model : Model
    scattering : Scattering
    ts, start
        As in `scattered_moments`.
    samples : int, default 2000
        Number of paths; the means have statistical errors of up to 1/√samples.
    seed : int, default 0
        Of the random numbers.

    Returns
    -------
    Moments
        With leading axis t. Beyond the statistical error, off by a fraction of order 1/N.

    Notes
    -----
    A turn of the spin takes 40 steps, so the work grows as N times the last of the times.

    Examples
    --------
    >>> from lmgcav import Model
    >>> point_D = Model.from_ratios(N=100, drive=2.09, twist=1.875)
    >>> moments = sampled_moments(point_D, Scattering(), [0, 0.2])  # exact: -1 and -0.02
    >>> bool((abs(moments.bloch[:, 2] - [-1, -0.02]) < 0.05).all())
    True
    """
    ts, start, fastest = checked(model, scattering, ts, start)
    samples = arguments.positive_integer("samples", samples)
    arguments.fits_in_memory(f"An average over {samples} paths", 400 * samples)
    arguments.in_few_steps("ts[-1]", ts[-1], STEPS * fastest, samples)
    try:
        random = np.random.default_rng(seed)
    except (TypeError, ValueError):
        arguments.refuse("seed", "a seed for numpy.random.default_rng", seed)
    spread = random.normal(size=(3, samples)) / np.sqrt(model.N)
    spread -= np.outer(start, start @ spread)
    paths = classical_paths(model, scattering, ts, start[:, None] + spread, random)
    mean, second = zip(*((s.mean(1), s @ s.T / samples) for s in paths), strict=True)
    half = model.N / 2
    return Moments(model.N, half * np.array(mean), half**2 * np.array(second))


def scattered_mean_field(
    model: Model, scattering: Scattering, ts: ArrayLike, start: ArrayLike = SOUTH_POLE
) -> np.ndarray:
    """Mean-field Bloch vector with disturbed single atoms: Eq. (15) and the damping of each atom.

    Parameters
    ----------
    model, scattering, ts, start
        As in `scattered_moments`, with any N.

    Returns
    -------
    numpy.ndarray, shape (t, 3)
        Spin of the atoms that are left, in units of N/2 of the start.
    """
    ts, start, fastest = checked(model, scattering, ts, start)
    arguments.in_few_steps("ts[-1]", ts[-1], fastest)
    decay, loss = scattering.decay, scattering.loss
    transverse = decay / 2 + scattering.dephasing + loss
    rates, relaxed = np.array([transverse, transverse, decay + loss]), np.array([0, 0, decay])

    def velocity(t, s):
        return flow(model, s) - rates * s - relaxed * np.exp(-loss * t)

    return solution(EQUATIONS, velocity, start, ts, rtol=1e-10, atol=1e-12)


def classical_paths(model, scattering, ts, s, random):
    """Yield the Bloch vectors of paths that start at s, shape (3, samples), at the times ``ts``."""
    plus, z = s[0] + 1j * s[1], s[2]  # s_x + i s_y is quicker to turn than its parts
    t, speed = 0.0, model.N * np.hypot(model.chi, model.Gamma / 2) + abs(model.Omega)
    for end in arguments.times(ts):
        steps = int(np.ceil((end - t) * speed * STEPS / (2 * np.pi)))
        h = float(end - t) / max(steps, 1)
        for _ in range(steps):
            noise_x, noise_y = math.sqrt(model.Gamma * h) * random.normal(size=(2, z.size))
            noise = noise_x + 1j * noise_y
            plus, z = damped(scattering, t, h / 2, plus, z)
            middle, _ = turned(plus, z, h / 2 * field(model, plus) + noise / 2, model.chi * h / 2)
            plus, z = turned(plus, z, h * field(model, middle) + noise, model.chi * h)
            plus, z = damped(scattering, t + h / 2, h / 2, plus, z)
            t += h
            plus, z = jolted(scattering, t, h / model.N, plus, z, random)
        t = end
        yield np.array([plus.real, plus.imag, z])


def field(model, plus):
    """Component B_x + iB_y of the field that the spins s_x + i s_y feel, without noise."""
    return model.Omega + model.N * (model.chi + 0.5j * model.Gamma) * plus


def turned(plus, z, transverse, along):
    """Bloch vectors after a turn by the vector ω = (transverse, along), of unchanged length.

    Cayley's form of a turn: [(1 - ω²/4) s + ω × s + ω (ω·s)/2] / (1 + ω²/4).
    """
    product = transverse.conj() * plus
    dot = product.real + along * z
    quarter = (transverse.real**2 + transverse.imag**2 + along**2) / 4
    keeps, scale = 1 - quarter, 1 / (1 + quarter)
    plus = (keeps + 1j * along) * plus + transverse * (dot / 2 - 1j * z)
    return plus * scale, (keeps * z + along / 2 * dot + product.imag) * scale


def damped(scattering, t, h, plus, z):
    """Bloch vectors at time t after the disturbances of single atoms during h."""
    left = math.exp(-scattering.loss * h)
    fallen = math.exp(-scattering.loss * t) * -math.expm1(-scattering.decay * h)
    coherent = math.exp(-(scattering.decay / 2 + scattering.dephasing) * h)
    return left * coherent * plus, left * math.exp(-scattering.decay * h) * z - left * fallen


def jolted(scattering, t, h, plus, z, random):
    """Means of the atoms' Bloch vectors at time t after the noise of each during N times h.

    Its covariance is what damping takes from Σ_j σ_a σ_b of the atoms by themselves:
    (γ + 2γ_φ + γ_l) p for xx and yy, (2γ + γ_l) p + 2γ s_z for zz, γ s_x for xz and γ s_y for yz,
    where p = exp(-γ_l t) is the share of atoms left.
    """
    decay, left = scattering.decay, math.exp(-scattering.loss * t)
    transverse = (decay + 2 * scattering.dephasing + scattering.loss) * left
    if transverse == 0:
        return plus, z
    x, y, own = math.sqrt(h) * random.normal(size=(3, z.size))
    lean = decay / math.sqrt(transverse) * plus
    rest = (2 * decay + scattering.loss) * left + 2 * decay * z - lean.real**2 - lean.imag**2
    along = lean.real * x + lean.imag * y + np.sqrt(np.maximum(rest, 0)) * own
    return plus + math.sqrt(transverse) * (x + 1j * y), z + along
