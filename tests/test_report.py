"""The report says every number of an experiment with its unit, and each assumption that fails."""

import re

import numpy as np
import pytest

from lmgcav import Experiment, Scattering
from lmgcav.companion.report import SENTENCES, Report, prefixed

KAPPA = 2 * np.pi * 160e3
CLOCK = {"g": 26.0, "kappa": KAPPA, "scattering": Scattering(decay=1 / 151)}


@pytest.mark.parametrize("change", [{"detuning": 1e6}, {"scattering": Scattering(loss=1e9)}])
def test_extreme_numbers_are_reported(change):
    report = str(
        Report(Experiment.tuned(**({"N": 10**5, "detuning": 1, "ratio": 0.8} | CLOCK | change)))
    )
    assert "nan" not in report


def test_squeezing_is_reported_with_its_method_and_none_where_there_is_none():
    still = Experiment(N=100, g=1.0, kappa=100.0, Delta=0.0, Omega=0.0)
    assert Report(still).squeezing() == "none (exact)"
    few = Experiment.tuned(N=20, detuning=100, ratio=0.9, g=1e4, kappa=1e9)
    assert Report(few).squeezing() == "-5.6 dB after 130 s (exact)"
    many = Experiment.tuned(N=10**5, detuning=0.5, ratio=0.4, g=1e4, kappa=1e9)
    assert re.fullmatch(r"-0\.\d dB after .*s \(Gaussian, ± .* dB\)", Report(many).squeezing())


def test_a_report_has_every_number_with_its_unit():
    report = str(Report(Experiment.tuned(N=10**5, detuning=0.9375, ratio=0.95, **CLOCK)))
    for line in ["χ/2π", "Ω_c/2π", "phase", "spin turns once", "best squeezing", "caution"]:
        assert re.search(rf"^{line} ", report, re.M), report
    assert prefixed(0.0, "s") == "0 s"
    assert prefixed(999.9, "Hz") == "1 kHz"
    assert prefixed(999.9e9, "Hz") == "1000 GHz"
    assert prefixed(3171.0, "s") == "3170 s"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"N": 10**9}, "The field lags behind the atoms: NΓ/κ is"),
        ({"ratio": 1e5}, "The drive outruns the field: Ω is"),
        ({"N": 2}, "Atoms emit alone, not together: γ/(NΓ) is"),
        ({"ratio": 1.2}, "The light pumps the turning spin along x: 8NΩΔ/(κ² + 4Δ²) is 13."),
        ({"ratio": 1.2}, "Before the steady state 100% of the atoms decay alone."),
        (
            {"scattering": Scattering(dephasing=10)},
            "Before the steady state 67% of the atoms dephase",
        ),
        ({"scattering": Scattering(loss=10)}, "Before the steady state 67% of the atoms are lost"),
    ],
)
def test_every_broken_assumption_has_its_sentence(change, sentence):
    good = {"N": 10**5, "detuning": 0.9375, "ratio": 0.4} | CLOCK
    assert Report(Experiment.tuned(**good)).warnings() == []
    warnings = Report(Experiment.tuned(**(good | change))).warnings()
    assert any(warning.startswith(sentence) for warning in warnings), warnings


def test_every_assumption_has_a_sentence():
    turning = Experiment.tuned(N=10**5, detuning=0.9375, ratio=1.2, **CLOCK)
    assert [*SENTENCES] == [*turning.assumptions()]
