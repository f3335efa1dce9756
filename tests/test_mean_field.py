"""Claims of Sec. IV A on the flow, against operator algebra, exact results and integration."""

import numpy as np
import pytest
import qutip
from conftest import OFF_THE_SPHERE, random_cases
from scipy.integrate import solve_ivp

from lmgcav import (
    Model,
    Moments,
    coherent,
    displacement,
    fixed_points,
    mean_field,
    mean_rates,
    period,
    potential,
    s_plus,
    spin_moments,
)
from lmgcav.mean_field import flow, jacobian

# Equations (14) and (15)


@pytest.mark.parametrize("N", [1, 2, 5])
@pytest.mark.parametrize("chi", [0.7, -1.3])
def test_eq_14_is_the_operator_algebra(N, chi):
    model = Model(N=N, chi=chi, Omega=-2.1, Gamma=0.6)
    J, Jp = qutip.jmat(N / 2), qutip.jmat(N / 2, "+")
    lindblad = qutip.liouvillian(chi * Jp * Jp.dag() + model.Omega * J[0], [0.6**0.5 * Jp.dag()])
    rho = qutip.rand_dm(N + 1, seed=N)
    rates = qutip.expect(
        list(J), qutip.vector_to_operator(lindblad * qutip.operator_to_vector(rho))
    )
    np.testing.assert_allclose(mean_rates(model, spin_moments(rho.full())), rates, atol=1e-13)


def test_eq_14_as_printed_belongs_to_the_last_hamiltonian_of_eq_5():
    N, chi, Omega, Gamma = 5, 0.7, -2.1, 0.6
    model, (Jx, Jy, Jz) = Model(N=N, chi=chi, Omega=Omega, Gamma=Gamma), qutip.jmat(N / 2)
    jump, rho = Gamma**0.5 * qutip.jmat(N / 2, "-"), qutip.rand_dm(N + 1, seed=N)
    lindblad = qutip.liouvillian(-chi * Jz * Jz + Omega * Jx, [jump])
    change = qutip.vector_to_operator(lindblad * qutip.operator_to_vector(rho))
    moments = spin_moments(rho.full())
    printed = mean_rates(model, moments) + chi * moments.mean[[1, 0, 2]] * [1, -1, 0]
    np.testing.assert_allclose(printed, qutip.expect([Jx, Jy, Jz], change), atol=1e-13)


def test_eq_15_is_eq_14_without_correlations_for_many_atoms():
    start, gaps = coherent(1.1, 0.4), []
    for N in (10, 100, 1000):
        second = (N * (N - 1) * np.outer(start, start) + N * np.eye(3)) / 4  # of N equal spins
        model = Model.from_ratios(N=N, drive=1.3, twist=-0.8)
        exact = mean_rates(model, Moments(N, N / 2 * start, second)) / (N / 2)
        gaps.append(np.linalg.norm(exact - flow(model, start)) / N)
    assert np.diff(np.log10(gaps)) == pytest.approx([-1, -1], abs=0.05)


@pytest.mark.parametrize(("model", "start"), random_cases(13, 6))
def test_jacobian_is_the_derivative_of_the_flow(model, start):
    columns = [(flow(model, start + e) - flow(model, start - e)) / 2 for e in np.eye(3)]
    exact = np.transpose(columns)  # the flow is quadratic, so the difference has no error
    np.testing.assert_allclose(jacobian(model, start), exact, atol=1e-12 * abs(exact).max())


def test_bloch_vector_is_the_spin_over_half_of_N_and_not_over_its_root():
    N, start = 10**6, coherent(1.1, 0.4)
    model, mean = Model.from_ratios(N=N, drive=1.3, twist=-0.8), N / 2 * start
    rates = mean_rates(model, Moments(N, mean, np.outer(mean, mean)))
    for divisor, right in [(N / 2, True), (N**0.5, False)]:
        agreement = np.linalg.norm(rates / divisor - flow(model, mean / divisor)) / N
        assert (agreement < 1e-5) == right


def test_length_stays_one_over_a_thousand_oscillations():
    model = Model.from_ratios(N=400, drive=2.17, twist=1.875)
    s = mean_field(model, np.linspace(0, 1000 * period(model), 2001))
    np.testing.assert_allclose(np.linalg.norm(s, axis=-1), 1, rtol=0, atol=1e-9)


def test_pure_decay_is_the_superradiant_pulse():
    model, theta = Model(N=40, chi=1.7, Omega=0, Gamma=0.3), 0.6
    ts = np.linspace(0, 1, 30)
    delay = 2 * np.arctanh(np.cos(theta)) / (model.N * model.Gamma)
    expected = -np.tanh(model.N * model.Gamma / 2 * (ts - delay))
    np.testing.assert_allclose(
        mean_field(model, ts, coherent(theta, 2.0))[:, 2], expected, atol=1e-10
    )


def test_a_strong_drive_gives_rabi_oscillations():
    lags = []
    for drive in (1e2, 1e3):
        model = Model.from_ratios(N=10, drive=drive, twist=0.5)
        ts = np.linspace(0, 2 * np.pi / model.Omega, 50)
        lags.append(abs(mean_field(model, ts)[:, 2] + np.cos(model.Omega * ts)).max())
    assert np.diff(np.log10(lags)) == pytest.approx([-1], abs=0.02)


def test_flow_agrees_with_an_independent_integration():
    model, start = Model(N=30, chi=-0.4, Omega=40, Gamma=0.5), coherent(1.0, -2.0)
    half = model.N / 2

    def rates(t, s):  # d<J>/dt = -i <[J, H]> + … with <J_a J_b> → <J_a><J_b>
        x, y, z = half * s
        precession = np.cross([model.Omega, 0, -2 * model.chi * z], [x, y, z])
        decay = model.Gamma * np.array([x * z, y * z, -(x * x + y * y)])
        return (precession + decay) / half

    ts = np.linspace(0, 0.5, 9)
    expected = solve_ivp(rates, (0, 0.5), start, "LSODA", ts, rtol=1e-11, atol=1e-11).y.T
    np.testing.assert_allclose(mean_field(model, ts, start), expected, atol=1e-8)


# Equations (16) to (20)


@pytest.mark.parametrize(("model", "start"), random_cases(1, 12))
def test_reduction_to_a_particle_is_exact(model, start):
    ts = np.linspace(0, 40 / (model.N * model.Gamma), 60)
    s, (b, velocity) = mean_field(model, ts, start), displacement(model, ts, start).T
    np.testing.assert_allclose(s_plus(model, b, start), s[:, 0] + 1j * s[:, 1], atol=1e-8)
    np.testing.assert_allclose(-velocity, s[:, 2], atol=1e-8)
    np.testing.assert_allclose(velocity**2 + potential(model, b, start), 1, atol=1e-8)


@pytest.mark.parametrize(("model", "start"), random_cases(2, 5))
def test_potential_is_eq_18_with_the_missing_factor(model, start):
    b = np.linspace(-1, 3, 7) / (model.N * model.Gamma)
    rate, twisting = model.N * model.Gamma / 2, model.N * model.chi
    steady = 2j * model.Omega / (model.N * (model.Gamma - 2j * model.chi))
    start_plus = start[0] + 1j * start[1]
    phi, decay = np.angle(steady * np.conj(start_plus)), np.exp(-rate * b)
    printed = (
        abs(steady) ** 2 * (1 - 2 * decay * np.cos(twisting * b) + decay**2)
        + abs(start_plus) ** 2 * decay**2
        + 2 * abs(start_plus * steady) * decay * (np.cos(phi - twisting * b) - decay * np.cos(phi))
    )
    np.testing.assert_allclose(potential(model, b, start), printed, rtol=1e-12)


def test_potential_from_the_south_pole_is_eq_20():
    model = Model(N=30, chi=-0.4, Omega=11.0, Gamma=0.7)
    b = np.linspace(-1, 3, 7) / (model.N * model.Gamma)
    decay = np.exp(-model.N * model.Gamma / 2 * b)
    height = 4 * model.Omega**2 / (model.N**2 * (model.Gamma**2 + 4 * model.chi**2))
    expected = height * (1 - 2 * decay * np.cos(model.N * model.chi * b) + decay**2)
    np.testing.assert_allclose(potential(model, b), expected, rtol=1e-12)


def test_particle_of_energy_one_has_twice_the_unit_mass():
    # From ḃ² + V = 1 follows 2b̈ = -V'; the printed unit mass would need ḃ²/2 + V = 1.
    model, start, step = Model.from_ratios(N=2, drive=1.9, twist=1.875), coherent(2.0, 0.3), 1e-4
    ts = 0.7 + step * np.arange(3)
    b, velocity = displacement(model, ts, start).T
    acceleration = (velocity[2] - velocity[0]) / (2 * step)
    slope = np.diff(potential(model, b[1] + [-step, step], start))[0] / (2 * step)
    assert 2 * acceleration == pytest.approx(-slope, rel=1e-5)
    assert abs(slope) > 0.1


def test_particle_that_escapes_ends_with_a_constant_velocity_and_not_in_a_constant_place():
    model = Model.from_ratios(N=400, drive=1.7, twist=1.875)
    b, velocity = displacement(model, np.array([60.0, 80.0]) / model.N).T
    assert velocity[1] == pytest.approx(velocity[0], rel=1e-6)
    assert velocity[1] == pytest.approx(np.sqrt(1 - (1.7 / 2.125) ** 2), rel=1e-6)
    assert b[1] - b[0] == pytest.approx(velocity[1] * 20 / model.N, rel=1e-6)


# Equations (21) to (24)


@pytest.mark.parametrize(("drive", "count"), [(0.6, 2), (1.4, 4), (2.6, 2)])
@pytest.mark.parametrize("twist", [1.875, -1.875])
@pytest.mark.parametrize("sign", [1, -1])
def test_fixed_points_rest_and_have_the_eigenvalues_of_the_jacobian(drive, count, twist, sign):
    model = Model.from_ratios(N=6, drive=sign * drive, twist=twist, Gamma=0.3)
    points = fixed_points(model)
    assert len(points) == count
    for point in points:
        assert np.linalg.norm(point.s) == pytest.approx(1, abs=1e-14)
        np.testing.assert_allclose(flow(model, point.s), 0, atol=1e-14)
        steps = 1e-5 * np.eye(3)
        columns = point.s[:, None] + steps, point.s[:, None] - steps
        jacobian = (flow(model, columns[0]) - flow(model, columns[1])) / 2e-5
        expected = np.poly([*point.eigenvalues, 0])  # the length is conserved
        np.testing.assert_allclose(np.poly(jacobian), expected, atol=1e-8)


@pytest.mark.parametrize("twist", [1.875, -1.875])
@pytest.mark.parametrize("sign", [1, -1])
def test_three_regions_have_their_fixed_points(twist, sign):
    kinds = {
        0.5: {"SS_1": "sink", "SS_1*": "source"},
        1.5: {"SS_1": "sink", "SS_1*": "source", "SS_2": "saddle", "SS_3": "centre"},
        2.5: {"SS_2": "centre", "SS_3": "centre"},
    }
    for drive, expected in kinds.items():
        points = fixed_points(Model.from_ratios(N=3, drive=sign * drive, twist=twist))
        assert {point.name: point.kind for point in points} == expected
        for point in points[-2:]:
            if point.name == "SS_2":
                assert np.sign(point.s[0]) == -np.sign(sign * twist)


@pytest.mark.parametrize("twist", [0.0, 1.875, -0.6])
def test_beyond_omega_c_drive_and_decay_balance_at_two_points_that_attract_nothing(twist):
    model = Model.from_ratios(N=2, drive=1.1 * np.hypot(1, twist), twist=twist)  # NΓ/2 = 1
    for side in [1, -1]:
        y = 1 / model.drive
        point = np.array([side * np.sqrt(1 - y**2), y, 0.0])
        lifted, lowered = model.drive * y, point[0] ** 2 + y**2
        assert lifted == pytest.approx(lowered, abs=1e-15)
        assert abs(flow(model, point)).max() < 1e-14
        near = np.add(point, [0, 0, 1e-4]) / np.hypot(1, 1e-4)
        path = mean_field(model, np.linspace(0, 1000, 5001), near)
        early, late = np.array_split(np.linalg.norm(path - point, axis=1), 2)
        assert late.max() == pytest.approx(early.max(), rel=0.01)


# Bad input


@pytest.mark.parametrize("start", OFF_THE_SPHERE)
def test_a_start_off_the_sphere_is_refused(start):
    with pytest.raises(ValueError, match="Argument start must be"):
        mean_field(Model.from_ratios(N=4, drive=1.0), [0, 1], start)


@pytest.mark.parametrize("ts", [0.3, [0.2, 0.1], [-0.1, 0.2], [], [0, np.nan], [[0, 1]]])
def test_bad_times_are_refused(ts):
    with pytest.raises(ValueError, match="Argument ts must be"):
        mean_field(Model.from_ratios(N=4, drive=1.0), ts)


def test_a_list_of_one_time_and_repeated_times_are_fine():
    model = Model.from_ratios(N=4, drive=1.3, twist=1)
    once = mean_field(model, [0.5])
    assert once.shape == (1, 3)
    np.testing.assert_allclose(mean_field(model, [0.0, 0.5, 0.5])[1:], [once[0], once[0]])
    np.testing.assert_array_equal(mean_field(model, [0.0]), [[0, 0, -1]])
