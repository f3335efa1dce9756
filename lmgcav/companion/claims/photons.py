"""Claims of Section VI where the photons are kept."""

import numpy as np

from ... import photons
from ...mean_field import fixed_points, mean_field
from ...model import Model
from ..paper import TWIST
from .shared import CLAIMS

claim = CLAIMS.of("06b_photons")


@claim(
    "Eq. (15)",
    "largest change of s when the light is kept, κ = 100 √N g, drive 2.4, times up to 8/(NΓ)",
    printed=0,
    tolerance=2e-3,
    rests_on="mean_field mean_field_with_light",
)
def mean_field_with_a_fast_light():
    m, ts = Model.from_ratios(N=2, drive=2.4, twist=TWIST), np.linspace(0, 4, 41)
    s, _ = photons.mean_field_with_light(m, photons.linewidth(m, 100), ts)
    return abs(s - mean_field(m, ts)).max()


@claim(
    "Eq. (24)",
    "its λ at SS₃ over that with the light, sizes, κ = 100 √N g and drive 2.4",
    printed=1,
    tolerance=1e-3,
    rests_on="fixed_points eigenvalues_with_light",
)
def eigenvalue_with_a_fast_light():
    m = Model.from_ratios(N=2, drive=2.4, twist=TWIST)
    point = fixed_points(m)[-1]
    with_light = photons.eigenvalues_with_light(m, photons.linewidth(m, 100), point)
    return abs(point.eigenvalues[0] / with_light[0])
