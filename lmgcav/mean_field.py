r"""Mean field of Sec. IV A: the flow of the Bloch vector, its fixed points, who oscillates.

With time in units of 2/(NΓ), and with drive d = 2Ω/(NΓ) and twist w = 2χ/Γ, Eq. (15) is

.. math::
   \dot s_+ = s_z [(1 - iw)\,s_+ - id], \qquad \dot s_z = d\,s_y - |s_+|^2 .

Let :math:`\dot b = -s_z`. Then Eq. (16) is a logarithmic spiral around the focus a, which is
s_+ in the steady state, and Eq. (17) says that the spin stays on the unit sphere:

.. math::
   s_+ = a + [s_+(0) - a]\,e^{-(1-iw)b}, \qquad a = \frac{id}{1-iw}, \qquad
   \dot b^2 + V(b) = 1, \qquad V = |s_+|^2 .

Seen along z, the spin slides along its spiral within the unit disk, inward where s_z < 0, and turns
round where the spiral meets the equator. It decays to the focus exactly if the spiral from s_+(0)
inward stays in the disk. For 1 < d < sqrt(1 + w²) the last spiral to do so touches the equator at
the saddle SS_2. On a spiral :math:`\arg(s_+ - a) + w \ln|s_+ - a|` is constant, so comparing a
start with that last spiral needs no integration.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad, quad_vec, solve_ivp
from scipy.optimize import brentq

from . import arguments
from .model import SOUTH_POLE, Model, bloch_vector, bloch_vectors
from .moments import Moments

STRONGEST = 1e8  # drive up to which rounding leaves eight digits of a turning point
NEGLIGIBLE = 1e-6  # path of s_+ below which an oscillation is harmonic to rounding
FURTHEST = 300  # units of 2/(NΓ) that the spiral is followed outward; |s_+|² stays finite
TINY = 1e-100  # keeps logarithms and quotients finite where a spiral has shrunk to its focus


def mean_rates(model, moments):
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


def mean_field(model, ts, start=SOUTH_POLE):
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
    return _solution(lambda t, s: flow(model, s), ts, start)


def displacement(model, ts, start=SOUTH_POLE):
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
    focus, half = _focus(model.drive, model.twist), model.N * model.Gamma / 2
    arm, slope = complex(*start[:2]) - focus, half * (1 - 1j * model.twist)

    def motion(t, state):
        b, velocity = state
        s = focus + arm * np.exp(-slope * b)
        return np.array([velocity, half * abs(s) ** 2 - model.Omega * s.imag])

    return _solution(motion, ts, np.array([0.0, -start[2]]))


def _checked(model, ts, start):
    """Return ``ts`` and ``start`` as arrays, or refuse them."""
    arguments.instance("model", Model, model)
    ts, start = arguments.times(ts), bloch_vector(start)
    turns = ts[-1] * max(abs(model.Omega), model.Omega_c)
    arguments.ends_in_time("The mean field up to the last of ts", 2e-3 * turns)
    return ts, start


def _solution(velocity, ts, start):
    """Integrate ``velocity(t, state)`` from t = 0 to the times ``ts`` close to rounding."""
    if ts[-1] == 0:
        return np.tile(start, (ts.size, 1))
    times, back = np.unique(ts, return_inverse=True)
    flowing = solve_ivp(velocity, (0, ts[-1]), start, "DOP853", times, rtol=1e-12, atol=1e-13)
    if not flowing.success:
        raise ArithmeticError(f"The mean-field equations were not solved: {flowing.message}")
    return flowing.y.T[back]


def s_plus(model, b, start=SOUTH_POLE):
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
    focus = _focus(model.drive, model.twist)
    rate = model.N * (model.Gamma / 2 - 1j * model.chi)
    if (b * rate.real < -FURTHEST).any():
        arguments.refuse("b", f"at least {-FURTHEST / rate.real:.3g} = -{FURTHEST} · 2/(NΓ)", b)
    start = complex(x, y)
    return start + (start - focus) * np.expm1(-rate * b)  # without loss of digits at a far focus


def potential(model, b, start=SOUTH_POLE):
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


def _focus(drive, twist):
    """Where all spirals end, a = i d / (1 - i w)."""
    return 1j * drive / (1 - 1j * twist)


def _mirrored(drive, twist, start):
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


def _outdistance(drive, twist, s):
    """How far s lies outside the spiral through SS_2, as a difference of their invariants.

    Positive where the spiral inward from s leaves the disk; the drive as in `_saddle_arm`.
    """
    place = (s - _focus(drive, twist)) / _saddle_arm(drive, twist)
    turn = -np.angle(place) % (2 * np.pi)  # outward the spiral of SS_2 winds clockwise
    return twist * np.log(np.maximum(abs(place), TINY)) - turn


def oscillates(drive, twist, start=SOUTH_POLE):
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
    drive, twist, s = _mirrored(drive, twist, bloch_vectors(start))
    multistable = np.clip(drive, 1, np.hypot(1, twist))
    return (_normal(drive, twist) | (drive > 1) & (_outdistance(multistable, twist, s) > 0))[()]


def critical_drive(twist, start=SOUTH_POLE):
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
    _, twist, s = _mirrored(1.0, twist, bloch_vectors(start))
    low = np.ones(s.shape)
    high = low * np.hypot(1, twist)
    while (high - low > 4 * np.finfo(float).eps * high).any():
        middle = (low + high) / 2
        beyond = _outdistance(middle, twist, s) > 0
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
    focus, rim = _focus(drive, twist), np.exp(1j * azimuth)
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


def turning_points(model, start=SOUTH_POLE):
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
    drive, twist, s = _mirrored(model.drive, model.twist, bloch_vector(start))
    focus, (centre, saddle) = _focus(drive, twist), _rim(drive)
    if s == focus:
        return -np.inf, np.inf
    # The invariant of the start, on the turn of its spiral that meets the equator.
    value, bound = twist * np.log(abs(s - focus)), _normal(drive, twist)
    if bound:
        value += np.angle(1 - s / focus)
    else:
        last = _saddle_invariant(drive, twist)
        lead = _outdistance(drive, twist, s) if drive > 1 else np.angle(s - focus) + value - last
        bound = drive > 1 and lead > 0
        value = last + (lead if bound else -(-lead % (2 * np.pi)))
    rims = [_crossing(drive, twist, value, (saddle - 2 * np.pi, centre))]
    if bound:
        rims.append(_crossing(drive, twist, value, (centre, saddle)))
    b = np.log(abs((s - focus) / (np.array(rims) - focus))) / (model.N * model.Gamma / 2)
    return min(b[0].item(), 0.0), max(b[1].item(), 0.0) if bound else np.inf


def _rests(model, start):
    """Whether a start is a fixed point to rounding."""
    return abs(flow(model, start)).max() <= 1e-14 * np.hypot(model.Omega, model.Omega_c)


def _orbit(model, start):
    """Period of the oscillation and the averages of s_x and s_y over it, by quadrature.

    Each half of the well is measured from its own turning point by b = b_end + 2 width sin²(φ/2),
    which takes the singularity of db / sqrt(1 - V) away; 1 - V is a difference from its 0 there.
    """
    half, slope = model.N * model.Gamma / 2, 1 - 1j * model.twist
    ends = half * np.array(turning_points(model, start))
    x, y, _ = start
    arc = np.ptp(ends) * abs(x + 1j * y - _focus(model.drive, model.twist))
    if arc < NEGLIGIBLE or _rests(model, start):
        square = model.Omega * x * (model.Omega * x + model.N * model.chi)  # -λ² of Eq. (24)
        return 2 * np.pi / np.sqrt(square) if square > 0 else np.inf, x, y
    total = np.zeros(3)
    for end, width in zip(ends, [np.ptp(ends) / 2, -np.ptp(ends) / 2], strict=True):
        rim = s_plus(model, end / half, start)
        arm = rim - _focus(model.drive, model.twist)

        def integrand(phi, rim=rim, arm=arm, width=width):
            moved = arm * np.expm1(-slope * 2 * width * np.sin(phi / 2) ** 2)
            kinetic = -np.real(np.conj(moved) * (2 * rim + moved))
            time = abs(width) * np.sin(phi) / np.sqrt(kinetic)
            return time * np.array([1, (rim + moved).real, (rim + moved).imag])

        total += quad_vec(integrand, 0, np.pi / 2, epsrel=1e-12)[0]
    return 2 * total[0].item() / half, *total[1:] / total[0]


def period(model, start=SOUTH_POLE):
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


def long_time_average(model, start=SOUTH_POLE):
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


def fixed_points(model):
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
    focus, found = _focus(drive, twist), []
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
    return _focus(drive, twist), _saddle_arm(drive, twist), entry


def basin_boundary(drive, twist, points=201):
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


def oscillating_fraction(drive, twist):
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
