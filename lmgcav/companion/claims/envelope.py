"""Claims of the appendix: the envelope of the oscillations."""

import numpy as np
from scipy.signal import find_peaks
from scipy.special import binom, factorial

from ...envelope import decay_time, early_envelope, envelope
from ...exact_dynamics import evolve
from ...extrema import fall_time
from ...model import Model
from .shared import CLAIMS, exact_inversion, exponent

claim = CLAIMS.of("07_envelope")

POINT_F = 0.9375  # χ/Γ


def envelope_time(N):
    """Fall time of the envelope at point F without its e^(-3Γt/4) (Γ = 1)."""
    ts = np.cbrt(48 / (POINT_F * N) ** 2) * np.linspace(0, 1.5, 301)
    return fall_time(ts, envelope(N, POINT_F, 1, ts) / (N / 2), rate=3 / 4)


def cubic_coefficient(N):
    """Exponent of the envelope over -Γχ²N²t³, at the time where Eq. (A4) has it at -1 (χ = Γ)."""
    t = np.cbrt(48 / N**2)
    return -np.log(envelope(N, 1, 1, [t], tol=1e-12)[0] / (-N / 2)) / (N**2 * t**3)


@claim(
    "Appendix",
    "power of Ω with which the error of Eq. (A1) falls, N = 6",
    printed=-1,
    tolerance=0.05,
    rests_on="envelope evolve",
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
    "Fig. 13(a)",
    "largest difference between the maxima of |<J_z>|/(N/2) at F and the envelope, N = 400",
    printed=0,
    tolerance=0.05,
    rests_on="envelope evolve",
    note="printed: almost perfect agreement",
)
def envelope_of_four_hundred_atoms():
    ts, s_z = exact_inversion(3.86, 400, 0.08, 401)
    top = find_peaks(abs(s_z))[0]
    return abs(abs(s_z[top]) + envelope(400, POINT_F, 1, ts[top]) / 200).max()


@claim(
    "Appendix",
    "decay rate of <J_z> at the very beginning in units of Γ, N = 400 at point F",
    printed=0.75,
    tolerance=1e-3,
    rests_on="envelope",
    note="printed: e^(-3Γt/4) dominates at short times",
)
def beginning_of_the_envelope():
    return -np.log(envelope(400, POINT_F, 1, [1e-6], tol=1e-12)[0] / -200) / 1e-6


@claim(
    "Eq. (A2)",
    "decay rate of <J_z> without exchange in units of Γ, N = 1000",
    printed=0.75,
    tolerance=1e-8,
    rests_on="decay_time",
)
def decay_rate_without_exchange():
    return 1 / decay_time(1000, 0, 1)


@claim(
    "Eq. (A3)",
    "power of N in the decay time without decay, N from 10⁴ to 10⁵",
    printed=-1 / 2,
    tolerance=1e-3,
    rests_on="decay_time",
    note="at Γ = 10⁻⁷ χ",
)
def decay_exponent_of_the_exchange_alone():
    sizes = [10**4, 10**5]
    return exponent(sizes, [decay_time(N, 1e7, 1) for N in sizes])


@claim(
    "Eq. (A4)",
    "inverse of the coefficient of Γχ²N²t³ in the exponent, N to infinity",
    printed=48,
    tolerance=0.05,
    rests_on="envelope",
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
    start = binom(N - 1, np.arange(N)) / 2.0 ** (N - 1)  # too large for an integer of NumPy
    row = np.ones(N)
    for _ in range(6):  # from this side rounding stays small: polynomials in m
        row = row @ chain
    return (row @ start).real / factorial(6)


@claim(
    "Appendix",
    "inverse of the coefficient of N⁴t⁶ in <J_z>/(-N/2), χ = Γ = 1",
    printed=2 * 48**2,
    tolerance=1,
    rests_on="sixth_order",
    note="Eq. (A4) expanded; printed: perturbation theory to sixth order",
)
def perturbation_theory_to_sixth_order():
    sizes = np.arange(10, 60, 10)
    return 1 / np.polyfit(sizes, [sixth_order(N) for N in sizes], 4)[0]


@claim(
    "Fig. 13(b)",
    "power of N that scales the envelopes of 200, 400 and 800 atoms on each other",
    printed=-0.66,
    tolerance=0.005,
    rests_on="envelope",
    note="read off where they have fallen to 1/e",
)
def fitted_exponent_of_the_envelope():
    sizes = [200, 400, 800]
    return exponent(sizes, [envelope_time(N) for N in sizes])


@claim(
    "Fig. 13(b)",
    "whether the scaled envelopes of 800 and 400 atoms are closer than of 400 and 200 (1: yes)",
    printed=1,
    tolerance=0,
    rests_on="envelope",
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
    "Sec. IV B",
    "the same power for 10⁶ and 10⁷ atoms",
    printed=-2 / 3,
    tolerance=0.002,
    rests_on="envelope",
)
def exponent_of_the_envelope_of_many_atoms():
    sizes = [10**6, 10**7]
    return exponent(sizes, [envelope_time(N) for N in sizes])


@claim(
    "Eq. (A11)",
    "fraction by which (A11) is off where the envelope is 1/e, N = 10⁶",
    printed=0,
    tolerance=1e-3,
    rests_on="early_envelope envelope",
)
def error_of_the_early_envelope():
    N, ts = 10**6, [envelope_time(10**6)]
    return (early_envelope(N, POINT_F, 1, ts) / envelope(N, POINT_F, 1, ts) - 1)[0]
