r"""Single runs of Eq. (4): what one detector sees, and the spin given what it has seen.

The N + 1 amplitudes of a pure state are enough. While nothing is seen they follow

.. math:: \dot\psi = -iH_\mathrm{eff}\,\psi, \qquad
          H_\mathrm{eff} = (\chi - i\Gamma/2)\,J^+J^- + \Omega J_x ,

and ‖ψ‖² falls as the probability that nothing is seen. **Counting:** a photon arrives when ‖ψ‖² has
fallen to a random number between 0 and 1, and turns ψ into J⁻ψ. **Homodyne detection:** beside a
strong local oscillator of phase θ the light makes the current

.. math:: dy = \sqrt\Gamma\,\langle J^- e^{-i\theta} + J^+ e^{i\theta}\rangle\,dt + dW,

and ψ is multiplied by 1 + c dy + c²(dy² - dt)/2, c = √Γ e^{-iθ} J⁻, in each step dt. The average
over all that a detector may see is Eq. (4).

References
----------
Dalibard, Castin and Mølmer, doi:10.1103/PhysRevLett.68.580; Wiseman and Milburn,
doi:10.1103/PhysRevA.47.642; Rouchon and Ralph, doi:10.1103/PhysRevA.91.012118.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from . import arguments
from .husimi import amplitudes
from .model import SOUTH_POLE, Model, bloch_vector
from .moments import Moments, moments_from_ladder

LEVELS = 16  # a photon's time is found to within 2^-16 of the shortest time between two
FINENESS = 25  # homodyne steps in that time
LARGEST_TURN = 1e8  # of a phase in a step, which rounding leaves half of its digits


@dataclass(frozen=True)
class Record:
    """What a detector saw in one run, and the spin given that.

    Attributes
    ----------
    ts : numpy.ndarray, shape (T,)
        Times, in the inverse unit of the rates.
    moments : Moments
        Of the spin at these times, given all that was seen before.
    seen : numpy.ndarray
        Times at which photons arrived; or, of homodyne detection, the integral y of the current
        from time 0 until each of ``ts``, in units of 1/√rate.
    state : numpy.ndarray, complex, shape (N+1,)
        Amplitudes at the last time in the Dicke basis, row 0 is m = +N/2; a ``start`` to go on
        from.
    """

    ts: np.ndarray
    moments: Moments
    seen: np.ndarray
    state: np.ndarray


def counting_record(
    model: Model, ts: ArrayLike, start: ArrayLike = SOUTH_POLE, *, seed: int = 0
) -> Record:
    """One run of Eq. (4) before a detector that counts every photon.

    Parameters
    ----------
    model : Model
        N up to some hundreds.
    ts : array_like, shape (T,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, default SOUTH_POLE
        Bloch vector of the coherent state at time 0; or the N + 1 amplitudes of a pure state, an
        array of complex numbers.
    seed : int or numpy.random.Generator, default 0
        Of the random numbers.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError
        If the states would not fit in memory.

    Notes
    -----
    Times, of photons as well, are multiples of 2^-16 of 4/(Γ(N+1)²), the shortest mean time between
    two photons; to that resolution the probabilities are exact. A photon takes about 20 products
    with a matrix of (N+1)² entries.

    Examples
    --------
    >>> run = counting_record(Model(N=1, chi=0, Omega=0), [0, 9], start=[0, 0, 1])
    >>> run.seen.size, run.moments.mean[:, 2]  # the excited atom emits one photon
    (1, array([ 0.5, -0.5]))
    """
    rate = _fastest(model)
    ts, psi, random = _checked(model, ts, start, seed, rate, LEVELS + 1)
    tick, lowering = 2.0**-LEVELS / rate, _lowering(model.N)
    steps = _propagators(model, tick, LEVELS)
    stops, now, rows, seen = np.rint(ts / tick).astype(np.int64).tolist(), 0, [], []
    left, highest = 1 - random.random(), LEVELS
    while True:
        while len(rows) < ts.size and stops[len(rows)] <= now:
            rows.append(psi / np.linalg.norm(psi))
        if len(rows) == ts.size:
            return Record(ts, _moments(np.array(rows)), tick * np.array(seen, float), rows[-1])
        level = min(highest, (stops[len(rows)] - now).bit_length() - 1)
        trial = steps[level] @ psi
        if np.vdot(trial, trial).real > left:
            psi, now = trial, now + 2**level
            if level == highest < LEVELS:  # the photon comes within the other half
                highest = max(highest - 1, 0)
        elif level:
            highest = level - 1
        else:
            psi, now, highest = lowering * np.roll(trial, 1), now + 1, LEVELS
            psi, left = psi / np.linalg.norm(psi), 1 - random.random()
            seen.append(now)


def homodyne_record(
    model: Model, ts: ArrayLike, start: ArrayLike = SOUTH_POLE, *, phase: float = 0.0, seed: int = 0
) -> Record:
    """One run of Eq. (4) whose light is detected beside a strong local oscillator.

    Parameters
    ----------
    model : Model
        N up to some hundreds.
    ts : array_like, shape (T,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start, seed
        As in `counting_record`.
    phase : float, default 0
        θ of the local oscillator, radians: the current follows Re⟨J⁻e^{-iθ}⟩.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If an argument is out of its range.
    MemoryError
        If the states would not fit in memory.

    Notes
    -----
    In steps of about 4/(25 Γ(N+1)²), to which ``ts`` are rounded. The spin given the current is off
    in proportion to the step.

    Examples
    --------
    >>> run = homodyne_record(Model.from_ratios(N=10, drive=0.5), [0, 4], phase=-np.pi / 2)
    >>> bool(abs(run.seen[1] / 4 - 5) < 2)  # in the steady state 2√Γ|α| = 5; the noise has 1/2
    True
    """
    phase = arguments.finite("phase", phase)
    rate = FINENESS * _fastest(model)
    ts, psi, random = _checked(model, ts, start, seed, rate, 1)
    step = ts[-1] / max(np.ceil(ts[-1] * rate), 1) or 1 / rate
    still, lowering = _propagators(model, step, 0)[0], _lowering(model.N)
    lowering = np.sqrt(model.Gamma) * np.exp(-1j * phase) * lowering
    stops, now, y, rows, seen = np.rint(ts / step).astype(np.int64), 0, 0.0, [], []
    for stop in stops:
        for noise in np.sqrt(step) * random.normal(size=stop - now):
            once = lowering * np.roll(psi, 1)
            dy = 2 * np.vdot(psi, once).real * step + noise
            twice = lowering * np.roll(once, 1)
            psi = still @ (psi + dy * once + (dy**2 - step) / 2 * twice)
            psi /= np.linalg.norm(psi)
            y += dy
        now = stop
        rows.append(psi)
        seen.append(y)
    return Record(ts, _moments(np.array(rows)), np.array(seen), psi)


def _fastest(model):
    """Rate Γ(N+1)²/4, beyond which no state emits."""
    return arguments.instance("model", Model, model).Gamma * (model.N + 1) ** 2 / 4


def _checked(model, ts, start, seed, rate, matrices):
    """Return ``ts``, the amplitudes of the start, and the generator of random numbers."""
    ts, size = arguments.times(ts), (model.N + 1) ** 2
    what = f"A run of N = {model.N} atoms"
    arguments.fits_in_memory(what, 16 * (2 * matrices * size + 8 * ts.size * (model.N + 4)))
    arguments.in_few_steps("ts[-1]", ts[-1], rate, matrices * size / 300)
    if arguments.as_array(start).dtype.kind == "c":
        psi = arguments.finite_complex("start", start)
        if psi.shape != (model.N + 1,) or abs(np.linalg.norm(psi) - 1) > 1e-9:
            arguments.refuse("start", f"{model.N + 1} amplitudes of norm 1", start)
    else:
        psi = _coherent(model.N, bloch_vector(start))
    try:
        return ts, psi + 0j, np.random.default_rng(seed)
    except (TypeError, ValueError):
        arguments.refuse("seed", "a seed for numpy.random.default_rng", seed)


def _coherent(N, s):
    """Amplitudes of the coherent state with the Bloch vector s."""
    first, d = amplitudes(N, np.arctan2(np.hypot(s[0], s[1]), s[2]))
    psi = np.zeros(N + 1, complex)
    psi[first : first + d.size] = d
    return psi * np.exp(1j * np.arctan2(s[1], s[0]) * np.arange(N + 1))


def _lowering(N):
    """Elements of J⁻, each in the row that it leads to: J⁻ψ is this times ψ moved by one."""
    n = np.arange(N + 1)
    return np.sqrt(n * (N + 1.0 - n))


def _propagators(model, step, levels):
    """Matrices exp(-i H_eff t) for t = step, 2 step, … 2^levels step."""
    lowering = _lowering(model.N)[1:]
    H = np.diag(model.Omega / 2 * lowering, 1) + np.diag(model.Omega / 2 * lowering, -1) + 0j
    H[np.diag_indices(model.N)] = (model.chi - 0.5j * model.Gamma) * lowering**2
    if 2.0**levels * step * abs(H).sum(0).max() > LARGEST_TURN:
        arguments.refuse("model", f"one that turns at most {LARGEST_TURN:g} in a step", model)
    found = [expm(-1j * step * H)]
    for _ in range(levels):
        found.append(found[-1] @ found[-1])
    return found


def _moments(psi):
    """Moments of pure states with the amplitudes psi, shape (..., N+1)."""
    N = psi.shape[-1] - 1
    m, ladder = N / 2 - np.arange(N + 1), _lowering(N)
    lowered = ladder * np.roll(psi, 1, -1)
    raised = np.roll(ladder * psi, -1, -1)
    populations, bra = abs(psi) ** 2, psi.conj()
    return moments_from_ladder(
        N,
        Jz=populations @ m,
        Jm=(bra * lowered).sum(-1),
        JpJm=(abs(lowered) ** 2).sum(-1),
        JzJm=(bra * lowered) @ m,
        Jm2=(raised.conj() * lowered).sum(-1),
        Jz2=populations @ m**2,
    )
