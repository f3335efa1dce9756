"""Driven-dissipative collective spins in an optical cavity (PRA 99, 053411)."""

from .basins import (
    basin_boundary,
    critical_drive,
    long_time_average,
    oscillates,
    oscillating_fraction,
    period,
    turning_points,
)
from .diffusion import OrbitDiffusion, orbit_diffusion
from .envelope import (
    characteristic_envelope,
    decay_time,
    early_envelope,
    envelope,
    large_N_envelope,
)
from .exact_dynamics import Trajectory, evolve
from .experiment import Experiment, coupling
from .fluctuations import gaussian_moments
from .husimi import husimi
from .mean_field import (
    displacement,
    fixed_points,
    mean_field,
    mean_rates,
    potential,
    s_plus,
)
from .model import SOUTH_POLE, Model, cavity_rates, coherent
from .moments import Moments, spin_moments, squeezing
from .multipoles import Multipoles
from .scattering import (
    Scattering,
    sampled_moments,
    scattered_mean_field,
    scattered_moments,
)
from .spectrum import Spectrum, eigenvalues, gaps, spectrum
from .steady_state import best_squeezing, steady_moments, steady_state
from .sweeps.sweep import SweepError, sweep

__all__ = [
    "SOUTH_POLE",
    "Experiment",
    "Model",
    "Moments",
    "Multipoles",
    "OrbitDiffusion",
    "Scattering",
    "Spectrum",
    "SweepError",
    "Trajectory",
    "basin_boundary",
    "best_squeezing",
    "cavity_rates",
    "characteristic_envelope",
    "coherent",
    "coupling",
    "critical_drive",
    "decay_time",
    "displacement",
    "early_envelope",
    "eigenvalues",
    "envelope",
    "evolve",
    "fixed_points",
    "gaps",
    "gaussian_moments",
    "husimi",
    "large_N_envelope",
    "long_time_average",
    "mean_field",
    "mean_rates",
    "orbit_diffusion",
    "oscillates",
    "oscillating_fraction",
    "period",
    "potential",
    "s_plus",
    "sampled_moments",
    "scattered_mean_field",
    "scattered_moments",
    "spectrum",
    "spin_moments",
    "squeezing",
    "steady_moments",
    "steady_state",
    "sweep",
    "turning_points",
]
