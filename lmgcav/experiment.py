r"""A cavity experiment in SI units, from its hardware to the stages of Eq. (4), Sec. VI.

Eq. (3) turns coupling, linewidth and detuning into χ and Γ. Their ratio is 2χ/Γ = 2Δ/κ, and one
number compares the cavity with emission into free space, the cooperativity

.. math:: C = \frac{4 g^2}{\kappa\gamma} = \frac{6 F}{\pi^3}\,\frac{\lambda_0^2}{w_0^2},

the second form for a two-level atom at an antinode of a mode of waist w_0 and wavelength λ_0
between mirrors of finesse F.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from . import arguments
from .basins import long_time_average, period
from .envelope import decay_time
from .fluctuations import gaussian_moments
from .mean_field import fixed_points
from .model import Model, cavity_rates
from .moments import squeezing
from .scattering import Scattering
from .spectrum import gaps

UNDISTURBED = Scattering()
SMALL = 0.1  # what the model takes to be small is broken above it
SETTLED = 3  # time constants of the last stage until the steady state: e^-3 = 5 % are left
FEW = 60  # atoms for the slowest eigenvalue, which in units of Γ hardly depends on N
LARGE = 1000  # 2χ/Γ beyond which that eigenvalue depends on Ω/Ω_c alone


def coupling(*, finesse, waist, wavelength, kappa, gamma):
    """Coupling g = √(Cκγ)/2 of a two-level atom at an antinode of its cavity, in 1/s.

    Parameters
    ----------
    finesse : float
        Of the cavity.
    waist, wavelength : float
        1/e² radius of the mode, and wavelength of the transition, metres.
    kappa, gamma : float
        Linewidths of cavity and atom, angular frequencies in 1/s.

    Examples
    --------
    >>> g = coupling(finesse=24e3, waist=75e-6, wavelength=689e-9, kappa=1.0e6, gamma=4.7e4)
    >>> round(g)
    67863
    """
    given = {"finesse": finesse, "waist": waist, "wavelength": wavelength}
    for name, value in (given | {"kappa": kappa, "gamma": gamma}).items():
        arguments.positive(name, value)
    C = 24 * finesse / np.pi * (wavelength / (2 * np.pi * waist)) ** 2
    return float(np.sqrt(C) * np.sqrt(kappa * gamma) / 2)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """N driven two-level atoms in a cavity, Eqs. (1) and (3), and what disturbs single atoms.

    All rates are angular frequencies in 1/s: 2π times what is quoted in Hz.

    Parameters
    ----------
    N : int
        Number of atoms, all coupled alike.
    g, kappa, Delta : float
        Coupling g > 0, linewidth κ > 0 and detuning Δ of the cavity, as in Eq. (1).
    Omega : float
        Rabi frequency Ω of the resonant drive.
    scattering : Scattering
        Rates of decay, dephasing and loss of single atoms; zero by default.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> mine = Experiment.tuned(N=1000, detuning=0.5, ratio=0.4, g=1e4, kappa=1e6)
    >>> mine.phase, round(mine.model.Gamma), mine.warnings()
    ('superradiant', 200, ['Eq. (4) takes NΓ/κ to be small: 0.2'])
    """

    N: int
    g: float
    kappa: float
    Delta: float
    Omega: float
    scattering: Scattering = UNDISTURBED

    def __post_init__(self):
        checks = {
            "N": arguments.positive_integer,
            "g": arguments.positive,
            "kappa": arguments.positive,
            "Delta": arguments.finite,
            "Omega": arguments.finite,
        }
        for name, check in checks.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        arguments.instance("scattering", Scattering, self.scattering)

    @classmethod
    def tuned(cls, *, N, detuning, ratio, g, kappa, scattering=UNDISTURBED):
        """Experiment with given detuning Δ/κ and drive Ω/Ω_c; the rest as for `Experiment`."""
        detuning, ratio = arguments.finite("detuning", detuning), arguments.finite("ratio", ratio)
        Delta = detuning * arguments.positive("kappa", kappa)
        undriven = cls(N=N, g=g, kappa=kappa, Delta=Delta, Omega=0.0, scattering=scattering)
        return replace(undriven, Omega=ratio * undriven.model.Omega_c)

    @property
    def model(self):
        """Model of Eq. (4) with the rates of Eq. (3), in 1/s."""
        chi, Gamma = cavity_rates(self.g, self.kappa, self.Delta)
        return Model(N=self.N, chi=chi, Omega=self.Omega, Gamma=Gamma)

    @property
    def cooperativity(self):
        """C = 4g²/(κγ) of one atom; infinite where it does not decay by itself."""
        gamma = self.scattering.decay
        return 4 * self.g**2 / self.kappa / gamma if gamma else np.inf

    @property
    def phase(self):
        """Region of Fig. 5: "superradiant", "multistable" or "normal"."""
        m = self.model
        if abs(m.drive) <= 1:
            return "superradiant"
        return "multistable" if abs(m.Omega) < m.Omega_c else "normal"

    def stages(self):
        """Time constants on the way from the south pole to the steady state of Eq. (4).

        Returns
        -------
        dict of str to float
            Seconds, in the order in which the stages come; the last leads to the steady state.
        """
        return dict(self._stages)

    @cached_property
    def _stages(self):  # a report asks for them six times
        m = self.model
        found = {"field builds up": 2 / self.kappa, "atoms emit together": 2 / (m.N * m.Gamma)}
        turn = period(m)
        if np.isinf(turn) or not m.Omega:
            rate = -fixed_points(m)[0].eigenvalues[0].real
            if not rate > 0:
                arguments.refuse("Omega", "other than Ω_c, where the spin slows down", self.Omega)
            return found | {"spin comes to rest": 1 / rate}
        return found | {
            "spin turns once": turn,
            "turns dephase": decay_time(m.N, m.chi, m.Gamma),
            "spin diffuses to rest": 1
            / (m.Gamma * slowest_rate(abs(m.Omega) / m.Omega_c, m.twist)),
        }

    @property
    def settling_time(self):
        """Time until 5 % of the distance to the steady state of Eq. (4) are left, seconds."""
        return SETTLED * list(self.stages().values())[-1]

    def best_squeezing(self, points=300):
        """Smallest ξ² of Eq. (12) on the way, for the atoms that are left, and its time.

        Parameters
        ----------
        points : int, default 300
            Number of times tried, from 1/100 of the time of collective emission, or of a shorter
            turn, on: until the steady state, or for the first turn of a spin that oscillates.

        Returns
        -------
        xi2, time : float
            Time in seconds; 1 and 0 where ξ² never falls below 1.
        """
        stages = list(self.stages().values())
        end = stages[2] * (SETTLED * 3 if len(stages) == 3 else 1)
        if self.scattering.loss:
            end = min(end, 10 / self.scattering.loss)  # then no atoms are left
        first = min(stages[1], end) / 100
        ts = np.geomspace(first, end, arguments.positive_integer("points", points))
        xi2 = squeezing(gaussian_moments(self.model, self.scattering, ts))
        xi2 = xi2 * np.exp(-self.scattering.loss * ts)
        best = np.argmin(xi2)
        return (float(xi2[best]), float(ts[best])) if xi2[best] < 1 else (1.0, 0.0)

    def assumptions(self):
        """Return the numbers that Eq. (4) takes to be small.

        Returns
        -------
        dict of str to float
            By their formula, or for the fractions of the atoms that something happens to before
            the steady state, by what it is. The pump is left out where the spin does not turn,
            or the light does not follow.
        """
        m, gamma = self.model, self.scattering.decay
        lag = m.N * m.Gamma / self.kappa
        found = {
            "NΓ/κ": lag,
            "Ω/|κ/2 + iΔ|": abs(m.Omega) / np.hypot(self.kappa / 2, self.Delta),
            "γ/(NΓ)": gamma / (m.N * m.Gamma),
        }
        if "spin turns once" in self.stages() and lag <= SMALL:
            pump = 8 * m.N * abs(m.Omega * self.Delta) / (self.kappa**2 + 4 * self.Delta**2)
            found["8NΩΔ/(κ² + 4Δ²)"] = pump
        alone = {
            "the fraction that decays": gamma
            * (1 + long_time_average(m)[2])
            / 2,  # only while they are excited
            "the fraction that dephases": self.scattering.dephasing,
            "the fraction that is lost": self.scattering.loss,
        }
        return found | {
            fraction: -np.expm1(-rate * self.settling_time) for fraction, rate in alone.items()
        }

    def warnings(self):
        """Return each of the `assumptions` that fails, because its number is above 0.1."""
        failed = {name: value for name, value in self.assumptions().items() if value > SMALL}
        return [f"Eq. (4) takes {name} to be small: {value:.2g}" for name, value in failed.items()]


@cache
def slowest_rate(ratio, twist):
    """Slowest decay in the Liouvillian of a few atoms at Ω/Ω_c and 2χ/Γ, in units of Γ."""
    twist = min(abs(twist), LARGE)
    return gaps(Model.from_ratios(N=FEW, drive=ratio * np.hypot(1, twist), twist=twist)).real
