"""Claims of Section II: the cavity, the atoms and their rates."""

import numpy as np

from ...basins import period
from ...model import cavity_rates
from .registry import claim
from .shared import exponent, model_of_figures


def dressed_atom(kappa, Delta):
    """Energy, shift and half-width, that one excited atom gets from its cavity with g = 1."""
    energies = np.linalg.eigvals([[0, 1], [1, -Delta - 0.5j * kappa]])
    return energies[np.argmin(abs(energies))]


@claim(
    "02_model",
    "Eq. (3)",
    "Γ over the decay rate of one excited atom under Eq. (1), κ = 100 g and Δ = 0.9375 κ",
    printed=1,
    tolerance=1e-3,
)
def decay_rate_through_the_cavity():
    kappa, Delta = 100, 93.75
    return cavity_rates(1, kappa, Delta)[1] / (-2 * dressed_atom(kappa, Delta).imag)


@claim(
    "02_model",
    "Eq. (3)",
    "χ over the energy shift of one excited atom under Eq. (1), same cavity",
    printed=1,
    tolerance=1e-3,
)
def exchange_rate_through_the_cavity():
    kappa, Delta = 100, 93.75
    return cavity_rates(1, kappa, Delta)[0] / dressed_atom(kappa, Delta).real


@claim(
    "02_model",
    "Eq. (5)",
    "power of N with which ‖χ J_z‖ falls against ‖χ J_z²‖, N from 10 to 1000",
    printed=-1,
    tolerance=1e-9,
)
def neglected_term_is_a_factor_of_N_smaller():
    N = np.array([10, 1000])
    m = [n / 2 - np.arange(n + 1) for n in N]
    ratio = [np.abs(each).max() / (each**2).max() for each in m]
    return np.diff(np.log(ratio))[0] / np.diff(np.log(N))[0]


def linewidth(lifetime):
    """Natural linewidth in Hz of a level that lives so many seconds."""
    return 1 / (2 * np.pi * lifetime)


@claim(
    "02_model",
    "Sec. I, II",
    "log₁₀ of the linewidth γ over 1 mHz, from the lifetime of 100 s",
    printed=0,
    tolerance=0.5,
    note="printed: of the order of millihertz",
)
def linewidth_of_the_clock_transition():
    return np.log10(linewidth(100) / 1e-3)


@claim(
    "02_model",
    "Sec. II",
    "log₁₀ κ/γ for κ = 200 kHz and the lifetime of 100 s",
    printed=8,
    tolerance=0.5,
    note="printed: hundreds of kilohertz, eight orders of magnitude",
)
def cavity_loses_photons_faster_than_the_atoms():
    return np.log10(200e3 / linewidth(100))


@claim(
    "02_model",
    "Sec. VI",
    "log₁₀ of the lifetimes of ³P₀ and ³P₁, 100 s and 20 μs",
    printed=6,
    tolerance=0.75,
    note="printed: six orders of magnitude; these two numbers give almost seven",
)
def intercombination_line_is_faster_than_the_clock():
    return np.log10(100 / 20e-6)


@claim(
    "02_model",
    "Sec. II",
    "power of N in the time of a mean-field oscillation at fixed χ, Γ and 2Ω/(NΓ)",
    printed=-1,
    tolerance=1e-9,
    note="printed: with more atoms the dynamics becomes faster in real time",
)
def more_atoms_move_faster():
    return exponent([10, 1000], [period(model_of_figures(1.76, N)) for N in (10, 1000)])
