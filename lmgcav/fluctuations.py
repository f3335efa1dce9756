r"""Squeezing of many atoms as small Gaussian fluctuations about the mean field, Sec. IV C.

With the flow of Eq. (15) and its Jacobian A, and single atoms that add A's + d to it, the
covariance V of the Bloch vector s obeys

.. math:: \dot V = (A + A') V + V (A + A')^T
          + \Gamma \sum_{a = x, y} (e_a \times s)(e_a \times s)^T
          - \tfrac1N \left[p\,(A' + A'^T) - \dot p + d s^T + s d^T\right],

where p is the fraction of the atoms that are left. The first noise is that of the collective
emission, the second keeps every atom a spin ½.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import arguments
from .mean_field import flow, jacobian, solution
from .model import SOUTH_POLE, Model
from .moments import Moments
from .scattering import Scattering, checked

LARGEST = 0.1  # growth of tr V, the share of <J²> that is wrong


def gaussian_moments(
    model: Model,
    scattering: Scattering,
    ts: ArrayLike,
    start: ArrayLike = SOUTH_POLE,
    *,
    noise: bool = True,
    largest: float = LARGEST,
) -> Moments:
    """Mean spin and covariance of many atoms, as small Gaussian fluctuations about mean field.

    Parameters
    ----------
    model : Model
    scattering : Scattering
    ts : array_like, shape (t,)
        Sorted times from 0 on, in the inverse unit of the rates.
    start : array_like, shape (3,), default SOUTH_POLE
        Bloch vector of the coherent state at time 0.
    noise : bool, default True
        Whether the collective emission adds its noise. Without it the flow alone carries the
        fluctuations along, damping included, and they fall below the uncertainty relation.
    largest : float, default 0.1
        Where the trace of V grows by more, it is no longer small: the sum |s|² + tr V, which
        stands for <J²>/(N/2)², has to stay near 1. Infinite for the equations as they are.

    Returns
    -------
    Moments
        With leading axis t; N is the number of atoms at the start. Off by a fraction of order 1/N
        that grows with time where mean field oscillates.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the times go on when fluctuations are no longer
        small, as they do soon near an unstable point.
    ArithmeticError
        If the equations cannot be solved.

    Examples
    --------
    >>> from lmgcav import Model, Scattering, evolve, squeezing
    >>> m, ts = Model.from_ratios(N=400, drive=1.0, twist=1.0), [0.003, 0.02]
    >>> exact = squeezing(evolve(m, ts).moments)
    >>> (squeezing(gaussian_moments(m, Scattering(), ts)) / exact).round(2)
    array([1., 1.])
    """
    ts, start, fastest = checked(model, scattering, ts, start)
    arguments.in_few_steps("ts[-1]", ts[-1], fastest)
    if not isinstance(noise, (bool, np.bool_)):
        arguments.refuse("noise", "True or False", noise)
    if not (isinstance(largest, float) and largest == np.inf):
        largest = arguments.positive("largest", largest)
    end = ts[-1] or 1.0  # the unit of time

    def motion(share, state):
        s, V = state[:3], state[3:].reshape(3, 3)
        if np.trace(V) > 3 / model.N + largest:
            short = f"before {share * end:.3g}, from where on fluctuations are no longer small"
            arguments.refuse("ts[-1]", short, ts[-1].item())
        alone, fall, single = single_atoms(model.N, scattering, s, share * end)
        dV = (jacobian(model, s) + alone) @ V + single / 2
        if noise:
            kicks = np.cross(np.eye(3)[:2], s)
            dV += model.Gamma / 2 * kicks.T @ kicks
        return end * np.concatenate([flow(model, s) + alone @ s + fall, (dV + dV.T).ravel()])

    first = np.append(start, (np.eye(3) - np.outer(start, start)) / model.N)
    limits = {"rtol": 1e-8, "atol": 1e-10 / model.N}
    states = solution("fluctuations", motion, first, ts / end, "LSODA", **limits)
    s, V = states[:, :3], states[:, 3:].reshape(-1, 3, 3)
    quarter = model.N**2 / 4
    return Moments(model.N, model.N / 2 * s, quarter * (V + s[:, :, None] * s[:, None, :]))


def single_atoms(N, scattering, s, t):
    """Return A' and d of the atoms that are left at time t, and their noise in dV/dt."""
    sideways = -scattering.decay / 2 - scattering.dephasing - scattering.loss
    alone = np.diag([sideways, sideways, -scattering.decay - scattering.loss])
    left = np.exp(-scattering.loss * t)
    fall = np.array([0, 0, -scattering.decay * left])
    grows = left * (2 * alone + scattering.loss * np.eye(3)) + 2 * np.outer(fall, s)
    return alone, fall, -grows / N
