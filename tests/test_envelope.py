"""The appendix: the envelope against QuTiP, Eq. (A5), its limits, and each printed equation."""

import numpy as np
import pytest
import qutip
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.stats import binom

import lmgcav as lmg
from lmgcav.envelope import _inversion, south_pole
from lmgcav.multipoles import Multipoles

CASES = [(1, 2.0, 0.5), (2, -1.0, 1.0), (5, 0.9, 1.3), (8, -3.0, 0.4), (13, 0.1, 2.0)]
CHI = 0.9375  # χ/Γ of point F
SIZES = np.array([10**3, 10**4, 10**5, 10**6])

cases = pytest.mark.parametrize(("N", "chi", "Gamma"), CASES)


def slope(x, y):
    """Exponent of a power law, from a straight line through the logarithms."""
    return np.polyfit(np.log(x), np.log(y), 1)[0]


def spin(N):
    return [qutip.jmat(N / 2, axis) for axis in "xyz"]


def full_generator(N, chi, Gamma, Omega):
    """Eq. (4) as a matrix."""
    Jm, Jx = qutip.jmat(N / 2, "-"), qutip.jmat(N / 2, "x")
    return qutip.liouvillian(chi * Jm.dag() @ Jm + Omega * Jx, [np.sqrt(Gamma) * Jm])


def averaged_generator(N, chi, Gamma):
    """Eq. (A1) as a matrix: [A, [ρ, A]] / 2 is the decay with the Hermitian jump operator A."""
    Jx, Jy, Jz = spin(N)
    jumps = [np.sqrt(Gamma) * Jx, np.sqrt(Gamma / 2) * Jy, np.sqrt(Gamma / 2) * Jz]
    return qutip.liouvillian(chi / 2 * Jx @ Jx, jumps)


def south_pole_state(N):
    return qutip.ket2dm(qutip.spin_state(N / 2, -N / 2))


def evolved(generator, N, ts):
    """<J_x>, <J_y>, <J_z> from the south pole at the times ``ts``, shape (3, t)."""
    rho = qutip.operator_to_vector(south_pole_state(N)).full()
    states = [(expm(t * generator.full()) @ rho).reshape(N + 1, N + 1).T for t in ts]
    return np.array([[np.trace(J.full() @ state).real for state in states] for J in spin(N)])


def chain(N, chi, Gamma):
    """Matrix of Eq. (A5) for f(m), m = -N/2 … N/2 - 1 (f(N/2) is zero), and m."""
    m = np.arange(N) - N / 2
    climb = Gamma / 4 * (N / 2 * (N / 2 + 1) - m * (m + 1))
    onsite = -Gamma / 4 + 1j * chi * (2 * m + 1) / 2 - 2 * climb
    return np.diag(onsite) + np.diag(climb[:-1], 1) + np.diag(climb[1:], -1), m


def south_pole_elements(N):
    """f(m) at t = 0, exactly: a binomial distribution times -N/2."""
    return -N / 2 * binom.pmf(np.arange(N), N - 1, 0.5)


# Eq. (A1)


@cases
def test_a1_is_the_average_of_eq_4_over_a_turn_about_x(N, chi, Gamma):
    Jx, generator = spin(N)[0], full_generator(N, chi, Gamma, 0.0)
    turns = [qutip.to_super((-1j * angle * Jx).expm()) for angle in 2 * np.pi * np.arange(5) / 5]
    average = sum(turn.dag() @ generator @ turn for turn in turns) / 5  # exact: harmonics to 2
    expected = averaged_generator(N, chi, Gamma).full()
    np.testing.assert_allclose(average.full(), expected, atol=1e-13 * N**2 * (Gamma + abs(chi)))


@cases
def test_envelope_is_the_solution_of_a1(N, chi, Gamma):
    ts = np.linspace(0, 3, 9)
    expected = evolved(averaged_generator(N, chi, Gamma), N, ts)
    np.testing.assert_allclose(expected[:2], 0, atol=1e-12)  # J_x and J_y stay zero
    jz = lmg.envelope(N, chi, Gamma, ts, tol=1e-11)
    np.testing.assert_allclose(jz, expected[2], rtol=0, atol=1e-11 * N / 2)


@pytest.mark.parametrize(("N", "chi"), [(3, 0.6), (6, -CHI)])
def test_eq_4_approaches_the_envelope_as_the_inverse_of_the_drive(N, chi):
    Omega, ts = np.array([200.0, 400.0, 800.0, 1600.0]), np.linspace(0, 1, 41)
    errors = []
    for drive in Omega:
        _, Jy, Jz = evolved(full_generator(N, chi, 1.0, drive), N, ts)
        turned_back = Jz * np.cos(drive * ts) - Jy * np.sin(drive * ts)
        errors.append(abs(turned_back - lmg.envelope(N, chi, 1.0, ts)).max())
    assert slope(Omega, errors) == pytest.approx(-1, abs=0.05)
    assert errors[-1] < 0.01 * N


# Eqs. (A2) and (A3)


@pytest.mark.parametrize("N", [1, 2, 77, 10**6])
def test_without_exchange_the_inversion_decays_as_eq_a2(N):
    ts = np.linspace(0, 4, 21)
    expected = -N / 2 * np.exp(-0.75 * 0.6 * ts)
    np.testing.assert_allclose(lmg.envelope(N, 0.0, 0.6, ts), expected, atol=1e-9 * N / 2)


@pytest.mark.parametrize("N", [1, 2, 7, 40, 1000])
def test_without_decay_the_inversion_dephases_and_revives_as_eq_a3(N):
    ts = np.linspace(0, 2 * np.pi if N < 1000 else 0.3, 33)
    expected = -N / 2 * np.cos(ts / 2) ** (N - 1)
    jz = lmg.envelope(N, 1.0, 1e-13, ts)
    np.testing.assert_allclose(jz, expected, atol=1e-9 * N / 2)


def test_gaussian_of_eq_a3_is_reached_as_the_inverse_of_N():
    errors = [abs(np.cos(1 / np.sqrt(N)) ** (N - 1) - np.exp(-1 / 2)) for N in SIZES]
    assert slope(SIZES, errors) == pytest.approx(-1, abs=0.01)


# Eqs. (A5)-(A8)


def matrix_elements(rho, axis, N):
    """<m| ρ (J_z - iJ_y) |m> in the eigenstates of one component, m rising, shape (N + 1,)."""
    _, states = np.linalg.eigh(axis.full())
    _, Jy, Jz = (J.full() for J in spin(N))
    return np.einsum("im,ij,jm->m", states.conj(), rho @ (Jz - 1j * Jy), states)


def disagreement_with_a5(axis, N=6, chi=0.7, Gamma=1.1):
    """Largest difference between the rate of <m|ρ J̃^+|m> under (A1) and that of (A5)."""
    rho = qutip.rand_dm(N + 1, seed=3)
    rate = averaged_generator(N, chi, Gamma)(rho)
    f = matrix_elements(rho.full(), axis, N)[:-1]
    expected = chain(N, chi, Gamma)[0] @ f
    return abs(matrix_elements(rate.full(), axis, N)[:-1] - expected).max()


def test_a5_holds_in_the_eigenstates_of_jx_and_not_in_the_printed_ones_of_jz():
    Jx, _, Jz = spin(6)
    assert disagreement_with_a5(Jx) < 1e-12
    assert disagreement_with_a5(Jz) > 0.1


@pytest.mark.parametrize(("N", "chi"), [*[(N, chi) for N, chi, _ in CASES], (100, 2.0), (301, 0.9)])
def test_envelope_is_the_sum_of_the_matrix_elements_of_a5(N, chi):
    ts = np.linspace(0, 0.3, 5)
    sums = [(expm(t * chain(N, chi, 0.8)[0]) @ south_pole_elements(N)).sum() for t in ts]
    jz = lmg.envelope(N, chi, 0.8, ts, tol=1e-11)
    np.testing.assert_allclose(np.imag(sums), 0, atol=1e-12 * N)
    np.testing.assert_allclose(jz, np.real(sums), rtol=0, atol=1e-11 * N / 2)


@pytest.mark.parametrize("N", [1, 2, 5, 8])
def test_initial_matrix_elements_are_a_binomial_distribution(N):
    f = matrix_elements(south_pole_state(N).full(), spin(N)[0], N)
    np.testing.assert_allclose(f, [*south_pole_elements(N), 0], atol=1e-13 * N)


def test_initial_gaussian_has_the_sign_of_eq_a9_and_not_the_printed_one_before_eq_a8():
    N = 10**4
    m = np.arange(N) - N / 2
    gaussian = -np.sqrt(N / (2 * np.pi)) * np.exp(-(m**2) / (N / 2))
    exact, error = south_pole_elements(N), abs(gaussian[0]) + 0.01 * abs(gaussian).max()
    assert abs(gaussian - exact).max() < error
    assert abs(-gaussian - exact).max() > 100 * error
    assert np.sqrt(N / 2) * quad(lambda x: gaussian_in_x(N, x), -9, 9)[0] == pytest.approx(-N / 2)


def gaussian_in_x(N, x):
    return -np.sqrt(N / (2 * np.pi)) * np.exp(-(x**2))


@cases
def test_left_side_of_eqs_a8_and_a9_is_j_tilde_and_not_the_printed_j_plus(N, chi, Gamma):
    rho = averaged_generator(N, chi, Gamma)
    Jx, Jy, Jz = evolved(rho, N, [0.2])
    total = (expm(0.2 * chain(N, chi, Gamma)[0]) @ south_pole_elements(N)).sum()
    assert total == pytest.approx((Jz - 1j * Jy).item(), abs=1e-12 * N)
    assert abs(total - (Jx + 1j * Jy).item()) > 0.01 * N


def wave_packet(x):
    """Return a smooth function of x and its second and fourth derivatives."""
    packet = np.exp(-((x - 0.4) ** 2))
    z = 2 * (x - 0.4)
    return packet, (z**2 - 2) * packet, (z**4 - 12 * z**2 + 12) * packet


@pytest.mark.parametrize("N", [1, 6, 101])
def test_a6_is_a5_in_the_scaled_variable(N):
    chi, Gamma, Delta = 0.7, 1.2, 1 / np.sqrt(N / 2)
    m = np.arange(N) - N / 2
    x, f = m * Delta, np.random.default_rng(N).normal(size=N)
    neighbours = np.append(f[1:], 0) + np.append(0, f[:-1]) - 2 * f
    a6 = -Gamma / 4 * f + 1j * chi * (np.sqrt(N / 2) * x + 1 / 2) * f
    shape = 1 - Delta**2 * x**2 + Delta**2 - x * Delta**3
    a6 = a6 + Gamma / (4 * Delta**4) * shape * neighbours
    np.testing.assert_allclose(a6, chain(N, chi, Gamma)[0] @ f, atol=1e-11 * N**2)


def test_a7_is_a5_for_many_atoms_with_a_remainder_of_order_delta():
    sizes, chi, Gamma, remainders = np.array([10**4, 10**5, 10**6]), 0.7, 1.2, []
    for N in sizes:
        Delta = 1 / np.sqrt(N / 2)
        m = np.round(np.linspace(-2, 2, 9) / Delta)
        x = m * Delta
        f, second, fourth = wave_packet(x)
        difference = wave_packet(x + Delta)[0] + wave_packet(x - Delta)[0] - 2 * f
        common = -Gamma / 4 * f + 1j * chi * (2 * m + 1) / 2 * f
        a5 = common + Gamma / 4 * (N / 2 * (N / 2 + 1) - m * (m + 1)) * difference
        a7 = common + N * Gamma / 8 * second + Gamma / 4 * (1 - x**2) * second + Gamma / 48 * fourth
        remainders.append(abs(a5 - a7).max())
    assert slope(sizes, remainders) == pytest.approx(-1 / 2, abs=0.1)


# Eqs. (A9)-(A11)


def speed_of_a9(N, chi, *, printed):
    return N * chi / 2 if printed else chi * np.sqrt(N / 2)


def disagreement_with_a9(N, *, printed, chi=0.7, Gamma=1.2, center=0.4):
    """Difference of (A5), transformed as ∫ f e^(-ikx) dx, from (A9) for a packet exp(-(x - c)²)."""
    k, Delta = np.linspace(-2, 2, 9), 1 / np.sqrt(N / 2)
    m = np.arange(-10 / Delta, 10 / Delta).round()
    x = m * Delta
    f, above, below = (np.exp(-((x + s - center) ** 2)) for s in (0, Delta, -Delta))
    rate = -Gamma / 4 * f + 1j * chi * (2 * m + 1) / 2 * f
    rate = rate + Gamma / 4 * (N / 2 * (N / 2 + 1) - m * (m + 1)) * (above + below - 2 * f)
    transformed = Delta * np.exp(-1j * np.outer(k, x)) @ rate
    g = np.sqrt(np.pi) * np.exp(-(k**2) / 4 - 1j * k * center)
    first = (-k / 2 - 1j * center) * g
    second = (-k / 2 - 1j * center) * first - g / 2
    local = -3 * Gamma / 4 + 1j * chi / 2 - (N / 8 + 1 / 4) * Gamma * k**2 + Gamma * k**4 / 48
    speed = speed_of_a9(N, chi, printed=printed) + Gamma * k
    return abs(local * g - speed * first - Gamma * k**2 / 4 * second - transformed).max()


def test_a9_carries_the_root_of_N_over_2_and_not_the_printed_N_over_2():
    N = np.array([10**3, 10**4, 10**5])
    remainders = [disagreement_with_a9(n, printed=False) for n in N]
    assert slope(N, remainders) == pytest.approx(-1 / 2, abs=0.1)
    assert disagreement_with_a9(10**3, printed=True) > 100


def first_order_solution(N, chi, Gamma, t, *, printed):
    """<J̃^+>(t) from (A9) without ∂²/∂k² and k⁴, integrated numerically along its characteristic."""
    speed = speed_of_a9(N, chi, printed=printed)

    def backwards(s, y):  # k of the characteristic that ends at k = 0, and the exponent
        k = y[0].real
        local = -3 * Gamma / 4 + 1j * chi / 2 - (N / 8 + 1 / 4) * Gamma * k**2
        return [-(speed + Gamma * k), local]

    k, exponent = solve_ivp(backwards, (0, t), [0j, 0j], rtol=1e-11, atol=1e-11).y[:, -1]
    return -N / 2 * np.exp(exponent - k.real**2 / 4)


@pytest.mark.parametrize(("N", "chi", "Gamma", "t"), [(40, 0.6, 1.1, 0.2), (400, -CHI, 1.0, 0.07)])
def test_a10_follows_from_a9_with_the_root_and_not_as_printed(N, chi, Gamma, t):
    a10 = lmg.characteristic_envelope(N, chi, Gamma, [t])[0]
    solution = first_order_solution(N, chi, Gamma, t, printed=False)
    assert solution.real == pytest.approx(a10, rel=1e-9)
    assert abs(first_order_solution(N, chi, Gamma, t, printed=True) / a10) < 0.9


def test_the_cosine_of_a10_belongs_to_a_mean_jy_that_does_not_exist():
    N, chi, t = 8, 0.9, 0.4
    printed = first_order_solution(N, chi, 1.0, t, printed=False)
    assert abs(printed.imag) > 0.05 * N / 2
    assert evolved(averaged_generator(N, chi, 1.0), N, [t])[1] == pytest.approx(0, abs=1e-12)
    without = lmg.characteristic_envelope(N, chi, 1e-9, [t])[0] / np.cos(chi * t / 2)
    a3 = -N / 2 * np.cos(chi * t / 2) ** (N - 1)
    assert abs(without - a3) < 0.6 * abs(without * np.cos(chi * t / 2) - a3)


def test_a11_is_a10_at_early_times():
    t = np.array([1e-3, 1e-2])
    a10 = np.log(-lmg.characteristic_envelope(2000, 0.7, 1.0, t) / 1000)
    a11 = np.log(-lmg.early_envelope(2000, 0.7, 1.0, t) / 1000)
    assert slope(t, abs(a10 / a11 - 1)) > 0.9
    assert a10[0] == pytest.approx(a11[0], rel=2e-3)


# Many atoms


def scaled_time(N, y=1.0, chi=CHI):
    """Time at which the exponent of Eq. (A4) is -y, for Γ = 1."""
    return np.cbrt(48 * y / (chi**2 * N**2))


def fractions_off(approximation, y):
    errors = []
    for N in SIZES:
        t = [scaled_time(int(N), y)]
        exact = lmg.envelope(int(N), CHI, 1.0, t, tol=1e-12)
        errors.append(abs(approximation(int(N), CHI, 1.0, t) / exact - 1)[0])
    return errors


@pytest.mark.parametrize("y", [0.5, 2.0])
@pytest.mark.parametrize("approximation", [lmg.early_envelope, lmg.characteristic_envelope])
def test_a10_and_a11_are_off_by_a_fraction_of_order_two_thirds(approximation, y):
    assert slope(SIZES, fractions_off(approximation, y)) == pytest.approx(-2 / 3, abs=0.04)


@pytest.mark.parametrize("y", [0.5, 2.0])
def test_large_N_envelope_is_off_by_a_fraction_of_order_one_over_N(y):
    errors = fractions_off(lmg.large_N_envelope, y)
    assert slope(SIZES, errors) == pytest.approx(-1, abs=0.05)
    assert errors[-1] < 2e-5


def test_envelope_tends_to_eq_a4_as_the_cube_root_of_one_over_N():
    def a4(N, chi, Gamma, ts):
        return -N / 2 * np.exp(-Gamma * chi**2 * N**2 * np.array(ts) ** 3 / 48)

    errors = fractions_off(a4, 1.0)
    assert slope(SIZES, errors) == pytest.approx(-1 / 3, abs=0.03)
    assert errors[-1] < 0.02


# The decay time


@pytest.mark.parametrize(("N", "chi"), [(1, 5.0), (2, -5.0), (3, 40.0), (400, CHI), (10**5, 1e-3)])
def test_envelope_has_fallen_to_one_over_e_at_the_decay_time(N, chi):
    t = lmg.decay_time(N, chi, 0.3)
    assert lmg.envelope(N, chi, 0.3, [t])[0] == pytest.approx(-N / (2 * np.e), rel=1e-6)


def decay_exponent(chi_over_Gamma):
    """Local exponent of the decay time at N = 10⁵, for χ = c(N) Γ."""
    N = [5 * 10**4, 2 * 10**5]
    return slope(N, [lmg.decay_time(n, chi_over_Gamma, 1.0) for n in N])


def test_decay_time_has_the_exponents_0_two_thirds_and_one_half():
    assert decay_exponent(1e-9) == pytest.approx(0, abs=1e-6)  # (A2): χ ≪ Γ/N
    assert decay_exponent(CHI) == pytest.approx(-2 / 3, abs=0.01)  # (A4)
    assert decay_exponent(1e7) == pytest.approx(-1 / 2, abs=0.001)  # (A3): χ ≫ √N Γ


@pytest.mark.parametrize("chi", [1e-3, 0.05, 1.0, 10.0])
def test_two_thirds_holds_for_exchange_and_decay_of_very_different_strengths(chi):
    sizes = [50_000, 200_000]
    times = [lmg.decay_time(N, chi, 1.0) for N in sizes]
    assert slope(sizes, times) == pytest.approx(-2 / 3, abs=0.02)


def test_borders_of_two_thirds_move_apart_with_the_number_of_atoms():
    for N in [400, 10**5]:
        for chi in [0.1 * 4.5 / N, 10 * 0.47 * np.sqrt(N)]:
            sizes = [N // 2, 2 * N]
            exponent = slope(sizes, [lmg.decay_time(n, chi, 1.0) for n in sizes])
            assert exponent > -0.56


# Error, symmetries, arguments


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize(("N", "chi"), [(30, 4.0), (400, CHI), (10**4, 0.02), (10**4, 30.0)])
def test_error_stays_below_the_tolerance(N, chi, tol):
    ts = np.linspace(0, 6 * lmg.decay_time(N, chi, 1.0), 50)
    reference = lmg.envelope(N, chi, 1.0, ts, tol=1e-12)
    assert abs(lmg.envelope(N, chi, 1.0, ts, tol=tol) - reference).max() < tol * N / 2


@pytest.mark.parametrize("K", [5, 10, 20, 30])
def test_bound_of_the_missing_ranks_holds(K):
    ts = np.linspace(0, 0.1, 50)
    exact = lmg.envelope(400, CHI, 1.0, ts, tol=1e-12) / -200
    truncated, lost = _inversion(400, CHI, ts, K, 1e-12)
    assert abs(truncated - exact).max() < lost + 1e-12


def test_missing_ranks_fall_faster_than_exponentially():
    lost = [_inversion(400, CHI, np.linspace(0, 0.1, 9), K, 1e-12)[1] for K in (10, 20, 30)]
    assert lost[2] / lost[1] < lost[1] / lost[0] < 0.1


def test_weights_are_the_multipoles_of_a_state_orthogonal_to_the_axis():
    N, K = 31, 31
    c = abs(Multipoles.coherent(N, lmg.coherent(np.pi / 2), K).c[1:, 1])
    np.testing.assert_allclose(south_pole(N, K), c / c[0], atol=1e-12)


def test_envelope_is_even_in_the_exchange_and_scales_with_the_unit_of_time():
    ts = np.linspace(0, 0.2, 11)
    jz = lmg.envelope(150, 0.8, 1.0, ts)
    np.testing.assert_array_equal(lmg.envelope(150, -0.8, 1.0, ts), jz)
    np.testing.assert_allclose(lmg.envelope(150, 8.0, 10.0, ts / 10), jz, rtol=1e-9, atol=1e-9)


def test_times_may_repeat_start_late_and_outlast_the_envelope():
    np.testing.assert_array_equal(lmg.envelope(9, 1.0, 1.0, [0, 0]), [-4.5, -4.5])
    late = lmg.envelope(10**4, CHI, 1.0, [0.005, 0.005, 2.0, 1e6])
    assert late[0] == late[1] < 0
    np.testing.assert_allclose(late[2:], 0, atol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"N": 3.5}, "N must be a positive integer, but N = 3.5"),
        ({"chi": np.nan}, "chi must be a finite real number, but chi = nan"),
        ({"Gamma": 0}, "Gamma must be positive, but Gamma = 0"),
        ({"ts": [1, 0]}, "ts must be a sorted one-dimensional array"),
        ({"tol": 1e-15}, "tol must be at least 1e-12 and below 1, but tol = 1e-15"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    arguments = {"N": 5, "chi": 1.0, "Gamma": 1.0, "ts": [0, 1]} | change
    with pytest.raises(ValueError, match=f"^Argument {message}"):
        lmg.envelope(**arguments)
