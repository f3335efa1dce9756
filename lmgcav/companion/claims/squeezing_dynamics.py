"""Claims of Section IV C: squeezing in time."""

from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline

from ...exact_dynamics import evolve
from ...extrema import extrema
from ...fisher import fisher_information
from ...model import Model
from ...moments import squeezing
from ...steady_state import best_squeezing
from ..paper import TWIST
from .shared import CLAIMS

claim = CLAIMS.of("04c_squeezing_dynamics")

BY_QUTIP = "marked in the figure without a number, which is that of QuTiP's Liouvillian"


def model_of_fig_10():
    """Parameters of Fig. 10 (Γ = 1)."""
    drive = best_squeezing(200)[0] * np.hypot(1, TWIST)
    return Model.from_ratios(N=200, drive=drive, twist=TWIST)


@cache
def squeezing_history():
    """Return times and ξ² from the south pole for N = 200 at the best drive (Γ = 1)."""
    model = model_of_fig_10()
    ts = np.append(0, np.geomspace(1e-3, 20, 300))
    return ts, squeezing(evolve(model, ts, tol=1e-5, progress=False).moments)


@cache
def points_of_fig_10():
    """Return NΓt/2, 10 log₁₀ ξ² and the length of the mean spin at α, β and γ."""
    model = model_of_fig_10()
    collective = np.linspace(0, 20, 401)
    run = evolve(model, collective / 100, tol=1e-5, progress=False)
    times, heights = extrema(collective, 10 * np.log10(squeezing(run.moments)))
    chosen = [0, np.argmax(heights), -1]
    bloch = CubicSpline(collective, run.moments.bloch)(times[chosen])
    return times[chosen], heights[chosen], np.linalg.norm(bloch, axis=1)


@claim(
    "Fig. 10, α",
    "log₁₀ of the time of the first minimum of ξ² in collective times 2/(NΓ), N = 200",
    printed=0,
    tolerance=0.3,
    rests_on="best_squeezing evolve squeezing",
    note="printed: at short times",
)
def early_minimum_comes_in_a_collective_time():
    return np.log10(points_of_fig_10()[0][0])


@claim(
    "Fig. 10, α",
    "time of α in collective times 2/(NΓ), N = 200",
    printed=1.633,
    tolerance=0.0005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def time_of_alpha():
    return points_of_fig_10()[0][0]


@claim(
    "Fig. 10, α",
    "10 log₁₀ ξ² at α, N = 200",
    printed=-4.05,
    tolerance=0.005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def depth_of_alpha():
    return points_of_fig_10()[1][0]


@claim(
    "Fig. 10, β",
    "time of β in collective times 2/(NΓ), N = 200",
    printed=8.00,
    tolerance=0.005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def time_of_beta():
    return points_of_fig_10()[0][1]


@claim(
    "Fig. 10, β",
    "10 log₁₀ ξ² at β, N = 200",
    printed=28.72,
    tolerance=0.005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def height_of_beta():
    return points_of_fig_10()[1][1]


@claim(
    "Fig. 10, γ",
    "time of γ in collective times 2/(NΓ), N = 200",
    printed=15.64,
    tolerance=0.005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def time_of_gamma():
    return points_of_fig_10()[0][2]


@claim(
    "Fig. 10, γ",
    "10 log₁₀ ξ² at γ, N = 200",
    printed=20.84,
    tolerance=0.005,
    rests_on="best_squeezing evolve extrema squeezing",
    note=BY_QUTIP,
)
def height_of_gamma():
    return points_of_fig_10()[1][2]


@claim(
    "Fig. 10, α",
    "length of the mean spin at α, N = 200",
    printed=1,
    tolerance=0.05,
    rests_on="best_squeezing evolve squeezing",
    note="printed: strongly polarized in one direction",
)
def polarized_at_alpha():
    return points_of_fig_10()[2][0]


@claim(
    "Fig. 10, β",
    "length of the mean spin at β, the highest ξ², N = 200",
    printed=0,
    tolerance=0.4,
    rests_on="best_squeezing evolve squeezing",
    note="printed: the state wraps around the sphere",
)
def wrapped_at_beta():
    return points_of_fig_10()[2][1]


@claim(
    "Fig. 10, γ",
    "whether the mean spin is longer at γ, the last extremum, than at β, N = 200 (1: yes)",
    printed=1,
    tolerance=0,
    rests_on="best_squeezing evolve squeezing",
    note="0.51 after 0.30; printed: the distribution relocalizes",
)
def localized_again_at_gamma():
    lengths = points_of_fig_10()[2]
    return lengths[2] > lengths[1]


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


@claim(
    "Sec. IV C",
    "time Γt at which the Fisher information is back at N, over that at which ξ² is back at 1",
    printed=0,
    tolerance=0.1,
    rests_on="fisher_information evolve",
    note="printed: oversqueezed; the paper has ξ² only",
)
def entanglement_is_back_long_before_squeezing():
    model, ts = model_of_fig_10(), np.linspace(0.4, 0.5, 6)
    states = evolve(model, ts, tol=1e-4, states=True, progress=False).states
    F = [np.linalg.eigvalsh(fisher_information(rho))[-1] for rho in states.density_matrix]
    times, xi2 = squeezing_history()
    return np.interp(200, F, ts) / times[np.flatnonzero(xi2 > 1)[-1]]
