"""Extrema of a sampled curve, between its points."""

import numpy as np
from scipy.interpolate import CubicSpline

from . import arguments


def extrema(ts, values):
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
    ts, values = arguments.axis("ts", ts), arguments.axis("values", values)
    if ts.size < 4 or ts.size != values.size or not (np.diff(ts) > 0).all():
        arguments.refuse("ts", f"{max(values.size, 4)} increasing numbers", ts)
    rising = np.diff(values) > 0
    turns = 1 + np.flatnonzero(rising[1:] != rising[:-1])
    curve = CubicSpline(ts, values)
    level = curve.derivative().roots(extrapolate=False)
    level = level[np.isfinite(level)]
    places = np.array([level[np.argmin(abs(level - t))] for t in ts[turns]])
    return places, curve(places)
