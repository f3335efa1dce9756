"""The steady state of Eq. (9): against QuTiP, exact results and the limits of Eq. (10)."""

from fractions import Fraction

import numpy as np
import pytest
import qutip
from conftest import PHASES, random_model
from scipy.optimize import brentq
from scipy.special import gamma

import lmgcav as lmg

RATIOS = [1e-3, 0.3, 0.9, 0.999, 1.0, 1.001, 1.5, 30.0]  # of Ω to Ω_c


def at_ratio(N, ratio, twist=0.0, Gamma=1.0):
    """Model with Ω = ratio Ω_c."""
    return lmg.Model.from_ratios(N=N, drive=ratio * np.hypot(1, twist), twist=twist, Gamma=Gamma)


def spin_matrices(N):
    return [qutip.jmat(N / 2, which).full() for which in "x+-"]


def time_derivative(m, rho):
    """Right-hand side of Eq. (4), as it stands there."""
    Jx, Jp, Jm = spin_matrices(m.N)
    H, number = m.chi * Jp @ Jm + m.Omega * Jx, Jp @ Jm
    unitary = -1j * (H @ rho - rho @ H)
    return unitary + m.Gamma * (Jm @ rho @ Jp - (number @ rho + rho @ number) / 2)


def slope(x, y):
    """Exponent of a power law, from a straight line through the logarithms."""
    return np.polyfit(np.log(x), np.log(y), 1)[0]


# Against QuTiP and the master equation


def test_steady_state_is_the_one_that_qutip_finds(models):
    for m in models:
        Jx, Jp, Jm = (qutip.jmat(m.N / 2, which) for which in "x+-")
        jumps = [np.sqrt(m.Gamma) * Jm]
        expected = qutip.steadystate(m.chi * Jp @ Jm + m.Omega * Jx, jumps).full()
        np.testing.assert_allclose(lmg.steady_state(m), expected, atol=1e-11)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("N", [31, 80])
def test_steady_state_does_not_change_in_time(N, phase):
    for seed in range(4):
        m = random_model(N, phase, seed)
        rate = N**2 * (m.Gamma + abs(m.chi)) + N * abs(m.Omega)
        assert abs(time_derivative(m, lmg.steady_state(m))).max() < 1e-13 * rate


def test_steady_state_is_a_density_matrix(models):
    for m in models:
        rho = lmg.steady_state(m)
        assert np.trace(rho) == pytest.approx(1, abs=1e-13)
        np.testing.assert_allclose(rho, rho.conj().T, atol=1e-16)
        assert np.linalg.eigvalsh(rho).min() > -1e-14


def test_eq_8_solves_the_hamiltonian_and_the_dissipative_part_by_themselves(models):
    for m in models:
        _, Jp, Jm = spin_matrices(m.N)
        rho, one = lmg.steady_state(m), np.eye(m.N + 1)
        Op, Om = Jp - m.alpha * one, Jm - np.conj(m.alpha) * one
        np.testing.assert_allclose(Op @ Om @ rho, rho @ Op @ Om, atol=1e-12 * m.N**2)
        np.testing.assert_allclose(Om @ rho @ Op, Op @ Om @ rho, atol=1e-12 * m.N**2)


@pytest.mark.parametrize("N", [1, 2, 3, 20, 151])
@pytest.mark.parametrize("ratio", RATIOS)
def test_steady_moments_are_those_of_the_density_matrix(N, ratio):
    m = at_ratio(N, ratio, twist=-1.3, Gamma=0.7)
    moments, expected = lmg.steady_moments(m), lmg.spin_moments(lmg.steady_state(m))
    np.testing.assert_allclose(moments.mean, expected.mean, rtol=0, atol=1e-13 * N)
    np.testing.assert_allclose(moments.second, expected.second, rtol=0, atol=1e-13 * N**2)


# Exact results


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("phase", PHASES)
def test_one_atom_obeys_the_optical_bloch_equations(phase, seed):
    m = random_model(1, phase, seed)
    # d<J_x, J_y, J_z>/dt = bloch @ <J> - (0, 0, Γ/2) for H = χ J_z + Ω J_x and decay Γ.
    bloch = [[-m.Gamma / 2, -m.chi, 0], [m.chi, -m.Gamma / 2, -m.Omega], [0, m.Omega, -m.Gamma]]
    expected = np.linalg.solve(bloch, [0, 0, m.Gamma / 2])
    np.testing.assert_allclose(lmg.steady_moments(m).mean, expected, atol=1e-15)


@pytest.mark.parametrize(("N", "alpha2"), [(1, 3), (20, 70), (101, 2500), (400, 41000)])
def test_inversion_agrees_with_rational_arithmetic(N, alpha2):
    terms = [Fraction(1)]
    for n in range(1, N + 1):
        terms.append(terms[-1] * Fraction(n * ((N + 1) ** 2 - n**2), alpha2 * (4 * n + 2)))
    exact = float(-sum(n * t for n, t in enumerate(terms)) / sum(terms) / 2)
    m = lmg.Model(N=N, chi=0, Omega=np.sqrt(alpha2))
    assert lmg.steady_moments(m).mean[2] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("N", [1, 2, 401, 10**7])
def test_without_drive_all_atoms_are_in_the_ground_state(N):
    moments = lmg.steady_moments(lmg.Model(N=N, chi=-0.4, Omega=0))
    np.testing.assert_array_equal(moments.bloch, lmg.SOUTH_POLE)
    np.testing.assert_array_equal(moments.covariance, np.diag([N / 4, N / 4, 0]))
    assert lmg.squeezing(moments) == 1


@pytest.mark.parametrize("N", [1, 2, 401, 10**7])
@pytest.mark.parametrize("ratio", [1e-6, 1e-30, 1e-150, 1e-308])
def test_weak_drive_tends_to_the_ground_state_with_linear_response(N, ratio):
    # To first order J^-|ψ> = α*|ψ>, because each atom has nothing else to relax to.
    m = at_ratio(N, ratio, twist=0.8)
    moments = lmg.steady_moments(m)
    lowering = moments.mean[0] - 1j * moments.mean[1]
    assert lowering == pytest.approx(np.conj(m.alpha), rel=1e-11)
    assert moments.mean[2] == pytest.approx(-N / 2, rel=1e-11)
    assert lmg.squeezing(moments) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("N", [1, 2, 50])
def test_excitations_under_weak_drive_grow_as_its_square(N):
    ratios = np.array([1e-4, 1e-3])
    models = [at_ratio(N, ratio, twist=-2) for ratio in ratios]
    excited = [lmg.steady_moments(m).mean[2] + N / 2 for m in models]
    assert slope(ratios, excited) == pytest.approx(2, abs=1e-5)
    assert excited[0] == pytest.approx(abs(models[0].alpha) ** 2 / N, rel=1e-5)


@pytest.mark.parametrize("N", [1, 2, 50, 10**5])
def test_strong_drive_mixes_all_states_and_inversion_falls_as_its_inverse_square(N):
    for ratio in (1e3, 1e6, 1e40):
        m = at_ratio(N, ratio, twist=0.5)
        moments, alpha2, casimir = lmg.steady_moments(m), abs(m.alpha) ** 2, N / 2 * (N / 2 + 1)
        assert moments.mean[2] == pytest.approx(-casimir / (3 * alpha2), rel=1e-5)
        lowering = moments.mean[0] - 1j * moments.mean[1]
        assert lowering == pytest.approx(2 * casimir / (3 * m.alpha), rel=1e-5)
        np.testing.assert_allclose(moments.second, casimir / 3 * np.eye(3), atol=1e-5 * casimir)


# The limits of Eq. (10), and between them


@pytest.mark.parametrize("ratio", [0.2, 0.6, 0.9])
def test_superradiant_inversion_approaches_the_limit_of_eq_10_as_1_over_N(ratio):
    N = 10 ** np.arange(3, 7)
    inversions = np.array([lmg.steady_moments(at_ratio(int(n), ratio, 1.875)).bloch[2] for n in N])
    assert slope(N, abs(inversions + np.sqrt(1 - ratio**2))) == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize("ratio", [1.05, 1.5, 4.0])
def test_normal_inversion_approaches_the_limit_of_eq_10_as_1_over_N(ratio):
    N = 10 ** np.arange(3, 7)
    inversions = np.array([lmg.steady_moments(at_ratio(int(n), ratio, -0.7)).bloch[2] for n in N])
    assert slope(N, -inversions) == pytest.approx(-1, abs=0.05)


def test_at_the_critical_drive_the_inversion_vanishes_as_the_cube_root_of_1_over_N():
    # There p_n tends to n^(-1/2) exp[-n³/(3N²)], whose mean is (3N²)^(1/3) Γ(1/2)/Γ(1/6).
    N = 10 ** np.arange(4, 9)
    inversions = np.array([lmg.steady_moments(at_ratio(int(n), 1.0)).bloch[2] for n in N])
    correction = -inversions / ((3 / N) ** (1 / 3) * gamma(1 / 2) / gamma(1 / 6)) - 1
    assert slope(N, correction) == pytest.approx(-1 / 3, abs=0.02)


@pytest.mark.parametrize("ratio", RATIOS)
def test_ten_million_atoms_follow_eq_10(ratio):
    N = 10**7
    moments = lmg.steady_moments(at_ratio(N, ratio, twist=1.875))
    assert np.isfinite(moments.second).all()
    assert lmg.squeezing(moments) > 0
    limit = -np.sqrt(max(1 - ratio**2, 0))
    assert moments.bloch[2] == pytest.approx(limit, abs=3 * N ** (-1 / 3) if ratio == 1 else 1e-3)


@pytest.mark.parametrize("ratio", [0.05, 0.1, 1.0, 20.0])
def test_density_matrix_of_a_thousand_atoms_does_not_overflow(ratio):
    m = at_ratio(1000, ratio, twist=1.0)
    rho = lmg.steady_state(m)
    assert np.isfinite(rho).all()
    assert np.trace(rho) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(lmg.spin_moments(rho).mean, lmg.steady_moments(m).mean, atol=1e-9)


def test_a_density_matrix_that_does_not_fit_is_refused_with_its_size():
    with pytest.raises(MemoryError, match=r"^The steady state of N = 1000000 atoms needs 64000"):
        lmg.steady_state(lmg.Model.from_ratios(N=10**6, drive=0.5))


# Symmetries


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("N", [2, 51, 10**6])
def test_squeezing_depends_on_the_size_of_alpha_and_not_on_chi(N, ratio):
    expected = lmg.squeezing(lmg.steady_moments(at_ratio(N, ratio)))
    for twist in (-3.0, 0.1, 40.0):
        xi2 = lmg.squeezing(lmg.steady_moments(at_ratio(N, ratio, twist, Gamma=2.5)))
        assert xi2 == pytest.approx(expected, rel=1e-4 if N > 1000 else 1e-9)


def mirrored(moments, signs):
    """Mean and second moments after a change of sign of some components."""
    signs = np.array(signs)
    return signs * moments.mean, np.outer(signs, signs) * moments.second


def assert_same(moments, mean, second):
    np.testing.assert_allclose(moments.mean, mean, rtol=0, atol=1e-13 * moments.N)
    np.testing.assert_allclose(moments.second, second, rtol=0, atol=1e-13 * moments.N**2)


def test_the_other_sign_of_the_drive_turns_the_spin_by_half_a_turn_about_z(models):
    for m in models:
        other = lmg.Model(N=m.N, chi=m.chi, Omega=-m.Omega, Gamma=m.Gamma)
        assert_same(lmg.steady_moments(other), *mirrored(lmg.steady_moments(m), (-1, -1, 1)))


def test_the_other_sign_of_the_exchange_mirrors_x(models):
    for m in models:
        other = lmg.Model(N=m.N, chi=-m.chi, Omega=m.Omega, Gamma=m.Gamma)
        assert_same(lmg.steady_moments(other), *mirrored(lmg.steady_moments(m), (-1, 1, 1)))


def test_exchange_only_turns_the_spin_about_z_at_fixed_size_of_alpha():
    plain, turned = at_ratio(60, 0.8), at_ratio(60, 0.8, twist=1.7)
    angle = np.angle(turned.alpha) - np.angle(plain.alpha)
    c, s = np.cos(angle), np.sin(angle)
    R = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    moments = lmg.steady_moments(plain)
    assert_same(lmg.steady_moments(turned), R @ moments.mean, R @ moments.second @ R.T)


# Entanglement, which ξ² < 1 proves and ξ² > 1 does not rule out


def lowest_eigenvalue_of_the_transposed(N, ratio):
    """Smallest eigenvalue after one half of the atoms is transposed; < 0 proves entanglement."""
    half = N / 4  # length of the spin of each half
    m = half - np.arange(N // 2 + 1)
    split = np.array(
        [
            [[qutip.clebsch(half, half, N / 2, a, b, a + b) if a + b == c else 0.0 for b in m]]
            for c in N / 2 - np.arange(N + 1)
            for a in m
        ]
    ).reshape(N + 1, m.size**2)
    rho = split.T @ lmg.steady_state(at_ratio(N, ratio)) @ split
    state = qutip.Qobj(rho, dims=[[m.size] * 2] * 2)
    return qutip.partial_transpose(state, [1, 0]).eigenenergies()[0]


@pytest.mark.parametrize(("N", "edge"), [(2, np.sqrt(2)), (4, 1.4503), (8, 1.4691), (16, 1.4750)])
def test_halves_are_entangled_far_into_the_normal_phase(N, edge):
    found = brentq(lambda ratio: lowest_eigenvalue_of_the_transposed(N, ratio), 1.2, 1.8)
    assert found == pytest.approx(edge, abs=1e-9 if N == 2 else 1e-4)
    assert lmg.squeezing(lmg.steady_moments(at_ratio(N, 0.99 * found))) > 1


def fisher_information_over_N(N, ratio):
    """Largest quantum Fisher information over all axes of rotation, over that of N free atoms."""
    p, vectors = np.linalg.eigh(lmg.steady_state(at_ratio(N, ratio)))
    total = np.add.outer(p, p)
    weight = 2 * np.subtract.outer(p, p) ** 2 / np.where(total > 1e-14, total, np.inf)
    J = [vectors.conj().T @ qutip.jmat(N / 2, axis).full() @ vectors for axis in "xyz"]
    matrix = [[np.sum(weight * a * b.conj()).real for a in J] for b in J]
    return np.linalg.eigvalsh(matrix)[-1] / N


@pytest.mark.parametrize(("N", "edge"), [(64, 1.0366), (128, 1.0285), (256, 1.0217)])
def test_entanglement_beyond_the_critical_drive_is_useful_for_a_measurement(N, edge):
    found = brentq(lambda ratio: fisher_information_over_N(N, ratio) - 1, 1, 1.2)
    assert found == pytest.approx(edge, abs=1e-4)
    assert lmg.squeezing(lmg.steady_moments(at_ratio(N, 1.0))) > 1


# The best squeezing of Fig. 2(c)


@pytest.mark.parametrize("ratio", [0.3, 0.9, 0.99, 1.0, 1.4])
@pytest.mark.parametrize("N", [2, 31, 1000])
def test_quiet_direction_has_the_noise_of_the_inversion_and_of_the_weight_at_the_wall(N, ratio):
    # The axes are turned so that α is real.
    m = at_ratio(N, ratio, twist=0.0)
    moments, (n, p) = lmg.steady_moments(m), lmg.steady_weights(m)
    quiet = np.array([-m.alpha.imag, m.alpha.real, 0]) / abs(m.alpha)
    noise = (-moments.mean[2] + abs(m.alpha) ** 2 * p[n == 1].sum()) / 2
    assert quiet @ moments.covariance @ quiet == pytest.approx(noise, rel=1e-9)


def test_weight_at_the_wall_falls_exponentially_with_the_cube_of_the_inversion():
    u, errors = 24, []  # the next terms are of order 1/u and s
    for N in [10**6, 10**8]:
        s = (1.5 * u / N) ** (1 / 3)
        n, p = lmg.steady_weights(at_ratio(N, np.sqrt(1 - s**2)))
        errors.append(p[n == 1][0] / (4 * s / (3 * np.pi) * np.exp(-u)) - 1)
    assert abs(errors[1]) < 1 / u
    assert abs(errors[1]) < abs(errors[0]) / 3


def test_best_squeezing_follows_its_law_within_six_per_cent():
    for N in [10, 30, 100, 10**3, 10**4, 10**5, 10**6, 10**7]:
        law = (1.5 * np.log(N) / N) ** (1 / 3)
        assert lmg.best_squeezing(N)[1] == pytest.approx(law, rel=0.06)


@pytest.mark.parametrize("N", [2, 3, 50, 10**6])
def test_best_squeezing_is_a_minimum_over_the_drive(N):
    ratio, xi2 = lmg.best_squeezing(N)
    step = 0.1 * (1 - ratio)
    for neighbour in (ratio - step, ratio + step):
        assert lmg.squeezing(lmg.steady_moments(at_ratio(N, neighbour, twist=2))) > xi2


def test_one_atom_has_no_best_squeezing():
    with pytest.raises(ValueError, match=r"^Argument N must be at least 2, but N = 1$"):
        lmg.best_squeezing(1)


def test_search_over_too_many_atoms_is_refused():
    with pytest.raises(ValueError, match=r"^Argument N must be at most 3.2e\+10, "):
        lmg.best_squeezing(10**11)
