"""Claims of Section II: the cavity, the atoms and their rates."""

import numpy as np

from ...basins import period
from ...model import SOUTH_POLE, cavity_rates
from ...multipoles import Multipoles
from .shared import CLAIMS, exponent, model_of_figures, natural_linewidth

claim = CLAIMS.of("02_model")


def dressed_atom(kappa, Delta):
    """Energy, shift and half-width, that one excited atom gets from its cavity with g = 1."""
    energies = np.linalg.eigvals([[0, 1], [1, -Delta - 0.5j * kappa]])
    return energies[np.argmin(abs(energies))]


@claim(
    "Eq. (3)",
    "Γ over the decay rate of one excited atom under Eq. (1), κ = 100 g and Δ = 0.9375 κ",
    printed=1,
    tolerance=1e-3,
    rests_on="cavity_rates",
)
def decay_rate_through_the_cavity():
    kappa, Delta = 100, 93.75
    return cavity_rates(1, kappa, Delta)[1] / (-2 * dressed_atom(kappa, Delta).imag)


@claim(
    "Eq. (3)",
    "χ over the energy shift of one excited atom under Eq. (1), same cavity",
    printed=1,
    tolerance=1e-3,
    rests_on="cavity_rates",
)
def exchange_rate_through_the_cavity():
    kappa, Delta = 100, 93.75
    return cavity_rates(1, kappa, Delta)[0] / dressed_atom(kappa, Delta).real


@claim(
    "Eq. (5)",
    "power of N with which ‖χ J_z‖ falls against ‖χ J_z²‖, N from 10 to 1000",
    printed=-1,
    tolerance=1e-9,
    rests_on="Multipoles.coherent",
)
def neglected_term_is_a_factor_of_N_smaller():
    poles = [Multipoles.coherent(N, SOUTH_POLE, 2).moments for N in (10, 1000)]  # reach both norms
    return exponent([10, 1000], [-pole.mean[2] / pole.second[2, 2] for pole in poles])


@claim(
    "Sec. I, II",
    "log₁₀ of the linewidth γ over 1 mHz, from the lifetime of 100 s",
    printed=0,
    tolerance=0.5,
    rests_on="natural_linewidth",
    note="printed: of the order of millihertz",
)
def linewidth_of_the_clock_transition():
    return np.log10(natural_linewidth(100) / 1e-3)


@claim(
    "Sec. II",
    "log₁₀ κ/γ for κ = 200 kHz and the lifetime of 100 s",
    printed=8,
    tolerance=0.5,
    rests_on="natural_linewidth",
    note="printed: hundreds of kilohertz, eight orders of magnitude",
)
def cavity_loses_photons_faster_than_the_atoms():
    return np.log10(200e3 / natural_linewidth(100))


@claim(
    "Sec. VI",
    "log₁₀ of the lifetimes of ³P₀ and ³P₁, 100 s and 20 μs",
    printed=6,
    tolerance=0.75,
    rests_on="natural_linewidth",
    note="printed: six orders of magnitude; these two numbers give almost seven",
)
def intercombination_line_is_faster_than_the_clock():
    return np.log10(natural_linewidth(20e-6) / natural_linewidth(100))


@claim(
    "Sec. II",
    "power of N in the time of a mean-field oscillation at fixed χ, Γ and 2Ω/(NΓ)",
    printed=-1,
    tolerance=1e-9,
    rests_on="period",
    note="printed: with more atoms the dynamics becomes faster in real time",
)
def more_atoms_move_faster():
    return exponent([10, 1000], [period(model_of_figures(1.76, N)) for N in (10, 1000)])
