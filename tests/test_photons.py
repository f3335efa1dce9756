"""Mean field with the light kept, against the exact model, Eq. (15) and direct integration."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import lmgcav as lmg
from lmgcav import cavity
from lmgcav.photons import (
    critical_drive_with_light,
    critical_shift,
    decays,
    eigenvalues_with_light,
    linewidth,
    magnetisation,
    mean_field_with_light,
    sideband_rates,
)

TILTED = lmg.coherent(2.0, 0.7)
CASES = [(1.3, 1.875), (-2.4, 0.8), (0.7, -1.2), (3.0, -0.5)]  # drive and twist

cases = pytest.mark.parametrize(("drive", "twist"), CASES)


def model(drive, twist, N=2, Gamma=1.0):
    return lmg.Model.from_ratios(N=N, drive=drive, twist=twist, Gamma=Gamma)


def power(x, y):
    """Exponents of a power law between neighbouring points."""
    return np.diff(np.log(np.abs(y))) / np.diff(np.log(x))


def slaved_light(m, s):
    """2g<a> of a mode that follows the spin at once, f = -i(1 + iw) s_-."""
    return m.N * m.Gamma / 2 * -1j * (1 + 1j * m.twist) * (s[0] - 1j * s[1])


# The equations


def test_linewidth_belongs_to_the_cavity_of_eq_3(models):
    for m in models:
        kappa = cavity.cavity_parameters(m, 1.7 * np.sqrt(m.N))[1]
        assert linewidth(m, 1.7) == pytest.approx(kappa, rel=1e-13)


@cases
def test_mean_field_agrees_with_independent_equations_of_motion(drive, twist):
    m, ts = model(drive, twist, N=7, Gamma=0.6), np.linspace(0, 3, 13)
    g, kappa, Delta = cavity.cavity_parameters(m, 1.3 * np.sqrt(m.N))

    def motion(t, state):  # d<J>/dt = B x <J>, d<a>/dt from the commutator with H
        spin, a = state[:3], complex(*state[3:])
        field = [m.Omega + 2 * g * a.real, -2 * g * a.imag, 0]
        change = (1j * Delta - kappa / 2) * a - 1j * g * complex(spin[0], -spin[1])
        return [*np.cross(field, spin), change.real, change.imag]

    first = [*m.N / 2 * TILTED, 0.4, -0.3]
    state = solve_ivp(motion, (0, 3), first, "LSODA", ts, rtol=1e-11, atol=1e-11).y.T
    s, light = mean_field_with_light(m, kappa, ts, TILTED, light=2 * g * (0.4 - 0.3j))
    np.testing.assert_allclose(s, state[:, :3] / (m.N / 2), atol=1e-7)
    np.testing.assert_allclose(light, 2 * g * (state[:, 3] + 1j * state[:, 4]), atol=1e-6)


@cases
def test_spin_stays_on_the_sphere(drive, twist):
    s, _ = mean_field_with_light(model(drive, twist), 1.5, np.linspace(0, 100, 20), TILTED)
    np.testing.assert_allclose(np.linalg.norm(s, axis=1), 1, atol=1e-8)


@pytest.mark.parametrize(("drive", "twist"), [(1.2, 0.0), (1.5, 1.0)])
def test_exact_dynamics_approaches_mean_field_as_one_over_N(drive, twist):
    N, errors = np.array([2, 4, 8]), []
    for atoms in N:
        m = model(drive, twist, N=int(atoms))
        ts = np.linspace(0, 2 / atoms, 5)
        couplings = cavity.cavity_parameters(m, 2 * np.sqrt(atoms))
        exact = cavity.atom_cavity_moments(m.N, *couplings, m.Omega, ts).bloch
        errors.append(abs(mean_field_with_light(m, linewidth(m, 2), ts)[0] - exact).max())
    assert power(N, errors)[-1] == pytest.approx(-1, abs=0.05)


@cases
def test_error_of_eq_15_falls_as_the_square_of_sqrt_N_g_over_kappa(drive, twist):
    m, ts, ratios = model(drive, twist), np.linspace(0, 4, 41), np.array([8.0, 16.0, 32.0])
    errors = [
        abs(mean_field_with_light(m, linewidth(m, r), ts)[0] - lmg.mean_field(m, ts)).max()
        for r in ratios
    ]
    assert power(ratios, errors)[-1] == pytest.approx(-2, abs=0.05)


# Fixed points


@cases
@pytest.mark.parametrize("ratio", [0.3, 2.0])
def test_fixed_points_are_those_of_eq_15_for_every_linewidth(drive, twist, ratio):
    m = model(drive, twist)
    for point in lmg.fixed_points(m):
        light, kappa = slaved_light(m, point.s), linewidth(m, ratio)
        s, after = mean_field_with_light(m, kappa, [0.5], point.s, light)
        np.testing.assert_allclose(s[0], point.s, atol=1e-9)
        assert after[0] == pytest.approx(light, abs=1e-9)


@cases
@pytest.mark.parametrize("kappa", [0.4, 6.0])
def test_eigenvalues_are_those_of_the_jacobian(drive, twist, kappa):
    """From the growth of a small displacement, in the exponential of the linear flow."""
    m, short, small = model(drive, twist), 0.01, 1e-5

    def moved(vector):
        point = vector[:3] / np.linalg.norm(vector[:3])
        s, light = mean_field_with_light(m, kappa, [short], point, complex(*vector[3:]))
        return np.array([*s[0], light[0].real, light[0].imag])

    for point in lmg.fixed_points(m):
        light = slaved_light(m, point.s)
        rest = np.array([*point.s, light.real, light.imag])
        flow = [(moved(rest + e) - moved(rest - e)) / (2 * small) for e in small * np.eye(5)]
        expected = np.append(
            np.exp(short * eigenvalues_with_light(m, kappa, point)), 0
        )  # and the length
        np.testing.assert_allclose(np.poly(np.transpose(flow)), np.poly(expected), atol=1e-5)


@cases
def test_eigenvalues_approach_those_of_eq_24_and_the_empty_cavity(drive, twist):
    m, kappa = model(drive, twist), 1e6
    for point in lmg.fixed_points(m):
        found = eigenvalues_with_light(m, kappa, point)
        np.testing.assert_allclose(np.poly(found[:2]), np.poly(point.eigenvalues), atol=1e-4)
        cavity_mode = kappa / 2 * np.array([-1 + 1j * twist, -1 - 1j * twist])
        np.testing.assert_allclose(np.poly(found[2:]), np.poly(cavity_mode), rtol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_ss_1_and_ss_3_are_sinks_for_every_linewidth_and_the_others_never(seed):
    rng = np.random.default_rng(seed)
    for _ in range(50):
        drive, twist = rng.uniform(-4, 4, 2)
        m, kappa = model(drive, twist), 10 ** rng.uniform(-2, 2)
        for point in lmg.fixed_points(m):
            stable = eigenvalues_with_light(m, kappa, point).real.max() < 0
            assert stable == (point.name in {"SS_1", "SS_3"})


@pytest.mark.parametrize(("drive", "twist"), [(1.3, 1.875), (2.6, 1.875), (2.0, 0.5)])
def test_damping_at_first_order(drive, twist):
    m, kappa = model(drive, twist), np.array([200.0, 400.0])
    felt = twist + np.sqrt(drive**2 - 1)
    expected = -felt * twist / (kappa / 2 * (1 + twist**2))
    found = [eigenvalues_with_light(m, each, lmg.fixed_points(m)[-1])[0].real for each in kappa]
    assert power(kappa, found - expected)[0] < -1.9


# First order in 1/κ


@pytest.mark.parametrize(("drive", "twist"), [(1.8, 1.875), (2.6, 1.875), (2.0, 0.5)])
def test_invariant_of_the_spirals_grows(drive, twist):
    m, kappa = model(drive, twist), np.array([100.0, 200.0])
    focus = 1j * drive / (1 - 1j * twist)
    start, errors = lmg.coherent(np.pi / 2, 0.6), []
    for each in kappa:
        ts = np.linspace(0, 3, 3001)
        s, _ = mean_field_with_light(m, each, ts, start, slaved_light(m, start))
        place = s[:, 0] + 1j * s[:, 1] - focus
        invariant = np.unwrap(np.angle(place)) + twist * np.log(abs(place))
        gain = 2 * twist / (each / 2) * np.trapezoid(s[:, 2] ** 2, ts)
        errors.append(invariant[-1] - invariant[0] - gain)
        assert abs(errors[-1]) < 0.2 * gain
    assert power(kappa, errors)[0] < -1.6


@pytest.mark.parametrize("twist", [1.0, 1.875])
def test_critical_drive_of_the_south_pole_falls_at_first_order_as_predicted(twist):
    ratios = np.array([2.0, 3.0])
    k = (1 + twist**2) * ratios**2 / 4
    drives = critical_drive_with_light(twist, ratios, tolerance=1e-4)
    first = lmg.critical_drive(twist) - critical_shift(twist) / k
    assert (abs(drives - first) < 0.5 / k**2).all()
    assert (abs(drives - first) < 0.25 * critical_shift(twist) / k).all()


# Without exchange: a pendulum


@pytest.mark.parametrize("drive", [0.6, 1.4])
@pytest.mark.parametrize("kappa", [0.3, 5.0])
def test_without_exchange_the_spin_is_a_driven_pendulum(drive, kappa):
    m, ts, k = model(drive, 0.0), np.linspace(0, 20, 41), kappa / 2

    def pendulum(t, state):
        return [state[1], k * (drive - np.sin(state[0]) - state[1])]

    angle = solve_ivp(pendulum, (0, 20), [0, drive], "DOP853", ts, rtol=1e-11, atol=1e-11).y[0]
    s, light = mean_field_with_light(m, kappa, ts)
    expected = np.stack([0 * angle, np.sin(angle), -np.cos(angle)], axis=-1)
    np.testing.assert_allclose(s, expected, atol=1e-7)
    np.testing.assert_allclose(light.imag, 0, atol=1e-9)


def test_pendulum_falls_over_and_is_caught_at_drives_that_kappa_does_not_enter():
    """Ω/(√N g) = d/√k → 2 from the south pole and 4/π for a spin that turns already."""
    ratios = np.array([0.6, 0.3])
    south = [critical_drive_with_light(0.0, r, tolerance=5e-4).item() for r in ratios]
    turning = [
        critical_drive_with_light(0.0, r, tolerance=5e-4, light=5 * r).item() for r in ratios
    ]
    for drives, limit in [(south, 2), (turning, 4 / np.pi)]:
        gaps = 2 * np.array(drives) / ratios - limit
        assert abs(gaps[1]) < 0.2
        assert abs(gaps[1]) < 0.75 * abs(gaps[0])


# A fast rotation


@pytest.mark.parametrize("twist", [1.0, -0.6])
def test_fast_rotation_pumps_the_spin_along_x(twist):
    errors = []
    for drive in [10.0, 30.0]:
        m, kappa = model(drive, twist), 2 * drive / abs(twist)  # on the sideband: d = k|w|
        up, down = sideband_rates(m, kappa)
        assert np.sign(up - down) == np.sign(twist)
        ts = np.linspace(0.5, 1.5, 4) / abs(up - down)
        turns = np.array([mean_x(m, kappa, t) for t in ts])
        errors.append(abs(turns - np.tanh((up - down) * ts)).max())
    assert errors[1] < 0.1
    assert errors[1] < errors[0] / 2


def mean_x(m, kappa, t):
    """s_x averaged over one turn around the time t."""
    ts = t + np.linspace(-0.5, 0.5, 21) * 2 * np.pi / abs(m.Omega)
    return mean_field_with_light(m, kappa, ts)[0][:-1, 0].mean()


def test_steady_state_of_a_fast_rotation_has_the_ladder_of_sideband_weights():
    errors = []
    for drive in [6.0, 24.0]:
        m = model(drive, 1.0, N=3)
        kappa = drive * m.N  # on the sideband: d = k w
        g = np.sqrt(kappa * (1 + m.twist**2)) / 2
        exact = cavity.atom_cavity_steady_moments(3, g, kappa, kappa / 2, m.Omega)
        errors.append(exact.bloch[0] - magnetisation(m, kappa))
    assert abs(errors[1]) < 0.02
    assert abs(errors[1]) < abs(errors[0]) / 3


def test_magnetisation_of_many_atoms_is_a_langevin_function():
    N = 20_000
    for drive, twist in [(4.0, 1.0), (3.0, -0.5)]:
        m, kappa = model(drive, twist, N=N), 3.0 * N**2
        u = 8 * N * m.Omega * (twist * kappa / 2) / (kappa**2 * (1 + twist**2))
        assert 0.3 < abs(u) < 4
        assert magnetisation(m, kappa) == pytest.approx(1 / np.tanh(u) - 1 / u, abs=1e-3)


# Fates


def test_south_pole_decays_as_in_eq_15_for_a_fast_cavity():
    drives = np.array([1.2, 1.6, 1.85, 2.3])
    np.testing.assert_array_equal(
        decays(drives, 1.875, 6.0), ~lmg.oscillates(drives, 1.875, lmg.SOUTH_POLE)
    )


def test_at_the_same_decay_rates_the_light_follows_few_atoms_and_not_many():
    gamma, kappa = 7.5, 160.0  # of ¹S₀–³P₁ and of a cavity, over 2π, in kHz
    g = np.sqrt(0.4 * kappa * gamma) / 2
    chi, Gamma = lmg.cavity_rates(g, kappa, 0.9375 * kappa)

    def atoms(N):
        return lmg.Model(N=N, chi=chi, Omega=N * Gamma / 2, Gamma=Gamma)

    few = cavity.elimination_error(atoms(3), [kappa / g], np.linspace(0, 4 / (3 * Gamma), 21))
    assert few[0] < 0.01
    ts = np.linspace(0, 4 / (1000 * Gamma), 41)
    kept = mean_field_with_light(atoms(1000), kappa, ts)[0]
    assert abs(kept - lmg.mean_field(atoms(1000), ts)).max() > 0.5


def test_every_start_comes_to_rest_in_ss_1_or_ss_3():
    rng, ends = np.random.default_rng(3), set()
    for drive in [0.8, 1.4, 1.9, 2.5]:
        m = model(drive, 1.875)
        for _ in range(5):
            x, y, z = rng.normal(size=3)
            start = np.array([x, y, z]) / np.linalg.norm([x, y, z])
            s = mean_field_with_light(m, linewidth(m, 1.0), [120.0], start)[0][0]
            points = {p.name: np.linalg.norm(p.s - s) for p in lmg.fixed_points(m)}
            name = min(points, key=points.get)
            assert points[name] < 1e-3
            ends.add((drive, name))
    assert {(0.8, "SS_1"), (1.4, "SS_1"), (1.4, "SS_3"), (2.5, "SS_3")} <= ends
    assert {name for _, name in ends} == {"SS_1", "SS_3"}


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: linewidth(m, 0), "Argument ratio must be positive"),
        (lambda m: mean_field_with_light(m, -1, [0, 1]), "Argument kappa must be positive"),
        (lambda m: mean_field_with_light(m, 1, [1, 0]), "Argument ts must be"),
        (lambda m: mean_field_with_light(m, 1, [0, 1], [0, 0, 2]), "Argument start must be"),
        (lambda m: decays(1, 1, 0), "Argument ratio must be positive"),
        (lambda m: decays(-1, 1, 1), "Argument drive must be positive"),
        (lambda m: decays(1, 1, [1, 1e6]), "Argument ratio must be such that 1000000 steps"),
        (lambda m: decays(1, 1, 1e-6), "Argument ratio must be such that 1000000 steps"),
        (lambda m: critical_drive_with_light(1, 1, tolerance=0), "Argument tolerance must be"),
        (lambda m: critical_shift(0), "Argument twist must be positive"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(model(1.0, 1.0))
