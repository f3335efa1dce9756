"""What the claims of several chapters compute alike."""

from functools import cache

import numpy as np

from ...exact_dynamics import evolve
from ...model import Model
from ...steady_state import steady_moments
from ..paper import TWIST
from ..registry import Claims

CLAIMS = Claims()


def exponent(sizes, values):
    """Power of the sizes in the values, from a straight line through the logarithms."""
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


def inversion(N, twist, ratio):
    """Steady-state <J_z>/(N/2) at Ω/Ω_c = ratio."""
    drive = ratio * np.hypot(1, twist)
    return steady_moments(Model.from_ratios(N=N, drive=drive, twist=twist)).bloch[2]


def model_of_figures(drive, N):
    """Parameters of Figs. 7 to 9 (Γ = 1)."""
    return Model.from_ratios(N=N, drive=drive, twist=TWIST)


@cache
def exact_inversion(drive, N, end, samples):
    """Return times up to ``end`` and the exact <J_z>/(N/2) from the south pole."""
    ts = np.linspace(0, end, samples)
    trajectory = evolve(model_of_figures(drive, N), ts, tol=1e-3, progress=False)
    return ts, trajectory.moments.bloch[:, 2]


def natural_linewidth(lifetime):
    """Natural linewidth in Hz of a level that lives so many seconds."""
    return 1 / (2 * np.pi * lifetime)
