"""Any collective model in place of `Model`, against QuTiP at random polynomials."""

import itertools
import tracemalloc

import numpy as np
import pytest
import qutip
from scipy.linalg import expm

import lmgcav as lmg
from lmgcav import arguments, exact_dynamics
from lmgcav.exact_dynamics import difference
from lmgcav.lindbladian import adjoint
from lmgcav.multipoles import factorised


def random_polynomial(rng, degree, size, j):
    """Three products of up to so many factors, scaled as a mean field is."""
    words = ["".join(rng.choice(list("xyz+-"), rng.integers(1, degree + 1))) for _ in range(3)]
    return {word: size * complex(*rng.normal(size=2)) / j ** (len(word) - 1) for word in words}


def random_lindbladian(seed, N, jumps=2):
    rng, j = np.random.default_rng([seed, N]), N / 2
    half = random_polynomial(rng, 3, 1.0, j)
    H = {word: half.get(word, 0) + adjoint(half).get(word, 0) for word in half | adjoint(half)}
    jumps = [random_polynomial(rng, 2, rng.uniform(0.2, 1) / j**0.5, j) for _ in range(jumps)]
    return lmg.Lindbladian(N=N, H=H, jumps=jumps)


def same(model):
    """Eq. (4) as a Lindbladian."""
    H = {"x": model.Omega, "+-": model.chi}
    return lmg.Lindbladian(N=model.N, H=H, jumps=[{"-": np.sqrt(model.Gamma)}])


def by_qutip(model, ts, start):
    x, y, z = start
    psi = qutip.spin_coherent(model.N / 2, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x))
    H, jumps = model.to_qutip()
    options = {"atol": 1e-12, "rtol": 1e-10, "nsteps": 10**6}
    states = qutip.mesolve(H, qutip.ket2dm(psi), ts, jumps, options=options).states
    return np.array([state.full() for state in states])


# --- The matrix


@pytest.mark.parametrize("N", [1, 2, 7, 12])
def test_multiplications_are_those_of_matrices(N):
    rho = qutip.rand_dm(N + 1, seed=N).full()
    x = lmg.Multipoles.from_density_matrix(rho).coordinates
    left, right = lmg.multiplications(N, N)
    for axis, from_left, from_right in zip("xyz", left, right, strict=True):
        J = qutip.jmat(N / 2, axis).full()
        for product, row in (J @ rho, from_left @ x), (rho @ J, from_right @ x):
            parts = [lmg.Multipoles.from_coordinates(N, part) for part in (row.real, row.imag)]
            found = parts[0].density_matrix + 1j * parts[1].density_matrix
            np.testing.assert_allclose(found, product, atol=1e-13 * N)


@pytest.mark.parametrize("N", [1, 2, 5, 10])
@pytest.mark.parametrize("seed", range(4))
def test_generator_is_qutips_liouvillian(seed, N):
    model, rho = random_lindbladian(seed, N), qutip.rand_dm(N + 1, seed=seed)
    change = qutip.liouvillian(*model.to_qutip()) @ qutip.operator_to_vector(rho)
    change = qutip.vector_to_operator(change).full()
    x = lmg.Multipoles.from_density_matrix(rho.full()).coordinates
    found = lmg.Multipoles.from_coordinates(N, lmg.generator(model, N) @ x).density_matrix
    np.testing.assert_allclose(found, change, atol=1e-13 * (1 + abs(change).max() * N))


@pytest.mark.parametrize("seed", range(4))
def test_truncated_generator_is_the_leading_block(seed):
    model = random_lindbladian(seed, 11)
    exact = lmg.generator(model, 11)
    for K in (1, 3, 8, 10):
        block = exact[: (K + 1) ** 2, : (K + 1) ** 2]
        assert abs(lmg.generator(model, K) - block).max() < 1e-13 * abs(exact).max()


def test_equation_4_is_one_of_them(models):
    for model in models:
        ours, others = lmg.generator(model, model.N), lmg.generator(same(model), model.N)
        assert abs(ours - others).max() < 1e-13 * abs(ours).max()
        assert ours.nnz == others.nnz
        ours, others = same(model).to_qutip(), model.to_qutip()
        for found, expected in (ours[0], others[0]), (ours[1][0], others[1][0]):
            np.testing.assert_allclose(found.full(), expected.full(), atol=1e-12 * model.N**2)


# --- What takes it in place of a `Model`


@pytest.mark.parametrize("N", [1, 2, 3, 8, 21, 40])
@pytest.mark.parametrize("seed", range(2))
def test_dynamics_agrees_with_qutip_to_the_stated_error(seed, N):
    model, start = random_lindbladian(seed, N), lmg.coherent(1.1 + seed, 0.4 * N)
    ts = np.array([0, 0.3, 1.0])
    found = lmg.evolve(model, ts, start, tol=1e-8, states=True)
    rho = by_qutip(model, ts, start)
    assert difference(found.moments, lmg.spin_moments(rho)) < found.error + 1e-8
    if found.truncation == N:  # else the moments are better than the states
        np.testing.assert_allclose(found.states.density_matrix, rho, atol=1e-8)


@pytest.mark.parametrize("seed", [0, 3])
def test_dynamics_at_a_lower_rank_than_n_agrees_with_qutip(seed):
    # decay, thermal photons, a detuning and a twist along another axis: smooth on the sphere
    N, rng = 60, np.random.default_rng(seed)
    H = {"x": rng.normal(), "z": rng.normal(), "yy": 0.3 * rng.normal() / N}
    jumps = [{"-": np.sqrt(1.5 / N)}, {"+": np.sqrt(0.5 / N)}, {"z": np.sqrt(0.4 / N)}]
    model, ts = lmg.Lindbladian(N=N, H=H, jumps=jumps), [0.5, 2.0]
    found = lmg.evolve(model, ts, lmg.coherent(2.0, 1.0), tol=1e-3)
    assert found.truncation < N
    exact = lmg.spin_moments(by_qutip(model, [0, *ts], lmg.coherent(2.0, 1.0))[1:])
    assert difference(found.moments, exact) < found.error + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_dynamics_to_long_times_is_that_of_the_dense_exponential(seed):
    N = 4 + seed
    model, ts = random_lindbladian(seed, N), np.array([0.1, 10, 1e4])
    x = lmg.Multipoles.coherent(N, lmg.SOUTH_POLE, K=N).coordinates
    L = lmg.generator(model, N).toarray()
    exact = lmg.Multipoles.from_coordinates(N, np.array([expm(L * t) @ x for t in ts])).moments
    found = lmg.evolve(model, ts, tol=1e-8)
    assert difference(found.moments, exact) < found.error + 1e-10


@pytest.mark.parametrize("seed", range(3))
def test_eigenvalues_with_errors_and_gaps_are_those_of_qutips_liouvillian(seed):
    model = random_lindbladian(seed, 7)
    every = np.linalg.eigvals(qutip.liouvillian(*model.to_qutip()).full())
    every = every[np.argsort(abs(every))]
    found = lmg.eigenvalues(model, 9)
    np.testing.assert_allclose(abs(found), abs(every[: found.size]), atol=1e-8)
    levels = lmg.spectrum(model, 9)
    apart = abs(levels.values[:, None] - every).min(1)
    assert (apart < levels.error + 1e-9).all()
    lowest = lmg.gaps(model, 9)
    assert lowest.real == pytest.approx(-every.real[1:].max(), rel=1e-6)
    frequencies = every.imag[: found.size]
    lowest_frequency = min(
        frequencies[frequencies > 1e-6], default=every.imag[every.imag > 0].min()
    )
    assert lowest.imaginary == pytest.approx(lowest_frequency, rel=1e-6)


def test_without_jump_operators_the_state_stays_pure_for_any_time():
    N, mu = 20, 0.05
    model = lmg.Lindbladian(N=N, H={"zz": 1.0})
    final = lmg.evolve(model, [mu, 60.0], [1, 0, 0], tol=1e-9, states=True)
    np.testing.assert_allclose(final.states.purity, 1, atol=1e-9)
    # ⟨J_x⟩ = (N/2) cos^(N-1) t, Kitagawa and Ueda, doi:10.1103/PhysRevA.47.5138
    expected = np.cos([mu, 60.0]) ** (N - 1)
    np.testing.assert_allclose(final.moments.bloch[:, 0], expected, atol=1e-8)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 20.0])
@pytest.mark.parametrize("N", [3, 50])
def test_twisting_with_dephasing_is_squeezed_as_its_closed_form_says(N, gamma):
    # Kitagawa and Ueda's moments, times exp(-γt q²/2) for those that raise J_z by q
    ts, jumps = np.array([1e-3, 0.5, 1.0]) / N, [{"z": gamma**0.5}]
    model = lmg.Lindbladian(N=N, H={"zz": 1.0}, jumps=jumps)
    found = lmg.squeezing(lmg.evolve(model, ts, [1, 0, 0], tol=1e-9).moments)
    once, twice = np.exp(-gamma * ts / 2), np.exp(-2 * gamma * ts)
    A = 1 - np.cos(2 * ts) ** (N - 2) * twice
    B = 4 * np.sin(ts) * np.cos(ts) ** (N - 2) * once
    variance = N / 4 * (1 + (N - 1) / 4 * (A - np.hypot(A, B)))
    length = N / 2 * np.cos(ts) ** (N - 1) * once
    np.testing.assert_allclose(found, N * variance / length**2, rtol=1e-6)


def test_what_is_conserved_stays_where_there_are_several_steady_states():
    N, t = 6, 3e3  # J_z is conserved, so that each of its distributions is steady
    model = lmg.Lindbladian(N=N, H={"z": 0.7}, jumps=[{"z": 0.5}])
    found = lmg.evolve(model, [t], lmg.coherent(1.0), tol=1e-8)
    s = np.exp(-t / 8) * np.sin(1.0)  # ⟨J⁻⟩ decays with half the rate 1/4
    expected = [s * np.cos(0.7 * t), s * np.sin(0.7 * t), np.cos(1.0)]
    np.testing.assert_allclose(found.moments.bloch[0], expected, atol=1e-8)
    with pytest.raises(ValueError, match="Argument model must be one that has a single steady"):
        lmg.eigenvalues(model, 5)


def test_a_result_that_does_not_converge_with_the_rank_is_refused(monkeypatch):
    monkeypatch.setattr(exact_dynamics, "ATTEMPTS", 1)  # so that few atoms show it
    spread = lmg.Lindbladian(N=100, H={"zz": 1.0})  # around the equator, to all its ranks
    with pytest.raises(RuntimeError, match="Argument model must be one whose result converges"):
        lmg.evolve(spread, [0.5], [1, 0, 0], tol=1e-3)


@pytest.mark.parametrize("K", [1, 3, 12])
@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_the_field_of_values_are_those_of_dense_matrices(seed, K):
    L = lmg.generator(random_lindbladian(seed, 12, jumps=seed), K)
    found = np.array(exact_dynamics.field_of_values(L))
    real = np.linalg.eigvalsh((L + L.T).toarray() / 2)
    exact = np.array([real[0], real[-1], np.linalg.norm((L - L.T).toarray() / 2, 2)])
    outwards = (found - exact) * [-1, 1, 1] / max(np.ptp(real), exact[2])
    assert (outwards > -1e-3).all()
    assert (outwards < 0.2).all()


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_too_small_a_bound_of_the_field_of_values_is_noticed(share, monkeypatch):
    model = random_lindbladian(4, 20)
    exact = lmg.evolve(model, [0.3, 1.0], tol=1e-9)
    bounds = exact_dynamics.field_of_values
    monkeypatch.setattr(exact_dynamics, "field_of_values", lambda L: share * np.array(bounds(L)))
    if share < 0.5:
        with pytest.raises(RuntimeError, match="Argument tol must be above"):
            lmg.evolve(model, [0.3, 1.0], tol=1e-8)
    else:
        found = lmg.evolve(model, [0.3, 1.0], tol=1e-8)
        assert difference(found.moments, exact.moments) <= found.error + exact.error


# --- The memory that it takes


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_memory_is_estimated_with_the_degree_and_not_many_times_too_high(degree, monkeypatch):
    words = ["".join(letters) for letters in itertools.product("xyz", repeat=degree)]
    H = dict.fromkeys(words, 1.0 / 26 ** (degree - 1))
    model = lmg.Lindbladian(N=52, H=H, jumps=[dict.fromkeys(words, 0.1), {"-": 1.0}])
    asked = []
    monkeypatch.setattr(arguments, "fits_in_memory", lambda what, size: asked.append(size))
    tracemalloc.start()
    L = lmg.generator(model, 52)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < max(asked) < 4 * peak
    asked.clear()
    M, _, factors = factorised(L[1:, 1:].tocsc())
    taken = 12 * (factors.L.nnz + factors.U.nnz + 2 * M.nnz)
    assert taken < max(asked) < 4 * taken


# --- What is refused


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"N": 2.5}, "Argument N must be a positive integer"),
        ({"H": "zz"}, "Argument H must be a polynomial"),
        ({"H": {"w": 1.0}}, "Argument H must be made of products of x, y, z"),
        ({"H": {"x" * 9: 1.0}}, "at most 8 in each"),
        ({"H": {"x": np.inf}}, "Argument H must be finite"),
        ({"H": {"x": [1.0, 2.0]}}, "Argument H must be a polynomial with one number"),
        ({"H": {"xy": 1.0}}, "Argument H must be Hermitian"),
        ({"H": {"z": 1.0j}}, "Argument H must be Hermitian"),
        ({"jumps": {"-": 1.0}}, "Argument jumps must be a list of polynomials"),
        ({"jumps": [{"-": "a"}]}, "Argument jumps in each entry must be finite"),
    ],
)
def test_another_form_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        lmg.Lindbladian(**{"N": 4, "H": {"x": 1.0}} | change)


def test_a_hamiltonian_is_hermitian_whatever_the_order_of_its_factors():
    lmg.Lindbladian(N=5, H={"xy": 1.0, "z": -0.5j})  # (xy + yx) / 2


def test_equal_models_have_the_same_hash():
    one = lmg.Lindbladian(N=5, H={"x": 1, "z": 2}, jumps=[{"-": 1}])
    other = lmg.Lindbladian(N=5, H={"z": 2.0, "x": 1.0}, jumps=[{"-": 1 + 0j}])
    assert one == other
    assert {one: 1}[other] == 1


def test_what_is_no_model_is_refused():
    for function in (lmg.eigenvalues, lmg.gaps, lambda model: lmg.evolve(model, [1.0])):
        with pytest.raises(ValueError, match="Argument model must be of the class Model or Lind"):
            function("model")
