import sys
from decimal import Decimal, localcontext
from types import SimpleNamespace

import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from scipy.sparse import csr_array
from scipy.sparse.linalg import expm_multiply

from lmgcav import (
    SOUTH_POLE,
    Model,
    Moments,
    Multipoles,
    best_squeezing,
    coherent,
    evolve,
    exact_dynamics,
    spin_moments,
    squeezing,
    steady_moments,
)
from lmgcav.companion.claims.squeezing_dynamics import points_of_fig_10
from lmgcav.exact_dynamics import difference, initial_state, propagate
from lmgcav.multipoles import generator

DRIVES = [0.8, 1.9, 3.0]  # below, between and above the critical drives for 2χ = 1.875Γ


def random_case(seed, N):
    """Model and start with either sign of χ and Ω, Γ ≠ 1, off the poles."""
    rng = np.random.default_rng(seed)
    chi, Omega = rng.uniform(-2, 2), rng.uniform(-2, 2) * N
    model = Model(N=N, chi=chi, Omega=Omega, Gamma=rng.uniform(0.3, 2))
    return model, coherent(np.arccos(rng.uniform(-1, 1)), rng.uniform(0, 2 * np.pi))


def by_qutip(model, ts, start):
    x, y, z = start
    psi = qutip.spin_coherent(model.N / 2, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x))
    Jx, Jp, Jm = (qutip.jmat(model.N / 2, axis) for axis in "x+-")
    H = model.chi * Jp * Jm + model.Omega * Jx
    options = {"atol": 1e-12, "rtol": 1e-10, "nsteps": 10**6}
    result = qutip.mesolve(H, psi, ts, [np.sqrt(model.Gamma) * Jm], options=options)
    return np.array([state.full() for state in result.states])


def stepped(model, K, start, ts, tol, stretch=1.0, states=False):
    """One computation at rank K, whether or not that is enough."""
    plan = K, K, stretch, exact_dynamics.PATIENCE
    return propagate(model, plan, start, ts, tol, states, False, 1.0)[0]


@pytest.mark.parametrize("N", [1, 2, 3, 8, 25])
@pytest.mark.parametrize("seed", range(3))
def test_moments_and_states_agree_with_qutip_to_the_stated_error(seed, N):
    model, start = random_case(10 * N + seed, N)
    ts = np.linspace(0, 6 / (N * model.Gamma), 5)
    rho = by_qutip(model, ts, start)
    trajectory = evolve(model, ts, start, tol=1e-8, states=True)
    assert difference(trajectory.moments, spin_moments(rho)) < trajectory.error + 1e-8
    np.testing.assert_allclose(trajectory.states.density_matrix, rho, atol=1e-6)
    assert trajectory.error <= 1e-8


@pytest.mark.parametrize("seed", range(50))
def test_reported_error_bounds_the_error_against_twice_the_rank(seed):
    N = int(np.random.default_rng(seed).integers(1, 90))
    model, start = random_case(seed, N)
    ts = np.linspace(0, 10 / (N * model.Gamma), 9)
    trajectory = evolve(model, ts, start, tol=1e-4)
    K = min(N, 2 * trajectory.truncation)
    reference = stepped(model, K, initial_state(N, start), ts, tol=1e-10, stretch=1.05)
    assert difference(trajectory.moments, reference.moments) <= trajectory.error <= 1e-4


@pytest.mark.parametrize("drive", DRIVES)
def test_states_are_positive_hermitian_and_of_trace_one(drive):
    model = Model.from_ratios(N=40, drive=drive, twist=1.875)
    rho = evolve(model, np.linspace(0, 0.5, 6), tol=1e-9, states=True).states.density_matrix
    np.testing.assert_allclose(np.trace(rho, axis1=1, axis2=2), 1, atol=1e-12)
    np.testing.assert_array_equal(rho, rho.conj().swapaxes(1, 2))
    assert np.linalg.eigvalsh(rho).min() > -1e-7


def test_weak_dissipation_conserves_energy_and_purity():
    N, chi, Omega = 12, 0.8, -5.0
    model = Model(N=N, chi=chi, Omega=Omega, Gamma=1e-13)
    trajectory = evolve(model, np.linspace(0, 3, 7), coherent(1.0, 0.4), tol=1e-8, states=True)
    mean, second = trajectory.moments.mean, trajectory.moments.second
    energy = chi * (second[:, 0, 0] + second[:, 1, 1] + mean[:, 2]) + Omega * mean[:, 0]
    np.testing.assert_allclose(energy, energy[0], atol=1e-8 * N**2)
    np.testing.assert_allclose(trajectory.states.purity, 1, atol=1e-8)


@pytest.mark.parametrize("N", [1, 4, 31])
def test_undriven_decay_from_the_top_is_the_superradiant_cascade(N):
    model = Model(N=N, chi=0, Omega=0, Gamma=0.6)
    ts = np.linspace(0, 8 / N, 9)
    m = N / 2 - np.arange(N + 1)
    rates = model.Gamma * (N / 2 + m) * (N / 2 - m + 1)
    cascade = np.diag(-rates) + np.diag(rates[:-1], -1)
    populations = np.array([expm(cascade * t)[:, 0] for t in ts])
    moments = evolve(model, ts, coherent(0.0), tol=1e-8).moments
    np.testing.assert_allclose(moments.mean[:, 2], populations @ m, atol=1e-8 * N)
    np.testing.assert_allclose(moments.second[:, 2, 2], populations @ m**2, atol=1e-8 * N**2)


def test_one_atom_obeys_the_bloch_equations():
    model = Model(N=1, chi=0.7, Omega=1.3, Gamma=0.4)
    start, ts = coherent(2.0, 0.5), np.linspace(0, 20, 7)
    # s' = A s + b, with χ a shift of the level: χ J⁺J⁻ = χ (J_z + 1/2)
    A = np.array([[-0.2, -0.7, 0, 0], [0.7, -0.2, -1.3, 0], [0, 1.3, -0.4, -0.4], [0, 0, 0, 0]])
    expected = np.array([expm(A * t) @ [*start, 1] for t in ts])[:, :3]
    np.testing.assert_allclose(evolve(model, ts, start).moments.bloch, expected, atol=1e-9)


def test_decay_at_point_A_has_the_rate_of_eq_22_at_rest_and_not_at_the_south_pole():
    model, ts = Model.from_ratios(N=400, drive=1.48, twist=1.875), np.linspace(0, 0.04, 161)
    s_z = evolve(model, ts, tol=1e-3).moments.bloch[:, 2]
    distance = abs(s_z - steady_moments(model).bloch[2])
    top = 1 + np.flatnonzero((distance[1:-1] > distance[:-2]) & (distance[1:-1] > distance[2:]))
    time = np.diff(ts[top[1:3]])[0] / np.log(distance[top[1]] / distance[top[2]])
    at_rest = 1 / (200 * np.sqrt(1 - (1.48 / 2.125) ** 2))
    assert at_rest == pytest.approx(0.0070, abs=5e-5)
    assert time == pytest.approx(at_rest, rel=0.03)
    assert time > 1.3 * 0.005
    first = distance[0] / np.e  # the first swing delays the decay
    assert ts[distance > first][-1] == pytest.approx(0.0147, abs=ts[1])


def decimals(array):
    """Array of the same numbers as `Decimal`."""
    return np.vectorize(Decimal, otypes=[object])(np.asarray(array, float))


def kron(A, B):
    """Kronecker product, which NumPy does not have for objects."""
    return np.block([[entry * B for entry in row] for row in A])


def spin_in_decimals(N):
    """Matrices of J_x, iJ_y and J_z, all real, in the Dicke basis."""
    m, lowering = [Decimal(N) / 2 - i for i in range(N + 1)], decimals(np.zeros((N + 1, N + 1)))
    for i in range(N):
        lowering[i + 1, i] = (m[0] * (m[0] + 1) - m[i] * m[i + 1]).sqrt()
    return (lowering.T + lowering) / 2, (lowering.T - lowering) / 2, np.diag(m)


def exponential_in_decimals(A):
    """Exponential of a matrix of decimals by its series and squaring."""
    squarings = int(abs(A).sum(1).max()).bit_length() + 2
    total = term = decimals(np.eye(len(A)))
    for n in range(1, 45):
        term = term @ A / (n * Decimal(2) ** squarings)
        total = total + term
    for _ in range(squarings):
        total = total @ total
    return total


def bloch_and_second_in_decimals(model, t):
    """<J_a>/(N/2) and <J_a J_b + J_b J_a>/2/(N/2)² at time t after the south pole."""
    N, one = model.N, decimals(np.eye(model.N + 1))
    chi, Omega, Gamma = map(Decimal, (model.chi, model.Omega, model.Gamma))
    X, Y, Z = spin_in_decimals(N)  # Y is iJ_y
    lowering = X - Y
    excited = lowering.T @ lowering
    H = chi * excited + Omega * X
    turn = kron(H, one) - kron(one, H)
    decay = kron(lowering, lowering) - (kron(excited, one) + kron(one, excited)) / 2
    L = np.block([[Gamma * decay, turn], [-turn, Gamma * decay]])  # on Re ρ and Im ρ
    start = decimals(np.arange(len(L)) == (N + 1) ** 2 - 1)
    real, imaginary = (exponential_in_decimals(L * Decimal(t)) @ start).reshape(2, N + 1, N + 1)

    def mean(*product):
        matrix, count = one, sum(factor is Y for factor in product)
        for factor in product:
            matrix = matrix @ factor
        part = {0: real, 1: imaginary, 2: -real}[count]  # of (-i)^count ρ
        return (part * matrix.T).sum() / (Decimal(N) / 2) ** len(product)

    spin = X, Y, Z
    second = [[(mean(a, b) + mean(b, a)) / 2 for b in spin] for a in spin]
    return np.array([mean(a) for a in spin], float), np.array(second, float)


EXTREME = [(1, 0.0, 5e4, 1.0), (1, 0.0, 1e5, 1.0), (2, 0.0, 212341.0, 0.17), (3, 1e6, 1e6, 1e3)]


@pytest.mark.parametrize("seed", range(30))
def test_reported_error_holds_against_fifty_digits_at_extreme_ratios(seed):
    rng = np.random.default_rng(seed)
    N, sign, exchange = rng.integers(1, 4).item(), rng.choice([-1, 1]), rng.choice([0, 1])
    chi, Omega = exchange * 10 ** rng.uniform(-2, 5), sign * 10 ** rng.uniform(-1, 6)
    case = N, chi, Omega, 10 ** rng.uniform(-2, 3)
    N, chi, Omega, t = EXTREME[seed] if seed < len(EXTREME) else case
    model, ts = Model(N=N, chi=chi, Omega=Omega), t * np.array([0.3, 0.71, 1])
    trajectory = evolve(model, ts)
    with localcontext() as context:
        context.prec = 50
        bloch, second = zip(*(bloch_and_second_in_decimals(model, t) for t in ts), strict=True)
    mean, second = N / 2 * np.array(bloch), (N / 2) ** 2 * np.array(second)
    error = difference(trajectory.moments, Moments(N, mean, second))
    assert error <= trajectory.error <= 1e3 * max(error, 2e-14)


def test_averages_over_a_window_in_units_of_one_over_gamma_have_no_unit():
    averages = []
    for Gamma, window in [(1.0, 0.13), (3.0, 0.13 / 3.0), (3.0, 0.13 * 3.0)]:
        model = Model.from_ratios(N=20, drive=1.9, twist=1.875, Gamma=Gamma)
        s_z = evolve(model, np.linspace(0, window, 41)).moments.bloch[:, 2]
        averages.append(np.trapezoid(s_z) / 40)
    assert averages[1] == pytest.approx(averages[0], abs=1e-5)
    assert abs(averages[2] - averages[0]) > 0.05  # the printed 0.13 Γ


@pytest.mark.parametrize("twist", [0.0, 1.875, -0.7])
@pytest.mark.parametrize("N", [2, 5, 12])
def test_squeezing_from_the_south_pole_begins_with_the_cube_of_the_time(N, twist):
    model = Model.from_ratios(N=N, drive=1.9, twist=twist)
    ts = np.array([5e-3, 1e-2]) / N
    gain = 1 - squeezing(evolve(model, ts, tol=1e-11).moments)
    law = (1 - 1 / N) * model.Omega_c * model.Omega**2 * ts**3 / 3
    first, second = gain / law
    assert 2 * first - second == pytest.approx(1, abs=1e-3)  # without the next order in t


def earliest_minimum(N, ratio):
    """Lowest ξ² within six times 2/(NΓ) from the south pole at Ω/Ω_c = ratio."""
    model = Model.from_ratios(N=N, drive=ratio * 2.125, twist=1.875)
    return squeezing(evolve(model, np.linspace(0, 12 / N, 241), tol=1e-4).moments).min()


@pytest.mark.parametrize(("N", "deepest"), [(60, 0.860), (200, 0.829), (400, 0.816)])
def test_early_squeezing_is_deepest_near_the_critical_drive_of_the_south_pole(N, deepest):
    ratios = deepest + np.array([-0.02, 0, 0.02])
    lowest = [earliest_minimum(N, ratio) for ratio in ratios]
    curve = np.polyfit(ratios, lowest, 2)
    assert -curve[1] / (2 * curve[0]) == pytest.approx(deepest, abs=0.005)


def test_points_of_fig_10_are_those_of_qutips_liouvillian():
    N, near = 200, np.array([-0.1, 0, 0.1])
    model = Model.from_ratios(N=N, drive=best_squeezing(N)[0] * np.hypot(1, 1.875), twist=1.875)
    Jx, Jp, Jm = (qutip.jmat(N / 2, axis) for axis in "x+-")
    liouvillian = qutip.liouvillian(model.chi * Jp * Jm + model.Omega * Jx, [Jm])
    liouvillian = liouvillian.data.as_scipy().tocsr()
    rho, before, expected = qutip.operator_to_vector(qutip.fock_dm(N + 1, N)).full()[:, 0], 0, []
    for about in (1.633, 8.00, 15.64):  # NΓt/2
        xi2 = []
        for now in about + near:
            rho = expm_multiply((now - before) / 100 * liouvillian, rho, traceA=0)
            xi2.append(squeezing(spin_moments(rho.reshape(N + 1, N + 1).T)))
            before = now
        a, b, c = np.polyfit(near, 10 * np.log10(xi2), 2)
        expected.append([about - b / (2 * a), c - b**2 / (4 * a)])
    np.testing.assert_allclose(np.transpose(points_of_fig_10()[:2]), expected, atol=5e-3)


def test_wait_for_the_steady_squeezing_grows_more_than_its_rate_falls():
    waits, excess = [], []
    for N in [25, 200]:
        ratio, steady = best_squeezing(N)
        ts = np.append(np.linspace(2, 12, 401), [13, 15])
        run = evolve(Model.from_ratios(N=N, drive=ratio * 2.125, twist=1.875), ts, tol=1e-5)
        above = squeezing(run.moments) / steady - 1
        rate = np.log(above[-2] / above[-1]) / 2
        waits.append(np.interp(-0.1, -above[:-2], ts[:-2]))
        excess.append(rate * waits[-1])
    assert waits == pytest.approx([4.74, 11.41], abs=0.02)
    assert excess == pytest.approx([3.8, 6.8], abs=0.05)  # the logarithm of ten times the factor


def test_truncated_dynamics_converges_exponentially_in_the_rank():
    model, ts = Model.from_ratios(N=200, drive=2.17, twist=1.875), np.linspace(0, 0.05, 6)
    start = initial_state(200, SOUTH_POLE)
    ranks = np.array([30, 40, 50, 60])
    exact = stepped(model, 100, start, ts, tol=1e-9).moments
    errors = [difference(stepped(model, K, start, ts, tol=1e-9).moments, exact) for K in ranks]
    rates = -np.diff(np.log(errors)) / np.diff(ranks)
    assert (rates > 0.1).all()
    assert errors[-1] < 1e-6


@pytest.mark.parametrize("twist", [0, 1.875, -3.0])
@pytest.mark.parametrize("drive", DRIVES)
def test_long_times_lead_to_the_steady_state_of_equation_9(drive, twist):
    model = Model.from_ratios(N=31, drive=drive, twist=twist, Gamma=2.0)
    moments = evolve(model, [0, 300], coherent(1.5, 1), tol=1e-6).moments
    final = type(moments)(31, moments.mean[1], moments.second[1])
    assert difference(final, steady_moments(model)) < 1e-6


@pytest.mark.parametrize("N", [1, 6, 20, 90])
@pytest.mark.parametrize("drive", DRIVES)
def test_after_a_hundred_million_lifetimes_the_state_is_the_steady_one(N, drive):
    model = Model.from_ratios(N=N, drive=drive, twist=1.875, Gamma=0.5)
    moments = evolve(model, [3e8], coherent(1.0, 0.5), tol=1e-8).moments
    assert difference(moments, steady_moments(model)) < 1e-8


@pytest.mark.parametrize("drive", [0.5, 1.5, 2.09, 3.0])
@pytest.mark.parametrize("N", [8, 20])
def test_the_steady_state_is_not_taken_before_the_last_slow_mode_has_decayed(N, drive):
    model, ts = Model.from_ratios(N=N, drive=drive, twist=1.875), np.geomspace(0.5, 1e3, 12)
    L, x = generator(model, N).toarray(), initial_state(N, SOUTH_POLE).coordinates
    exact = [expm(L * t) @ np.pad(x, (0, len(L) - len(x))) for t in ts]
    moments = Multipoles.from_coordinates(N, np.array(exact)).moments
    trajectory = evolve(model, ts, tol=1e-9)
    assert difference(trajectory.moments, moments) < trajectory.error + 1e-11
    assert trajectory.error < 1e-9


@pytest.mark.parametrize("start", [coherent(0.0), coherent(2.0, 1.0), SOUTH_POLE])
@pytest.mark.parametrize("N", [1, 2, 20])
def test_undriven_atoms_end_in_the_ground_state_after_any_time(N, start):
    moments = evolve(Model(N=N, chi=1.0, Omega=0), [0, 1e5], start).moments
    np.testing.assert_allclose(moments.bloch[1], [0, 0, -1], atol=1e-6)


@pytest.mark.parametrize("drive", DRIVES)
def test_slow_modes_agree_with_stepping(drive, monkeypatch):
    model, ts = Model.from_ratios(N=60, drive=drive, twist=1.875), np.linspace(0, 4, 9)
    start = initial_state(60, SOUTH_POLE)
    monkeypatch.setattr(exact_dynamics, "PATIENCE", 1500)
    late_times, found = exact_dynamics.late_times, []
    monkeypatch.setattr(
        exact_dynamics, "late_times", lambda *given: found.append(late_times(*given)) or found[-1]
    )
    slow = stepped(model, 60, start, ts, tol=1e-8, states=True)
    assert found[-1] is not None
    found.clear()
    monkeypatch.setattr(exact_dynamics, "PATIENCE", 10**9)
    steps = stepped(model, 60, start, ts, tol=1e-8, states=True)
    assert not found
    assert difference(slow.moments, steps.moments) < 1e-8
    np.testing.assert_allclose(slow.states.c, steps.states.c, atol=1e-7)


def test_result_does_not_depend_on_the_other_times_asked_for():
    model = Model.from_ratios(N=30, drive=2.0, twist=1.0)
    few, many = evolve(model, [0.3]), evolve(model, np.linspace(0, 0.3, 301), states=True)
    last = many.moments.mean[-1:], many.moments.second[-1:]
    assert difference(few.moments, type(few.moments)(30, *last)) < 1e-6
    assert difference(many.moments, many.states.moments) == 0


def test_starts_may_be_coherent_states_density_matrices_or_multipoles():
    model, ts = Model.from_ratios(N=9, drive=2.0, twist=1.0), [0, 0.2]
    vector = coherent(0.7, 2.0)
    state = Multipoles.coherent(9, vector)
    first = evolve(model, ts, vector).moments
    for start in (list(vector), state, state.density_matrix):
        assert difference(evolve(model, ts, start).moments, first) < 1e-9


@pytest.mark.parametrize("N", [1, 2, 3, 8])
def test_kets_qutips_objects_and_sparse_matrices_are_starts(N):
    model, ts = Model.from_ratios(N=N, drive=2.0, twist=1.0), [0.0, 0.2]
    ket = qutip.rand_ket(N + 1, seed=1)
    full, data = ket.full(), csr_array(ket.proj().full())
    exact = spin_moments(qutip.mesolve(*model.to_qutip()[:1], ket, ts, model.to_qutip()[1]).states)
    for start in (ket, full, full.ravel(), ket.proj(), data):
        assert difference(evolve(model, ts, start).moments, exact) < 1e-5


def test_three_real_numbers_are_a_bloch_vector_and_a_ket_of_two_atoms_is_complex_or_a_column():
    model, lowest = Model(N=2, chi=0, Omega=1.0), np.array([0, 0, 1.0])
    bloch = {True: [0, 0, 1], False: [0, 0, -1]}  # as a Bloch vector it is the highest state
    for start in (lowest, lowest + 0j, lowest[:, None], qutip.basis(3, 2)):
        expected = bloch[start is lowest]
        np.testing.assert_allclose(evolve(model, [0], start).moments.bloch[0], expected, atol=1e-12)
    real = [0.6, 0.8, 0, 0]  # four real numbers are a ket
    assert evolve(Model(N=3, chi=0, Omega=1), [0], real).moments.mean[0, 2] > 0
    for N, wrong in (2, [0, 0, 2j]), (4, lowest + 0j), (3, [0, 0, 0, 2.0]), (2, qutip.basis(2, 0)):
        with pytest.raises(ValueError, match="Argument start"):
            evolve(Model(N=N, chi=0, Omega=1), [1.0], wrong)


def test_a_state_of_a_trajectory_is_a_start():
    model, ts = Model.from_ratios(N=20, drive=2.0, twist=1.0), np.linspace(0, 0.4, 5)
    whole = evolve(model, ts, states=True)
    first = evolve(model, ts[:3], states=True)
    assert len(first.states) == 3
    second = evolve(model, ts[:3], first.states[-1])
    last = type(whole.moments)(20, whole.moments.mean[2:], whole.moments.second[2:])
    assert difference(second.moments, last) < 1e-6
    assert [each.c.ndim for each in whole.states[1:3]] == [2, 2]
    for wrong in (lambda: whole.states[5], lambda: whole.states[0][0], lambda: whole.states[0, 0]):
        with pytest.raises(IndexError):
            wrong()


def test_superposition_of_the_poles_needs_and_gets_the_highest_rank():
    N, theta = 8, np.pi / 4  # a state (|N/2> + |-N/2>)/√2
    rho = np.zeros((N + 1, N + 1))
    rho[np.ix_([0, N], [0, N])] = 0.5
    model, ts = Model(N=N, chi=0, Omega=1.0, Gamma=1e-12), [0, theta]
    U = (-1j * theta * qutip.jmat(N / 2, "x")).expm().full()
    trajectory = evolve(model, ts, rho, tol=1e-9, states=True)
    np.testing.assert_allclose(trajectory.states.density_matrix[1], U @ rho @ U.conj().T, atol=1e-9)
    assert trajectory.truncation == N


def test_bad_arguments_are_refused_by_name():
    model = Model(N=4, chi=1, Omega=1)
    for ts in ([], [1, 0], [-1], [[0]], [np.nan]):
        with pytest.raises(ValueError, match="Argument ts"):
            evolve(model, ts)
    mixed = np.eye(5) / 5
    others = [[0, 0, 2], [0, 1], mixed[:3, :3], 2 * mixed, mixed + np.eye(5, k=1), -mixed]
    for start in [*others, Multipoles.coherent(5, SOUTH_POLE)]:
        with pytest.raises(ValueError, match="Argument start"):
            evolve(model, [1], start)
    for tol in (0, -1, np.nan):
        with pytest.raises(ValueError, match="Argument tol"):
            evolve(model, [1], tol=tol)


def test_tolerance_that_cannot_be_met_is_an_error():
    with pytest.raises(RuntimeError, match=r"Argument tol must be above .* but tol = 1e-14"):
        evolve(Model(N=4, chi=1, Omega=1), [1], tol=1e-14)


def test_request_beyond_memory_is_refused():
    ts, start = np.linspace(0, 1, 10**5), Multipoles.coherent(10**6, SOUTH_POLE, K=2)
    with pytest.raises(MemoryError, match="The dynamics of N = 1000000 atoms"):
        evolve(Model(N=10**6, chi=0, Omega=1), ts, start, states=True)


def interrupt(*arguments):
    raise KeyboardInterrupt


def test_interruption_keeps_the_times_reached_and_leaves_the_next_computation_intact(monkeypatch):
    model, ts = Model.from_ratios(N=40, drive=2.0, twist=1.0), np.linspace(0, 0.5, 21)
    full = evolve(model, ts, states=True)
    steps = iter([exact_dynamics.expansion, exact_dynamics.expansion, interrupt])
    with monkeypatch.context() as patch:
        patch.setattr(exact_dynamics, "expansion", lambda *arguments: next(steps)(*arguments))
        with pytest.raises(KeyboardInterrupt) as interruption:
            evolve(model, ts, states=True)
    partial = interruption.value.trajectory
    reached = len(partial.ts)
    assert 2 < reached < len(ts)
    assert partial.error == np.inf
    np.testing.assert_array_equal(partial.ts, ts[:reached])
    np.testing.assert_allclose(
        partial.moments.bloch, full.moments.bloch[:reached], rtol=0, atol=1e-3
    )
    assert len(partial.states.c) == reached
    assert difference(evolve(model, ts).moments, full.moments) < 1e-12


def test_interruption_at_once_leaves_nothing(monkeypatch):
    monkeypatch.setattr(exact_dynamics, "expansion", interrupt)
    with pytest.raises(KeyboardInterrupt) as interruption:
        evolve(Model(N=6, chi=1, Omega=4), [0, 1])
    assert interruption.value.trajectory is None


def test_interruption_among_the_slow_modes_keeps_what_was_stepped_to(monkeypatch):
    monkeypatch.setattr(exact_dynamics, "slow_modes", interrupt)
    model, ts = Model.from_ratios(N=60, drive=2.0, twist=1.875), np.linspace(0, 4, 401)
    with pytest.raises(KeyboardInterrupt) as interruption:
        evolve(model, ts)
    assert 1 < len(interruption.value.trajectory.ts) < len(ts)


def test_computation_of_many_hours_is_refused_with_its_length():
    model = Model(N=60, chi=1, Omega=60, Gamma=1e-9)
    hours = r"Argument hours must be above the .* hours .* but hours = 0\.01"
    with pytest.raises(RuntimeError, match=hours):
        evolve(model, [0, 1e7], hours=0.01)


def test_progress_bar_appears_after_two_seconds_and_not_at_all_without_tqdm(monkeypatch, capsys):
    clock = iter([0.0, 1.0, 3.0, 4.0, 0.0, 3.0])
    monkeypatch.setattr(exact_dynamics, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with exact_dynamics.progress_bar(1.0, "N = 1", True) as advance:
        advance(0.3)
        assert capsys.readouterr().err == ""
        advance(0.3)
        assert "N = 1" in capsys.readouterr().err
        advance(0.5)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with exact_dynamics.progress_bar(1.0, "N = 1", True) as advance:
        advance(1.0)


def test_generator_and_evolution_agree_on_the_derivative():
    model, start = random_case(3, 12)
    x = Multipoles.coherent(12, start).coordinates
    step = 1e-5 / 12
    later = evolve(model, [0, step], start, tol=1e-9, states=True).states.coordinates[1]
    slope = generator(model, 12) @ x
    np.testing.assert_allclose((later - x) / step, slope, atol=1e-3 * abs(slope).max())
