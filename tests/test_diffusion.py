"""The diffusion from orbit to orbit against exact limits, other quadratures and exact gaps."""

import numpy as np
import pytest
from scipy.integrate import cumulative_simpson, quad, simpson

import lmgcav as lmg
from lmgcav.diffusion import orbit_diffusion

CASES = [(1.76, 1.875), (2.09, 1.875), (1.3, 0.9), (2.17, 1.875), (1.5, 0.0)]


def model(drive, twist=1.875, N=2, Gamma=1.0):
    return lmg.Model.from_ratios(N=N, drive=drive, twist=twist, Gamma=Gamma)


def focus(drive, twist):
    return 1j * drive / (1 - 1j * twist)


def orbit(drive, twist, start):
    """T and S of the orbit of a start, from the mean-field motion sampled over a period."""
    m = model(drive, twist)
    period = lmg.period(m, start)
    ts = period * np.arange(500) / 500
    s = lmg.mean_field(m, ts, start)
    spread = (s[:, 2] ** 2 / abs(s[:, 0] + 1j * s[:, 1] - focus(drive, twist)) ** 2).mean()
    return period, (1 + twist**2) / 2 * period * spread


def test_strong_drive_leaves_random_rotation_about_two_axes():
    # circles about x: s_x diffuses, and its Legendre polynomials decay at Γ/4 k(k+1)
    exact = np.arange(5) * np.arange(1, 6) / 4
    deviations = [abs(orbit_diffusion(model(d)).rates[1:5] - exact[1:]) for d in (20, 40)]
    np.testing.assert_allclose(deviations[0] / deviations[1], 4, rtol=0.02)


@pytest.mark.parametrize(("drive", "twist"), [(1.7, 1.875), (1.5, 0.0), (-1.5, -0.4)])
def test_above_the_critical_drive_the_averages_over_orbits_are_those_of_the_steady_state(
    drive, twist
):
    # F = 1 lasts: the steady state of many atoms is |s_+ - a|^-2 on the sphere
    drive = drive * np.hypot(1, twist)
    u, weights = np.polynomial.legendre.leggauss(60)
    phi = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    s_plus = np.sqrt(1 - u[:, None] ** 2) * np.exp(1j * phi)
    density = weights[:, None] / abs(s_plus - focus(drive, twist)) ** 2
    density /= density.sum()
    limit = np.array([(density * s_plus.imag).sum(), (density.sum(1) * u**2).sum()])
    errors = []
    for N in (200, 400):
        moments = lmg.steady_moments(model(drive, twist, N))
        found = [moments.bloch[1], moments.second[2, 2] / (N / 2) ** 2]
        errors.append(abs(np.array(found) - limit).max())
    assert errors[1] < 0.02
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)  # 1/N


@pytest.mark.parametrize(("drive", "twist"), [(1.76, 1.875), (1.3, -0.9)])
def test_mean_life_is_that_of_the_integrals_over_orbits(drive, twist):
    # τ, with (S τ')' = -T and τ = 0 at the separatrix, for the orbit around the centre
    tilt = np.arccos(1 / drive)
    azimuths = np.pi / 2 + np.sign(twist) * np.linspace(-tilt, tilt, 61)  # SS_3 to SS_2
    rim = np.exp(1j * azimuths)
    pace = abs(np.real((twist - 1j) * 1j * rim / (rim - focus(drive, twist))))  # dh/dφ
    T, S = np.transpose([orbit(drive, twist, lmg.coherent(np.pi / 2, a)) for a in azimuths[1:-1]])
    inner = cumulative_simpson(np.pad(T * pace[1:-1], 1), dx=2 * tilt / 60, initial=0)[1:-1]
    expected = simpson(np.pad(inner * pace[1:-1] / S, 1), dx=2 * tilt / 60)
    life = orbit_diffusion(model(drive, twist))
    start = lmg.coherent(np.pi / 2, azimuths[0])
    found = quad(lambda t: life.survival([t], start)[0], 0, np.inf)[0]
    assert found == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("drive", [1.5, 1.76])
def test_rates_below_the_critical_drive_converge_from_above_as_the_sixth_power(drive):
    # Galerkin's method; g ~ x + c x² ln x at the separatrix
    exact = orbit_diffusion(model(drive), 60).rates[0]
    errors = [orbit_diffusion(model(drive), modes).rates[0] - exact for modes in (12, 24)]
    assert errors[0] > errors[1] > 0
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6, abs=0.7)


def test_rates_above_the_critical_drive_converge_exponentially():
    exact = orbit_diffusion(model(2.6), 40).rates[1]
    modes = np.arange(3, 9)
    errors = [orbit_diffusion(model(2.6), n).rates[1] - exact for n in modes]
    assert np.diff(np.log(errors)).max() < np.log(0.15)


def test_gap_above_the_critical_drive_tends_to_the_second_rate_as_one_over_N():
    limit = orbit_diffusion(model(3.86)).rates[1]
    gaps = [lmg.gaps(model(3.86, N=N), count=4).real for N in (50, 100)]
    errors = np.array(gaps) - limit
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.15)


def test_gap_at_C_tends_to_the_slowest_rate_faster_than_the_square_root_of_N():
    life = orbit_diffusion(model(1.76))
    atoms = [50, 200]
    gaps = np.array([lmg.gaps(model(1.76, N=N), count=4).real for N in atoms])
    limit = np.polyfit(np.log(atoms), np.log(life.rates[0] - gaps), 1)[0]
    corrected = np.polyfit(np.log(atoms), np.log(gaps - [*map(life.slowest_rate, atoms)]), 1)[0]
    assert limit == pytest.approx(-1 / 2, abs=0.2)
    assert corrected < limit - 0.3


def test_survival_is_certain_above_the_critical_drive_and_none_where_mean_field_decays():
    ts = [0, 0.1, 3]
    np.testing.assert_allclose(orbit_diffusion(model(2.17)).survival(ts), 1, atol=1e-9)
    np.testing.assert_array_equal(orbit_diffusion(model(1.69)).survival(ts), 0)


@pytest.mark.parametrize(("drive", "twist"), CASES)
def test_signs_and_units_change_nothing_else(drive, twist):
    ts, start = np.array([0.05, 0.4]), np.array([0.6, 0.64, 0.48])
    life = orbit_diffusion(model(drive, twist))
    other = orbit_diffusion(model(-drive, twist, N=30, Gamma=2.0))
    np.testing.assert_allclose(other.rates[:6], 2 * life.rates[:6], rtol=1e-7, atol=1e-9)
    turned = other.survival(ts / 2, start * [-1, -1, 1])
    np.testing.assert_allclose(turned, life.survival(ts, start), atol=1e-7)
    mirrored = orbit_diffusion(model(drive, -twist)).survival(ts, start * [-1, 1, -1])
    np.testing.assert_allclose(mirrored, life.survival(ts, start), atol=1e-7)


@pytest.mark.parametrize("drive", [0.5, 1.0, 1.000001, 2.125, -2.125001])
def test_drives_without_closed_orbits_or_at_a_transition_are_refused(drive):
    with pytest.raises(ValueError, match=r"Argument model must be .*N Γ/2.* but"):
        orbit_diffusion(model(drive))


def test_slowest_rate_needs_a_separatrix():
    with pytest.raises(ValueError, match=r"between N Γ/2 and Ω_c"):
        orbit_diffusion(model(2.17)).slowest_rate(100)
