"""From the hardware of an experiment to rates, stages, squeezing and warnings."""

import re
from dataclasses import replace

import numpy as np
import pytest

import lmgcav as lmg
from lmgcav.experiment import Experiment, coupling, gaussian_moments, prefixed
from lmgcav.photons import magnetisation
from lmgcav.scattering import Scattering, scattered_moments

KAPPA = 2 * np.pi * 160e3
CLOCK = {"g": 26.0, "kappa": KAPPA, "scattering": Scattering(decay=1 / 151)}


def slope(sizes, differences):
    return np.polyfit(np.log(sizes), np.log(differences), 1)[0]


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


def test_independent_atoms_stay_independent():
    alone = lmg.Model(N=1000, chi=0, Omega=1.3, Gamma=1e-12)
    scattering = Scattering(decay=0.4, dephasing=0.3, loss=0.2)
    ts = np.array([0.5, 2.0])
    moments = gaussian_moments(alone, scattering, ts, start=lmg.coherent(1.0, 0.5))
    left = np.exp(-0.2 * ts)[:, None, None] * np.eye(3)
    outer = moments.bloch[:, :, None] * moments.bloch[:, None, :]
    assert moments.covariance == pytest.approx(1000 / 4 * (left - outer), abs=1e-5)


@pytest.mark.parametrize(("ratio", "phase"), [(0.3, "superradiant"), (0.9, "multistable")])
@pytest.mark.parametrize("sign", [1, -1])
def test_phase_is_the_region_of_fig_5(ratio, phase, sign):
    assert Experiment.tuned(N=1000, detuning=sign, ratio=ratio, **CLOCK).phase == phase
    assert Experiment.tuned(N=1000, detuning=sign, ratio=sign * 1.1, **CLOCK).phase == "normal"


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
    xi2, time = mine.best_squeezing()
    ts = np.linspace(0.1, 3, 59) * time
    exact = lmg.squeezing(lmg.evolve(mine.model, ts, tol=1e-7).moments)
    assert xi2 == pytest.approx(exact.min(), rel=0.01)


def test_no_drive_means_no_squeezing_and_no_turns():
    still = Experiment(N=100, g=1.0, kappa=100.0, Delta=0.0, Omega=0.0)
    assert still.best_squeezing() == (1.0, 0.0)
    assert list(still.stages())[-1] == "spin comes to rest"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"N": 10**9}, "The field lags behind the atoms: NΓ/κ is"),
        ({"ratio": 1e5}, "The drive outruns the field: Ω is"),
        ({"N": 2}, "Atoms emit alone, not together: γ/(NΓ) is"),
        ({"ratio": 1.2}, "The light pumps the turning spin along x: 8NΩΔ/(κ² + 4Δ²) is 13."),
        ({"ratio": 1.2}, "Before the steady state 100% of the atoms decay alone."),
        ({"scattering": Scattering(loss=10)}, "Before the steady state 67% of the atoms are lost"),
    ],
)
def test_every_broken_assumption_is_named(change, sentence):
    good = {"N": 10**5, "detuning": 0.9375, "ratio": 0.4} | CLOCK
    assert Experiment.tuned(**good).warnings() == []
    warnings = Experiment.tuned(**(good | change)).warnings()
    assert any(warning.startswith(sentence) for warning in warnings), warnings


@pytest.mark.parametrize(("g", "pumped"), [(300.0, False), (2000.0, True)])
def test_the_pump_is_named_where_the_light_turns_the_steady_state(g, pumped):
    mine = Experiment.tuned(N=100, detuning=1, ratio=20, g=g, kappa=KAPPA)
    assert (magnetisation(mine.model, KAPPA) > 0.04) == pumped
    assert any("pumps" in warning for warning in mine.warnings()) == pumped


@pytest.mark.parametrize("ratio", [0.6, 1.2])
def test_only_atoms_that_are_excited_decay(ratio):
    mine = Experiment.tuned(N=1000, detuning=0.3, ratio=ratio, g=26.0, kappa=KAPPA)
    excited = (1 + lmg.steady_moments(mine.model).bloch[2]) / 2
    decay = 0.3 / excited / mine.settling_time
    disturbed = replace(mine, scattering=Scattering(decay=decay))
    said = next(warning for warning in disturbed.warnings() if "decay" in warning)
    share = float(re.search(r"(\d+)%", said)[1]) / 100
    assert share == pytest.approx(1 - np.exp(-0.3), abs=0.02)


def test_a_drive_far_beyond_the_transition_is_reported():
    mine = Experiment(N=20_000, g=0.1, kappa=KAPPA, Delta=0.0, Omega=10.0)
    xi2, time = mine.best_squeezing()
    assert 0.9 < xi2 <= 1
    assert time <= mine.stages()["spin turns once"] == pytest.approx(2 * np.pi / 10, rel=1e-3)


@pytest.mark.parametrize("change", [{"detuning": 1e6}, {"scattering": Scattering(loss=1e9)}])
def test_extreme_numbers_are_reported(change):
    report = str(Experiment.tuned(**({"N": 10**5, "detuning": 1, "ratio": 0.8} | CLOCK | change)))
    assert "nan" not in report


def test_a_report_has_every_number_with_its_unit():
    report = str(Experiment.tuned(N=10**5, detuning=0.9375, ratio=0.95, **CLOCK))
    for line in ["χ/2π", "Ω_c/2π", "phase", "spin turns once", "best squeezing", "but"]:
        assert re.search(rf"^{line} ", report, re.M), report
    assert prefixed(0.0, "s") == "0 s"
    assert prefixed(999.9, "Hz") == "1 kHz"
    assert prefixed(999.9e9, "Hz") == "1000 GHz"
    assert prefixed(3171.0, "s") == "3170 s"


@pytest.mark.parametrize("name", ["g", "kappa"])
def test_bad_hardware_is_refused(name):
    good = {"N": 10, "g": 1.0, "kappa": 2.0, "Delta": 0.0, "Omega": 1.0}
    with pytest.raises(ValueError, match=f"^Argument {name} must be positive, but {name} = 0$"):
        Experiment(**(good | {name: 0}))
    with pytest.raises(ValueError, match=r"^Argument scattering must be of the class Scattering"):
        Experiment(**good, scattering=0.1)
