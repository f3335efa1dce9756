"""Claims of Section IV A: fixed points and the jump in mean field."""

import numpy as np

from ...basins import critical_drive, long_time_average, oscillates, period
from ...mean_field import fixed_points, flow, mean_field
from ...model import Model, coherent
from ...steady_state import steady_moments
from ..paper import TWIST
from .shared import CLAIMS, exponent

claim = CLAIMS.of("04a_mean_field")


def jacobian_gap(numbers):
    """Largest distance between Eqs. (22), (24) and the numerical Jacobian, in units of NΓ/2."""
    gaps = []
    for drive, twist in [(0.7, TWIST), (1.5, -TWIST), (-1.5, TWIST), (2.5, 0.6)]:
        model = Model.from_ratios(N=2, drive=drive, twist=twist)
        for point in fixed_points(model):
            if point.name in numbers:
                steps = 1e-5 * np.eye(3)
                ahead, behind = (flow(model, point.s[:, None] + sign * steps) for sign in (1, -1))
                numerical = np.linalg.eigvals((ahead - behind) / 2e-5)
                gaps += [abs(numerical - exact).min() for exact in point.eigenvalues]
    return max(gaps)


@claim(
    "Sec. IV A",
    "smallest mean-field critical drive of all starts in units of NΓ/2, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=1e-9,
    rests_on="coherent critical_drive",
    note="reached at s = (0, 1, 0) alone",
)
def lowest_critical_drive():
    return critical_drive(TWIST, coherent(np.pi / 2, np.pi / 2))


@claim(
    "Sec. IV A",
    "largest mean-field critical drive of all starts in units of Ω_c, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=1e-7,
    rests_on="coherent critical_drive",
    note="reached where SS_1 and SS_2 merge",
)
def highest_critical_drive():
    start = coherent(np.pi / 2, np.pi / 2 + np.arctan(TWIST))
    return critical_drive(TWIST, start) / np.hypot(1, TWIST)


@claim(
    "Sec. IV A",
    "share of 10⁵ starts with a critical drive outside NΓ/2 … Ω_c, at 2χ/Γ = 1.875",
    printed=0,
    tolerance=0,
    rests_on="critical_drive",
)
def critical_drives_outside_the_interval():
    starts = np.random.default_rng(1).normal(size=(10**5, 3))
    drives = critical_drive(TWIST, starts / np.linalg.norm(starts, axis=-1, keepdims=True))
    return np.mean((drives <= 1) | (drives >= np.hypot(1, TWIST)))


@claim(
    "Eq. (22)",
    "largest error of the eigenvalues of SS_1 against a numerical Jacobian",
    printed=0,
    tolerance=1e-8,
    rests_on="fixed_points",
)
def eigenvalues_of_the_steady_state():
    return jacobian_gap(("SS_1", "SS_1*"))


@claim(
    "Eq. (24)",
    "largest error of the eigenvalues of SS_2, SS_3 against a numerical Jacobian",
    printed=0,
    tolerance=1e-8,
    rests_on="fixed_points",
    note="both signs of χ and Ω",
)
def eigenvalues_on_the_equator():
    return jacobian_gap(("SS_2", "SS_3"))


@claim(
    "Fig. 6",
    "inversion averaged over a period beyond the critical drive, by integrating Eq. (15)",
    printed=0,
    tolerance=1e-9,
    rests_on="mean_field period",
)
def average_inversion_beyond_the_jump():
    model = Model.from_ratios(N=400, drive=1.76, twist=TWIST)
    return mean_field(model, np.arange(500) / 500 * period(model))[:, 2].mean()


@claim(
    "Fig. 6",
    "long-time average minus exact steady state, N = 10⁵ at 2Ω/(NΓ) = 1.7",
    printed=0,
    tolerance=1e-4,
    rests_on="long_time_average steady_moments",
)
def average_inversion_below_the_jump():
    model = Model.from_ratios(N=10**5, drive=1.7, twist=TWIST)
    return long_time_average(model)[2] - steady_moments(model).bloch[2]


@claim(
    "Fig. 7",
    "critical 2Ω/(NΓ) of the south pole at 2χ/Γ = 1.875",
    printed=1.74,
    tolerance=0.005,
    rests_on="critical_drive",
)
def critical_drive_of_the_south_pole():
    return critical_drive(TWIST)


@claim(
    "Fig. 7",
    "2Ω_c/(NΓ) at 2χ/Γ = 1.875",
    printed=2.125,
    tolerance=0.0005,
    rests_on="Model.Omega_c",
)
def transition_of_the_steady_state():
    model = Model.from_ratios(N=400, drive=1, twist=TWIST)
    return 2 * model.Omega_c / (model.N * model.Gamma)


@claim(
    "Sec. IV B",
    "mean-field decay time from Eq. (22) for N = 400, in 1/Γ",
    printed=0.005,
    tolerance=0.0005,
    rests_on="fixed_points",
    note="2/(NΓ), the value for s_z = -1; at point A s_z = -0.72 makes it 0.0070",
    erratum="erratum-decay-time",
)
def superradiant_decay_time():
    south = fixed_points(Model(N=400, chi=0.9375, Omega=0))[0]
    return -1 / south.eigenvalues.real.max()


def regions(twist):
    """Count the sets of fixed points that occur as the drive grows."""
    drives = np.linspace(0.1, 3, 30)
    models = [Model.from_ratios(N=2, drive=drive, twist=twist) for drive in drives]
    return len({tuple(point.kind for point in fixed_points(model)) for model in models})


@claim(
    "Sec. I",
    "number of regions of the drive in mean field, at 2χ/Γ = 1.875",
    printed=3,
    tolerance=0,
    rests_on="fixed_points",
)
def three_regions_with_exchange():
    return regions(TWIST)


@claim(
    "Sec. I",
    "number of regions of the drive in mean field, without exchange",
    printed=2,
    tolerance=0,
    rests_on="fixed_points",
)
def two_regions_without_exchange():
    return regions(0)


@claim(
    "Fig. 5",
    "share of 10⁴ starts that oscillate: above Ω_c minus below NΓ/2, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=0,
    rests_on="oscillates",
    note="fully yellow and fully blue circles",
)
def circles_of_one_colour():
    starts = np.random.default_rng(2).normal(size=(10**4, 3))
    starts /= np.linalg.norm(starts, axis=-1, keepdims=True)
    below, above = (oscillates(drive, TWIST, starts).mean() for drive in (0.99, 2.13))
    return above - below


@claim(
    "Sec. IV A",
    "power of N in the mean-field decay time from Eq. (22)",
    printed=-1,
    tolerance=1e-9,
    rests_on="fixed_points",
)
def superradiant_decay_exponent():
    sizes = [10, 1000]
    points = [fixed_points(Model.from_ratios(N=N, drive=0.7, twist=TWIST))[0] for N in sizes]
    return exponent(sizes, [-1 / point.eigenvalues.real.max() for point in points])


@claim(
    "Fig. 4(b)",
    "share of the times at which s_z > 0, from the south pole at 2Ω/(NΓ) = 1.7",
    printed=0,
    tolerance=0,
    rests_on="mean_field",
)
def below_the_critical_drive_the_inversion_stays_negative():
    ts = np.linspace(0, 40, 2001) / 400
    return np.mean(mean_field(Model.from_ratios(N=400, drive=1.7, twist=TWIST), ts)[:, 2] > 0)
