"""Disturbed single atoms: against QuTiP atom by atom, and the sampled paths against both."""

import numpy as np
import pytest
import qutip
from qutip import piqs

import lmgcav as lmg
from lmgcav.scattering import (
    Scattering,
    product_generator,
    sampled_moments,
    scattered_mean_field,
    scattered_moments,
)

ALL = Scattering(decay=0.3, dephasing=0.5, loss=0.4)
RATES = [
    Scattering(decay=0.7),
    Scattering(dephasing=0.6),
    Scattering(loss=0.5),
    Scattering(decay=0.3, dephasing=0.5),
    ALL,
]
START = lmg.coherent(1.9, 0.7)


def model(N, drive=2.09, twist=1.875):
    return lmg.Model.from_ratios(N=N, drive=drive, twist=twist)


def paulis(dimension):
    up, down = qutip.basis(dimension, 0), qutip.basis(dimension, 1)
    raising = up * down.dag()
    return [
        raising + raising.dag(),
        -1j * (raising - raising.dag()),
        up @ up.dag() - down @ down.dag(),
    ]


def atom_by_atom(m, scattering, ts, start):
    """<J_a> and <J_a J_b + J_b J_a>/2 from QuTiP, each atom with its own two or three states."""
    size = 3 if scattering.loss else 2
    one = qutip.qeye(size)

    def at(operator, j):
        return qutip.tensor([operator if i == j else one for i in range(m.N)])

    x, y, z = paulis(size)
    lowering = (x - 1j * y) / 2
    jumps = [np.sqrt(scattering.decay) * lowering, np.sqrt(scattering.dephasing / 2) * z]
    if scattering.loss:
        lost = qutip.basis(3, 2)
        jumps += [np.sqrt(scattering.loss) * lost @ qutip.basis(3, i).dag() for i in (0, 1)]
    J = [sum(at(sigma, j) for j in range(m.N)) / 2 for sigma in (x, y, z)]
    Jm = J[0] - 1j * J[1]
    H = m.chi * Jm.dag() @ Jm + m.Omega * J[0]
    decays = [np.sqrt(m.Gamma) * Jm] + [at(jump, j) for jump in jumps for j in range(m.N)]
    atom = (x @ x + start[0] * x + start[1] * y + start[2] * z) / 2
    observables = J + [(a @ b + b @ a) / 2 for a in J for b in J]
    options = {"rtol": 1e-10, "atol": 1e-12, "nsteps": 10**5}
    rho = qutip.tensor([atom] * m.N)
    values = qutip.mesolve(H, rho, ts, decays, e_ops=observables, options=options).expect
    values = np.array(values).T
    return values[:, :3], values[:, 3:].reshape(-1, 3, 3)


# Exact


@pytest.mark.parametrize(
    ("N", "scattering"),
    [(N, each) for N in (1, 2, 3, 4) for each in RATES if N < 4 or not each.loss],
    ids=str,
)
def test_moments_are_those_of_qutip_atom_by_atom(N, scattering):
    ts = np.linspace(0, 1.5, 5)
    for m in (model(N), lmg.Model(N=N, chi=-0.8, Omega=-1.3, Gamma=0.7)):
        mean, second = atom_by_atom(m, scattering, ts, START)
        moments = scattered_moments(m, scattering, ts, START)
        np.testing.assert_allclose(moments.mean, mean, atol=1e-6)
        np.testing.assert_allclose(moments.second, second, atol=1e-6)


@pytest.mark.parametrize("N", [1, 5, 12, 30])
def test_undisturbed_atoms_obey_eq_4(N):
    ts = np.linspace(0, 2, 5)
    expected = lmg.evolve(model(N), ts, START, tol=1e-8).moments
    moments = scattered_moments(model(N), Scattering(), ts, START)
    np.testing.assert_allclose(moments.mean, expected.mean, atol=1e-6 * N)
    np.testing.assert_allclose(moments.second, expected.second, atol=1e-6 * N**2)


def test_atoms_without_a_cavity_are_independent():
    m, ts = lmg.Model(N=6, chi=0, Omega=0, Gamma=1e-12), np.linspace(0, 3, 7)
    scattering = Scattering(decay=0.4, dephasing=0.3, loss=0.2)
    moments = scattered_moments(m, scattering, ts, START)
    left = np.exp(-0.2 * ts)
    z = left * ((1 + START[2]) * np.exp(-0.4 * ts) - 1)
    x = left * START[0] * np.exp(-0.5 * ts)
    np.testing.assert_allclose(moments.bloch[:, [0, 2]], np.transpose([x, z]), atol=1e-7)
    np.testing.assert_allclose(moments.second[:, 0, 0], 6 / 4 * left + 30 / 4 * x**2, atol=1e-6)


@pytest.mark.parametrize("N", [3, 8])
def test_lost_atoms_leave_a_shorter_spin_that_is_still_symmetric(N):
    ts = np.linspace(0, 2, 5)
    moments = scattered_moments(model(N), Scattering(loss=0.5), ts)
    n = np.exp(-0.5 * ts)  # a binomial distribution of atoms, each group of them with spin n/2
    squared = N * n / 2 + (N * n * (1 - n) + (N * n) ** 2) / 4
    np.testing.assert_allclose(np.trace(moments.second, axis1=1, axis2=2), squared, rtol=1e-6)


@pytest.mark.parametrize("N", [2, 3, 4])
def test_spectrum_is_part_of_that_of_the_full_generator_and_piqs_adds_to_it(N):
    m, sigma = model(N), paulis(2)
    ours = np.linalg.eigvals(product_generator(m, Scattering(decay=0.3)).toarray())
    lowering = [
        qutip.tensor(
            [(sigma[0] - 1j * sigma[1]) / 2 if i == j else qutip.qeye(2) for i in range(N)]
        )
        for j in range(N)
    ]
    Jm = sum(lowering)
    H = m.chi * Jm.dag() @ Jm + m.Omega * (Jm + Jm.dag()) / 2
    jumps = [np.sqrt(m.Gamma) * Jm, *(np.sqrt(0.3) * each for each in lowering)]
    full = np.linalg.eigvals(qutip.liouvillian(H, jumps).full())
    Jp, Jm, Jx = (piqs.jspin(N, which) for which in "+-x")
    H = m.chi * Jp @ Jm + m.Omega * Jx
    rates = {"emission": 0.3, "collective_emission": m.Gamma}
    theirs = np.linalg.eigvals(piqs.Dicke(N, H, **rates).liouvillian().full())

    def missing(some, among):
        return sum(abs(among - value).min() > 1e-6 for value in some)

    assert missing(ours, full) == 0
    assert missing(ours, theirs) == 0
    assert missing(theirs, full) == {2: 6, 3: 16, 4: 46}[N]


# Mean field and sampled paths


@pytest.mark.parametrize("scattering", RATES, ids=str)
def test_mean_field_is_that_of_sec_iv_a_with_each_atom_damped(scattering):
    ts = np.linspace(0, 1, 5)
    undisturbed = scattered_mean_field(model(40), Scattering(), ts, START)
    np.testing.assert_allclose(undisturbed, lmg.mean_field(model(40), ts, START), atol=1e-7)
    single = lmg.Model(N=1, chi=0, Omega=2.0, Gamma=1e-9)  # one atom is its own mean field
    exact = scattered_moments(single, scattering, ts, START).bloch
    np.testing.assert_allclose(
        scattered_mean_field(single, scattering, ts, START), exact, atol=1e-6
    )


def test_exact_bloch_vector_approaches_the_mean_field_as_one_over_N():
    errors = []
    for N in (5, 10, 20):
        ts = np.linspace(0, 4 / N, 9)  # the same turn for all
        rates = Scattering(decay=0.2 * N, dephasing=0.1 * N)
        exact = scattered_moments(model(N, drive=1.2), rates, ts).bloch
        errors.append(abs(exact - scattered_mean_field(model(N, drive=1.2), rates, ts)).max())
    slope = np.polyfit(np.log([5, 10, 20]), np.log(errors), 1)[0]
    assert slope == pytest.approx(-1, abs=0.3)


@pytest.mark.parametrize("kind", ["none", "decay", "dephasing", "loss"])
def test_sampled_moments_approach_the_exact_ones_as_one_over_N(kind):
    sizes, errors = (5, 10, 20), []
    for N in sizes:
        disturbed = Scattering() if kind == "none" else Scattering(**{kind: 0.1 * N})
        ts = np.linspace(0, 8 / N, 5)  # the same swings for all
        exact = scattered_moments(model(N), disturbed, ts)
        sampled = sampled_moments(model(N), disturbed, ts, samples=20_000)
        second = abs(sampled.second - exact.second).max() / (N / 2) ** 2
        errors.append(max(second, abs(sampled.bloch - exact.bloch).max()))
    assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] == pytest.approx(-1, abs=0.3)
    assert errors[-1] < 0.04


def test_sampled_moments_of_many_atoms_are_those_of_eq_4():
    ts = np.linspace(0, 0.15, 7)
    exact = lmg.evolve(model(200), ts, tol=1e-4).moments
    sampled = sampled_moments(model(200), Scattering(), ts, samples=4000)
    assert abs(sampled.bloch - exact.bloch).max() < 0.03
    assert abs(sampled.second - exact.second).max() < 0.03 * 100**2


def test_sampled_spins_keep_their_length_unless_atoms_are_disturbed():
    for scattering, rate, accuracy in [(Scattering(), 0, 1e-9), (Scattering(loss=2), 4, 0.02)]:
        moments = sampled_moments(model(500), scattering, [0, 0.1], samples=500)
        length = np.trace(moments.second, axis1=1, axis2=2)
        assert length[1] / length[0] == pytest.approx(np.exp(-0.1 * rate), rel=accuracy)


# Arguments


@pytest.mark.parametrize(("cooperativity", "kept"), [(100, True), (0.5, False)])
def test_single_atom_decay_has_to_be_slow_against_gamma_and_not_only_against_kappa(
    cooperativity, kept
):
    kappa, gamma, N = 1e8, 1.0, 12
    g = np.sqrt(cooperativity * kappa * gamma) / 2
    chi, Gamma = lmg.cavity_rates(g, kappa, 0.0)
    assert Gamma / gamma == pytest.approx(cooperativity)
    assert N * Gamma < 1e-4 * kappa  # a bad cavity
    m = lmg.Model(N=N, chi=chi, Omega=2.4 * N * Gamma / 2, Gamma=Gamma)
    moments = scattered_moments(m, Scattering(decay=gamma), [1 / Gamma])
    share = np.trace(moments.second[0]) / (N / 2 * (N / 2 + 1))
    assert (share > 0.97) == kept
    assert (share < 0.5) == (not kept)


def test_decay_improves_the_squeezing_of_many_atoms_for_a_while_and_that_of_thirty_never():
    few, ts = model(30, drive=0.9, twist=0.0), np.linspace(0.05, 6, 60)
    undisturbed = lmg.squeezing(scattered_moments(few, Scattering(), ts))
    for decay in [0.03, 0.3]:
        assert np.all(
            lmg.squeezing(scattered_moments(few, Scattering(decay=decay), ts)) > undisturbed
        )
    many, ts = model(10**5, drive=0.9, twist=0.0), [0.3, 0.6]  # while the spin stays put
    undisturbed = lmg.squeezing(lmg.gaussian_moments(many, Scattering(), ts))
    disturbed = lmg.squeezing(lmg.gaussian_moments(many, Scattering(decay=0.1), ts))
    assert np.all(disturbed < 0.99 * undisturbed)
    assert disturbed[1] < disturbed[0]


def test_a_few_percent_of_decay_stop_the_relaxation_next_to_the_transition_alone():
    left, ts = {}, np.linspace(4, 5, 21)
    for drive in [2.09, 1.76]:  # D, 1.6 % below Ω_c, and C, 17 % below
        rates = [Scattering(), Scattering(decay=0.04)]
        runs = [sampled_moments(model(80, drive), it, ts, samples=400) for it in rates]
        undisturbed, disturbed = (moments.bloch[:, 2].mean() for moments in runs)
        left[drive] = disturbed / undisturbed
    assert left[2.09] < 0.6  # the statistical errors are below 0.1
    assert left[1.76] > 0.75


def test_bad_rates_are_refused():
    with pytest.raises(ValueError, match="Argument decay must be at least 0, but decay = -1"):
        Scattering(decay=-1)
    with pytest.raises(ValueError, match="Argument loss must be a finite real number"):
        Scattering(loss=np.nan)
    with pytest.raises(MemoryError, match="All products of 5000 atoms"):
        scattered_moments(model(5000), Scattering(), [0, 1])


def test_atoms_that_nothing_drives_or_disturbs_rest_at_the_south_pole():
    still = lmg.Model(N=4, chi=0.0, Omega=0.0)
    moments = scattered_moments(still, Scattering(), [0, 1])
    np.testing.assert_allclose(moments.bloch, [[0, 0, -1]] * 2, atol=1e-12)


def test_times_may_repeat_and_start_late():
    for solve in (scattered_moments, sampled_moments):
        assert abs(solve(model(4), ALL, [0, 0]).bloch[:, 2] + 1).max() < 0.2
        late = solve(model(4), ALL, [0.2, 0.2]).bloch
        np.testing.assert_array_equal(late[0], late[1])
    np.testing.assert_array_equal(scattered_mean_field(model(4), ALL, [0, 0]), [[0, 0, -1]] * 2)
