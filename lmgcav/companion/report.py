"""What an `Experiment` is in words: its numbers with units, its stages, and what to beware of."""

from dataclasses import dataclass
from html import escape

import numpy as np

from .. import arguments
from ..experiment import SMALL, Experiment

PREFIXES = {-9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
SENTENCES = {  # on each of the assumptions where it fails
    "NΓ/κ": "The field lags behind the atoms: NΓ/κ is {value}.",
    "Ω/|κ/2 + iΔ|": "The drive outruns the field: Ω is {value} times |κ/2 + iΔ|.",
    "γ/(NΓ)": "Atoms emit alone, not together: γ/(NΓ) is {value}.",
    "8NΩΔ/(κ² + 4Δ²)": "The light pumps the turning spin along x: 8NΩΔ/(κ² + 4Δ²) is {value}.",
    "the fraction that decays": "Before the steady state {percent} of the atoms decay alone.",
    "the fraction that dephases": "Before the steady state {percent} of the atoms dephase alone.",
    "the fraction that is lost": "Before the steady state {percent} of the atoms are lost alone.",
}


@dataclass(frozen=True, repr=False)
class Report:
    """The report on an experiment, as text and, at the end of a cell, as a table.

    Parameters
    ----------
    experiment : Experiment

    Examples
    --------
    >>> mine = Experiment.tuned(N=1000, detuning=0.5, ratio=0.4, g=1e4, kappa=1e6)
    >>> Report(mine).warnings()
    ['The field lags behind the atoms: NΓ/κ is 0.2.']
    """

    experiment: Experiment

    def __post_init__(self):
        arguments.instance("experiment", Experiment, self.experiment)

    def warnings(self):
        """Return a sentence for every assumption of Eq. (4) that fails, as a list."""
        return [
            SENTENCES[name].format(value=plain(value), percent=f"{value:.0%}")
            for name, value in self.experiment.assumptions().items()
            if value > SMALL
        ]

    def squeezing(self, points=300):
        """Return the best squeezing in words, from so many times."""
        xi2, time, method, error = self.experiment.best_squeezing(points)
        if not time:
            return f"none ({method})"
        decibels, error = 10 * np.log10(xi2), 10 * np.log10(1 + error / xi2)
        about = "" if method == "exact" else f", ± {plain(error)} dB"
        return f"{decibels:.1f} dB after {prefixed(time, 's')} ({method}{about})"

    def rows(self):
        """Yield what follows from the numbers as pairs of words."""
        it, m = self.experiment, self.experiment.model
        rates = {"χ": m.chi, "Γ": m.Gamma, "NΓ": m.N * m.Gamma, "Ω_c": m.Omega_c}
        for name, rate in rates.items():
            yield f"{name}/2π", prefixed(rate / (2 * np.pi), "Hz")
        yield "Ω/Ω_c", f"{m.Omega / m.Omega_c:.3g}"
        yield "cooperativity C", f"{it.cooperativity:.2g}"
        yield "phase", it.phase
        for stage, time in it.stages().items():
            yield stage, f"in {prefixed(time, 's')}"
        yield "best squeezing", self.squeezing()
        for sentence in self.warnings():
            yield "caution", sentence

    def __repr__(self):
        return "\n".join(f"{name:<24}{value}" for name, value in self.rows())

    def _repr_html_(self):
        rows = (f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in self.rows())
        return f'<table class="table">{"".join(rows)}</table>'


def plain(number):
    """Two digits, as "3100" or "0.034".

    >>> plain(3061.7)
    '3100'
    """
    return f"{float(f'{number:.2g}'):g}"


def prefixed(value, unit):
    """Three digits with a unit, as "12.3 µs".

    >>> prefixed(-1.234e-5, "s")
    '-12.3 µs'
    """
    value = float(f"{value:.3g}")  # 999.9 Hz is 1 kHz
    power = 3 * int(np.floor(np.log10(abs(value)) / 3)) if value else 0
    power = min(max(power, min(PREFIXES)), 0 if unit == "s" else max(PREFIXES))  # no kiloseconds
    return f"{value / 10.0**power:g} {PREFIXES[power]}{unit}"
