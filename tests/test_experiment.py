"""From the hardware of an experiment to rates, stages, squeezing and warnings."""

from dataclasses import replace

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav.experiment import SMALL, Experiment, approximately, coupling, slowest_rate
from lmgcav.photons import magnetisation
from lmgcav.scattering import Scattering

KAPPA = 2 * np.pi * 160e3
CLOCK = {"g": 26.0, "kappa": KAPPA, "scattering": Scattering(decay=1 / 151)}


def test_coupling_is_that_of_the_field_of_one_photon_in_the_mode():
    length, waist, wavelength, gamma = 0.04, 75e-6, 698e-9, 1e-2
    c, hbar, epsilon = 299792458.0, 1.054571817e-34, 8.8541878128e-12
    omega = 2 * np.pi * c / wavelength
    dipole2 = 3 * np.pi * epsilon * hbar * c**3 * gamma / omega**3
    volume = np.pi * waist**2 * length / 4
    g = np.sqrt(dipole2 * omega / (2 * hbar * epsilon * volume))
    finesse = np.pi * c / (length * KAPPA)
    given = {"finesse": finesse, "waist": waist, "wavelength": wavelength}
    assert coupling(kappa=KAPPA, gamma=gamma, **given) == pytest.approx(g, rel=1e-9)


@pytest.mark.parametrize(("ratio", "phase"), [(0.3, "superradiant"), (0.9, "multistable")])
@pytest.mark.parametrize("sign", [1, -1])
def test_phase_is_the_region_of_fig_5(ratio, phase, sign):
    assert Experiment.tuned(N=1000, detuning=sign, ratio=ratio, **CLOCK).phase == phase
    assert Experiment.tuned(N=1000, detuning=sign, ratio=sign * 1.1, **CLOCK).phase == "normal"


@pytest.mark.parametrize("twist", [0, 1.875, -40])
def test_a_strong_drive_leaves_half_the_collective_decay_as_the_slowest(twist):
    # Averaged over the turns, J_x decays at Γ/2 as in the Bloch equations, the rest is of order
    # (Ω_c/Ω)², also where the drive is so strong that L cannot be inverted to any digit.
    for ratio in (1e4, 1e7, 1e12):
        assert slowest_rate(ratio, twist) == pytest.approx(0.5, abs=1e-6)


def test_stages_are_those_of_the_exact_dynamics():
    resting = Experiment.tuned(N=200, detuning=0.5, ratio=0.5, **CLOCK)
    m = resting.model
    end = lmg.steady_moments(m).bloch[2]
    ts = np.linspace(1, 2, 3) * resting.settling_time
    distance = abs(lmg.evolve(m, ts, tol=1e-9).moments.bloch[:, 2] - end)
    assert distance[0] < 0.15 * abs(1 + end)
    turning = Experiment.tuned(N=200, detuning=0.9375, ratio=1.2, **CLOCK)
    last = turning.stages()["spin diffuses to rest"]
    ts = np.array([2, 3]) * last
    s_z = lmg.evolve(turning.model, ts, tol=1e-7).moments.bloch[:, 2]
    s_z -= lmg.steady_moments(turning.model).bloch[2]
    assert np.log(s_z[0] / s_z[1]) == pytest.approx(1, abs=0.1)


def test_best_squeezing_is_the_least_of_the_exact_dynamics():
    mine = Experiment.tuned(N=200, detuning=0.5, ratio=0.6, g=26.0, kappa=KAPPA)
    best = mine.best_squeezing()
    ts = np.linspace(0.1, 3, 59) * best.time
    exact = lmg.squeezing(lmg.evolve(mine.model, ts, tol=1e-7).moments)
    assert best.method == "exact"
    assert exact.min() - 1e-4 < best.xi2 < exact.min() + best.error


@pytest.mark.parametrize(
    ("N", "detuning", "ratio", "decibels"),
    [
        (20, 100, 0.9, -5.56),
        (100, 100, 0.9, -8.67),
        (1000, 100, 0.9, -11.36),
        (50, 26.65, 0.53, -5.76),
        (200, 26.65, 0.53, -8.78),
        (1000, 26.65, 0.53, -12.67),
    ],
)
def test_best_squeezing_of_few_atoms_or_a_turning_spin_is_exact(N, detuning, ratio, decibels):
    mine = Experiment.tuned(N=N, detuning=detuning, ratio=ratio, g=1e4, kappa=1e9)
    best = mine.best_squeezing()
    assert best.method == "exact"
    assert 10 * np.log10(best.xi2) == pytest.approx(decibels, abs=0.006)
    at_its_time = lmg.squeezing(lmg.evolve(mine.model, [best.time], tol=1e-7).moments)
    assert at_its_time == pytest.approx(best.xi2, rel=2e-3)


@pytest.mark.parametrize("ratio", [0.4, 0.9, 1.0001])
@pytest.mark.parametrize("N", [2, 5, 9])
def test_best_squeezing_is_within_the_bound(N, ratio):
    for scattering in Scattering(), Scattering(decay=1e-3):
        given = {"g": 1e4, "kappa": 1e9, "scattering": scattering}
        best = Experiment.tuned(N=N, detuning=30, ratio=ratio, **given).best_squeezing(100)
        assert best.xi2 > 2 / (N + 2)
        assert best.method == "exact"


@pytest.mark.parametrize(
    ("N", "detuning", "ratio"), [(150, 1, 0.6), (150, 30, 0.53), (150, 5, 0.97), (150, 0, 0.5)]
)
def test_approximate_squeezing_has_the_error_it_states(N, detuning, ratio):
    m = Experiment.tuned(N=N, detuning=detuning, ratio=ratio, g=1e4, kappa=1e9).model
    ts = np.geomspace(0.1, 6, 60) / (N * m.Gamma) / np.hypot(1, detuning)
    exact = lmg.squeezing(lmg.evolve(m, ts, tol=1e-7).moments)
    xi2, errors, method = approximately(m, Scattering(), ts)
    best = np.argmin(xi2)
    assert abs(xi2[best] - exact[best]) < errors[best]
    if method == "Gaussian":
        assert errors[best] < 0.05 * xi2[best]


def test_no_drive_means_no_squeezing_and_no_turns():
    still = Experiment(N=100, g=1.0, kappa=100.0, Delta=0.0, Omega=0.0)
    assert still.best_squeezing()[:2] == (1.0, 0.0)
    assert list(still.stages())[-1] == "spin comes to rest"


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ({"N": 10**9}, "NΓ/κ"),
        ({"ratio": 1e5}, "Ω/|κ/2 + iΔ|"),
        ({"N": 2}, "γ/(NΓ)"),
        ({"ratio": 1.2}, "8NΩΔ/(κ² + 4Δ²)"),
        ({"ratio": 1.2}, "the fraction that decays"),
        ({"scattering": Scattering(dephasing=10)}, "the fraction that dephases"),
        ({"scattering": Scattering(loss=10)}, "the fraction that is lost"),
    ],
)
def test_every_broken_assumption_is_named(change, failing):
    good = {"N": 10**5, "detuning": 0.9375, "ratio": 0.4} | CLOCK
    assert Experiment.tuned(**good).warnings() == []
    warnings = Experiment.tuned(**(good | change)).warnings()
    assert any(f" {failing} " in warning for warning in warnings), warnings


@pytest.mark.parametrize(("g", "pumped"), [(300.0, False), (2000.0, True)])
def test_the_pump_is_named_where_the_light_turns_the_steady_state(g, pumped):
    mine = Experiment.tuned(N=100, detuning=1, ratio=20, g=g, kappa=KAPPA)
    assert (magnetisation(mine.model, KAPPA) > 0.04) == pumped
    assert (mine.assumptions()["8NΩΔ/(κ² + 4Δ²)"] > SMALL) == pumped


@pytest.mark.parametrize("ratio", [0.6, 1.2])
def test_only_atoms_that_are_excited_decay(ratio):
    mine = Experiment.tuned(N=1000, detuning=0.3, ratio=ratio, g=26.0, kappa=KAPPA)
    excited = (1 + lmg.steady_moments(mine.model).bloch[2]) / 2
    decay = 0.3 / excited / mine.settling_time
    disturbed = replace(mine, scattering=Scattering(decay=decay))
    share = disturbed.assumptions()["the fraction that decays"]
    assert share == pytest.approx(1 - np.exp(-0.3), abs=0.02)


def test_a_drive_far_beyond_the_transition_is_reported():
    mine = Experiment(N=20_000, g=0.1, kappa=KAPPA, Delta=0.0, Omega=10.0)
    best = mine.best_squeezing()
    assert 0.9 < best.xi2 <= 1
    assert best.time <= mine.stages()["spin turns once"] == pytest.approx(2 * np.pi / 10, rel=1e-3)


@pytest.mark.parametrize("name", ["g", "kappa"])
def test_bad_hardware_is_refused(name):
    good = {"N": 10, "g": 1.0, "kappa": 2.0, "Delta": 0.0, "Omega": 1.0}
    with pytest.raises(ValueError, match=f"^Argument {name} must be positive, but {name} = 0$"):
        Experiment(**(good | {name: 0}))
    with pytest.raises(ValueError, match=r"^Argument scattering must be of the class Scattering"):
        Experiment(**good, scattering=0.1)
