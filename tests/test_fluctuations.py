"""Gaussian fluctuations of many atoms against the exact dynamics."""

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav import Scattering, gaussian_moments, scattered_moments


def slope(sizes, differences):
    return np.polyfit(np.log(sizes), np.log(differences), 1)[0]


@pytest.mark.parametrize("drive", [0.5, 1.0])
def test_gaussian_squeezing_approaches_the_exact_one_as_one_over_N(drive):
    sizes, differences = [50, 100, 200], []
    for N in sizes:
        m, ts = lmg.Model.from_ratios(N=N, drive=drive, twist=1.0), np.array([1, 4]) / N
        exact = lmg.squeezing(lmg.evolve(m, ts, tol=1e-8).moments)
        gaussian = lmg.squeezing(gaussian_moments(m, Scattering(), ts))
        differences.append(abs(gaussian / exact - 1).max())
    assert slope(sizes, differences) == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize("disturbance", ["decay", "dephasing", "loss"])
def test_gaussian_squeezing_of_disturbed_atoms_approaches_the_exact_one(disturbance):
    sizes, differences = [6, 12, 18], []
    for N in sizes:
        m, ts = lmg.Model.from_ratios(N=N, drive=0.6, twist=1.0), np.array([2, 6]) / N
        scattering = Scattering(**{disturbance: 0.03 * N})
        exact = scattered_moments(m, scattering, ts)
        gaussian = gaussian_moments(m, scattering, ts)
        differences.append(abs(lmg.squeezing(gaussian) / lmg.squeezing(exact) - 1).max())
    assert slope(sizes, differences) == pytest.approx(-1, abs=0.3)


def test_gaussian_squeezing_ends_at_the_steady_state():
    m = lmg.Model.from_ratios(N=10**6, drive=0.8, twist=0.5)
    late = gaussian_moments(m, Scattering(), [0.0, 1e-4])
    steady = lmg.squeezing(lmg.steady_moments(m))
    assert lmg.squeezing(late) == pytest.approx([1, steady], rel=1e-4)


@pytest.mark.parametrize("time", [0.1, 1.0])
def test_fluctuations_that_are_no_longer_small_are_refused(time):
    m, start = lmg.Model(N=40, chi=0.0, Omega=0.0), np.array([0, 0, 1.0])
    with pytest.raises(ValueError, match=r"ts\[-1\] must be before 0.0\d+, from where"):
        gaussian_moments(m, Scattering(), [0.001, time], start)
    known = gaussian_moments(m, Scattering(), [0.001, time], start, largest=np.inf)
    assert np.trace(known.second[1]) > 5 * 20 * 21  # <J²> = j(j+1) is lost


@pytest.mark.parametrize("seed", range(9))
def test_fluctuations_near_unstable_points_are_right_or_refused(seed):
    rng = np.random.default_rng(seed)
    N, drive = 60, rng.choice([0.8, 1.3, 1.9])
    m = lmg.Model.from_ratios(N=N, drive=drive, twist=1.875)
    unstable = [point.s for point in lmg.fixed_points(m) if point.kind in ("saddle", "source")]
    start = unstable[seed % len(unstable)] + 0.1 * rng.normal(size=3)
    start /= np.linalg.norm(start)
    ts, given = np.geomspace(0.1, 20, 8) / N, []
    exact = lmg.evolve(m, ts, start, tol=1e-4).moments.bloch

    def follow():
        for t in ts:
            given.append(gaussian_moments(m, Scattering(), [t], start).bloch[0])

    with pytest.raises(ValueError, match="no longer small"):
        follow()
    assert len(given) > 2
    assert abs(np.array(given) - exact[: len(given)]).max() < 0.1


def test_independent_atoms_stay_independent():
    alone = lmg.Model(N=1000, chi=0, Omega=1.3, Gamma=1e-12)
    scattering = Scattering(decay=0.4, dephasing=0.3, loss=0.2)
    ts = np.array([0.5, 2.0])
    moments = gaussian_moments(alone, scattering, ts, start=lmg.coherent(1.0, 0.5))
    left = np.exp(-0.2 * ts)[:, None, None] * np.eye(3)
    outer = moments.bloch[:, :, None] * moments.bloch[:, None, :]
    assert moments.covariance == pytest.approx(1000 / 4 * (left - outer), abs=1e-5)


def test_without_noise_the_flow_carries_the_fluctuations_along():
    """V(t) = F V(0) F' with the derivative F of the flow's solution with respect to its start."""
    m, start, end = lmg.Model.from_ratios(N=200, drive=1.3, twist=1.875), lmg.coherent(2, 1), 0.02
    radial = start / np.linalg.norm(start)
    tangents = np.linalg.svd(radial[None])[2][1:]  # two directions on the sphere
    step = 1e-4
    moved = [
        [
            lmg.mean_field(m, [end], np.cos(step) * start + sign * np.sin(step) * e)[0]
            for e in tangents
        ]
        for sign in (1, -1)
    ]
    F = np.subtract(*moved).T / (2 * np.sin(step))
    quiet = gaussian_moments(m, Scattering(), [end], start, noise=False)
    np.testing.assert_allclose(
        quiet.covariance[0] / m.N * 4, F @ F.T, atol=1e-5 * abs(F).max() ** 2
    )


def test_without_its_noise_the_damping_breaks_the_uncertainty_relation():
    """The product of the variances across a spin of full length is at least that of the start."""
    m, ts = lmg.Model.from_ratios(N=200, drive=0.938 * 2.125, twist=1.875), np.linspace(0, 0.03, 61)
    least = {}
    for noise in (True, False):
        moments = gaussian_moments(m, Scattering(), ts, noise=noise, largest=np.inf)
        across = np.linalg.svd(moments.bloch[:, None])[2][:, 1:]
        C = across @ moments.covariance @ across.swapaxes(1, 2) / (m.N / 4)
        least[noise] = np.linalg.det(C).min()
    assert least[True] == pytest.approx(1, abs=1e-6)
    assert least[False] == pytest.approx(0.041, abs=0.001)
