"""Means, second moments and the squeezing of Eq. (12)."""

import numpy as np
import pytest
import qutip
from scipy.sparse import csr_array

import lmgcav as lmg
from lmgcav.exact_dynamics import difference


def operators(N):
    return [qutip.jmat(N / 2, a) for a in "xyz"]


def moments_of(state):
    return lmg.spin_moments(qutip.ket2dm(state).full())


def random_state(N, seed):
    return qutip.rand_dm(N + 1, seed=seed).full()


@pytest.mark.parametrize("N", [1, 2, 3, 10, 17])
def test_moments_are_the_expectation_values_of_the_spin_operators(N):
    rho, J = qutip.rand_dm(N + 1, seed=N), operators(N)
    moments = lmg.spin_moments(rho.full())
    second = [[qutip.expect((a @ b + b @ a) / 2, rho) for b in J] for a in J]
    np.testing.assert_allclose(moments.mean, qutip.expect(J, rho), atol=1e-13 * N)
    np.testing.assert_allclose(moments.second, second, atol=1e-13 * N**2)


@pytest.mark.parametrize("N", [1, 2, 9])
def test_variance_takes_the_mean_of_the_square_and_not_the_printed_square_of_the_mean(N):
    state, n = qutip.spin_coherent(N / 2, 1.0, 0.4), lmg.coherent(1.0 + np.pi / 2, 0.4)
    along = sum(c * J for c, J in zip(n, operators(N), strict=True))
    variance = n @ moments_of(state).covariance @ n
    assert variance == pytest.approx(qutip.expect(along @ along, state), rel=1e-12)
    assert variance == pytest.approx(N / 4, rel=1e-12)
    assert qutip.expect(along, state) ** 2 == pytest.approx(0, abs=1e-12 * N**2)  # as printed


@pytest.mark.parametrize("N", [1, 2, 9])
def test_squares_of_the_components_add_up_to_j_j_plus_1(N):
    second = lmg.spin_moments(random_state(N, 4)).second
    assert np.trace(second) == pytest.approx(N / 2 * (N / 2 + 1), rel=1e-13)


def test_leading_axes_broadcast():
    rho = np.array([[random_state(4, 3 * i + k) for k in range(3)] for i in range(2)])
    moments = lmg.spin_moments(rho)
    assert moments.mean.shape == moments.bloch.shape == (2, 3, 3)
    assert moments.covariance.shape == (2, 3, 3, 3)
    assert lmg.squeezing(moments).shape == (2, 3)
    single = lmg.spin_moments(rho[1, 2])
    np.testing.assert_allclose(moments.mean[1, 2], single.mean, atol=1e-15)
    np.testing.assert_allclose(moments.second[1, 2], single.second, atol=1e-15)
    assert lmg.squeezing(moments)[1, 2] == pytest.approx(lmg.squeezing(single), rel=1e-13)


@pytest.mark.parametrize("N", [1, 2, 11, 40])
@pytest.mark.parametrize(("theta", "phi"), [(0, 0), (np.pi, 0), (np.pi / 2, 0), (1, -2), (3, 2.5)])
def test_coherent_states_point_along_their_angles_and_are_not_squeezed(N, theta, phi):
    moments = moments_of(qutip.spin_coherent(N / 2, theta, phi))
    np.testing.assert_allclose(moments.bloch, lmg.coherent(theta, phi), atol=1e-13)
    assert lmg.squeezing(moments) == pytest.approx(1, rel=1e-11)


@pytest.mark.parametrize("N", [4, 25])
@pytest.mark.parametrize("mu", [0.01, 0.1, 0.3])
def test_one_axis_twisting_is_squeezed_as_kitagawa_and_ueda_find(N, mu):
    # exp(-iμJ_z²/2) on the coherent state along x, doi:10.1103/PhysRevA.47.5138.
    Jz, S = qutip.jmat(N / 2, "z"), N / 2
    twisted = (-0.5j * mu * Jz @ Jz).expm() @ qutip.spin_coherent(S, np.pi / 2, 0)
    A, B = 1 - np.cos(mu) ** (N - 2), 4 * np.sin(mu / 2) * np.cos(mu / 2) ** (N - 2)
    variance = S / 2 * (1 + (S - 0.5) / 2 * (A - np.hypot(A, B)))
    length = S * np.cos(mu / 2) ** (N - 1)
    assert lmg.squeezing(moments_of(twisted)) == pytest.approx(N * variance / length**2, rel=1e-10)


@pytest.mark.parametrize("angle", [0.0, 0.2, 0.5, 0.78, -0.6])
def test_two_atoms_both_up_and_both_down_in_superposition(angle):
    state = np.cos(angle) * qutip.basis(3, 0) + np.sin(angle) * qutip.basis(3, 2)
    expected = 1 / (1 + abs(np.sin(2 * angle)))
    assert lmg.squeezing(moments_of(state)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("N", "m"), [(3, 0.5), (3, -1.5), (6, 1), (6, -2)])
def test_dicke_states_are_noisy_in_every_direction_across(N, m):
    expected = N * (N / 2 * (N / 2 + 1) - m**2) / (2 * m**2)
    assert lmg.squeezing(moments_of(qutip.spin_state(N / 2, m))) == pytest.approx(expected)


@pytest.mark.parametrize("N", [2, 3, 12])
@pytest.mark.parametrize("seed", range(4))
def test_squeezing_is_the_minimum_over_directions_across_the_mean_spin(N, seed):
    moments = lmg.spin_moments(random_state(N, seed))
    across = np.linalg.svd(moments.mean[None])[2][1:]  # two unit vectors orthogonal to <J>
    turns = np.linspace(0, np.pi, 20001)
    directions = np.stack([np.cos(turns), np.sin(turns)], -1) @ across
    variances = np.einsum("ta,ab,tb->t", directions, moments.covariance, directions)
    brute_force = N * variances.min() / (moments.mean @ moments.mean)
    assert lmg.squeezing(moments) == pytest.approx(brute_force, rel=1e-6)
    assert lmg.squeezing(moments) <= brute_force * (1 + 1e-12)


def test_squeezing_does_not_change_under_rotations():
    rho = qutip.rand_dm(8, seed=5)
    xi2 = lmg.squeezing(lmg.spin_moments(rho.full()))
    for axis in operators(7):
        turn = (-0.9j * axis).expm()
        turned = lmg.spin_moments((turn @ rho @ turn.dag()).full())
        assert lmg.squeezing(turned) == pytest.approx(xi2, rel=1e-11)


def test_without_a_mean_spin_the_squeezing_is_infinite():
    cat = (qutip.basis(3, 0) + qutip.basis(3, 2)).unit()  # no noise along y either
    assert lmg.squeezing(moments_of(qutip.basis(3, 1))) == np.inf
    assert lmg.squeezing(moments_of(cat)) == np.inf


@pytest.mark.parametrize("shape", [(2, 3), (1, 1), (4,), (5, 3, 2)])
def test_a_matrix_that_is_not_square_is_refused(shape):
    sentence = rf"^Argument rho.shape must be .*N ≥ 1, but rho.shape = \({shape[0]},"
    with pytest.raises(ValueError, match=sentence):
        lmg.spin_moments(np.zeros(shape))


# --- What is no state, and what QuTiP has


def test_a_matrix_that_is_not_hermitian_or_not_of_trace_1_is_refused():
    N, rng = 4, np.random.default_rng(0)
    A = rng.normal(size=(N + 1, N + 1)) + 1j * rng.normal(size=(N + 1, N + 1))
    rho = random_state(N, 1)
    functions = [
        lmg.spin_moments,
        lmg.Multipoles.from_density_matrix,
        lambda state: lmg.husimi(state, [1.0], [0.0]),
        lmg.fisher_information,
    ]
    for function in functions:
        with pytest.raises(ValueError, match=r"Argument (rho|state) must be Hermitian"):
            function(A / np.trace(A))
        with pytest.raises(ValueError, match=r"Argument (rho|state)\.trace must be 1.*3\.46"):
            function(3.46 * rho)  # a null vector as it comes


def test_objects_of_qutip_and_sparse_matrices_are_states():
    N = 6
    ket = qutip.rand_ket(N + 1, seed=3)
    expected = lmg.spin_moments(ket.proj().full()).second
    for state in (ket, ket.full(), ket.proj(), csr_array(ket.proj().full()), [ket]):
        found = lmg.spin_moments(state).second
        np.testing.assert_allclose(found.reshape(3, 3), expected, atol=1e-13 * N**2)
    assert lmg.spin_moments([ket, ket.proj()]).mean.shape == (2, 3)
    Q = [lmg.husimi(state, [1.0], [2.0]).item() for state in (ket, ket.proj().full())]
    assert Q[0] == pytest.approx(Q[1], rel=1e-12)
    F = [lmg.fisher_information(state) for state in (ket, ket.proj().full())]
    np.testing.assert_allclose(*F, atol=1e-9)
    with pytest.raises(ValueError, match=r"Argument rho.type must be that of a ket or an operator"):
        lmg.spin_moments(ket.dag())


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("seed", range(5))
def test_error_of_the_squeezing_holds_and_is_hardly_larger_than_that_of_evolve(seed, tol):
    rng = np.random.default_rng(seed)
    N, drive, twist = int(rng.integers(20, 120)), rng.uniform(0.5, 3), rng.uniform(-2.5, 2.5)
    model, ts = lmg.Model.from_ratios(N=N, drive=drive, twist=twist), np.linspace(0.1, 10, 30) / N
    reference = lmg.evolve(model, ts, tol=1e-9)
    exact = lmg.squeezing(reference.moments)
    run = lmg.evolve(model, ts, tol=tol)
    error, bound = abs(lmg.squeezing(run.moments) - exact), run.squeezing_errors
    assert (error <= bound + reference.squeezing_errors).all()
    assert (bound < lmg.squeezing_error(run.moments, run.errors)).all()
    of_evolve = run.error / difference(run.moments, reference.moments)
    assert bound.max() <= 20 * of_evolve * error.max()
    assert run.errors.max() == run.error


def test_error_of_the_squeezing_is_that_of_the_worst_moments():
    moments, error, rng = lmg.spin_moments(random_state(9, 2)), 1e-5, np.random.default_rng(0)
    worst = 0.0
    for _ in range(2000):
        noise = rng.choice([-1, 1], (4, 3)) * error
        second = moments.second + 4.5**2 * np.triu(noise[1:]) + 4.5**2 * np.triu(noise[1:], 1).T
        other = lmg.Moments(9, moments.mean + 4.5 * noise[0], second)
        worst = max(worst, abs(lmg.squeezing(other) - lmg.squeezing(moments)))
    bound = lmg.squeezing_error(moments, error)
    assert bound / 3 < worst <= bound
    assert lmg.squeezing_error(moments_of(qutip.basis(3, 1)), 1e-9) == np.inf
    with pytest.raises(ValueError, match="Argument error must be at least 0"):
        lmg.squeezing_error(moments, -1.0)
    with pytest.raises(ValueError, match="Argument error must be moments of as many atoms"):
        lmg.squeezing_error(moments, moments_of(qutip.basis(3, 1)))
