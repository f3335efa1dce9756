"""Parameters of Eq. (4): Eqs. (3), (6), (7) and (11)."""

import dataclasses

import numpy as np
import pytest
import qutip

import lmgcav as lmg


def test_displaced_spin_operators_absorb_the_drive(models):
    # Eqs. (6) and (7): with O^- = J^- - α*, Eq. (4) is Eq. (2) written in O^±.
    for m in models:
        Jx, Jp, Jm = (qutip.jmat(m.N / 2, which) for which in "x+-")
        Om = Jm - np.conj(m.alpha)
        driven = qutip.liouvillian(m.chi * Jp @ Jm + m.Omega * Jx, [np.sqrt(m.Gamma) * Jm])
        displaced = qutip.liouvillian(m.chi * Om.dag() @ Om, [np.sqrt(m.Gamma) * Om])
        scale = abs(driven.full()).max()
        np.testing.assert_allclose(displaced.full(), driven.full(), rtol=0, atol=1e-13 * scale)


def test_eq_7_has_the_commutator_of_eq_4_and_not_the_printed_sign(models):
    for m in models:
        Jx, Jp, Jm = (qutip.jmat(m.N / 2, which) for which in "x+-")
        Om = Jm - np.conj(m.alpha)
        driven = qutip.liouvillian(m.chi * Jp @ Jm + m.Omega * Jx, [np.sqrt(m.Gamma) * Jm])
        printed = qutip.liouvillian(-m.chi * Om.dag() @ Om, [np.sqrt(m.Gamma) * Om])
        assert abs((printed - driven).full()).max() > abs(m.chi) / 2


def test_exchange_is_one_axis_twisting_but_for_a_term_of_order_N(models):
    # Eq. (5); the eigenvalues of what it neglects are at most χN/2.
    for m in models:
        Jx, Jy, Jz, Jp = (qutip.jmat(m.N / 2, which) for which in "xyz+")
        H = m.chi * Jp @ Jp.dag() + m.Omega * Jx
        squared = Jx @ Jx + Jy @ Jy + Jz @ Jz
        twisting = m.chi * (squared - Jz @ Jz) + m.Omega * Jx
        np.testing.assert_allclose((H - m.chi * Jz).full(), twisting.full(), atol=1e-12)
        casimir = m.N / 2 * (m.N / 2 + 1)
        np.testing.assert_allclose(squared.full(), casimir * np.eye(m.N + 1), atol=1e-12)
        neglected = np.linalg.norm((H - twisting).full(), 2)
        assert neglected == pytest.approx(abs(m.chi) * m.N / 2, rel=1e-12)


@pytest.mark.parametrize("twist", [-3.0, -1.875, 0.0, 0.3, 100.0])
@pytest.mark.parametrize("N", [1, 7, 10**7])
def test_critical_drive_is_where_alpha_is_half_the_number_of_atoms(N, twist):
    m = lmg.Model.from_ratios(N=N, drive=np.hypot(1, twist), twist=twist, Gamma=0.3)
    assert pytest.approx(m.Omega, rel=1e-14) == m.Omega_c
    assert abs(m.alpha) == pytest.approx(N / 2, rel=1e-14)


def test_ratios_and_rates_describe_the_same_model(models):
    for m in models:
        again = lmg.Model.from_ratios(N=m.N, drive=m.drive, twist=m.twist, Gamma=m.Gamma)
        assert [again.chi, again.Omega] == pytest.approx([m.chi, m.Omega], rel=1e-14)


def test_a_model_cannot_be_changed():
    m = lmg.Model(N=1, chi=0, Omega=0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        m.N = 2


def test_cavity_rates_are_the_second_order_energy_shift_and_decay_of_an_excitation():
    # One photon has the complex energy -Δ - iκ/2; exchanging it shifts J^+J^- by χ - iΓ/2.
    rng = np.random.default_rng(3)
    g, kappa = rng.uniform(0.1, 3, (2, 20))
    Delta = rng.uniform(-3, 3, 20)
    chi, Gamma = lmg.cavity_rates(g, kappa, Delta)
    np.testing.assert_allclose(chi - 0.5j * Gamma, -(g**2) / (-Delta - 0.5j * kappa), rtol=1e-14)


def test_cavity_rates_broadcast_and_refuse_a_cavity_without_loss():
    chi, Gamma = lmg.cavity_rates(1.0, [[1.0], [2.0]], [-1.0, 0.0, 1.0])
    assert chi.shape == Gamma.shape == (2, 3)
    with pytest.raises(ValueError, match=r"^Argument kappa must be positive, but kappa = 0$"):
        lmg.cavity_rates(1, 0, 1)
    with pytest.raises(ValueError, match=r"^Argument g must be finite real numbers, but g = nan$"):
        lmg.cavity_rates(float("nan"), 1, 1)


@pytest.mark.parametrize("theta", [0.0, 0.4, np.pi / 2, np.pi])
def test_coherent_is_the_direction_of_the_coherent_state(theta):
    state = qutip.spin_coherent(1.5, theta, 0.7)
    mean = [qutip.expect(qutip.jmat(1.5, a), state) / 1.5 for a in "xyz"]
    np.testing.assert_allclose(lmg.coherent(theta, 0.7), mean, atol=1e-14)


def test_the_south_pole_is_exact_and_cannot_be_changed():
    assert lmg.SOUTH_POLE.tolist() == [0, 0, -1]
    with pytest.raises(ValueError, match="read-only"):
        lmg.SOUTH_POLE[0] = 1


def length_lost(chi):
    """Largest fraction of J² that four atoms with different frequencies lose under Eq. (5)."""
    one, shifts = qutip.qeye(2), [0.5, -0.2, 0.1, -0.4]
    s = [
        [qutip.tensor([op / 2 if i == j else one for i in range(4)]) for j in range(4)]
        for op in (qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())
    ]
    Jx, Jy, Jz = (sum(terms) for terms in s)
    Jp, J2 = Jx + 1j * Jy, Jx**2 + Jy**2 + Jz**2
    noise = sum(shift * op for shift, op in zip(shifts, s[2], strict=True))
    H = chi * Jp @ Jp.dag() + 0.3 * Jx + noise
    energies, modes = np.linalg.eigh(H.full())
    start = modes.conj().T @ np.full(16, 0.25)  # all atoms along x
    states = modes @ (np.exp(-1j * np.outer(energies, np.linspace(0, 20, 801))) * start[:, None])
    lengths = np.einsum("it,ij,jt->t", states.conj(), J2.full(), states).real
    return 1 - lengths.min() / 6


def test_exchange_protects_the_length_of_the_spin_from_slow_differences_between_atoms():
    assert length_lost(0.0) > 0.5
    weak, strong = length_lost(5.0), length_lost(10.0)
    assert weak < 1e-2
    assert np.log2(strong / weak) == pytest.approx(-2, abs=0.1)  # (noise / χN)²
