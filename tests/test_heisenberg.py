"""Averages for all starts at once against the Schrödinger picture, QuTiP and exact results."""

import numpy as np
import pytest
import qutip

import lmgcav as lmg
from lmgcav.heisenberg import average_inversion

NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)


@pytest.mark.parametrize("seed", range(4))
def test_average_is_that_of_evolve_for_random_starts(seed):
    rng = np.random.default_rng(seed)
    N = int(rng.integers(2, 60))
    m = lmg.Model.from_ratios(N=N, drive=rng.uniform(-3, 3), twist=rng.uniform(-3, 3), Gamma=2.0)
    window, theta, phi = rng.uniform(1, 8) / N, *rng.uniform([0, -7], [np.pi, 7])
    found = average_inversion(m, window, [theta], [phi], tol=1e-8)
    run = lmg.evolve(m, window * (1 + NODES) / 2, lmg.coherent(theta, phi), tol=1e-9)
    expected = WEIGHTS @ run.moments.bloch[:, 2] / 2
    assert found.values[0, 0] == pytest.approx(expected, abs=found.error + 2e-9)


@pytest.mark.parametrize("N", [3, 8])
def test_average_is_that_of_qutip(N):
    m, window = lmg.Model.from_ratios(N=N, drive=1.4, twist=-1.1), 0.9
    theta, phi = [0.4, 2.0, np.pi], [0.3, -2.0]
    Jx, Jz, Jm = (qutip.jmat(N / 2, which) for which in "xz-")
    H = m.chi * Jm.dag() @ Jm + m.Omega * Jx
    ts = np.append(0, window * (1 + NODES) / 2)
    options = {"rtol": 1e-10, "atol": 1e-12, "nsteps": 10**5}
    expected = np.empty((3, 2))
    for i, j in np.ndindex(3, 2):
        start = qutip.spin_coherent(N / 2, theta[i], phi[j])
        run = qutip.mesolve(H, start, ts, [Jm], e_ops=[Jz], options=options)
        expected[i, j] = WEIGHTS @ run.expect[0][1:] / N
    found = average_inversion(m, window, theta, phi, tol=1e-8)
    np.testing.assert_allclose(found.values, expected, atol=1e-8)


def test_long_windows_forget_the_start_as_one_over_their_length():
    m = lmg.Model.from_ratios(N=12, drive=1.5, twist=1.0)
    end = lmg.steady_moments(m).bloch[2]
    found = [average_inversion(m, T, [0, 1.5, np.pi], [0, 2]).values - end for T in (20, 40)]
    np.testing.assert_allclose(found[0], 2 * found[1], atol=1e-6)


@pytest.mark.parametrize("tol", [1e-2, 1e-4])
def test_error_covers_the_truncation(tol):
    m, grid = lmg.Model.from_ratios(N=100, drive=1.76, twist=1.875), ([1.0, 2.0, 3.0], [0, 1, 2, 3])
    exact = average_inversion(m, 0.05, *grid, tol=1e-10)
    found = average_inversion(m, 0.05, *grid, tol=tol)
    assert found.truncation < exact.truncation
    assert abs(found.values - exact.values).max() <= found.error <= tol


@pytest.mark.parametrize(("name", "value"), [("window", 0), ("tol", -1), ("theta", [4.0])])
def test_bad_arguments_are_refused(name, value):
    arguments = {"window": 0.1, "theta": [1.0], "phi": [0.0], "tol": 1e-3} | {name: value}
    with pytest.raises(ValueError, match=f"Argument {name} must be .* but {name} ="):
        average_inversion(lmg.Model(N=4, chi=0, Omega=1), **arguments)


def test_a_tolerance_below_rounding_is_refused():
    with pytest.raises(RuntimeError, match=r"^Argument tol must be above .*, but tol = 1e-20"):
        lmg.average_inversion(lmg.Model(N=2, chi=0, Omega=1), 1.0, [0], [0], tol=1e-20)
