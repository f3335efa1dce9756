r"""Who oscillates in the mean field of Sec. IV A and who decays: the basins of Figs. 4 to 6.

Seen along z, the spin slides along the spiral of Eq. (16) within the unit disk, inward where
s_z < 0, and turns round where the spiral meets the equator. It decays to the focus exactly if the
spiral from s_+(0) inward stays in the disk. For 1 < d < sqrt(1 + w²), with d and w as in
`lmgcav.mean_field`, the last spiral to do so touches the equator at the saddle SS_2. On a spiral
:math:`\arg(s_+ - a) + w \ln|s_+ - a|` is constant, so comparing a start with that last spiral needs
no integration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad, quad_vec
from scipy.optimize import brentq

from . import arguments
from .mean_field import fixed_points, flow, s_plus, spiral_focus
from .model import SOUTH_POLE, Model, bloch_vector, bloch_vectors, coherent

STRONGEST = 1e8  # drive up to which rounding leaves eight digits of a turning point
NEGLIGIBLE = 1e-6  # path of s_+ below which an oscillation is harmonic to rounding
TINY = 1e-100  # keeps logarithms and quotients finite where a spiral has shrunk to its focus


def mirrored(drive, twist, start):
    """Return |drive|, |twist| and the s_+ for which they give the same b(t).

    Eq. (15) keeps its form under Ω → -Ω, s_+ → -s_+ and under χ → -χ, s_x → -s_x.
    """
    across, along = np.where(np.less(twist, 0), -1, 1), np.where(np.less(drive, 0), -1, 1)
    x, y, _ = np.moveaxis(start, -1, 0)
    return abs(drive), abs(twist), along * (across * x + 1j * y)


def _normal(drive, twist):
    """Whether all starts oscillate, because the focus is not inside the disk."""
    return (drive > 1) & (drive >= np.hypot(1, twist))


def _saddle_arm(drive, twist):
    """SS_2 - a for 1 ≤ drive ≤ sqrt(1 + twist²), without cancellation."""
    root = np.sqrt((drive - 1) * (drive + 1))
    length = (twist - root) / (drive * (1 + twist**2))
    return np.maximum(length, TINY) * (1 + 1j * twist) * (1 + 1j * root)


def outdistance(drive, twist, s):
    """How far s lies outside the spiral through SS_2, as a difference of their invariants.

    Positive where the spiral inward from s leaves the disk; the drive as in `_saddle_arm`.
    """
    place = (s - spiral_focus(drive, twist)) / _saddle_arm(drive, twist)
    turn = -np.angle(place) % (2 * np.pi)  # outward the spiral of SS_2 winds clockwise
    return twist * np.log(np.maximum(abs(place), TINY)) - turn


def oscillates(
    drive: ArrayLike, twist: ArrayLike, start: ArrayLike = SOUTH_POLE
) -> bool | np.ndarray:
    """Tell which starts oscillate for ever in mean field and which decay, as in Fig. 5.

    Parameters
    ----------
    drive, twist : float or array_like, shape (...)
        2Ω/(NΓ) and 2χ/Γ, either sign.
    start : array_like, shape (..., 3), default SOUTH_POLE
        Unit Bloch vectors; leading axes broadcast with ``drive`` and ``twist``.

    Returns
    -------
    bool or numpy.ndarray of bool, shape (...)

    Examples
    --------
    >>> from lmgcav import oscillates
    >>> oscillates([1.69, 1.76], 1.875)  # points B and C of Fig. 7
    array([False,  True])
    """
    drive = arguments.finite_array("drive", drive)
    twist = arguments.finite_array("twist", twist)
    drive, twist, s = mirrored(drive, twist, bloch_vectors(start))
    multistable = np.clip(drive, 1, np.hypot(1, twist))
    return (_normal(drive, twist) | (drive > 1) & (outdistance(multistable, twist, s) > 0))[()]


def critical_drive(twist: ArrayLike, start: ArrayLike = SOUTH_POLE) -> float | np.ndarray:
    """Drive 2Ω̃/(NΓ) above which a start oscillates for ever and below which it decays.

    Parameters
    ----------
    twist : float or array_like, shape (...)
        2χ/Γ, either sign.
    start : array_like, shape (..., 3), default SOUTH_POLE
        Unit Bloch vectors; leading axes broadcast with ``twist``.

    Returns
    -------
    float or numpy.ndarray, shape (...)
        For Ω > 0, to rounding; always within 1 and sqrt(1 + twist²). For Ω < 0 it is that of
        the start turned by π about z. It does not depend on the sign of s_z.

    Notes
    -----
    V(b) at b > 0 is convex in the drive and below 1 without it, so what oscillates at one drive
    does so at any larger one, and bisection finds the border.

    Examples
    --------
    >>> from lmgcav import critical_drive
    >>> print(round(critical_drive(1.875), 5))  # the 1.74 of Fig. 7
    1.73966
    """
    twist = arguments.finite_array("twist", twist)
    _, twist, s = mirrored(1.0, twist, bloch_vectors(start))
    low = np.ones(s.shape)
    high = low * np.hypot(1, twist)
    while (high - low > 4 * np.finfo(float).eps * high).any():
        middle = (low + high) / 2
        beyond = outdistance(middle, twist, s) > 0
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return ((low + high) / 2)[()]


def _rim(drive):
    """Azimuths of SS_3 and SS_2 on the equator."""
    tilt = np.arccos(1 / max(drive, 1))
    return np.pi / 2 - tilt, np.pi / 2 + tilt


def _invariant(drive, twist, azimuth):
    """Return arg(s_+ - a) + w ln|s_+ - a| on the equator, as a continuous function.

    It is largest at SS_3 and falls on both sides to SS_2, one turn behind if a is in the disk.
    """
    focus, rim = spiral_focus(drive, twist), np.exp(1j * azimuth)
    outside = _normal(drive, twist)
    turn = np.angle(1 - rim / focus) if outside else azimuth + np.angle(1 - focus / rim)
    return turn + twist * np.log(np.maximum(abs(rim - focus), TINY))


def _saddle_invariant(drive, twist):
    """`_invariant` at SS_2, or at (0, 1, 0) where there is none yet; the focus is in the disk."""
    if drive < 1:
        return _invariant(drive, twist, np.pi / 2)
    arm = _saddle_arm(drive, twist)
    return np.angle(arm) + twist * np.log(abs(arm))


def _crossing(drive, twist, value, between):
    """Point of the equator between two azimuths where the spiral of this invariant crosses it."""
    value = np.clip(value, *sorted(_invariant(drive, twist, end) for end in between))
    azimuth = brentq(lambda at: _invariant(drive, twist, at) - value, *between, xtol=1e-15)
    return np.exp(1j * azimuth)


def turning_points(model: Model, start: ArrayLike = SOUTH_POLE) -> tuple[float, float]:
    """Return the ends of the interval of b that the particle of Eq. (17) can reach.

    Parameters
    ----------
    model : Model
    start : array_like, shape (3,), default SOUTH_POLE

    Returns
    -------
    tuple of float
        Times, the first ≤ 0 ≤ the second, with V = 1 there; infinite where the particle is free.

    Raises
    ------
    ValueError
        If |drive| is above 1e8, where rounding leaves fewer than eight digits.

    Examples
    --------
    >>> from lmgcav import Model, turning_points
    >>> m = Model(N=400, chi=0, Omega=100)  # drive 0.5: decays
    >>> turning_points(m)[1]
    inf
    """
    arguments.instance("model", Model, model)
    if abs(model.drive) > STRONGEST:
        arguments.refuse("model.drive", f"at most {STRONGEST:g} in size", model.drive)
    drive, twist, s = mirrored(model.drive, model.twist, bloch_vector(start))
    focus, (centre, saddle) = spiral_focus(drive, twist), _rim(drive)
    if s == focus:
        return -np.inf, np.inf
    # The invariant of the start, on the turn of its spiral that meets the equator.
    value, bound = twist * np.log(abs(s - focus)), _normal(drive, twist)
    if bound:
        value += np.angle(1 - s / focus)
    else:
        last = _saddle_invariant(drive, twist)
        lead = outdistance(drive, twist, s) if drive > 1 else np.angle(s - focus) + value - last
        bound = drive > 1 and lead > 0
        value = last + (lead if bound else -(-lead % (2 * np.pi)))
    rims = [_crossing(drive, twist, value, (saddle - 2 * np.pi, centre))]
    if bound:
        rims.append(_crossing(drive, twist, value, (centre, saddle)))
    b = np.log(abs((s - focus) / (np.array(rims) - focus))) / (model.N * model.Gamma / 2)
    return min(b[0].item(), 0.0), max(b[1].item(), 0.0) if bound else np.inf


def beyond_rim(model, rim, b):
    """Return s_+ and 1 - V(b) at b, in units of 2/(NΓ), past a turning point where s_+ is ``rim``.

    1 - V is a difference from its 0 there, so that no digits are lost.
    """
    arm = rim - spiral_focus(model.drive, model.twist)
    moved = arm * np.expm1(-(1 - 1j * model.twist) * b)
    return rim + moved, -np.real(np.conj(moved) * (2 * rim + moved))


def _rests(model, start):
    """Whether a start is a fixed point to rounding."""
    return abs(flow(model, start)).max() <= 1e-14 * np.hypot(model.Omega, model.Omega_c)


def _orbit(model, start):
    """Period of the oscillation and the averages of s_x and s_y over it, by quadrature.

    Each half of the well is measured from its own turning point by b = b_end + 2 width sin²(φ/2),
    which takes the singularity of db / sqrt(1 - V) away; 1 - V is a difference from its 0 there.
    """
    half = model.N * model.Gamma / 2
    ends = half * np.array(turning_points(model, start))
    x, y, _ = start
    arc = np.ptp(ends) * abs(x + 1j * y - spiral_focus(model.drive, model.twist))
    if arc < NEGLIGIBLE or _rests(model, start):
        square = model.Omega * x * (model.Omega * x + model.N * model.chi)  # -λ² of Eq. (24)
        return 2 * np.pi / np.sqrt(square) if square > 0 else np.inf, x, y
    total = np.zeros(3)
    for end, width in zip(ends, [np.ptp(ends) / 2, -np.ptp(ends) / 2], strict=True):
        rim = s_plus(model, end / half, start)

        def integrand(phi, rim=rim, width=width):
            s, kinetic = beyond_rim(model, rim, 2 * width * np.sin(phi / 2) ** 2)
            time = abs(width) * np.sin(phi) / np.sqrt(kinetic)
            return time * np.array([1, s.real, s.imag])

        total += quad_vec(integrand, 0, np.pi / 2, epsrel=1e-12)[0]
    return 2 * total[0].item() / half, *total[1:] / total[0]


def period(model: Model, start: ArrayLike = SOUTH_POLE) -> float:
    """Period of the oscillation, a time; infinite where the start decays.

    Parameters
    ----------
    model : Model
    start : array_like, shape (3,), default SOUTH_POLE

    Returns
    -------
    float
        By quadrature of T = ∮ db / sqrt(1 - V(b)).

    Raises
    ------
    ValueError
        If |drive| is above 1e8, as in `turning_points`.

    Examples
    --------
    >>> from lmgcav import Model, period
    >>> m = Model(N=1, chi=0, Omega=1.25, Gamma=2)  # without exchange T² = 4π² / (Ω² - N²Γ²/4)
    >>> round(period(m) * 0.75 / np.pi, 10)
    2.0
    """
    start = bloch_vector(start)
    bound = np.isfinite(turning_points(model, start)).all()
    return _orbit(model, start)[0] if bound else np.inf


def long_time_average(model: Model, start: ArrayLike = SOUTH_POLE) -> np.ndarray:
    """Average of the Bloch vector over infinite time, Eq. (25) for all three components.

    Parameters
    ----------
    model : Model
    start : array_like, shape (3,), default SOUTH_POLE

    Returns
    -------
    numpy.ndarray, shape (3,)
        The steady state SS_1 of Eq. (21) for a start that decays, else the average over a period,
        by quadrature.

    Raises
    ------
    ValueError
        If |drive| is above 1e8, as in `turning_points`.

    Notes
    -----
    While b oscillates, the average of s_z = -db/dt over a period is exactly 0.
    """
    arguments.instance("model", Model, model)
    start = bloch_vector(start)
    if _rests(model, start):
        return start
    if np.isinf(turning_points(model, start)[1]):
        return fixed_points(model)[0].s
    return np.array([*_orbit(model, start)[1:], 0.0])


def _separatrix(drive, twist):
    """Return the focus, the arm from it to the saddle, and where the separatrix enters the disk.

    All are those of |drive| and |twist|, which must be in the multistable region.
    """
    highest = np.hypot(1, twist)
    if not 1 < abs(drive) < highest:
        arguments.refuse("drive", f"between 1 and sqrt(1 + twist²) = {highest:g} in size", drive)
    if abs(twist) > STRONGEST:
        arguments.refuse("twist", f"at most {STRONGEST:g} in size", twist)
    drive, twist = abs(drive), abs(twist)
    centre, saddle = _rim(drive)
    last = _saddle_invariant(drive, twist)
    entry = _crossing(drive, twist, last, (saddle - 2 * np.pi, centre))
    return spiral_focus(drive, twist), _saddle_arm(drive, twist), entry


def basin_boundary(drive: float, twist: float, points: int = 201) -> np.ndarray:
    """Curve on the sphere between the starts that decay and those that oscillate.

    Parameters
    ----------
    drive, twist : float
        2Ω/(NΓ) and 2χ/Γ with 1 < |drive| < sqrt(1 + twist²), either sign.
    points : int, default 201

    Returns
    -------
    numpy.ndarray, shape (points, 3)
        Bloch vectors with s_z ≤ 0 from the saddle SS_2 to the equator, along the spiral of the
        saddle. The mirror images s_z → -s_z are the other half of the curve.

    Raises
    ------
    ValueError
        If there is no such curve at this drive, or |twist| is above 1e8.
    """
    drive, twist = arguments.finite("drive", drive), arguments.finite("twist", twist)
    points = arguments.positive_integer("points", points)
    arguments.fits_in_memory(f"A boundary of {points} points", 160 * points)
    focus, arm, entry = _separatrix(drive, twist)
    end = np.log(abs((entry - focus) / arm))
    s = focus + arm * np.exp((1 - 1j * abs(twist)) * np.linspace(0, end, points))
    z = -np.sqrt(np.clip(1 - abs(s) ** 2, 0, None))
    along = np.sign(drive)
    return np.stack([along * np.sign(twist) * s.real, along * s.imag, z], axis=-1)


def oscillating_fraction(drive: float, twist: float) -> float:
    """Fraction of the area of the Bloch sphere whose starts oscillate for ever.

    Parameters
    ----------
    drive, twist : float
        2Ω/(NΓ) and 2χ/Γ, either sign.

    Returns
    -------
    float
        0 up to |drive| = 1, 1 from sqrt(1 + twist²) on, in between the area within
        `basin_boundary` by Stokes' theorem.

    Examples
    --------
    >>> from lmgcav import oscillating_fraction
    >>> [oscillating_fraction(drive, 1.875) for drive in (0.9, 2.2)]
    [0.0, 1.0]
    """
    drive, twist = arguments.finite("drive", drive), arguments.finite("twist", twist)
    if not 1 < abs(drive) < np.hypot(1, twist):
        return float(abs(drive) > 1)
    focus, arm, entry = _separatrix(drive, twist)
    slope = 1 - 1j * abs(twist)

    def swept(b):  # (1 - |s_z|) dφ/db, whose integral around a region of a hemisphere is its area
        along = arm * np.exp(slope * b)
        s = focus + along
        return np.imag(np.conj(s) * slope * along) / (1 + np.sqrt(max(1 - abs(s) ** 2, 0)))

    rim = np.angle((focus + arm) / entry) % (2 * np.pi)
    arc = quad(swept, 0, np.log(abs((entry - focus) / arm)), epsabs=1e-11)[0]
    return (rim + arc) / (2 * np.pi)


def fates(drive, twist, points=201):
    """Tell which starts oscillate, on a grid over the unit disk that one sees along z.

    Parameters
    ----------
    drive, twist : float
        2Ω/(NΓ) and 2χ/Γ, either sign.
    points : int, default 201
        Of s_x and of s_y, both from -1 to 1.

    Returns
    -------
    numpy.ndarray of bool, shape (points, points)
        Row s_y, column s_x, as `oscillates`; the sign of s_z does not matter. Around the disk
        stands the fate of the point of the equator in the same direction.
    """
    x, y = np.meshgrid(*2 * [np.linspace(-1, 1, arguments.positive_integer("points", points))])
    starts = np.stack([x, y, np.sqrt(np.clip(1 - x**2 - y**2, 0, None))], axis=-1)
    return oscillates(drive, twist, starts / np.linalg.norm(starts, axis=-1, keepdims=True))


def portrait(model, orbits=20, points=300):
    """Return the orbits that enter the southern hemisphere at equal distances on the equator.

    Parameters
    ----------
    model : Model
    orbits, points : int
        Number of orbits, and of points along each.

    Returns
    -------
    numpy.ndarray, complex, shape (orbits, points)
        s_x + i s_y at equal steps of b until the orbit leaves the hemisphere, or until
        b = 12/(NΓ). In the northern hemisphere the spin moves backward along the same curves.
    """
    found = []
    for azimuth in np.linspace(0, 2 * np.pi, orbits, endpoint=False):
        start = coherent(np.pi / 2, azimuth)
        end = min(turning_points(model, start)[1], 12 / (model.N * model.Gamma))
        found.append(s_plus(model, np.linspace(0, end, points), start))
    return np.array(found)
