"""Claims of Section I: what the paper announces."""

import numpy as np

from ..paper import TWIST
from .shared import CLAIMS, inversion

claim = CLAIMS.of("01_introduction")


@claim(
    "Sec. I",
    "largest change of the steady inversion with twist 2χ/Γ from 0 to 5 at fixed Ω/Ω_c, N = 100",
    printed=0,
    tolerance=1e-12,
    rests_on="steady_moments",
)
def interactions_only_renormalise_the_critical_drive():
    ratios, twists = np.linspace(0.1, 2, 20), (0.5, TWIST, 5)
    return max(
        abs(inversion(100, twist, ratio) - inversion(100, 0, ratio))
        for ratio in ratios
        for twist in twists
    )


@claim(
    "Sec. I",
    "steady inversion <J_z>/(N/2) at 1.2 Ω_c for N = 10⁶",
    printed=0,
    tolerance=1e-5,
    rests_on="steady_moments",
)
def normal_phase_has_no_inversion():
    return inversion(10**6, 0, 1.2)


@claim(
    "Sec. I",
    "steady inversion <J_z>/(N/2) without drive, N = 10⁶: all atoms de-excited",
    printed=-1,
    tolerance=1e-12,
    rests_on="steady_moments",
)
def without_drive_all_atoms_are_deexcited():
    return inversion(10**6, TWIST, 0)
