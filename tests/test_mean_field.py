"""Claims of Sec. IV A, against operator algebra, exact results and direct integration."""

from itertools import pairwise

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp

from lmgcav import (
    Model,
    Moments,
    basin_boundary,
    coherent,
    critical_drive,
    displacement,
    fixed_points,
    long_time_average,
    mean_field,
    mean_rates,
    oscillates,
    oscillating_fraction,
    period,
    potential,
    s_plus,
    spin_moments,
    turning_points,
)
from lmgcav.mean_field import flow


def random_starts(rng, count):
    """Bloch vectors spread evenly over the sphere."""
    starts = rng.normal(size=(count, 3))
    return starts / np.linalg.norm(starts, axis=-1, keepdims=True)


def random_cases(seed, count):
    """Models of either sign of χ and Ω in all three regions, each with a start."""
    rng = np.random.default_rng(seed)
    twists = 2 * rng.normal(size=count)
    drives = rng.uniform(-1.6, 1.6, count) * np.hypot(1, twists)
    models = [
        Model.from_ratios(N=20, drive=drive, twist=twist, Gamma=0.7)
        for drive, twist in zip(drives, twists, strict=True)
    ]
    return list(zip(models, random_starts(rng, count), strict=True))


def leaves_the_disk(drive, twist, start):
    """Follow the spiral inward over two turns, for positive drive and twist."""
    b = np.linspace(0, 4 * np.pi / twist, 20001)
    model = Model(N=1, chi=twist, Omega=drive, Gamma=2)
    return (potential(model, b, start)[1:] > 1).any()


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


def test_eq_15_is_eq_14_without_correlations_for_many_atoms():
    start, gaps = coherent(1.1, 0.4), []
    for N in (10, 100, 1000):
        second = (N * (N - 1) * np.outer(start, start) + N * np.eye(3)) / 4  # of N equal spins
        model = Model.from_ratios(N=N, drive=1.3, twist=-0.8)
        exact = mean_rates(model, Moments(N, N / 2 * start, second)) / (N / 2)
        gaps.append(np.linalg.norm(exact - flow(model, start)) / N)
    assert np.diff(np.log10(gaps)) == pytest.approx([-1, -1], abs=0.05)


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


@pytest.mark.parametrize(("model", "start"), random_cases(3, 12))
def test_particle_stays_between_its_turning_points(model, start):
    ends = np.array(turning_points(model, start))
    finite = ends[np.isfinite(ends)]
    np.testing.assert_allclose(potential(model, finite, start), 1, rtol=1e-12)
    between = np.linspace(ends[0], min(ends[1], ends[0] + 60 / (model.N * model.Gamma)), 500)
    assert (potential(model, between[1:-1], start) < 1).all()
    assert ends[0] <= 0 <= ends[1]


@pytest.mark.parametrize(("model", "start"), random_cases(4, 12))
def test_spin_returns_after_a_period_or_decays(model, start):
    returns = period(model, start)
    if oscillates(model.drive, model.twist, start):
        s = mean_field(model, [returns / 2, returns], start)
        np.testing.assert_allclose(s[1], start, atol=1e-8)
        assert np.linalg.norm(s[0] - start) > 1e-3
    else:
        assert returns == np.inf
        steady = mean_field(model, [300 / (model.N * model.Gamma)], start)[0]
        np.testing.assert_allclose(steady, long_time_average(model, start), atol=1e-6)


@pytest.mark.parametrize("drive", [1.0001, 1.3, -4.0])
def test_period_without_exchange_is_exact_for_every_start(drive):
    model = Model.from_ratios(N=6, drive=drive)
    exact = 2 * np.pi / np.sqrt(model.Omega**2 - (model.N * model.Gamma / 2) ** 2)
    for start in random_starts(np.random.default_rng(5), 5):
        assert period(model, start) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("twist", [1.875, -0.7])
def test_small_oscillations_have_the_frequency_of_eq_24(twist):
    model = Model.from_ratios(N=400, drive=1.2, twist=twist)
    centre = fixed_points(model)[-1]
    theta, phi = np.pi / 2, np.arctan2(*centre.s[1::-1])
    harmonic = 2 * np.pi / abs(centre.eigenvalues[0])
    changes = [period(model, coherent(theta, phi + x)) / harmonic - 1 for x in (0.04, 0.02, 0.01)]
    assert np.diff(np.log2(np.abs(changes))) == pytest.approx([-2, -2], abs=0.1)
    assert period(model, centre.s) == pytest.approx(harmonic, rel=1e-9)


@pytest.mark.parametrize("twist", [1.875, 0.4])
def test_period_diverges_logarithmically_at_the_separatrix(twist):
    edge = critical_drive(twist)
    distances = np.array([1e-5, 1e-6, 1e-7, 1e-8])
    models = [Model.from_ratios(N=2, drive=edge + gap, twist=twist) for gap in distances]
    slopes = np.diff([period(model) for model in models]) / np.diff(-np.log(distances))
    saddle = fixed_points(Model.from_ratios(N=2, drive=edge, twist=twist))[2]
    assert saddle.kind == "saddle"
    assert slopes[-1] == pytest.approx(1 / saddle.eigenvalues.real.max(), rel=1e-4)


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


# Equation (25)


@pytest.mark.parametrize(("model", "start"), random_cases(6, 10))
def test_long_time_average_is_that_of_the_flow(model, start):
    average, returns = long_time_average(model, start), period(model, start)
    if np.isfinite(returns):  # the trapezoidal rule converges exponentially over a period
        s = mean_field(model, np.arange(2000) * returns / 2000, start)
        np.testing.assert_allclose(s.mean(0), average, atol=1e-7)
    else:
        np.testing.assert_allclose(flow(model, average), 0, atol=1e-12)
        assert average[2] < 0


def test_inversion_averages_to_zero_just_above_the_jump():
    edge = critical_drive(1.875)
    below, above = (
        long_time_average(Model.from_ratios(N=400, drive=edge + gap, twist=1.875))[2]
        for gap in (-1e-9, 1e-9)
    )
    assert below == pytest.approx(-np.sqrt(1 - (edge / 2.125) ** 2), abs=1e-8)
    assert above == 0


def test_average_of_a_fixed_point_is_itself():
    for point in fixed_points(Model.from_ratios(N=10, drive=1.5, twist=1.875)):
        model = Model.from_ratios(N=10, drive=1.5, twist=1.875)
        np.testing.assert_array_equal(long_time_average(model, point.s), point.s)


# The critical drive


def test_critical_drive_of_the_south_pole():
    assert critical_drive(1.875) == pytest.approx(1.73966, abs=5e-6)


@pytest.mark.parametrize("twist", [0.1, 1.875, 12.0])
def test_critical_drive_separates_decay_from_oscillation(twist):
    for start in random_starts(np.random.default_rng(7), 30):
        edge = critical_drive(twist, start)
        gap = 1e-6 * (np.hypot(1, twist) - 1)
        assert not leaves_the_disk(edge - gap, twist, start)
        assert leaves_the_disk(edge + gap, twist, start)


def test_critical_drive_agrees_with_the_flow():
    for start in random_starts(np.random.default_rng(8), 6):
        edge = critical_drive(1.2, start)
        for drive in (edge - 0.01, edge + 0.01):
            model = Model.from_ratios(N=2, drive=drive, twist=1.2)
            s = mean_field(model, np.linspace(60, 200, 500), start)
            assert (s[:, 2].max() > 0) == (drive > edge)


def test_critical_drive_puts_the_highest_barrier_at_the_energy():
    """To 1e-10: the change of V at its maximum is the change of the drive times dV/dΩ."""
    twist = 1.875
    for start in random_starts(np.random.default_rng(9), 20):
        model = Model.from_ratios(N=2, drive=critical_drive(twist, start), twist=twist)
        saddle = fixed_points(model)[2].s
        focus = fixed_points(model)[0].s
        arm, own = (complex(*(s - focus)[:2]) for s in (saddle, start))
        b = np.log(abs(own / arm))
        assert potential(model, b, start) == pytest.approx(1, abs=1e-10)
        assert s_plus(model, b, start) == pytest.approx(complex(*saddle[:2]), abs=1e-10)


@pytest.mark.parametrize("twist", [0.0, 1e-6, 0.3, -1.875, 40.0])
def test_critical_drives_fill_the_interval_up_to_its_ends(twist):
    starts = random_starts(np.random.default_rng(10), 4000)
    drives = critical_drive(twist, starts)
    top = np.hypot(1, twist)
    assert drives.shape == (4000,)
    assert ((drives >= 1) & (drives <= top)).all()
    highest = coherent(np.pi / 2, np.pi / 2 + np.arctan(twist))
    ends = critical_drive(twist, [coherent(np.pi / 2, np.pi / 2), highest])
    np.testing.assert_allclose(ends, [1, top], rtol=1e-7)
    gaps = np.diff(np.sort(np.append(drives, ends)))
    assert gaps.max() <= 0.05 * (top - 1) + 1e-12


def test_critical_drive_where_the_potential_has_several_maxima():
    """At strong exchange V rises again and again, each time less; the first rise decides."""
    twist, start = 12.0, coherent(2.0, 0.3)
    model = Model.from_ratios(N=2, drive=critical_drive(twist, start), twist=twist)
    V = potential(model, np.linspace(1e-3, 4 * np.pi / twist, 20001), start)
    inner = V[1:-1]
    maxima = inner[(inner > V[:-2]) & (inner > V[2:])]
    assert len(maxima) > 1
    assert all(later < earlier for earlier, later in pairwise(maxima))
    assert maxima[0] == pytest.approx(1, abs=1e-6)


def test_symmetries_of_the_critical_drive():
    x, y, z = coherent(1.9, 2.4)
    reference = critical_drive(1.875, [x, y, z])
    assert critical_drive(1.875, [x, y, -z]) == reference
    assert critical_drive(-1.875, [-x, y, z]) == reference
    for gap in (-1e-9, 1e-9):
        assert oscillates(-reference - gap, 1.875, [-x, -y, z]) == (gap > 0)


def test_critical_drive_broadcasts():
    starts = random_starts(np.random.default_rng(11), 6).reshape(2, 3, 3)
    drives = critical_drive([[0.5], [2.0]], starts)
    assert drives.shape == (2, 3)
    assert drives[1, 2] == critical_drive(2.0, starts[1, 2])


# The basin boundary


@pytest.mark.parametrize(("drive", "twist"), [(1.2, 1.875), (2.0, -1.875), (-3.1, 3.0)])
def test_basin_boundary_is_a_curve_of_equal_critical_drive(drive, twist):
    boundary = basin_boundary(drive, twist, 50)
    np.testing.assert_allclose(np.linalg.norm(boundary, axis=-1), 1, atol=1e-12)
    starts = boundary[1:-1] * [np.sign(drive), np.sign(drive), 1]
    np.testing.assert_allclose(critical_drive(twist, starts), abs(drive), rtol=1e-9)
    model = Model.from_ratios(N=2, drive=drive, twist=twist)
    np.testing.assert_allclose(boundary[0], fixed_points(model)[2].s, atol=1e-12)
    assert boundary[-1, 2] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("drive", "twist"), [(1.2, 1.875), (2.0, -1.875), (-1.05, 0.5)])
def test_oscillating_fraction_is_the_share_of_random_starts(drive, twist):
    starts = random_starts(np.random.default_rng(12), 200_000)
    share = oscillates(drive, twist, starts).mean()
    assert oscillating_fraction(drive, twist) == pytest.approx(share, abs=4e-3)


def test_oscillating_fraction_grows_from_zero_to_one():
    drives = np.linspace(1, np.hypot(1, 1.875), 40)
    fractions = [oscillating_fraction(drive, 1.875) for drive in drives]
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert (np.diff(fractions) > 0).all()
    assert fractions[1] < 0.05
    assert fractions[-2] > 0.97


# Bad input


@pytest.mark.parametrize(
    "start", [[0, 0, 1.1], [0, 0, np.nan], [0, -1], 0.0, "south", [[0, 0, 1], [0, 1, 1]]]
)
def test_a_start_off_the_sphere_is_refused(start):
    model = Model.from_ratios(N=4, drive=1.0)
    for refusing in (
        lambda: mean_field(model, [0, 1], start),
        lambda: period(model, start),
        lambda: critical_drive(1.0, start),
    ):
        with pytest.raises(ValueError, match="Argument start must be"):
            refusing()


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


def test_basin_boundary_outside_the_multistable_region_is_refused():
    with pytest.raises(ValueError, match=r"Argument drive must be between 1 and .* = 2.125"):
        basin_boundary(2.2, 1.875)
    with pytest.raises(ValueError, match=r"in size, but drive = -0\.5"):
        basin_boundary(-0.5, 1.875)
    with pytest.raises(ValueError, match="Argument twist must be a finite real number"):
        oscillating_fraction(1.2, np.inf)


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


@pytest.mark.parametrize("drive", [1e2, 1e4, 1e6, 1e8])
def test_a_strong_drive_turns_the_spin_at_its_own_frequency(drive):
    m = Model.from_ratios(N=10, drive=drive, twist=1.875)
    assert period(m) * m.Omega == pytest.approx(2 * np.pi, rel=1 / drive**2 + 1e-8)


def test_a_drive_beyond_the_reach_of_rounding_is_refused():
    with pytest.raises(ValueError, match=r"^Argument model.drive must be at most 1e\+08 in size"):
        period(Model.from_ratios(N=10, drive=1e9, twist=1.0))
