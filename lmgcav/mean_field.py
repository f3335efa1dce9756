r"""Mean field of Sec. IV A: the flow of the Bloch vector, a particle in a well, its fixed points.

With time in units of 2/(NΓ), and with drive d = 2Ω/(NΓ) and twist w = 2χ/Γ, Eq. (15) is

.. math::
   \dot s_+ = s_z [(1 - iw)\,s_+ - id], \qquad \dot s_z = d\,s_y - |s_+|^2 .

Let :math:`\dot b = -s_z`. Then Eq. (16) is a logarithmic spiral around the focus a, which is
s_+ in the steady state, and Eq. (17) says that the spin stays on the unit sphere:

.. math::
   s_+ = a + [s_+(0) - a]\,e^{-(1-iw)b}, \qquad a = \frac{id}{1-iw}, \qquad
   \dot b^2 + V(b) = 1, \qquad V = |s_+|^2 .
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from . import arguments
from .model import SOUTH_POLE, Model, bloch_vector
from .moments import Moments

EQUATIONS = "mean-field equations"
CLOSE = {"rtol": 1e-12, "atol": 1e-13}  # to rounding
FURTHEST = 300  # units of 2/(NΓ) that the spiral is followed outward; |s_+|² stays finite


def mean_rates(model: Model, moments: Moments) -> np.ndarray:
    """Exact time derivative of <J>, Eq. (14).

    Parameters
    ----------
    model : Model
    moments : Moments
        Leading axes are free.

    Returns
    -------
    numpy.ndarray, shape (..., 3)

    Notes
    -----
    The printed Eq. (14) is without the terms -χ<J_y> and χ<J_x>, which come from the χJ_z that
    Eq. (5) drops. They are here, so that this is Eq. (4) to the letter.
    """
    arguments.instance("model", Model, model)
    arguments.instance("moments", Moments, moments)
    chi, Omega, Gamma = model.chi, model.Omega, model.Gamma
    x, y, z = np.moveaxis(moments.mean, -1, 0)
    xx, yy, xz, yz = (moments.second[..., i, j] for i, j in [(0, 0), (1, 1), (0, 2), (1, 2)])
    return np.stack(
        [
            2 * chi * yz + Gamma * xz - Gamma / 2 * x - chi * y,
            -Omega * z - 2 * chi * xz + Gamma * yz - Gamma / 2 * y + chi * x,
            Omega * y - Gamma * (xx + yy) - Gamma * z,
        ],
        axis=-1,
    )


def flow(model, s):
    """Mean-field velocity of the Bloch vector, the right-hand side of Eq. (15).

    Parameters
    ----------
    model : Model
    s : array_like, shape (3, ...)
        Components x, y, z first.

    Returns
    -------
    numpy.ndarray, shape (3, ...)
        ds/dt, a rate.
    """
    x, y, z = s
    half, chi = model.N * model.Gamma / 2, model.N * model.chi
    return np.array(
        [
            (chi * y + half * x) * z,
            (half * y - chi * x - model.Omega) * z,
            model.Omega * y - half * (x * x + y * y),
        ]
    )


def jacobian(model, s):
    """Return the derivative of the `flow` with respect to the Bloch vector.

    Parameters
    ----------
    model : Model
    s : array_like, shape (3,)

    Returns
    -------
    numpy.ndarray, shape (3, 3)
        Entry (a, b) is ∂(ds_a/dt)/∂s_b, a rate.
    """
    x, y, z = s
    half, chi = model.N * model.Gamma / 2, model.N * model.chi
    return np.array(
        [
            [half * z, chi * z, chi * y + half * x],
            [-chi * z, half * z, half * y - chi * x - model.Omega],
            [-2 * half * x, model.Omega - 2 * half * y, 0],
        ]
    )


def mean_field(model: Model, ts: ArrayLike, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
    """Mean-field Bloch vector s(t) = <J>/(N/2), Eq. (15).

    Parameters
    ----------
    model : Model
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector at t = 0, of length 1.

    Returns
    -------
    numpy.ndarray, shape (t, 3)
        Components x, y, z; the length stays 1 to 1e-9 over a thousand oscillations.

    Examples
    --------
    >>> from lmgcav import Model, mean_field
    >>> m = Model.from_ratios(N=400, drive=1.48, twist=1.875)  # point A of Fig. 7
    >>> mean_field(m, [0, 0.2])[:, 2].round(4)
    array([-1.    , -0.7176])
    """
    ts, start = _checked(model, ts, start)
    return solution(EQUATIONS, lambda t, s: flow(model, s), start, ts, **CLOSE)


def displacement(model: Model, ts: ArrayLike, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
    """Position b(t) of the particle of Eq. (17) and its velocity db/dt = -s_z.

    Parameters
    ----------
    model, ts, start
        As in `mean_field`.

    Returns
    -------
    numpy.ndarray, shape (t, 2)
        b, a time, and db/dt, from the equation of motion d²b/dt² = -V'(b)/2.
    """
    ts, start = _checked(model, ts, start)
    focus, half = spiral_focus(model.drive, model.twist), model.N * model.Gamma / 2
    arm, slope = complex(*start[:2]) - focus, half * (1 - 1j * model.twist)

    def motion(t, state):
        b, velocity = state
        s = focus + arm * np.exp(-slope * b)
        return np.array([velocity, half * abs(s) ** 2 - model.Omega * s.imag])

    return solution(EQUATIONS, motion, np.array([0.0, -start[2]]), ts, **CLOSE)


def _checked(model, ts, start):
    """Return ``ts`` and ``start`` as arrays, or refuse them."""
    arguments.instance("model", Model, model)
    ts, start = arguments.times(ts), bloch_vector(start)
    arguments.in_few_steps("ts[-1]", ts[-1], max(abs(model.Omega), model.Omega_c))
    return ts, start


def solution(what, motion, first, ts, method="DOP853", **limits):
    """Integrate ``motion(t, state)`` from ``first`` at t = 0 to the times ``ts``, shape (t, size).

    ``what`` names the equations where they cannot be solved.
    """
    times, position = np.unique(np.append(0.0, ts), return_inverse=True)
    if times.size == 1:
        return np.tile(first, (len(ts), 1))
    run = solve_ivp(motion, times[[0, -1]], first, method, times, **limits)
    if not run.success:
        raise ArithmeticError(f"The {what} were not solved: {run.message}")
    return run.y.T[position[1:]]


def s_plus(model: Model, b: ArrayLike, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
    """Transverse spin s_x + i s_y where the particle is at b, Eq. (16).

    Parameters
    ----------
    model : Model
    b : array_like, shape (...)
        Position of the particle, a time; b = 0 is the start.
    start : array_like, shape (3,), default SOUTH_POLE

    Returns
    -------
    numpy.ndarray, complex, shape (...)
    """
    arguments.instance("model", Model, model)
    b, (x, y, _) = arguments.finite_array("b", b), bloch_vector(start)
    focus = spiral_focus(model.drive, model.twist)
    rate = model.N * (model.Gamma / 2 - 1j * model.chi)
    if (b * rate.real < -FURTHEST).any():
        arguments.refuse("b", f"at least {-FURTHEST / rate.real:.3g} = -{FURTHEST} · 2/(NΓ)", b)
    start = complex(x, y)
    return start + (start - focus) * np.expm1(-rate * b)  # without loss of digits at a far focus


def potential(model: Model, b: ArrayLike, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
    """Effective potential V(b) of Eq. (18) for a particle of energy 1.

    Parameters
    ----------
    model, b, start
        As in `s_plus`.

    Returns
    -------
    numpy.ndarray, shape (...)

    Notes
    -----
    This is |s_+|² of Eq. (16). Expanding it gives Eq. (18) with 4Ω²/[N²(Γ² + 4χ²)] = (Ω/Ω_c)² in
    both places where our copy of the paper has 4Ω²/N²; Eq. (20), its case s_+(0) = 0, agrees.

    Examples
    --------
    >>> from lmgcav import Model, potential
    >>> m = Model.from_ratios(N=400, drive=1.0625, twist=1.875)  # Ω = Ω_c / 2
    >>> potential(m, [0, 1.0]).round(4)
    array([0.  , 0.25])
    """
    return abs(s_plus(model, b, start)) ** 2


def spiral_focus(drive, twist):
    """Where all spirals end, a = i d / (1 - i w)."""
    return 1j * drive / (1 - 1j * twist)


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point of Eq. (15) on the unit sphere.

    Attributes
    ----------
    name : str
        As in the paper: "SS_1", "SS_2", "SS_3"; the unstable partner of SS_1 is "SS_1*" here.
    s : numpy.ndarray, shape (3,)
        Bloch vector.
    eigenvalues : numpy.ndarray, complex, shape (2,)
        Of the linearised flow on the sphere, rates.
    """

    name: str
    s: np.ndarray
    eigenvalues: np.ndarray

    @property
    def kind(self):
        """How the flow looks nearby: "sink", "source", "saddle" or "centre"."""
        first, second = np.sign(self.eigenvalues.real)
        if first == second:
            return {-1: "sink", 0: "centre", 1: "source"}[int(first)]
        return "saddle"


def fixed_points(model: Model) -> list[FixedPoint]:
    """Return the fixed points of the mean-field flow and their stability, Eqs. (21)-(24).

    Parameters
    ----------
    model : Model

    Returns
    -------
    list of FixedPoint
        SS_1 and SS_1* where |Ω| ≤ Ω_c, then SS_2 and SS_3 where |Ω| ≥ NΓ/2. SS_2, with
        s_x χΩ ≤ 0, is the one that is a saddle below Ω_c.

    Examples
    --------
    >>> from lmgcav import Model, fixed_points
    >>> points = fixed_points(Model.from_ratios(N=400, drive=1.76, twist=1.875))
    >>> [(point.name, point.kind) for point in points]
    [('SS_1', 'sink'), ('SS_1*', 'source'), ('SS_2', 'saddle'), ('SS_3', 'centre')]
    """
    arguments.instance("model", Model, model)
    drive, twist, half = model.drive, model.twist, model.N * model.Gamma / 2
    focus, found = spiral_focus(drive, twist), []
    if abs(drive) <= np.hypot(1, twist):
        z = np.sqrt(max(1 - abs(focus) ** 2, 0))
        for name, height in [("SS_1", -z), ("SS_1*", z)]:
            eigenvalues = half * height * np.array([1 + 1j * twist, 1 - 1j * twist])
            found.append(FixedPoint(name, np.array([focus.real, focus.imag, height]), eigenvalues))
    if abs(drive) >= 1:
        x = np.sqrt(1 - 1 / drive**2) * (1 if drive * twist < 0 else -1)
        for name, along in [("SS_2", x), ("SS_3", -x)]:
            eigenvalue = half * np.sqrt(-drive * along * (drive * along + twist) + 0j)
            eigenvalues = np.array([eigenvalue, -eigenvalue])
            found.append(FixedPoint(name, np.array([along, 1 / drive, 0.0]), eigenvalues))
    return found
