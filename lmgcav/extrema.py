"""Extrema of a sampled curve, and when it has fallen, between its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline

from . import arguments

CLOSEST = 1e-9  # share of the range from which on slopes do not overflow


def extrema(ts: ArrayLike, values: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Minima and maxima of a smooth curve, by the cubic spline through its points.

    Parameters
    ----------
    ts : array_like, shape (t,)
        Increasing abscissae, t ≥ 4.
    values : array_like, shape (t,)
        The curve there.

    Returns
    -------
    places, heights : numpy.ndarray, shape (n,)
        One for every point that is above or below both of its neighbours; in error by the fourth
        power of the spacing.

    Raises
    ------
    ValueError
        If the abscissae do not increase, or there are too few.

    Examples
    --------
    >>> ts = np.linspace(0, 4, 30)
    >>> places, heights = extrema(ts, np.sin(ts))
    >>> print(places.round(3), heights.round(3))  # π/2 and 1
    [1.571] [1.]
    """
    ts, values, shares = _curve(ts, values)
    rising = np.diff(values) > 0
    turns = 1 + np.flatnonzero(rising[1:] != rising[:-1])
    curve = CubicSpline(shares, values)
    level = curve.derivative().roots(extrapolate=False)
    level = level[np.isfinite(level)]
    places = np.array([level[np.argmin(abs(level - share))] for share in shares[turns]])
    return ts[0] + np.ptp(ts) * places, curve(places)


def _curve(ts, values):
    """Return both as arrays, and ``ts`` as shares of its range, or refuse them."""
    ts, values = arguments.axis("ts", ts), arguments.axis("values", values)
    shares = (ts - ts[0]) / (np.ptp(ts) or 1) if ts.size else ts
    if ts.size < 4 or ts.size != values.size or not (np.diff(shares) > CLOSEST).all():
        allowed = f"{max(values.size, 4)} increasing numbers, apart by {CLOSEST} of their range"
        arguments.refuse("ts", allowed, ts)
    return ts, values, shares


def fall_time(ts: ArrayLike, values: ArrayLike, rate: float = 0.0) -> float:
    """Time at which values, times exp(rate t), have fallen to 1/e in size.

    Parameters
    ----------
    ts : array_like, shape (t,)
        Increasing times, t ≥ 4.
    values : array_like, shape (t,)
        A curve that falls from 1, or extrema of an oscillation that do; none is 0.
    rate : float, default 0
        3Γ/4 takes off the short-time decay of Appendix A, as in Fig. 13(b).

    Returns
    -------
    float
        The first such time, by a cubic spline through the logarithms; infinite where they do not
        fall so far.

    Examples
    --------
    >>> ts = np.linspace(0, 2, 9)
    >>> round(fall_time(ts, np.exp(-(ts**2)), rate=1.5), 6)
    2.0
    """
    ts, values, shares = _curve(ts, values)
    if not values.all():
        arguments.refuse("values", "different from 0", values)
    fallen = -np.log(abs(values)) - arguments.finite("rate", rate) * ts
    times = ts[0] + np.ptp(ts) * CubicSpline(shares, fallen - 1).roots(extrapolate=False)
    return times[0].item() if times.size else np.inf
