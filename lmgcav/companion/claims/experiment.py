"""Claims of Section VI about the atoms and the cavity of an experiment."""

import numpy as np

from .shared import CLAIMS, natural_linewidth

claim = CLAIMS.of("06c_experiment")


@claim(
    "Sec. VI",
    "lifetime of ³P₁ in μs, from its linewidth of 2π × 7.5 kHz",
    printed=20,
    tolerance=2,
    rests_on="natural_linewidth",
)
def lifetime_of_the_intercombination_line():
    return 1e6 * natural_linewidth(7.5e3)  # its own inverse


@claim(
    "Sec. II",
    "log₁₀ κ/γ for κ = 2π × 160 kHz and the measured 167 s of ³P₀",
    printed=8,
    tolerance=0.5,
    rests_on="natural_linewidth",
    note="printed: eight orders of magnitude",
)
def clock_cavity_is_eight_orders_faster_than_its_atoms():
    return np.log10(160e3 / natural_linewidth(167))
