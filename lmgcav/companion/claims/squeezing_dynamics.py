"""Claims of Section IV C: squeezing in time."""

from functools import cache

import numpy as np

from ...exact_dynamics import evolve
from ...model import Model
from ...moments import squeezing
from ...steady_state import best_squeezing
from ..paper import TWIST
from .shared import CLAIMS

claim = CLAIMS.of("04c_squeezing_dynamics")


@cache
def squeezing_history():
    """Return times and ξ² from the south pole for N = 200 at the best drive (Γ = 1)."""
    drive = best_squeezing(200)[0] * np.hypot(1, TWIST)
    model = Model.from_ratios(N=200, drive=drive, twist=TWIST)
    ts = np.append(0, np.geomspace(1e-3, 20, 300))
    return ts, squeezing(evolve(model, ts, tol=1e-5, progress=False).moments)


@claim(
    "Fig. 10",
    "share of the first two extrema of ξ² that are a minimum below 1 and a maximum above, N = 200",
    printed=1,
    tolerance=0,
    rests_on="best_squeezing evolve squeezing",
)
def squeezed_then_oversqueezed():
    xi2 = squeezing_history()[1]
    rising = np.diff(xi2) > 0
    first, second = 1 + np.flatnonzero(rising[1:] != rising[:-1])[:2]
    return np.mean([rising[first] and xi2[first] < 1, not rising[second] and xi2[second] > 1])


@claim(
    "Fig. 10",
    "ξ² at Γt = 20 over its steady value, N = 200",
    printed=1,
    tolerance=2e-3,
    rests_on="best_squeezing evolve squeezing",
)
def late_squeezing_is_steady():
    return squeezing_history()[1][-1] / best_squeezing(200)[1]


@claim(
    "Fig. 10",
    "rises of ξ² between neighbouring times from Γt = 0.2 to 20, N = 200",
    printed=0,
    tolerance=0,
    rests_on="best_squeezing evolve squeezing",
    note="so γ lies before 0.2",
)
def approach_is_monotonic():
    ts, xi2 = squeezing_history()
    return np.sum(np.diff(xi2[ts > 0.2]) > 0)
