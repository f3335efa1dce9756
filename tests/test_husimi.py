"""The Husimi distribution of Eq. (13)."""

import re

import numpy as np
import pytest
import qutip

import lmgcav as lmg
from lmgcav.husimi import amplitudes

THETA = np.linspace(0, np.pi, 13)
PHI = np.linspace(-np.pi, np.pi, 17)


def quadrature(nodes, lower=-1.0, upper=1.0):
    """Gauss-Legendre nodes θ and weights of the integral over cos θ from lower to upper."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    return np.arccos((lower + upper + (upper - lower) * x) / 2), (upper - lower) / 2 * weights


def circle(nodes):
    return 2 * np.pi / nodes * np.arange(nodes)


def random_state(N, seed=0):
    return qutip.rand_dm(N + 1, seed=seed).full()


def coherent_density_matrix(N, theta):
    """Coherent state at φ = 0; untouched zeros take no memory."""
    first, d = amplitudes(N, theta)
    rho = np.zeros((N + 1, N + 1))
    rho[first : first + d.size, first : first + d.size] = np.outer(d, d)
    return rho


@pytest.mark.parametrize("N", [1, 2, 21, 80])
def test_multipoles_have_the_husimi_distribution_of_their_density_matrix(N):
    rho = random_state(N)
    expected = lmg.husimi(rho, THETA, PHI)
    Q = lmg.husimi(lmg.Multipoles.from_density_matrix(rho), THETA, PHI)
    np.testing.assert_allclose(Q, expected, rtol=0, atol=1e-12 * N)


def test_multipoles_of_ten_thousand_atoms_give_the_coherent_state():
    N, (theta, phi) = 10_000, (1.3, 0.4)
    state = lmg.Multipoles.coherent(N, lmg.coherent(theta, phi))
    angles = theta + np.array([-0.03, -0.01, 0, 0.02])
    expected = (N + 1) / (4 * np.pi) * np.cos((angles - theta) / 2) ** (2 * N)
    Q = lmg.husimi(state, angles, [phi])[:, 0]
    np.testing.assert_allclose(Q, expected, rtol=0, atol=1e-10 * N)


@pytest.mark.parametrize("N", [1, 4, 20, 21])
def test_husimi_is_the_one_of_qutip(N):
    rho = qutip.rand_dm(N + 1, seed=N)
    expected = qutip.spin_q_function(rho, THETA, PHI)[0].T * (N + 1) / (4 * np.pi)
    np.testing.assert_allclose(lmg.husimi(rho.full(), THETA, PHI), expected, atol=1e-14 * N)


@pytest.mark.parametrize("N", [1, 2, 7, 30])
@pytest.mark.parametrize(("theta", "phi"), [(0.3, 1.0), (np.pi / 2, -2.0), (3.0, 0.0)])
def test_husimi_is_the_overlap_with_the_eigenstate_of_the_spin_along_n(N, theta, phi):
    nJ = sum(n * qutip.jmat(N / 2, a) for n, a in zip(lmg.coherent(theta, phi), "xyz", strict=True))
    eigenvalues, states = np.linalg.eigh(nJ.full())
    assert eigenvalues[-1] == pytest.approx(N / 2)
    rho, along_n = random_state(N), states[:, -1]
    expected = (N + 1) / (4 * np.pi) * np.real(along_n.conj() @ rho @ along_n)
    assert lmg.husimi(rho, [theta], [phi]).item() == pytest.approx(expected, rel=1e-11)


def test_of_several_positive_eigenvalues_only_the_largest_has_the_coherent_state():
    N, n = 5, lmg.coherent(1.2, 0.3)
    nJ = sum(c * qutip.jmat(N / 2, a) for c, a in zip(n, "xyz", strict=True))
    eigenvalues, states = np.linalg.eigh(nJ.full())
    lengths = [
        np.linalg.norm(lmg.spin_moments(np.outer(v, v.conj())).bloch)
        for v in states.T[eigenvalues > 0]
    ]
    np.testing.assert_allclose(lengths, [1 / 5, 3 / 5, 1], atol=1e-12)


@pytest.mark.parametrize("N", [1, 2, 33, 400])
def test_coherent_state_gives_the_power_4j_of_the_cosine_of_half_the_angle(N):
    state = qutip.spin_coherent(N / 2, 2.0, -0.5, type="dm").full()
    n = [[lmg.coherent(theta, phi) for phi in PHI] for theta in THETA]
    expected = (N + 1) / (4 * np.pi) * ((1 + n @ lmg.coherent(2.0, -0.5)) / 2) ** N
    np.testing.assert_allclose(lmg.husimi(state, THETA, PHI), expected, atol=1e-12 * N)


@pytest.mark.parametrize("N", [1, 6, 45, 120])
def test_husimi_integrates_to_one(N):
    theta, weights = quadrature(N // 2 + 1)  # exact for polynomials of degree N
    Q = lmg.husimi(random_state(N), theta, circle(N + 1))
    assert Q.min() > -1e-15
    assert 2 * np.pi * weights @ Q.mean(axis=1) == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("ratio", [0.45, 0.96, 1.79])
def test_first_harmonics_of_the_husimi_distribution_are_the_mean_spin(ratio):
    # ∫ Q n dS = <J> / (j + 1) for every state.
    N = 60
    rho = lmg.steady_state(lmg.Model.from_ratios(N=N, drive=ratio * np.hypot(1, 2), twist=2))
    theta, weights = quadrature(N // 2 + 2)
    phi = circle(N + 2)
    Q = lmg.husimi(rho, theta, phi) * weights[:, None] * 2 * np.pi / phi.size
    n = np.array([[lmg.coherent(t, p) for p in phi] for t in theta])
    mean = (N / 2 + 1) * np.einsum("tp,tpa->a", Q, n)
    np.testing.assert_allclose(mean, lmg.spin_moments(rho).mean, atol=1e-11)


@pytest.mark.parametrize("N", [1, 2, 401])
def test_poles_show_the_populations_of_the_extreme_states(N):
    rho = random_state(N)
    Q = lmg.husimi(rho, [0, np.pi], PHI)
    for row, population in zip(Q, [rho[0, 0].real, rho[N, N].real], strict=True):
        np.testing.assert_allclose(row, (N + 1) / (4 * np.pi) * population, rtol=1e-12)


@pytest.mark.parametrize("N", [1, 5, 400, 10_000])
@pytest.mark.parametrize("theta", [0.0, 1e-9, 0.01, 1.0, np.pi / 2, 3.1, np.pi])
def test_amplitudes_are_those_of_a_spin_along_theta(N, theta):
    first, d = amplitudes(N, theta)
    m = N / 2 - first - np.arange(d.size)
    J_minus = np.sqrt((N / 2 + m[:-1]) * (N / 2 - m[:-1] + 1))
    assert d @ d == pytest.approx(1, abs=1e-14)
    assert m @ d**2 == pytest.approx(N / 2 * np.cos(theta), abs=1e-13 * N)
    assert J_minus @ (d[1:] * d[:-1]) == pytest.approx(N / 2 * np.sin(theta), abs=1e-13 * N)


def test_ten_thousand_atoms_stay_finite_and_integrate_to_one():
    N, theta = 10_000, 2.0
    rho = coherent_density_matrix(N, theta)
    assert np.isfinite(lmg.husimi(rho, THETA, PHI)).all()
    # Beyond 0.15 rad, ten standard deviations, Q is below 1e-24; within, 60 nodes resolve it.
    nodes, weights = quadrature(60, np.cos(theta + 0.15), np.cos(theta - 0.15))
    Q = lmg.husimi(rho, nodes, circle(700))
    assert 2 * np.pi * weights @ Q.mean(axis=1) == pytest.approx(1, abs=1e-12)
    peak = lmg.husimi(rho, [theta], [0, 0.01]).ravel()
    cosine = np.cos(theta) ** 2 + np.sin(theta) ** 2 * np.cos(0.01)
    expected = (N + 1) / (4 * np.pi) * np.array([1, ((1 + cosine) / 2) ** N])
    np.testing.assert_allclose(peak, expected, rtol=1e-10)


def test_grid_may_be_empty_or_unsorted():
    rho = random_state(3)
    assert lmg.husimi(rho, [], PHI).shape == (0, PHI.size)
    np.testing.assert_allclose(
        lmg.husimi(rho, [2.0, 1.0], [0.5, 0.5 + 2 * np.pi]),
        lmg.husimi(rho, [1.0, 2.0], [0.5, 0.5])[::-1],
        rtol=1e-13,
    )


@pytest.mark.parametrize(
    ("state", "theta", "phi", "sentence"),
    [
        (np.eye(3)[:2], [0], [0], "state.shape must be (..., N + 1, N + 1) with N ≥ 1, but state."),
        ([1, 0], [0], [0], "state.shape must be (..., N + 1, N + 1) with N ≥ 1, but state.shape ="),
        (
            np.array([np.eye(3) / 3] * 2),
            [0],
            [0],
            "state.shape must be that of one state, without leading axes, but state.shape = (",
        ),
        ("cat", [0], [0], "state must be an array of numbers, but state = 'cat'"),
        (np.eye(2) / 2, [np.nan], [0], "theta must be finite real numbers, but theta = [nan]"),
        (np.eye(2) / 2, [0], [np.inf], "phi must be finite real numbers, but phi = [inf]"),
        (np.eye(2) / 2, None, [0], "theta must be finite real numbers, but theta = None"),
        (np.eye(2) / 2, [-0.1], [0], "theta must be angles from 0 to π, but theta = array([-0.1])"),
        (np.eye(2) / 2, [3.2], [0], "theta must be angles from 0 to π, but theta = array([3.2])"),
        (
            np.eye(2) / 2,
            1.0,
            [0],
            "theta.shape must be (n,), one-dimensional, but theta.shape = ()",
        ),
        (
            np.eye(2) / 2,
            [0],
            [[0]],
            "phi.shape must be (n,), one-dimensional, but phi.shape = (1, 1)",
        ),
    ],
)
def test_bad_arguments_are_refused(state, theta, phi, sentence):
    with pytest.raises(ValueError, match=f"^Argument {re.escape(sentence)}"):
        lmg.husimi(state, theta, phi)


def test_a_grid_that_does_not_fit_in_memory_is_refused():
    with pytest.raises(
        MemoryError, match=r"^The Husimi distribution on 1000000 × 1000000 points needs \d+\.\d GB"
    ):
        lmg.husimi(np.eye(2) / 2, np.zeros(10**6), np.zeros(10**6))
