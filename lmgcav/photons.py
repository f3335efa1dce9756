r"""Mean field with the light kept: Eq. (1) with the drive Ω J_x, for many atoms.

With time in units of 2/(NΓ), drive d = 2Ω/(NΓ) and twist w = 2χ/Γ as in `mean_field`, and the light
as f = 4g<a>/(NΓ), so that W = d + f is the Rabi frequency that the atoms feel, Eq. (1) becomes

.. math::
   \dot s_- = iW s_z, \qquad \dot s_z = \operatorname{Im}(W s_+), \qquad
   \dot f = -k\,[(1 - iw)\,f + i(1 + w^2)\,s_-] .

Only k = κ/(NΓ) is new. It is r²(1 + w²)/4 with r = κ/(√N g). As k grows, f = -i(1 + iw) s_- at
all times, which is Eq. (15). The spin stays on the unit sphere.

**At rest** f has this value for every k, so the fixed points are those of Eq. (15), and Ω_c with
them. Their eigenvalues are not. At SS_1 and SS_1*, where W = 0, they and their conjugates solve
λ² + k(1 - iw)λ - k(1 + w²)s_z = 0: SS_1 is a sink for every k. At SS_2 and SS_3, where W s_+ = A
is real, A = w + d s_x, they solve

.. math:: \lambda^4 + 2k\lambda^3 + (K + A^2)\lambda^2 + 2kA^2\lambda + KA(A - w) = 0,
          \qquad K = k^2(1 + w^2) .

By Routh and Hurwitz all of them decay if and only if A w > 0 and A(A - w) > 0, for every k. This
is so at SS_3 and never at SS_2.

**To first order in 1/k** the light lags behind by W = W_0 [1 - (s_z/k) (1 + iw)/(1 - iw)], where
W_0 is without lag. The invariant of the spirals of `mean_field` then grows,

.. math:: \frac{d}{dt}\,[\arg(s_+ - a) + w\ln|s_+ - a|] = \frac{2w}{k}\,s_z^2 ,

and is largest at SS_3. Without exchange nothing grows: the spin stays on its circle to all orders,
and its angle θ there, measured for the south pole from it, is a damped and driven pendulum,

.. math:: \frac1k\,\ddot\theta + \dot\theta + \sin\theta = d .

**For a fast rotation** about x, Ω well above Ω_c, the mode takes up one sideband more than the
other: transitions up and down the ladder of J_x happen at the rates Γ/4 times
K/[k² + (d ∓ kw)²]. So s_x = tanh(νt) in mean field, and the steady state has the weights
(ratio of both rates)^m for J_x = m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad

from . import arguments
from .basins import critical_drive
from .mean_field import EQUATIONS, FixedPoint, fixed_points, potential, solution
from .model import SOUTH_POLE, Model, bloch_vector

MOST_STEPS = 10**6
FASTEST = 1e20  # κ/(NΓ), and the smallest inverse of it; its powers stay far from overflow


def linewidth(model: Model, ratio: float) -> float:
    """Linewidth κ of the cavity with a given r = κ/(√N g) that Eq. (3) turns into ``model``.

    Parameters
    ----------
    model : Model
    ratio : float
        r = κ/(√N g) > 0.

    Returns
    -------
    float
        κ = NΓ(1 + w²)r²/4 with w = 2χ/Γ, in the unit of the model's rates.

    Examples
    --------
    >>> linewidth(Model.from_ratios(N=400, drive=1, twist=1), ratio=4)
    3200.0
    """
    arguments.instance("model", Model, model)
    return model.N * model.Gamma * _speed(model.twist, arguments.positive("ratio", ratio))


def _speed(twist, ratio):
    """Return k = κ/(NΓ)."""
    return (1 + twist**2) * ratio**2 / 4


def _ratios(model, kappa):
    """Drive, twist and speed k = κ/(NΓ)."""
    arguments.instance("model", Model, model)
    speed = arguments.positive("kappa", kappa) / (model.N * model.Gamma)
    if not 1 / FASTEST <= speed <= FASTEST:
        arguments.refuse("kappa", f"within a factor {FASTEST:g} of NΓ", kappa)
    return model.drive, model.twist, speed


def _velocity(drive, damping, coupling, s_minus, s_z, light):
    """Time derivatives of s_-, s_z and f, in units of NΓ/2, with `_rates_of_light`."""
    felt = drive + light
    return (
        1j * felt * s_z,
        (felt * s_minus.conjugate()).imag,
        -damping * light - coupling * s_minus,
    )


def _rates_of_light(twist, speed):
    """Rates at which f decays and turns, and at which the spin drives it, in units of NΓ/2."""
    return speed * (1 - 1j * twist), 1j * speed * (1 + twist**2)


def mean_field_with_light(
    model: Model, kappa: float, ts: ArrayLike, start: ArrayLike = SOUTH_POLE, light: ArrayLike = 0j
) -> tuple[np.ndarray, np.ndarray]:
    """Mean field of Eq. (1) with the drive: the Bloch vector and the light.

    Parameters
    ----------
    model : Model
        Its χ and Γ are those that Eq. (3) gives for the cavity.
    kappa : float
        Linewidth κ > 0 of the cavity.
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector at t = 0.
    light : complex, default 0
        2g<a> at t = 0, a rate; 0 is an empty cavity.

    Returns
    -------
    s : numpy.ndarray, shape (t, 3)
        Bloch vector <J>/(N/2).
    light : numpy.ndarray, complex, shape (t,)
        2g<a>, what the light adds to the Rabi frequency Ω, a rate.

    Examples
    --------
    >>> m = Model.from_ratios(N=400, drive=2.5, twist=1.875)
    >>> s, light = mean_field_with_light(m, linewidth(m, 2), [0, 0.2])
    >>> s[:, 0].round(3)  # the oscillation dies out at SS_3
    array([0.   , 0.917])
    """
    (drive, twist, speed), half = _ratios(model, kappa), model.N * model.Gamma / 2
    rates = _rates_of_light(twist, speed)
    ts, (x, y, z) = arguments.times(ts), bloch_vector(start)

    def velocity(t, state):
        change = _velocity(drive, *rates, complex(*state[:2]), state[2], complex(*state[3:]))
        return [change[0].real, change[0].imag, change[1], change[2].real, change[2].imag]

    light = arguments.finite_complex("light", light)
    if light.ndim:
        arguments.refuse("light.shape", "(), a single number", light.shape)
    fastest = half * (abs(drive) + (1 + speed) * np.hypot(1, twist)) + abs(light)
    arguments.in_few_steps("ts[-1]", ts[-1], fastest)
    state = [x, -y, z, *np.array([light.real, light.imag]) / half]
    x, y, z, *light = solution(EQUATIONS, velocity, state, half * ts, rtol=1e-10, atol=1e-11).T
    return np.stack([x, -y, z], axis=-1), half * (light[0] + 1j * light[1])


def eigenvalues_with_light(model: Model, kappa: float, point: FixedPoint) -> np.ndarray:
    """Eigenvalues of the mean field with the light, linearised at a fixed point of Eq. (15).

    Parameters
    ----------
    model : Model
    kappa : float
        Linewidth κ > 0 of the cavity.
    point : FixedPoint
        One of ``fixed_points(model)``.

    Returns
    -------
    numpy.ndarray, complex, shape (4,)
        Rates, by ascending absolute value. As κ grows the first two approach
        ``point.eigenvalues`` and the others -κ/2 ± iΔ.

    Examples
    --------
    >>> m = Model.from_ratios(N=2, drive=2.5, twist=1.875)
    >>> for point in fixed_points(m):
    ...     print(point.name, point.kind, eigenvalues_with_light(m, 20, point).real.max().round(3))
    SS_2 centre 0.017
    SS_3 centre -0.177
    """
    drive, twist, k = _ratios(model, kappa)
    arguments.instance("point", FixedPoint, point)
    if point.name.startswith("SS_1"):
        pair = np.roots([1, k * (1 - 1j * twist), -k * (1 + twist**2) * point.s[2]])
        found = np.append(pair, pair.conj())
    else:
        felt, square = twist + drive * point.s[0], k**2 * (1 + twist**2)
        rest = square * felt * (felt - twist)
        found = np.roots([1, 2 * k, square + felt**2, 2 * k * felt**2, rest])
    return model.N * model.Gamma / 2 * found[np.argsort(abs(found))]


def sideband_rates(model: Model, kappa: float) -> tuple[float, float]:
    """Rates at which the light lifts and lowers J_x during a fast rotation about x.

    Parameters
    ----------
    model : Model
        With Ω well above Ω_c.
    kappa : float
        Linewidth κ > 0 of the cavity.

    Returns
    -------
    up, down : float
        Prefactors of the jumps J_y ± iJ_z. In mean field s_x = tanh(νt) with
        ν = N(up - down)/2; the steady state has the weights (up/down)^m for J_x = m.

    Examples
    --------
    >>> up, down = sideband_rates(Model.from_ratios(N=4, drive=10, twist=1), kappa=40)
    >>> up, round(up / down, 3)  # the drive equals Δ, half of κ
    (0.5, 5.0)
    """
    drive, twist, k = _ratios(model, kappa)
    strength = model.Gamma / 4 * k**2 * (1 + twist**2)
    up = strength / (k**2 + (drive - k * twist) ** 2)
    return up, strength / (k**2 + (drive + k * twist) ** 2)


def magnetisation(model: Model, kappa: float) -> float:
    """<J_x>/(N/2) of the steady state with the light, for a fast rotation about x.

    Parameters
    ----------
    model, kappa
        As in `sideband_rates`.

    Returns
    -------
    float
        For weights (up/down)^m. For large N and κ it is coth u - 1/u with
        u = 8NΩΔ/(κ² + 4Δ²), which is small only where κ² is large against NΩΔ.

    Examples
    --------
    >>> m = Model.from_ratios(N=1000, drive=5, twist=1)
    >>> round(magnetisation(m, kappa=100 * m.N), 3)
    0.981
    """
    up, down = sideband_rates(model, kappa)
    arguments.fits_in_memory(f"The magnetisation of N = {model.N} atoms", 50 * model.N)
    m = np.arange(model.N + 1) - model.N / 2
    exponents = m * np.log(up / down)
    weights = np.exp(exponents - exponents.max())
    return float(weights @ m / weights.sum() / (model.N / 2))


def decays(
    drive: ArrayLike,
    twist: ArrayLike,
    ratio: ArrayLike,
    *,
    light: float = 0.0,
    length: float = 60.0,
) -> bool | np.ndarray:
    """Tell whether the south pole ends in SS_1 in mean field with the light.

    Parameters
    ----------
    drive, twist, ratio : float or array_like, shape (...)
        2Ω/(NΓ), 2χ/Γ and r = κ/(√N g); broadcast.
    light : float, default 0
        4g<a>/(NΓ) at t = 0.
    length : float, default 60
        Duration of the integration in units of 2/(NΓ); as many 1/κ are added.

    Returns
    -------
    bool or numpy.ndarray of bool, shape (...)
        Whether the light has cancelled the drive at the end, |W| < d/20 on average.

    Raises
    ------
    ValueError
        If an argument is out of range, or the slowest cavity so slow or the fastest so fast that
        the integration would take minutes.

    Examples
    --------
    >>> decays([1.5, 1.7], 1.875, 1.5)  # without the light both decay
    array([ True, False])
    """
    drive, twist, ratio = np.broadcast_arrays(
        _positive("drive", drive),
        arguments.finite_array("twist", twist),
        _positive("ratio", ratio),
    )
    light = arguments.finite("light", light)
    if drive.size == 0:
        arguments.refuse("drive", "at least one number, with twist and ratio", drive)
    arguments.fits_in_memory(f"The mean field of {drive.size} cavities", 600 * drive.size)
    k = _speed(twist, ratio)
    mode = np.max([k, 2 * np.sqrt(k)], axis=0) * np.hypot(1, twist)  # its rates, |λ| of SS_1
    fastest = np.max([mode, 3 * drive, drive + abs(light)])
    length = arguments.positive("length", length) * (1 + 0.5 / k.min())
    steps = int(np.ceil(length * fastest / 0.5))
    if steps > MOST_STEPS:
        arguments.refuse("ratio", f"such that {MOST_STEPS} steps in time are enough", ratio)
    velocity = _flow_with_light(drive, twist, k)
    state = np.zeros((3, *drive.shape), complex)
    state[1], state[2] = -1, light
    total = np.zeros(drive.shape)
    for i in range(steps):
        state = _runge_kutta(velocity, state, length / steps)
        state[:2] /= np.hypot(abs(state[0]), abs(state[1]))  # back onto the sphere
        if i >= 0.8 * steps:
            total += abs(drive + state[2])
    return total / steps < 0.2 * drive / 20


def _flow_with_light(drive, twist, speed):
    """Return the function from states, complex (3, ...) of s_-, s_z and f, to their `_velocity`."""
    rates = _rates_of_light(twist, speed)

    def velocity(state):
        change = np.empty_like(state)
        change[0], change[1], change[2] = _velocity(drive, *rates, *state)
        return change

    return velocity


def _positive(name, value):
    array = arguments.finite_array(name, value)
    if (array < 1 / arguments.LARGEST).any():
        arguments.refuse(name, f"positive, at least {1 / arguments.LARGEST:g}", value)
    return array


def _runge_kutta(velocity, state, step):
    first = velocity(state)
    second = velocity(state + step / 2 * first)
    third = velocity(state + step / 2 * second)
    fourth = velocity(state + step * third)
    return state + step / 6 * (first + 2 * (second + third) + fourth)


def critical_drive_with_light(
    twist: ArrayLike, ratio: ArrayLike, *, tolerance: float = 1e-3, **options
) -> np.ndarray:
    """Return the drive 2Ω̃/(NΓ) from which on the south pole no longer ends in SS_1, light kept.

    Parameters
    ----------
    twist, ratio : float or array_like, shape (...)
        2χ/Γ and r = κ/(√N g); broadcast.
    tolerance : float, default 1e-3
        Width to which the border is bracketed, in units of its upper bound sqrt(1 + twist²).
    **options
        For `decays`.

    Returns
    -------
    numpy.ndarray, shape (...)
        With exchange between 1, below which SS_1 is the only sink, and sqrt(1 + twist²).

    Examples
    --------
    >>> critical_drive_with_light(1.875, [2.0, 1.0]).round(2)  # 1.74 without the light
    array([1.65, 1.49])
    """
    twist, ratio = np.broadcast_arrays(
        arguments.finite_array("twist", twist), _positive("ratio", ratio)
    )
    tolerance = max(arguments.positive("tolerance", tolerance), 1e-12)
    high = np.hypot(1, twist)
    low, width = np.where(twist == 0, 0.0, 1.0), tolerance * high
    while (high - low > width).any():
        middle = (low + high) / 2
        decaying = decays(middle, twist, ratio, **options)
        low, high = np.where(decaying, middle, low), np.where(decaying, high, middle)
    return (low + high) / 2


def critical_shift(twist: float) -> float:
    """Return c of Ω̃ for the south pole: 2Ω̃/(NΓ) = its value without light - c NΓ/κ + ….

    On the way to the saddle the invariant of the spirals gains (2w/k)∫s_z² dt. A start whose
    invariant is larger by as much has the same critical drive without the light.

    Parameters
    ----------
    twist : float
        2χ/Γ > 0.

    Returns
    -------
    float

    Examples
    --------
    >>> round(critical_shift(1.875), 3)
    0.503
    """
    twist = arguments.positive("twist", twist)
    edge = float(critical_drive(twist))
    model = Model.from_ratios(N=2, drive=edge, twist=twist)
    focus, saddle = (complex(*fixed_points(model)[i].s[:2]) for i in (0, 2))
    end = np.log(abs(focus / (saddle - focus)))
    gain = quad(lambda b: np.sqrt(max(1 - potential(model, b), 0)), 0, end)[0]
    small = 1e-4
    moved = small * 1j * focus / (1 + 1j * twist)  # raises the invariant by -small
    drives = [
        critical_drive(twist, [s.real, s.imag, -np.sqrt(1 - abs(s) ** 2)]) for s in (moved, -moved)
    ]
    return float(2 * twist * gain * (drives[0] - drives[1]) / (2 * small))
