"""Claims of Section V: the gaps of the spectrum."""

from functools import cache

import numpy as np

from ...mean_field import fixed_points
from ...model import Model
from ...spectrum import REPEATED, eigenvalues, gaps
from ..paper import TWIST
from ..recorded import load
from .shared import CLAIMS

claim = CLAIMS.of("05_spectrum")


def spectral_gap(column, N, drive):
    """Real (0) or imaginary (1) gap at 2χ/Γ = 1.875 in units of NΓ/2."""
    return gaps(Model.from_ratios(N=N, drive=drive, twist=TWIST))[column] / (N / 2)


def recorded_gaps(column, N):
    """Drives of Fig. 12 and, in units of NΓ/2, the gaps recorded there."""
    table = load("gaps")["table"]
    table = table[table[:, 0] == N]
    return table[:, 1], table[:, 2 + column] / (N / 2)


def recorded_gap(column, N, drive):
    """One gap recorded in Fig. 12, in units of NΓ/2."""
    drives, gap = recorded_gaps(column, N)
    return gap[np.argmin(abs(drives - drive))]


def recompute_a_gap():
    """Compute one of the recorded gaps, of up to 200 atoms, anew; each has an error REPEATED."""
    table = load("gaps")["table"]
    N, drive, *kept = np.random.default_rng(1).choice(table[table[:, 0] <= 200])
    which = int(drive > 1.3)  # the real gap near NΓ/2, the imaginary one near Ω_c
    again = spectral_gap(which, int(N), drive) * N / 2
    assert abs(again - kept[which]) <= 2 * REPEATED * kept[which]


@cache
def slowest_level(N, drive):
    """Nonzero eigenvalue of the slowest decay, in units of NΓ/2, with Im ≥ 0."""
    values = eigenvalues(Model.from_ratios(N=N, drive=drive, twist=TWIST), 20)[1:] / (N / 2)
    slowest = values[np.argmax(values.real)]
    return complex(slowest.real, abs(slowest.imag))


def crossing(N, accuracy):
    """Drive at which a real level overtakes the slowest pair, by bisection."""
    low, high = 0.8, 1.0
    while high - low > accuracy:
        middle = (low + high) / 2
        low, high = (low, middle) if slowest_level(N, middle).imag < 0.1 else (middle, high)
    return high


def fall(N):
    """Drive at which the real gap of Fig. 12(a) has fallen to 0.8, just beyond its kink."""
    drives, gap = recorded_gaps(0, N)
    near = drives < 1.3
    return np.interp(-0.8, -gap[near], drives[near])


@claim(
    "Fig. 11(a)",
    "drive at which the real gap starts to close, N = 200, in units of NΓ/2",
    printed=1,
    tolerance=0.1,
    rests_on="gaps",
    recomputes=recompute_a_gap,
    note="printed as close to NΓ/2",
)
def first_closing():
    return fall(200)


@claim(
    "Fig. 11(a)",
    "jump of the real gap where the slowest level changes, N = 100, in units of NΓ/2",
    printed=0,
    tolerance=5e-3,
    rests_on="eigenvalues",
    note="two eigenvalues cross: the level jumps, the gap does not",
)
def real_gap_closes_by_a_crossing():
    drive = crossing(100, 2e-4)
    before, after = slowest_level(100, drive - 2e-4), slowest_level(100, drive)
    assert before.imag > 1
    assert after.imag == 0
    return after.real - before.real


@claim(
    "Fig. 12(a)",
    "smallest step by which the first closing moves towards NΓ/2 from N = 50 to 100, …, 800",
    printed=0.02,
    tolerance=0.02,
    rests_on="gaps",
    recomputes=recompute_a_gap,
    note="printed without a number: it moves closer to NΓ/2",
)
def first_closing_moves_towards_the_normal_drive():
    return np.diff([fall(N) for N in (50, 100, 200, 400, 800)]).min()


@claim(
    "Fig. 12(a), inset",
    "largest change of the power of N of the slope at NΓ/2 at a doubling, N = 50 to 800",
    printed=0,
    tolerance=0.01,
    rests_on="gaps",
    recomputes=recompute_a_gap,
    note="printed without a number: the slope seems to grow as a power law",
)
def slope_at_the_normal_drive_is_a_power_law():
    sizes = (50, 100, 200, 400, 800)
    slopes = [recorded_gap(0, N, 0.995) - recorded_gap(0, N, 1.005) for N in sizes]
    return abs(np.diff(np.log2(slopes), 2)).max()


@claim(
    "Fig. 12(b), inset",
    "imaginary gap at Ω_c in units of NΓ/2, extrapolated from N = 200, 400, 800 as a + b N^(-c)",
    printed=0,
    tolerance=0.02,
    rests_on="gaps",
    recomputes=recompute_a_gap,
)
def imaginary_gap_closes_at_the_transition():
    small, middle, large = (recorded_gap(1, N, np.hypot(1, TWIST)) for N in (200, 400, 800))
    return large - (large - middle) ** 2 / ((large - middle) - (middle - small))


@claim(
    "Fig. 11(b)",
    "imaginary gap at 2.5 NΓ/2 over the frequency of mean field, Eq. (24), N = 200",
    printed=1,
    tolerance=0.2,
    rests_on="fixed_points gaps",
    note="only oscillatory solutions beyond Ω_c",
)
def imaginary_gap_of_the_normal_phase():
    model = Model.from_ratios(N=200, drive=2.5, twist=TWIST)
    frequencies = [abs(point.eigenvalues.imag).max() for point in fixed_points(model)]
    return gaps(model).imaginary / min(frequencies)


@claim(
    "Sec. V",
    "real gap at 1.5 NΓ/2 in units of NΓ/2, N = 200",
    printed=0,
    tolerance=0.02,
    rests_on="gaps",
    note="printed: decay times can become very long beyond NΓ/2",
)
def decay_becomes_slow_beyond_the_first_closing():
    return spectral_gap(0, 200, 1.5)
