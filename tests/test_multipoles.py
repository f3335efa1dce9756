import numpy as np
import pytest
import qutip
import scipy.sparse

from lmgcav import Model, Multipoles, coherent, spin_moments, steady_state
from lmgcav.multipoles import factorised, generator, harmonics, layout

NUMBERS = [1, 2, 3, 6, 9]


def random_state(N, seed=0):
    """A density matrix without symmetry."""
    matrix = np.random.default_rng(seed).normal(size=(2, N + 1, N + 1))
    amplitudes = matrix[0] + 1j * matrix[1]
    rho = amplitudes @ amplitudes.conj().T
    return rho / np.trace(rho)


def random_model(N, seed):
    chi, Omega, Gamma = np.random.default_rng(seed).normal(size=3) * [2, N, 1]
    return Model(N=N, chi=chi, Omega=Omega, Gamma=0.2 + abs(Gamma))


def liouvillian(model):
    Jx, Jp, Jm = (qutip.jmat(model.N / 2, axis) for axis in "x+-")
    H = model.chi * Jp * Jm + model.Omega * Jx
    return qutip.liouvillian(H, [np.sqrt(model.Gamma) * Jm])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("N", NUMBERS)
def test_generator_is_the_liouvillian_of_qutip(N, seed):
    model, rho = random_model(N, seed), qutip.Qobj(random_state(N, seed))
    expected = qutip.vector_to_operator(liouvillian(model) * qutip.operator_to_vector(rho)).full()
    x = Multipoles.from_density_matrix(rho.full()).coordinates
    derivative = Multipoles.from_coordinates(N, generator(model, N) @ x).density_matrix
    np.testing.assert_allclose(derivative, expected, atol=1e-12 * abs(expected).max())


@pytest.mark.parametrize("N", [2, 5])
def test_generator_has_the_spectrum_of_qutip(N):
    model = random_model(N, 7)
    ours = np.sort_complex(np.linalg.eigvals(generator(model, N).toarray()).round(8))
    theirs = np.sort_complex(np.linalg.eigvals(liouvillian(model).full()).round(8))
    np.testing.assert_allclose(ours, theirs, atol=1e-7)


@pytest.mark.parametrize("drive", [0.7, 2.0, 3.5])
@pytest.mark.parametrize("N", [5, 40])
def test_generator_annihilates_the_steady_state(N, drive):
    model = Model.from_ratios(N=N, drive=drive, twist=1.5)
    x = Multipoles.from_density_matrix(steady_state(model)).coordinates
    assert abs(generator(model, N) @ x).max() < 1e-13 * N**2


def test_truncation_cuts_the_leading_block_out_of_the_generator():
    model = random_model(9, 1)
    small, large = generator(model, 4).toarray(), generator(model, 9).toarray()
    np.testing.assert_array_equal(small, large[:25, :25])


@pytest.mark.parametrize("seed", range(3))
def test_generator_without_dissipation_conserves_purity_energy_and_trace(seed):
    N = 6
    model = random_model(N, seed)
    # L is affine in Γ, so that its value at Γ = 0 follows from two others.
    twice = Model(N=N, chi=model.chi, Omega=model.Omega, Gamma=2 * model.Gamma)
    L = 2 * generator(model, N) - generator(twice, N)
    H = model.chi * qutip.jmat(N / 2, "+") * qutip.jmat(N / 2, "-")
    H += model.Omega * qutip.jmat(N / 2, "x")
    energy = Multipoles.from_operator(H.full()).coordinates
    assert abs(L + L.T).max() < 1e-12 * abs(L).max()
    assert abs(energy @ L).max() < 1e-12 * abs(L).max() * np.linalg.norm(energy)
    assert abs(generator(model, N).toarray()[0]).max() == 0  # the trace, with dissipation too


@pytest.mark.parametrize("N", NUMBERS)
def test_density_matrix_survives_the_way_to_multipoles_and_back(N):
    rho = random_state(N)
    state = Multipoles.from_density_matrix(rho)
    np.testing.assert_allclose(state.density_matrix, rho, atol=1e-14)
    np.testing.assert_allclose(state.purity, np.trace(rho @ rho).real, rtol=1e-13)
    back = Multipoles.from_coordinates(N, state.coordinates)
    np.testing.assert_allclose(back.c, state.c, atol=1e-16)


@pytest.mark.parametrize("N", NUMBERS)
def test_moments_are_those_of_the_density_matrix(N):
    rho = random_state(N)
    ours, expected = Multipoles.from_density_matrix(rho).moments, spin_moments(rho)
    np.testing.assert_allclose(ours.mean, expected.mean, atol=1e-13 * N)
    np.testing.assert_allclose(ours.second, expected.second, atol=1e-13 * N**2)


@pytest.mark.parametrize(("theta", "phi"), [(0, 0), (np.pi, 0), (1.1, 2.2), (2.5, -1)])
@pytest.mark.parametrize("N", NUMBERS)
def test_coherent_states_are_those_of_qutip(N, theta, phi):
    psi = qutip.spin_coherent(N / 2, theta, phi)
    rho = Multipoles.coherent(N, coherent(theta, phi)).to_qobj()
    np.testing.assert_allclose(rho.full(), psi.proj().full(), atol=1e-14)


def test_tensors_are_orthonormal_and_lead_with_the_spin():
    N = 7
    n = np.sqrt(N * (N + 1) * (N + 2) / 12)
    for operator, (k, q), value in [("z", (1, 0), n), ("+", (1, 1), -np.sqrt(2) * n)]:
        matrix = qutip.jmat(N / 2, operator).full()
        matrix = np.triu(matrix) + np.triu(matrix, 1).conj().T  # Hermitian, same q ≥ 0 part
        c = Multipoles.from_operator(matrix).c
        assert abs(c[k, q] - value) < 1e-13
        c[k, q] = 0
        assert abs(c).max() < 1e-13


def test_multipoles_of_a_coherent_state_fall_as_a_gaussian():
    N = 400
    c = Multipoles.coherent(N, [0, 0, 1], K=100).c[:, 0].real
    k = np.arange(101)
    expected = np.sqrt((2 * k + 1) / N) * np.exp(-k * (k + 1) / (2 * N))
    np.testing.assert_allclose(c[:80], expected[:80], rtol=0.1)


def test_large_coherent_state_is_pure_and_points_along_its_bloch_vector():
    start = coherent(2.0, 1.0)
    state = Multipoles.coherent(10_000, start)
    assert abs(state.purity - 1) < 1e-11
    np.testing.assert_allclose(state.moments.bloch, start, atol=1e-10)


def test_harmonics_obey_the_addition_theorem_where_scipy_returns_nan():
    Y = harmonics(900, np.cos([0.3, 3.0]), np.sin([0.3, 3.0]))
    sums = Y[..., 0] ** 2 + 2 * (Y[..., 1:] ** 2).sum(-1)
    np.testing.assert_allclose(sums, np.tile(2 * np.arange(901) + 1, (2, 1)), rtol=1e-10)


def test_leading_axes_are_free():
    rho = np.stack([[random_state(4, 3 * i + j) for j in range(3)] for i in range(2)])
    states = Multipoles.from_density_matrix(rho)
    np.testing.assert_allclose(states.density_matrix, rho, atol=1e-14)
    assert states.moments.mean.shape == (2, 3, 3)
    assert states.coordinates.shape == (2, 3, 25)
    assert states.purity.shape == (2, 3)
    with pytest.raises(ValueError, match="select one"):
        states.to_qobj()


def test_positions_enumerate_the_real_coordinates():
    _, q, position = layout(5)
    every = np.concatenate([position, position[q > 0] + 1])
    np.testing.assert_array_equal(np.sort(every), np.arange(36))


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("drive", [1e-3, 0.3, 1.5, 2.1, 4, 100])
@pytest.mark.parametrize("N", [1, 2, 60])
def test_factors_solve_to_rounding_and_stay_sparse(N, drive, missing):
    L = generator(Model.from_ratios(N=N, drive=drive, twist=1.875), N).tocsc()
    matrix = L[1:, 1:] if missing else L - scipy.sparse.eye_array((N + 1) ** 2)
    b = np.random.default_rng(0).normal(size=matrix.shape[0])
    permuted, order, factors = factorised(matrix.tocsc())
    x = np.empty_like(b)
    x[order] = factors.solve(b[order])
    assert (permuted != matrix.tocsc()[order][:, order]).nnz == 0
    assert abs(matrix @ x - b).max() < 1e-12 * (abs(matrix) @ abs(x) + abs(b)).max()
    assert factors.nnz < 100 * matrix.shape[0]


def test_states_that_do_not_fit_in_memory_are_refused():
    with pytest.raises(MemoryError, match="10000000 atoms"):
        _ = Multipoles.coherent(10**7, [0, 0, 1], K=2).density_matrix
    with pytest.raises(MemoryError, match="rank K = 1000000"):
        generator(Model(N=10**6, chi=0, Omega=1), 10**6)
