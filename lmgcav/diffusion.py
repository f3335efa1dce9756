r"""Life of the metastable state of Sec. IV B for many atoms: a diffusion from orbit to orbit.

Put the multipoles of Eq. (4) together to a function f = Σ c_kq Y_kq on the unit sphere. But for
terms of order 1/N its equation is a Fokker–Planck equation,

.. math::
   \dot f = -N\,\nabla\cdot(\mathbf v f) - \nabla\cdot(\mathbf v_1 f)
            + \tfrac\Gamma2\left(R_x^2 + R_y^2\right) f, \qquad
   \dot s_+|_{\mathbf v_1} = \tfrac\Gamma2\left[(1 - iw)\,s_z + iw\right] s_+,

with the flow N v of Eq. (15) and the generators R of rotations: the noise is random rotation about
x and y at the rate Γ, without N. On closed orbits of the flow, each with its own value of
h = arg(s_+ - a) + w ln|s_+ - a|, the density |s_+ - a|^-2 is at rest. For f = F(h, t) |s_+ - a|^-2
the average over an orbit is, with t in units of 2/(NΓ) under the integrals,

.. math::
   T\,\frac{\partial F}{\partial t} = \frac{\partial}{\partial h} S \frac{\partial F}{\partial h},
   \qquad T = \oint dt, \qquad
   S = \tfrac\Gamma2 (1 + w^2) \oint \frac{s_z^2}{|s_+ - a|^2}\,dt .

There is no drift: its integrand, Γw s_z²/|s_+ - a|² + (Γw/2) Re[(1 + iw) s_+/(s_+ - a)], is the
derivative of -(Γw/2) s_z/|s_+ - a|² along the orbit. So where all orbits are closed F = 1 remains,
the steady state |s_+ - a|^-2 to which Eq. (9) tends. Between NΓ/2 and Ω_c they fill the inside of
the separatrix only, and F = 0 there: what passes it is in SS_1 after a time of order ln(N)/(NΓ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike
from scipy.integrate import tanhsinh
from scipy.linalg import eigh
from scipy.optimize.elementwise import find_root

from . import arguments
from .basins import beyond_rim, mirrored, outdistance, turning_points
from .mean_field import fixed_points, s_plus, spiral_focus
from .model import SOUTH_POLE, Model, bloch_vectors

CLOSEST = 1e-5  # relative distance from the two critical drives up to which
OVERSHOOT = 0.5825971579390106  # -ζ(1/2)/√(2π), of a walk in unit Gaussian steps over a border


@dataclass(frozen=True)
class OrbitDiffusion:
    """Modes of the diffusion from orbit to orbit, which `orbit_diffusion` finds.

    Attributes
    ----------
    model : Model
    rates : numpy.ndarray, shape (modes,)
        At which the modes g(h) decay, ascending, in the unit of Γ; from Ω_c on the first is 0.
    coefficients : numpy.ndarray, shape (modes, modes)
        One mode a column, in the polynomials of `_basis`; ∫ T g² dh = 1.
    overlaps : numpy.ndarray, shape (modes,)
        ∫ T g dh.
    """

    model: Model
    rates: np.ndarray
    coefficients: np.ndarray
    overlaps: np.ndarray

    def survival(self, ts: ArrayLike, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
        """Probability that the spin still oscillates, for N → ∞.

        Parameters
        ----------
        ts : array_like, shape (t,)
            Sorted times from 0 on, in the inverse unit of the rates.
        start : array_like, shape (..., 3), default SOUTH_POLE
            Unit Bloch vectors.

        Returns
        -------
        numpy.ndarray, shape (t, ...)
            0 for a start that decays in mean field. As s_z is 0 on the average over an orbit,
            <J_z>/(N/2) is 1 - survival times its value in SS_1. Times below one over the largest
            of the rates are not resolved.
        """
        ts, start = arguments.times(ts), bloch_vectors(start)
        if not _bounded(self.model):
            return np.ones((ts.size, *start.shape[:-1]))
        inside = outdistance(*mirrored(self.model.drive, self.model.twist, start))
        x = np.maximum(np.ravel(inside) / abs(_reach(self.model)), 0) - 1
        modes = _basis(self.model, x, self.rates.size)[0] @ self.coefficients
        decays = np.exp(-np.outer(ts, self.rates)) * self.overlaps
        return (decays @ modes.T).reshape(ts.size, *start.shape[:-1])

    def slowest_rate(self, N: int) -> float:
        """Slowest decay of the metastable state of N atoms, to order 1/√N.

        Parameters
        ----------
        N : int
            Number of atoms.

        Returns
        -------
        float
            In the unit of Γ.

        Notes
        -----
        The spin is lost where it passes the saddle, once in a period, and in between h changes by
        a random step of variance 4S/(NΓ). So on the average it is lost behind the separatrix, by
        0.5826 standard deviations (Siegmund, Adv. Appl. Probab. 11, 701), as if that lay further
        out.
        """
        N = arguments.positive_integer("N", N)
        if not _bounded(self.model):
            arguments.refuse("model", "one with |Ω| between N Γ/2 and Ω_c", self.model)
        slope = abs(self.coefficients[:, 0] @ (-1.0) ** np.arange(self.rates.size))
        slope /= abs(_reach(self.model))  # dg/dh at the separatrix
        flux = self.rates[0] * abs(self.overlaps[0])  # S dg/dh there, since (S g')' = -rate T g
        step = np.sqrt(4 / (N * self.model.Gamma) * flux / slope)
        return self.rates[0] - OVERSHOOT * step * flux * slope


def orbit_diffusion(model: Model, modes: int = 30) -> OrbitDiffusion:
    """Modes and rates of the diffusion from orbit to orbit that the noise of Eq. (4) makes.

    Parameters
    ----------
    model : Model
        With |Ω| > N Γ/2, so that there are closed orbits. The result does not depend on N.
    modes : int, default 30
        Polynomials that the modes are made of, for Galerkin's method.

    Returns
    -------
    OrbitDiffusion
        Twice as many modes change its first three rates by less than 1e-6 of them, but for
        twists below 0.1 within a per cent of Ω_c.

    Raises
    ------
    ValueError
        If no orbit is closed, or |Ω| is within 1e-5 of N Γ/2 or Ω_c.

    Examples
    --------
    >>> from lmgcav import Model, orbit_diffusion
    >>> life = orbit_diffusion(Model.from_ratios(N=400, drive=2.09, twist=1.875))  # point D
    >>> (1 / life.rates[:2]).round(3)
    array([1.947, 0.575])
    """
    arguments.instance("model", Model, model)
    modes = arguments.positive_integer("modes", modes)
    excess = abs(model.drive) / np.array([1, np.hypot(1, model.twist)]) - 1
    if excess[0] < 0 or abs(excess).min() < CLOSEST:
        allowed = f"one with |Ω| above N Γ/2, and not within {CLOSEST:g} of it or of Ω_c"
        arguments.refuse("model", allowed, model)
    nodes, weights = legendre.leggauss(2 * modes)
    x, weights = nodes, weights * abs(_reach(model))
    if _bounded(model):  # T and dS/dh are logarithms there, at x = -1
        x, weights = (1 + nodes) ** 2 / 2 - 1, weights * (1 + nodes)
    period, spread = _loops(model, x)
    g, slope = _basis(model, x, modes)
    overlaps = (weights * period) @ g
    stiffness = slope.T @ ((weights * spread)[:, None] * slope) / _reach(model) ** 2
    rates, coefficients = map(np.asarray, eigh(stiffness, g.T @ ((weights * period)[:, None] * g)))
    return OrbitDiffusion(model, model.Gamma * rates, coefficients, overlaps @ coefficients)


def _bounded(model):
    """Whether the orbits end at a separatrix."""
    return abs(model.drive) < np.hypot(1, model.twist)


def _equator(model):
    """s_+ of the centre SS_3, and the angle from there past the y axis to SS_2."""
    saddle, centre = (complex(*point.s[:2]) for point in fixed_points(model)[-2:])
    return centre, np.angle(saddle / centre)


def _invariant(model, angle):
    """Return h on the equator at an angle from SS_3."""
    focus, rim = spiral_focus(model.drive, model.twist), _equator(model)[0] * np.exp(1j * angle)
    turn = 1j * angle + np.log(1 - focus / rim) if _bounded(model) else np.log(1 - rim / focus)
    return np.real((model.twist - 1j) * turn)


def _reach(model):
    """Half the range of h, from SS_2 to SS_3; negative where h falls."""
    return np.subtract(*_invariant(model, np.array([0, _equator(model)[1]]))) / 2


def _basis(model, x, modes):
    """Polynomials of x, which is h from -1 at SS_2 to 1 at SS_3, and their derivatives by x."""
    g = legendre.legvander(x, modes - 1)
    slope = legendre.legval(x, legendre.legder(np.eye(modes))).T
    if not _bounded(model):
        return g, slope
    return (1 + x)[:, None] * g, (1 + x)[:, None] * slope + g


def _loops(model, x):
    """T and S of the orbits with these x, in units of 2/(NΓ) and 2/N."""
    twist, half = model.twist, model.N * model.Gamma / 2
    focus, (centre, span) = spiral_focus(model.drive, twist), _equator(model)
    h = _invariant(model, 0.0) - (1 - x) * _reach(model)
    angles = find_root(lambda at, h: _invariant(model, at) - h, (0, span), args=(h,)).x
    outer = centre * np.exp(1j * angles)
    starts = np.stack([outer.real, outer.imag, 0 * x], axis=-1)
    ends = np.array([turning_points(model, start) for start in starts])
    inner = np.array([s_plus(model, b, start) for b, start in zip(ends[:, 0], starts, strict=True)])
    rim, middle = np.array([outer, inner]), half * np.ptp(ends, axis=1) / 2

    def integral(power, weight):
        def integrand(b, x, y):  # b from the rim, where 1 - V is a difference from 0
            s, kinetic = beyond_rim(model, x + 1j * y, b)
            return kinetic ** (power / 2) / abs(s - focus) ** weight

        limits = middle * [[-1], [1]]
        found = tanhsinh(integrand, 0, limits, args=(rim.real, rim.imag), rtol=1e-12)
        return 2 * abs(found.integral).sum(0)

    return integral(-1, 0), (1 + twist**2) / 2 * integral(1, 2)
