"""Correlations and spectrum of the light: against QuTiP, Mollow's triplet, sum rules and limits."""

import numpy as np
import pytest
import qutip
from conftest import PHASES, random_model
from scipy.integrate import quad

from lmgcav import Model, coherent, evolve, steady_moments, steady_state, steady_weights
from lmgcav.cavity import cavity_parameters
from lmgcav.light import coherence, correlation, emission_spectrum, photon_flux
from lmgcav.stationary import null_state

TIGHT = {"atol": 1e-12, "rtol": 1e-10, "nsteps": 10**6}
WORDS = [("+", "-", ""), ("+", "+-", "-"), ("z", "x", "y"), ("", "zy", "+"), ("-x", "z", "")]


phases = pytest.mark.parametrize("phase", PHASES)


def operators(N):
    return {axis: qutip.jmat(N / 2, axis) for axis in "xyz+-"}


def product(N, word):
    found = qutip.qeye(N + 1)
    for letter in word:
        found = found @ operators(N)[letter]
    return found


def liouvillian(model):
    J = operators(model.N)
    H = model.chi * J["+"] @ J["-"] + model.Omega * J["x"]
    return H, [np.sqrt(model.Gamma) * J["-"]]


# The steady state


@phases
@pytest.mark.parametrize("N", [1, 2, 5, 12])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_coherence_and_flux_are_those_of_the_density_matrix(order, N, phase):
    model = random_model(N, phase, 0)
    rho, J = qutip.Qobj(steady_state(model)), operators(N)
    flux = qutip.expect(J["+"] @ J["-"], rho)
    many = qutip.expect(J["+"] ** order @ J["-"] ** order, rho)
    assert photon_flux(model) == pytest.approx(model.Gamma * flux, rel=1e-10)
    assert coherence(model, order) == pytest.approx(many / flux**order, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("N", [2, 30, 500])
def test_light_far_above_the_transition_is_bunched_by_six_fifths(N):
    limit = 6 / 5 * ((N + 1) ** 2 - 4) / ((N + 1) ** 2 - 1)
    off = [coherence(Model.from_ratios(N=N, drive=drive)) - limit for drive in (100, 200)]
    assert off[0] / off[1] == pytest.approx(4, rel=0.01)  # the correction falls as 1/Ω²


@pytest.mark.parametrize(("ratio", "printed"), [(0.95, 1.0), (1, 1.021), (1.2, 1.114), (3, 1.189)])
def test_coherence_does_not_depend_on_the_exchange(ratio, printed):
    for twist in (0, 1.875, -4):
        model = Model.from_ratios(N=300, drive=ratio * np.hypot(1, twist), twist=twist)
        assert coherence(model) == pytest.approx(printed, abs=6e-4)


def test_flux_below_the_transition_holds_where_the_light_lags_behind():
    # there atoms and light are nearly pure: an eigenstate of J⁻ beside a coherent field
    N, photons = 4, 7
    model = Model.from_ratios(N=N, drive=0.3 * np.hypot(1, 0.5), twist=0.5)
    g, kappa, Delta = cavity_parameters(model, 2.0)
    assert N * model.Gamma > 3 * kappa
    a = qutip.tensor(qutip.qeye(N + 1), qutip.destroy(photons))
    Jp, Jx = (qutip.tensor(operators(N)[axis], qutip.qeye(photons)) for axis in "+x")
    H = g * (a @ Jp + (a @ Jp).dag()) - Delta * a.dag() @ a + model.Omega * Jx
    rho = qutip.steadystate(H, [np.sqrt(kappa) * a])
    impure = steady_weights(model)[1][0]  # p_0
    off = kappa * qutip.expect(a.dag() @ a, rho) / photon_flux(model) - 1
    assert abs(off) < impure < 1e-3


def test_one_atom_emits_no_two_photons_at_once():
    assert coherence(Model(N=1, chi=0.3, Omega=2)) == 0


@pytest.mark.parametrize("ratio", [0.5, 0.97, 1.2])
def test_multipoles_of_the_steady_state_are_those_of_eq_9(ratio):
    model = Model.from_ratios(N=60, drive=ratio * np.hypot(1, 1.875), twist=1.875)
    state = null_state(model, 1e-12).state
    np.testing.assert_allclose(state.density_matrix, steady_state(model), atol=1e-6)


# Correlations


@phases
@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("N", [1, 2, 3, 8])
def test_steady_correlations_agree_with_qutip(N, words, phase):
    model, taus = random_model(N, phase, 1), np.linspace(0, 3, 7)
    H, jumps = liouvillian(model)
    rho = qutip.Qobj(steady_state(model))
    A, B, C = (product(N, word) for word in words)
    expected = qutip.correlation_3op_1t(H, rho, taus, jumps, A, B, C, options=TIGHT)
    found = correlation(model, taus, *words, tol=1e-9)
    unit = (N / 2) ** len("".join(words))
    assert abs(found.values - expected).max() <= found.error + 1e-8 * unit
    assert found.error <= 1e-9 * unit


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("N", [2, 6])
def test_correlations_on_the_way_agree_with_qutip(N, words):
    model, t, taus = random_model(N, "multistable", 2), 0.8, np.linspace(0, 2, 5)
    start = coherent(1.1, 0.7)
    H, jumps = liouvillian(model)
    psi = qutip.spin_coherent(N / 2, 1.1, 0.7, type="dm")
    A, B, C = (product(N, word) for word in words)
    expected = qutip.correlation_3op_2t(H, psi, [0, t], taus, jumps, A, B, C, options=TIGHT)[1]
    state = evolve(model, [t], start, tol=1e-10, states=True).states
    one = type(state)(N, state.c[0])
    found = correlation(model, taus, *words, state=one, tol=1e-9)
    np.testing.assert_allclose(found.values, expected, atol=1e-7 * N ** len("".join(words)))


@pytest.mark.parametrize("drive", [0.8, 1.9, 3.0])
def test_correlation_begins_with_the_moment_and_ends_with_the_product(drive):
    model = Model.from_ratios(N=100, drive=drive, twist=1.875)
    found = correlation(model, [0, 60], "+", "-", tol=1e-7)
    moments = steady_moments(model)
    lowering = moments.mean @ [1, -1j, 0]
    both = [photon_flux(model) / model.Gamma, abs(lowering) ** 2]
    assert abs(found.values - both).max() <= found.error + 1e-7 * 50**2


@pytest.mark.parametrize("tol", [1e-4, 1e-8])
def test_stated_error_of_a_correlation_holds_for_the_state_that_is_cut_off(tol):
    N, words = 150, ("+++", "+-", "---")
    model = Model.from_ratios(N=N, drive=0.8 * np.hypot(1, 1.875), twist=1.875)
    n, p = steady_weights(model)  # <(J⁺)⁴(J⁻)⁴> = |α|⁸(1 - p_0 - … - p_3)
    exact = abs(model.alpha) ** 8 * p[n >= 4].sum()
    found = correlation(model, [0], *words, tol=tol)
    assert abs(found.values[0] - exact) <= found.error <= tol * (N / 2) ** 8


def test_words_are_refused_by_name():
    model = Model(N=3, chi=0, Omega=1)
    for words, name in [(("+", "", "-"), "second"), (("", "q"), "second"), ((1, "x"), "first")]:
        with pytest.raises(ValueError, match=f"Argument {name} must be"):
            correlation(model, [0], *words)
    with pytest.raises(ValueError, match="Argument second must be one factor or two"):
        correlation(model, [0], "", "xyz")


# The spectrum


@phases
@pytest.mark.parametrize("N", [1, 2, 3, 8, 20])
def test_spectrum_agrees_with_qutip(N, phase):
    model = random_model(N, phase, 3)
    H, jumps = liouvillian(model)
    J = operators(N)
    omegas = np.linspace(-3 * N, 3 * N, 54) * model.Gamma
    expected = qutip.spectrum(H, omegas, jumps, J["+"], J["-"], solver="es")
    found = emission_spectrum(model, omegas)
    apart = abs(model.Gamma * expected / (2 * np.pi) - found.incoherent).max()
    assert apart <= found.error + 1e-12 * photon_flux(model)  # and what rounding leaves in QuTiP


def test_one_atom_emits_mollows_triplet():
    Omega, Gamma, omegas = 7.0, 1.3, np.linspace(-20, 20, 81)
    # Bloch equations of σ⁻, σ⁺ and σ_z, doi:10.1103/PhysRev.188.1969
    turn = 1j * Omega * np.array([[0, 0, 0.5], [0, 0, -0.5], [1, -1, 0]])
    A, source = turn - np.diag([Gamma / 2, Gamma / 2, Gamma]), np.array([0, 0, -Gamma])
    lowering, raising, z = steady = -np.linalg.solve(A, source)
    begin = np.array([(1 + z) / 2, 0, -raising]) - raising * steady  # ⟨σ⁺ δσ⟩
    expected = [np.linalg.solve(-1j * omega * np.eye(3) - A, begin)[0] for omega in omegas]
    found = emission_spectrum(Model(N=1, chi=0, Omega=Omega, Gamma=Gamma), omegas)
    np.testing.assert_allclose(found.incoherent, Gamma / np.pi * np.real(expected), atol=1e-12)
    assert found.coherent == pytest.approx(Gamma * abs(lowering) ** 2)


@pytest.mark.parametrize("drive", [1.5, 2.2, 4.0])
def test_spectrum_adds_up_to_the_flux(drive):
    model = Model.from_ratios(N=12, drive=drive, twist=1.875)

    def incoherent(tangent):  # over all ω = 10 tan
        omega = 10 * np.tan(tangent)
        return emission_spectrum(model, [omega]).incoherent[0] * 10 / np.cos(tangent) ** 2

    total = quad(incoherent, -np.pi / 2, np.pi / 2, epsrel=1e-8, limit=400)[0]
    assert total + emission_spectrum(model, [0]).coherent == pytest.approx(photon_flux(model))


@pytest.mark.parametrize("drive", [1.9, 2.2])
def test_stated_error_of_the_spectrum_holds_against_all_ranks(drive):
    model, omegas = Model.from_ratios(N=60, drive=drive, twist=1.875), np.linspace(-90, 90, 61)
    loose, tight = (emission_spectrum(model, omegas, tol=tol) for tol in (1e-3, 1e-8))
    assert abs(loose.incoherent - tight.incoherent).max() <= loose.error + tight.error
    assert loose.error <= 1e-3 * photon_flux(model) / 60


def test_sidebands_below_approach_the_imaginary_part_of_eq_22_with_more_atoms():
    off, ratio, twist = [], 0.7, 1.875
    for N in (8, 16, 32):
        model = Model.from_ratios(N=N, drive=ratio * np.hypot(1, twist), twist=twist)
        at = model.chi * N * np.sqrt(1 - ratio**2)  # of Eq. (22): -(Γ ± 2iχ) N |s_z| / 2
        omegas = np.linspace(0.5, 1.5, 201) * at
        off.append(1 - omegas[np.argmax(emission_spectrum(model, omegas).incoherent)] / at)
    assert off[0] > off[1] > off[2] > 0


def test_a_tolerance_below_the_rounding_is_refused():
    model = Model.from_ratios(N=20, drive=1.0, twist=1.875)
    with pytest.raises(ValueError, match="Argument tol must be above the error of"):
        emission_spectrum(model, [0.0, 3.0], tol=1e-18)
