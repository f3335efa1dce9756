"""Claims of Section VI: atoms that scatter on their own."""

import numpy as np

from ...scattering import Scattering, sampled_moments, scattered_moments
from ..paper import WINDOW
from .shared import CLAIMS, model_of_figures

claim = CLAIMS.of("06_conclusions")


@claim(
    "Eq. (5)",
    "relative change of <J²> at D up to 1/Γ, where atoms are free to change it, N = 12",
    printed=0,
    tolerance=1e-6,
    rests_on="scattered_moments",
)
def total_spin_is_conserved():
    moments = scattered_moments(model_of_figures(2.09, 12), Scattering(), [0, 0.3, 1])
    J2 = np.trace(moments.second, axis1=1, axis2=2)
    return abs(J2 / J2[0] - 1).max()


@claim(
    "Sec. IV B",
    "inversion at D after 0.13/Γ from random paths, N = 400",
    printed=0,
    tolerance=0.03,
    rests_on="sampled_moments",
    note="the statistical error of 2000 paths is 0.013",
)
def metastable_inversion_at_D_from_random_paths():
    moments = sampled_moments(model_of_figures(2.09, 400), Scattering(), [WINDOW])
    return moments.bloch[0, 2]
