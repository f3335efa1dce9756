"""The full model of Eq. (1) with the drive, and its elimination to Eq. (4)."""

import re
import warnings

import numpy as np
import pytest
import qutip

import lmgcav as lmg
from lmgcav import cavity

UP, DOWN = (0, 0, 1), (0, 0, -1)
TILTED = lmg.coherent(2.0, 0.7)


def power(ratios, errors):
    """Exponents of a power law between neighbouring points."""
    return np.diff(np.log(errors)) / np.diff(np.log(ratios))


def test_cavity_parameters_invert_eq_3_at_the_given_ratio(models):
    for m in models:
        g, kappa, Delta = cavity.cavity_parameters(m, 7.5)
        assert kappa / g == pytest.approx(7.5)
        assert lmg.cavity_rates(g, kappa, Delta) == pytest.approx((m.chi, m.Gamma), rel=1e-13)


# Exact results


@pytest.mark.parametrize(("g", "kappa", "Delta"), [(1, 8, 0), (1, 8, -3), (2, 1, 1), (1, 4, 0.1)])
def test_one_excited_atom_exchanges_its_photon_with_the_damped_mode(g, kappa, Delta):
    # Amplitudes of |excited, 0> and |ground, 1>: i dc/dt = [[0, g], [g, -Δ - iκ/2]] c.
    ts = np.linspace(0, 4, 9)
    energies, states = np.linalg.eig([[0, g], [g, -Delta - 0.5j * kappa]])
    weights = states[0] * np.linalg.solve(states, [1, 0])
    excited = abs(np.exp(-1j * np.outer(ts, energies)) @ weights) ** 2
    moments = cavity.atom_cavity_moments(1, g, kappa, Delta, 0, ts, start=UP)
    np.testing.assert_allclose(moments.mean[:, 2] + 0.5, excited, atol=1e-7)


def test_one_eliminated_atom_decays_exponentially_and_its_dipole_turns_with_chi():
    ts, model = np.linspace(0, 3, 7), lmg.Model(N=1, chi=-0.8, Omega=0, Gamma=0.6)
    mean = cavity.eliminated_moments(model, ts, start=TILTED).mean
    start = TILTED / 2
    np.testing.assert_allclose(mean[:, 2] + 0.5, (start[2] + 0.5) * np.exp(-0.6 * ts), atol=1e-7)
    dipole = (start[0] + 1j * start[1]) * np.exp((1j * model.chi - 0.3) * ts)
    np.testing.assert_allclose(mean[:, 0] + 1j * mean[:, 1], dipole, atol=1e-7)


def test_without_coupling_the_drive_turns_the_spin_about_x():
    ts = np.linspace(0, 4, 5)
    moments = cavity.atom_cavity_moments(3, 0, 1, 0.5, 1.3, ts, start=DOWN)
    expected = np.stack([0 * ts, np.sin(1.3 * ts), -np.cos(1.3 * ts)], axis=-1)
    np.testing.assert_allclose(moments.bloch, expected, atol=1e-7)


@pytest.mark.parametrize("N", [2, 3])
def test_eliminated_dynamics_ends_in_the_steady_state_of_eq_9(N):
    model = lmg.Model.from_ratios(N=N, drive=1.1, twist=-1.5)
    moments, steady = cavity.eliminated_moments(model, [60.0]), lmg.steady_moments(model)
    np.testing.assert_allclose(moments.mean[0], steady.mean, atol=1e-6)
    np.testing.assert_allclose(moments.second[0], steady.second, atol=1e-6)


# Adiabatic elimination


@pytest.mark.parametrize(
    ("N", "drive", "twist", "start"),
    [
        (1, 1.0, 0.0, DOWN),
        (2, 2.0, 1.0, DOWN),
        (3, 0.5, -1.0, TILTED),
        (4, 0.0, 0.5, UP),
        (5, -1.5, 1.875, TILTED),
        (6, 1.2, -1.875, DOWN),
    ],
)
def test_error_of_elimination_falls_as_the_square_of_g_over_kappa(N, drive, twist, start):
    model = lmg.Model.from_ratios(N=N, drive=drive, twist=twist)
    ratios = np.array([15.0, 30.0, 60.0])
    errors = cavity.elimination_error(model, ratios, np.linspace(0, 6 / N, 31), start=start)
    first, second = power(ratios, errors)
    assert second == pytest.approx(-2, abs=0.02)
    assert abs(second + 2) < abs(first + 2) / 3  # the next order is (g/κ)⁴: a factor of 4


def test_error_of_elimination_grows_as_the_number_of_atoms_at_fixed_drive():
    N = np.array([2, 4, 6])
    errors = [
        cavity.elimination_error(lmg.Model.from_ratios(N=n, drive=1.2), [30.0], [2 / n, 4 / n])[0]
        for n in N
    ]
    assert power(N, errors) == pytest.approx(1, abs=0.15)


def test_with_the_other_sign_of_chi_the_elimination_does_not_converge():
    model = lmg.Model.from_ratios(N=2, drive=1.0, twist=1.0)
    wrong = lmg.Model.from_ratios(N=2, drive=1.0, twist=-1.0)
    full = cavity.atom_cavity_moments(2, *cavity.cavity_parameters(model, 40), model.Omega, [2.0])
    assert np.linalg.norm(full.bloch - cavity.eliminated_moments(model, [2.0]).bloch) < 1e-2
    assert np.linalg.norm(full.bloch - cavity.eliminated_moments(wrong, [2.0]).bloch) > 0.3


# A drive through a cavity mirror


def mirror_driven_bloch(model, ratio, ts, *, filled):
    """Bloch vectors when ε a† + ε* a replaces Ω J_x, from an empty or a filled cavity."""
    N, levels = model.N, 6 + round(30 / ratio)
    g, kappa, Delta = cavity.cavity_parameters(model, ratio)
    field = model.Omega / (2 * g)  # a₀, real, so that the drive is along x
    epsilon = 1j * (kappa / 2 - 1j * Delta) * field
    a = qutip.tensor(qutip.qeye(N + 1), qutip.destroy(levels))
    Jx, Jy, Jz, Jp = (
        qutip.tensor(qutip.jmat(N / 2, which), qutip.qeye(levels)) for which in "xyz+"
    )
    H = g * (a @ Jp + a.dag() @ Jp.dag()) - Delta * a.dag() @ a
    H += epsilon * a.dag() + np.conj(epsilon) * a
    light = qutip.coherent(levels, field if filled else 0.0)
    state = qutip.tensor(qutip.basis(N + 1, N), light)
    jumps, options = [np.sqrt(kappa) * a], cavity.SOLVER
    result = qutip.mesolve(H, state, ts, jumps, e_ops=[Jx, Jy, Jz], options=options)
    return np.stack(result.expect, axis=-1) / (N / 2)


@pytest.mark.parametrize("ratio", [3.0, 10.0])
def test_a_field_driven_through_the_mirror_acts_on_the_atoms_exactly_as_the_drive(ratio):
    model, ts = lmg.Model.from_ratios(N=2, drive=1.5, twist=0.7), np.linspace(0, 3, 7)
    couplings = cavity.cavity_parameters(model, ratio)
    expected = cavity.atom_cavity_moments(2, *couplings, model.Omega, ts).bloch
    mirror = mirror_driven_bloch(model, ratio, ts, filled=True)
    np.testing.assert_allclose(mirror, expected, atol=1e-6)


def test_switching_the_mirror_drive_on_costs_an_error_of_the_same_order():
    model, ts = lmg.Model.from_ratios(N=2, drive=1.5, twist=0.7), np.linspace(0, 3, 7)
    reference, ratios = cavity.eliminated_moments(model, ts).bloch, [10.0, 20.0, 40.0]
    errors = [
        abs(mirror_driven_bloch(model, ratio, ts, filled=False) - reference).max()
        for ratio in ratios
    ]
    assert power(ratios, errors)[-1] == pytest.approx(-2, abs=0.05)


# Numerics


@pytest.mark.parametrize("unit", [1e-26, 1e20])
def test_the_unit_of_the_rates_does_not_matter(unit):
    m, scaled = (lmg.Model(N=2, chi=0.5 * u, Omega=1.2 * u, Gamma=u) for u in (1, unit))
    calls = [
        lambda m: cavity.eliminated_moments(m, [1 / m.Gamma]),
        lambda m: cavity.atom_cavity_moments(2, *rates(m), [1 / m.Gamma]),
        lambda m: cavity.atom_cavity_steady_moments(2, *rates(m)),
    ]
    for call in calls:
        np.testing.assert_allclose(call(scaled).second, call(m).second, atol=1e-7)


def rates(model):
    return *cavity.cavity_parameters(model, 8), model.Omega


def test_times_need_not_start_at_zero_and_may_repeat():
    everything = cavity.atom_cavity_moments(2, 1, 3, 1, 0.5, [0, 1, 2])
    some = cavity.atom_cavity_moments(2, 1, 3, 1, 0.5, [1, 2, 2])
    np.testing.assert_allclose(some.second, everything.second[[1, 2, 2]], atol=1e-7)
    at_start = cavity.atom_cavity_moments(2, 1, 3, 1, 0.5, [0.0], start=TILTED)
    np.testing.assert_allclose(at_start.bloch, [TILTED], atol=1e-13)


@pytest.mark.parametrize(("g", "kappa"), [(1, 1.5), (-1, 1.0), (1, 30)])
def test_more_photons_change_nothing(g, kappa, monkeypatch):
    N, ts = 3, np.linspace(0, 2, 5)
    kept = cavity.atom_cavity_moments(N, g, kappa, 0.3, 2, ts)
    photons = cavity.photon_cutoff(N, g, kappa, ts[-1])
    monkeypatch.setattr(cavity, "photon_cutoff", lambda *_: photons + 6)
    more = cavity.atom_cavity_moments(N, g, kappa, 0.3, 2, ts)
    np.testing.assert_allclose(kept.second, more.second, atol=1e-7)


def test_a_photon_cutoff_that_the_light_reaches_is_an_error(monkeypatch):
    monkeypatch.setattr(cavity, "photon_cutoff", lambda *_: 2)
    with pytest.raises(RuntimeError, match=r"^Photon number 2, where we cut, is reached with prob"):
        cavity.atom_cavity_moments(4, 1, 1, 0, 4, [0, 1, 2])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"N": 0}, "N must be a positive integer, but N = 0"),
        ({"g": np.nan}, "g must be a finite real number, but g = nan"),
        ({"kappa": 0}, "kappa must be positive, but kappa = 0"),
        ({"Delta": None}, "Delta must be a finite real number, but Delta = None"),
        ({"Omega": np.inf}, "Omega must be a finite real number, but Omega = inf"),
        ({"ts": [1, 0]}, "ts must be a sorted one-dimensional array of times ≥ 0, but ts = [1, 0]"),
        ({"start": (0, 0, 2)}, "start must be a unit Bloch vector (x, y, z), such as coherent("),
    ],
)
def test_bad_arguments_are_refused(wrong, sentence):
    good = {"N": 1, "g": 1, "kappa": 1, "Delta": 0, "Omega": 0, "ts": [0, 1]}
    with pytest.raises(ValueError, match=f"^Argument {re.escape(sentence)}"):
        cavity.atom_cavity_moments(**(good | wrong))


@pytest.mark.parametrize("ratio", [0, -1, np.nan])
def test_a_ratio_of_linewidth_to_coupling_that_is_not_positive_is_refused(ratio):
    model = lmg.Model(N=1, chi=0, Omega=1)
    with pytest.raises(ValueError, match=r"^Argument ratios? must be .*, but ratios? = "):
        cavity.elimination_error(model, [ratio], [0, 1])


@pytest.mark.parametrize(("N", "g"), [(2000, 1.0), (1, 1e9), (10**6, 1e50)])
def test_what_does_not_fit_in_memory_is_refused_at_once(N, g):
    with pytest.raises(MemoryError, match=rf"^{N} atoms with \d+ photons needs \d+\.\d GB, but"):
        cavity.atom_cavity_moments(N, g, 1.0, 0, 1, [0, 1])
    with pytest.raises(MemoryError, match=r"^The dynamics of 10000000 atoms needs 114000022.8 GB"):
        cavity.eliminated_moments(lmg.Model(N=10**7, chi=0, Omega=1), [0, 1])
    with pytest.raises(MemoryError, match=r"^The dynamics of 999 atoms needs 7\d{3}.\d GB"):
        cavity.eliminated_moments(lmg.Model(N=999, chi=0, Omega=1), np.zeros(10**5))


# The steady state with the light kept


@pytest.mark.parametrize(("N", "drive", "twist"), [(1, 0.7, -1.0), (2, 1.4, 1.0), (3, 2.2, 0.5)])
def test_steady_state_with_the_light_is_where_the_dynamics_ends(N, drive, twist):
    model = lmg.Model.from_ratios(N=N, drive=drive, twist=twist)
    couplings = cavity.cavity_parameters(model, 3.0)
    late = cavity.atom_cavity_moments(N, *couplings, model.Omega, [60.0], start=TILTED)
    steady = cavity.atom_cavity_steady_moments(N, *couplings, model.Omega)
    np.testing.assert_allclose(late.mean[0], steady.mean, atol=1e-5)
    np.testing.assert_allclose(late.second[0], steady.second, atol=1e-5)


def test_steady_state_with_the_light_is_that_of_qutip_without_its_filter_of_warnings(monkeypatch):
    # the filter holds in all threads: in a notebook, that of the output lost lines
    model = lmg.Model.from_ratios(N=2, drive=1.4, twist=1.0)
    g, kappa, Delta = cavity.cavity_parameters(model, 3.0)
    H, jump = cavity._hamiltonian_and_jump(2, g, kappa, Delta, model.Omega, 20)
    expected = lmg.spin_moments(qutip.steadystate(H, [jump]).ptrace(0).full())
    monkeypatch.setattr(warnings, "simplefilter", lambda *_: pytest.fail("filtered"))
    steady = cavity.atom_cavity_steady_moments(2, g, kappa, Delta, model.Omega)
    np.testing.assert_allclose(steady.second, expected.second, atol=1e-6)


@pytest.mark.parametrize(("g", "Delta"), [(0, 0), (1e-7, 0), (1, 1e6)])
def test_a_steady_state_that_rounding_would_decide_is_refused(g, Delta):
    with pytest.raises(ArithmeticError, match=r"was not solved: its decay is \S+ of the largest"):
        cavity.atom_cavity_steady_moments(1, g, 1, Delta, 0)


@pytest.mark.parametrize(("drive", "twist"), [(0.8, 1.875), (1.6, -1.0)])
def test_steady_state_with_the_light_approaches_eq_9_as_the_square_of_g_over_kappa(drive, twist):
    model, ratios = lmg.Model.from_ratios(N=3, drive=drive, twist=twist), np.array([30.0, 60.0])
    steady = [
        cavity.atom_cavity_steady_moments(3, *cavity.cavity_parameters(model, ratio), model.Omega)
        for ratio in ratios
    ]
    exact = lmg.steady_moments(model).bloch
    errors = [np.linalg.norm(moments.bloch - exact) for moments in steady]
    assert power(ratios, errors) == pytest.approx(-2, abs=0.05)
