"""The steady state of any model as a null vector, and the light that it emits."""

import numpy as np
import pytest
import qutip
from test_lindbladian import random_lindbladian, same

import lmgcav as lmg
from lmgcav.exact_dynamics import difference


@pytest.mark.parametrize("N", [1, 2, 5, 12])
@pytest.mark.parametrize("seed", range(2))
def test_null_vector_is_qutips_steady_state(seed, N):
    model = random_lindbladian(seed, N)
    found, rho = lmg.stationary_state(model, 1e-9), qutip.steadystate(*model.to_qutip()).full()
    np.testing.assert_allclose(found.state.density_matrix, rho, atol=1e-10)
    assert difference(found.moments, lmg.spin_moments(rho)) < found.error + 1e-11


@pytest.mark.parametrize("drive", [0.5, 1.9, 3.0])
@pytest.mark.parametrize("tol", [1e-4, 1e-9])
def test_error_at_a_low_rank_bounds_the_distance_from_the_closed_form(drive, tol):
    model = lmg.Model.from_ratios(N=150, drive=drive, twist=1.875)
    for each in (model, same(model)):
        found = lmg.stationary_state(each, tol)
        assert difference(found.moments, lmg.steady_moments(model)) <= found.error <= tol
    assert found.state.K < 150 or drive == 0.5 or tol == 1e-9


@pytest.mark.parametrize("N", [1, 4, 30])
def test_a_bath_of_n_photons_leaves_the_populations_of_its_temperature(N):
    n = 0.8
    bath = lmg.Lindbladian(N=N, H={"z": 0.3}, jumps=[{"-": (n + 1) ** 0.5}, {"+": n**0.5}])
    populations = (n / (n + 1)) ** np.arange(N, -1, -1.0)
    rho = lmg.stationary_state(bath).state.density_matrix
    np.testing.assert_allclose(rho, np.diag(populations / populations.sum()), atol=1e-12)


SEVERAL = {
    "no decay": ({"x": 1.0}, []),
    "dephasing": ({"z": 1.0}, [{"z": 1.0}]),
    "along the drive": ({"x": 1.0}, [{"x": 0.3}]),
    "parity of J_z": ({"xx": 0.3}, [{"z": 0.4}]),  # a state of trace 1 is 1/(N+1) without rounding
    "pairs": ({"zz": 0.3}, [{"--": 0.4}]),
    "pairs both ways": ({"zz": 0.3, "z": 0.1}, [{"--": 0.4}, {"++": 0.2}]),
    "stops at the equator": ({}, [{"z-": 1.0}]),
}


@pytest.mark.parametrize("N", [4, 6, 20])
@pytest.mark.parametrize("what", SEVERAL)
def test_several_steady_states_are_refused(what, N):
    H, jumps = SEVERAL[what]
    model = lmg.Lindbladian(N=N, H=H, jumps=jumps)
    for function in (
        lmg.stationary_state,
        lambda model: lmg.eigenvalues(model, 5),
        lambda model: lmg.gaps(model, 5),
        lambda model: lmg.correlation(model, [0, 1], "+", "-"),
    ):
        with pytest.raises(ValueError, match="Argument model must be one that has a single"):
            function(model)


def test_decay_that_is_weak_beside_the_drive_leaves_a_single_state():
    N, ratio = 6, 1e9
    rest = lmg.stationary_state(lmg.Lindbladian(N=N, H={"x": ratio}, jumps=[{"-": 1.0}]))
    np.testing.assert_allclose(rest.state.density_matrix, np.eye(N + 1) / (N + 1), atol=1e-8)


def test_a_tolerance_below_rounding_is_refused():
    with pytest.raises(RuntimeError, match="Argument tol must be above"):
        lmg.stationary_state(random_lindbladian(1, 5), 1e-20)


@pytest.mark.parametrize("N", [1, 4])
def test_correlations_are_those_of_qutip(N):
    model, taus = random_lindbladian(3, N), np.array([0, 0.4, 1.5])
    H, jumps = model.to_qutip()
    J = {axis: qutip.jmat(N / 2, axis) for axis in "xz+-"}
    rho = qutip.steadystate(H, jumps)
    options = {"atol": 1e-12, "rtol": 1e-10}
    operators = J["+"], J["z"] @ J["x"], J["-"]
    expected = qutip.correlation_3op_1t(H, rho, taus, jumps, *operators, options=options)
    found = lmg.correlation(model, taus, "+", "zx", "-", tol=1e-9)
    assert abs(found.values - expected).max() < found.error + 1e-9


@pytest.mark.parametrize("N", [1, 6])
def test_light_of_a_pumped_spin_is_that_of_qutip(N):
    model = lmg.Lindbladian(
        N=N, H={"x": 0.7, "z": 0.4}, jumps=[{"-": 1.2**0.5}, {"+": 0.5**0.5}, {"z": 0.3}]
    )
    H, jumps = model.to_qutip()
    Jm, rho, omegas = jumps[0], qutip.steadystate(H, jumps), np.array([-2.0, 0.3, 1.0])
    assert lmg.photon_flux(model) == pytest.approx(qutip.expect(Jm.dag() @ Jm, rho), rel=1e-8)
    light = lmg.emission_spectrum(model, omegas)
    deviation = Jm - qutip.expect(Jm, rho)
    expected = qutip.spectrum(H, omegas, jumps, deviation.dag(), deviation) / (2 * np.pi)
    np.testing.assert_allclose(light.incoherent, expected, atol=1e-6)
    assert light.coherent == pytest.approx(abs(qutip.expect(Jm, rho)) ** 2, rel=1e-6)


@pytest.mark.parametrize("N", [1, 5, 40])
def test_as_much_pump_as_decay_emits_a_line_of_the_width_of_a_single_atom(N):
    model = lmg.Lindbladian(N=N, H={}, jumps=[{"-": 0.7**0.5}, {"+": 0.7**0.5}])
    omegas = np.linspace(-3, 3, 31)
    light, flux = lmg.emission_spectrum(model, omegas), 0.7 * N * (N + 2) / 6
    # L = -Γ([J_x, [J_x, ·]] + [J_y, [J_y, ·]]) maps T_kq to -Γ(k(k+1) - q²) T_kq
    lorentzian = flux * 0.7 / (np.pi * (omegas**2 + 0.7**2))
    assert abs(light.incoherent - lorentzian).max() <= light.error + 1e-13 * flux
    assert lmg.photon_flux(model) == pytest.approx(flux, rel=1e-9)
    k = np.arange(1, N + 1)[:, None]
    levels = 0.7 * (k * (k + 1) - np.arange(-N, N + 1) ** 2)[abs(np.arange(-N, N + 1)) <= k]
    found = lmg.eigenvalues(model, 4)
    np.testing.assert_allclose(-found[1:].real, np.sort(levels)[: found.size - 1], atol=1e-9)


def test_light_needs_a_way_out():
    model = lmg.Lindbladian(N=3, H={"x": 1.0}, jumps=[{"z": 1.0, "-": 1.0}])
    for function in (lmg.photon_flux, lambda model: lmg.emission_spectrum(model, [0.0])):
        with pytest.raises(ValueError, match="Argument model must be one with a jump operator"):
            function(model)
