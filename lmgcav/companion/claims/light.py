"""Claims of Section VI about the light that leaves."""

import numpy as np

from ...exact_dynamics import evolve
from ...light import coherence, correlation, emission_spectrum, photon_flux
from ...model import Model
from ...spectrum import gaps
from ...trajectories import counting_record
from ..paper import TWIST
from .shared import CLAIMS, model_of_figures

claim = CLAIMS.of("06d_light")


@claim(
    "Eq. (9)",
    "flux of the steady state over Γ|α|² of Eq. (6), 300 atoms at 0.9 Ω_c",
    printed=1,
    tolerance=1e-6,
    rests_on="photon_flux",
)
def flux_below_the_transition():
    m = model_of_figures(0.9 * np.hypot(1, TWIST), 300)
    return photon_flux(m) / (m.Gamma * abs(m.alpha) ** 2)


@claim(
    "Eq. (9)",
    "g²(0) of a thousand atoms at 100 Ω_c",
    printed=6 / 5,
    tolerance=1e-3,
    rests_on="coherence",
)
def light_far_above_the_transition_is_bunched():
    return coherence(Model.from_ratios(N=1000, drive=100))


@claim(
    "Fig. 8, C",
    "final rate of g²(τ) over the slowest decay of Eq. (4) at C, 60 atoms",
    printed=1,
    tolerance=0.005,
    rests_on="correlation gaps",
)
def light_forgets_at_the_slowest_rate():
    m, taus = model_of_figures(1.76, 60), np.linspace(2, 4, 21)
    pairs = correlation(m, taus, "+", "+-", "-", tol=1e-7).values.real
    decay = abs(pairs - (photon_flux(m) / m.Gamma) ** 2)
    return -np.polyfit(taus, np.log(decay), 1)[0] / gaps(m).real


@claim(
    "Eq. (22)",
    "sideband of the light over the imaginary part of Eq. (22), 30 atoms at 0.7 Ω_c",
    printed=1,
    tolerance=0.2,
    rests_on="emission_spectrum",
    note="for N → ∞ the sideband is too weak to be seen",
)
def sideband_of_the_precession():
    m = model_of_figures(0.7 * np.hypot(1, TWIST), 30)
    turning = m.chi * m.N * np.sqrt(1 - 0.7**2)
    omegas = turning * np.linspace(0.5, 1.5, 101)
    noise = emission_spectrum(m, omegas, tol=1e-8).incoherent
    return omegas[np.argmax(noise)] / turning


@claim(
    "Eq. (4)",
    "average of 200 runs with counted photons minus Eq. (4), in standard errors, 4 atoms",
    printed=0,
    tolerance=3,
    rests_on="counting_record evolve",
)
def average_of_the_runs():
    m = model_of_figures(2.09, 4)
    runs = [counting_record(m, [0.5], seed=k).moments.mean[0, 2] for k in range(200)]
    exact = evolve(m, [0.5], progress=False).moments.mean[0, 2]
    return (np.mean(runs) - exact) / (np.std(runs) / np.sqrt(len(runs)))
