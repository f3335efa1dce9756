"""Driven-dissipative collective spins in an optical cavity (PRA 99, 053411)."""

__version__ = "0.1.0"

from .basins import (
    basin_boundary,
    critical_drive,
    long_time_average,
    oscillates,
    oscillating_fraction,
    period,
    turning_points,
)
from .cavity import (
    atom_cavity_moments,
    atom_cavity_steady_moments,
    cavity_parameters,
    eliminated_moments,
    elimination_error,
)
from .companion.saved import load, save
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
from .extrema import extrema, fall_time
from .fisher import fisher_information
from .fluctuations import gaussian_moments
from .heisenberg import StartAverage, average_inversion
from .husimi import husimi
from .light import (
    Correlation,
    Emission,
    coherence,
    correlation,
    emission_spectrum,
    photon_flux,
)
from .lindbladian import Lindbladian, multiplications
from .mean_field import displacement, fixed_points, mean_field, mean_rates, potential, s_plus
from .model import SOUTH_POLE, Model, cavity_rates, coherent
from .moments import Moments, spin_moments, squeezing, squeezing_error
from .multipoles import Multipoles, generator, raising, spin_products
from .photons import (
    critical_drive_with_light,
    critical_shift,
    decays,
    eigenvalues_with_light,
    linewidth,
    magnetisation,
    mean_field_with_light,
    sideband_rates,
)
from .scattering import (
    Scattering,
    product_generator,
    sampled_moments,
    scattered_mean_field,
    scattered_moments,
)
from .spectrum import (
    Spectrum,
    eigenvalues,
    gaps,
    mean_field_eigenvalues,
    pseudospectrum,
    spectrum,
    trusted,
)
from .stationary import StationaryState, stationary_state
from .steady_state import best_squeezing, steady_moments, steady_state, steady_weights
from .sweeps.sweep import SweepError, sweep
from .trajectories import Record, counting_record, homodyne_record

__all__ = [
    "SOUTH_POLE",
    "Correlation",
    "Emission",
    "Experiment",
    "Lindbladian",
    "Model",
    "Moments",
    "Multipoles",
    "OrbitDiffusion",
    "Record",
    "Scattering",
    "Spectrum",
    "StartAverage",
    "StationaryState",
    "SweepError",
    "Trajectory",
    "atom_cavity_moments",
    "atom_cavity_steady_moments",
    "average_inversion",
    "basin_boundary",
    "best_squeezing",
    "cavity_parameters",
    "cavity_rates",
    "characteristic_envelope",
    "coherence",
    "coherent",
    "correlation",
    "counting_record",
    "coupling",
    "critical_drive",
    "critical_drive_with_light",
    "critical_shift",
    "decay_time",
    "decays",
    "displacement",
    "early_envelope",
    "eigenvalues",
    "eigenvalues_with_light",
    "eliminated_moments",
    "elimination_error",
    "emission_spectrum",
    "envelope",
    "evolve",
    "extrema",
    "fall_time",
    "fisher_information",
    "fixed_points",
    "gaps",
    "gaussian_moments",
    "generator",
    "homodyne_record",
    "husimi",
    "large_N_envelope",
    "linewidth",
    "load",
    "long_time_average",
    "magnetisation",
    "mean_field",
    "mean_field_eigenvalues",
    "mean_field_with_light",
    "mean_rates",
    "multiplications",
    "orbit_diffusion",
    "oscillates",
    "oscillating_fraction",
    "period",
    "photon_flux",
    "potential",
    "product_generator",
    "pseudospectrum",
    "raising",
    "s_plus",
    "sampled_moments",
    "save",
    "scattered_mean_field",
    "scattered_moments",
    "sideband_rates",
    "spectrum",
    "spin_moments",
    "spin_products",
    "squeezing",
    "squeezing_error",
    "stationary_state",
    "steady_moments",
    "steady_state",
    "steady_weights",
    "sweep",
    "trusted",
    "turning_points",
]
