"""The exercises of the chapters, each with its right answer and its typical slips.

An exercise is a function that computes the right answer, registered with what is asked and with
what typical slips would give instead. Its label in the chapter is "exercise-" and its name. A
chapter says ``exercises.check("one-atom", ...)`` and the reader puts an answer in place of the
three dots.
"""

# ruff: noqa: D103  (the decorator says what each answer is)

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from ..basins import critical_drive, long_time_average, period
from ..envelope import early_envelope, envelope
from ..exact_dynamics import evolve
from ..experiment import coupling
from ..extrema import extrema
from ..light import coherence
from ..mean_field import fixed_points
from ..model import Model, cavity_rates, coherent
from ..moments import squeezing
from ..photons import sideband_rates
from ..scattering import Scattering, single_atom_table
from ..spectrum import eigenvalues, gaps
from ..steady_state import steady_moments, steady_weights
from .check import Exercises
from .paper import TWIST

EXERCISES = Exercises()
exercise = EXERCISES.exercise


def check(label, answer):
    """Print whether an answer is right, or what is wrong with it.

    Parameters
    ----------
    label : str
        Name of the exercise.
    answer : float, array_like or callable
        What the exercise asks for; ``...`` prints what that is.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("why-drive-grows", lambda N, Gamma: N**2 * Gamma / 4)
    Not yet: this is a rate of change of <J_z>; divide by the spin N/2 that the
    drive turns.
    """
    EXERCISES.check(label, answer)


# --- Section I


@exercise(
    "the drive Ω at which both rates are equal, a function of (N, Gamma)",
    at=((10, 1.0), (1000, 0.3)),
    hints={
        "this is a rate of change of <J_z>; divide by the spin N/2 that the drive turns.": (
            lambda N, Gamma: N**2 * Gamma / 4
        ),
        "with a fixed drive the decay wins for large N.": lambda N, Gamma: Gamma / 2,
    },
)
def why_drive_grows(N, Gamma):
    return Model(N=N, chi=0, Omega=0, Gamma=Gamma).Omega_c


@exercise(
    "the power p in <J_z>/(N/2) ∝ N^p",
    tolerance=0.02,
    hints={
        "this is the power of <J_z>, not of <J_z>/(N/2).": lambda right: right + 1,
    },
)
def finite_size():
    small, large = (
        steady_moments(Model.from_ratios(N=N, drive=1)).bloch[2] for N in (10**6, 10**7)
    )
    return np.log10(large / small)


# --- Section II


@exercise(
    "<J_z> in the steady state, a function of (Omega, chi, Gamma)",
    tolerance=1e-6,
    at=((1.3, 0.7, 1.0), (0.4, -2.0, 0.5)),
    hints={
        "this is <σ_z>; J_z is half of it.": lambda *rates: 2 * one_atom(*rates),
        "the exchange enters as 4χ², a detuning of χ.": (
            lambda Omega, chi, Gamma: one_atom(Omega, chi / 2, Gamma)
        ),
        "without exchange this would be right.": (
            lambda Omega, chi, Gamma: one_atom(Omega, 0, Gamma)
        ),
    },
)
def one_atom(Omega, chi, Gamma):
    return steady_moments(Model(N=1, chi=chi, Omega=Omega, Gamma=Gamma)).mean[2]


@exercise(
    "the power of N between 1 and 6 atoms, from a straight line through all four logarithms",
    tolerance=0.02,
    hints={"in proportion to N is the first guess; the errors grow faster.": lambda right: 1.0},
)
def bad_cavity():
    from ..cavity import elimination_error  # needs QuTiP

    atoms = np.array([1, 2, 4, 6])
    errors = [
        elimination_error(
            Model.from_ratios(N=N, drive=2, twist=TWIST), [16], np.linspace(0, 8 / N, 81)
        )[0]
        for N in atoms
    ]
    return np.polyfit(np.log(atoms), np.log(errors), 1)[0]


# --- Section III


@exercise(
    "the power p with which the difference falls, N^p",
    tolerance=0.02,
    hints={"noise is not squeezed by a root of N here; take ξ², not ξ.": lambda right: right / 2},
)
def weak_drive():
    small, large = (
        squeezing(steady_moments(Model.from_ratios(N=N, drive=0.8))) - 0.6 for N in (10**4, 10**5)
    )
    return np.log10(large / small)


@exercise(
    "<J_z²> for Ω → ∞, a function of N",
    at=((1,), (2,), (9,)),
    hints={
        "this is (N/2)²/3; the length of the spin is j(j+1).": lambda N: N**2 / 12,
        "this is N/4, for N independent atoms.": lambda N: N / 4,
        "this is <J²>; one of three directions is asked for.": (lambda N: N / 2 * (N / 2 + 1)),
    },
)
def strong_drive(N):
    return steady_moments(Model.from_ratios(N=N, drive=1e4)).second[2, 2]


# --- Section IV A


@exercise(
    "the period T, a function of (N, Omega, Gamma)",
    tolerance=1e-6,
    at=((400, 300.0, 1.0), (10, 9.0, 0.5)),
    hints={
        "this is the angular frequency.": lambda *rates: 2 * np.pi / no_exchange(*rates),
        "this is the reciprocal of the angular frequency; where is the 2π?": (
            lambda *rates: no_exchange(*rates) / (2 * np.pi)
        ),
        "the decay slows the oscillation down: a sign under the root.": (
            lambda N, Omega, Gamma: 2 * np.pi / np.hypot(Omega, N * Gamma / 2)
        ),
        "this is the period without decay.": lambda N, Omega, Gamma: 2 * np.pi / Omega,
    },
)
def no_exchange(N, Omega, Gamma):
    return period(Model(N=N, chi=0, Omega=Omega, Gamma=Gamma))


@exercise(
    "the average of s_z² for the start coherent(2.0, 0.3) at drive 1.9 and twist 1.875",
    tolerance=0.01,
    hints={
        "this is the average of s_x² + s_y².": lambda right: 1 - right,
        "this is its root.": np.sqrt,
        "this is the average of s_y.": lambda right: (1 - right) / 1.9,
    },
)
def average():
    model = Model.from_ratios(N=400, drive=1.9, twist=TWIST)
    return 1 - model.drive * long_time_average(model, coherent(2.0, 0.3))[1]


@exercise(
    "the s_x > 0 below which a start next to the south pole oscillates at 2χ/Γ = -1.875, too",
    tolerance=0.02,
    hints={"this is an angle in degrees.": np.degrees},
)
def sign():
    def distance(x):
        return critical_drive(-TWIST, [x, 0, -np.sqrt(1 - x**2)]) - 1.74

    return brentq(distance, 0, 0.1)


# --- Section IV B


@exercise(
    "the power p with which the difference falls, Ω^p",
    tolerance=0.1,
    hints={"at the peaks there is no correction of first order in 1/Ω.": lambda right: right / 2},
)
def envelope_drive():
    ts, differences = np.linspace(0, 0.15, 3001), []
    for drive in (7.72, 15.44):
        s_z = evolve(Model.from_ratios(N=100, drive=drive, twist=TWIST), ts).moments.bloch[:, 2]
        times, heights = extrema(ts, s_z)
        lowest = envelope(100, TWIST / 2, 1, times) / 50
        differences.append(abs(heights - lowest)[heights < 0].max())
    return np.log2(differences[1] / differences[0])


@exercise(
    "how often s_z changes its sign until t = 0.1/Γ, for 400 atoms from 0.6 of the s_x and s_y"
    " of SS₃",
    tolerance=0.05,
    hints={
        "count the changes downward as well.": lambda right: (right + 1) // 2,
        "count the changes upward as well.": lambda right: right // 2,
    },
)
def other_start():
    model = Model.from_ratios(N=400, drive=1.76, twist=TWIST)
    x, y = 0.6 * fixed_points(model)[3].s[:2]
    start = [x, y, -np.sqrt(1 - x**2 - y**2)]
    s_z = evolve(model, np.linspace(0, 0.1, 241), start, tol=1e-3).moments.bloch[:, 2]
    return np.count_nonzero(np.diff(np.sign(s_z)))


# --- Section IV C


@exercise(
    "the three factors, each 1 or -1, by which <J_x>, <J_y> and <J_z> change",
    hints={
        "this is complex conjugation alone, which also turns Ω into -Ω.": (
            lambda right: right * [-1, -1, 1]
        ),
        "this is the turn about z alone.": lambda right: right * [1, -1, 1],
    },
)
def sign_of_exchange():
    plus, minus = (
        evolve(Model.from_ratios(N=6, drive=1.9, twist=w), [0.3]).moments.mean[0]
        for w in (TWIST, -TWIST)
    )
    return np.round(minus / plus, 9)


@exercise(
    "the power of t with which 1 - ξ² begins",
    tolerance=0.05,
    hints={
        "the rate of squeezing does not begin linearly in the tilt.": lambda right: right - 1,
        "the first order vanishes, as you were to show.": lambda right: right - 2,
    },
)
def early_squeezing():
    ts = [1e-3, 2e-3]
    run = evolve(Model.from_ratios(N=30, drive=1.9, twist=TWIST), ts, tol=1e-10)
    first, second = 1 - squeezing(run.moments)
    return np.log2(second / first)


@exercise(
    "how many dB lower exact ξ² of 50 atoms gets at 2χ/Γ = 8 than without exchange, both at"
    " Ω = 0.7 Ω_c and NΓt/2 ≤ 6",
    tolerance=0.02,
    hints={
        "this is the ratio, not in decibels.": lambda right: 10 ** (right / 10),
        "a ratio of squares, so 10 log₁₀ and not 20.": lambda right: 2 * right,
    },
)
def strong_exchange():
    def lowest(twist):
        model = Model.from_ratios(N=50, drive=0.7 * np.hypot(1, twist), twist=twist)
        run = evolve(model, np.linspace(0, 0.24, 400), progress=False)
        decibels = 10 * np.log10(squeezing(run.moments))
        return min([decibels[-1], *extrema(run.ts, decibels)[1]])

    return lowest(0) - lowest(8)


# --- Section V


@exercise(
    "three numbers: the levels at zero, those of one excitation, those of a = 1 and b = 2, or"
    " b = 1 and a = 2",
    hints={
        "each level has a conjugate, a and b exchanged.": lambda right: right / [1, 2, 2],
        "the choice of a side is free for a and for b.": lambda right: right / [1, 2, 4],
    },
)
def undriven_levels():
    values = eigenvalues(Model(N=10, chi=0.7, Omega=0), 121)
    conjugates = [(0,), (-5 - 7j, -5 + 7j), (-14 - 5.6j, -14 + 5.6j)]
    return [sum(np.isclose(values, at).sum() for at in pair) for pair in conjugates]


@exercise(
    "the lifetimes of 60 atoms at 1.76 and at 2.09, in 1/Γ",
    tolerance=0.01,
    hints={"these are the rates.": lambda right: 1 / right},
)
def lifetime():
    models = [Model.from_ratios(N=60, drive=drive, twist=TWIST) for drive in (1.76, 2.09)]
    return [1 / gaps(model).real for model in models]


# --- Section VI


@exercise(
    "the time in units of 1/Γ",
    hints={
        "Ω_c is proportional to the number of atoms, not to its square.": lambda right: right / 2,
        "the number falls exponentially, not linearly.": lambda right: -np.expm1(-right / 20) * 20,
    },
    tolerance=0.007,
)
def crossing_by_loss():
    point_D = Model.from_ratios(N=100, drive=2.09, twist=TWIST)
    return np.log(point_D.Omega_c / point_D.Omega) / 0.05


@exercise(
    "three numbers: the rates over γ, γ_φ and γ_l",
    tolerance=0.005,
    hints={
        "both atoms of a pair are disturbed.": lambda right: right / 2,
        "take the mean of x, y and z, not the sum.": lambda right: 3 * right,
        "that is the x part alone.": lambda right: right * [3 / 4, 3 / 2, 1],
    },
)
def one_atom_rates():
    alone = Model(N=1, chi=0, Omega=0)
    tables = [
        single_atom_table(alone, Scattering(**{kind: 1})) for kind in ("decay", "dephasing", "loss")
    ]
    return [-2 * np.diag(table)[1:4].mean() for table in tables]


@exercise(
    "two numbers: Ω/(√N g) at the border for the drive on the atoms, Ω/Ω_c for that by the mirror",
    tolerance=0.01,
    hints={
        "the borders are exchanged.": lambda right: right[::-1],
        "the top is twice as high above the bottom as the side.": lambda right: (
            right / [np.sqrt(2), 1]
        ),
    },
)
def kicked_pendulum():
    def missing(drive):
        return 1 + np.sqrt(1 - drive**2) - drive * (np.pi - np.arcsin(drive))

    return [2, brentq(missing, 0.5, 0.9)]


@exercise(
    "k/d for the fastest pumping at w = 1.875",
    tolerance=0.005,
    hints={"that is the resonance; a wider line carries a little more.": lambda right: 1 / TWIST},
)
def best_sideband():
    def slowness(k):
        up, down = sideband_rates(Model(N=2, chi=TWIST / 2, Omega=1.0), 2 * k)
        return down - up

    return minimize_scalar(slowness, (0.3, 0.5, 0.9)).x


@exercise(
    "the cooperativity C",
    tolerance=0.02,
    hints={
        "this is for a cavity on resonance.": lambda right: right / (1 + TWIST**2),
        "half of the atoms, not 1/e of them.": lambda right: right * np.log(2),
    },
)
def needed_cooperativity():
    g, kappa = 1.0, 1.0
    _, Gamma = cavity_rates(g, kappa, TWIST / 2 * kappa)
    return 4 * g**2 / (kappa * Gamma * np.log(2) / 2)


@exercise(
    "two numbers: N, and NΓ/γ",
    tolerance=0.01,
    hints={
        "this N is that on resonance.": lambda right: right / [1 + 200**2, 1],
        "2Δ/κ is 200.": lambda right: right * [(1 + 100**2) / (1 + 200**2), 1],
    },
)
def largest_cloud():
    kappa, gamma = 2 * np.pi * 160e3, 2 * np.pi * 7.5e3
    g = coupling(finesse=24_000, waist=75e-6, wavelength=689e-9, kappa=kappa, gamma=gamma)
    _, Gamma = cavity_rates(g, kappa, 100 * kappa)
    return [0.1 * kappa / Gamma, 0.1 * kappa / gamma]


@exercise(
    "the photons over those of the empty cavity, a function of (N, drive)",
    at=((1, 0.5), (2, 1.0), (10, 1.5)),
    hints={
        "that is the light of the atoms alone.": lambda N, drive: 1 - dark_cavity(N, drive),
        "that is the square of the mean field.": lambda N, drive: dark_cavity(N, drive) ** 2,
    },
)
def dark_cavity(N, drive):
    n, p = steady_weights(Model.from_ratios(N=N, drive=drive))
    return p[n == 0].sum()


@exercise(
    "g²(0) for Ω → ∞, a function of N",
    at=((2,), (3,), (40,)),
    hints={
        "that is the limit for many atoms.": lambda N: 6 / 5,
        "divide by the square of the mean.": lambda N: far_above(N) * N * (N + 2) / 6,
    },
)
def far_above(N):
    return coherence(Model.from_ratios(N=N, drive=1e4))


@exercise(
    "the true g², a function of (g, eta, b)",
    at=((1.1, 0.2, 0.1), (1.02, 0.5, 1.0)),
    hints={
        "both photons of a pair may be background.": lambda g, eta, b: 1 + (g - 1) * (1 + b / eta),
        "that is what a detector makes of a true g.": (
            lambda g, eta, b: 1 + (g - 1) / (1 + b / eta) ** 2
        ),
        "the background has no efficiency, the light has.": (
            lambda g, eta, b: 1 + (g - 1) * (1 + b) ** 2
        ),
    },
    tolerance=1e-6,
)
def diluted(g, eta, b):
    return 1 + (g - 1) * (1 + b / eta) ** 2


@exercise(
    "two numbers: 2Ω/(NΓ), and γ/(NΓ)",
    tolerance=0.005,
    hints={
        "the second is its inverse.": lambda right: right ** [1, -1],
        "without single-atom decay the branch would end at 1.": lambda right: right ** [0, 1],
    },
)
def jump_with_decay():
    def drive(x, epsilon):  # in units of √2 ε, of the state that feels x
        return x + x / (1 + x**2) / epsilon

    end = minimize_scalar(lambda x: -drive(x, 1e-6), (0.5, 0.9, 2)).fun * np.sqrt(2) * 1e-6
    slope = minimize_scalar(lambda x: (1 - x**2) / (1 + x**2) ** 2, (1, 2, 3)).fun
    return [-end, -slope]


# --- Appendix


@exercise(
    "the Γ/χ for which 100 atoms revive at half their inversion",
    tolerance=0.02,
    hints={
        "the exponent must reach ln 2, not 1/2.": lambda right: right / 2 / np.log(2),
        "the revival is at χt = 2π, not at π.": lambda right: 2 * right,
    },
)
def climb():
    def excess(rate):
        return abs(envelope(100, 1.0, rate, [2 * np.pi])[0]) - 25

    return brentq(excess, 5e-5, 2e-4, rtol=1e-4)


def _coefficients():
    """Return the factors of Γt, N(χt)² and Γχ²N²t³ in the exponent of Eq. (A11)."""
    N, t = 10**15, 1e-10

    def exponent(*arguments):
        return -np.log(-2 / N * early_envelope(N, *arguments)[0])

    return (
        exponent(0, 1, [1.0]),
        exponent(1, 1e-40, [1e-7]) / (N * 1e-14),
        exponent(1, 1, [t]) / (N**2 * t**3),
    )


@exercise(
    "two numbers: the factor of Γ/N in χ on the first border, that of √N Γ on the second",
    tolerance=0.005,
    hints={
        "the borders are exchanged.": lambda right: right[::-1],
    },
)
def regimes():
    decay, dephasing, both = _coefficients()
    return [np.sqrt(decay**3 / both), both / dephasing**1.5]


@exercise("the constant, 48 in the paper, as you have measured it")
def constant():
    return 1 / _coefficients()[2]
