"""Who oscillates in Sec. IV A: borders, periods and averages against the flow and exact results."""

from itertools import pairwise

import numpy as np
import pytest
from conftest import OFF_THE_SPHERE, random_cases, random_starts

from lmgcav import (
    Model,
    basin_boundary,
    coherent,
    critical_drive,
    fixed_points,
    long_time_average,
    mean_field,
    oscillates,
    oscillating_fraction,
    period,
    potential,
    s_plus,
    turning_points,
)
from lmgcav.basins import fates, portrait
from lmgcav.mean_field import flow


def leaves_the_disk(drive, twist, start):
    """Follow the spiral inward over two turns, for positive drive and twist."""
    b = np.linspace(0, 4 * np.pi / twist, 20001)
    model = Model(N=1, chi=twist, Omega=drive, Gamma=2)
    return (potential(model, b, start)[1:] > 1).any()


# Periods and turning points


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


@pytest.mark.parametrize("drive", [1e2, 1e4, 1e6, 1e8])
def test_a_strong_drive_turns_the_spin_at_its_own_frequency(drive):
    m = Model.from_ratios(N=10, drive=drive, twist=1.875)
    assert period(m) * m.Omega == pytest.approx(2 * np.pi, rel=1 / drive**2 + 1e-8)


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


def test_critical_drive_of_the_south_pole_for_much_exchange_is_that_of_the_closed_model_and_decay():
    # χ/Γ from the energy without decay, π/4 from what decay takes on the way to the saddle
    twists = np.array([64.0, 128.0, 256.0, 512.0])
    missing = critical_drive(twists) - (twists / 2 + np.pi / 4)
    np.testing.assert_allclose(np.diff(np.log2(missing)), -2, atol=0.1)


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


# What the figures show


@pytest.mark.parametrize(("drive", "twist"), [(1.7, 1.875), (-1.2, 0.8)])
def test_fates_on_the_disk_are_told_by_the_critical_drive(drive, twist):
    told, line = fates(drive, twist, 21), np.linspace(-1, 1, 21)
    assert 0 < told.mean() < 1
    for i, j in [(10, 10), (3, 12), (15, 6), (9, 19)]:
        x, y = line[j], line[i]
        start = np.sign(drive) * np.array([x, y, 0]) + [0, 0, np.sqrt(1 - x**2 - y**2)]
        assert told[i, j] == (abs(drive) > critical_drive(twist, start))


@pytest.mark.parametrize(("model", "_start"), random_cases(14, 4))
def test_orbits_of_the_portrait_follow_the_flow(model, _start):
    orbits = portrait(model, 8, 50)
    np.testing.assert_allclose(orbits[:, 0], np.exp(2j * np.pi * np.arange(8) / 8), atol=1e-12)
    for start, along in zip(orbits[:, 0], orbits, strict=True):
        end = min(turning_points(model, [start.real, start.imag, 0])[1], 12 / model.N / model.Gamma)
        assert (abs(along) <= 1 + 1e-9).all()
        b = np.linspace(0, end, 50)
        for i in (12, 25, 37):  # ds/db = (ds/dt) / (db/dt) with db/dt = -s_z
            s_z = -np.sqrt(max(1 - abs(along[i]) ** 2, 0))
            if s_z > -0.1:
                continue
            x, y, _ = flow(model, [along[i].real, along[i].imag, s_z]) / -s_z
            step = 1e-5 * end
            start_vector = [start.real, start.imag, 0.0]
            ahead, behind = s_plus(model, b[i] + np.array([step, -step]), start_vector)
            assert (ahead - behind) / (2 * step) == pytest.approx(x + 1j * y, rel=1e-5)


# Bad input


@pytest.mark.parametrize("start", OFF_THE_SPHERE)
@pytest.mark.parametrize(
    "function",
    [
        lambda start: period(Model.from_ratios(N=4, drive=1.0), start),
        lambda start: critical_drive(1.0, start),
    ],
    ids=["period", "critical_drive"],
)
def test_a_start_off_the_sphere_is_refused(function, start):
    with pytest.raises(ValueError, match="Argument start must be"):
        function(start)


def test_basin_boundary_outside_the_multistable_region_is_refused():
    with pytest.raises(ValueError, match=r"Argument drive must be between 1 and .* = 2.125"):
        basin_boundary(2.2, 1.875)
    with pytest.raises(ValueError, match=r"in size, but drive = -0\.5"):
        basin_boundary(-0.5, 1.875)
    with pytest.raises(ValueError, match="Argument twist must be a finite real number"):
        oscillating_fraction(1.2, np.inf)


def test_a_drive_beyond_the_reach_of_rounding_is_refused():
    with pytest.raises(ValueError, match=r"^Argument model.drive must be at most 1e\+08 in size"):
        period(Model.from_ratios(N=10, drive=1e9, twist=1.0))
