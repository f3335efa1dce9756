"""What the paper says in numbers, and the code that checks it.

A claim is a function that computes one number, registered with the place in the paper, what is
printed there and the tolerance that the printed digits allow. The tests run all claims; each
chapter runs its own with `check`, and the paper map shows them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

import numpy as np
from scipy.optimize import brentq
from scipy.special import binom, factorial

from . import photons
from .envelope import decay_time, early_envelope, envelope
from .exact_dynamics import evolve
from .husimi import husimi
from .mean_field import (
    critical_drive,
    fixed_points,
    flow,
    long_time_average,
    mean_field,
    oscillates,
    period,
)
from .model import Model, cavity_rates, coherent
from .moments import squeezing
from .multipoles import Multipoles
from .scattering import Scattering, sampled_moments, scattered_moments
from .spectrum import eigenvalues, gaps
from .steady_state import best_squeezing, steady_moments, steady_state


@dataclass(frozen=True)
class Claim:
    """One number of the paper.

    Attributes
    ----------
    chapter : str
        Name of the notebook that checks it.
    where : str
        Place in the paper: "Fig. 2", "Eq. (10)".
    says : str
        What the number is, in our words, with its unit.
    printed, tolerance : float
        The printed value, and the distance from it that its digits allow.
    compute : callable
        Returns the value, a float.
    note : str
        How we read the paper.
    erratum : str
        Label of the entry in the errata, where the printed form needs a correction.
    differs : str
        Why the paper is not reproduced here. The claim must then fail.
    """

    chapter: str
    where: str
    says: str
    printed: float
    tolerance: float
    compute: Callable[[], float]
    note: str = ""
    erratum: str = ""
    differs: str = ""

    @property
    def name(self):
        """Name of the function that computes it, unique."""
        return self.compute.__name__


CLAIMS = []
REPRODUCED, CORRECTED, DIFFERS = "reproduced", "reproduced with a correction", "differs"


def claim(chapter, where, says, *, printed, tolerance, **remarks):
    """Register the decorated function as the computation of a claim."""

    def register(compute):
        CLAIMS.append(Claim(chapter, where, says, printed, tolerance, compute, **remarks))
        return compute

    return register


@dataclass(frozen=True)
class Verdict:
    """A claim with the value computed for it."""

    claim: Claim
    computed: float

    @property
    def holds(self):
        """Whether the computed value is within the claim's tolerance."""
        return abs(self.computed - self.claim.printed) <= self.claim.tolerance

    @property
    def expected(self):
        """Whether it holds, or differs as the claim says it does."""
        return self.holds != bool(self.claim.differs)

    @property
    def outcome(self):
        """One of the words that a reader finds in the tables."""
        if not self.expected:
            return "NOT AS STATED"
        if self.claim.differs:
            return DIFFERS
        return CORRECTED if self.claim.erratum else REPRODUCED


class Verdicts(tuple):
    """Verdicts that print as a table, in a terminal and in a notebook."""

    header = ("paper", "what", "printed", "tolerance", "computed", "verdict")

    def rows(self):
        """Return the cells of the table as strings, one tuple a verdict."""
        for verdict in self:
            it = verdict.claim
            yield (
                it.where,
                it.says + "".join(f" ({remark})" for remark in (it.note, it.differs) if remark),
                f"{it.printed:g}",
                f"{it.tolerance:g}",
                f"{verdict.computed:.5g}",
                verdict.outcome,
            )

    def __str__(self):
        table = [self.header, *self.rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        )

    __repr__ = __str__

    def _repr_html_(self):
        def row(cells, tag):
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        rows = "".join([row(self.header, "th"), *(row(cells, "td") for cells in self.rows())])
        return f'<table class="table">{rows}</table>'


def judge(claim):
    """Compute a claim."""
    return Verdict(claim, float(claim.compute()))


def check(chapter):
    """Compute every claim of a chapter and compare it with what the paper prints.

    Parameters
    ----------
    chapter : str
        Name of the notebook, "03_steady_state".

    Returns
    -------
    Verdicts
        Prints as a table.

    Raises
    ------
    AssertionError
        If a computed value is further from the printed one than its digits allow, and the claim
        does not say why.
    """
    verdicts = Verdicts(judge(it) for it in CLAIMS if it.chapter == chapter)
    if not verdicts:
        known = ", ".join(sorted({it.chapter for it in CLAIMS}))
        raise ValueError(f"Argument chapter must be one of {known}, but chapter = {chapter!r}")
    assert all(it.expected for it in verdicts), f"The paper is not reproduced:\n{verdicts}"
    return verdicts


def exponent(sizes, values):
    """Power of the sizes in the values, from a straight line through the logarithms."""
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


# Section I


def inversion(N, twist, ratio):
    """Steady-state <J_z>/(N/2) at Ω/Ω_c = ratio."""
    drive = ratio * np.hypot(1, twist)
    return steady_moments(Model.from_ratios(N=N, drive=drive, twist=twist)).bloch[2]


@claim(
    "01_introduction",
    "Sec. I",
    "largest change of the steady inversion with twist 2χ/Γ from 0 to 5 at fixed Ω/Ω_c, N = 100",
    printed=0,
    tolerance=1e-12,
)
def interactions_only_renormalise_the_critical_drive():
    ratios, twists = np.linspace(0.1, 2, 20), (0.5, 1.875, 5)
    return max(
        abs(inversion(100, twist, ratio) - inversion(100, 0, ratio))
        for ratio in ratios
        for twist in twists
    )


@claim(
    "01_introduction",
    "Sec. I",
    "steady inversion <J_z>/(N/2) at 1.2 Ω_c for N = 10⁶",
    printed=0,
    tolerance=1e-5,
)
def normal_phase_has_no_inversion():
    return inversion(10**6, 0, 1.2)


@claim(
    "01_introduction",
    "Sec. I",
    "steady inversion <J_z>/(N/2) without drive, N = 10⁶: all atoms de-excited",
    printed=-1,
    tolerance=1e-12,
)
def without_drive_all_atoms_are_deexcited():
    return inversion(10**6, 1.875, 0)


# Section II


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


# Section III


@claim(
    "03_steady_state",
    "Eq. (10)",
    "steady inversion <J_z>/(N/2) at 0.6 Ω_c for N = 10⁶",
    printed=-0.8,
    tolerance=1e-5,
)
def superradiant_inversion():
    return inversion(10**6, 1.875, 0.6)


@claim(
    "03_steady_state",
    "Fig. 2",
    "best steady squeezing at N = 1000, 10 log₁₀ ξ²",
    printed=-6.4,
    tolerance=0.05,
    note="printed as log₁₀ ξ²; the value is in decibels",
    erratum="erratum-fig-2",
)
def best_squeezing_of_a_thousand_atoms():
    return 10 * np.log10(best_squeezing(1000)[1])


@claim(
    "03_steady_state",
    "Fig. 2(c)",
    "best steady squeezing at N = 10⁵ in dB",
    printed=12,
    tolerance=0.5,
    note="the paper extrapolates, we compute",
)
def best_squeezing_of_a_hundred_thousand_atoms():
    return -10 * np.log10(best_squeezing(10**5)[1])


@claim(
    "03_steady_state",
    "Fig. 2(c), inset",
    "largest change of the best ξ² with twist 2χ/Γ from 0 to 5, N = 1000",
    printed=0,
    tolerance=1e-10,
)
def best_squeezing_is_independent_of_twist():
    ratio, xi2 = best_squeezing(1000)
    return max(
        abs(squeezing(steady_moments(Model.from_ratios(N=1000, drive=drive, twist=twist))) - xi2)
        for twist in (0.5, 1.875, 5)
        for drive in [ratio * np.hypot(1, twist)]
    )


@claim(
    "03_steady_state",
    "Fig. 10",
    "drive Ω/Ω_c of the best steady squeezing at N = 200",
    printed=0.938,
    tolerance=0.0005,
)
def best_drive_of_two_hundred_atoms():
    return best_squeezing(200)[0]


@claim(
    "03_steady_state",
    "Fig. 1",
    "largest distance of the transition from the line √(1 + (2χ/Γ)²), N = 10⁶",
    printed=0,
    tolerance=1e-4,
    note="read from the inversion at one drive below it, 2χ/Γ from 0 to 5",
)
def line_between_the_phases():
    twists = np.linspace(0, 5, 6)
    s_z = [steady_moments(Model.from_ratios(N=10**6, drive=0.9, twist=t)).bloch[2] for t in twists]
    return abs(0.9 / np.sqrt(1 - np.square(s_z)) - np.hypot(1, twists)).max()


def steady_squeezing(N, ratio):
    """ξ² of the steady state at Ω/Ω_c = ratio."""
    return squeezing(steady_moments(Model.from_ratios(N=N, drive=ratio)))


@claim(
    "03_steady_state",
    "Sec. III",
    "Ω/Ω_c at which ξ² of the steady state passes 1, N = 10⁵",
    printed=1,
    tolerance=0.002,
    note="0.985 for N = 1000: a strip below Ω_c is not squeezed at finite N",
    erratum="erratum-sign-of-squeezing",
)
def squeezed_up_to_the_transition():
    return brentq(lambda ratio: np.log(steady_squeezing(10**5, ratio)), 0.998, 1.05)


@claim(
    "03_steady_state",
    "Fig. 2(a)",
    "Ω/Ω_c of the best steady squeezing, N = 1000",
    printed=1,
    tolerance=0.05,
    note="printed: close to Ω_c",
)
def best_drive_of_a_thousand_atoms():
    return best_squeezing(1000)[0]


@claim(
    "03_steady_state",
    "Fig. 2(b)",
    "width in Ω/Ω_c of the region within 1 dB of the best squeezing, N = 1000",
    printed=0,
    tolerance=0.05,
    note="printed: narrow",
)
def best_squeezing_needs_a_narrow_range_of_drives():
    best_ratio, best = best_squeezing(1000)
    ends = [
        brentq(lambda ratio: steady_squeezing(1000, ratio) / best - 10**0.1, *sorted(interval))
        for interval in [(0.8, best_ratio), (best_ratio, 1.05)]
    ]
    return ends[1] - ends[0]


@claim(
    "03_steady_state",
    "Fig. 2(c)",
    "whether the power of N in the best ξ² is between -1 (Heisenberg) and 0 (1: yes)",
    printed=1,
    tolerance=0,
    note="-0.29 from N = 10² to 10⁵; the exponent of the figure is not in the text we have",
)
def squeezing_stays_above_the_heisenberg_limit():
    sizes = [10**2, 10**5]
    return -1 < exponent(sizes, [best_squeezing(N)[1] for N in sizes]) < 0


@claim(
    "03_steady_state",
    "Sec. IV C",
    "1 - Ω/Ω_c at the best steady squeezing, N = 10⁶",
    printed=0,
    tolerance=1e-3,
    note="that the best drive is not Ω_c is an effect of finite N",
)
def best_drive_tends_to_the_transition():
    return 1 - best_squeezing(10**6)[0]


def state_of_figure_3(ratio):
    """Parameters of Fig. 3 with N = 400, which the paper does not give."""
    return Model.from_ratios(N=400, drive=ratio * np.hypot(1, 1.875), twist=1.875)


@claim(
    "03_steady_state",
    "Fig. 3(a)",
    "Q_max of the steady state at 0.45 Ω_c over that of a coherent state, N = 400",
    printed=1,
    tolerance=0.01,
    note="printed: very close to a coherent state",
)
def weakly_driven_state_is_nearly_coherent():
    model = state_of_figure_3(0.45)
    x, y, z = steady_moments(model).bloch / np.linalg.norm(steady_moments(model).bloch)
    largest = husimi(steady_state(model), [np.arccos(z)], [np.arctan2(y, x)])[0, 0]
    return largest / ((model.N + 1) / (4 * np.pi))


@claim(
    "03_steady_state",
    "Fig. 3(a)",
    "ratio of the axes of the noise ellipse at 0.45 Ω_c, N = 400",
    printed=1,
    tolerance=0.15,
    note="printed: close to isotropic",
)
def noise_of_the_weakly_driven_state_is_nearly_isotropic():
    moments = steady_moments(state_of_figure_3(0.45))
    across = np.linalg.svd(moments.mean[None])[2][1:]
    small, large = np.linalg.eigvalsh(across @ moments.covariance @ across.T)
    return np.sqrt(small / large)


@claim(
    "03_steady_state",
    "Sec. III",
    "<J_x>/(N/2) of the steady state without exchange at 0.7 Ω_c, N = 400",
    printed=0,
    tolerance=1e-12,
)
def without_exchange_the_spin_stays_in_the_yz_plane():
    return steady_moments(Model.from_ratios(N=400, drive=0.7)).bloch[0]


@claim(
    "03_steady_state",
    "Sec. I",
    "angle by which exchange turns the steady spin about z, less arctan(2χ/Γ), at 0.7 Ω_c, N = 400",
    printed=0,
    tolerance=1e-12,
    note="printed: an overall rotation",
)
def exchange_turns_the_steady_spin():
    x, y, _ = steady_moments(Model.from_ratios(N=400, drive=0.7 * 2.125, twist=1.875)).bloch
    return np.arctan2(y, x) - np.pi / 2 - np.arctan(1.875)


@claim(
    "03_steady_state",
    "Sec. III",
    "polar angle in degrees at which a coherent state of 1000 atoms emits most",
    printed=90,
    tolerance=0.1,
)
def emission_is_greatest_at_the_equator():
    angles = np.linspace(89, 91, 201)
    states = [Multipoles.coherent(1000, coherent(np.radians(angle)), 2) for angle in angles]
    rates = [np.trace(it.second[:2, :2]) + it.mean[2] for it in (s.moments for s in states)]
    return angles[np.argmax(rates)]


# Section IV A


def jacobian_gap(numbers):
    """Largest distance between Eqs. (22), (24) and the numerical Jacobian, in units of NΓ/2."""
    gaps = []
    for drive, twist in [(0.7, 1.875), (1.5, -1.875), (-1.5, 1.875), (2.5, 0.6)]:
        model = Model.from_ratios(N=2, drive=drive, twist=twist)
        for point in fixed_points(model):
            if point.name in numbers:
                steps = 1e-5 * np.eye(3)
                ahead, behind = (flow(model, point.s[:, None] + sign * steps) for sign in (1, -1))
                numerical = np.linalg.eigvals((ahead - behind) / 2e-5)
                gaps += [abs(numerical - exact).min() for exact in point.eigenvalues]
    return max(gaps)


@claim(
    "04a_mean_field",
    "Sec. IV A",
    "smallest mean-field critical drive of all starts in units of NΓ/2, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=1e-9,
    note="reached at s = (0, 1, 0) alone",
)
def lowest_critical_drive():
    return critical_drive(1.875, coherent(np.pi / 2, np.pi / 2))


@claim(
    "04a_mean_field",
    "Sec. IV A",
    "largest mean-field critical drive of all starts in units of Ω_c, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=1e-7,
    note="reached where SS_1 and SS_2 merge",
)
def highest_critical_drive():
    start = coherent(np.pi / 2, np.pi / 2 + np.arctan(1.875))
    return critical_drive(1.875, start) / np.hypot(1, 1.875)


@claim(
    "04a_mean_field",
    "Sec. IV A",
    "share of 10⁵ starts with a critical drive outside NΓ/2 … Ω_c, at 2χ/Γ = 1.875",
    printed=0,
    tolerance=0,
)
def critical_drives_outside_the_interval():
    starts = np.random.default_rng(1).normal(size=(10**5, 3))
    drives = critical_drive(1.875, starts / np.linalg.norm(starts, axis=-1, keepdims=True))
    return np.mean((drives <= 1) | (drives >= np.hypot(1, 1.875)))


@claim(
    "04a_mean_field",
    "Eq. (22)",
    "largest error of the eigenvalues of SS_1 against a numerical Jacobian",
    printed=0,
    tolerance=1e-8,
)
def eigenvalues_of_the_steady_state():
    return jacobian_gap(("SS_1", "SS_1*"))


@claim(
    "04a_mean_field",
    "Eq. (24)",
    "largest error of the eigenvalues of SS_2, SS_3 against a numerical Jacobian",
    printed=0,
    tolerance=1e-8,
    note="both signs of χ and Ω",
)
def eigenvalues_on_the_equator():
    return jacobian_gap(("SS_2", "SS_3"))


@claim(
    "04a_mean_field",
    "Fig. 6",
    "inversion averaged over a period beyond the critical drive, by integrating Eq. (15)",
    printed=0,
    tolerance=1e-9,
)
def average_inversion_beyond_the_jump():
    model = Model.from_ratios(N=400, drive=1.76, twist=1.875)
    return mean_field(model, np.arange(500) / 500 * period(model))[:, 2].mean()


@claim(
    "04a_mean_field",
    "Fig. 6",
    "long-time average minus exact steady state, N = 10⁵ at 2Ω/(NΓ) = 1.7",
    printed=0,
    tolerance=1e-4,
)
def average_inversion_below_the_jump():
    model = Model.from_ratios(N=10**5, drive=1.7, twist=1.875)
    return long_time_average(model)[2] - steady_moments(model).bloch[2]


@claim(
    "04a_mean_field",
    "Fig. 7",
    "critical 2Ω/(NΓ) of the south pole at 2χ/Γ = 1.875",
    printed=1.74,
    tolerance=0.005,
)
def critical_drive_of_the_south_pole():
    return critical_drive(1.875)


@claim(
    "04a_mean_field",
    "Fig. 7",
    "2Ω_c/(NΓ) at 2χ/Γ = 1.875",
    printed=2.125,
    tolerance=0.0005,
)
def transition_of_the_steady_state():
    model = Model.from_ratios(N=400, drive=1, twist=1.875)
    return 2 * model.Omega_c / (model.N * model.Gamma)


@claim(
    "04a_mean_field",
    "Sec. IV B",
    "mean-field decay time from Eq. (22) for N = 400, in 1/Γ",
    printed=0.005,
    tolerance=0.0005,
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
    "04a_mean_field",
    "Sec. I",
    "number of regions of the drive in mean field, at 2χ/Γ = 1.875",
    printed=3,
    tolerance=0,
)
def three_regions_with_exchange():
    return regions(1.875)


@claim(
    "04a_mean_field",
    "Sec. I",
    "number of regions of the drive in mean field, without exchange",
    printed=2,
    tolerance=0,
)
def two_regions_without_exchange():
    return regions(0)


@claim(
    "04a_mean_field",
    "Fig. 5",
    "share of 10⁴ starts that oscillate: above Ω_c minus below NΓ/2, at 2χ/Γ = 1.875",
    printed=1,
    tolerance=0,
    note="fully yellow and fully blue circles",
)
def circles_of_one_colour():
    starts = np.random.default_rng(2).normal(size=(10**4, 3))
    starts /= np.linalg.norm(starts, axis=-1, keepdims=True)
    below, above = (oscillates(drive, 1.875, starts).mean() for drive in (0.99, 2.13))
    return above - below


@claim(
    "04a_mean_field",
    "Sec. IV A",
    "power of N in the mean-field decay time from Eq. (22)",
    printed=-1,
    tolerance=1e-9,
)
def superradiant_decay_exponent():
    sizes = [10, 1000]
    points = [fixed_points(Model.from_ratios(N=N, drive=0.7, twist=1.875))[0] for N in sizes]
    return exponent(sizes, [-1 / point.eigenvalues.real.max() for point in points])


@claim(
    "04a_mean_field",
    "Fig. 4(b)",
    "share of the times at which s_z > 0, from the south pole at 2Ω/(NΓ) = 1.7",
    printed=0,
    tolerance=0,
)
def below_the_critical_drive_the_inversion_stays_negative():
    ts = np.linspace(0, 40, 2001) / 400
    return np.mean(mean_field(Model.from_ratios(N=400, drive=1.7, twist=1.875), ts)[:, 2] > 0)


# Section IV B


def model_of_figures(drive, N):
    """Parameters of Figs. 7 to 9 (Γ = 1)."""
    return Model.from_ratios(N=N, drive=drive, twist=1.875)


@cache
def exact_inversion(drive, N, end, samples):
    """Return times up to ``end`` and the exact <J_z>/(N/2) from the south pole."""
    ts = np.linspace(0, end, samples)
    trajectory = evolve(model_of_figures(drive, N), ts, tol=1e-3, progress=False)
    return ts, trajectory.moments.bloch[:, 2]


def relative_frequency(drive):
    """Frequency of the zero crossings for N = 400 up to t = 0.04/Γ over that of mean field."""
    ts, exact = exact_inversion(drive, 400, 0.04, 161)
    half_periods = []
    for values in (exact, mean_field(model_of_figures(drive, 400), ts)[:, 2]):
        i = np.flatnonzero(values[1:] * values[:-1] < 0)
        zeros = ts[i] - values[i] * np.diff(ts)[i] / np.diff(values)[i]
        half_periods.append(np.diff(zeros).mean())
    return half_periods[1] / half_periods[0]


@cache
def late_distance(drive, N):
    """Return 11 times from 3/Γ to 5/Γ and the logarithm of the distance from the steady state."""
    model = model_of_figures(drive, N)
    trajectory = evolve(model, np.linspace(3, 5, 11), tol=1e-4, progress=False)
    return trajectory.ts, np.log(trajectory.moments.bloch[:, 2] - steady_moments(model).bloch[2])


def relaxation_rate(drive, N, part=slice(None)):
    """Decay constant between 3/Γ and 5/Γ, or in a part of this time."""
    ts, logarithm = late_distance(drive, N)
    return -np.polyfit(ts[part], logarithm[part], 1)[0]


def exponent_of_the_relaxation(drive):
    """Power of N in the decay constant, from N = 50 to N = 200."""
    return exponent([50, 200], [relaxation_rate(drive, N) for N in (50, 200)])


@claim(
    "04b_exact_dynamics",
    "Fig. 7, A",
    "largest difference of exact and mean-field inversion at A, N = 400",
    printed=0,
    tolerance=0.01,
)
def mean_field_is_good_at_A():
    ts, exact = exact_inversion(1.48, 400, 0.05, 201)
    return abs(exact - mean_field(model_of_figures(1.48, 400), ts)[:, 2]).max()


@claim(
    "04b_exact_dynamics",
    "Sec. IV B",
    "whether the exact decay at A takes longer than 0.005/Γ (1: yes)",
    printed=1,
    tolerance=0,
    note="0.0071/Γ; Eq. (22) with s_z = -0.72 in place of -1 gives 0.0070/Γ",
    erratum="erratum-decay-time",
)
def decay_at_A_is_slower_than_for_the_south_pole():
    ts, exact = exact_inversion(1.48, 400, 0.05, 201)
    distance = abs(exact - steady_moments(model_of_figures(1.48, 400)).bloch[2])
    top = 1 + np.flatnonzero((distance[1:-1] > distance[:-2]) & (distance[1:-1] > distance[2:]))
    fall = np.log(distance[top[1]] / distance[top[2]])
    return (ts[top[2]] - ts[top[1]]) / fall > 0.005


@claim(
    "04b_exact_dynamics",
    "Fig. 7, B and C",
    "2Ω/(NΓ) from which on the exact inversion of N = 400 crosses zero",
    printed=1.74,
    tolerance=0.005,
    differs="the exact crossing sets in 0.3 % below the mean-field critical drive, 1.7397",
    erratum="erratum-zero-crossing",
)
def drive_of_the_first_zero_crossing():
    drives = [1.72, 1.735, 1.75]
    highest = [exact_inversion(drive, 400, 0.03, 121)[1].max() for drive in drives]
    return np.polyval(np.polyfit(highest, drives, 2), 0)


@claim(
    "04b_exact_dynamics",
    "Fig. 7, D",
    "frequency of the zero crossings at D over that of mean field",
    printed=1,
    tolerance=0.02,
)
def frequency_at_D():
    return relative_frequency(2.09)


@claim(
    "04b_exact_dynamics",
    "Fig. 7, E",
    "frequency of the zero crossings at E over that of mean field",
    printed=1,
    tolerance=0.02,
)
def frequency_at_E():
    return relative_frequency(2.17)


@claim(
    "04b_exact_dynamics",
    "Sec. IV B",
    "inversion at D after 0.13/Γ, N = 400",
    printed=0,
    tolerance=0.01,
    note="its steady value is -0.153; the window is printed as 0.13 Γ",
    erratum="erratum-window",
)
def metastable_inversion_at_D():
    return exact_inversion(2.09, 400, 0.13, 2)[1][-1]


@claim(
    "04b_exact_dynamics",
    "Fig. 8, C",
    "power of N in the decay constant at C, N from 50 to 200",
    printed=0,
    tolerance=0.05,
    note="printed: almost independent of N",
)
def relaxation_at_C():
    return exponent_of_the_relaxation(1.76)


@claim(
    "04b_exact_dynamics",
    "Fig. 8, D",
    "power of N in the decay constant at D, N from 50 to 200",
    printed=0,
    tolerance=0.05,
    note="printed: almost independent of N",
)
def relaxation_at_D():
    return exponent_of_the_relaxation(2.09)


@claim(
    "04b_exact_dynamics",
    "Fig. 8",
    "largest |log₁₀| of the decay constants at C and D over Γ, N = 50 and 200",
    printed=0,
    tolerance=0.5,
    note="printed: of order Γ",
)
def relaxation_takes_a_time_of_order_one():
    rates = [relaxation_rate(drive, N) for drive in (1.76, 2.09) for N in (50, 200)]
    return abs(np.log10(rates)).max()


@claim(
    "04b_exact_dynamics",
    "Fig. 8",
    "largest change of the decay constants at C and D from 3/Γ … 4/Γ to 4/Γ … 5/Γ, N = 50 and 200",
    printed=0,
    tolerance=0.05,
    note="as a fraction; printed: the approach is exponential",
)
def late_relaxation_is_exponential():
    cases = [(drive, N) for drive in (1.76, 2.09) for N in (50, 200)]
    early, late = slice(None, 6), slice(5, None)
    changes = [relaxation_rate(*case, late) / relaxation_rate(*case, early) - 1 for case in cases]
    return max(changes, key=abs)


def half_period(N):
    """Mean time between the zero crossings at D."""
    ts, s_z = exact_inversion(2.09, N, 16 / N, 161)
    i = np.flatnonzero(s_z[1:] * s_z[:-1] < 0)
    return np.diff(ts[i] - s_z[i] * np.diff(ts)[i] / np.diff(s_z)[i]).mean()


@claim(
    "04b_exact_dynamics",
    "Sec. IV B",
    "power of N in the exact period at D, N from 100 to 400",
    printed=-1,
    tolerance=0.01,
)
def period_at_D():
    return exponent([100, 400], [half_period(N) for N in (100, 400)])


def peaks(values):
    """Positions of the local maxima."""
    inner = values[1:-1]
    return 1 + np.flatnonzero((inner > values[:-2]) & (inner > values[2:]))


@claim(
    "04b_exact_dynamics",
    "Fig. 7, F",
    "change of the time in which the oscillation falls to 1/e, when Ω doubles from F, N = 50",
    printed=0,
    tolerance=0.06,
    note="as a fraction; printed: seems to be independent of Ω",
)
def envelope_is_independent_of_the_drive():
    times = []
    for drive in (3.86, 7.72):
        ts, s_z = exact_inversion(drive, 50, 0.3, 601)
        top = peaks(abs(s_z))
        times.append(np.interp(1, -np.log(abs(s_z[top])), ts[top]))
    return times[1] / times[0] - 1


@cache
def averaged_inversion(drive, N):
    """Exact inversion averaged over 0.13/Γ."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    ts = 0.13 * (1 + nodes) / 2
    trajectory = evolve(model_of_figures(drive, N), ts, tol=3e-3, progress=False)
    return weights @ trajectory.moments.bloch[:, 2] / 2


@claim(
    "04b_exact_dynamics",
    "Fig. 9",
    "whether the average rises more from 2Ω/(NΓ) = 1.65 to 1.85 at N = 200 than at 50 (1: yes)",
    printed=1,
    tolerance=0,
    note="by 0.44 and 0.25; printed: the transition becomes narrower with N",
)
def transition_becomes_narrower():
    rises = [averaged_inversion(1.85, N) - averaged_inversion(1.65, N) for N in (50, 200)]
    return rises[1] > rises[0]


@claim(
    "04b_exact_dynamics",
    "Fig. 9",
    "average over 0.13/Γ just above the jump, at 2Ω/(NΓ) = 1.76, N = 400",
    printed=0,
    tolerance=0.05,
    note="printed: the jump is recovered for N → ∞",
    differs="the average moves away from zero, -0.27 at N = 100 and -0.30 at 400: "
    "diffusion takes a time 1/Γ whatever N is, so a window fixed in 1/Γ rounds the jump",
    erratum="erratum-jump",
)
def jump_comes_back_for_many_atoms():
    return averaged_inversion(1.76, 400)


# Section IV C


@cache
def squeezing_history():
    """Return times and ξ² from the south pole for N = 200 at the best drive (Γ = 1)."""
    drive = best_squeezing(200)[0] * np.hypot(1, 1.875)
    model = Model.from_ratios(N=200, drive=drive, twist=1.875)
    ts = np.append(0, np.geomspace(1e-3, 20, 300))
    return ts, squeezing(evolve(model, ts, tol=1e-5, progress=False).moments)


@claim(
    "04c_squeezing_dynamics",
    "Fig. 10",
    "share of the first two extrema of ξ² that are a minimum below 1 and a maximum above, N = 200",
    printed=1,
    tolerance=0,
)
def squeezed_then_oversqueezed():
    xi2 = squeezing_history()[1]
    rising = np.diff(xi2) > 0
    first, second = 1 + np.flatnonzero(rising[1:] != rising[:-1])[:2]
    return np.mean([rising[first] and xi2[first] < 1, not rising[second] and xi2[second] > 1])


@claim(
    "04c_squeezing_dynamics",
    "Fig. 10",
    "ξ² at Γt = 20 over its steady value, N = 200",
    printed=1,
    tolerance=2e-3,
)
def late_squeezing_is_steady():
    return squeezing_history()[1][-1] / best_squeezing(200)[1]


@claim(
    "04c_squeezing_dynamics",
    "Fig. 10",
    "rises of ξ² between neighbouring times from Γt = 0.2 to 20, N = 200",
    printed=0,
    tolerance=0,
    note="so γ lies before 0.2",
)
def approach_is_monotonic():
    ts, xi2 = squeezing_history()
    return np.sum(np.diff(xi2[ts > 0.2]) > 0)


# Section V


def spectral_gap(column, N, drive):
    """Real (0) or imaginary (1) gap at 2χ/Γ = 1.875 in units of NΓ/2."""
    return gaps(Model.from_ratios(N=N, drive=drive, twist=1.875))[column] / (N / 2)


def recorded_gaps(column, N):
    """Drives of Fig. 12 and, in units of NΓ/2, the gaps recorded there."""
    table = np.load(files("lmgcav") / "recorded" / "gaps.npz")["table"]
    table = table[table[:, 0] == N]
    return table[:, 1], table[:, 2 + column] / (N / 2)


def recorded_gap(column, N, drive):
    """One gap recorded in Fig. 12, in units of NΓ/2."""
    drives, gap = recorded_gaps(column, N)
    return gap[np.argmin(abs(drives - drive))]


@cache
def slowest_level(N, drive):
    """Nonzero eigenvalue of the slowest decay, in units of NΓ/2, with Im ≥ 0."""
    values = eigenvalues(Model.from_ratios(N=N, drive=drive, twist=1.875), 20)[1:] / (N / 2)
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
    "05_spectrum",
    "Fig. 11(a)",
    "drive at which the real gap starts to close, N = 200, in units of NΓ/2",
    printed=1,
    tolerance=0.1,
    note="printed as close to NΓ/2",
)
def first_closing():
    return fall(200)


@claim(
    "05_spectrum",
    "Fig. 11(a)",
    "jump of the real gap where the slowest level changes, N = 100, in units of NΓ/2",
    printed=0,
    tolerance=5e-3,
    note="two eigenvalues cross: the level jumps, the gap does not",
)
def real_gap_closes_by_a_crossing():
    drive = crossing(100, 2e-4)
    before, after = slowest_level(100, drive - 2e-4), slowest_level(100, drive)
    assert before.imag > 1
    assert after.imag == 0
    return after.real - before.real


@claim(
    "05_spectrum",
    "Fig. 12(a)",
    "smallest step by which the first closing moves towards NΓ/2 from N = 50 to 100, 200, 400",
    printed=0.02,
    tolerance=0.02,
    note="printed without a number: it moves closer to NΓ/2",
)
def first_closing_moves_towards_the_normal_drive():
    return np.diff([fall(N) for N in (50, 100, 200, 400)]).min()


@claim(
    "05_spectrum",
    "Fig. 12(a), inset",
    "largest change of the power of N of the slope at NΓ/2 at a doubling, N = 50 to 400",
    printed=0,
    tolerance=0.01,
    note="printed without a number: the slope seems to grow as a power law",
)
def slope_at_the_normal_drive_is_a_power_law():
    sizes = (50, 100, 200, 400)
    slopes = [recorded_gap(0, N, 0.995) - recorded_gap(0, N, 1.005) for N in sizes]
    return abs(np.diff(np.log2(slopes), 2)).max()


@claim(
    "05_spectrum",
    "Fig. 12(b), inset",
    "imaginary gap at Ω_c in units of NΓ/2, extrapolated from N = 200, 400, 800 as a + b N^(-c)",
    printed=0,
    tolerance=0.02,
)
def imaginary_gap_closes_at_the_transition():
    small, middle, large = (recorded_gap(1, N, np.hypot(1, 1.875)) for N in (200, 400, 800))
    return large - (large - middle) ** 2 / ((large - middle) - (middle - small))


@claim(
    "05_spectrum",
    "Fig. 11(b)",
    "imaginary gap at 2.5 NΓ/2 over the frequency of mean field, Eq. (24), N = 200",
    printed=1,
    tolerance=0.2,
    note="only oscillatory solutions beyond Ω_c",
)
def imaginary_gap_of_the_normal_phase():
    model = Model.from_ratios(N=200, drive=2.5, twist=1.875)
    frequencies = [abs(point.eigenvalues.imag).max() for point in fixed_points(model)]
    return gaps(model).imaginary / min(frequencies)


@claim(
    "05_spectrum",
    "Sec. V",
    "real gap at 1.5 NΓ/2 in units of NΓ/2, N = 200",
    printed=0,
    tolerance=0.02,
    note="printed: decay times can become very long beyond NΓ/2",
)
def decay_becomes_slow_beyond_the_first_closing():
    return spectral_gap(0, 200, 1.5)


# Section VI


@claim(
    "06_conclusions",
    "Eq. (5)",
    "relative change of <J²> at D up to 1/Γ, where atoms are free to change it, N = 12",
    printed=0,
    tolerance=1e-6,
)
def total_spin_is_conserved():
    moments = scattered_moments(model_of_figures(2.09, 12), Scattering(), [0, 0.3, 1])
    J2 = np.trace(moments.second, axis1=1, axis2=2)
    return abs(J2 / J2[0] - 1).max()


@claim(
    "06_conclusions",
    "Sec. IV B",
    "inversion at D after 0.13/Γ from random paths, N = 400",
    printed=0,
    tolerance=0.03,
    note="the statistical error of 2000 paths is 0.013",
)
def metastable_inversion_at_D_from_random_paths():
    moments = sampled_moments(model_of_figures(2.09, 400), Scattering(), [0.13])
    return moments.bloch[0, 2]


# Appendix

POINT_F = 0.9375  # χ/Γ


def envelope_time(N):
    """Time at which the envelope at point F, without its e^(-3Γt/4), has fallen to 1/e (Γ = 1)."""
    ts = np.cbrt(48 / (POINT_F * N) ** 2) * np.linspace(0, 1.5, 301)
    stripped = envelope(N, POINT_F, 1, ts) / (-N / 2) * np.exp(3 * ts / 4)
    return np.interp(-1 / np.e, -stripped, ts)


def cubic_coefficient(N):
    """Exponent of the envelope over -Γχ²N²t³, at the time where Eq. (A4) has it at -1 (χ = Γ)."""
    t = np.cbrt(48 / N**2)
    return -np.log(envelope(N, 1, 1, [t], tol=1e-12)[0] / (-N / 2)) / (N**2 * t**3)


@claim(
    "07_envelope",
    "Appendix",
    "power of Ω with which the error of Eq. (A1) falls, N = 6",
    printed=-1,
    tolerance=0.05,
    note="printed: an expansion in 1/Ω",
)
def error_of_the_averaged_equation():
    drives, ts, errors = [200, 800], np.linspace(0, 1, 41), []
    for Omega in drives:
        model = Model(N=6, chi=POINT_F, Omega=Omega)
        _, y, z = evolve(model, ts, tol=1e-7, progress=False).moments.mean.T
        turned_back = z * np.cos(Omega * ts) - y * np.sin(Omega * ts)
        errors.append(abs(turned_back - envelope(6, POINT_F, 1, ts)).max())
    return exponent(drives, errors)


@claim(
    "07_envelope",
    "Fig. 13(a)",
    "largest difference between the maxima of |<J_z>|/(N/2) at F and the envelope, N = 400",
    printed=0,
    tolerance=0.05,
    note="printed: almost perfect agreement",
)
def envelope_of_four_hundred_atoms():
    ts, s_z = exact_inversion(3.86, 400, 0.08, 401)
    top = peaks(abs(s_z))
    return abs(abs(s_z[top]) + envelope(400, POINT_F, 1, ts[top]) / 200).max()


@claim(
    "07_envelope",
    "Appendix",
    "decay rate of <J_z> at the very beginning in units of Γ, N = 400 at point F",
    printed=0.75,
    tolerance=1e-3,
    note="printed: e^(-3Γt/4) dominates at short times",
)
def beginning_of_the_envelope():
    return -np.log(envelope(400, POINT_F, 1, [1e-6], tol=1e-12)[0] / -200) / 1e-6


@claim(
    "07_envelope",
    "Eq. (A2)",
    "decay rate of <J_z> without exchange in units of Γ, N = 1000",
    printed=0.75,
    tolerance=1e-8,
)
def decay_rate_without_exchange():
    return 1 / decay_time(1000, 0, 1)


@claim(
    "07_envelope",
    "Eq. (A3)",
    "power of N in the decay time without decay, N from 10⁴ to 10⁵",
    printed=-1 / 2,
    tolerance=1e-3,
    note="at Γ = 10⁻⁷ χ",
)
def decay_exponent_of_the_exchange_alone():
    sizes = [10**4, 10**5]
    return exponent(sizes, [decay_time(N, 1e7, 1) for N in sizes])


@claim(
    "07_envelope",
    "Eq. (A4)",
    "inverse of the coefficient of Γχ²N²t³ in the exponent, N to infinity",
    printed=48,
    tolerance=0.05,
    note="from N = 10⁴, 8·10⁴ and 64·10⁴, without the powers -1/3 and -2/3 of N",
)
def coefficient_of_the_cubic_law():
    a, b, c = (cubic_coefficient(N) for N in (10**4, 8 * 10**4, 64 * 10**4))
    first, second = 2 * b - a, 2 * c - b
    return 3 / (4 * second - first)


def sixth_order(N):
    """Coefficient of t⁶ in <J_z>/(-N/2) for χ = Γ = 1, from Eq. (A5)."""
    m = np.arange(N) - N / 2
    climb = (N / 2 * (N / 2 + 1) - m * (m + 1)) / 4
    chain = np.diag(-1 / 4 + 1j * (m + 1 / 2) - 2 * climb)
    chain += np.diag(climb[:-1], 1) + np.diag(climb[1:], -1)
    start = binom(N - 1, np.arange(N)) / 2 ** (N - 1)
    return (np.linalg.matrix_power(chain, 6) @ start).sum().real / factorial(6)


@claim(
    "07_envelope",
    "Appendix",
    "inverse of the coefficient of N⁴t⁶ in <J_z>/(-N/2), χ = Γ = 1",
    printed=2 * 48**2,
    tolerance=1,
    note="Eq. (A4) expanded; printed: perturbation theory to sixth order",
)
def perturbation_theory_to_sixth_order():
    sizes = np.arange(10, 60, 10)
    return 1 / np.polyfit(sizes, [sixth_order(N) for N in sizes], 4)[0]


@claim(
    "07_envelope",
    "Fig. 13(b)",
    "power of N that scales the envelopes of 200, 400 and 800 atoms on each other",
    printed=-0.66,
    tolerance=0.005,
    note="read off where they have fallen to 1/e",
)
def fitted_exponent_of_the_envelope():
    sizes = [200, 400, 800]
    return exponent(sizes, [envelope_time(N) for N in sizes])


@claim(
    "07_envelope",
    "Fig. 13(b)",
    "whether the scaled envelopes of 800 and 400 atoms are closer than of 400 and 200 (1: yes)",
    printed=1,
    tolerance=0,
    note="half way to 1/e; printed: the differences become smaller with N",
)
def scaled_envelopes_approach_each_other():
    heights = []
    for N in (200, 400, 800):
        t = envelope_time(N) / 2
        heights.append(envelope(N, POINT_F, 1, [t])[0] / (-N / 2) * np.exp(3 * t / 4))
    first, second = abs(np.diff(heights))
    return second < first


@claim(
    "07_envelope",
    "Sec. IV B",
    "the same power for 10⁶ and 10⁷ atoms",
    printed=-2 / 3,
    tolerance=0.002,
)
def exponent_of_the_envelope_of_many_atoms():
    sizes = [10**6, 10**7]
    return exponent(sizes, [envelope_time(N) for N in sizes])


@claim(
    "07_envelope",
    "Eq. (A11)",
    "fraction by which (A11) is off where the envelope is 1/e, N = 10⁶",
    printed=0,
    tolerance=1e-3,
)
def error_of_the_early_envelope():
    N, ts = 10**6, [envelope_time(10**6)]
    return (early_envelope(N, POINT_F, 1, ts) / envelope(N, POINT_F, 1, ts) - 1)[0]


# Section VI, your own experiment


@claim(
    "06c_experiment",
    "Sec. VI",
    "lifetime of ³P₁ in μs, from its linewidth of 2π × 7.5 kHz",
    printed=20,
    tolerance=2,
)
def lifetime_of_the_intercombination_line():
    return 1e6 / (2 * np.pi * 7.5e3)


@claim(
    "06c_experiment",
    "Sec. II",
    "log₁₀ κ/γ for κ = 2π × 160 kHz and the measured 167 s of ³P₀",
    printed=8,
    tolerance=0.5,
    note="printed: eight orders of magnitude",
)
def clock_cavity_is_eight_orders_faster_than_its_atoms():
    return np.log10(2 * np.pi * 160e3 * 167)


# Section VI, the photons kept


@claim(
    "06b_photons",
    "Eq. (15)",
    "largest change of s when the light is kept, κ = 100 √N g, drive 2.4, times up to 8/(NΓ)",
    printed=0,
    tolerance=2e-3,
)
def mean_field_with_a_fast_light():
    m, ts = Model.from_ratios(N=2, drive=2.4, twist=1.875), np.linspace(0, 4, 41)
    s, _ = photons.mean_field_with_light(m, photons.linewidth(m, 100), ts)
    return abs(s - mean_field(m, ts)).max()


@claim(
    "06b_photons",
    "Eq. (24)",
    "its λ at SS₃ over that with the light, sizes, κ = 100 √N g and drive 2.4",
    printed=1,
    tolerance=1e-3,
)
def eigenvalue_with_a_fast_light():
    m = Model.from_ratios(N=2, drive=2.4, twist=1.875)
    point = fixed_points(m)[-1]
    with_light = photons.eigenvalues(m, photons.linewidth(m, 100), point)
    return abs(point.eigenvalues[0] / with_light[0])
