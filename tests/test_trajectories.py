"""Single runs: given the record, against QuTiP; over all records, against Eq. (4) and one atom."""

import numpy as np
import pytest
import qutip
from conftest import random_model
from scipy.linalg import expm
from scipy.stats import kstest

from lmgcav import Model, coherent, counting_record, evolve, homodyne_record
from lmgcav.moments import spin_moments
from lmgcav.trajectories import _coherent, _fastest, _moments

PHASES = pytest.mark.parametrize("phase", ["superradiant", "multistable", "normal"])


def operators(model):
    return (qutip.jmat(model.N / 2, axis) for axis in ["x", "y", "z", "-"])


@pytest.mark.parametrize("N", [1, 2, 7, 30])
def test_amplitudes_and_their_moments_are_those_of_qutip(N):
    psi = qutip.spin_coherent(N / 2, 1.2, 2.3)
    ours = _coherent(N, coherent(1.2, 2.3))
    assert abs(np.vdot(ours, psi.full()[:, 0])) == pytest.approx(1, abs=1e-12)
    if N == 1:
        ours = np.random.default_rng(N).normal(size=(2, 2)).T @ [1, 1j]
        ours /= np.linalg.norm(ours)
    found, expected = _moments(ours), spin_moments(np.outer(ours, ours.conj()))
    np.testing.assert_allclose(found.second, expected.second, atol=1e-12 * N**2)
    np.testing.assert_allclose(found.mean, expected.mean, atol=1e-12 * N)


@PHASES
@pytest.mark.parametrize("N", [1, 2, 5])
def test_the_spin_given_the_photons_is_what_qutip_makes_of_them(N, phase):
    model, ts = random_model(N, phase, 0), np.linspace(0, 2, 9)
    run = counting_record(model, ts, coherent(1.0, 0.4), seed=3)
    Jx, _, _, Jm = operators(model)
    H = model.chi * Jm.dag() @ Jm + model.Omega * Jx - 0.5j * model.Gamma * Jm.dag() @ Jm
    psi, now, photons = qutip.spin_coherent(N / 2, 1.0, 0.4).full(), 0.0, list(run.seen)
    for t, mean in zip(ts, run.moments.mean, strict=True):
        while photons and photons[0] <= t:
            psi = Jm.full() @ expm(-1j * H.full() * (photons[0] - now)) @ psi
            now = photons.pop(0)
        psi = expm(-1j * H.full() * (t - now)) @ psi
        psi, now = psi / np.linalg.norm(psi), t
        expected = spin_moments(psi @ psi.conj().T).mean
        np.testing.assert_allclose(mean, expected, atol=2e-4 * N)  # times are rounded
    assert run.seen.size > 0


def test_one_atom_waits_for_its_next_photon_as_bloch_equations_say():
    Omega, Gamma = 3.0, 1.0
    run = counting_record(Model(N=1, chi=0, Omega=Omega, Gamma=Gamma), [0, 900], seed=1)
    mu = np.sqrt(Omega**2 / 4 - Gamma**2 / 16)

    def arrived(t):  # by the time t after the last: 1 - |c_g|² - |c_e|² without a photon
        fall, x = np.exp(-Gamma * t / 2), mu * t
        excited = (Omega / (2 * mu) * np.sin(x)) ** 2
        ground = (np.cos(x) + Gamma / (4 * mu) * np.sin(x)) ** 2
        return 1 - fall * (excited + ground)

    assert run.seen.size > 300
    assert kstest(np.diff(run.seen), arrived).pvalue > 0.01


@PHASES
@pytest.mark.parametrize("record", [counting_record, homodyne_record])
def test_the_average_of_the_runs_is_eq_4(record, phase):
    model, ts = random_model(3, phase, 2), np.array([0.2, 0.7])
    start = coherent(1.3, 2.0)
    exact = evolve(model, ts, start, tol=1e-8).moments
    rng, count = np.random.default_rng(5), 200
    runs = [record(model, ts, start, seed=rng).moments for _ in range(count)]
    for name in "mean", "second":
        found = np.array([getattr(moments, name) for moments in runs])
        spread = found.std(0) / np.sqrt(count)
        off = abs(found.mean(0) - getattr(exact, name))
        assert (off <= 4 * spread + 0.01 * model.N ** (1 + (name == "second")) / 4).all()


def test_photons_are_as_many_and_as_bunched_as_in_qutip():
    model = Model.from_ratios(N=3, drive=2.5, twist=1.0)
    Jx, _, _, Jm = operators(model)
    H, jump = model.chi * Jm.dag() @ Jm + model.Omega * Jx, np.sqrt(model.Gamma) * Jm
    ground, count = qutip.basis(4, 3), 150
    options = {"progress_bar": "", "keep_runs_results": True}
    theirs = qutip.mcsolve(H, ground, [0, 3], [jump], ntraj=count, seeds=7, options=options)
    numbers = np.array(
        [
            [len(times) for times in theirs.col_times],
            [counting_record(model, [3], seed=seed).seen.size for seed in range(count)],
        ]
    )
    mean, spread = numbers.mean(1), numbers.std(1)
    assert abs(np.diff(mean)) < 4 * np.hypot(*spread) / np.sqrt(count)
    assert abs(np.diff(np.log(spread))) < 4 / np.sqrt(count)  # each is known to 1/√(2 count)


@pytest.mark.parametrize("phase", [0.0, 0.7])
def test_the_spin_given_the_current_is_what_qutip_makes_of_it(phase, monkeypatch):
    model, apart = random_model(2, "multistable", 1), []
    Jx, _, Jz, Jm = operators(model)
    H, jump = model.chi * Jm.dag() @ Jm + model.Omega * Jx, np.sqrt(model.Gamma) * Jm
    for steps in (400, 6400):
        monkeypatch.setattr("lmgcav.trajectories.FINENESS", steps / _fastest(model))
        ts = np.linspace(0, 1, steps + 1)
        run = homodyne_record(model, ts, coherent(1.0, 0.4), phase=phase, seed=2)
        options = {"dt": 1 / steps, "method": "platen"}
        solver = qutip.SSESolver(H, [np.exp(-1j * phase) * jump], heterodyne=False, options=options)
        current, start = np.diff(run.seen)[None] * steps, qutip.spin_coherent(1, 1.0, 0.4)
        theirs = solver.run_from_experiment(start, ts, current, e_ops=[Jz], measurement=True)
        apart.append(abs(run.moments.mean[:, 2] - theirs.expect[0]).max())
    assert apart[1] < apart[0] / 8  # as the step, or faster
    assert apart[1] < 1e-3
