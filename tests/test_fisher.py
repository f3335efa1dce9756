"""Quantum Fisher information: exact states, QuTiP's spectral form, bounds."""

import numpy as np
import pytest
import qutip
from conftest import PHASES, random_model

from lmgcav import Multipoles, coherent, squeezing, steady_moments, steady_state
from lmgcav.fisher import fisher_information


@pytest.mark.parametrize("N", [1, 2, 7, 200])
def test_a_coherent_state_has_N_across_its_mean_spin_and_nothing_along_it(N):
    n = coherent(1.2, -0.6)
    state = Multipoles.coherent(N, n, K=N)
    expected = N * (np.eye(3) - np.outer(n, n))
    np.testing.assert_allclose(fisher_information(state), expected, atol=1e-11 * N**2)


@pytest.mark.parametrize("N", [2, 9])
def test_a_ghz_state_has_the_square_of_N(N):
    ghz = (qutip.basis(N + 1, 0) + qutip.basis(N + 1, N)).unit().proj().full()
    assert np.linalg.eigvalsh(fisher_information(ghz))[-1] == pytest.approx(N**2)


@pytest.mark.parametrize("N", [2, 3, 6])
def test_it_is_the_curvature_of_the_fidelity_of_a_turned_state(N):
    rho = qutip.rand_dm(N + 1, seed=N)
    F = fisher_information(rho.full())
    for v in np.random.default_rng(N).normal(size=(3, 3)):
        J = sum(c * qutip.jmat(N / 2, axis) for c, axis in zip(v, "xyz", strict=True))
        curvature = []
        for angle in (2e-2, 1e-2):
            turn = (-1j * angle * J).expm()
            curvature.append(8 * (1 - qutip.fidelity(rho, turn * rho * turn.dag())) / angle**2)
        refined = (4 * curvature[1] - curvature[0]) / 3  # the error is of fourth order in the angle
        assert v @ F @ v == pytest.approx(refined, rel=1e-4)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("seed", range(2))
def test_it_is_at_least_what_the_squeezing_promises(seed, phase):
    model = random_model(12, phase, seed)
    best = np.linalg.eigvalsh(fisher_information(steady_state(model)))[-1]
    assert best >= 12 / squeezing(steady_moments(model)) * (1 - 1e-9)


def test_what_is_no_state_is_refused():
    for wrong in ([[1, 1], [0, 0]], [[2, 0], [0, 0]]):
        with pytest.raises(ValueError, match=r"Argument state(.trace)? must be (Hermitian|1)"):
            fisher_information(wrong)
    with pytest.raises(ValueError, match=r"Argument state\.shape must be that of one state"):
        fisher_information(np.array([np.eye(3) / 3] * 2))
